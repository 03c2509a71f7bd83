"""A saved model: a folder that people can read and that cannot run code.

``model.json``      format, codebook, encoder and its weights' digest, thresholds, calibration, data, versions,
                    and the sha256 of every other file
``TASK/heads.skops``  the fitted heads, and the fitted word vectorizers where there are any
``encoder/``        the adapter of a tuned encoder, and vectors by which one converted without PyTorch is checked
``student/``        what settles frames first with ``--fast`` (``framing.model.student.saved``)
``TASK/held_out.json``  of each label: shares, curves of thresholds, and conformal scores (since format 2)
``README.md``       the model card

To raise ``FORMAT``: add one to it when a file that the current reader cannot read is written; keep reading the
older numbers in ``load_model`` or say in the changelog from which version on they must be trained anew.
"""

from __future__ import annotations

import importlib.metadata
import json
import warnings
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

from framing.errors import FramingWarning, MissingExtraError, ModelError, OutputError, first_line
from framing.files import real_path, replace_folder, scratch_beside, set_aside, sha256
from framing.installed import need
from framing.model.card import model_card
from framing.model.classifier import EMBEDDING, FROZEN, TaskClassifier
from framing.model.decisions.decoders import decoder_of
from framing.model.decisions.heads import Calibration
from framing.model.decisions.held_out import HeldOutSummary
from framing.model.decisions.thresholds import F1
from framing.model.description import (
    FEATURES,
    FITTED,
    SENTENCE,
    MalformedError,
    check_adapter,
    check_description,
    check_fitted,
    n_problems,
    read_json,
)
from framing.model.encoders.adapters import ADAPTER_FILES
from framing.model.encoders.backends import with_options
from framing.model.encoders.kinds import ADAPTER, has_weights, read_encoder, write_encoder
from framing.model.encoders.reference import REFERENCES, read_reference, write_references
from framing.model.encoders.wordpieces import wordpieces_of
from framing.model.framing import FramingClassifier
from framing.model.listed import MODEL_JSON, check_files, damaged, file_to_load, plain_file
from framing.model.plain_heads import read_plain_heads, whole_head
from framing.model.student.saved import read_student, write_student
from framing.model.student.student import Student
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
_HEADS, _HELD_OUT = "heads.skops", "held_out.json"
_UNPACKED = 1 << 26  # bytes that heads may have however small their file is
_PACKAGES = ("framing-classifier", "scikit-learn", "sentence-transformers", "numpy", "skops")


def save_model(model: FramingClassifier, folder: str | Path) -> Path:
    """Write a model folder, whole or not at all; a model that was there before is replaced.

    Raises
    ------
    OutputError
        The folder cannot be written, or holds something that is not a model.
    ModelError
        A head has a type that could not be loaded safely; or the model is asked with ``fast="only"``, without a stance.
    """
    folder = Path(folder).absolute()
    if getattr(model.tasks.get("frames"), "only", False):
        raise ModelError(
            "with fast=only a model has no stance, which would be lost; load it without fast, and save that"
        )
    check_model_folder(folder)
    place = real_path(folder)
    try:
        with scratch_beside(place) as scratch:
            new = scratch / "new"
            new.mkdir()
            _write(model, new)
            replace_folder(new, place)
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
        with scratch_beside(folder):
            pass
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise _cannot_save(folder, error) from None
    if taken and not (folder / MODEL_JSON).is_file():
        raise OutputError(f"{folder}: holds something that is not a model; choose a new or empty folder")


def _cannot_save(folder: Path, error: OSError) -> OutputError:
    return OutputError(f"{folder}: a model cannot be saved here ({error.strerror}); choose another folder")


def load_model(folder: str | Path) -> FramingClassifier:
    """Read a model folder, which may come from anybody: what it says is checked before anything in it is loaded.

    Raises
    ------
    ModelError
        The folder is missing, damaged, of a newer format, says something that no saved model says, or holds a type
        that is not trusted.
    EncoderError
        The encoder's weights cannot be found.
    """
    folder = Path(folder)
    content = _read_json(folder)
    with damaged(folder, MODEL_JSON):
        codebook = check_description(content)
    check_files(folder, content["files"])
    encoder = None if content["encoder"] is None else _read_encoder(folder, content)
    tasks = {name: _read_task(folder, name, content, encoder) for name in content["tasks"]}
    student = _read_student(folder, content, encoder) if "student" in content else None
    return FramingClassifier(codebook, tasks, content.get("info", {}), sha256(folder / MODEL_JSON), student)


def _write(model: FramingClassifier, folder: Path) -> None:
    every, encoders = {}, {}
    for task in model.tasks.values():
        for name, features in task.features_.items():
            if has_weights(features.encoder_):
                told = f"{type(features.encoder_).__name__} {features.encoder_.get_params()}"
                every[told] = features.encoder_
                if name != FROZEN:
                    encoders[told] = features.encoder_
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
    write_references(every.values(), folder / ADAPTER)
    if model.student is not None:
        content["student"] = write_student(model.student, folder, wordpieces_of(next(iter(encoders.values()), None)))
    (folder / "README.md").write_text(model_card(content), encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    content["files"] = {path.relative_to(folder).as_posix(): sha256(path) for path in files}
    (folder / MODEL_JSON).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _reads_otherwise(model: FramingClassifier) -> bool:
    return any(features.entities is not None for task in model.tasks.values() for features in task.features_.values())


def _write_task(task: TaskClassifier, folder: Path) -> dict[str, Any]:
    """Write the fitted parts of a task into a folder of its own, and return what ``model.json`` says of it."""
    folder.mkdir()
    sets: dict[str, Any] = {}
    fitted: dict[str, Any] = {}
    for name, features in task.features_.items():
        sets[name] = {"features": type(features).__name__, "encoder": FITTED, "context": list(features.context)}
        if features.entities is not None:
            sets[name]["entities"] = features.entities.to_dict()
        if has_weights(features.encoder_):
            sets[name]["encoder"] = FROZEN if name == FROZEN else SENTENCE
        else:
            fitted[name] = features.encoder_
    need("skops")
    import skops.io

    file = folder / _HEADS
    heads = {name: [whole_head(head) for head in of_set] for name, of_set in task.heads_.items()}
    skops.io.dump({"heads": heads, "encoders": fitted}, file)
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


def _read_json(folder: Path) -> dict[str, Any]:
    if (aside := set_aside(folder.absolute())) is not None:
        raise ModelError(f"model {folder}: its replacement was cut off, and it is in {aside}: move it back")
    if not folder.is_dir():
        raise ModelError(f"model {folder}: no such folder; expected a folder that holds {MODEL_JSON}")
    if not (folder / MODEL_JSON).exists():
        raise ModelError(f"model {folder}: no {MODEL_JSON} in this folder; it is not a saved model")
    with damaged(folder, MODEL_JSON):
        content = read_json(plain_file(folder, MODEL_JSON))
        number = content["format"]
    if type(number) is not int or number > FORMAT or number < 1:
        versions = content.get("versions")
        version = versions.get("framing-classifier") if isinstance(versions, dict) else None
        raise ModelError(
            f"model {folder}: format {repr(number)[:20]}, this version reads up to {FORMAT}; it was saved by "
            f"framing-classifier {str(version or 'another version')[:40]}: upgrade the package"
        )
    return content


def _read_encoder(folder: Path, content: dict[str, Any]) -> Any:
    if content["encoder"].get("adapter") is not None:
        config, _ = (file_to_load(folder, content, f"{ADAPTER}/{name}") for name in ADAPTER_FILES)
        with damaged(folder, f"{ADAPTER}/{config.name}"):
            check_adapter(read_json(config))
    encoder = read_encoder(content["encoder"], folder)
    for name, changed in REFERENCES:
        if f"{ADAPTER}/{name}" in content["files"]:
            with damaged(folder, f"{ADAPTER}/{name}"):
                read_reference(with_options(encoder, **changed), folder / ADAPTER / name)
    return encoder


def _read_student(folder: Path, content: dict[str, Any], encoder: Any) -> Student | None:
    with damaged(folder, "student"):
        of, file = content["tasks"]["frames"], partial(file_to_load, folder, content)
        own = partial(wordpieces_of, encoder)
        if EMBEDDING not in of["features"]:
            raise MalformedError("a student is of a model whose features are called embedding")
        student = read_student(content["student"], len(of["labels"]), of["exclusive"], file, own)
    if student is None:
        warnings.warn(
            f"model {folder}: its student is left out, since it reads the encoder's tokens, and those beside the "
            "weights found here (tokenizer.json) are others",
            FramingWarning,
            stacklevel=3,
        )
    return student


def _read_held_out(folder: Path, content: dict[str, Any], name: str, n: int) -> list[HeldOutSummary] | None:
    if not (folder / name).exists() and name not in content["files"]:
        return None
    with damaged(folder, name):
        told = read_json(file_to_load(folder, content, name))
        if not isinstance(told, list) or len(told) != n:
            raise ValueError(f"expected a list of {n}")
        return [HeldOutSummary.from_dict(summary) for summary in told]


def _read_task(folder: Path, name: str, description: dict[str, Any], encoder: Any) -> TaskClassifier:
    content = description["tasks"][name]
    decoder = decoder_of(content["labels"], content["exclusive"], name)
    file = file_to_load(folder, description, f"{name}/{_HEADS}")
    fitted = _load_heads(file)
    with damaged(folder, f"{name}/{_HEADS}"):
        check_fitted(fitted, content["features"], decoder)
    features = {}
    for key, told in content["features"].items():
        if told["encoder"] == FITTED:
            read_by = fitted["encoders"][key]
        else:
            read_by = with_options(encoder, adapter=None) if told["encoder"] == FROZEN else encoder
        entities = Entities(**told["entities"]) if told.get("entities") else None
        features[key] = FEATURES[told["features"]].restored(read_by, tuple(told.get("context", ())), entities)
    return TaskClassifier.restored(
        decoder,
        features,
        content["head"],
        content.get("goal", F1),
        heads_=fitted["heads"],
        thresholds_=content["thresholds"],
        calibrations_=[Calibration(tuple(c["slopes"]), tuple(c["bias"])) for c in content["calibration"]],
        held_out_=_read_held_out(folder, description, f"{name}/{_HELD_OUT}", n_problems(decoder)),
    )


def _load_heads(file: Path) -> Any:
    try:
        _check_unpacked(file)
        if (plain := read_plain_heads(file)) is not None:
            return plain
        need("skops")
        import skops.io

        if untrusted := _untrusted(file):
            raise ModelError(
                f"model file {file}: holds the type {untrusted[0]}, which is not trusted and might run code; "
                "nothing was loaded"
            )
        return skops.io.load(file, trusted=list(TRUSTED))
    except (ModelError, MissingExtraError):
        raise
    except Exception as error:  # a damaged archive fails in many ways
        raise ModelError(f"model file {file}: cannot be read ({type(error).__name__}: {first_line(error)})") from None


def _check_unpacked(file: Path) -> None:
    """Refuse an archive of a few bytes that would fill the memory; ours are not compressed at all."""
    with zipfile.ZipFile(file) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > max(_UNPACKED, 20 * file.stat().st_size):
        raise ModelError(f"model file {file}: would unpack to {size:,} bytes; train or copy the model again")


def _untrusted(file: Path) -> list[str]:
    import skops.io

    return sorted(set(skops.io.get_untrusted_types(file=file)) - set(TRUSTED))
