"""Which targets each document is asked about, and whether it speaks of them at all."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from framing.errors import FramingWarning, InputError
from framing.records import Sentence

_WORD = re.compile(r"[^\W_]+")
_STEM = 5  # letters that the forms of a word have in common, mostly
_SMALL = frozenset(
    ("the", "a", "an", "of", "and", "or", "for", "to", "in", "on", "at", "by", "with", "from", "its", "this", "new")
)


def with_targets_of_documents(
    sentences: Sequence[Sentence], table: Mapping[str, Sequence[str]], origin: str
) -> list[Sentence]:
    """Give each sentence the targets of its document, a row for each; one of no document in the table has none.

    Parameters
    ----------
    sentences
        Sentences of documents, by ``doc_id``.
    table
        By document its targets; a document is named as a file is, or by that name without its ending.
    origin
        What the table is called in an error.

    Raises
    ------
    InputError
        No sentence is of a document of the table.

    Warns
    -----
    FramingWarning
        Some documents of the table are not there.

    Examples
    --------
    >>> rows = [Sentence("It pays.", doc_id="a.txt"), Sentence("It rains.", doc_id="b.txt")]
    >>> [(s.text, s.target) for s in with_targets_of_documents(rows, {"a": ("the deal", "Kyiv")}, "table")]
    [('It pays.', 'the deal'), ('It pays.', 'Kyiv'), ('It rains.', None)]
    """
    found: list[Sentence] = []
    known: set[str] = set()
    for sentence in sentences:
        named = next((n for n in (sentence.doc_id, PurePath(sentence.doc_id).stem) if table.get(n)), None)
        targets = () if named is None else table[named]
        known |= set() if named is None else {named}
        found += [sentence.with_target(target) for target in targets] or [replace(sentence, target=None, stance=None)]
    if not known:
        there = sorted({s.doc_id for s in sentences})[:3]
        raise InputError(
            f"{origin}: none of its documents ({', '.join(map(repr, list(table)[:3]))}) is one of the input's "
            f"({', '.join(map(repr, there))}); doc_id is the file's name, or the column doc_id of a table"
        )
    if missing := [document for document in table if document not in known]:
        told = ", ".join(map(repr, missing[:3])) + (", ..." if len(missing) > 3 else "")
        said = f"{origin}: {len(missing):,} of {len(table):,} documents are not in the input ({told}): not asked about"
        warnings.warn(said, FramingWarning, stacklevel=3)
    return found


def never_mentioned(sentences: Iterable[Sentence], targets: Sequence[str]) -> dict[str, list[str]]:
    """Return by target the documents in which no word of it stands, where there are such.

    Words count by their first letters ("sanctions" is mentioned by "sanctioned"); small words do not.

    Examples
    --------
    >>> rows = [Sentence("The deal pays.", doc_id="a"), Sentence("It rains.", doc_id="b")]
    >>> never_mentioned(rows, ["the port deal"])
    {'the port deal': ['b']}
    """
    words: dict[str, set[str]] = defaultdict(set)
    for sentence in sentences:
        words[sentence.doc_id] |= _word_stems(f"{sentence.headline} {sentence.text}")
    missing = {}
    for target in targets:
        stems = _word_stems(target)
        absent = [document for document, there in words.items() if stems and not stems & there]
        if absent:
            missing[target] = absent
    return missing


def _word_stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(text.lower()) if word not in _SMALL}
