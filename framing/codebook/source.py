"""The YAML of a codebook."""

from __future__ import annotations

from typing import Any

import yaml

LARGEST = 1 << 22  # bytes; a codebook that is written by people has some ten thousand
_DEEPEST = 20


class CodebookLoader(yaml.SafeLoader):
    """Reads YAML, and refuses a key that stands twice, where YAML would silently keep the last.

    What stands below ``frames:`` and ``stance:`` is text: a label ``no`` or ``2020`` is no truth value and no number.
    Anchors, merge keys and tags, by which a few lines can fill the memory, are refused; so is what is nested deep.
    """

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node of plain YAML: a mapping, a list or a text as it stands."""
        event: Any = self.peek_event()
        if event.anchor is not None or isinstance(event, yaml.AliasEvent):
            problem = f"anchors and merge keys are not read (&{event.anchor}); write out what they stand for"
        elif getattr(event, "tag", None) not in (None, "!"):
            problem = f"tags are not read ({event.tag}); write the value in quotes, or as it is"
        elif self._depth == _DEEPEST:
            problem = f"nested deeper than {_DEEPEST} levels"
        else:
            self._depth += 1
            node = super().compose_node(parent, index)
            self._depth -= 1
            return node
        raise yaml.composer.ComposerError(None, None, problem, event.start_mark)

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
