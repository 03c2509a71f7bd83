"""The text of a file, with its place in every error."""

from __future__ import annotations

from pathlib import Path

from framing.errors import InputError


def read_text(path: Path) -> str:
    """Read a UTF-8 text file; a byte order mark is dropped.

    Raises
    ------
    InputError
        The file is missing, is a folder, is empty or is not UTF-8.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if not content.strip():
        raise InputError(f"{path}: the file is empty")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}: not UTF-8 (byte 0x{content[error.start]:02x}); save the file as UTF-8 and try again"
        ) from None
