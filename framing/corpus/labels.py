"""The labels of a row: what a cell lists, and which labels of the codebook are meant."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from framing.codebook import Codebook
from framing.corpus.missing import is_missing_frame
from framing.corpus.strange import Strange
from framing.errors import InputError, unknown
from framing.records import Sentence

_MAX_CELL = 10_000
_LARGEST_CODE = 1e9
_ITEM = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
# A list as Python, JSON or NumPy prints it; NumPy puts white space between the items, and Python would join them.
_LIST = re.compile(rf"(?:\[|\(|\{{)\s*(?:(?:{_ITEM})(?:(?:\s*,\s*|\s+)(?:{_ITEM}))*\s*,?)?\s*(?:\]|\)|\}})", re.DOTALL)
_BRACKETS = {"[": "]", "(": ")", "{": "}"}
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.0*)?")


# What stands between labels. The first always does; another one where the codebook, or the column, says so.
SEPARATOR = ";"
SEPARATORS = ("|", "\n", ",", "#", "/", "+", "&")


def label_list(
    place: str, field: str, value: Any, codebook: Codebook | None, separator: str | None = None
) -> tuple[str, ...] | None:
    """Return the labels of a cell; ``()`` is coded, none present, and ``None`` is not coded.

    Parameters
    ----------
    place, field
        Where the cell is, for messages.
    value
        A list, a list printed as text, a code, or text with ';' between labels; another of ``SEPARATORS`` between
        labels of the codebook. The word ``none`` alone is none of them.
    codebook
        A cell that is one of its labels as a whole is not taken apart.
    separator
        What stands between the labels of this column beside ';', where there is no codebook to say so.

    Raises
    ------
    InputError
        The value lists no labels, or 'none' beside others.
    """
    if isinstance(value, str):
        if codebook is not None and codebook.frame_called(value):
            return (value.strip(),)
        given = _printed_list(place, field, value.strip())
        if given is None:
            labels = _split_labels(value, codebook, separator)
            if not labels:
                return None
            return _without_none(place, field, labels, codebook)
        value = given
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST_CODE:
        value = [f"{value:.10g}"]
    if not isinstance(value, list | tuple) or not all(isinstance(label, str) for label in value):
        raise InputError(f"{place}: {field!r} should be a list of labels or 'label;label', got {value!r}")
    labels = [label.strip() for label in value if label.strip()]
    if value and all(is_missing_frame(label, codebook) for label in labels):
        raise InputError(
            f"{place}: {field!r} is a list of nothing, {value!r}; an empty list or 'none' is coded with none present, "
            "an empty cell or no key is not coded"
        )
    return _without_none(place, field, labels, codebook)


def label_cell(value: Any, codebook: Codebook) -> tuple[str, ...] | None:
    """Return the labels of a cell of any column, ``()`` for 'none', if all that is in it are labels; else ``None``.

    Examples
    --------
    >>> book = Codebook.from_dict({"name": "weather", "frames": ["rain", "sun"]})
    >>> label_cell("Rain, sun", book), label_cell("none", book), label_cell("It rains.", book)
    (('Rain', 'sun'), (), None)
    """
    try:
        labels = label_list("", "frames", value, codebook)
    except InputError:
        return None
    return labels if labels is not None and all(is_known(label, codebook) for label in labels) else None


def _split_labels(text: str, codebook: Codebook | None, separator: str | None) -> list[str]:
    """Return the labels of a cell: as many of them as can be known."""
    best = text.split(SEPARATOR)
    if codebook is None:
        best = text.split(separator) if separator and len(best) == 1 else best
    elif len(best) == 1:
        for sign in SEPARATORS:
            parts = [part for part in text.split(sign) if part.strip()]
            if len(parts) > 1 and _share_known(parts, codebook) > _share_known(best, codebook):
                best = parts
    return [part.strip() for part in best if part.strip()]


def _share_known(parts: Iterable[str], codebook: Codebook) -> float:
    """Return which share of parts are labels of the codebook."""
    known = [is_known(part.strip(), codebook) for part in parts]
    return sum(known) / len(known)


def is_known(label: str, codebook: Codebook) -> bool:
    """Say whether data that call something so mean a frame of the codebook, or none of them."""
    return frame_meant(label, codebook) is not None or codebook.means_none(label)


def frame_meant(label: str, codebook: Codebook) -> str | None:
    """Return the frame that is called so; a code may come as ``3.0``, as tables of numbers have it."""
    name = codebook.frame_called(label)
    if name is None and _NUMBER.fullmatch(label):
        name = codebook.frame_called(f"{float(label):g}")
    return name


def separator_of(values: Iterable[Any]) -> str | None:
    """Return what stands between the labels of a column: what parts cells into labels that other cells have too.

    Examples
    --------
    >>> separator_of(["rain, sun", "rain", "sun, snow", "snow"])
    ','
    >>> separator_of(["Economy, jobs", "Economy, jobs", "Race"]) is None
    True
    """
    cells = {value.strip() for value in values if isinstance(value, str)}
    if any(SEPARATOR in cell or cell[:1] in _BRACKETS for cell in cells):
        return None
    for sign in SEPARATORS:
        parts = Counter(part.strip() for cell in cells for part in set(cell.split(sign)))
        inside = {part.strip() for cell in cells if sign in cell for part in cell.split(sign)}
        if inside and all(parts[part] > 1 for part in inside):
            return sign
    return None


def _without_none(place: str, field: str, labels: list[str], codebook: Codebook | None) -> tuple[str, ...]:
    """Return labels without doubles; 'none' alone is an empty list."""
    different = dict.fromkeys(labels)
    none = codebook.means_none if codebook else _is_none
    others = [label for label in different if not none(label)]
    if others and len(others) < len(different):
        raise InputError(
            f"{place}: {field!r} has 'none' beside {', '.join(map(repr, others))}; 'none' is coded with none present, "
            "so it stands alone"
        )
    return tuple(others)


def _is_none(label: str) -> bool:
    return label.lower() == "none"


def _printed_list(place: str, field: str, text: str) -> list[str] | None:
    """Return the items of a list that was printed into a cell, or ``None`` where the cell is no such list."""
    if text == "set()":
        return []
    if _BRACKETS.get(text[:1]) != text[-1:]:
        return None
    if len(text) <= _MAX_CELL and text != "{}" and _LIST.fullmatch(text):
        try:
            return [_unquoted(item) for item in re.findall(_ITEM, text, re.DOTALL)]
        except (SyntaxError, ValueError):
            pass
    if text[0] == "(":  # no list, but maybe a label, such as '(other)'
        return None
    raise InputError(
        f"{place}: {field!r} looks like a list and cannot be read as one, {text[:60]!r}; "
        "expected \"['label', 'label']\" or 'label;label'"
    )


def _unquoted(item: str) -> str:
    """Return the text of a quoted item of JSON or of Python; they agree on all but a few escapes."""
    if "\\" not in item:
        return item[1:-1]
    try:
        return str(json.loads(item))
    except ValueError:
        return str(ast.literal_eval(item))


def with_label_names(sentences: Iterable[Sentence], codebook: Codebook | None) -> list[Sentence]:
    """Return sentences whose labels are the codebook's names; parameters and errors as for ``named_labels``."""
    return [named_labels(f"row {number}", sentence, codebook) for number, sentence in enumerate(sentences, 1)]


def named_labels(
    place: str, sentence: Sentence, codebook: Codebook | None, strange: list[Strange] | None = None
) -> Sentence:
    """Return the sentence with the codebook's names for its labels, whichever spelling stands there.

    Labels that the codebook does not know are put into ``strange``, where it is given, and the sentence stays.

    Raises
    ------
    InputError
        A label is not the codebook's, or labels contradict each other.
    """
    if codebook is None:
        return sentence
    if strange is not None and (found := strange_labels(place, sentence, codebook)):
        strange += found
        return sentence
    frames = _frame_names(place, sentence.frames, codebook)
    coded = _frame_names(place, sentence.coded, codebook)
    stance = sentence.stance
    if stance and (stance := codebook.stance_called(stance)) is None:
        known = codebook.stance_names
        more = "" if known else ", the codebook has no stance classes"
        raise InputError(f"{place}: {unknown('stance', sentence.stance, known)}{more}")
    if codebook.exclusive and frames is not None and len(frames) != 1:
        raise InputError(
            f"{place}: {len(frames)} frames, but codebook {codebook.name!r} is exclusive: exactly one each"
        )
    if frames and coded is not None and not set(frames) <= set(coded):
        raise InputError(f"{place}: a frame in 'frames' is not among 'coded': {', '.join(frames)}")
    if (frames, coded, stance) == (sentence.frames, sentence.coded, sentence.stance):
        return sentence
    return replace(sentence, frames=frames, coded=coded, stance=stance)


def strange_labels(place: str, sentence: Sentence, codebook: Codebook) -> list[Strange]:
    """Return the labels of a sentence that the codebook does not know."""
    labels = dict.fromkeys([*(sentence.frames or ()), *(sentence.coded or ())])
    found = [Strange(place, "frame", label) for label in labels if frame_meant(label, codebook) is None]
    if sentence.stance and codebook.stance_called(sentence.stance) is None:
        found.append(Strange(place, "stance", sentence.stance))
    return found


def _frame_names(place: str, labels: tuple[str, ...] | None, codebook: Codebook) -> tuple[str, ...] | None:
    if not labels:
        return labels
    names: dict[str, None] = {}
    for label in labels:
        name = frame_meant(label, codebook)
        if name is None:
            raise InputError(f"{place}: {unknown('frame', label, codebook.frame_names)}")
        names[name] = None
    return tuple(names)
