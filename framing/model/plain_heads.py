"""Read the heads of most models without skops, whose import takes more time than the first sentence.

A file of heads is an archive of skops: ``schema.json`` says what is in it, arrays lie beside it. Where that is logistic
regressions, lists, mappings and numbers alone, as in both models that ship, they are put together here; what else
there may be is left to skops. Nothing here can run code: no class is looked up by a name that a file gives.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

_HEAD = ("sklearn.linear_model._logistic", "LogisticRegression")
_LEARNED = {"classes_", "coef_", "intercept_", "n_iter_", "n_features_in_", "_sklearn_version"}
_LARGEST = 1 << 24  # bytes of a schema


class _NotPlainError(ValueError):
    """There is something in the file that skops has to read."""


def read_plain_heads(file: Path) -> Any | None:
    """Return what a file of heads holds; ``None`` where skops has to read it, or to say what is wrong with it.

    Examples
    --------
    >>> from framing.resources import SHIPPED, model_path
    >>> heads = read_plain_heads(model_path(SHIPPED) / "frames" / "heads.skops")["heads"]["embedding"]
    >>> [type(head).__name__ for head in heads], heads[0].coef_.shape
    (['LogisticRegression', 'LogisticRegression', 'LogisticRegression'], (1, 384))
    """
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo("schema.json").file_size > _LARGEST:
                return None
            return _object_of(json.loads(archive.read("schema.json")), archive)
    except (ValueError, KeyError, TypeError, AttributeError, OSError, EOFError, RecursionError, zipfile.BadZipFile):
        return None


def _object_of(node: Any, archive: zipfile.ZipFile) -> Any:
    if not isinstance(node, Mapping):
        raise _NotPlainError
    kind = node["__module__"], node["__class__"], node["__loader__"]
    if kind == ("builtins", "dict", "DictNode"):
        return {str(name): _object_of(part, archive) for name, part in node["content"].items()}
    if kind == ("builtins", "list", "ListNode"):
        return [_object_of(part, archive) for part in node["content"]]
    if node["__loader__"] == "JsonNode" and node.get("is_json") is True:
        return json.loads(node["content"])
    if kind == ("numpy", "ndarray", "NdArrayNode") and node["type"] == "numpy":
        return np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
    if kind == (*_HEAD, "ObjectNode"):
        return _head_of(_object_of(node["content"], archive))
    raise _NotPlainError


def _head_of(state: dict[str, Any]) -> Any:
    from sklearn.linear_model import LogisticRegression

    head = LogisticRegression()
    if state.keys() - head.get_params().keys() - _LEARNED:
        raise _NotPlainError
    head.__setstate__(state)
    return head
