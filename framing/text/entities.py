"""Names in a sentence: who and what is capitalised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
# A name: capitalised words in a row, with the small words that join them; abbreviations such as U.S. too.
_NAME = re.compile(
    r"(?:[A-Z](?:\.[A-Z])+\.?|[^\W\d_a-zß-öø-ÿ][\w’'-]*)(?:(?:\s+(?:of|the|and|de|al|for)\b)?\s+[^\W\d_a-zß-öø-ÿ][\w’'-]*)*"
)
# Dates are no names, and who speaks in a transcript is its form.
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


class NameFinder:
    """Find names by their capitals, with what a corpus says of words that open a sentence.

    A word that opens a sentence counts as a name when the corpus writes it with a capital inside sentences more
    often than without. Simple, free of models and of languages' peculiarities other than capitals; good for asking
    whether names give a label away, not for telling persons from places.

    Parameters
    ----------
    texts
        The corpus to learn from.

    Examples
    --------
    >>> finder = NameFinder(["Talks with Iran resumed.", "The talks failed.", "Iran said no to the U.S. plan."])
    >>> finder.names("Iran and the U.S. met for talks in New Delhi.")
    ['Iran', 'U.S.', 'New Delhi']
    >>> finder.names("QUESTION: Will they meet in Lima on Monday?")
    ['Lima']
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._capital: Counter[str] = Counter()
        self._small: Counter[str] = Counter()
        for text in texts:
            for match in _WORD.finditer(text):
                word = match.group()
                if word[0].islower():
                    self._small[word.lower()] += 1
                elif not _opens(text, match.start()):
                    self._capital[word.lower()] += 1

    def names(self, text: str) -> list[str]:
        """Return the names of a text, in order."""
        return [name for name, _, _ in self.spans(text)]

    def mask(self, text: str, mark: str = "X") -> str:
        """Return the text with each name replaced by a mark."""
        for _, start, end in reversed(self.spans(text)):
            text = text[:start] + mark + text[end:]
        return text

    def spans(self, text: str) -> list[tuple[str, int, int]]:
        """Return each name with its characters, ``text[start:end] == name``."""
        found = []
        for match in _NAME.finditer(text):
            start, end = match.span()
            words = match.group().split()
            if _opens(text, start) and not self._is_name(words[0]):
                rest = text[start:end].partition(" ")[2].lstrip()
                rest = re.sub(r"^(?:of|the|and|de|al|for)\s+", "", rest)
                if not rest:
                    continue
                start = end - len(rest)
            name = text[start:end]
            speaker = name.isupper() and text[end : end + 1] == ":"
            if name not in ("I", "I'm", "I've") and name.lower() not in (*_DAYS, *_MONTHS) and not speaker:
                found.append((name, start, end))
        return found

    def _is_name(self, word: str) -> bool:
        key = word.lower()
        return self._capital[key] > self._small[key] or (word.isupper() and len(word) > 1)


def name_lists(texts: Sequence[str]) -> list[list[str]]:
    """Return the names of each text, learned from all of them.

    Examples
    --------
    >>> name_lists(["Peru and Chile met.", "Both Peru and Chile agreed."])
    [['Peru and Chile'], ['Peru and Chile']]
    """
    finder = NameFinder(texts)
    return [finder.names(text) for text in texts]


def _opens(text: str, start: int) -> bool:
    """Whether a position is where a sentence or a quotation begins."""
    before = text[:start].rstrip()
    return not before or before[-1] in ".!?:;\"“‘'(—–-…"
