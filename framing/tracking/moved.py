"""Where the files of runs lie, also after the folder of a store was moved or copied.

MLflow records whole paths in the database. Files that lie beside the database under the same name are the store's own;
where there are none, the recorded place holds.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from framing.tracking.database import PATIENCE

# Folders of files beside a database: ours, and MLflow's default.
_FOLDERS = ("mlartifacts", "mlruns")
_RECORDED = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
    ("logged_models", "artifact_location"),
)
# What people read, in which commands name the store.
_DESCRIPTIONS = (("tags", "value"), ("registered_models", "description"), ("model_versions", "description"))


def place_beside(database: Path, location: str, *, new: bool = False) -> str:
    """Return the address of files that a store recorded: beside its database where they are there, else unchanged.

    Parameters
    ----------
    database
        The SQLite file.
    location
        An absolute path or a ``file:`` address. Anything else stays as it is.
    new
        The place is for files yet to come: beside the database also where neither place is there.
    """
    recorded = local_path(location)
    if recorded is None:
        return location
    parts = recorded.parts
    starts = [index for index, part in enumerate(parts) if part in _FOLDERS]
    if not starts:
        return location
    here = database.parent.joinpath(*parts[starts[-1] :])
    if here == recorded or not _is_own(here, recorded, new):
        return location
    return here.as_uri() if location.startswith("file:") else str(here)


def local_path(location: str) -> Path | None:
    """Return the path of a local address, else ``None``."""
    parts = urlsplit(location)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(url2pathname(parts.path))
    path = Path(location)
    return path if path.is_absolute() else None


def mend_places(database: Path) -> int:
    """Let a moved or copied store record the files beside its database, in one transaction.

    Returns
    -------
    int
        How many recorded places lead to other files than before; nothing is written where none does.

    Raises
    ------
    sqlite3.Error
        The database cannot be read or written.
    """
    mended = []
    with closing(sqlite3.connect(database, timeout=PATIENCE, isolation_level=None)) as connection:
        for table, column in _RECORDED:
            if not _has_column(connection, table, column):
                continue
            for (location,) in connection.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall():
                place = location and place_beside(database, location, new=table == "experiments")
                if place != location:
                    mended.append((table, column, location, place))
        if mended:
            connection.execute("BEGIN IMMEDIATE")
            for table, column, location, place in mended:
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (place, location))
            _mend_descriptions(connection, {_folder_of_store(location) for *_, location, _ in mended}, database.parent)
            connection.execute("COMMIT")
    return sum(local_path(place).exists() for *_, place in mended)  # type: ignore[union-attr]


def _mend_descriptions(connection: sqlite3.Connection, once: set[Path], now: Path) -> None:
    """Let the commands in descriptions name the store where it is now."""
    for folder in once:
        old, new = f"sqlite:///{folder}/", f"sqlite:///{now}/"
        for table, column in _DESCRIPTIONS:
            if _has_column(connection, table, column):
                connection.execute(
                    f"UPDATE {table} SET {column} = replace({column}, ?, ?) WHERE instr({column}, ?)", (old, new, old)
                )


def _folder_of_store(location: str) -> Path:
    """Return the folder in which a store was whose files are recorded there."""
    recorded = local_path(location)
    assert recorded is not None
    last = max(index for index, part in enumerate(recorded.parts) if part in _FOLDERS)
    return Path(*recorded.parts[:last])


def _has_column(connection: sqlite3.Connection, table: str, column: str) -> bool:
    return column in {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


def _is_own(here: Path, recorded: Path, new: bool) -> bool:
    """Whether files beside the database are the store's own, and not the recorded ones by another name."""
    if not here.exists():
        return new and not recorded.exists()
    return not (recorded.exists() and recorded.samefile(here))
