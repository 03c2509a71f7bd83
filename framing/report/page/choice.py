"""Which sentences a page holds: all of a few, a sample of many, never more than a browser opens at once."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from framing.records import Prediction
from framing.report.page.axes import Axis

MAX_SENTENCES = 6000  # in the list that can be searched
MAX_CHARACTERS = 1_200_000  # of these
MAX_ARTICLE_SENTENCES = 1200  # that are shown as articles
MAX_ARTICLE_CHARACTERS = 300_000
CUT = 1000  # characters of a sentence that are shown
_PER_CELL = 40  # sentences of each cell that are taken first


def chosen_sentences(
    predictions: Sequence[Prediction],
    cells: Sequence[Iterable[int]],
    wanted: Iterable[int] = (),
    limit: int = MAX_SENTENCES,
    characters: int = MAX_CHARACTERS,
    seed: int = 0,
) -> list[int]:
    """Choose sentences so that every cell of the matrices has some; return their numbers in order.

    Parameters
    ----------
    predictions
        One a sentence.
    cells
        Of each cell the numbers of its sentences; some of each are drawn at random first, then of all.
    wanted
        Sentences that must be there.
    limit, characters
        At most so many sentences and characters.
    seed
        Of the draw.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> said = [Prediction(Sentence("It pays."))] * 10
    >>> chosen_sentences(said, [[9], range(9)], wanted=[0], limit=3)[0]
    0
    """
    if len(predictions) <= limit and sum(_shown_size(p) for p in predictions) <= characters:
        return list(range(len(predictions)))
    draw = random.Random(seed)
    drawn = []
    for cell in cells:
        members = list(cell)
        drawn.append(draw.sample(members, min(_PER_CELL, len(members))))
    # One of each cell, then a second of each, ...: where the limit comes early no cell goes without.
    in_turn = [cell[turn] for turn in range(_PER_CELL) for cell in drawn if turn < len(cell)]
    others = draw.sample(range(len(predictions)), min(limit, len(predictions)))
    chosen: dict[int, None] = {}
    for i in (*wanted, *in_turn, *others):
        if len(chosen) == limit:
            break
        if i in chosen:
            continue
        characters -= _shown_size(predictions[i])
        if characters < 0:
            break
        chosen[i] = None
    return sorted(chosen)


def chosen_documents(predictions: Sequence[Prediction]) -> dict[str, list[int]]:
    """Choose the documents that are shown as articles: of many, those with most sentences that convey a frame.

    Returns
    -------
    dict
        By document the numbers of its sentences, in the order of the input.
    """
    documents: dict[str, list[int]] = {}
    for i, prediction in enumerate(predictions):
        if prediction.sentence.doc_id:
            documents.setdefault(prediction.sentence.doc_id, []).append(i)
    framed = {name: sum(bool(predictions[i].frames) for i in rows) for name, rows in documents.items()}
    sentences, characters = MAX_ARTICLE_SENTENCES, MAX_ARTICLE_CHARACTERS
    chosen: set[str] = set()
    for name in sorted(documents, key=lambda name: (-framed[name], name)):
        size = sum(_shown_size(predictions[i]) for i in documents[name])
        if len(documents[name]) > sentences or size > characters:
            continue
        sentences, characters = sentences - len(documents[name]), characters - size
        chosen.add(name)
    return {name: rows for name, rows in documents.items() if name in chosen}


def _shown_size(prediction: Prediction) -> int:
    return min(CUT, len(prediction.sentence.text)) + 40


def cells_of(axes: Sequence[Axis], first: Sequence[Prediction]) -> list[list[int]]:
    """Return the sentences of each cell of the matrices; those without a frame are a cell of each row, too."""
    cells: dict[tuple[int, int, str], list[int]] = {}
    for number, axis in enumerate(axes):
        for i, p in enumerate(first):
            for frame in p.frames or ("",):
                cells.setdefault((number, axis.of_sentence[i], frame), []).append(i)
    return [cells[key] for key in sorted(cells)]
