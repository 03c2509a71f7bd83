"""The labels of a row: what a cell lists, and which labels of the codebook are meant."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from framing.codebook import Codebook
from framing.corpus.missing import is_missing_frame
from framing.errors import InputError, unknown
from framing.records import Sentence

_MAX_CELL = 10_000
_ITEM = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
# A list as Python, JSON or NumPy prints it; NumPy puts white space between the items, and Python would join them.
_LIST = re.compile(rf"(?:\[|\(|\{{)\s*(?:(?:{_ITEM})(?:(?:\s*,\s*|\s+)(?:{_ITEM}))*\s*,?)?\s*(?:\]|\)|\}})", re.DOTALL)
_BRACKETS = {"[": "]", "(": ")", "{": "}"}


def label_list(place: str, field: str, value: Any, codebook: Codebook | None) -> tuple[str, ...] | None:
    """Return the labels of a cell; ``()`` is coded, none present, and ``None`` is not coded.

    Parameters
    ----------
    place, field
        Where the cell is, for messages.
    value
        A list, a list printed as text, or text with ';' between labels. The word ``none`` alone is none of them.
    codebook
        A cell that is one of its labels as a whole is not taken apart.

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
            labels = [part.strip() for part in value.split(";") if part.strip()]
            if not labels:
                return None
            return _without_none(place, field, labels)
        value = given
    if not isinstance(value, list | tuple) or not all(isinstance(label, str) for label in value):
        raise InputError(f"{place}: {field!r} should be a list of labels or 'label;label', got {value!r}")
    labels = [label.strip() for label in value if label.strip()]
    if value and all(is_missing_frame(label, codebook) for label in labels):
        raise InputError(
            f"{place}: {field!r} is a list of nothing, {value!r}; an empty list or 'none' is coded with none present, "
            "an empty cell or no key is not coded"
        )
    return _without_none(place, field, labels)


def _without_none(place: str, field: str, labels: list[str]) -> tuple[str, ...]:
    """Return labels without doubles; 'none' alone is an empty list."""
    different = dict.fromkeys(labels)
    others = [label for label in different if label.lower() != "none"]
    if others and len(others) < len(different):
        raise InputError(
            f"{place}: {field!r} has 'none' beside {', '.join(map(repr, others))}; 'none' is coded with none present, "
            "so it stands alone"
        )
    return tuple(others)


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


def named_labels(place: str, sentence: Sentence, codebook: Codebook | None) -> Sentence:
    """Return the sentence with the codebook's names for its labels, whichever spelling stands there.

    Raises
    ------
    InputError
        A label is not the codebook's, or labels contradict each other.
    """
    if codebook is None:
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


def _frame_names(place: str, labels: tuple[str, ...] | None, codebook: Codebook) -> tuple[str, ...] | None:
    if not labels:
        return labels
    names: dict[str, None] = {}
    for label in labels:
        name = codebook.frame_called(label)
        if name is None:
            raise InputError(f"{place}: {unknown('frame', label, codebook.frame_names)}")
        names[name] = None
    return tuple(names)
