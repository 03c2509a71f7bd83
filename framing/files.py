"""Files and folders on disk: their digest, and how they are put in their place whole or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import glob
import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

# The ending of what is not yet in its place, and the name of what was there before.
_SUFFIX, _OLD = ".part", "old"
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
    with whole_file(path) as stream:
        stream.write(content)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Lend a stream for what a file is to hold, and put the file in its place at the end, as ``write_whole`` does.

    Raises
    ------
    OSError
        It cannot be written; a file is then as it was, as it is after any other error within.
    """
    if not is_replaced(path):
        with path.open("wb") as stream:
            yield stream
        return
    path = real_path(path)
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask()
    with temporary_beside(path) as new:
        with new.open("wb") as stream:
            yield stream
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
    number, new = _marked(path, tempfile.mkstemp)
    try:
        _sweep(path)
        yield new
    finally:
        new.unlink(missing_ok=True)
        _let_go(number)


@contextlib.contextmanager
def scratch_beside(path: Path) -> Iterator[Path]:
    """Make a new, empty folder beside a path, and remove it at the end with what is in it."""
    number, new = _marked(path, lambda **named: (None, tempfile.mkdtemp(**named)))
    try:
        _sweep(path)
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)
        _let_go(number)


@contextlib.contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """Make a new, empty folder among the system's temporary files, and remove it at the end with what is in it.

    What killed processes left of the same name goes too: it may hold texts that are not for everybody.
    """
    with scratch_beside(Path(tempfile.gettempdir()) / f"framing-{name}") as folder:
        yield folder


def _prefix(path: Path) -> str:
    return f".{path.name[:40]}-"  # short enough whatever the path's name is


def _marked(path: Path, make: Callable[..., tuple[int | None, str]]) -> tuple[int | None, Path]:
    """Make a file or folder beside a path, and mark it as in use; the mark of a killed process goes with it."""
    while True:
        number, name = make(dir=path.parent, prefix=_prefix(path), suffix=_SUFFIX)
        new = Path(name)
        if fcntl is None:
            _let_go(number)
            return None, new
        try:
            number = os.open(new, os.O_RDONLY) if number is None else number
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            swept = not new.exists()
        except (BlockingIOError, FileNotFoundError):  # between making and marking, another process sweeps it away
            swept = True
        except OSError:  # not every file system knows locks
            swept = False
        if not swept:
            return number, new
        _let_go(number)


def _let_go(number: int | None) -> None:
    if number is not None:
        os.close(number)


def _sweep(path: Path) -> None:
    """Remove what killed processes left beside a path; what may be somebody's only copy of a model stays."""
    if fcntl is None:
        return
    left = re.compile(re.escape(_prefix(path)) + r"[a-z0-9_]{8}" + re.escape(_SUFFIX))
    names: list[str] = []
    with contextlib.suppress(OSError):  # a folder may be written in and not listed
        names = os.listdir(path.parent)
    for name in filter(left.fullmatch, names):
        beside = path.parent / name
        with contextlib.suppress(OSError):  # in use, gone meanwhile, or not ours to remove
            number = os.open(beside, os.O_RDONLY | os.O_NONBLOCK)
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if beside.is_file():
                    beside.unlink()
                elif not (beside / _OLD).exists():
                    shutil.rmtree(beside)
            finally:
                os.close(number)


@contextlib.contextmanager
def new_folder(destination: Path) -> Iterator[Path]:
    """Lend an empty folder beside a place, and put it there when it is filled; where one is already, that one stays.

    Raises
    ------
    OSError
        It cannot be made.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    with scratch_beside(destination) as scratch:
        folder = scratch / "new"
        folder.mkdir()
        yield folder
        try:
            folder.replace(destination)
        except OSError:
            if not destination.is_dir():  # another process may have been faster
                raise


def replace_folder(new: Path, place: Path) -> None:
    """Put a folder in a place, in one step where the system can; what was there goes into the new one's folder.

    Where it cannot, a process that is killed between two steps leaves the place empty: ``set_aside`` finds the folder.
    """
    if place.exists() and _exchanged(new, place):
        return
    old = new.with_name(_OLD)
    try:
        if place.exists():
            place.rename(old)
        new.rename(place)
    except BaseException:  # Ctrl-C too: what was there must not go with the scratch folder
        if old.exists() and not place.exists():
            old.rename(place)
        raise


def set_aside(place: Path) -> Path | None:
    """Return the folder that was in a place which ``replace_folder`` was killed to fill; mostly there is none."""
    found = place.parent.glob(f"{glob.escape(_prefix(place))}*{_SUFFIX}/{_OLD}")
    return None if place.exists() else next(found, None)


def _exchanged(one: Path, other: Path) -> bool:
    """Swap two folders in one step, and say whether that was possible."""
    if os.name != "posix":
        return False
    library, swap = ctypes.CDLL(None), ctypes.c_uint(2)
    paths = os.fsencode(one.absolute()), os.fsencode(other.absolute())
    if hasattr(library, "renameat2"):  # Linux
        return bool(library.renameat2(-100, paths[0], -100, paths[1], swap) == 0)
    return hasattr(library, "renamex_np") and bool(library.renamex_np(*paths, swap) == 0)  # macOS


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
