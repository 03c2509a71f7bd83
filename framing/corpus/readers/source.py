"""What is read: bytes, with the name that goes into every message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framing.errors import InputError

# What a reader yields: where a row stands, and its cells by the name of their column.
Rows = Iterator[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Source:
    r"""Something to read: a file, or what came on standard input.

    Parameters
    ----------
    name
        What it is called in messages: a path, or ``standard input``.
    content
        All of its bytes.

    Examples
    --------
    >>> Source("standard input", "\ufefftext\nIt rains.".encode()).table_text()
    'text\nIt rains.'
    """

    name: str
    content: bytes

    @classmethod
    def from_file(cls, path: Path) -> Source:
        """Read a file whole.

        Raises
        ------
        InputError
            The file is missing, is a folder or cannot be read.
        """
        try:
            return cls(str(path), path.read_bytes())
        except FileNotFoundError:
            raise InputError(f"{path}: no such file") from None
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from None

    def text(self) -> str:
        """Return the text as it is: a byte order mark stays a character, so that offsets hold.

        Raises
        ------
        InputError
            It is empty or not UTF-8.
        """
        if not self.content.strip():
            raise InputError(f"{self.name}: the file is empty")
        # UTF-16 of European letters passes as UTF-8 with a NUL beside each of them.
        if self.content.count(0) * 4 > len(self.content):
            raise InputError(f"{self.name}: NUL bytes all over, as in UTF-16; save the file as UTF-8 and try again")
        try:
            return self.content.decode("utf-8")
        except UnicodeDecodeError as error:
            byte = self.content[error.start]
            raise InputError(
                f"{self._line(error.start)}: not UTF-8 (byte 0x{byte:02x}); save the file as UTF-8 and try again"
            ) from None

    def table_text(self) -> str:
        """Return the text of a table: without a byte order mark, which would be part of the first column's name.

        Raises
        ------
        InputError
            It is empty, not UTF-8, or has a NUL byte, which no table has.
        """
        text = self.text().removeprefix("\ufeff")
        if (place := self.content.find(0)) >= 0:
            raise InputError(f"{self._line(place)}: a NUL byte; is the file damaged, or no text? Save it anew as UTF-8")
        return text

    def _line(self, place: int) -> str:
        number = self.content.count(b"\n", 0, place) + 1
        return f"{self.name}, line {number}"
