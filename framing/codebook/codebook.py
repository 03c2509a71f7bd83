"""The codebook: which labels there are and what they mean."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from framing.codebook.labels import (
    NAME,
    Label,
    Spellings,
    check_spellings,
    folded,
    plain_label,
    read_labels,
    read_texts,
)
from framing.codebook.source import CodebookLoader
from framing.errors import CodebookError, unknown
from framing.plain_yaml import read_yaml


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
    none
        What data call "coded, none of the frames" beside the word ``none``, such as ``0`` or ``other``.

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
    none: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.frames:
            raise CodebookError(f"codebook {self.name!r} has no frames: list at least one under 'frames:'")
        for kind, names in (("frame", self.frame_names), ("stance class", self.stance_names)):
            for name in names:
                if not NAME.fullmatch(name) or name.lower() == "none":
                    raise CodebookError(
                        f"codebook {self.name!r}: {name!r} cannot name a {kind}; use letters, digits, '_' or '-', "
                        "with a letter among them, and not 'none' (the word for 'coded, no frame')"
                    )
            if len(set(names)) < len(names):
                raise CodebookError(f"codebook {self.name!r}: a {kind} is listed twice in {', '.join(names)}")
        check_spellings(self.name, "frame", self.frames)
        check_spellings(self.name, "stance class", self.stance)
        if taken := next((word for word in self.none if self.frame_called(word)), None):
            raise CodebookError(
                f"codebook {self.name!r}: {taken!r} means 'none' and is a frame, {self.frame_called(taken)}"
            )
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

    def frame_called(self, spelling: str) -> str | None:
        """Return the name of the frame that data calls so, or ``None``.

        Names, titles and further spellings count, first as they stand, then whatever their case and white space.
        """
        return self._frame_spellings.name_of(spelling)

    def means_none(self, spelling: str) -> bool:
        """Say whether data call "none of the frames" so, whatever its case and white space.

        Examples
        --------
        >>> book = Codebook("weather", frames=(Label("rain"), Label("sun")), none=("0", "No frame"))
        >>> book.means_none("no  frame"), book.means_none("None"), book.means_none("rain")
        (True, True, False)
        """
        plain = folded(spelling).casefold()
        return plain == "none" or any(plain == folded(word).casefold() for word in self.none)

    def stance_called(self, spelling: str) -> str | None:
        """Return the name of the stance class that data calls so, or ``None``; as ``frame_called``."""
        return self._stance_spellings.name_of(spelling)

    @cached_property
    def _frame_spellings(self) -> Spellings:
        return Spellings(self.frames)

    @cached_property
    def _stance_spellings(self) -> Spellings:
        return Spellings(self.stance)

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
        content = read_yaml(path, lambda text: yaml.load(text, CodebookLoader), CodebookError, "codebook ")
        try:
            return cls.from_dict(content)
        except CodebookError as error:
            raise CodebookError(f"{path}: {error}") from None

    @classmethod
    def from_dict(cls, content: Any) -> Codebook:
        """Build a codebook from what ``to_dict`` returns or a YAML file holds."""
        if not isinstance(content, Mapping) or not isinstance(content.get("frames"), Mapping | list):
            raise CodebookError("a codebook is a mapping with 'name:' and 'frames:' (label name -> definition)")
        known = {
            "name",
            "frames",
            "stance",
            "exclusive",
            "version",
            "unit",
            "target",
            "rules",
            "boundary_cases",
            "none",
        }
        if keys := sorted(set(content) - known, key=str):
            raise CodebookError(unknown("key", keys[0], sorted(known)))
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
            frames=read_labels(content["frames"], "frames"),
            stance=read_labels(content.get("stance") or {}, "stance"),
            exclusive=exclusive,
            version=version if isinstance(version, int) else str(version),
            unit=folded(content.get("unit")),
            target=folded(content.get("target")),
            rules=read_texts(content.get("rules"), "rules"),
            boundary_cases=tuple((folded(case["case"]), folded(case["rule"])) for case in cases),
            none=_none_words(content.get("none")),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the content as plain data, ready for JSON or YAML; ``from_dict`` reads it back."""
        return {
            "name": self.name,
            "version": self.version,
            "unit": self.unit,
            "exclusive": self.exclusive,
            "frames": {label.name: plain_label(label) for label in self.frames},
            "stance": {label.name: plain_label(label) for label in self.stance},
            "target": self.target,
            "rules": list(self.rules),
            "boundary_cases": [{"case": case, "rule": rule} for case, rule in self.boundary_cases],
            # Only where it is set, so that a codebook without it has the digest it always had.
            **({"none": list(self.none)} if self.none else {}),
        }


def _none_words(value: Any) -> tuple[str, ...]:
    """Return words that stand alone or in a list; numbers are words too."""
    values = value if isinstance(value, list | tuple) else [] if value is None else [value]
    if any(isinstance(word, bool) or not isinstance(word, str | int) for word in values):
        raise CodebookError("none: expected a word, a number, or a list of these (quote yes, no, true and false)")
    return read_texts([str(word) for word in values], "none")
