"""A label: its name, its rules, and what data may call it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from framing.errors import CodebookError, unknown

# Label names become metric names and option values, so they stay plain words: with a letter, or '_' at the front.
NAME = re.compile(r"(?=.*[^\W\d_]|_)\w[\w-]*")
_LABEL_KEYS = ("definition", "include", "exclude", "examples", "title", "code", "also")


@dataclass(frozen=True)
class Label:
    """One label and the rules for giving it.

    Parameters
    ----------
    name
        A plain word: letters, digits, ``_`` or ``-``.
    definition, include, exclude, examples
        Text for human coders.
    title
        The label as people write it, such as ``2nd Amendment rights``; empty where that is the name.
    also
        Further spellings that data may use.
    code
        The number or short form by which data call it, such as ``3``.
    """

    name: str
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    title: str = ""
    also: tuple[str, ...] = ()
    code: str = ""

    @property
    def spellings(self) -> tuple[str, ...]:
        """What data may call the label: its name, its title, its code and the further spellings."""
        return (self.name, *(spelling for spelling in (self.title, self.code) if spelling), *self.also)


def read_labels(content: Any, where: str) -> tuple[Label, ...]:
    """Read labels from a mapping (name -> rules) or a bare list of names."""
    if not isinstance(content, Mapping | list):
        raise CodebookError(f"{where}: expected a mapping (label name -> definition) or a list of names")
    labels = []
    pairs = content.items() if isinstance(content, Mapping) else map(_listed_label, content)
    for given, rules in pairs:
        if isinstance(given, bool) or not isinstance(given, str | int):
            raise CodebookError(
                f"{where}: {given!r} is no name of a label; put a name in quotes, and definitions into a mapping "
                "(label name -> definition)"
            )
        rules = {"definition": rules} if isinstance(rules, str) else rules or {}
        if not isinstance(rules, Mapping):
            raise CodebookError(f"label {given!r}: expected a definition, or a mapping with 'definition:'")
        if keys := sorted(set(rules) - set(_LABEL_KEYS), key=str):
            raise CodebookError(f"label {given!r}: {unknown('key', keys[0], _LABEL_KEYS)}")
        labels.append(_label(str(given), rules))
    for one, other in _twins(labels):
        raise CodebookError(
            f"{where}: {one.title or one.name!r} and {other.title or other.name!r} would both be called "
            f"{one.name}; name them apart, and put what people write into 'title:'"
        )
    return tuple(labels)


def _listed_label(item: Any) -> tuple[Any, Any]:
    """Return the name and the rules of a label in a list: a name, or a mapping with 'name:' or 'title:'."""
    if not isinstance(item, Mapping):
        return item, None
    name = item.get("name") or item.get("title")
    return name, {key: value for key, value in item.items() if key != "name"}


def _label(given: str, rules: Mapping[str, Any]) -> Label:
    """Build a label; what is no plain word becomes the title, and the name is made of it."""
    name, title, also = given, folded(rules.get("title")), read_texts(rules.get("also"), f"{given}.also")
    if not NAME.fullmatch(given):
        name = re.sub(r"[^\w-]+", "_", unicodedata.normalize("NFC", given)).strip("_-") or given
        if title:
            also = (folded(given), *also)
        title = title or folded(given)
    return Label(
        name=name,
        definition=folded(rules.get("definition")),
        include=read_texts(rules.get("include"), f"{given}.include"),
        exclude=read_texts(rules.get("exclude"), f"{given}.exclude"),
        examples=read_texts(rules.get("examples"), f"{given}.examples"),
        title=title,
        also=also,
        code=folded(rules["code"] if rules.get("code") is not None else ""),
    )


def _twins(labels: Sequence[Label]) -> Iterator[tuple[Label, Label]]:
    """Give labels that have one name though they were written in two ways."""
    seen: dict[str, Label] = {}
    for label in labels:
        other = seen.setdefault(label.name, label)
        if other.title != label.title:
            yield other, label


def plain_label(label: Label) -> dict[str, Any]:
    """Return a label's rules as plain data."""
    plain: dict[str, Any] = {
        "definition": label.definition,
        "include": list(label.include),
        "exclude": list(label.exclude),
        "examples": list(label.examples),
    }
    # Where they are not set they are left out, so that a codebook without them has the digest it always had.
    more = {"title": label.title, "code": label.code, "also": list(label.also)}
    return plain | {key: value for key, value in more.items() if value}


def check_spellings(book: str, kind: str, labels: Sequence[Label]) -> None:
    """Refuse a title or a further spelling that is also another label's, or the word for 'no frame'."""
    owners: dict[str, str] = {}
    for label in labels:
        owners.setdefault(_loose(label.name), label.name)
    for label in labels:
        for spelling in label.spellings[1:]:
            loose = _loose(spelling)
            if not loose or (kind == "frame" and loose == "none"):
                raise CodebookError(f"codebook {book!r}: {spelling!r} cannot be a spelling of {label.name}")
            if (owner := owners.setdefault(loose, label.name)) != label.name:
                raise CodebookError(f"codebook {book!r}: {spelling!r} is a spelling of both {owner} and {label.name}")


class Spellings:
    """Finds the label that data means: as it stands there, else whatever its case and space, else ``_`` and ``-``."""

    def __init__(self, labels: Sequence[Label]) -> None:
        self._exact = {spelling: label.name for label in labels for spelling in label.spellings}
        self._exact |= {label.name: label.name for label in labels}
        owners: dict[str, set[str]] = {}
        for spelling, name in self._exact.items():
            owners.setdefault(_loose(spelling), set()).add(name)
        for spelling, name in self._exact.items():
            owners.setdefault(_looser(spelling), set()).add(name)
        # Names that differ in case alone are told apart by it, so no other spelling can stand for one of them.
        self._loose = {spelling: next(iter(names)) for spelling, names in owners.items() if len(names) == 1}

    def name_of(self, text: str) -> str | None:
        """Return the name of the label that is spelt so, or ``None``."""
        return self._exact.get(text) or self._loose.get(_loose(text)) or self._loose.get(_looser(text))


def _loose(spelling: str) -> str:
    return " ".join(unicodedata.normalize("NFC", spelling).split()).casefold()


def _looser(spelling: str) -> str:
    """Return a spelling without the signs that stand for a space in names."""
    return " ".join(_loose(spelling).replace("_", " ").replace("-", " ").split())


def folded(value: Any) -> str:
    """Return text with its white space folded."""
    return " ".join(str("" if value is None else value).split())


def read_texts(values: Any, where: str) -> tuple[str, ...]:
    """Return a list of texts, each folded; nothing where there is none."""
    if values is None:
        return ()
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise CodebookError(f"{where}: expected a list of texts (quote those that contain ': ')")
    return tuple(folded(value) for value in values)
