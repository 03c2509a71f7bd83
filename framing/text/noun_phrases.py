"""Noun phrases of English text by a small grammar: what stands between function words and verbs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from framing.text import english
from framing.text.units import Unit, UnitReader, tokens

# A phrase of more words than this is a passage.
_LONGEST = 5
# Share of its places in which a word must end a phrase to count as a noun; adjectives stand before something.
_ENDS, _ENDS_WITH_ADJECTIVE_FORM = 0.12, 0.5
_ADJECTIVE = ("al", "ive", "ous", "ic", "ful", "less", "able", "ible", "ish", "ary", "ese")
# The endings of nouns made of verbs and adjectives: an act or a property of something else.
_MADE = ("ment", "tion", "sion", "ness", "ity", "ance", "ence", "ship", "ing", "al")
_ABBREVIATED = re.compile(r"\b\w\.\w")
_NO_HEAD = english.EMPTY_NOUNS | english.SPEAKERS | english.NATIONAL
_NO_END_OF_NAME = english.SPEAKERS | english.TITLES | english.NATIONAL
_NO_NAME = english.EMPTY_NOUNS | english.BARE_NOUNS


@dataclass(frozen=True)
class NounPhrase:
    """A noun phrase in a text.

    Parameters
    ----------
    text
        As it is written there, without an article before it or a possessive ending.
    key
        What spellings of one phrase have in common: lower case, the singular, no full stops of abbreviations.
    start, end
        Numbers of its first word in the text and of the one after its last.
    parts
        Keys of the two phrases that a preposition joins in it; empty where there is none.
    is_name
        Whether it is a name and nothing else.
    is_bare
        Whether it is a single noun that could be of anything ("the agreement").
    """

    text: str
    key: str
    start: int
    end: int
    parts: tuple[str, ...] = ()
    is_name: bool = False
    is_bare: bool = False


class NounPhraseFinder:
    """Find the noun phrases of English text, with what a corpus says of its words.

    No parser and no model: a phrase is a run of words between function words, verbs, numbers and marks. The corpus
    tells names from words that open a sentence, and nouns from adjectives, which rarely end a phrase.

    Parameters
    ----------
    texts
        The corpus to learn from, one sentence each.

    Examples
    --------
    >>> finder = NounPhraseFinder(["The sanctions on Russia hurt.", "Oil prices and Russia's exports fell."])
    >>> [phrase.text for phrase in finder.phrases("Trade unions reject the sanctions on Russia.")]
    ['trade unions', 'unions', 'sanctions', 'sanctions on Russia', 'Russia']
    """

    def __init__(self, texts: Iterable[str]) -> None:
        corpus = [tokens(text) for text in texts]
        self.reader = UnitReader(corpus)
        self._places: Counter[str] = Counter()
        self._ends: Counter[str] = Counter()
        for words in corpus:
            for run in self.reader.runs(words):
                for unit, following in zip(run, [*run[1:], None], strict=True):
                    word = unit.text.lower().split()[-1]
                    self._places[word] += 1
                    self._ends[word] += following is None or following.kind == "join" or unit.owns

    def phrases(self, text: str) -> list[NounPhrase]:
        """Return the noun phrases of a text in order, those inside others too."""
        return [
            phrase
            for run in self.reader.runs(tokens(text))
            for phrase in sorted(self._phrases_of_run(run), key=lambda phrase: (phrase.start, phrase.end))
        ]

    def _phrases_of_run(self, run: Sequence[Unit]) -> Iterator[NounPhrase]:
        plain: dict[tuple[int, int], NounPhrase] = {}
        for first in range(len(run)):
            for last in range(first, min(first + _LONGEST, len(run))):
                if run[last].kind == "join":
                    break
                units = run[first : last + 1]
                # Before another noun, a single one says what that is of: "trade war" does not speak of trade.
                ends = last + 1 == len(run) or run[last + 1].kind == "join" or run[last].kind == "name"
                if (ends or last > first) and self._is_phrase(units):
                    plain[first, last] = self._phrase(units)
        yield from plain.values()
        for (_, last), left in plain.items():
            yield from _joined_to(left, run, last, plain)

    def _is_phrase(self, units: Sequence[Unit]) -> bool:
        if any(unit.owns and unit.kind != "name" for unit in units):
            return False
        words = [unit.text.lower() for unit in units]
        last = words[-1].split()[-1]
        if units[-1].kind == "name":
            alone = len(units) == 1 or (len(units) == 2 and units[0].owns)
            return (
                alone
                and last not in _NO_END_OF_NAME
                and singular(last) not in english.SPEAKERS
                and singular(words[-1]) not in _NO_NAME
            )
        head = singular(last)
        return head not in _NO_HEAD and singular(words[0]) not in english.EMPTY_NOUNS and not self._is_modifier(last)

    def _is_modifier(self, word: str) -> bool:
        """Whether a word stands before something nearly wherever the corpus has it."""
        places = self._places[word]
        by_form = word.endswith(_ADJECTIVE) and word not in english.NOUNS_LIKE_ADJECTIVES
        if places < 3:
            return by_form
        return self._ends[word] < places * (_ENDS_WITH_ADJECTIVE_FORM if by_form else _ENDS)

    def _phrase(self, units: Sequence[Unit]) -> NounPhrase:
        last = units[-1]
        text = " ".join(unit.text + "'s" * (unit.owns and unit is not last) for unit in units)
        words = [unit.text.lower() for unit in units]
        if last.kind == "noun":
            words[-1] = singular(words[-1])
        alone = len(units) == 1
        bare = alone and last.kind == "noun" and (words[-1] in english.BARE_NOUNS or _is_made(words[-1]))
        key = " ".join(_short_form(word) for word in words)
        return NounPhrase(text, key, units[0].start, last.end, (), alone and last.kind == "name", bare)


def _joined_to(
    left: NounPhrase, run: Sequence[Unit], last: int, plain: dict[tuple[int, int], NounPhrase]
) -> Iterator[NounPhrase]:
    """Yield a phrase with each phrase that a preposition, and perhaps an article, joins to its end."""
    at = last + 1
    after = at
    while after < len(run) and run[after].kind == "join":
        after += 1
    small = [unit.text.lower() for unit in run[at:after]]
    if run[last].owns or not small or small[0] in english.DETERMINERS or not english.DETERMINERS.issuperset(small[1:]):
        return
    for (begin, _), right in plain.items():
        # What happened "in March" or "over lunch" is no part of the matter, unless it is a place.
        if begin == after and (small[0] not in ("in", "over") or right.is_name):
            text = " ".join([left.text, *small, right.text])
            key = f"{left.key} {small[0]} {right.key}"
            yield NounPhrase(text, key, left.start, right.end, (left.key, right.key))


def _is_made(word: str) -> bool:
    return word.endswith(_MADE) and word not in english.MADE_NOUNS


def _short_form(word: str) -> str:
    """Return a word or a name without the stops of an abbreviation, under the shortest of its names."""
    word = word.replace(".", "") if _ABBREVIATED.search(word) else word.rstrip(".")
    return english.ALIASES.get(word, word)


def singular(word: str) -> str:
    """Return the singular of a noun by its ending.

    Examples
    --------
    >>> [singular(word) for word in ("tariffs", "policies", "taxes", "crisis", "glass", "news")]
    ['tariff', 'policy', 'tax', 'crisis', 'glass', 'news']
    """
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) < 4 or word.endswith(("ss", "us", "is", "news", "ics", "chaos")):
        return word
    return word.removesuffix("s")


def english_share(texts: Iterable[str]) -> float:
    """Return the share of words that are function words of English; 1 where there is no word.

    Examples
    --------
    >>> english_share(["The deal is off."]), english_share(["Der Vertrag ist geplatzt."])
    (0.75, 0.0)
    """
    words = [word.lower() for text in texts for word in tokens(text) if word[0].isalpha()]
    return sum(word in english.FUNCTION_WORDS for word in words) / len(words) if words else 1.0
