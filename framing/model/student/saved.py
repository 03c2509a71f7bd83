"""A student in the folder of its model: written, and read again with everything in it checked.

``student/vocabulary.txt``      its tokens, one a line; not there where they are the encoder's own
``student/network.safetensors`` its numbers
``student/agreement.safetensors`` how it agreed with the model on documents that it had not seen
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from framing.model.description import MalformedError
from framing.model.student.certainty import CELLS, Agreement
from framing.model.student.network import SHAPES, UNKNOWN, WIDTH, StudentNetwork
from framing.model.student.student import Student

FOLDER = "student"
VOCABULARY = f"{FOLDER}/vocabulary.txt"
NETWORK, AGREEMENT = (f"{FOLDER}/{name}.safetensors" for name in ("network", "agreement"))
# Bounds of what is read: tokens, and characters of one; the largest array side else; bytes of a file.
_TOKENS, _TOKEN, _SIDE, _BYTES = 300_000, 200, 4096, 1 << 28
_MOST = 10**12  # of any fact
# What is told of how a student was made.
_FACTS = {
    **dict.fromkeys(("sentences", "judged_sentences", "judged_documents", "epochs", "seed"), int),
    **{"digest": str, "passed_on": float},
}


def write_student(student: Student, folder: Path, own: Sequence[str] | None = None) -> dict[str, Any]:
    """Write a student into a model's folder, and return what ``model.json`` says of it.

    Parameters
    ----------
    student
        What is written.
    folder
        The model's.
    own
        The tokens of the model's encoder, which lie with its weights.
    """
    from safetensors.numpy import save

    (folder / FOLDER).mkdir()
    vocabulary = student.network.vocabulary
    is_own = own is not None and vocabulary == list(own)
    if not is_own:
        (folder / VOCABULARY).write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    network = {name: np.ascontiguousarray(array) for name, array in student.network.arrays.items()}
    cells = {"student": student.agreement.student, "model": student.agreement.model}
    for name, arrays in ((NETWORK, network), (AGREEMENT, cells)):
        (folder / name).write_bytes(save(arrays))
    return {
        "loss": student.loss,
        "encoder_tokens": _tokens_digest(vocabulary) if is_own else None,
        "told": dict(student.told),
    }


def _tokens_digest(tokens: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(tokens).encode()).hexdigest()


def read_student(
    told: Mapping[str, Any],
    n_labels: int,
    exclusive: bool,
    file: Callable[[str], Path],
    own: Callable[[], Sequence[str] | None],
) -> Student | None:
    """Return the student that ``write_student`` told of; ``None`` where it reads tokens that the encoder here has not.

    Parameters
    ----------
    told
        What ``model.json`` says.
    n_labels, exclusive
        Of the model's frames.
    file
        From a name to the file whose digest was compared.
    own
        Gives the tokens of the model's encoder, where they are needed.

    Raises
    ------
    MalformedError, ValueError, OSError
        Something is missing, of another kind or size, or out of bounds.
    """
    check_told(told)
    if told["encoder_tokens"] is None:
        vocabulary = _vocabulary(file(VOCABULARY))
    else:
        vocabulary = list(own() or ())
        if _tokens_digest(vocabulary) != told["encoder_tokens"]:
            return None
    arrays = _arrays(file(NETWORK), len(vocabulary), n_labels)
    cells = _read_tensors(file(AGREEMENT))
    if cells.keys() != {"student", "model"} or cells["student"].shape != cells["model"].shape:
        raise MalformedError("agreement.safetensors: expected student and model, of one shape")
    for name, array in cells.items():
        fitting = array.ndim == 2 and array.shape[1] == n_labels and array.dtype == np.uint8 and array.size
        if not fitting or array.max() >= CELLS:
            raise MalformedError(f"agreement.safetensors: {name} is no cells below {CELLS} of {n_labels} labels")
    return Student(
        StudentNetwork(vocabulary, arrays, exclusive),
        Agreement(cells["student"], cells["model"]),
        told["loss"],
        told["told"],
    )


def check_told(told: Any) -> None:
    """Check what ``model.json`` says of a student.

    Raises
    ------
    MalformedError
        It is not as ``write_student`` writes it.
    """
    fitting = (
        isinstance(told, dict) and told.keys() == {"loss", "encoder_tokens", "told"} and isinstance(told["told"], dict)
    )
    fitting = fitting and isinstance(told["loss"], float) and 0 < told["loss"] < 1
    fitting = fitting and (told["encoder_tokens"] is None or isinstance(told["encoder_tokens"], str))
    facts = told["told"] if fitting else {}
    fitting = fitting and facts.keys() == _FACTS.keys()
    fitting = fitting and all(type(facts[name]) is kind for name, kind in _FACTS.items())
    fitting = fitting and all(0 <= facts[name] <= _MOST for name, kind in _FACTS.items() if kind is not str)
    if not fitting or not re.fullmatch(r"[0-9a-f]{64}", facts["digest"]):
        raise MalformedError(
            f"student: expected loss, encoder_tokens, and {', '.join(_FACTS)} in told, got {repr(told)[:80]}"
        )


def _vocabulary(file: Path) -> list[str]:
    if (size := file.stat().st_size) > _BYTES:
        raise MalformedError(f"vocabulary.txt: {size:,} bytes, expected at most {_BYTES:,}")
    tokens = file.read_text(encoding="utf-8").split("\n")[:-1]
    if not 0 < len(tokens) <= _TOKENS or len(set(tokens)) < len(tokens) or UNKNOWN not in tokens:
        raise MalformedError(f"vocabulary.txt: expected at most {_TOKENS:,} different tokens, {UNKNOWN} among them")
    if any(not 0 < len(token) <= _TOKEN for token in tokens):
        raise MalformedError(f"vocabulary.txt: expected tokens of at most {_TOKEN} characters")
    return tokens


def _read_tensors(file: Path) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if (size := file.stat().st_size) > _BYTES:
        raise MalformedError(f"{file.name}: {size:,} bytes, expected at most {_BYTES:,}")
    try:
        return dict(load_file(file))
    except SafetensorError as error:
        raise MalformedError(f"{file.name}: {error}") from None


def _arrays(file: Path, n_tokens: int, n_labels: int) -> dict[str, Any]:
    arrays = _read_tensors(file)
    if arrays.keys() != SHAPES.keys():
        raise MalformedError(
            f"network.safetensors: expected {', '.join(SHAPES)}, got {', '.join(sorted(arrays))[:200]}"
        )
    sides = {"tokens": n_tokens, "labels": n_labels}
    for name, axes in SHAPES.items():
        shape = arrays[name].shape
        expected = tuple(sides.setdefault(axis, length) for axis, length in zip(axes, shape, strict=False))
        if len(shape) != len(axes) or shape != expected or not all(shape):
            raise MalformedError(f"network.safetensors: {name} has the shape {shape}, expected {expected or axes}")
        if arrays[name].dtype.name not in ("int8", "float16", "float32") or not np.isfinite(arrays[name]).all():
            raise MalformedError(f"network.safetensors: {name} holds what is no number of 8 to 32 bits")
    read, pooled = WIDTH * sides["vector"], 2 * sides["found"] + sides["vector"]
    if (sides["read"], sides["pooled"]) != (read, pooled) or max(sides["vector"], sides["hidden"]) > _SIDE:
        raise MalformedError(f"network.safetensors: sizes {sides} do not go together")
    if np.abs(arrays["weights"].astype(np.float32)).max() > 20:
        raise MalformedError("network.safetensors: weights are logarithms from -20 to 20")
    return arrays
