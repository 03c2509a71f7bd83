"""What ``model.json`` may say: all of it is checked, and every number bounded, before anything of a model is loaded.

A folder may come from anybody. What is not as ``save_model`` writes it is refused with its place in the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from framing.codebook import Codebook
from framing.errors import ConfigError
from framing.model.classifier import FROZEN
from framing.model.decisions.decoders import NEUTRAL, Decoder, decoder_of
from framing.model.decisions.thresholds import F1, check_goal
from framing.model.encoders.kinds import ADAPTER, KINDS
from framing.model.features import CONTEXTS, PairFeatures, ReadingFeatures, TargetFeatures, TextFeatures
from framing.model.plain_heads import PlainHead
from framing.names import FINDERS, READ_AS

FEATURES = {kind.__name__: kind for kind in (TextFeatures, ReadingFeatures, PairFeatures, TargetFeatures)}
# What a feature set's encoder is: one of words, fitted and saved with the heads, or the model's own encoder.
FITTED, SENTENCE = "fitted", "sentence"
LONGEST_JSON = 1 << 24  # bytes; shipped models have 70,000
_WORD = re.compile(r"\w[\w-]{0,99}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LARGEST = 1e9  # of a slope, a bias, or a number of texts or tokens


class MalformedError(ValueError):
    """Something is not as ``save_model`` writes it; the message says what, and where."""


def read_json(file: Path) -> Any:
    """Read JSON of bounded size and depth.

    Raises
    ------
    ValueError, OSError
        It is too long, too deep, no JSON, or cannot be read.
    """
    if (size := file.stat().st_size) > LONGEST_JSON:
        raise MalformedError(f"{size:,} bytes, expected at most {LONGEST_JSON:,}")
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except RecursionError:
        raise MalformedError("nested too deep") from None


def check_description(content: Any) -> Codebook:
    """Check what ``model.json`` says, and return its codebook.

    Raises
    ------
    MalformedError, CodebookError
        Something is missing, of another kind, out of bounds, or does not go with the codebook.
    """
    codebook = Codebook.from_dict(_part(content, "codebook", dict))
    for name, digest in _part(content, "files", dict).items():
        _need(_is_inside(name), f"files: {name!r}", "a path inside the folder")
        _need(isinstance(digest, str) and _DIGEST.fullmatch(digest), f"files.{name}", "a sha256", digest)
    _part({"info": {}, **content}, "info", dict)
    if (encoder := _part(content, "encoder", dict | None)) is not None:
        _check_encoder_options(encoder)
    tasks = _part(content, "tasks", dict)
    _need(tasks and tasks.keys() <= {"frames", "stance"}, "tasks", "frames, stance or both", list(tasks))
    for name in tasks:
        names = codebook.frame_names if name == "frames" else codebook.stance_names
        exclusive = codebook.exclusive if name == "frames" else True
        _check_task(_part(tasks, name, dict, "tasks."), f"tasks.{name}.", decoder_of(names, exclusive, name), encoder)
    return codebook


def n_problems(decoder: Decoder) -> int:
    """Return how many problems a decoder's labels are."""
    return 1 if decoder.exclusive else len(decoder.labels)


def check_fitted(fitted: Any, sets: Mapping[str, Any], decoder: Decoder) -> None:
    """Check what was loaded of a task: heads for each problem of each feature set, and vectorizers of words alone.

    Raises
    ------
    MalformedError
        Something is missing or of another kind.
    """
    heads, encoders = _part(fitted, "heads", dict), _part(fitted, "encoders", dict)
    for name, told in sets.items():
        of_problems = _part(heads, name, list, "heads.")
        _need(
            len(of_problems) == n_problems(decoder), f"heads.{name}", f"{n_problems(decoder)} heads", len(of_problems)
        )
        for head in of_problems:
            known = set(range(decoder.n_classes))
            fitting = isinstance(head, PlainHead) or _is_classifier(head)
            fitting = fitting and set(np.ravel(getattr(head, "classes_", [-1])).tolist()) <= known
            _need(fitting, f"heads.{name}", f"a fitted classifier of {decoder.n_classes} classes", head)
        if told["encoder"] == FITTED:
            from framing.model.encoders.words import WordVectorizer

            encoder = _part(encoders, name, WordVectorizer, "encoders.")
            _need(encoder.is_plain(), f"encoders.{name}", "a vectorizer as its options make it")


def _is_classifier(head: Any) -> bool:
    from sklearn.base import BaseEstimator, is_classifier

    return isinstance(head, BaseEstimator) and is_classifier(head)


def _check_task(task: dict[str, Any], where: str, decoder: Decoder, encoder: Any) -> None:
    labels = _part(task, "labels", list, where)
    _need(labels == list(decoder.labels), f"{where}labels", f"those of the codebook {list(decoder.labels)}", labels)
    exclusive = _part(task, "exclusive", bool, where)
    _need(exclusive == decoder.exclusive, f"{where}exclusive", f"{decoder.exclusive} as in the codebook", exclusive)
    _need(_WORD.fullmatch(_part(task, "head", str, where)), f"{where}head", "the name of a class", task["head"])
    try:
        check_goal(task.get("goal", F1))
    except ConfigError as error:
        raise MalformedError(f"{where}{error}") from None
    thresholds = _part(task, "thresholds", dict, where)
    expected, sides = set() if decoder.exclusive else set(labels), set(labels) - {NEUTRAL}
    fitting = set(thresholds) == expected or (decoder.exclusive and set(thresholds) <= sides)
    _need(fitting, f"{where}thresholds", f"one for each of {sorted(expected)}", sorted(map(str, thresholds)))
    for label, value in thresholds.items():
        _need_number(value, f"{where}thresholds.{label}", 0, 1)
    sets = _part(task, "features", dict, where)
    _need(0 < len(sets) <= 10, f"{where}features", "one to ten feature sets", len(sets))
    for name, told in sets.items():
        _check_features(name, told, f"{where}features.", encoder)
    calibrations = _part(task, "calibration", list, where)
    _need(len(calibrations) == n_problems(decoder), f"{where}calibration", f"{n_problems(decoder)} of them")
    for told in calibrations:
        for key, length, lowest in (("slopes", len(sets), 0.0), ("bias", decoder.n_classes, -_LARGEST)):
            numbers = _part(told, key, list, f"{where}calibration.")
            _need(len(numbers) == length, f"{where}calibration.{key}", f"{length} numbers", len(numbers))
            for value in numbers:
                _need_number(value, f"{where}calibration.{key}", lowest, _LARGEST)


def _check_features(name: str, told: Any, where: str, encoder: Any) -> None:
    _need(_WORD.fullmatch(name), f"{where}{name!r}", "a plain word")
    where = f"{where}{name}."
    kind, read_by = _part(told, "features", str, where), _part(told, "encoder", str, where)
    _need(kind in FEATURES, f"{where}features", f"one of {', '.join(FEATURES)}", kind)
    _need(read_by in (FITTED, SENTENCE, FROZEN), f"{where}encoder", f"{FITTED}, {SENTENCE} or {FROZEN}", read_by)
    _need(read_by == FITTED or encoder is not None, f"{where}encoder", "an encoder in the model", read_by)
    context = told.get("context", [])
    _need(isinstance(context, list) and all(c in CONTEXTS for c in context), f"{where}context", CONTEXTS, context)
    if (entities := told.get("entities")) is not None:
        kinds = {"mode": READ_AS, "finder": FINDERS}
        fitting = isinstance(entities, dict) and entities.keys() == kinds.keys()
        fitting = fitting and all(entities[key] in allowed for key, allowed in kinds.items())
        _need(fitting, f"{where}entities", f"one of each of {kinds}", entities)


def _check_encoder_options(told: dict[str, Any]) -> None:
    name = told.get("kind", SENTENCE)
    kind = next((kind for kind in KINDS if kind.name == name), None)
    if kind is None:
        return  # of a newer version: the reader of encoders says so
    known = {"kind", "sha256", "model", *kind.type().get_params()} - {"backend"}
    _need(told.keys() <= known, "encoder", f"some of {', '.join(sorted(known))}", sorted(told.keys() - known))
    _need(_DIGEST.fullmatch(_part(told, "sha256", str, "encoder.")), "encoder.sha256", "a sha256", told["sha256"])
    for key, optional, allowed in (
        ("model", False, str),
        ("precision", False, str),
        ("revision", True, str),
        ("device", True, str),
        ("cache", False, bool),
    ):
        value = told.get(key, allowed())
        fitting = (optional and value is None) or (isinstance(value, allowed) and len(str(value)) < 1000)
        _need(fitting, f"encoder.{key}", allowed.__name__, value)
    for key in ("batch_size", "max_seq_length"):
        if (value := told.get(key, 1)) is not None or key == "batch_size":
            _need(type(value) is int, f"encoder.{key}", "a whole number", value)
            _need_number(value, f"encoder.{key}", 1, _LARGEST)
    _need(told.get("adapter") in (None, ADAPTER), "encoder.adapter", f"null or {ADAPTER!r}", told.get("adapter"))


def check_adapter(config: Any) -> None:
    """Check the configuration of an adapter: what ``EncoderTuner`` writes, with everything else switched off.

    PEFT reads patterns of layers as regular expressions, which may never end, and options that lead to other files.

    Raises
    ------
    MalformedError
        An option is on that we do not use, or out of bounds.
    """
    _need_number(_part(config, "r", int), "r", 1, 1024)
    _need_number(_part(config, "lora_alpha", int | float), "lora_alpha", 0, _LARGEST)
    layers = _part(config, "target_modules", list)
    plain = all(isinstance(layer, str) and re.fullmatch(r"\w[\w.]{0,199}", layer) for layer in layers)
    _need(plain and 0 < len(layers) <= 10_000, "target_modules", "a list of plain names", layers)
    for key, value in config.items():
        if key in _ADAPTER:
            _need(value in _ADAPTER[key], key, f"one of {_ADAPTER[key]}", value)
        elif key not in ("r", "lora_alpha", "target_modules", "base_model_name_or_path", "peft_version"):
            _need(value in (None, False, [], {}), key, "an option that is off", value)


# Options that say nothing new, by the values that they have in what PEFT writes for us.
_ADAPTER: dict[str, tuple[Any, ...]] = {
    "peft_type": ("LORA",),
    "task_type": ("FEATURE_EXTRACTION",),
    "bias": ("none",),
    "init_lora_weights": (True,),
    "lora_dropout": (0.0,),
    "fan_in_fan_out": (True, False),
    "inference_mode": (True, False),
    "megatron_core": ("megatron.core",),
    "qalora_group_size": (16,),
}


def _part(content: Any, key: str, kind: Any, where: str = "") -> Any:
    """Return a part of a mapping, which has to be there and of a kind."""
    place = f"{where}{key}"
    _need(isinstance(content, Mapping) and key in content, place, "it to be there")
    value = content[key]
    fitting = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    _need(fitting, place, getattr(kind, "__name__", str(kind)), value)
    return value


def _need_number(value: Any, where: str, lowest: float, highest: float) -> None:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    _need(plain and lowest <= value <= highest, where, f"a number from {lowest:g} to {highest:g}", value)


def _need(fitting: Any, where: str, expected: Any, came: Any = None) -> None:
    if not fitting:
        told = "" if came is None else f", got {repr(came)[:80]}"
        raise MalformedError(f"{where}: expected {expected}{told}")


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and not {"..", ""} & set(path.parts) and "\\" not in name
