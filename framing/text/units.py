"""Words and names of English text: what a sentence is made of before phrases are looked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from framing.text import english

_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|[^\W\d_](?:\w|['.&/-](?=[^\W_]))*|\d(?:[\w.,:/-]*\w)?|[^\w\s]")
_POSSESSIVE = re.compile(r"'s?$")
_OPENING = ".!?:;\"“‘'(—–-…"
_STOPS = english.FUNCTION_WORDS | english.QUANTITIES | english.EMPTY_ADJECTIVES
# The endings of verbs and adverbs.
_ENDINGS = ("ed", "ing", "ly")
_NO_VERBS = english.IN_ED_OR_LY | english.NOUNS_LIKE_ADJECTIVES
_OF_NAMES = ("al", "bin", "de", "del", "la", "der", "van", "von")


@dataclass(frozen=True)
class Unit:
    """A word, or a name as a whole.

    Parameters
    ----------
    text
        As it is written, without a possessive ending; a noun without the capital that opens a sentence.
    kind
        ``noun`` (or an adjective), ``name``, ``join`` (a preposition, or the article after one) or ``stop``.
    start, end
        Numbers of its first word in the text and of the one after its last.
    owns
        Whether it had a possessive ending.
    """

    text: str
    kind: str
    start: int
    end: int
    owns: bool = False


def tokens(text: str) -> list[str]:
    """Return the words, numbers and marks of a text.

    Examples
    --------
    >>> tokens("The U.S. envoy’s 28-point plan, Mr. Lund said.")
    ['The', 'U.S.', "envoy's", '28-point', 'plan', ',', 'Mr', '.', 'Lund', 'said', '.']
    """
    return _TOKEN.findall(text.replace("’", "'"))


class UnitReader:
    """Read sentences as runs of words and names, with what a corpus says of capitals.

    Parameters
    ----------
    corpus
        The tokens of each sentence of the corpus.

    Examples
    --------
    >>> reader = UnitReader([tokens("The bank of Lund fears the Ministry of Defence.")])
    >>> [[unit.text for unit in run] for run in reader.runs(tokens("The Ministry of Defence said that tariffs hurt."))]
    [['Ministry of Defence'], ['tariffs']]
    """

    def __init__(self, corpus: Iterable[Sequence[str]]) -> None:
        self._capital: Counter[str] = Counter()
        self._small: Counter[str] = Counter()
        for words in corpus:
            if not _is_headline(words):
                self._count_capitals(words)

    def _count_capitals(self, words: Sequence[str]) -> None:
        opens = True
        for word in words:
            if word[0].islower():
                self._small[word.lower()] += 1
            elif word[0].isalpha() and not opens:
                self._capital[_POSSESSIVE.sub("", word.lower())] += 1
            opens = word in _OPENING

    def is_name(self, word: str) -> bool:
        """Whether the corpus writes a word with a capital inside sentences more often than without."""
        key = word.lower()
        return self._capital[key] > self._small[key] or (word.isupper() and len(word) > 1 and not self._small[key])

    def is_name_only(self, word: str) -> bool:
        """Whether the corpus hardly ever writes a word without a capital."""
        key = word.lower()
        return self._capital[key] > 20 * self._small[key] and key not in english.NATIONAL

    def runs(self, words: Sequence[str]) -> Iterator[list[Unit]]:
        """Yield what stands between stops: nouns, names and the prepositions that join them."""
        run: list[Unit] = []
        for unit in self._units(words):
            if unit.kind != "stop":
                run.append(unit)
            elif run:
                yield run
                run = []
        if run:
            yield run

    def _units(self, words: Sequence[str]) -> Iterator[Unit]:
        headline, opens, at = _is_headline(words), True, 0
        while at < len(words):
            end = self._end_of_name(words, at, opens or headline, headline)
            if end > at:
                text = " ".join(words[at:end])
                owner = _POSSESSIVE.sub("", text)
                kind = "stop" if (owner.lower() in _STOPS and owner != "US") or len(owner) < 2 else "name"
                yield Unit(owner, kind, at, end, owns=owner != text)
            elif _is_title(words, at):
                # "Secretary of State Edith Lund": the office is no part of the name either.
                end = at + (3 if words[at + 1] == "of" else 1)
                yield Unit(words[at], "stop", at, end)
            else:
                end = at + 1
                word = words[at].lower() if words[at][1:].islower() else words[at]
                yield Unit(word, self._kind(words, at), at, end)
            opens = words[end - 1] in _OPENING
            at = end

    @staticmethod
    def _kind(words: Sequence[str], at: int) -> str:
        word = words[at].lower()
        before = words[at - 1].lower() if at else ""
        if word in english.JOINING or (word in english.DETERMINERS and before in english.JOINING):
            return "join"
        stop = not word[0].isalpha() or len(word) < 3 or word in _STOPS or word in english.VERBS
        stop |= word.endswith(_ENDINGS) and word not in _NO_VERBS
        stop |= _POSSESSIVE.search(word) is not None and not word.endswith("s")
        return "stop" if stop or "'" in word or _is_verb_here(words, at) else "noun"

    def _end_of_name(self, words: Sequence[str], at: int, doubtful: bool, headline: bool) -> int:
        """Return where the name that begins here ends; ``at`` where none begins."""
        if not self._is_part(words[at], doubtful) or _is_title(words, at):
            return at
        end = at + 1
        while end < len(words) and not words[end - 1].endswith("'s") and not _is_title(words, end):
            joined = self._end_of_next(words, at, end, headline)
            if joined == end:
                break
            end = joined
        return end

    def _end_of_next(self, words: Sequence[str], first: int, at: int, headline: bool) -> int:
        """Return where the next word of a name ends, with the small words before it; ``at`` where there is none."""
        if self._is_part(words[at], headline):
            return at + 1
        word = words[at].lower()
        has_body = word == "of" and words[at - 1].lower() in english.INSTITUTIONS
        ahead = at + (2 if has_body and words[at + 1 : at + 2] == ["the"] else 1)
        if ahead >= len(words) or not self._is_part(words[ahead], headline):
            return at
        if has_body or (word in _OF_NAMES and at > first):
            return ahead + 1
        if word in ("and", "&"):
            for last in range(ahead, min(ahead + 4, len(words))):
                if not words[last][0].isupper():
                    break
                if _POSSESSIVE.sub("", words[last].lower()) in english.TAILS:
                    return last + 1
        return at

    def _is_part(self, word: str, doubtful: bool) -> bool:
        """Whether a word is one of a name; where any word may have a capital, the corpus tells."""
        if not word[0].isupper() or word.lower() in english.FUNCTION_WORDS:
            return word == "US"
        if word.lower() in english.QUANTITIES:
            return False
        return self.is_name(_POSSESSIVE.sub("", word)) if doubtful else True


def _is_verb_here(words: Sequence[str], at: int) -> bool:
    """Whether a word that is a noun elsewhere is a verb here ("to plan", "Lund attacks the")."""
    before = words[at - 1] if at else ""
    following = words[at + 1].lower() if at + 1 < len(words) else ""
    if before.lower() in english.BEFORE_VERBS or (
        before.lower() == "to" and words[at].lower() in english.NOUNS_AND_VERBS
    ):
        return True
    return before[:1].isupper() and words[at].endswith("s") and following in english.AFTER_VERBS and before != "The"


def _is_title(words: Sequence[str], at: int) -> bool:
    """Whether a word is a title before a name, and no part of it."""
    word = words[at].lower()
    if word not in english.TITLES or not words[at][0].isupper() or at + 1 >= len(words):
        return False
    following = words[at + 1]
    holds_office = following == "of" and at + 2 < len(words) and words[at + 2][0].isupper()
    return following[0].isupper() or following == "." or (holds_office and word in english.OFFICES)


def _is_headline(words: Sequence[str]) -> bool:
    """Whether nearly all words have capitals, so that these tell nothing."""
    content = [word for word in words if word[0].isalpha() and word.lower() not in english.FUNCTION_WORDS]
    return len(content) > 3 and sum(word[0].isupper() for word in content) > 0.7 * len(content)
