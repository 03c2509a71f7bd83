"""The SQLite file of a store: what state it is in, how MLflow is told of it, and how a new one comes to be.

MLflow builds its tables in about a second of separate commits. Left alone, a training that is stopped in that second
leaves a store that nothing can use, and two first trainings at once disturb each other. So a new store is built in
memory, written beside its place, and renamed into it: it is there whole or not at all.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import Enum
from pathlib import Path
from urllib.parse import quote

# Seconds to wait for an answer of the database, and for another process that builds it.
PATIENCE = 5
_BUILDING = 60
# Seconds without a change after which nobody is building a half-built store any more.
_QUIET = 3
_IN_MEMORY = threading.Lock()


class State(Enum):
    """What an SQLite file is to us."""

    ABSENT = "nothing is there yet"
    HALF_BUILT = "its building was cut off before it held anything"
    DAMAGED = "its building or its upgrade was cut off, and it holds runs"
    FOREIGN = "somebody else's database"
    WHOLE = "a store"


def state_of(file: Path) -> State:
    """Return the state of an SQLite file, without changing it.

    Raises
    ------
    sqlite3.Error, OSError
        It cannot be read, or is no database.
    """
    if not file.is_file() or file.stat().st_size == 0:
        return State.ABSENT
    with closing(sqlite3.connect(file, timeout=PATIENCE)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

        def holds(table: str) -> bool:
            return table in tables and connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None

        # A migration copies a table, drops it and renames the copy: cut off in between, `experiments` is missing.
        if tables and "experiments" not in tables and not {"alembic_version", "runs"} <= tables:
            return State.FOREIGN
        # The default experiment is the last thing that MLflow makes in a new store, and older versions did the same.
        if holds("experiments") or ("experiments" in tables and holds("registered_models")):
            return State.WHOLE
        return State.DAMAGED if holds("runs") else State.HALF_BUILT


def mlflow_address(file: Path) -> str:
    """Return the address by which MLflow opens an SQLite file.

    Its database library reads ``?`` and, from one version on, ``%`` as parts of an address. Such a path goes as a
    ``file:`` address that SQLite itself decodes; the longer name of the dialect keeps MLflow from making a folder of
    that name.
    """
    path = str(file)
    if not set("%?#") & set(path):
        return f"sqlite:///{path}"
    from sqlalchemy.engine import URL

    address = URL.create("sqlite+pysqlite", database=f"file:{quote(path)}", query={"uri": "true"})
    return address.render_as_string(hide_password=False)


def build(file: Path) -> Path | None:
    """Build a store where there is no whole one; processes that want the same wait for each other.

    Parameters
    ----------
    file
        The database. A half-built one is moved aside, never deleted.

    Returns
    -------
    Path or None
        Where a half-built one was moved to.

    Raises
    ------
    sqlite3.Error, OSError
        The folder or the disk does not allow it, or another process has been at it for a minute.
    """
    file = file.resolve()
    lock = file.with_name(f".{file.name}.lock")
    if state_of(file) is State.WHOLE and not lock.exists():
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.new")
    with _alone(lock):
        if _settled_state(file) not in (State.ABSENT, State.HALF_BUILT):
            return None
        try:
            _write_new(new, file.parent / "mlartifacts")
            state = _settled_state(file)
            aside = _move_aside(file) if state is State.HALF_BUILT else None
            if state in (State.ABSENT, State.HALF_BUILT):
                new.replace(file)
        finally:
            _remove(new)
        return aside


def _settled_state(file: Path) -> State:
    """Return the state of a file once nobody builds it: MLflow's own commands know nothing of our lock."""
    while (state := state_of(file)) is State.HALF_BUILT and time.time() - file.stat().st_mtime < _QUIET:
        time.sleep(0.1)
    return state


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Within it, no other process builds the store of this lock. A process that is killed lets go of it."""
    from filelock import FileLock

    with FileLock(lock, timeout=_BUILDING):
        yield
        # Only after success: whoever waits for this file, or makes a new one, finds a whole store first of all.
        with suppress(PermissionError):  # Windows keeps a file that is open
            lock.unlink(missing_ok=True)


def _write_new(new: Path, artifacts: Path) -> None:
    """Write an empty store of today's MLflow to a file."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    # MLflow keeps an engine for each address. Disposed of, this one begins with an empty memory the next time.
    with _IN_MEMORY:
        built = SqlAlchemyStore("sqlite+pysqlite:///:memory:", artifacts.as_uri())
        try:
            _remove(new)  # of a process that was killed
            with closing(built.engine.raw_connection()) as connection:
                connection.driver_connection.execute("VACUUM INTO ?", (str(new),))
        finally:
            built.engine.dispose()
    with new.open("rb+") as written:
        os.fsync(written.fileno())


def _remove(new: Path) -> None:
    for path in (new, new.with_name(new.name + "-journal")):
        path.unlink(missing_ok=True)


def _move_aside(file: Path) -> Path:
    """Rename a half-built store, with the journal that belongs to it, to the first free name."""
    number = 1
    while (aside := file.with_name(f"{file.name}.broken-{number}")).exists():
        number += 1
    for ending in ("-journal", "-wal", "-shm"):
        beside = file.with_name(file.name + ending)
        if beside.exists():
            beside.replace(aside.with_name(aside.name + ending))
    return file.replace(aside)
