"""The YAML of a codebook."""

from __future__ import annotations

from typing import Any

import yaml

from framing.plain_yaml import PlainLoader


class CodebookLoader(PlainLoader):
    """Reads YAML, and refuses a key that stands twice, where YAML would silently keep the last.

    What stands below ``frames:`` and ``stance:`` is text: a label ``no`` or ``2020`` is no truth value and no number.
    """

    def get_single_node(self) -> yaml.Node | None:
        """Return the document's node, its labels marked as text."""
        node = super().get_single_node()
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            if key.value in ("frames", "stance") and not isinstance(value, yaml.ScalarNode):
                _take_as_text(value, names=True)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping whose keys stand once each."""
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _take_as_text(node: yaml.Node, names: bool = False, depth: int = 4) -> None:
    """Read what stands in a node as text; only as the name of a label may that be a word for nothing.

    Below ``frames:`` are labels, their rules, and lists of these; what goes deeper is an error anyway.
    """
    if isinstance(node, yaml.ScalarNode):
        if names or node.tag != "tag:yaml.org,2002:null":
            node.tag = "tag:yaml.org,2002:str"
    elif depth and isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _take_as_text(item, names and isinstance(item, yaml.ScalarNode), depth - 1)
    elif depth and isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _take_as_text(key, names, depth - 1)
            _take_as_text(value, False, depth - 1)
