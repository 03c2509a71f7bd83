"""Which columns of coded rows may be shared: codes and places may, whatever holds words of the text may not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any

from framing.errors import InputError, unknown
from framing.records import CODER_COLUMNS, SENTENCE_FIELDS, Sentence
from framing.sharing.digests import plain

TEXTS = ("text", "headline", "previous")
# Codes: short words of the coder's, or of the text's, that say who and about what.
CODES = ("target", "holder", *CODER_COLUMNS, "coders")
# Where a sentence stands. That a page's address has the words of its headline is in the nature of addresses.
LOCATORS = ("doc_id", "url", "path", "link", "source", "date", "group")
MOST_WORDS = 12  # of a code, or of a name; more are running text
_RUN = 4  # words in a row that stand in the text too
_LOCATOR_RUN = 8  # in a locator, which may well have some of the headline's
_MOST_NUMBERS = 32  # of a list; more may be a vector, from which a text can be guessed


@dataclass
class Columns:
    """What is shared of some rows.

    Parameters
    ----------
    shared
        The rows, with what may not be shared taken out; their texts are still there.
    kept
        The user's own columns that go along.
    left_out
        Those that do not, and why.
    notes
        What else the user should know, a line each.
    """

    shared: list[Sentence]
    kept: list[str]
    left_out: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def shareable(
    sentences: Sequence[Sentence],
    places: Sequence[str],
    without: Collection[str] = (),
    keep: Collection[str] = (),
) -> Columns:
    """Take out of rows what may not be shared.

    A column of the user's own is left out where a value in it, in whatever row, has more than 12 words, has four words
    in a row that stand in the sentence, its headline or the sentence before it (or is one of these), or is a long list
    of numbers. ``coder`` and ``coders`` may quote: they hold targets and holders.

    Parameters
    ----------
    sentences
        Coded rows.
    places
        Where each of them stands, for messages.
    without
        Columns and fields to leave out. In columns that hold objects, the key of that name goes too.
    keep
        Columns that go along although they look like text.

    Raises
    ------
    InputError
        A name is none of a column, or a code or a locator holds text.

    Examples
    --------
    >>> own = {"desk": "foreign", "said": "will pay for itself"}
    >>> row = Sentence("The pact will pay for itself.", frames=(), extra=own)
    >>> found = shareable([row], ["row 1"])
    >>> found.kept, found.left_out
    (['desk'], {'said': 'repeats the text (row 1)'})
    """
    own = list(dict.fromkeys(name for s in sentences for name in s.extra))
    _check_names(without, keep, own)
    rest = [_without(s, frozenset(without)) for s in sentences]
    left_out = dict.fromkeys((name for name in own if name in without), "as asked")
    notes: dict[str, int] = dict.fromkeys(TEXTS, 0)
    quoted = dict.fromkeys(("target", "holder"), 0)
    for place, sentence in zip(places, rest, strict=True):
        runs = _Runs(sentence)
        for name, value in sentence.extra.items():
            if name in left_out or name in keep:
                continue
            why = _problem(value, runs if name not in (*CODES, *LOCATORS) else None)
            if name in LOCATORS:
                why = _locator_problem(name, str(value), runs, notes)
            if why:
                left_out[name] = f"{why} ({place})"
        _check_fields(place, sentence, runs, keep, notes)
        for name in quoted:
            value = getattr(sentence, name)
            quoted[name] += bool(value) and plain(value).casefold() in plain(sentence.text).casefold()
    dropped = set(left_out)
    shared = [replace(s, extra={k: v for k, v in s.extra.items() if k not in dropped}) for s in rest]
    told = [
        f"doc_id has {_RUN} or more words in a row of the {what} in {count:,} rows (to leave it out: --without doc_id)"
        for what, count in notes.items()
        if count
    ]
    told += [
        f"{name} is in words of the text in {count:,} rows (to leave it out, in coders too: --without {name})"
        for name, count in quoted.items()
        if count
    ]
    return Columns(shared, [name for name in own if name not in dropped], left_out, told)


def _check_names(without: Collection[str], keep: Collection[str], own: Sequence[str]) -> None:
    codes = [name for name in SENTENCE_FIELDS if name not in TEXTS]
    for option, names in (("--without", without), ("--keep", keep)):
        for name in names:
            if name not in (*codes, *own):
                never = ": a text, which never goes along" if name in TEXTS else ""
                raise InputError(f"{option} {name}{never or ': ' + unknown('column', name, [*codes, *own])}")
    if both := set(without) & set(keep):
        raise InputError(f"--without {min(both)} and --keep {min(both)}: give one of them")


def _without(sentence: Sentence, names: frozenset[str]) -> Sentence:
    if not names:
        return sentence
    empty: dict[str, Any] = {item.name: item.default for item in fields(Sentence) if item.name in names}
    extra = {name: _pruned(value, names) for name, value in sentence.extra.items() if name not in names}
    return replace(sentence, **empty, extra=extra)


def _pruned(value: Any, names: frozenset[str]) -> Any:
    """Return a value without the keys of these names."""
    if isinstance(value, Mapping):
        return {key: _pruned(inner, names) for key, inner in value.items() if key not in names}
    return [_pruned(inner, names) for inner in value] if isinstance(value, list) else value


def _check_fields(place: str, sentence: Sentence, runs: _Runs, keep: Collection[str], notes: dict[str, int]) -> None:
    """Refuse a code or a locator that holds text: without it the row may make no sense, so it is not just dropped."""
    for name in ("target", "holder", "stance", *LOCATORS):
        value = getattr(sentence, name, None)
        if not value or name in keep:
            continue
        why = _locator_problem(name, value, runs, notes) if name in LOCATORS else _problem(value, None)
        if why:
            raise InputError(
                f"{place}: {name!r} {why}; leave it out with --without {name}, or say with --keep {name} "
                "that it may be shared"
            )


def _locator_problem(name: str, value: str, runs: _Runs, notes: dict[str, int]) -> str:
    """Say what is wrong with the name of a place; count where it has words of a text."""
    if name == "doc_id":
        for what in runs.repeated("".join(c if c.isalnum() else " " for c in value)):  # words of an address, too
            notes[what] += 1
    return "repeats the text" if "text" in runs.repeated(value, _LOCATOR_RUN) else ""


def _problem(value: Any, runs: _Runs | None) -> str:
    """Say why a value may not be shared, or nothing."""
    strings = list(_strings(value))
    longest = max((len(string.split()) for string in strings), default=0)
    if longest > MOST_WORDS:
        return f"is running text, {longest} words"
    if (numbers := _longest_list(value)) > _MOST_NUMBERS:
        return f"is a list of {numbers} numbers, maybe a vector of the text"
    if runs is None:
        return ""
    # Words one by one, as tools for annotation give them, are the text as well.
    found = [what for string in dict.fromkeys([*strings, " ".join(strings)]) for what in runs.repeated(string)]
    return f"repeats the {found[0]}" if found else ""


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _strings(inner)


def _longest_list(value: Any) -> int:
    if isinstance(value, Mapping):
        return max(map(_longest_list, value.values()), default=0)
    if not isinstance(value, list):
        return 0
    return max([sum(isinstance(item, int | float) for item in value), *map(_longest_list, value)])


class _Runs:
    """The texts of a row, to look words up in."""

    def __init__(self, sentence: Sentence) -> None:
        self._texts = {name: getattr(sentence, name) for name in TEXTS}

    def repeated(self, value: str, run: int = _RUN) -> list[str]:
        """Return which of the texts a value repeats: so many words in a row of it, or all of it."""
        words = _bare_words(value)
        if len(words) < 2:
            return []
        own = _runs_of(words, run)
        texts = {name: _bare_words(text) for name, text in self._texts.items()}
        return [name for name, text in texts.items() if words == text or not own.isdisjoint(_runs_of(text, run))]


@lru_cache(maxsize=10_000)
def _bare_words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, without stops; an address is one word."""
    bare = ("".join(c if c.isalnum() else " " for c in word).split() for word in plain(text).casefold().split())
    return tuple("".join(parts) for parts in bare if parts)


@lru_cache(maxsize=10_000)
def _runs_of(words: tuple[str, ...], run: int) -> frozenset[tuple[str, ...]]:
    return frozenset(words[i : i + run] for i in range(len(words) - run + 1))
