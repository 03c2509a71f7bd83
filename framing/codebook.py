"""The codebook: which labels there are and what they mean."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from framing.errors import CodebookError

# Label names become metric names and option values, so they stay plain words.
_NAME = re.compile(r"[^\W\d][\w-]*")


@dataclass(frozen=True)
class Label:
    """One label and the rules for giving it."""

    name: str
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Codebook:
    """Frames and stance classes with their definitions; the order of the labels is the order of all arrays.

    Parameters
    ----------
    name
        What the codebook is called in model cards and runs.
    frames
        The frame labels, at least one.
    stance
        The stance classes; empty when the codebook has no stance.
    exclusive
        ``True`` when a sentence has exactly one of the frames, ``False`` when any number.
    version, unit, target, rules, boundary_cases
        Text for human coders; part of the digest.

    Examples
    --------
    >>> book = Codebook("weather", frames=(Label("rain"), Label("sun")))
    >>> book.frame_names
    ('rain', 'sun')
    """

    name: str
    frames: tuple[Label, ...]
    stance: tuple[Label, ...] = ()
    exclusive: bool = False
    version: int | str = 1
    unit: str = ""
    target: str = ""
    rules: tuple[str, ...] = ()
    boundary_cases: tuple[tuple[str, str], ...] = field(default=())

    def __post_init__(self) -> None:
        if not self.frames:
            raise CodebookError(f"codebook {self.name!r} has no frames: list at least one under 'frames:'")
        for kind, names in (("frame", self.frame_names), ("stance class", self.stance_names)):
            for name in names:
                if not _NAME.fullmatch(name) or name.lower() == "none":
                    raise CodebookError(
                        f"codebook {self.name!r}: {name!r} cannot name a {kind}; use letters, digits, '_' or '-', "
                        "beginning with a letter, and not 'none' (the word for 'coded, no frame')"
                    )
            if len(set(names)) < len(names):
                raise CodebookError(f"codebook {self.name!r}: a {kind} is listed twice in {', '.join(names)}")
        if len(self.stance) == 1:
            raise CodebookError(f"codebook {self.name!r}: a stance needs two classes or more, or none at all")

    @property
    def frame_names(self) -> tuple[str, ...]:
        """Names of the frames, in order."""
        return tuple(label.name for label in self.frames)

    @property
    def stance_names(self) -> tuple[str, ...]:
        """Names of the stance classes, in order."""
        return tuple(label.name for label in self.stance)

    @property
    def digest(self) -> str:
        """The sha256 of the content, so that a run can say which codebook it used."""
        content = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    @classmethod
    def load(cls, path: str | Path) -> Codebook:
        """Read a codebook from a YAML file.

        Raises
        ------
        CodebookError
            The file is missing, is not YAML or lacks something.
        """
        path = Path(path)
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
        except FileNotFoundError:
            raise CodebookError(f"codebook {path}: no such file") from None
        except (OSError, UnicodeDecodeError) as error:
            raise CodebookError(f"codebook {path}: cannot be read as UTF-8 text ({error})") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f", line {mark.line + 1}" if mark else ""
            problem = getattr(error, "problem", None) or "not valid YAML"
            raise CodebookError(f"codebook {path}{where}: {problem}") from None
        except ValueError as error:  # a date that is none, such as 2025-13-01
            raise CodebookError(f"codebook {path}: not valid YAML ({error})") from None
        try:
            return cls.from_dict(content)
        except CodebookError as error:
            raise CodebookError(f"{path}: {error}") from None

    @classmethod
    def from_dict(cls, content: Any) -> Codebook:
        """Build a codebook from what ``to_dict`` returns or a YAML file holds."""
        if not isinstance(content, Mapping) or not isinstance(content.get("frames"), Mapping | list):
            raise CodebookError("a codebook is a mapping with 'name:' and 'frames:' (label name -> definition)")
        known = {"name", "frames", "stance", "exclusive", "version", "unit", "target", "rules", "boundary_cases"}
        if unknown := sorted(set(content) - known, key=str):
            raise CodebookError(
                f"unknown key {unknown[0]!r} in the codebook; expected some of: {', '.join(sorted(known))}"
            )
        exclusive, version = content.get("exclusive", False), content.get("version", 1)
        if not isinstance(exclusive, bool):
            raise CodebookError(f"exclusive: expected true or false, got {exclusive!r}")
        cases = content.get("boundary_cases") or []
        if not isinstance(cases, list) or not all(
            isinstance(case, Mapping) and {"case", "rule"} <= set(case) for case in cases
        ):
            raise CodebookError("each of 'boundary_cases:' needs 'case:' and 'rule:'")
        return cls(
            name=str(content.get("name", "codebook")),
            frames=_labels(content["frames"], "frames"),
            stance=_labels(content.get("stance") or {}, "stance"),
            exclusive=exclusive,
            version=version if isinstance(version, int) else str(version),
            unit=_text(content.get("unit")),
            target=_text(content.get("target")),
            rules=_texts(content.get("rules"), "rules"),
            boundary_cases=tuple((_text(case["case"]), _text(case["rule"])) for case in cases),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the content as plain data, ready for JSON or YAML; ``from_dict`` reads it back."""
        return {
            "name": self.name,
            "version": self.version,
            "unit": self.unit,
            "exclusive": self.exclusive,
            "frames": {label.name: _plain(label) for label in self.frames},
            "stance": {label.name: _plain(label) for label in self.stance},
            "target": self.target,
            "rules": list(self.rules),
            "boundary_cases": [{"case": case, "rule": rule} for case, rule in self.boundary_cases],
        }


class _Loader(yaml.SafeLoader):
    """Reads YAML, and refuses a key that stands twice, where YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _labels(content: Any, where: str) -> tuple[Label, ...]:
    """Read labels from a mapping (name -> rules) or a bare list of names."""
    if not isinstance(content, Mapping | list):
        raise CodebookError(f"{where}: expected a mapping (label name -> definition) or a list of names")
    labels = []
    for name, rules in content.items() if isinstance(content, Mapping) else ((name, None) for name in content):
        rules = {"definition": rules} if isinstance(rules, str) else rules or {}
        if not isinstance(rules, Mapping):
            raise CodebookError(f"label {name!r}: expected a definition, or a mapping with 'definition:'")
        if unknown := sorted(set(rules) - {"definition", "include", "exclude", "examples"}, key=str):
            raise CodebookError(
                f"label {name!r}: unknown key {unknown[0]!r}; expected definition, include, exclude, examples"
            )
        labels.append(
            Label(
                name=str(name),
                definition=_text(rules.get("definition")),
                include=_texts(rules.get("include"), f"{name}.include"),
                exclude=_texts(rules.get("exclude"), f"{name}.exclude"),
                examples=_texts(rules.get("examples"), f"{name}.examples"),
            )
        )
    return tuple(labels)


def _text(value: Any) -> str:
    return " ".join(str(value or "").split())


def _texts(values: Any, where: str) -> tuple[str, ...]:
    if values is None:
        return ()
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise CodebookError(f"{where}: expected a list of texts (quote those that contain ': ')")
    return tuple(_text(value) for value in values)


def _plain(label: Label) -> dict[str, Any]:
    return {
        "definition": label.definition,
        "include": list(label.include),
        "exclude": list(label.exclude),
        "examples": list(label.examples),
    }
