"""A user's own names of holders: a YAML file, or a mapping of a name to its variants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from framing.errors import InputError
from framing.holders.forms import key_of
from framing.plain_yaml import nodes_of, read_yaml

_EXPECTED = "expected a mapping of a name to the list of its variants, such as `Steve Witkoff: [Trump's envoy]`"
_NULL = "tag:yaml.org,2002:null"

# A name, its variants, and where in a file each of them stands.
Entry = tuple[str, str, list[tuple[str, str]]]
Aliases = str | Path | Mapping[str, Iterable[str]]


def aliases_of(given: Aliases | None) -> dict[str, str]:
    """Return the name that each variant stands for.

    Parameters
    ----------
    given
        A YAML file, or a mapping of names to their variants; ``None`` for none.

    Raises
    ------
    InputError
        The file is missing, is not UTF-8 or not YAML; it is no mapping of names to lists of variants; one of them is
        blank; or a variant is listed under two names.

    Examples
    --------
    >>> aliases_of({"Steve Witkoff": ["Trump's envoy", "Witkoff"]})
    {"Trump's envoy": 'Steve Witkoff', 'Witkoff': 'Steve Witkoff'}
    """
    if given is None:
        return {}
    if isinstance(given, str | Path):
        return _names_of_variants(_entries_of_file(Path(given)))
    if not isinstance(given, Mapping):
        raise InputError(f"aliases: {_EXPECTED}, or the path of such a YAML file; got {type(given).__name__}")
    return _names_of_variants(_entries_of_mapping(given))


def _names_of_variants(entries: Iterable[Entry]) -> dict[str, str]:
    """Return names by their variants; whatever their article, title and case, a variant has one name."""
    names: dict[str, str] = {}
    owners: dict[str, tuple[str, str]] = {}
    for place, name, variants in entries:
        for at, variant in [(place, name), *variants]:
            if not variant.strip():
                raise InputError(f"{at}: a blank name; {_EXPECTED}")
            owner, where = owners.setdefault(key_of(variant), (name, at))
            if owner != name:
                raise InputError(
                    f"{at}: {variant!r} is a variant of {name!r} here and of {owner!r} in {_without_its_file(where)}; "
                    "list it under one name"
                )
            if variant != name:
                names[variant] = name
    return names


def _without_its_file(place: str) -> str:
    return place.rpartition(", ")[2]


def _entries_of_mapping(given: Mapping[str, Iterable[str]]) -> Iterator[Entry]:
    for name, variants in given.items():
        place = f"aliases, {name!r}"
        if not isinstance(name, str) or not isinstance(variants, Iterable) or isinstance(variants, bytes):
            raise InputError(f"{place}: {_EXPECTED}; got {type(name).__name__}: {type(variants).__name__}")
        listed: list[Any] = [variants] if isinstance(variants, str) else list(variants)
        for variant in listed:
            if not isinstance(variant, str):
                raise InputError(f"{place}: {_EXPECTED}; among the variants is {variant!r}")
        yield place, name, [(place, variant) for variant in listed]


def _entries_of_file(path: Path) -> Iterator[Entry]:
    root = read_yaml(path, nodes_of, expected=_EXPECTED)
    if root is None:
        raise InputError(f"{path}: there is nothing in it; {_EXPECTED}")
    if not isinstance(root, yaml.MappingNode):
        raise InputError(f"{_place_of(path, root)}: {_EXPECTED}; got {_kind_of_node(root)}")
    seen: dict[str, str] = {}
    for key, value in root.value:
        place = _place_of(path, key)
        if not _is_text(key):
            raise InputError(f"{place}: {_EXPECTED}; got {_kind_of_node(key)} as a name")
        if key.value in seen:
            raise InputError(
                f"{place}: {key.value!r} stands twice, first in {_without_its_file(seen[key.value])}; make it one"
            )
        seen[key.value] = place
        nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for node in nodes:
            if not _is_text(node):
                raise InputError(f"{_place_of(path, node)}: {_EXPECTED}; got {_kind_of_node(node)} under {key.value!r}")
        yield place, key.value, [(_place_of(path, node), node.value) for node in nodes]


def _is_text(node: yaml.Node) -> bool:
    """Whether a node is a text; `2024` and `no` may be names, they are taken as they are written."""
    return isinstance(node, yaml.ScalarNode) and node.tag != _NULL


def _kind_of_node(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return "nothing" if node.tag == _NULL else f"the text {node.value!r}"


def _place_of(path: Path, node: yaml.Node) -> str:
    return f"{path}, line {node.start_mark.line + 1}"
