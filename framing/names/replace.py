"""Put something else in the place of names: a mark, their kind, or other names of the same kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from framing.arrays import Codes, Rows
from framing.errors import ConfigError, unknown
from framing.names.finder import CAPITALS, COUNTRY, KINDS, OUTLET, PERSON, Name, find_names
from framing.names.lists import name_lists
from framing.records import Sentence

KEEP, MASK, TYPED, SWAP = MODES = ("keep", "mask", "typed", "swap")
READ_AS = (MASK, TYPED)  # of these, what a model goes on to do when it predicts
FIELDS = ("text", "target", "headline", "previous")
_MASK = "X"
_OF_TARGET = " A"
Bearer = tuple[str, str]
_Write = Callable[[str, Name], str]


@dataclass(frozen=True)
class Entities:
    """What a model reads in the place of names, in training and in prediction, in texts and targets alike.

    Parameters
    ----------
    mode
        ``mask``: each name is ``X``; ``typed``: its kind, such as ``Person``, and ``Person A`` for one that the target
        names, in the target and in the text.
    finder
        How names are found, ``spacy`` or ``capitals``; what a model learned with is what it reads with.

    Raises
    ------
    ConfigError
        There is no such mode.

    Examples
    --------
    >>> rows = [Sentence("Mr Ruiz told Norwegian troops that Ruiz would stay.", target="Ruiz")]
    >>> [(s.text, s.target) for s in Entities("typed")(rows)]
    [('Mr Person A told Country troops that Person A would stay.', 'Person A')]
    """

    mode: str
    finder: str = CAPITALS

    def __post_init__(self) -> None:
        if self.mode not in READ_AS:
            raise ConfigError(unknown("way to read names", self.mode, READ_AS))

    def __call__(self, sentences: Sequence[Sentence], fields: Sequence[str] = FIELDS) -> list[Sentence]:
        """Return the sentences as they are read."""
        return [_with_names(s, names, self._writer(names)) for s, names in _names_of(sentences, fields, self.finder)]

    def to_dict(self) -> dict[str, str]:
        """Return what a saved model says of it."""
        return asdict(self)

    def _writer(self, names: dict[str, list[Name]]) -> _Write:
        if self.mode == MASK:
            return lambda text, name: _MASK
        of_target = {(name.kind, name.key) for name in names.get("target", ())}
        return lambda text, name: name.kind.capitalize() + (_OF_TARGET if (name.kind, name.key) in of_target else "")


@dataclass(frozen=True)
class SwappedNames:
    """Makes of coded rows those that are learned from: each several times, with other names of the same kind.

    A label cannot be learned by a name then. Rows without a name stay as they are, once.

    Parameters
    ----------
    finder
        How names are found.
    draws
        How often each row with names is there.
    seed
        Seed of the draw.

    Examples
    --------
    >>> rows = [Sentence("Norwegian troops left.", frames=()), Sentence("It rained.", frames=())]
    >>> made, Y, origin = SwappedNames(draws=2)(rows, np.array([[1.0], [0.0]]))
    >>> "Norwegian" in made[0].text, made[-1].text, Y.tolist(), origin.tolist()
    (False, 'It rained.', [[1.0], [1.0], [0.0]], [0, 0, 1])
    """

    finder: str = CAPITALS
    draws: int = 2
    seed: int = 0

    def __call__(self, sentences: Sequence[Sentence], Y: Codes) -> tuple[list[Sentence], Codes, Rows]:
        """Return the rows to learn from, their codes, and the number of the row that each was made of."""
        rng = np.random.default_rng(self.seed)
        made, origin = [], []
        for number, (sentence, names) in enumerate(_names_of(sentences, FIELDS, self.finder)):
            has_names = any(name.kind in KINDS for found in names.values() for name in found)
            for _ in range(self.draws if has_names else 1):
                made.append(_swapped(sentence, names, KINDS, rng)[0] if has_names else sentence)
                origin.append(number)
        return made, Y[origin], np.array(origin, dtype=int)


@dataclass(frozen=True)
class Swap:
    """A sentence with other names of one kind.

    Parameters
    ----------
    row
        The number of the sentence that it was made of.
    sentence
        With the other names, in its target too.
    name
        The name that is now in the place of the target's, or of the first one.
    """

    row: int
    sentence: Sentence
    name: str


def swaps_of(
    sentences: Sequence[Sentence],
    kind: str,
    *,
    n: int = 3,
    finder: str = CAPITALS,
    fields: Sequence[str] = FIELDS,
    seed: int = 0,
) -> list[Swap]:
    """Return each sentence that has a name of a kind ``n`` times, with other names of that kind in their place.

    Parameters
    ----------
    sentences
        Sentences; one bearer has one name in text, target and context.
    kind
        One of ``KINDS``.
    n
        How many other names are tried in each sentence.
    finder
        How names are found, ``spacy`` or ``capitals``.
    fields
        Of a sentence, where names are looked for and swapped.
    seed
        Seed of the draw.

    Raises
    ------
    ConfigError
        There is no such kind.

    Examples
    --------
    >>> swap, = swaps_of([Sentence("A Norwegian said no.", target="Norway")], "country", n=1, seed=1)
    >>> swap.sentence.text, swap.sentence.target, swap.name
    ('An Iranian said no.', 'Iran', 'Iran')
    """
    if kind not in KINDS:
        raise ConfigError(unknown("kind of names", kind, KINDS))
    rng = np.random.default_rng(seed)
    swaps = []
    for number, (sentence, names) in enumerate(_names_of(sentences, fields, finder)):
        if any(name.kind == kind for found in names.values() for name in found):
            drawn: set[str] = set()
            for _ in range(n):
                made, name = _swapped(sentence, names, (kind,), rng, drawn)
                drawn.add(name)
                swaps.append(Swap(number, made, name))
    return swaps


def _names_of(
    sentences: Sequence[Sentence], fields: Sequence[str], finder: str
) -> Iterator[tuple[Sentence, dict[str, list[Name]]]]:
    """Yield each sentence and the names in each of its fields; a name found in one field is found in all."""
    places = [(i, field) for i, s in enumerate(sentences) for field in fields if getattr(s, field)]
    found = find_names([getattr(sentences[i], field) for i, field in places], finder)
    by_row: list[dict[str, list[Name]]] = [{} for _ in sentences]
    for (i, field), names in zip(places, found, strict=True):
        by_row[i][field] = names
    for sentence, by_field in zip(sentences, by_row, strict=True):
        yield sentence, _in_all_fields(sentence, by_field)


def _in_all_fields(sentence: Sentence, names: dict[str, list[Name]]) -> dict[str, list[Name]]:
    known: dict[str, Name] = {}
    for field, found in names.items():
        for name in found:
            written = getattr(sentence, field)[name.start : name.end]
            known.setdefault(written, name)
            if name.kind == PERSON and len(written.split()[-1]) > 2:
                known.setdefault(written.split()[-1], name)
    if not known:
        return names
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(w) for w in sorted(known, key=len, reverse=True))})(?!\w)")
    everywhere = {}
    for field, found in names.items():
        kept = _without_overlaps(found)
        for match in pattern.finditer(getattr(sentence, field)):
            if not any(match.start() < name.end and name.start < match.end() for name in kept):
                kept.append(replace(known[match.group()], start=match.start(), end=match.end()))
        everywhere[field] = sorted(kept)
    return everywhere


def _without_overlaps(names: Sequence[Name]) -> list[Name]:
    """Return names that do not overlap: a country inside an organisation's name goes before it."""
    kept: list[Name] = []
    for name in sorted(names, key=lambda name: (name.kind not in (COUNTRY, OUTLET), name.start - name.end)):
        if not any(name.start < other.end and other.start < name.end for other in kept):
            kept.append(name)
    return kept


def _bearers(names: dict[str, list[Name]]) -> list[Bearer]:
    return list(dict.fromkeys((name.kind, name.key) for found in names.values() for name in found))


def _swapped(
    sentence: Sentence,
    names: dict[str, list[Name]],
    kinds: Sequence[str],
    rng: np.random.Generator,
    drawn: set[str] | frozenset[str] = frozenset(),
) -> tuple[Sentence, str]:
    """Return the sentence with other names of some kinds, and the one that is now the target's or the first."""
    new: dict[Bearer, Any] = {}
    chosen: dict[Bearer, str] = {}
    bearers = [bearer for bearer in _bearers(names) if bearer[0] in kinds]
    for bearer in bearers:
        pool = _pool(bearer[0])
        here = {key.lower() for _, key in bearers} | {name.lower() for name in (*chosen.values(), *drawn)}
        free = [label for label in pool if label.lower() not in here] or list(pool)
        chosen[bearer] = free[rng.integers(len(free))]
        new[bearer] = pool[chosen[bearer]]

    def write(text: str, name: Name) -> str:
        other = new.get((name.kind, name.key))
        if other is None:
            return text
        if name.kind == PERSON:
            return " ".join(other) if " " in text else other[1]
        return other[name.form] if name.kind == COUNTRY else other

    of_target = [(name.kind, name.key) for name in names.get("target", ()) if name.kind in kinds]
    return _with_names(sentence, names, write), chosen[(of_target or bearers)[0]]


def _pool(kind: str) -> dict[str, Any]:
    """Return the names to swap in by what they are called in a table."""
    lists = name_lists()
    if kind == PERSON:
        return {family: (given, family) for given, family in lists.persons}
    if kind == COUNTRY:
        return lists.countries
    return {name: name for name in (lists.outlets if kind == OUTLET else lists.organisations)}


def _with_names(sentence: Sentence, names: dict[str, list[Name]], write: _Write) -> Sentence:
    """Return the sentence with each name as ``write`` says, and an article before it that fits."""
    changed: dict[str, Any] = {}
    for field, found in names.items():
        text = getattr(sentence, field)
        parts, at = [], 0
        for name in found:
            parts.append(text[at : name.start])
            new = write(text[name.start : name.end], name)
            if new != text[name.start : name.end] and (article := re.search(r"\b([Aa])n? $", parts[-1])):
                an = article[1] + ("n " if new[0].lower() in "aeio" else " ")
                parts[-1] = parts[-1][: article.start()] + an
            parts.append(new)
            at = name.end
        changed[field] = "".join([*parts, text[at:]])
    return replace(sentence, **changed)
