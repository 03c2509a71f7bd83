"""The rows of a table: which predictions are of one sentence, and the number that it goes by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from framing.records import Prediction


@dataclass(frozen=True)
class SentenceRow:
    """One sentence of a table.

    Parameters
    ----------
    number
        Its number within its document, from 1.
    predictions
        What was predicted of it: one prediction, or one for each target.
    """

    number: int
    predictions: tuple[Prediction, ...]

    @property
    def first(self) -> Prediction:
        """The first of the predictions; sentence and frames are the same in all of them."""
        return self.predictions[0]

    def toward(self, target: str) -> Prediction | None:
        """Return the prediction for a target, ``None`` where there is none."""
        return next((p for p in self.predictions if p.sentence.target == target), None)


def sentence_rows(predictions: Iterable[Prediction], targets: Sequence[str] = ()) -> list[SentenceRow]:
    """Return the rows of a table: a sentence each where several targets were asked about, else a prediction each.

    Parameters
    ----------
    predictions
        Predictions, in order.
    targets
        The targets that each sentence was asked about together; with fewer than two, a prediction is a row.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> said = [Prediction(Sentence(text, target=t)) for text in ("One.", "Two.") for t in ("tax", "port")]
    >>> [(row.number, len(row.predictions)) for row in sentence_rows(said, ["tax", "port"])]
    [(1, 2), (2, 2)]
    """
    groups = grouped_by_sentence(predictions) if len(targets) > 1 else [[prediction] for prediction in predictions]
    numbers = sentence_numbers([group[0] for group in groups])
    return [SentenceRow(number, tuple(group)) for number, group in zip(numbers, groups, strict=True)]


def grouped_by_sentence(predictions: Iterable[Prediction]) -> list[list[Prediction]]:
    """Return predictions of one sentence together: neighbours of one place and text, each toward another target.

    The same sentence once more, as a list of texts may have it, comes with a target that was there already.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> said = [Prediction(Sentence(text, target=t)) for text in ("One.", "Two.") for t in ("tax", "port")]
    >>> [len(group) for group in grouped_by_sentence([*said, said[-1]])]
    [2, 2, 1]
    """
    groups: list[list[Prediction]] = []
    before: tuple[Any, ...] = ()
    seen: set[str | None] = set()
    for prediction in predictions:
        s = prediction.sentence
        place = (s.text, s.headline, s.previous, s.doc_id, s.position, s.start, s.source, s.date)
        if place == before and s.target not in seen:
            groups[-1].append(prediction)
            seen.add(s.target)
        else:
            groups.append([prediction])
            before, seen = place, {s.target}
    return groups


def sentence_numbers(predictions: Sequence[Prediction]) -> list[int]:
    """Return each sentence's number within its document, from 1.

    That is its position, where the document's sentences have one; else they are counted in their order.
    """
    placed = {p.sentence.doc_id for p in predictions if p.sentence.position or p.sentence.start is not None}
    seen: Counter[str] = Counter()
    numbers = []
    for prediction in predictions:
        document = prediction.sentence.doc_id
        seen[document] += 1
        numbers.append(prediction.sentence.position + 1 if document in placed else seen[document])
    return numbers
