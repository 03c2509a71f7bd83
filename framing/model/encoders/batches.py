"""Batches that hold little padding: texts of about one length, as many as a budget of tokens has room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

# Tokens a batch: more gain nothing on a CPU, and less leaves the time to what each call costs. Measured with MiniLM.
BUDGET = 1024


def token_batches(lengths: Sequence[int], budget: int = BUDGET) -> Iterator[list[int]]:
    """Give the numbers of texts in batches, shortest first.

    Parameters
    ----------
    lengths
        Tokens of each text.
    budget
        Tokens that a batch may have, its padding counted; a longer text is a batch of its own.

    Examples
    --------
    >>> list(token_batches([9, 2, 3, 2], budget=6))
    [[1, 3], [2], [0]]
    """
    batch: list[int] = []
    for number in np.argsort(np.asarray(lengths, dtype=np.int64), kind="stable").tolist():
        # The longest comes last, and all others are padded to its length.
        if batch and (len(batch) + 1) * lengths[number] > budget:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def padded(rows: Sequence[Sequence[int]], filler: int, multiple: int = 1) -> tuple[Numbers, Numbers]:
    """Return token numbers as one array, and a mask of what is text, each of shape (n_texts, n_tokens).

    Parameters
    ----------
    rows
        The token numbers of each text.
    filler
        What stands where a text has ended.
    multiple
        ``n_tokens`` is rounded up to a multiple of it: fewer shapes, each of which is prepared for once.

    Examples
    --------
    >>> [part.tolist() for part in padded([[5, 6, 7], [8]], filler=0)]
    [[[5, 6, 7], [8, 0, 0]], [[1, 1, 1], [1, 0, 0]]]
    """
    longest = -(-max(map(len, rows)) // multiple) * multiple
    ids = np.full((len(rows), longest), filler, dtype=np.int64)
    mask = np.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return ids, mask


def lay_out(
    rows: Sequence[tuple[Sequence[int], Sequence[Sequence[int]]]], first: int, filler: int
) -> dict[str, Numbers]:
    """Return sentences with their targets as what one pass reads; see ``framing.model.encoders.reading``.

    Parameters
    ----------
    rows
        The token numbers of a sentence, and those of each of its targets.
    first
        The number of the first position.
    filler
        What stands where a row has ended.

    Returns
    -------
    dict
        ``input_ids`` and ``position_ids``, ``blocks`` (0 in the sentence, 1 in its first target, ..., -1 where nothing
        stands), each of shape (n_rows, n_tokens).

    Examples
    --------
    >>> found = lay_out([([5, 6], [[7], [8]])], first=2, filler=0)
    >>> {name: numbers.tolist() for name, numbers in found.items()}
    {'input_ids': [[5, 6, 7, 8]], 'position_ids': [[2, 3, 4, 4]], 'blocks': [[0, 0, 1, 2]]}
    """
    shape = len(rows), max(len(text) + sum(map(len, targets)) for text, targets in rows)
    ids, positions = np.full(shape, filler, dtype=np.int64), np.full(shape, first, dtype=np.int64)
    blocks = np.full(shape, -1, dtype=np.int64)
    for row, (text, targets) in enumerate(rows):
        at = 0
        for block, tokens in enumerate((text, *targets)):
            here = slice(at, at + len(tokens))
            start = first + (len(text) if block else 0)
            ids[row, here], blocks[row, here] = tokens, block
            positions[row, here] = np.arange(start, start + len(tokens))
            at += len(tokens)
    return {"input_ids": ids, "position_ids": positions, "blocks": blocks}


def rows_of(readings: Sequence[tuple[str, str]], most: int) -> list[tuple[str, list[int]]]:
    """Return each text with the numbers of its readings, at most so many in a row; texts by length.

    Examples
    --------
    >>> rows_of([("a pact", "x"), ("no", "y"), ("a pact", "z")], most=16)
    [('no', [1]), ('a pact', [0, 2])]
    """
    rows: list[tuple[str, list[int]]] = []
    for number in sorted(range(len(readings)), key=lambda i: (len(readings[i][0]), readings[i][0])):
        text = readings[number][0]
        if not rows or rows[-1][0] != text or len(rows[-1][1]) == most:
            rows.append((text, []))
        rows[-1][1].append(number)
    return rows
