"""Embeddings on disk, so that a sentence is encoded once."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
import warnings
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from framing.errors import FramingWarning


class EmbeddingCache:
    """Vectors by text, in one SQLite file for each encoder.

    SQLite's transactions make it safe under several processes and after a kill: a vector is there whole or not
    at all. Where the folder cannot be written, a temporary one serves for the life of the process.

    Parameters
    ----------
    folder
        Where the files lie.
    identity
        What made the vectors: weights, settings and versions. Another identity is another file.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self.file = self._open(folder, hashlib.sha256(identity.encode()).hexdigest()[:32])

    def get(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors that are there, by text."""
        keys = {_key(text): text for text in texts}
        found = {}
        with closing(self._connect(self.file)) as connection:
            wanted = list(keys)
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                query = f"SELECT key, vector FROM vectors WHERE key IN ({','.join('?' * len(part))})"
                for key, vector in connection.execute(query, part):
                    found[keys[key]] = np.frombuffer(vector, dtype=np.float32)
        return found

    def put(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Store one vector a text, in one transaction."""
        rows = [
            (_key(text), np.asarray(vector, dtype=np.float32).tobytes())
            for text, vector in zip(texts, vectors, strict=True)
        ]
        with closing(self._connect(self.file)) as connection, connection:
            connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    @classmethod
    def _open(cls, folder: Path, name: str) -> Path:
        file = folder / f"{name}.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with closing(cls._connect(file)) as connection, connection:
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
                )
        except (OSError, sqlite3.Error) as error:
            if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
                file.unlink(missing_ok=True)  # not a database: a damaged file holds nothing worth keeping
                return cls._open(folder, name)
            temporary = Path(tempfile.mkdtemp(prefix="framing-embeddings-"))
            warnings.warn(
                f"embeddings cannot be kept in {folder} ({error}); they are forgotten at the end "
                "(set FRAMING_CACHE to a folder that can be written)",
                FramingWarning,
                stacklevel=3,
            )
            return cls._open(temporary, name)
        return file

    @staticmethod
    def _connect(file: Path) -> sqlite3.Connection:
        return sqlite3.connect(file, timeout=60)


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
