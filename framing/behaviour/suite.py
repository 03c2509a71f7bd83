"""Read a suite of behavioural tests from YAML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from framing.errors import InputError, unknown
from framing.plain_yaml import nodes_of, read_yaml

MINIMUM, INVARIANCE, DIRECTION = KINDS = ("minimum", "invariance", "direction")
# What a case of each kind may say beside its text, its other text and its target; a pair must have the second text.
_EXPECTED = {MINIMUM: ("has", "lacks", "stance"), INVARIANCE: (), DIRECTION: ("adds", "removes", "becomes")}
_LISTS = ("has", "lacks", "adds", "removes")
_SHARED = ("kind", "name", "target")
_MOST_FILLED = 1_000


@dataclass(frozen=True)
class Case:
    """One test of a suite.

    Parameters
    ----------
    kind
        ``minimum``: the model says of ``text`` what is expected; ``invariance``: it says of ``to`` what it says of
        ``text``; ``direction``: from ``text`` to ``to`` a label comes or goes.
    name
        What is tested; cases of one kind and name are counted together.
    text, to
        The sentence, and the changed one.
    target
        Toward what the stance is asked for.
    has, lacks, stance
        Of ``text``: frames that must be decided, frames that must not, the stance.
    adds, removes, becomes
        Of ``to``: frames that must be decided, and likelier than in ``text``; frames that must not be, and less likely;
        the stance.
    template
        What the case was filled from; cases of one template count once.
    place
        File and line, for people.
    """

    kind: str
    name: str
    text: str
    to: str | None = None
    target: str | None = None
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    stance: str | None = None
    adds: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    becomes: str | None = None
    template: str = ""
    place: str = ""


@dataclass(frozen=True)
class _Part:
    """A part of the file and its line."""

    value: Any
    place: str


def read_suite(file: str | Path) -> list[Case]:
    """Read a suite.

    Parameters
    ----------
    file
        A YAML file. ``tests`` is a list; each test has ``kind``, ``name``, ``cases``, and what is expected of all its
        cases. A case is a text, a pair of texts, or a mapping with ``text``, ``to``, ``target`` and what is expected of
        it. A ``template`` with ``{names}`` and ``fill`` (lists of words by name) is a case for each filling.

    Returns
    -------
    list of Case

    Raises
    ------
    InputError
        The file cannot be read, is no YAML, or something in it is not what a suite can have; with its line.

    Examples
    --------
    >>> from framing.resources import resource
    >>> cases = read_suite(resource("seeds/behaviour.yaml"))
    >>> cases[0].kind, cases[0].has
    ('minimum', ('economic_opportunity',))
    """
    path = Path(file)
    root = read_yaml(path, nodes_of)
    if root is None:
        raise InputError(f"{path}: empty; expected a list 'tests'")
    top = _entries(_suite_part(root, path), ("codebook", "tests"))
    if "tests" not in top:
        raise InputError(f"{path}: no 'tests'; expected a list of them")
    cases = [case for test in _items(top["tests"]) for case in _test(test)]
    if not cases:
        raise InputError(f"{path}: no cases")
    return cases


def _test(part: _Part) -> Iterable[Case]:
    test = _entries(part, (*_SHARED, "cases", *(key for keys in _EXPECTED.values() for key in keys)))
    for needed in ("kind", "name", "cases"):
        if needed not in test:
            raise InputError(f"{part.place}: a test without {needed!r}")
    kind = _read_text(test["kind"])
    if kind not in KINDS:
        raise InputError(f"{test['kind'].place}: {unknown('kind of test', kind, KINDS)}")
    for case in _items(test["cases"]):
        own = _as_mapping(case)
        given = {key: value for key, value in test.items() if key != "cases"} | own
        for key, value in given.items():
            if key not in (*_SHARED, "text", "to", "template", "fill", *_EXPECTED[kind]):
                raise InputError(f"{value.place}: {key!r} means nothing in a test of kind {kind}")
        yield from _filled(kind, given, case.place)


def _filled(kind: str, given: Mapping[str, _Part], place: str) -> Iterable[Case]:
    """Return a case, or one for each filling of its template."""
    if ("template" in given) == ("text" in given):
        raise InputError(f"{place}: expected a text, or a template with what fills it")
    words = {key: [_read_text(word) for word in _items(value)] for key, value in _fill(given).items()}
    texts = {key: _read_text(given[key]) for key in ("text", "template", "to", "target") if key in given}
    template = texts.get("template", "")
    for text in texts.values() if template else ():
        try:
            names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
        except ValueError as error:
            raise InputError(f"{place}: {text!r} is no template ({error})") from None
        if lacking := [name for name in names if name not in words]:
            raise InputError(f"{place}: {{{lacking[0]}}} has no words in 'fill'")
    n = 1
    for each in words.values():
        n *= len(each)
    if n > _MOST_FILLED:
        raise InputError(f"{place}: the template has {n:,} fillings; {_MOST_FILLED:,} at most")
    for filling in product(*words.values()):
        by_name = dict(zip(words, filling, strict=True))
        filled = {key: text.format(**by_name) if template else text for key, text in texts.items()}
        yield _case(kind, given, filled | {"text": filled.get("text", filled.get("template", ""))}, template, place)


def _case(kind: str, given: Mapping[str, _Part], texts: Mapping[str, str], template: str, place: str) -> Case:
    expected: dict[str, Any] = {
        key: tuple(map(_read_text, _items(given[key], single=True))) if key in _LISTS else _read_text(given[key])
        for key in _EXPECTED[kind]
        if key in given
    }
    if kind != MINIMUM and "to" not in texts:
        raise InputError(f"{place}: a test of kind {kind} compares two texts; expected [text, changed text]")
    if kind == MINIMUM and "to" in texts:
        raise InputError(f"{place}: a test of kind {kind} has one text; got two")
    if _EXPECTED[kind] and not expected:
        raise InputError(f"{place}: nothing is expected; expected some of {', '.join(_EXPECTED[kind])}")
    if ("stance" in expected or "becomes" in expected) and "target" not in texts:
        raise InputError(f"{place}: a stance needs a 'target'")
    return Case(
        kind=kind,
        name=_read_text(given["name"]),
        text=texts["text"],
        to=texts.get("to"),
        target=texts.get("target"),
        template=template or place,
        place=place,
        **expected,
    )


def _fill(given: Mapping[str, _Part]) -> dict[str, _Part]:
    return _entries(given["fill"]) if "fill" in given else {}


def _as_mapping(case: _Part) -> dict[str, _Part]:
    """Return a case as a mapping, however short it is written."""
    if isinstance(case.value, dict):
        return _entries(case)
    if isinstance(case.value, list):
        if len(case.value) != 2:
            raise InputError(f"{case.place}: expected a pair [text, changed text], got {len(case.value)} texts")
        return dict(zip(("text", "to"), case.value, strict=True))
    return {"text": case}


def _suite_part(node: yaml.Node, path: Path) -> _Part:
    """Return a node as text, lists and mappings of parts, each with its line."""
    place = f"{path}, line {node.start_mark.line + 1}"
    if isinstance(node, yaml.SequenceNode):
        return _Part([_suite_part(item, path) for item in node.value], place)
    if isinstance(node, yaml.MappingNode):
        parts: dict[str, _Part] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise InputError(f"{place}: a key must be a word")
            if key.value in parts:
                raise InputError(f"{path}, line {key.start_mark.line + 1}: {key.value!r} stands twice")
            parts[key.value] = _suite_part(value, path)
        return _Part(parts, place)
    return _Part(node.value, place)


def _entries(part: _Part, known: Iterable[str] | None = None) -> dict[str, _Part]:
    if not isinstance(part.value, dict):
        raise InputError(f"{part.place}: expected keys and values, got {_shown(part.value)}")
    for key, value in part.value.items():
        if known is not None and key not in known:
            raise InputError(f"{value.place}: {unknown('key', key, known)}")
    return part.value


def _items(part: _Part, single: bool = False) -> list[_Part]:
    if single and isinstance(part.value, str):
        return [part]
    if not isinstance(part.value, list):
        raise InputError(f"{part.place}: expected a list, got {_shown(part.value)}")
    return part.value


def _read_text(part: _Part) -> str:
    if not isinstance(part.value, str) or not part.value.strip():
        raise InputError(f"{part.place}: expected a text, got {_shown(part.value)}")
    return part.value


def _shown(value: Any) -> str:
    return {"list": "a list", "dict": "keys and values"}.get(type(value).__name__, repr(value))
