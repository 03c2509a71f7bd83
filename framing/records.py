"""The records that walk through the package: a sentence goes in, a prediction comes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

__all__ = ["SENTENCE_FIELDS", "Prediction", "Sentence"]


@dataclass(frozen=True)
class Sentence:
    """One sentence, with its context, its codes and its place in a document.

    Parameters
    ----------
    text
        The sentence itself.
    headline, previous
        The document's headline and the sentence before; context only.
    target
        The matter toward which the stance is taken, a short noun phrase.
    frames
        The coded frames. ``None`` means *not coded*, ``()`` means *coded, none present*.
    coded
        The frames that a coder looked at, where these are not all of the codebook's.
    stance
        The coded stance class, ``None`` when not coded.
    holder
        Who takes the stance.
    doc_id, position, start, end
        The document, the sentence's number in it (from 0), and its character offsets:
        ``document[start:end] == text``.
    source, date
        Where and when it was published; the date as text, ISO 8601 preferred.
    group
        What must stay on one side of a split; defaults to the document.
    sample_probability
        The probability, in (0, 1], with which the sentence was drawn for coding.
    extra
        All other columns of the user's row, carried through to the result.

    Examples
    --------
    >>> Sentence("The deal would pay for itself.", frames=("economic_opportunity",)).to_row()
    {'text': 'The deal would pay for itself.', 'frames': ['economic_opportunity']}
    """

    text: str
    headline: str = ""
    previous: str = ""
    target: str | None = None
    frames: tuple[str, ...] | None = None
    coded: tuple[str, ...] | None = None
    stance: str | None = None
    holder: str | None = None
    doc_id: str = ""
    position: int = 0
    start: int | None = None
    end: int | None = None
    source: str = ""
    date: str | None = None
    group: str = ""
    sample_probability: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def with_target(self, target: str | None) -> Sentence:
        """Return the same sentence with another target; a stance coded for the old one is dropped."""
        return self if target == self.target else replace(self, target=target, stance=None)

    def to_row(self) -> dict[str, Any]:
        """Return the row of a file: fields that differ from their default, then the user's own columns.

        One of these that has the name of a field (since another column was read for it) is called ``input_NAME``.
        """
        row: dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name != "extra" and (item.name == "text" or value != item.default):
                row[item.name] = list(value) if isinstance(value, tuple) else value
        return row | _renamed(self.extra, SENTENCE_FIELDS)


SENTENCE_FIELDS = tuple(item.name for item in fields(Sentence) if item.name != "extra")


@dataclass(frozen=True)
class Prediction:
    """What a model says about one sentence.

    Parameters
    ----------
    sentence
        The sentence that was read.
    proba
        Calibrated probability of each frame.
    frames
        The frames whose probability reaches its threshold, in the codebook's order.
    abstained
        The frames about which the model declines to decide, and ``"stance"`` where it does so about the stance.
    stance, stance_proba
        The stance toward ``sentence.target`` and the probability of each class; ``None`` without a target. A stance
        left open is ``None`` beside its probabilities.
    highlights
        Words and their weights, on demand.
    """

    sentence: Sentence
    proba: dict[str, float] = field(default_factory=dict)
    frames: tuple[str, ...] = ()
    abstained: tuple[str, ...] = ()
    stance: str | None = None
    stance_proba: dict[str, float] | None = None
    highlights: tuple[tuple[str, float], ...] | None = None

    def to_row(self) -> dict[str, Any]:
        """Return one flat row for JSON; the user's other columns follow (``input_NAME`` where NAME is a result)."""
        sentence = asdict(self.sentence)
        row = {name: sentence[name] for name in ("text", "doc_id", "position", "start", "end")}
        row |= {"frames": list(self.frames), "proba": self.proba, "abstained": list(self.abstained)}
        row |= {"target": sentence["target"], "stance": self.stance, "stance_proba": self.stance_proba}
        row["holder"] = sentence["holder"]
        context = ("headline", "previous", "source", "date", "group", "sample_probability")
        row |= {name: sentence[name] for name in context if sentence[name] not in ("", None)}
        # What a coder said stays beside what the model says.
        coded = {"coded_frames": self.sentence.frames, "coded_stance": self.sentence.stance}
        row |= {name: list(v) if isinstance(v, tuple) else v for name, v in coded.items() if v is not None}
        return row | _renamed(self.sentence.extra, row)


def _renamed(extra: Mapping[str, Any], taken: Collection[str]) -> dict[str, Any]:
    """Give a user's columns names that are not taken, so that none is lost."""
    row: dict[str, Any] = {}
    for name, value in extra.items():
        while name in taken or name in row:
            name = f"input_{name}"
        row[name] = value
    return row
