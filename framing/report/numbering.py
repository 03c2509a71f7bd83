"""The number that a sentence goes by in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from framing.records import Prediction


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
