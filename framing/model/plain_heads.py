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
_PARAMETERS = {
    *("C", "class_weight", "dual", "fit_intercept", "intercept_scaling", "l1_ratio", "max_iter", "multi_class"),
    *("n_jobs", "penalty", "random_state", "solver", "tol", "verbose", "warm_start"),
}
_LARGEST = 1 << 24  # bytes of a schema


class PlainHead:
    """A fitted logistic regression that scores with numpy alone; what else it is asked for, scikit-learn's own answers.

    Parameters
    ----------
    state
        What scikit-learn's has learned and was made with, by name.
    """

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
        self.coef_, self.intercept_, self.classes_ = state["coef_"], state["intercept_"], state["classes_"]

    @property
    def whole(self) -> Any:
        """The head as scikit-learn's ``LogisticRegression``."""
        from sklearn.linear_model import LogisticRegression

        head = LogisticRegression()
        head.__setstate__(dict(self.state))
        return head

    def decision_function(self, X: Any) -> Any:
        """Return the scores, shape (n_samples,) of two classes, else (n_samples, n_classes).

        Raises
        ------
        ValueError
            There is what is no number among the features, or another number of them than was learned from.
        """
        if not np.isfinite(X.data if hasattr(X, "tocsr") else X).all():
            raise ValueError("Input X contains NaN or infinity.")
        scores = np.asarray(X @ self.coef_.T) + self.intercept_
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "state":  # asked for while it is copied or loaded
            raise AttributeError(name)
        return getattr(self.whole, name)


class _NotPlainError(ValueError):
    """There is something in the file that skops has to read."""


def read_plain_heads(file: Path) -> Any | None:
    """Return what a file of heads holds; ``None`` where skops has to read it, or to say what is wrong with it.

    Examples
    --------
    >>> from framing.resources import SHIPPED, model_path
    >>> heads = read_plain_heads(model_path(SHIPPED) / "frames" / "heads.skops")["heads"]["embedding"]
    >>> len(heads), heads[0].coef_.shape, type(whole_head(heads[0])).__name__
    (3, (1, 384), 'LogisticRegression')
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


def _head_of(state: dict[str, Any]) -> PlainHead:
    if state.keys() - _PARAMETERS - _LEARNED or not _LEARNED & state.keys() >= {"classes_", "coef_", "intercept_"}:
        raise _NotPlainError
    return PlainHead(state)


def whole_head(head: Any) -> Any:
    """Return scikit-learn's own head of a plain one; any other as it is."""
    return head.whole if isinstance(head, PlainHead) else head
