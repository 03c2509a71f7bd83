"""Files and folders on disk: their digest, and how they are put in their place whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

_BLOCK = 1 << 20  # bytes read at once


def sha256(*paths: Path) -> str:
    """Return the sha256 of the content of files, one after the other, as hexadecimal digits."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file: it is replaced only when all of the content is there, and keeps its permissions.

    Of a symbolic link, the file that it leads to is written. Into a device or a pipe the content goes as it is.

    Raises
    ------
    OSError
        It cannot be written; a file is then as it was, and nothing is left beside it.
    """
    if not is_replaced(path):
        path.write_bytes(content)
        return
    path = real_path(path)
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask()
    with temporary_beside(path) as new:
        new.write_bytes(content)
        new.chmod(mode)
        new.replace(path)


def check_writable(path: Path) -> None:
    """Find out whether ``write_whole`` could write a file; nothing is changed.

    Raises
    ------
    OSError
        It could not.
    """
    if is_replaced(path):
        with temporary_beside(real_path(path)):
            pass
    elif not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def is_replaced(path: Path) -> bool:
    """Say whether a path is one to put a new file at: it is a file, or nothing yet. Links are followed."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True


def real_path(path: Path) -> Path:
    """Follow symbolic links to the file itself, which need not be there."""
    return Path(os.path.realpath(path))


@contextlib.contextmanager
def temporary_beside(path: Path) -> Iterator[Path]:
    """Make a new, empty file beside a path, and remove it at the end, whatever happens, if it is still there."""
    prefix = f".{path.name[:40]}-"  # short enough whatever the path's name is
    number, name = tempfile.mkstemp(dir=path.parent, prefix=prefix)
    os.close(number)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(destination: Path) -> Iterator[Path]:
    """Lend an empty folder beside a place, and put it there when it is filled; where one is already, that one stays.

    Raises
    ------
    OSError
        It cannot be made.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=f".{destination.name[:40]}-") as scratch:
        folder = Path(scratch) / "new"
        folder.mkdir()
        yield folder
        try:
            folder.replace(destination)
        except OSError:
            if not destination.is_dir():  # another process may have been faster
                raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
