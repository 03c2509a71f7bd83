"""Find names and say of which kind each is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from framing.errors import ConfigError, ModelError, unknown
from framing.names.lists import COUNTRY as COUNTRY_FORM
from framing.names.lists import country_form, name_lists
from framing.text import english
from framing.text.entities import NameFinder
from framing.text.pipeline import has_pipeline, recognised

PERSON, COUNTRY, ORGANISATION, OUTLET = KINDS = ("person", "country", "organisation", "outlet")
# A name of no known kind: a town, a river, a party's members.
OTHER = "name"
SPACY, CAPITALS = FINDERS = ("spacy", "capitals")

_SPACY_KINDS = {"PERSON": PERSON, "ORG": ORGANISATION, "GPE": OTHER, "LOC": OTHER, "FAC": OTHER}
_PRESS = re.compile(r"(?:Times|Post|News|Gazette|Herald|Tribune|Journal|Daily|Chronicle|Telegraph|Magazine|TV|Radio)$")
_TITLES = english.TITLES | english.COURTESY
_BODIES = english.INSTITUTIONS | english.TAILS
_MOST_KEPT = 100_000
_found: dict[tuple[str, str], list[Name]] = {}
_FINDING = Lock()  # folds that are fitted at the same time find names too


@dataclass(frozen=True, order=True)
class Name:
    """A name in a text.

    Parameters
    ----------
    start, end
        Its characters, without an article (but with that of "the United States"), a title or a possessive "'s".
    kind
        One of ``KINDS``, or ``name`` where the kind is not known.
    key
        What tells one bearer from another: the family name, the country, else the name, in lower case.
    form
        Of a country, the form that is written: ``country``, ``adjective``, ``people`` or ``capital``.
    """

    start: int
    end: int
    kind: str
    key: str
    form: str = ""


def usual_finder() -> str:
    """Return how names are found here: ``spacy`` where its pipeline is installed, else ``capitals``."""
    return SPACY if has_pipeline() else CAPITALS


def find_names(texts: Sequence[str], finder: str = CAPITALS) -> list[list[Name]]:
    """Return the names of each text with their kinds, in order; names of two kinds can overlap.

    Countries, capitals and known outlets are found by the lists that ship (``seeds/names.yaml``); other names by
    spaCy's pipeline, or by their capitals. What is found of a text depends on that text alone.

    Parameters
    ----------
    texts
        Sentences.
    finder
        ``spacy`` or ``capitals``.

    Raises
    ------
    ConfigError
        There is no such finder.
    ModelError
        spaCy is asked for and not installed.

    Examples
    --------
    >>> text = "Reuters said that Norwegian troops would meet Maria Ruiz."
    >>> [(text[name.start:name.end], name.kind) for name in find_names([text])[0]]
    [('Reuters', 'outlet'), ('Norwegian', 'country'), ('Maria Ruiz', 'person')]
    """
    if finder not in FINDERS:
        raise ConfigError(unknown("finder of names", finder, FINDERS))
    if finder == SPACY and not has_pipeline():
        raise ModelError(
            "names: spaCy's English pipeline is not installed, and these are found with it; "
            "pip install 'framing-classifier[holders]'"
        )
    with _FINDING:
        new = list(dict.fromkeys(text for text in texts if (finder, text) not in _found))
        if len(_found) + len(new) > _MOST_KEPT:
            _found.clear()
            new = list(dict.fromkeys(texts))
        spans = _by_spacy(new) if finder == SPACY else map(_by_capitals, new)
        for text, found in zip(new, spans, strict=True):
            _found[finder, text] = _with_lists(text, found)
        return [_found[finder, text] for text in texts]


def _by_spacy(texts: Sequence[str]) -> Iterable[list[tuple[int, int, str]]]:
    for spans in recognised(texts):
        yield [(start, end, _SPACY_KINDS[label]) for start, end, label in spans if label in _SPACY_KINDS]


def _by_capitals(text: str) -> list[tuple[int, int, str]]:
    """Return names by their capitals, of the kind that their words and the word before tell."""
    spans = []
    for name, start, end in NameFinder(()).spans(text):
        before = text[:start].split()
        is_titled = bool(before) and before[-1].rstrip(".").lower() in _TITLES
        words = name.split()
        is_acronym = name.isupper() and 2 <= len(name) <= 6 and name.isalpha()
        if is_acronym or _BODIES.intersection(name.lower().split()):
            kind = ORGANISATION
        else:
            is_whole = 2 <= len(words) <= 3 and all(word[0].isupper() for word in words)
            kind = PERSON if is_titled or is_whole else OTHER
        spans.append((start, end, kind))
    return spans


def _with_lists(text: str, spans: Iterable[tuple[int, int, str]]) -> list[Name]:
    """Return the names by lists, and of the others those that are none of these."""
    trimmed = [(*_bare_span(text, start, end), kind) for start, end, kind in spans]
    persons = [(start, end) for start, end, kind in trimmed if kind == PERSON and " " in text[start:end]]
    outlets = [match.span() for match in name_lists().outlet_pattern.finditer(text)]
    names = [Name(start, end, OUTLET, text[start:end].lower()) for start, end in outlets]
    countries = []
    for match in name_lists().pattern.finditer(text):
        start, end = match.span()
        if any(_overlap(match.span(), other) for other in (*persons, *outlets)):
            continue
        country, form = country_form(match["form"], match.start("form") > match.start(), text[end:])
        if form != COUNTRY_FORM or not _has_article(match["form"]):
            start = match.start("form")
        countries.append((start, end))
        names.append(Name(start, end, COUNTRY, country, form))
    for start, end, kind in trimmed:
        written = text[start:end]
        inside = any(
            (a <= start and end <= b) or (kind == OTHER and _overlap((start, end), (a, b))) for a, b in countries
        )
        if start >= end or inside or any(_overlap((start, end), outlet) for outlet in outlets):
            continue
        if kind == ORGANISATION and start == 0 and written.istitle() and " " not in written:
            continue  # more often a common noun that opens the sentence
        if kind == ORGANISATION and _PRESS.search(written):
            kind = OUTLET
        key = written.split()[-1].lower() if kind == PERSON else written.lower()
        names.append(Name(start, end, kind, key))
    bearers = {name.key for name in names if name.kind == PERSON}
    return sorted(replace(name, kind=PERSON) if name.kind == OTHER and name.key in bearers else name for name in names)


def _has_article(form: str) -> bool:
    """Say whether a country is written with an article that goes with it: the United States, the UK."""
    return form.startswith(
        ("United", "US", "U.S", "UK", "U.K", "UAE", "Netherlands", "Philippines", "Czech Rep", "Russian Fed")
    )


def _bare_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of a name without an article or a title before it and a possessive after it."""
    while match := re.match(r"(\w+)\.?\s+", text[start:end]):
        if match[1].lower() not in ("the", *_TITLES):
            break
        start += match.end()
    for ending in ("'s", "’s", "'", "’"):
        if text[start:end].endswith(ending):
            return start, end - len(ending)
    return start, end


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
