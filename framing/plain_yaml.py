"""YAML as people write it by hand: plain, bounded, and every fault in it one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml

from framing.errors import FramingError, InputError

_T = TypeVar("_T")
LARGEST = 1 << 22  # bytes; what people write by hand has some ten thousand
_DEEPEST = 20


class PlainLoader(yaml.SafeLoader):
    """Composes mappings, lists and texts as they stand.

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


def nodes_of(text: str) -> yaml.Node | None:
    """Return the root of plain YAML, with the lines of everything in it; ``None`` where there is nothing.

    Examples
    --------
    >>> nodes_of("port: [harbour]").value[0][0].value
    'port'
    """
    root: yaml.Node | None = yaml.compose(text, PlainLoader)
    return root


def read_yaml(
    path: Path, take: Callable[[str], _T], error: type[FramingError] = InputError, named: str = "", expected: str = ""
) -> _T:
    """Return what is taken of the text of a YAML file.

    Parameters
    ----------
    path
        The file, in UTF-8, of 4 MiB at most.
    take
        Makes something of its text, such as ``nodes_of``.
    error
        What is raised.
    named
        What the file is called before its name: ``"codebook "``.
    expected
        What it should hold; said of a file that is no YAML.

    Raises
    ------
    FramingError
        Of the kind ``error``: the file is missing, too large, not UTF-8 or not plain YAML; with the line.
    """
    more = f"; {expected}" if expected else ""
    try:
        size = path.stat().st_size
        if path.is_dir():
            path.read_bytes()  # says why not
        if not path.is_file():  # a device or a pipe may have no end
            raise error(f"{named}{path}: no file; expected YAML{more}")
        if size > LARGEST:
            raise error(f"{named}{path}: {size:,} bytes; expected {LARGEST:,} at most{more}")
        return take(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise error(f"{named}{path}: no such file") from None
    except UnicodeDecodeError as reason:
        raise error(f"{named}{path}: not UTF-8 (byte {reason.start}); save it as UTF-8") from None
    except OSError as reason:
        raise error(f"{named}{path}: cannot be read ({reason.strerror})") from None
    except yaml.YAMLError as reason:
        mark = getattr(reason, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(reason, "problem", None) or str(reason).splitlines()[0]
        if not isinstance(reason, yaml.composer.ComposerError | yaml.constructor.ConstructorError):
            problem = f"not valid YAML ({problem})"  # else it is, but not plain
        raise error(f"{named}{path}{where}: {problem}{more}") from None
    except ValueError as reason:  # a date that is none, such as 2025-13-01
        raise error(f"{named}{path}: not valid YAML ({reason}){more}") from None
