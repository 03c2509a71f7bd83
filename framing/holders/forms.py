"""How a holder is mentioned: with or without article, title, first name; in full or as an acronym."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from framing.text import english


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ARTICLES = ("the", "a", "an")
_PARTICLES = _set_of("al bin ben da de del della den der di dos du el ibn la le van von y")
_SUFFIXES = _set_of("jr sr ii iii iv")
_JOINS = english.FUNCTION_WORDS - _PARTICLES
_NAMES_TOO = _set_of("may will")
_SMALL = english.DETERMINERS | _set_of(
    "one two three four five six seven eight nine ten many most several few he she they it we others"
)
# None of these is part of a person's name; a place may begin with one of the next, or be one of the last.
_NO_PERSON = english.INSTITUTIONS | english.TAILS | english.NATIONAL
_COMPASS = _set_of("north south east west northern southern eastern western central new united saudi")
_PLACES = _set_of("""
    america austin berlin brooklyn chad charlotte china cuba florence france georgia india ireland israel jordan kenya
    london madison moscow paris sydney turkey virginia washington wellington
""")
_POSSESSIVE_END = re.compile(r"(?:['’]s?)$")
_INITIAL = re.compile(r"[A-Z]\.?")
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_MARKS = " \t\n\"“”„«»‘’',;:–—-"


@dataclass(frozen=True)
class Form:
    """A mention, taken apart.

    Parameters
    ----------
    key
        What it has in common with other spellings of the same name: small letters, no article, title or ending.
    text
        As it is shown: the article small, no courtesy title; another title only before a single name.
    words
        Of what may be a person, the words of the name in small letters, without particles ("von").
    article
        ``"the"``, ``"a"``, ``"an"`` or ``""``.
    title
        The office before a name ("president"), in small letters; courtesy titles are none.
    is_person
        Whether it is written as a person is: capitals, no article, no word of institutions.
    is_acronym
        Whether it is one, such as "ECB".
    """

    key: str
    text: str
    words: tuple[str, ...] = ()
    article: str = ""
    title: str = ""
    is_person: bool = False
    is_acronym: bool = False

    @property
    def is_full_name(self) -> bool:
        """Whether it has a first name and a last."""
        return self.is_person and len(self.words) > 1

    @property
    def is_place(self) -> bool:
        """Whether it is likelier a place than somebody's name."""
        return len(self.words) == 1 and self.words[0] in _PLACES and not self.title


@lru_cache(maxsize=1 << 16)
def form_of(name: str) -> Form:
    """Take a mention apart.

    Examples
    --------
    >>> form_of("Russian President Vladimir Putin").text, form_of("Mr. Witkoff’s").text
    ('Vladimir Putin', 'Witkoff')
    >>> form_of("The Kremlin").key, form_of("Trump's envoy").key
    ('kremlin', "trump's envoy")
    >>> form_of("special envoy Steve Witkoff").title, form_of("the ECB").is_acronym
    ('envoy', True)
    """
    text = _clean(name)
    first, _, rest = text.partition(" ")
    article = first.casefold() if rest and first.casefold() in _ARTICLES else ""
    bare = rest if article else text
    words = bare.split()
    if not article and first[1:].islower() and first.casefold() in _SMALL:
        bare = bare[:1].casefold() + bare[1:]  # its capital is the sentence's
    if _is_acronym(bare):
        return Form(_key_text(bare), f"{article} {bare}".strip(), article=article, is_acronym=True)
    title, name_words = _without_title(words)
    person = _person(name_words)
    if person and (not article or title):
        shown = " ".join(name_words)
        one = f"{words[0]} {shown}" if title and len(person) == 1 and len(words) == 2 else shown
        return Form(_key_of_person(name_words), one, person, title=title, is_person=True)
    return Form(_key_text(bare), f"{article} {bare}".strip(), article=article)


def key_of(name: str) -> str:
    """Return what spellings of one name have in common.

    Examples
    --------
    >>> key_of("The U.S."), key_of("United States"), key_of("Donald J. Trump"), key_of("President Donald Trump")
    ('us', 'us', 'donald trump', 'donald trump')
    """
    return form_of(name).key


def initials(name: str) -> set[str]:
    """Return the acronyms that a name may have: of all its words, and without the small ones.

    Examples
    --------
    >>> sorted(initials("Bank of Ferns"))
    ['bf', 'bof']
    """
    words = [word for word in re.split(r"[\s-]+", name.casefold()) if word and word[0].isalpha()]
    if words[:1] == ["the"]:
        words = words[1:]
    whole = "".join(word[0] for word in words)
    content = "".join(word[0] for word in words if word not in english.FUNCTION_WORDS)
    return {letters for letters in (whole, content) if len(letters) > 1}


def _clean(name: str) -> str:
    """Return a mention on one line, without brackets, an apposition, marks and a possessive ending."""
    text = _IN_BRACKETS.sub("", " ".join(name.split())).strip(_MARKS)
    head, comma, more = text.partition(", ")
    if comma and not more[0].isupper():
        text = head
    return _POSSESSIVE_END.sub("", text) or text or name


def _is_acronym(text: str) -> bool:
    letters = text.replace(".", "")
    return letters.isalpha() and letters.isupper() and 2 <= len(letters) <= 6


def _without_title(words: list[str]) -> tuple[str, list[str]]:
    """Return the office before a name and the name; of "special envoy Ann Lund", "envoy" and Ann Lund."""
    small = [word.rstrip(".").casefold() for word in words]
    at = first = 0
    office = ""
    while at < len(words) - 1:
        here, is_title = small[at], small[at] in english.TITLES | english.COURTESY
        if is_title and here in english.OFFICES and small[at + 1] == "of" and at + 3 < len(words):
            at += 2  # "Secretary of State Ann Lund"
        elif here in _JOINS - english.COURTESY and words[at] != "US":
            return "", words
        at += 1
        if is_title or (words[at - 1][0].islower() and here not in _PARTICLES):
            first = at
            office = office if here in english.COURTESY else here
    return office, words[first:]


def _person(words: list[str]) -> tuple[str, ...]:
    """Return the words of what is written as a person's name; none where it is not."""
    core = [word for word in words if word.casefold() not in _PARTICLES]
    if len(core) > 1 and core[-1].rstrip(".").casefold() in _SUFFIXES:
        core = core[:-1]
    if not 1 <= len(core) <= 4 or not all(word[0].isupper() and _is_name_word(word) for word in core):
        return ()
    if any(_POSSESSIVE_END.search(word) for word in core):
        return ()
    small = [word.replace(".", "").casefold() for word in core]
    if len(small) == 1 and small[0] in english.TITLES:  # "President" is an office, whoever holds it
        return ()
    common = {word for word in small if len(word) > 1} & (english.FUNCTION_WORDS - _NAMES_TOO)
    if common or small[0] in _COMPASS or _NO_PERSON.intersection(small):
        return ()
    return tuple(word for number, word in enumerate(small) if number in (0, len(small) - 1) or len(word) > 1)


def _is_name_word(word: str) -> bool:
    return _INITIAL.fullmatch(word) is not None or all(c.isalpha() or c in "-'’." for c in word)


def _key_of_person(words: list[str]) -> str:
    middle = words[1:-1]
    kept = [words[0], *(word for word in middle if not _INITIAL.fullmatch(word)), *words[1:][-1:]]
    return _key_text(" ".join(kept))


def _key_text(text: str) -> str:
    key = text.casefold().replace("’", "'").replace(".", "").replace("&", "and")
    return english.ALIASES.get(key, key)
