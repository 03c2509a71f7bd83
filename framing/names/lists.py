"""The names that ship: forms of countries, outlets, and names to put in the place of others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from framing.resources import resource
from framing.text import english

COUNTRY, ADJECTIVE, PEOPLE, CAPITAL = "country", "adjective", "people", "capital"
_FORMS = (COUNTRY, ADJECTIVE, PEOPLE, CAPITAL)
# "US troops" are American, "the US" and "US says" are a country: before these words the abbreviation is a noun.
_SHORT = ("US", "U.S.", "UK", "U.K.")
_AFTER_COUNTRY = english.FUNCTION_WORDS | english.BEFORE_VERBS | english.VERBS


@dataclass(frozen=True)
class NameLists:
    """What ``seeds/names.yaml`` holds, read.

    Parameters
    ----------
    persons
        Given and family names.
    organisations, outlets
        Names without an article.
    countries
        By name, its forms ``country``, ``adjective``, ``people`` and ``capital``; those to put in the place of others.
    forms
        For each way to write a country: its name, and which form that is.
    pattern, outlet_pattern
        What finds countries in a text, an article before them included; and known outlets.
    """

    persons: tuple[tuple[str, str], ...]
    organisations: tuple[str, ...]
    outlets: tuple[str, ...]
    countries: dict[str, dict[str, str]]
    forms: dict[str, tuple[str, str]]
    pattern: re.Pattern[str]
    outlet_pattern: re.Pattern[str]


@lru_cache(maxsize=1)
def name_lists() -> NameLists:
    """Return the names that ship.

    Examples
    --------
    >>> name_lists().forms["Norwegians"]
    ('Norway', 'people')
    """
    content: dict[str, Any] = yaml.safe_load(resource("seeds/names.yaml").read_text(encoding="utf-8"))
    forms: dict[str, tuple[str, str]] = {}
    by_name: dict[str, dict[str, str]] = {}
    for row in content["forms"]:
        by_name[row[0]] = dict(zip(_FORMS, row, strict=False))
        # Where the people are called as what is of the country is, it is taken as that.
        for form, written in reversed([*zip(_FORMS, row, strict=False), *((COUNTRY, other) for other in row[4:])]):
            if written:
                forms[written] = (row[0], form)
    return NameLists(
        persons=tuple((given, family) for given, family in content["persons"]),
        organisations=tuple(content["organisations"]),
        outlets=tuple(content["outlets"]),
        countries={name: by_name[name] for name in content["countries"]},
        forms=forms,
        pattern=re.compile(rf"(?<![\w.])(?:[Tt]he\s+)?(?P<form>{_any_of(forms)})(?!\w)"),
        outlet_pattern=re.compile(rf"(?<!\w)(?:{_any_of(content['known_outlets'])})(?![\w-])"),
    )


def country_form(written: str, has_article: bool, after: str) -> tuple[str, str]:
    """Return which country a word names, and in which form; ``after`` is the text behind it.

    Examples
    --------
    >>> country_form("US", False, " troops left"), country_form("US", False, " said no")
    (('United States', 'adjective'), ('United States', 'country'))
    """
    name, form = name_lists().forms[written]
    following = re.match(r"\s+([A-Za-z]+)", after)
    if (
        written in _SHORT
        and following
        and following[1].lower() not in _AFTER_COUNTRY
        and not (has_article and not following[1].islower())
    ):
        return name, ADJECTIVE
    return name, form


def _any_of(words: Any) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
