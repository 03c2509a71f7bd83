"""Whose codes rows are: a file for each coder, or a column that names the coder of each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framing.errors import InputError
from framing.records import CODER_COLUMNS, SENTENCE_FIELDS, Sentence


@dataclass(frozen=True)
class Codings:
    """The rows of several coders.

    Parameters
    ----------
    sentences
        By coder, what was coded.
    rows
        By coder, the number of each of these rows in its file.
    """

    sentences: dict[str, list[Sentence]]
    rows: dict[str, list[int]]


def coder_column(sentences: Sequence[Sentence]) -> str | None:
    """Return the name of the column that names coders, whatever its letter case; None where there is none.

    Examples
    --------
    >>> coder_column([Sentence("It rains.", extra={"Annotator": "ann"})])
    'Annotator'
    """
    plain = {str(name).strip().lower(): str(name) for s in sentences for name in s.extra}
    return next((plain[name] for name in CODER_COLUMNS if name in plain), None)


def codings_by_column(sentences: Sequence[Sentence], column: str, origin: str) -> Codings:
    """Part rows by a column that names the coder.

    Parameters
    ----------
    sentences
        Coded rows of several coders.
    column
        A column of the file, or a field of ``Sentence`` such as ``source``.
    origin
        What the rows are called in an error.

    Raises
    ------
    InputError
        There is no such column, a row has no coder, or there is one coder only.
    """
    if column not in SENTENCE_FIELDS and not any(column in s.extra for s in sentences):
        names = ", ".join(dict.fromkeys(repr(str(name)) for s in sentences for name in s.extra)) or "none"
        raise InputError(f"{origin}: no column {column!r}; the columns beside the known fields are: {names}")
    codings = Codings(defaultdict(list), defaultdict(list))
    for number, sentence in enumerate(sentences, 1):
        coder = _coder(sentence, column)
        if not coder:
            raise InputError(f"{origin}, row {number}: no coder in column {column!r}")
        codings.sentences[coder].append(sentence)
        codings.rows[coder].append(number)
    if len(codings.sentences) < 2:
        raise InputError(f"{origin}: column {column!r} names one coder, {coder!r}; agreement needs at least two")
    return codings


def codings_by_file(files: Mapping[str, Sequence[Sentence]]) -> Codings:
    """Take each file as one coder.

    Parameters
    ----------
    files
        By coder, the rows of the file.

    Raises
    ------
    InputError
        A column of a file names several coders.
    """
    for file, sentences in files.items():
        column = coder_column(sentences)
        coders = dict.fromkeys(_coder(s, column) for s in sentences) if column else {}
        if len(coders) > 1:
            raise InputError(
                f"{file}: column {column!r} names {len(coders)} coders ({', '.join(map(repr, list(coders)[:3]))}), but "
                f"of several files each is one coder; to compare by that column, add --coder {column}"
            )
    return Codings(
        {coder: list(rows) for coder, rows in files.items()},
        {coder: list(range(1, len(rows) + 1)) for coder, rows in files.items()},
    )


def _coder(sentence: Sentence, column: str) -> str:
    value = getattr(sentence, column) if column in SENTENCE_FIELDS else sentence.extra.get(column)
    return "" if value is None else str(value).strip()
