"""Embeddings on disk, so that a sentence is encoded once."""

from __future__ import annotations

import atexit
import hashlib
import sqlite3
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from framing.errors import FramingWarning
from framing.files import scratch_folder
from framing.model.encoders.memory import VectorMemory
from framing.model.encoders.reading import Reading
from framing.progress import BAR_FROM, track

Result = TypeVar("Result")

# By the file: encoders are cloned for each fold, and one process trains the runs of a sweep one after the other.
IN_MEMORY: dict[Path, VectorMemory] = {}
_CHUNK = 512  # texts that are encoded and kept together, so that a kill loses little


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
        self.file = folder / f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}.sqlite"
        self.memory = IN_MEMORY.setdefault(self.file, VectorMemory())
        self._run(lambda connection: None)

    def get(self, texts: Sequence[Reading]) -> dict[Reading, NDArray[np.float32]]:
        """Return the vectors that are there, by text."""
        keys = {_key(text): text for text in texts}
        wanted = list(keys)

        def read(connection: sqlite3.Connection) -> dict[Reading, NDArray[np.float32]]:
            found = {}
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                query = f"SELECT key, vector FROM vectors WHERE key IN ({','.join('?' * len(part))})"
                for key, vector in connection.execute(query, part):
                    found[keys[key]] = np.frombuffer(vector, dtype=np.float32)
            return found

        return self._run(read)

    def put(self, texts: Sequence[Reading], vectors: NDArray[np.float32]) -> None:
        """Store one vector a text, in one transaction."""
        rows = [
            (_key(text), np.asarray(vector, dtype=np.float32).tobytes())
            for text, vector in zip(texts, vectors, strict=True)
        ]
        self._run(lambda connection: connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows))

    def _run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do the work in one transaction; again in a new file where this one cannot be used."""
        try:
            return self._once(work)
        except (OSError, sqlite3.OperationalError) as error:
            kept = ExitStack()
            folder = kept.enter_context(scratch_folder("embeddings"))
            atexit.register(kept.close)
            warnings.warn(
                f"embeddings cannot be kept in {self.file.parent} ({error}); they are forgotten at the end "
                "(set FRAMING_CACHE to a folder that can be written)",
                FramingWarning,
                stacklevel=3,
            )
            self.file = folder / self.file.name
        except sqlite3.DatabaseError:
            # Damaged: it holds nothing worth keeping, and neither does the journal beside it.
            self.file.unlink(missing_ok=True)
            self.file.with_name(f"{self.file.name}-journal").unlink(missing_ok=True)
        return self._once(work)

    def _once(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.file, timeout=60)) as connection, connection:
            # Each time: a person may clear the folder while the program runs.
            connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
            return work(connection)


def encode_once(
    texts: Sequence[Reading], encode: Callable[[list[Any]], NDArray[np.float32]], cache: EmbeddingCache | None
) -> NDArray[np.float32]:
    """Encode each distinct text once, those that are kept not at all, and keep what is new.

    Parameters
    ----------
    texts
        At least one; or texts with a target each.
    encode
        From a list of them to an array of shape (n_texts, n_dimensions).
    cache
        Where vectors are kept, or ``None``.

    Returns
    -------
    ndarray of float32, shape (n_texts, n_dimensions)
    """
    remembered = cache.memory.vectors(texts) if cache else None
    if remembered is not None:
        return remembered
    vectors = dict(cache.get(texts)) if cache else {}
    # By length, so that a batch holds texts of one length and little is padding.
    missing = sorted({text for text in texts if text not in vectors}, key=_length)
    chunks = [missing[i : i + _CHUNK] for i in range(0, len(missing), _CHUNK)]
    for chunk in track(chunks, "encoding", draw=len(missing) >= BAR_FROM):
        encoded = np.asarray(encode(chunk), dtype=np.float32)
        if cache:
            cache.put(chunk, encoded)
        vectors.update(zip(chunk, encoded, strict=True))
    found = np.stack([vectors[text] for text in texts])
    if cache:
        cache.memory.keep(texts, found)
    return found


def _length(reading: Reading) -> tuple[int, Reading]:
    text = reading if isinstance(reading, str) else reading[0]
    return len(text), reading


def _key(reading: Reading) -> bytes:
    # No text has a NUL before and after its end; so a pair is no text.
    text = reading if isinstance(reading, str) else "\0".join(["", *reading, ""])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
