"""Predictions read back from the file that ``framing predict --format jsonl`` wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from framing.corpus.readers import Source, read_rows
from framing.corpus.rows import sentences_from_rows
from framing.errors import InputError, unknown
from framing.records import Highlight, Prediction

# What a row of a result says that no row of anything else says.
_MARKS = ("predicted_frames", "proba", "abstained")
_MODELS = (
    *_MARKS,
    "predicted_stance",
    "stance_proba",
    "predicted_holder",
    "holder_proba",
    "holder_span",
    "cue",
    "highlights",
)


def holds_predictions(path: str | Path) -> bool:
    """Say whether a file is one that ``framing predict --format jsonl`` wrote; its first row tells.

    Raises
    ------
    InputError
        It is not there, empty, or no JSON Lines although its name says so.
    """
    if Path(path).suffix.lower() != ".jsonl":
        return False
    first = next(iter(read_rows(Source.from_file(Path(path)), "jsonl")), None)
    return first is not None and all(mark in first[1] for mark in _MARKS)


def read_predictions(path: str | Path) -> list[Prediction]:
    """Read the rows that ``framing predict --format jsonl`` wrote.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    list of Prediction
        As they were, in order; probabilities to the digits that the file has.

    Raises
    ------
    InputError
        It is not there, empty or broken, or a row is no prediction; the message has the file and the line.
    """
    rows = list(read_rows(Source.from_file(Path(path)), "jsonl"))
    if not rows:
        raise InputError(f"{path}: no rows; expected what `framing predict --format jsonl` writes")
    for place, row in rows:
        if missing := [mark for mark in _MARKS if mark not in row]:
            raise InputError(
                f"{place}: no {missing[0]!r}; expected what `framing predict --format jsonl` writes (other files are "
                "to be predicted first)"
            )
    said = [_said(place, row) for place, row in rows]
    own = ((place, {name: value for name, value in row.items() if name not in _MODELS}) for place, row in rows)
    sentences = sentences_from_rows(str(path), own, None, None)
    return [Prediction(sentence, **values) for sentence, values in zip(sentences, said, strict=True)]


def provenance_in(predictions: Sequence[Prediction]) -> dict[str, Any]:
    """Return where predictions come from, as a column ``provenance`` (``framing predict --provenance``) says it.

    Where rows differ, a name has all its values, in order, in one text.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> rows = [Sentence("It pays.", extra={"provenance": {"model": name, "framing": "1"}}) for name in "aab"]
    >>> provenance_in([Prediction(row) for row in rows])
    {'model': 'a; b', 'framing': '1'}
    """
    found: dict[str, list[Any]] = {}
    for prediction in predictions:
        told = prediction.sentence.extra.get("provenance")
        for name, value in told.items() if isinstance(told, Mapping) else ():
            values = found.setdefault(str(name), [])
            if value not in values:
                values.append(value)
    return {name: values[0] if len(values) == 1 else "; ".join(map(str, values)) for name, values in found.items()}


def _said(place: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the model says in a row, checked."""
    span = _numbers_of(place, row, "holder_span")
    if span is not None and len(span) != 2:
        raise InputError(f"{place}: 'holder_span' should be two numbers, got {row['holder_span']!r}")
    chance = row.get("holder_proba")
    if chance is not None and not _is_number(chance):
        raise InputError(f"{place}: 'holder_proba' should be a number, got {chance!r}")
    proba, sides = (_probabilities(place, row, name) or {} for name in ("proba", "stance_proba"))
    stance = _text_of(place, row, "predicted_stance")
    frames, left_open = (_labels_in(place, row, name) for name in ("predicted_frames", "abstained"))
    for name, labels, known in (
        ("predicted_frames", frames, proba),
        ("abstained", left_open, {**proba, "stance": 1.0}),
        ("predicted_stance", [stance] if stance else [], sides),
    ):
        if strange := [label for label in labels if label not in known]:
            raise InputError(f"{place}: {name!r}: {unknown('label', strange[0], known)}, as probabilities say")
    return {
        "proba": proba,
        "frames": frames,
        "abstained": left_open,
        "stance": stance,
        "stance_proba": sides or None,
        "holder": _text_of(place, row, "predicted_holder"),
        "holder_proba": chance,
        "holder_span": None if span is None else (int(span[0]), int(span[1])),
        "cue": _text_of(place, row, "cue"),
        "highlights": _marks_of(place, row),
    }


def _marks_of(place: str, row: Mapping[str, Any]) -> dict[str, tuple[Highlight, ...]] | None:
    value = row.get("highlights")
    if value is None:
        return None
    try:
        return {
            label: tuple(Highlight(int(one["start"]), int(one["end"]), float(one["weight"])) for one in found)
            for label, found in value.items()
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InputError(f"{place}: 'highlights' should be stretches by label, got {value!r}") from None


def _probabilities(place: str, row: Mapping[str, Any], name: str) -> dict[str, float] | None:
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, dict) or not all(_is_number(p) and 0 <= p <= 1 for p in value.values()):
        raise InputError(f"{place}: {name!r} should be probabilities by label, got {value!r}")
    return {label: float(p) for label, p in value.items()}


def _labels_in(place: str, row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = row.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f"{place}: {name!r} should be a list of labels, got {value!r}")
    return tuple(value)


def _numbers_of(place: str, row: Mapping[str, Any], name: str) -> Sequence[float] | None:
    value = row.get(name)
    if value is not None and not (isinstance(value, list) and all(map(_is_number, value))):
        raise InputError(f"{place}: {name!r} should be numbers, got {value!r}")
    return value


def _text_of(place: str, row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{place}: {name!r} should be text, got {value!r}")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
