"""Coded rows without their text: how they are made, written and read."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from framing.corpus.raw import RawRows
from framing.corpus.readers import Source, format_of, read_rows
from framing.corpus.rows import sentences_from_rows
from framing.errors import InputError
from framing.records import SENTENCE_FIELDS, Sentence, with_own_names
from framing.sharing.columns import TEXTS, Columns, shareable
from framing.sharing.digests import BITS, DIGITS, SHORT_DIGITS, Digester, plain

_KINDS = ("sha256", "hmac")
_CHARACTERS, _SKETCH = "text_characters", "text_sketch"
_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True)
class Dehydrated:
    """A coded sentence without its text.

    Parameters
    ----------
    codes
        All that is said of it; its ``text``, ``headline`` and ``previous`` are empty.
    text
        The digest of the text.
    characters
        How many characters its plain form has.
    sketch
        A sketch of its words; empty where there is none.
    headline, previous
        The first half of the digests of its context; empty where it has none.
    place
        Where it stands in the file, for messages.
    """

    codes: Sentence
    text: str
    characters: int
    sketch: str = ""
    headline: str = ""
    previous: str = ""
    place: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """The first half of the digest of the text, as contexts have it."""
        return self.text[:SHORT_DIGITS]

    def to_row(self, kind: str) -> dict[str, Any]:
        """Return the row of a file of codes; ``kind`` is what its digests are."""
        codes = replace(self.codes, extra={}).to_row()
        del codes["text"]
        values = {_column(name, kind): getattr(self, name) for name in TEXTS}
        values |= {_CHARACTERS: self.characters, _SKETCH: self.sketch}
        marks = {name: value for name, value in values.items() if value}
        return codes | marks | with_own_names(self.codes.extra, {*codes, *_columns()})


@dataclass(frozen=True)
class Codes:
    """A file of codes.

    Parameters
    ----------
    origin
        Its name.
    kind
        What its digests are, ``sha256`` or ``hmac``.
    rows
        Its rows.
    """

    origin: str
    kind: str
    rows: list[Dehydrated]

    @property
    def sentences(self) -> list[Sentence]:
        """The codes of the rows as sentences that have no text; ``corpus.codes.codes_digest`` takes them."""
        return [row.codes for row in self.rows]

    def digester(self, salt: str) -> Digester:
        """Return what makes digests of the file's kind.

        Raises
        ------
        InputError
            There is a salt and the file has none, or the other way round.
        """
        if self.kind == "hmac" and not salt:
            raise InputError(f"{self.origin}: its digests are salted; give the salt they were made with, --salt TEXT")
        if self.kind != "hmac" and salt:
            raise InputError(f"{self.origin}: its digests are not salted; leave --salt away")
        return Digester(salt)


def dehydrate(
    sentences: Sequence[Sentence],
    salt: str = "",
    *,
    places: Sequence[str] = (),
    without: Collection[str] = (),
    keep: Collection[str] = (),
    sketch: bool = True,
) -> tuple[Codes, Columns]:
    """Take the text out of coded sentences.

    Parameters
    ----------
    sentences
        Coded rows.
    salt
        As for ``Digester``.
    places
        Where each row stands, for messages; ``row 1`` and so on if left out.
    without, keep
        As for ``shareable``.
    sketch
        Keep a sketch of the words, by which an edited sentence can be found.

    Returns
    -------
    Codes, Columns
        The rows without text, and what was taken out besides.

    Raises
    ------
    InputError
        A row has no text, or what should be a code is text.

    Examples
    --------
    >>> codes, _ = dehydrate([Sentence("It rains.", doc_id="a.txt", frames=(), stance="neutral")])
    >>> row = codes.rows[0].to_row(codes.kind)
    >>> row["text_sha256"][:8], row["text_characters"], [name for name in row if not name.startswith("text_")]
    ('6f58a762', 9, ['frames', 'stance', 'doc_id'])
    """
    places = places or [f"row {number}" for number in range(1, len(sentences) + 1)]
    columns = shareable(sentences, places, without, keep)
    digester = Digester(salt)
    rows = []
    for place, sentence in zip(places, columns.shared, strict=True):
        characters = len(plain(sentence.text))
        if not characters:
            raise InputError(f"{place}: no text, so nothing to find it by")
        headline, previous = (digester.short(t) if plain(t) else "" for t in (sentence.headline, sentence.previous))
        rows.append(
            Dehydrated(
                codes=replace(sentence, text="", headline="", previous=""),
                text=digester.digest(sentence.text),
                characters=characters,
                sketch=digester.sketch(sentence.text) if sketch else "",
                headline=headline,
                previous=previous,
                place=place,
            )
        )
    return Codes("codes", digester.kind, rows), columns


def codes_jsonl(rows: Iterable[Dehydrated], kind: str) -> str:
    """Return rows as a file of codes, one JSON object a line."""
    return "".join(json.dumps(row.to_row(kind), ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)


def read_codes(path: str | Path) -> Codes:
    """Read a file of codes, as JSONL, CSV, TSV or Parquet.

    Raises
    ------
    InputError
        It is missing, empty, damaged, or no file of codes: it has texts, or no digests.
    """
    path = Path(path)
    form = format_of(path)
    table = RawRows(str(path), read_rows(Source.from_file(path), form))
    kind = _kind_of(table)
    digest = _column("text", kind)
    for place, row in table.rows:
        if not row.get(digest):
            raise InputError(f"{place}: no digest in {digest!r}, so nothing to find the sentence by")
    # The digest is read in the text's place. A field that is not there is not looked for under a similar name.
    given = {field: field if field in table.names else None for field in SENTENCE_FIELDS} | {"text": digest}
    sentences = sentences_from_rows(str(path), table.rows, None, given)
    places = [place for place, _ in table.rows]
    return Codes(str(path), kind, [_row(place, s, kind) for place, s in zip(places, sentences, strict=True)])


def _column(name: str, kind: str) -> str:
    return f"{name}_{kind}"


def _columns() -> set[str]:
    """Return the columns that only a file of codes has."""
    return {_column(name, kind) for name in TEXTS for kind in _KINDS} | {_CHARACTERS, _SKETCH}


def _kind_of(table: RawRows) -> str:
    """Return what the digests of a file are."""
    if texts := [name for name in TEXTS if name in table.names]:
        raise InputError(f"{table.origin}: has texts in column {texts[0]!r}; expected codes without text")
    kinds = [kind for kind in _KINDS if _column("text", kind) in table.names]
    if len(kinds) != 1:
        both = " or ".join(repr(_column("text", kind)) for kind in _KINDS)
        got = "both" if kinds else f"neither; the columns are: {table.listed()}"
        raise InputError(f"{table.origin}: expected a column {both}, as framing data dehydrate writes it; got {got}")
    return kinds[0]


def _row(place: str, sentence: Sentence, kind: str) -> Dehydrated:
    extra = dict(sentence.extra)
    digests = {"text": sentence.text, **{name: extra.pop(_column(name, kind), None) for name in TEXTS[1:]}}
    for name, value in digests.items():
        _check_hex(place, _column(name, kind), value, DIGITS if name == "text" else SHORT_DIGITS)
    characters, sketch = extra.pop(_CHARACTERS, None), extra.pop(_SKETCH, None)
    _check_hex(place, _SKETCH, sketch, BITS // 4)
    if not str(characters).isdecimal() or not int(characters):
        raise InputError(f"{place}: {_CHARACTERS!r} should be a whole number from 1, got {characters!r}")
    return Dehydrated(
        codes=replace(sentence, text="", extra=extra),
        characters=int(characters),
        sketch=sketch or "",
        place=place,
        **{name: value or "" for name, value in digests.items()},
    )


def _check_hex(place: str, name: str, value: Any, digits: int) -> None:
    if value and not (isinstance(value, str) and len(value) == digits and _HEX.fullmatch(value)):
        raise InputError(f"{place}: {name!r} should be {digits} hexadecimal digits, got {str(value)[:80]!r}")
