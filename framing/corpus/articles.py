"""Tables of whole articles, one a row, become rows of their sentences."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from framing.errors import FramingNote, InputError
from framing.text.furniture import furniture
from framing.text.segment import segment

# What is said of an article is not said of each of its sentences.
_OF_ITS_OWN = ("frames", "coded", "stance", "holder", "start", "end")


def rows_of_articles(
    origin: str,
    rows: Sequence[tuple[str, dict[str, Any]]],
    columns: Mapping[str, Any],
    left_out: Counter[str] | None = None,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a row for each sentence of each article, with the article's other columns.

    An article without ``doc_id`` is called after its file and its number there. Its ``headline`` stands beside each
    sentence, and is none itself; without one, a first line that has no final stop is taken for it.

    Parameters
    ----------
    origin
        Name of the table.
    rows
        Its rows, each with its place.
    columns
        The user's own names, as of ``load_dataset``.
    left_out
        Here lines that are no sentences (``framing.text.furniture``) are counted by kind, and left out; without it
        they are kept.

    Raises
    ------
    InputError
        An article has no letter.

    Warns
    -----
    FramingNote
        Codes of whole articles are left out.

    Examples
    --------
    >>> table = [("a.csv, line 2", {"text": "It pays. It is a trap.", "source": "Herald"})]
    >>> for place, row in rows_of_articles("a.csv", table, {}):
    ...     print(place, row["doc_id"], row["position"], row["text"], row["source"])
    a.csv, line 2 a-1 0 It pays. Herald
    a.csv, line 2 a-1 1 It is a trap. Herald
    """
    names = {field: str(columns.get(field) or field) for field in ("text", "headline", "doc_id", *_OF_ITS_OWN)}
    coded = [field for field in ("frames", "stance") if any(row.get(names[field]) for _, row in rows)]
    if coded:
        said = (
            f"{origin}: {' and '.join(map(repr, coded))} of whole articles are not those of their sentences; left out"
        )
        warnings.warn(said, FramingNote, stacklevel=3)
    for number, (place, row) in enumerate(rows, 1):
        text = row.get(names["text"])
        sentences = segment(text, all_lines=left_out is None) if isinstance(text, str) else []
        if not sentences and isinstance(text, str) and text.strip():
            raise InputError(f"{place}: no sentence in {names['text']!r}, got {text.strip()[:40]!r}")
        if not sentences:
            yield place, row  # of which it is said elsewhere what is wrong with it
            continue
        if left_out is not None and isinstance(text, str):
            left_out.update(part.kind for part in furniture(text))
        doc_id = row.get(names["doc_id"]) or f"{Path(origin).stem}-{number}"
        kept = {name: value for name, value in row.items() if name not in [names[field] for field in _OF_ITS_OWN]}
        for sentence in sentences:
            said_here = {name: asdict(sentence)[name] for name in ("previous", "position")}
            headline = row.get(names["headline"]) or sentence.headline
            own = {names["text"]: sentence.text, names["headline"]: headline, names["doc_id"]: doc_id}
            yield place, {**kept, **said_here, **own}
