"""What is read: bytes, with the name that goes into every message."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from framing.corpus.readers.encoding import decoded
from framing.errors import InputError

# What a reader yields: where a row stands, and its cells by the name of their column.
Rows = Iterator[tuple[str, dict[str, Any]]]
# What a packed file may grow to.
MAX_UNPACKED = 2**30


@dataclass(frozen=True)
class Reading:
    """What the user says about a table; what is ``None`` is found out.

    Parameters
    ----------
    encoding
        How text is written as bytes, such as ``cp1252``.
    delimiter
        What stands between cells, such as ``;``.
    sheet
        Which sheet of a workbook is read.
    texts
        Texts by the number of their item, for the export of a tool that leaves them out.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    texts: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Source:
    r"""Something to read: a file, or what came on standard input.

    Parameters
    ----------
    name
        What it is called in messages: a path, or ``standard input``.
    content
        All of its bytes.
    reading
        What the user says about it.

    Examples
    --------
    >>> Source("standard input", "\ufefftext\nIt rains.".encode()).table_text()
    'text\nIt rains.'
    """

    name: str
    content: bytes
    reading: Reading = field(default_factory=Reading)

    @classmethod
    def from_file(cls, path: Path, reading: Reading | None = None) -> Source:
        """Read a file whole; what is packed by gzip is unpacked.

        Raises
        ------
        InputError
            The file is missing, is a folder, cannot be read or unpacked.
        """
        try:
            return cls(str(path), unpacked(str(path), path.read_bytes()), reading or Reading())
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

    def table_text(self, guess: bool = True) -> str:
        """Return the text of a table: without a byte order mark, which would be part of the first column's name.

        Parameters
        ----------
        guess
            Whether a table that is not Unicode is read by a guess, which is told; that of JSON is Unicode.

        Raises
        ------
        InputError
            It is empty, cannot be decoded, or has a NUL byte, which no table has.
        """
        if not self.content.strip():
            raise InputError(f"{self.name}: the file is empty")
        text = decoded(self.name, self.content, self.reading.encoding, guess)
        if (place := text.find("\0")) >= 0:
            line = text.count("\n", 0, place) + 1
            raise InputError(
                f"{self.name}, line {line}: a NUL byte; is the file damaged, or no text? Save it anew as UTF-8"
            )
        return text

    def _line(self, place: int) -> str:
        number = self.content.count(b"\n", 0, place) + 1
        return f"{self.name}, line {number}"


def unpacked(name: str, content: bytes) -> bytes:
    """Return what gzip has packed; other content as it is.

    Raises
    ------
    InputError
        It is damaged, or more than ``MAX_UNPACKED`` bytes.

    Examples
    --------
    >>> unpacked("rows.csv.gz", gzip.compress(b"text"))
    b'text'
    """
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            plain = stream.read(MAX_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name}: cannot be unpacked by gzip ({error}); is it damaged?") from None
    if len(plain) > MAX_UNPACKED:
        raise InputError(f"{name}: unpacks to more than {MAX_UNPACKED >> 30} GiB; unpack and split it first")
    return plain
