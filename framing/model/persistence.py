"""A saved model: a folder that people can read and that cannot run code.

``model.json``      format, codebook, encoder and its weights' digest, thresholds, calibration, data, versions,
                    and the sha256 of every other file
``TASK/heads.skops``  the fitted heads, and the fitted word vectorizers where there are any
``encoder/``        the adapter of a tuned encoder
``TASK/held_out.json``  of each label: shares, curves of thresholds, and conformal scores (since format 2)
``README.md``       the model card

To raise ``FORMAT``: add one to it when a file that the current reader cannot read is written; keep reading the
older numbers in ``load_model`` or say in the changelog from which version on they must be trained anew.
"""

from __future__ import annotations

import importlib.metadata
import json
import tempfile
from pathlib import Path
from typing import Any

import skops.io
from sklearn.base import clone

from framing.codebook import Codebook
from framing.errors import CodebookError, ModelError, OutputError, first_line
from framing.files import sha256
from framing.model.card import model_card
from framing.model.classifier import FROZEN, TaskClassifier
from framing.model.decisions.decoders import decoder_of
from framing.model.decisions.heads import Calibration
from framing.model.decisions.held_out import HeldOutSummary
from framing.model.decisions.thresholds import F1
from framing.model.encoders.kinds import has_weights, read_encoder, write_encoder
from framing.model.features import PairFeatures, ReadingFeatures, TargetFeatures, TextFeatures
from framing.model.framing import FramingClassifier
from framing.names import Entities

FORMAT = 3
# A model that reads names as they are is written in the format before: versions that know no other way read it too.
NAMES_AS_THEY_ARE = 2

# Types beyond those that skops trusts by itself. Each was read: none runs code when it is built.
TRUSTED = (
    "framing.model.encoders.words.WordVectorizer",
    "framing.model.encoders.WordVectorizer",  # as it was called up to 0.1.0
    "scipy.sparse._csr.csr_matrix",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
)
_HELD_OUT = "held_out.json"
_FEATURES = {kind.__name__: kind for kind in (TextFeatures, ReadingFeatures, PairFeatures, TargetFeatures)}
# What a feature set's encoder is: one of words, fitted and saved with the heads, or the model's own encoder.
_FITTED, _SENTENCE = "fitted", "sentence"
_PACKAGES = ("framing-classifier", "scikit-learn", "sentence-transformers", "numpy", "skops")


def save_model(model: FramingClassifier, folder: str | Path) -> Path:
    """Write a model folder, whole or not at all; a model that was there before is replaced.

    Raises
    ------
    OutputError
        The folder cannot be written, or holds something that is not a model.
    ModelError
        A head has a type that could not be loaded safely.
    """
    folder = Path(folder).absolute()
    check_model_folder(folder)
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
            new, old = Path(scratch) / "new", Path(scratch) / "old"
            new.mkdir()
            _write(model, new)
            try:
                if folder.exists():
                    folder.rename(old)
                new.rename(folder)
            except BaseException:  # Ctrl-C too: the model that was there must not go with the scratch folder
                if old.exists() and not folder.exists():
                    old.rename(folder)
                raise
    except OSError as error:
        raise _cannot_save(folder, error) from None
    return folder


def check_model_folder(folder: str | Path) -> None:
    """Make sure that a model can be saved in a folder, before the work of making one.

    Raises
    ------
    OutputError
        The folder cannot be written, or holds something that is not a model.
    """
    folder = Path(folder).absolute()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent):
            pass
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise _cannot_save(folder, error) from None
    if taken and not (folder / "model.json").is_file():
        raise OutputError(f"{folder}: holds something that is not a model; choose a new or empty folder")


def _cannot_save(folder: Path, error: OSError) -> OutputError:
    return OutputError(f"{folder}: a model cannot be saved here ({error.strerror}); choose another folder")


def load_model(folder: str | Path) -> FramingClassifier:
    """Read a model folder.

    Raises
    ------
    ModelError
        The folder is missing, damaged, of a newer format, or holds a type that is not trusted.
    EncoderError
        The encoder's weights cannot be found.
    """
    folder = Path(folder)
    content = _read_json(folder)
    try:
        _check_files(folder, content["files"])
        encoder = None if content["encoder"] is None else read_encoder(content["encoder"], folder)
        tasks = {name: _read_task(folder / name, task, encoder) for name, task in content["tasks"].items()}
        return FramingClassifier(Codebook.from_dict(content["codebook"]), tasks, content.get("info", {}))
    except (KeyError, TypeError, AttributeError, CodebookError) as error:
        raise ModelError(f"model {folder}: damaged model.json ({error!r}); train or copy the model again") from None


def _write(model: FramingClassifier, folder: Path) -> None:
    encoders = {}
    for task in model.tasks.values():
        for name, features in task.features_.items():
            if has_weights(features.encoder_) and name != FROZEN:
                encoders[f"{type(features.encoder_).__name__} {features.encoder_.get_params()}"] = features.encoder_
    if len(encoders) > 1:
        one, other, *_ = encoders.values()
        raise ModelError(
            f"a model keeps one sentence encoder, this one has two: {one} and {other}; take a word vectorizer for "
            "'words'"
        )
    content = {
        "format": FORMAT if _reads_otherwise(model) else NAMES_AS_THEY_ARE,
        "codebook": model.codebook.to_dict(),
        "encoder": next((write_encoder(encoder, folder) for encoder in encoders.values()), None),
        "tasks": {name: _write_task(task, folder / name) for name, task in model.tasks.items()},
        "info": model.info,
        "versions": {package: importlib.metadata.version(package) for package in _PACKAGES},
    }
    (folder / "README.md").write_text(model_card(content), encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    content["files"] = {path.relative_to(folder).as_posix(): sha256(path) for path in files}
    (folder / "model.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _reads_otherwise(model: FramingClassifier) -> bool:
    return any(features.entities is not None for task in model.tasks.values() for features in task.features_.values())


def _write_task(task: TaskClassifier, folder: Path) -> dict[str, Any]:
    """Write the fitted parts of a task into a folder of its own, and return what ``model.json`` says of it."""
    folder.mkdir()
    sets: dict[str, Any] = {}
    fitted: dict[str, Any] = {}
    for name, features in task.features_.items():
        sets[name] = {"features": type(features).__name__, "encoder": _FITTED, "context": list(features.context)}
        if features.entities is not None:
            sets[name]["entities"] = features.entities.to_dict()
        if has_weights(features.encoder_):
            sets[name]["encoder"] = FROZEN if name == FROZEN else _SENTENCE
        else:
            fitted[name] = features.encoder_
    file = folder / "heads.skops"
    skops.io.dump({"heads": task.heads_, "encoders": fitted}, file)
    if untrusted := _untrusted(file):
        raise ModelError(
            f"the {folder.name} heads cannot be saved safely: type {untrusted[0]} is not on the trusted list"
        )
    _write_held_out(task, folder / _HELD_OUT)
    return {
        "labels": list(task.labels),
        "exclusive": task.decoder.exclusive,
        "features": sets,
        # A loaded task knows its head by name only.
        "head": task.head if isinstance(task.head, str) else type(task.head).__name__,
        "goal": task.goal,
        "thresholds": task.thresholds_,
        "calibration": [{"slopes": list(c.slopes), "bias": list(c.bias)} for c in task.calibrations_],
    }


def _write_held_out(task: TaskClassifier, file: Path) -> None:
    if task.held_out_ is not None:  # a model of format 1 that is saved again stays without
        kept = [scores.to_dict() for scores in task.held_out_]
        file.write_text(json.dumps(kept) + "\n", encoding="utf-8")


def _read_held_out(file: Path) -> list[HeldOutSummary] | None:
    if not file.is_file():
        return None
    try:
        return [HeldOutSummary.from_dict(content) for content in json.loads(file.read_text(encoding="utf-8"))]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"model file {file}: cannot be read ({error!r}); train or copy the model again") from None


def _read_json(folder: Path) -> dict[str, Any]:
    file = folder / "model.json"
    if not folder.is_dir():
        raise ModelError(f"model {folder}: no such folder; expected a folder that holds model.json")
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        number = content["format"]
    except FileNotFoundError:
        raise ModelError(f"model {folder}: no model.json in this folder; it is not a saved model") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"model {folder}: damaged model.json ({error}); train or copy the model again") from None
    if not isinstance(number, int) or number > FORMAT or number < 1:
        version = content.get("versions", {}).get("framing-classifier", "another version")
        raise ModelError(
            f"model {folder}: format {number}, this version reads up to {FORMAT}; it was saved by framing-classifier "
            f"{version}: upgrade the package"
        )
    return content


def _check_files(folder: Path, files: dict[str, str]) -> None:
    for name, digest in files.items():
        path = folder / name
        # The card is for people: they may edit it.
        if name == "README.md":
            continue
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise ModelError(f"model {folder}: {name} is missing; train or copy the model again")
        if sha256(path) != digest:
            raise ModelError(f"model {folder}: {name} is damaged (its sha256 is not the one in model.json)")


def _read_task(folder: Path, content: dict[str, Any], encoder: Any) -> TaskClassifier:
    fitted = _load_skops(folder / "heads.skops")
    features = {}
    for name, told in content["features"].items():
        if told["encoder"] == _FITTED:
            read_by = fitted["encoders"][name]
        else:
            read_by = clone(encoder).set_params(adapter=None) if told["encoder"] == FROZEN else encoder
        entities = Entities(**told["entities"]) if told.get("entities") else None
        features[name] = _FEATURES[told["features"]].restored(read_by, tuple(told.get("context", ())), entities)
    return TaskClassifier.restored(
        decoder_of(content["labels"], content["exclusive"], folder.name),
        features,
        content["head"],
        content.get("goal", F1),
        heads_=fitted["heads"],
        thresholds_=content["thresholds"],
        calibrations_=[Calibration(tuple(c["slopes"]), tuple(c["bias"])) for c in content["calibration"]],
        held_out_=_read_held_out(folder / _HELD_OUT),
    )


def _load_skops(file: Path) -> Any:
    try:
        if untrusted := _untrusted(file):
            raise ModelError(
                f"model file {file}: holds the type {untrusted[0]}, which is not trusted and might run code; "
                "nothing was loaded"
            )
        return skops.io.load(file, trusted=list(TRUSTED))
    except ModelError:
        raise
    except FileNotFoundError:
        raise ModelError(f"model file {file}: missing; train or copy the model again") from None
    except Exception as error:  # a damaged archive fails in many ways
        raise ModelError(f"model file {file}: cannot be read ({type(error).__name__}: {first_line(error)})") from None


def _untrusted(file: Path) -> list[str]:
    return sorted(set(skops.io.get_untrusted_types(file=file)) - set(TRUSTED))
