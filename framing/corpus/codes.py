"""What coders said, whatever text it is about: a digest that needs no text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace

from framing.records import Sentence

# Own columns that are codes: who coded, and what each coder said.
_CODING = ("coder", "coders")


def codes_digest(sentences: Iterable[Sentence]) -> str:
    """Return the sha256 of what coders said and where: the same for rows with their text, without it, or with it again.

    It is of all fields but ``text``, ``headline``, ``previous``, ``start`` and ``end``, and of the own columns
    ``coder`` and ``coders``, row by row in their order.

    Examples
    --------
    >>> row = Sentence("It rains.", frames=(), doc_id="a.txt", extra={"desk": "foreign"})
    >>> codes_digest([row]) == codes_digest([Sentence("", frames=(), doc_id="a.txt")])
    True
    >>> codes_digest([row]) == codes_digest([Sentence("It rains.", frames=("gain",), doc_id="a.txt")])
    False
    """
    digest = hashlib.sha256()
    for sentence in sentences:
        coding = {name: sentence.extra[name] for name in _CODING if name in sentence.extra}
        row = replace(sentence, text="", headline="", previous="", start=None, end=None, extra=coding).to_row()
        del row["text"]
        digest.update(json.dumps(row, sort_keys=True, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()
