"""Who a pronoun, a surname or a title stands for, by what a document has said so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from framing.holders.attribution import Mention
from framing.holders.words import FEMALE, GROUPS, MALE, PRONOUNS
from framing.text import english

# A name that was last said more sentences ago than this is not what "he" means.
_FARTHEST = 8
# The mark of several: "they" is one of these, and neither "he" nor "it".
PLURAL = "several"
_GROUPS = english.INSTITUTIONS | GROUPS


@dataclass
class Person:
    """Somebody, or an institution, that a document names.

    Parameters
    ----------
    name
        The longest form so far.
    gender
        ``"m"``, ``"f"``, ``"n"`` for an institution, ``"p"`` for several, ``""`` while nothing tells.
    sentence, start
        Where it was last mentioned.
    weight
        1 where it was a subject there.
    acts
        Whether it has a title or was ever a subject, as people do and places rarely.
    named
        Whether it has a name, not only a title.
    titles
        The words that said who it is.
    """

    name: str
    gender: str = ""
    sentence: int = 0
    start: int = 0
    weight: float = 0.0
    acts: bool = False
    named: bool = True
    titles: set[str] = field(default_factory=set)


class People:
    """Who is who in one document; mentions are told in their order.

    Examples
    --------
    >>> people = People()
    >>> people.add(Mention(0, 0, 13, 6, "Steve Witkoff", "name", "s"), titles=("mr",))
    >>> people.resolved(Mention(1, 0, 2, 0, "He", "pronoun", "s"))
    'Steve Witkoff'
    >>> people.resolved(Mention(1, 0, 7, 0, "Witkoff", "name", "s"))
    'Steve Witkoff'
    """

    def __init__(self) -> None:
        self._people: list[Person] = []

    def add(self, mention: Mention, titles: Sequence[str] = (), is_subject: bool = False) -> None:
        """Tell of a name, or of somebody without one ("its director"); ``titles`` say in lower case who that is."""
        person = self._of_name(mention)
        if person is None:
            person = Person(mention.text, named=mention.kind == "name")
            self._people.append(person)
        elif len(mention.text.split()) > len(person.name.split()):
            person.name = mention.text
        person.acts = person.acts or is_subject or bool(titles)
        person.sentence, person.start = mention.sentence, mention.start
        person.weight = 1.0 if is_subject else 0.0
        person.titles.update(titles)
        person.gender = person.gender or _gender(mention, titles)

    def meant(self, gender: str, mention: Mention) -> None:
        """Tell that a pronoun of this gender was resolved to somebody, so that later ones agree."""
        person = self._last_meant(mention, gender)
        if person is not None:
            person.gender = person.gender or gender
            person.sentence, person.start, person.weight = mention.sentence, mention.start, 1.0

    def resolved(self, mention: Mention) -> str | None:
        """Return who is meant: of a pronoun, ``None`` where nothing tells; else the words themselves."""
        if mention.kind == "pronoun":
            gender, number = PRONOUNS.get(mention.text.lower(), ("1", "?"))
            person = self._last_meant(mention, "p" if number == "p" else gender) if gender != "1" else None
            return person.name if person else None
        if mention.kind == "name":
            person = self._of_name(mention)
            return person.name if person else mention.text
        words = mention.text.lower().split()
        if len(words) == 2 and words[0] in ("the", "this"):
            titled = [
                person
                for person in self._people
                if person.named and words[1] in person.titles and self._is_before(person, mention)
            ]
            if titled:
                return max(titled, key=lambda person: (person.sentence, person.start)).name
        return mention.text

    def _of_name(self, mention: Mention) -> Person | None:
        words = mention.text.split()
        for person in reversed(self._people):
            theirs = person.name.split()
            if words == theirs or (
                person.named
                and mention.kind == "name"
                and person.gender != "n"
                and words[-1] == theirs[-1]
                and (len(words) == 1 or len(theirs) == 1 or words[0][0] == theirs[0][0])
            ):
                return person
        return None

    def _last_meant(self, mention: Mention, gender: str) -> Person | None:
        fitting = [
            person
            for person in self._people
            if self._is_before(person, mention)
            and mention.sentence - person.sentence <= _FARTHEST
            and (person.gender == gender or (person.gender == "" and _may_be(person, gender)))
        ]
        # Within a sentence the first that was named is the subject; the last sentence before comes first of all.
        return max(fitting, key=lambda person: _nearness(person, mention), default=None)

    @staticmethod
    def _is_before(person: Person, mention: Mention) -> bool:
        return (person.sentence, person.start) < (mention.sentence, mention.start)


def _nearness(person: Person, mention: Mention) -> tuple[float, int]:
    known = 0.5 if person.gender or person.titles or " " in person.name else 0.0
    return (person.sentence - mention.sentence) + person.weight * 1.1 + known, -person.start


def _may_be(person: Person, gender: str) -> bool:
    if gender == "p":
        return False
    words = person.name.lower().split()
    grouped = (
        bool(_GROUPS.intersection(words))
        or (person.named and words[0] == "the")
        or (person.name.isupper() and len(words) == 1)
    )
    return grouped if gender == "n" else not grouped and (person.acts or len(words) > 1)


def _gender(mention: Mention, titles: Sequence[str]) -> str:
    if PLURAL in titles:
        return "p"
    words = {word.rstrip(".") for word in (*titles, *mention.text.lower().split())}
    if words & FEMALE:
        return "f"
    if words & MALE:
        return "m"
    plain = mention.text.lower().split()
    if mention.kind == "name" and (plain[0] == "the" or _GROUPS.intersection(plain)):
        return "n"
    return ""
