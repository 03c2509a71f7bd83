"""A sample to code: rows drawn so that the probability of each is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from framing.arrays import Rows, Values
from framing.errors import InputError
from framing.records import Sentence

STRATUM = "sample_stratum"
CODEBOOK = "sample_codebook"
_LEAST = 2  # units of a stratum: of one, nobody could say how much it varies
# Where an enriched draw cuts the model's probability.
_BANDS = (0.02, 0.1, 0.3, 0.6)


@dataclass(frozen=True)
class Drawn:
    """Units that were drawn.

    Parameters
    ----------
    chosen
        Their numbers, in order, shape (n_drawn,).
    probability
        The probability with which each was drawn, shape (n_drawn,).
    stratum
        The stratum of each, from 1, shape (n_drawn,).
    """

    chosen: Rows
    probability: Values
    stratum: Rows


def draw_units(cells: Sequence[str], n: int, scores: Values | None = None, seed: int = 0) -> Drawn:
    """Draw units at random within strata, so many of each as its size asks for.

    Strata are the cells; neighbours (by name) are put together until two units are due, since of a single one nobody
    could say how much the stratum varies. With scores, cells are cut by score first, half of the units are drawn by
    size, and the other half by size times the root of the mean score (Neyman's allocation for a yes or no that is
    as likely as the score says). The probability of a unit is the number drawn of its stratum by the number there is.

    Parameters
    ----------
    cells
        The cell of each unit, such as its outlet and month, shape (n_units,).
    n
        How many to draw.
    scores
        How likely each has what is rare, in [0, 1], shape (n_units,).
    seed
        Of the draw.

    Raises
    ------
    InputError
        There are fewer units than that, or fewer than two are asked for.

    Examples
    --------
    >>> drawn = draw_units(["a"] * 6 + ["b"] * 4, 5)
    >>> drawn.stratum.tolist(), drawn.probability.tolist()
    ([1, 1, 1, 2, 2], [0.5, 0.5, 0.5, 0.5, 0.5])
    """
    if not _LEAST <= n <= len(cells):
        raise InputError(f"-n {n}: expected from {_LEAST} to the {len(cells):,} there are to draw from")
    band = np.zeros(len(cells), dtype=np.intp) if scores is None else np.digitize(scores, _BANDS)
    keys = list(zip(band.tolist(), cells, strict=True))
    number = {key: i for i, key in enumerate(sorted(set(keys)))}
    of_cell = np.array([number[key] for key in keys], dtype=np.intp)
    sizes = np.bincount(of_cell).astype(float)
    due = n * sizes / len(cells)
    if scores is not None:
        size = sizes * np.sqrt(np.bincount(of_cell, scores) / sizes)
        due = due / 2 + n / 2 * (size / size.sum() if size.sum() else sizes / len(cells))
    merged = _together(due)
    of_stratum = merged[of_cell]
    counts: Rows = np.bincount(of_stratum).astype(np.intp)
    due_there: Values = np.bincount(merged, due).astype(float)
    taken = _allocated(counts, due_there, n)
    rng = np.random.default_rng(seed)
    chosen = np.sort(
        np.concatenate([rng.choice(np.flatnonzero(of_stratum == h), k, False) for h, k in enumerate(taken)])
    )
    return Drawn(chosen, (taken / counts)[of_stratum[chosen]], of_stratum[chosen] + 1)


def draw_sentences(
    sentences: Sequence[Sentence],
    cells: Sequence[str],
    n: int,
    *,
    documents: bool = False,
    scores: Values | None = None,
    seed: int = 0,
    more: Mapping[str, str] | None = None,
) -> list[Sentence]:
    """Draw sentences, or documents with all their sentences, and write beside each how it was drawn.

    Parameters
    ----------
    sentences
        The corpus, in order; what a coder has said already is taken out of those drawn.
    cells
        The cell of each sentence, as of ``draw_units``; of a document, that of its first sentence.
    n
        How many sentences, or documents.
    documents
        Whether documents are drawn.
    scores
        As of ``draw_units``, of each sentence; of a document, its highest.
    seed
        Of the draw.
    more
        Further columns with a value for all rows.

    Returns
    -------
    list of Sentence
        With ``sample_probability``, and the column ``sample_stratum``.

    Raises
    ------
    InputError
        As of ``draw_units``.

    Examples
    --------
    >>> corpus = [Sentence(text, doc_id=text[0]) for text in ("a1", "a2", "b1", "c1", "c2")]
    >>> [(s.text, round(s.sample_probability, 3)) for s in draw_sentences(corpus, [""] * 5, 2, documents=True)]
    [('b1', 0.667), ('c1', 0.667), ('c2', 0.667)]
    """
    of_unit, first = units_of(sentences) if documents else (np.arange(len(sentences)), np.arange(len(sentences)))
    if scores is not None and documents:
        highest = np.zeros(len(first))
        np.maximum.at(highest, of_unit, scores)
        scores = highest
    drawn = draw_units([cells[i] for i in first], n, scores, seed)
    place = {unit: i for i, unit in enumerate(drawn.chosen.tolist())}
    rows = []
    for sentence, unit in zip(sentences, of_unit.tolist(), strict=True):
        if (i := place.get(unit)) is not None:
            extra = {**sentence.extra, STRATUM: str(drawn.stratum[i]), **(more or {})}
            p = round(float(drawn.probability[i]), 12)
            rows.append(replace(sentence, frames=None, coded=None, stance=None, sample_probability=p, extra=extra))
    return rows


def units_of(sentences: Sequence[Sentence]) -> tuple[Rows, Rows]:
    """Return the document of each sentence as a number, and the first sentence of each document.

    A sentence with neither document nor group is its own.

    Examples
    --------
    >>> [a.tolist() for a in units_of([Sentence("a", doc_id="x"), Sentence("b"), Sentence("c", doc_id="x")])]
    [[0, 1, 0], [0, 1]]
    """
    numbers: dict[object, int] = {}
    first: list[int] = []
    of_unit = np.empty(len(sentences), dtype=np.intp)
    for i, sentence in enumerate(sentences):
        key = sentence.doc_id or sentence.group or i
        if key not in numbers:
            numbers[key] = len(numbers)
            first.append(i)
        of_unit[i] = numbers[key]
    return of_unit, np.array(first, dtype=np.intp)


def _together(due: Values) -> Rows:
    """Return the stratum of each cell: neighbours until enough are due; what is left at the end joins the last."""
    of_cell, stratum, sum_due = [], 0, 0.0
    for i, value in enumerate(due):
        of_cell.append(stratum)
        sum_due += value
        if sum_due >= _LEAST and due[i + 1 :].sum() >= _LEAST:
            stratum, sum_due = stratum + 1, 0.0
    return np.array(of_cell, dtype=np.intp)


def _allocated(sizes: Rows, due: Values, n: int) -> Rows:
    """Return how many of each stratum are drawn: one after the other to whichever is furthest below its due."""
    taken = np.minimum(sizes, _LEAST)
    for _ in range(n - int(taken.sum())):
        taken[np.argmax(np.where(taken < sizes, due - taken, -np.inf))] += 1
    return taken
