"""Vectors in memory: a training asks for the same texts hundreds of times."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from framing.model.encoders.reading import Reading

MOST_BYTES = 100 << 20  # of vectors that one encoder has in memory: 65,000 of 384 numbers


class VectorMemory:
    """The vectors of texts that were asked for last. Safe to use from several threads.

    Parameters
    ----------
    most_bytes
        Above this size all is forgotten, and what does not fit alone is not kept.

    Examples
    --------
    >>> memory = VectorMemory()
    >>> memory.keep(["a", "b"], np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32))
    >>> memory.vectors(["b", "b"]).tolist()
    [[0.0, 1.0], [0.0, 1.0]]
    >>> memory.vectors(["a", "c"]) is None
    True
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._lock = Lock()
        self._rows: dict[Reading, int] = {}
        self._matrix = np.zeros((0, 0), dtype=np.float32)

    def vectors(self, texts: Sequence[Reading]) -> NDArray[np.float32] | None:
        """Return one vector a text, shape (n_texts, n_dimensions); ``None`` where one is not there."""
        with self._lock:
            if any(text not in self._rows for text in texts):
                return None
            return self._matrix[[self._rows[text] for text in texts]]

    def keep(self, texts: Sequence[Reading], vectors: NDArray[np.float32]) -> None:
        """Keep one vector a text, shape (n_texts, n_dimensions)."""
        with self._lock:
            new = {text: i for i, text in enumerate(texts) if text not in self._rows}
            if self._bytes(len(self._rows) + len(new), vectors) > self.most_bytes:
                self._rows.clear()
                new = {text: i for i, text in enumerate(texts)}
                if self._bytes(len(new), vectors) > self.most_bytes:
                    return
            size, needed = len(self._rows), len(self._rows) + len(new)
            if needed > len(self._matrix):  # twice as large each time, so that what is there is seldom copied
                most = self.most_bytes // self._bytes(1, vectors)
                grown = np.empty((max(needed, min(2 * size, most)), vectors.shape[1]), dtype=np.float32)
                if size:
                    grown[:size] = self._matrix[:size]
                self._matrix = grown
            self._matrix[size:needed] = vectors[list(new.values())]
            self._rows.update(zip(new, range(size, needed), strict=True))

    @staticmethod
    def _bytes(n: int, vectors: NDArray[np.float32]) -> int:
        return n * vectors.shape[1] * vectors.itemsize
