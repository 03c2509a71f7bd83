"""Refuse options that make no sense, before anything is read or written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from framing.app.messages import CHOICES
from framing.errors import ConfigError, unknown
from framing.training import Recipe

# Keys of train.yaml beside those of ``Recipe``: what is read, and what becomes of the result.
INPUT_KEYS = ("data", "codebook", "columns", "evaluate", "calibrate", "coders")
APP_KEYS = ("tracking", "promote", "output", "test_model")
# The value of `promote` that asks for no comparison with the champion.
FORCE = "force"
# What plain options hold; the objects that the others make check their own.
_PLAIN: tuple[tuple[str, Any, str], ...] = (
    ("data", str | list, "a file, a folder, or a list of these"),
    ("calibrate", str | list | None, "a file, a folder, or a list of these"),
    ("coders", str | None, "majority, soft or the name of a coder"),
    ("codebook", str, "a YAML file"),
    ("columns", dict, "names of columns, such as columns.text=sentence"),
    ("tasks", list, "a list, such as tasks=[frames,stance]"),
    ("stance", dict, "its options, such as stance.blind_baseline=false"),
    ("stance.blind_baseline", bool, "true or false"),
    ("preprocess", dict, "its options, such as preprocess.entities=mask"),
    ("preprocess.entities", str, "keep, mask, typed or swap"),
    ("preprocess.names", str, "auto, spacy or capitals"),
    ("swap_test", dict, "its options, such as swap_test.sentences=0"),
    ("swap_test.sentences", int, "a whole number, 0 or more"),
    ("swap_test.max_flip_rate", float | int | None, "a share in [0, 1]"),
    ("context", list, "a list, such as context=[headline,previous]"),
    ("evaluate", dict, "files by name, such as evaluate.dev=FILE"),
    ("evaluate.*", str | list | None, "a file, a folder, or a list of these"),
    (
        "thresholds",
        str,
        "f1, micro_f1, count, or a bound in quotes of its own, such as thresholds='\"precision>=0.9\"'",
    ),
    ("seed", int, "a whole number, 0 or more"),
    ("n_jobs", int | None, "a whole number, 1 or more, or null"),
    ("promote", bool | str, "true, false or force"),
    ("output", str | None, "a folder"),
    ("test_model", str | None, "a file of tests, shipped, or null"),
    ("tracking.uri", str | None, "a file or an address"),
    ("tracking.experiment", str | None, "a name"),
    ("tracking.model", str | None, "a name"),
)


# Classes that a user's own configuration may name as they were called up to 0.1.0.
MOVED = {
    "framing.model.tuning.TunedEncoder": "framing.model.encoders.EncoderTuner",
    "framing.model.multilingual.MultilingualEncoder": "framing.model.encoders.MultilingualEncoder",
}


def with_moved_classes(config: Any) -> Any:
    """Return a configuration in which classes that have moved go by their names of today."""
    if isinstance(config, Mapping):
        return {
            key: MOVED.get(value, value) if key == "_target_" else with_moved_classes(value)
            for key, value in config.items()
        }
    return [with_moved_classes(item) for item in config] if isinstance(config, list) else config


def check_plain(config: Mapping[str, Any], choices: Mapping[str, Any]) -> None:
    """Refuse an option of the wrong kind before anything is read or written."""
    known = (*INPUT_KEYS, *(option.name for option in fields(Recipe)), *APP_KEYS)
    for key in config:
        if key not in known:
            raise ConfigError(unknown("option", key, known))
    for key, choice in choices.items():
        if choice is None:
            raise ConfigError(f"{key}: cannot be left out")
    for path, kind, expected in _PLAIN:
        for name, value in _at(config, path):
            if not isinstance(value, kind) or (kind is int and not 0 <= value < 2**32):
                raise ConfigError(f"{name}={value}: expected {expected}")
    if config["promote"] not in (True, False, FORCE):
        raise ConfigError(f"promote={config['promote']}: expected true, false or {FORCE}")


def _at(config: Any, path: str, above: str = "") -> Iterator[tuple[str, Any]]:
    """Give the option at a path, or all below it where the path ends in a star."""
    first, _, rest = path.partition(".")
    for key in config if first == "*" else [first]:
        if key not in config:
            raise ConfigError(f"{above}{key}: cannot be left out")
        if rest:
            yield from _at(config[key], rest, f"{above}{key}.")
        else:
            yield f"{above}{key}", config[key]


def check_parts(parts: Mapping[str, Any]) -> None:
    """Refuse what scikit-learn would refuse in the middle of a run."""
    estimators = {key: parts[key] for key in ("encoder", "head", "words")} | {"stance.head": parts["stance"].head}
    for key, part in estimators.items():
        if part is not None and not hasattr(part, "get_params"):
            choice = key if key in CHOICES else f"+{key.rpartition('.')[2]}@{key}"
            raise ConfigError(f"{key}={part}: expected a scikit-learn object; choose one with {choice}=NAME")
        if hasattr(part, "_parameter_constraints"):
            try:
                part._validate_params()
            except ValueError as error:
                raise ConfigError(f"{key}: {error}") from None
