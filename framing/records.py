"""The records that walk through the package: a sentence goes in, a prediction comes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

__all__ = ["CODER_COLUMNS", "RESULT_FIELDS", "SENTENCE_FIELDS", "Highlight", "Prediction", "Sentence", "with_own_names"]


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
        The document, the sentence's number in it (from 0), and its character offsets: ``document[start:end] == text``
        for the file as ``open(path, encoding="utf-8", newline="")`` reads it. Offsets are ``None`` where the text is
        not in the file as it stands, as in an HTML page.
    source, date
        Where and when it was published; the date as text, ISO 8601 preferred.
    group
        What must stay on one side of a split; defaults to the document.
    sample_probability
        The probability, in (0, 1], with which the sentence was drawn for coding.
    weight
        How much the row counts in what is learned, 0 or more; 1 where there is none. Scores do not know it.
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
    weight: float | None = None
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
        return row | with_own_names(self.extra, SENTENCE_FIELDS)


# Columns of a user that say who coded a row.
CODER_COLUMNS = ("coder", "coder_id", "annotator", "annotator_id")
SENTENCE_FIELDS = tuple(item.name for item in fields(Sentence) if item.name != "extra")
# What a result has, in this order. `frames`, `stance` and `holder` are a coder's, the model's have names of their own.
RESULT_FIELDS = (
    *("text", "doc_id", "position", "start", "end"),
    *("predicted_frames", "proba", "abstained", "target", "predicted_stance", "stance_proba", "predicted_holder"),
    *("holder_proba", "holder_span", "cue", "highlights"),
    *("headline", "previous", "source", "date", "group", "sample_probability", "weight"),
    *("frames", "stance", "holder", "coded"),
)
# Those that are in a result only where they say something.
_OPTIONAL = RESULT_FIELDS[RESULT_FIELDS.index("holder_proba") :]


@dataclass(frozen=True)
class Highlight:
    """A stretch of a sentence and what it adds to a frame's score.

    Parameters
    ----------
    start, end
        Characters of the sentence, ``text[start:end]``.
    weight
        What it adds to the score (log-odds, before calibration); negative where it speaks against the frame.
    """

    start: int
    end: int
    weight: float


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
    holder
        Whose the sentence's content is, where that was looked for: who is quoted or reported there, else the outlet or
        the author. ``None`` where nobody looked; what a coder said is ``sentence.holder``.
    holder_proba
        Probability that the sentence is the content of somebody other than its author.
    holder_span
        Characters of the sentence that name the holder, ``text[start:end]``; ``None`` where it names nobody.
    cue
        The words that attribute the content, such as "said" or "according to".
    highlights
        By frame, of those found or left open, the words of the sentence that carried it, in reading order, on demand.
    """

    sentence: Sentence
    proba: dict[str, float] = field(default_factory=dict)
    frames: tuple[str, ...] = ()
    abstained: tuple[str, ...] = ()
    stance: str | None = None
    stance_proba: dict[str, float] | None = None
    holder: str | None = None
    holder_proba: float | None = None
    holder_span: tuple[int, int] | None = None
    cue: str | None = None
    highlights: Mapping[str, tuple[Highlight, ...]] | None = None

    def results(self) -> dict[str, Any]:
        """Return the row of a result without the user's own columns.

        What the model says is ``predicted_frames``, ``predicted_stance`` and ``predicted_holder``; ``frames``,
        ``stance``, ``holder`` and ``coded`` are what a coder said, and are there only where one did.
        """
        # Not asdict, which copies deeply: three times as long, in every row that is written.
        values = {name: getattr(self.sentence, name) for name in SENTENCE_FIELDS} | {
            # A model that knows no frames has not said that there are none.
            "predicted_frames": self.frames if self.proba else None,
            "proba": self.proba,
            "abstained": self.abstained,
            "predicted_stance": self.stance,
            "stance_proba": self.stance_proba,
            "predicted_holder": self.holder,
            "holder_proba": self.holder_proba,
            "holder_span": self.holder_span,
            "cue": self.cue,
            "highlights": None if self.highlights is None else _rows_of(self.highlights),
        }
        shown = [name for name in RESULT_FIELDS if name not in _OPTIONAL or values[name] not in ("", None)]
        return {name: list(values[name]) if isinstance(values[name], tuple) else values[name] for name in shown}

    def to_row(self) -> dict[str, Any]:
        """Return one row for JSON: ``results``, then the user's own columns.

        One of these that has the name of a result is called ``input_NAME``.
        """
        return self.results() | with_own_names(self.sentence.extra, RESULT_FIELDS)


def _rows_of(highlights: Mapping[str, tuple[Highlight, ...]]) -> dict[str, list[dict[str, Any]]]:
    """Return highlights as rows for JSON, weights to the fourth decimal."""
    return {
        label: [{"start": h.start, "end": h.end, "weight": round(h.weight, 4)} for h in found]
        for label, found in highlights.items()
    }


def with_own_names(extra: Mapping[str, Any], taken: Collection[str]) -> dict[str, Any]:
    """Give a user's columns names that are not taken, so that none is lost."""
    row: dict[str, Any] = {}
    for name, value in extra.items():
        while name in taken or name in row:
            name = f"input_{name}"
        row[name] = value
    return row
