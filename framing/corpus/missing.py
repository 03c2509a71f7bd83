"""Words that programs write for a missing value."""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from framing.codebook import Codebook
from framing.corpus.raw import MISSING, RawRows, counted, is_empty
from framing.errors import FramingWarning


def is_missing_frame(word: str, codebook: Codebook | None) -> bool:
    """Say whether a word in a place of frames is none of them, nor the 'none' that says so."""
    known = codebook is not None and (codebook.frame_called(word) or codebook.means_none(word))
    return word in MISSING and word.lower() != "none" and not known


class MissingValues:
    """Takes missing values out of rows, and keeps count of those that were written as words.

    Parameters
    ----------
    codebook
        Its labels are labels, whatever else such a word may mean.
    """

    def __init__(self, codebook: Codebook | None) -> None:
        self._codebook = codebook
        self._words: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._first: dict[str, str] = {}
        # 'None' among frames: a coder's word for "none present", or what pandas prints where nothing was coded.
        self._nones: Counter[str] = Counter()

    def taken_out(self, place: str, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a row that have a value; a text stays, whatever it says."""
        kept = {}
        for field, value in known.items():
            if is_empty(value):
                continue
            if field == "text" or not self._is_word(field, value):
                kept[field] = value
                if field in ("frames", "coded") and isinstance(value, str) and value.strip() == "None":
                    self._nones[field] += 1
            else:
                self._words[field][value.strip()] += 1
                self._first.setdefault(field, place)
        return kept

    def _is_word(self, field: str, value: Any) -> bool:
        if not isinstance(value, str) or value.strip() not in MISSING:
            return False
        word = value.strip()
        if field in ("frames", "coded"):
            return is_missing_frame(word, self._codebook)
        if field == "stance":  # published corpora have a class that is called 'none'
            return word.lower() != "none" and not (self._codebook and self._codebook.stance_called(word))
        return True

    def warn(self, table: RawRows, column_of: Mapping[str, str]) -> None:
        """Tell, a line for each column, which words were read as missing."""
        for field, number in self._nones.items():
            said = counted(Counter({"None": number}), "row")
            warnings.warn(
                f"{table.origin}: column {column_of[field]!r} has {said}: read as coded, none present; where it stands "
                "for a missing value, leave the cell empty",
                FramingWarning,
                stacklevel=5,
            )
        for field, words in self._words.items():
            said = counted(words, "row")
            first = table.within(self._first[field])
            warnings.warn(
                f"{table.origin}: column {column_of[field]!r} has {said} (first in {first}): read as missing, like an "
                "empty cell",
                FramingWarning,
                stacklevel=5,
            )
