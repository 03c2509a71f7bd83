"""Which column of a table is which field of a sentence."""

from __future__ import annotations

import difflib
import re
import shlex
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from framing.codebook import Codebook
from framing.corpus.labels import label_cell
from framing.corpus.raw import RawRows, is_empty
from framing.errors import FramingWarning, InputError, unknown
from framing.records import SENTENCE_FIELDS, Sentence

LIST_FIELDS = ("frames", "coded")
WHOLE_FIELDS = ("position", "start", "end")
_MOSTLY = 0.5  # of the cells of a column, from which labels that are known make it one of labels
_NOT_CODED = ("predicted_", "start_")  # what a model decided, or guessed, is no coding
_SENTENCE_LENGTH = 20  # characters on average, from which a column seems to hold sentences
# Fields whose absence changes what is learned: a column misspelt from one of these is an error.
_WATCHED = ("text", "frames", "stance", "target", "group", "doc_id", "headline", "previous", "holder")
# Whoever calls the labels of a classifier its target writes these there; no stance is taken toward one of them.
_LABEL = re.compile(
    r"[+-]?\d+([.,]\d+)?(e[+-]?\d+)?%?|true|false|yes|no|pos(itive)?|neg(ative)?|neutral|favou?r|against", re.IGNORECASE
)
_OPTION = re.compile(
    r"(?P<train>\"columns\.\w+='[^'\"]*'\"|columns\.\w+=\w*) "
    r"\(train; elsewhere (?P<other>--column (?:'[^']*'|[^\s')]*))\)"
)


def check_fields(columns: Mapping[str, Any]) -> None:
    """Refuse names of columns that are given for a field that there is not."""
    if fields := sorted(set(columns) - set(SENTENCE_FIELDS)):
        raise InputError(f"columns.{fields[0]}: {unknown('field', fields[0], SENTENCE_FIELDS)}")
    if columns.get("text", "text") in (None, ""):
        raise InputError("columns.text=: every row needs a sentence; name the column that holds it")


def columns_of(table: RawRows, columns: Mapping[str, Any]) -> dict[str, str]:
    """Return the column of each field that the table has.

    Parameters
    ----------
    table
        The rows.
    columns
        The user's own names by field. ``None`` or an empty text leaves a field alone: a column that has its name is
        the user's own. A name equal to the field is no news.

    Raises
    ------
    InputError
        A column is not there, a field seems misspelt, or there is no text.

    Warns
    -----
    FramingWarning
        A column has the name of a field and cannot be it: it is left alone.
    """
    given = {field: _given_column(table, field, name) for field, name in columns.items() if name != field}
    _refuse_near_misses(table, given)
    if given.get("text", "text") not in table.names:
        raise InputError(f"{table.origin}: no column 'text'; the columns are: {table.listed()}. {_hint_of_text(table)}")
    found = {field: name for field in SENTENCE_FIELDS if (name := given.get(field, field)) in table.names}
    return {field: name for field, name in found.items() if field in given or not _is_another_matter(table, field)}


def _hint_of_text(table: RawRows) -> str:
    """Say how the column of the sentences is named: the one that has the longest texts."""
    lengths: dict[str, float] = {}
    for name in table.names:
        values = [value for _, value in table.values(name)][:200]
        if values and all(isinstance(value, str) for value in values):
            lengths[name] = sum(map(len, values)) / len(values)
    longest = max(lengths, key=lambda name: lengths[name], default="")
    if longest and lengths[longest] >= _SENTENCE_LENGTH:
        return f"The sentences seem to stand in {longest!r}: {option('text', longest)}"
    return f"Name the one that has the sentences: {option('text', 'NAME')}"


def option(field: str, name: str = "") -> str:
    """Say how a column is named for a field; without a name, how the field is left alone.

    Examples
    --------
    >>> option("text", "Headline")
    'columns.text=Headline (train; elsewhere --column text=Headline)'
    """
    plain = re.fullmatch(r"\w*", name) is not None
    train = f"columns.{field}={name}" if plain else f"\"columns.{field}='{name}'\""
    return f"{train} (train; elsewhere --column {shlex.quote(f'{field}={name}')})"


def spoken(message: str, train: bool) -> str:
    """Return a message that names columns in the syntax of one command, ``train`` or another.

    Examples
    --------
    >>> spoken(f"name it: {option('text', 'Headline')}", train=False)
    'name it: --column text=Headline'
    >>> print(spoken(f"name it: {option('text', 'The text')}", train=True))
    name it: "columns.text='The text'"
    """
    return _OPTION.sub(r"\g<train>" if train else r"\g<other>", message)


def hint_of_labels(sentences: Sequence[Sentence], codebook: Codebook) -> str:
    """Say where the labels of frames seem to be, and how they are named; nothing where they are not found.

    Looked at are own columns that have the names of frames; else, where no stance is coded either, those that have
    labels of the codebook in their cells.
    """
    names = dict.fromkeys(name for s in sentences for name in s.extra if codebook.frame_called(name))
    if not names:
        return _hint_of_label_column(sentences, codebook) if all(s.stance is None for s in sentences) else ""
    have = (
        f"columns {', '.join(names)} have the names" if len(names) > 1 else f"column {next(iter(names))} has the name"
    )
    return (
        f"{have} of frames, but not only 1 and 0, TRUE and FALSE, or x where the label is: write them so, or put the "
        "labels into one column 'frames', with ';' between them and 'none' where there is none of them"
    )


def _hint_of_label_column(sentences: Sequence[Sentence], codebook: Codebook) -> str:
    """Say how the own column is named of whose cells most are labels, spelt with a letter: a 1 may be anything."""
    found: dict[str, float] = {}
    for name in dict.fromkeys(name for s in sentences for name in s.extra if not name.startswith(_NOT_CODED)):
        cells = [label_cell(s.extra[name], codebook) for s in sentences if not is_empty(s.extra.get(name))]
        if any(cell and any(re.search(r"[^\W\d_]", label) for label in cell) for cell in cells):
            found[name] = sum(cell is not None for cell in cells) / len(cells)
    best = max(found, key=lambda name: found[name], default="")
    if not best or found[best] <= _MOSTLY:
        return ""
    return f"the labels seem to stand in {best!r}: {option('frames', best)}"


def is_whole(value: Any) -> bool:
    """Say whether a value is a whole number, as a number or as text."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return number.is_integer() and abs(number) < 2**53


def _given_column(table: RawRows, field: str, name: Any) -> str | None:
    """Return the column that is meant by a name; one that looks like a number or a truth value may come as that."""
    if name is None or name == "":
        return None
    if isinstance(name, list | tuple | dict):
        raise InputError(f"columns.{field}={name}: expected the name of a column")
    same = [column for column in table.names if column == str(name)]
    same = same or [column for column in table.names if _means(name, column)]
    if len(same) != 1:
        raise InputError(f"{table.origin}: columns.{field}={name}, but the columns are: {table.listed()}")
    return same[0]


def _means(name: Any, column: str) -> bool:
    if isinstance(name, bool):
        return column.lower() == str(name).lower()
    if not isinstance(name, int | float):
        return False
    try:
        return float(column) == name
    except ValueError:
        return False


def _refuse_near_misses(table: RawRows, given: Mapping[str, str | None]) -> None:
    """Refuse a column that is a known one misspelt, where the known one is missing."""
    missing = [field for field in _WATCHED if field not in table.names and field not in given]
    for name, place in table.names.items():
        if name in SENTENCE_FIELDS or name in given.values():
            continue
        plain = name.strip().lower()
        # Hardly a typo hits the first letter; 'deadline' and 'folder' are no misspelt 'headline' and 'holder'.
        similar = [field for field in missing if field[0] == plain[:1] and abs(len(field) - len(plain)) <= 1]
        close = difflib.get_close_matches(plain, similar, n=1, cutoff=0.75)
        if close and _could_be(close[0], [value for _, value in table.values(name)]):
            raise InputError(
                f"{place}: unknown column {name!r}; did you mean {close[0]!r}? "
                f"Rename it, or map it with {option(close[0], name)}; with nothing after '=' it stays your own column"
            )


def _could_be(field: str, values: Sequence[Any]) -> bool:
    """Say whether some values could be those of a field."""
    if not values:
        return True
    if field == "target" and _are_labels(values):
        return False
    lists = (list, tuple) if field == "frames" else ()
    return any(
        not isinstance(value, list | tuple | dict)
        or (isinstance(value, lists) and all(isinstance(item, str) for item in value))
        for value in values
    )


def _is_another_matter(table: RawRows, field: str) -> bool:
    """Say, and warn, that a column has the name of a field and nothing of its meaning."""
    values = list(table.values(field))
    if field == "target" and values and _are_labels([value for _, value in values]):
        seen = ", ".join(dict.fromkeys(repr(value) for _, value in values[:1000]))
        what = (
            f"the values of column 'target' ({_shortened(seen)}) are labels, no matters toward which one has a stance"
        )
    elif field in WHOLE_FIELDS and values and not any(is_whole(value) for _, value in values):
        place, value = values[0]
        what = f"no value of column {field!r} is a whole number ({table.within(place)}: {_shortened(repr(value))})"
    else:
        return False
    warnings.warn(
        f"{table.origin}: {what}; it is left alone, as your own column. Name another with {option(field, 'NAME')}; "
        "with nothing after '=' there is none",
        FramingWarning,
        stacklevel=6,
    )
    return True


def _are_labels(values: Iterable[Any]) -> bool:
    return all(_LABEL.fullmatch(str(value).strip()) for value in values)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
