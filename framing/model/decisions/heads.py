"""Heads: scikit-learn classifiers on features, and the numbers that make their scores probabilities."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from framing.arrays import Rows, Scores, Values
from framing.errors import ConfigError

# The score of a class that is missing from a fold's training part, and the lower bound of log probabilities.
_UNLIKELY = np.log(1e-3)
# How the warning begins that scikit-learn's neural networks give in place of Ctrl-C.
_INTERRUPTED = "Training interrupted by user"


def check_head(head: Any) -> None:
    """Make sure that a head's options make sense, before the work.

    Raises
    ------
    ConfigError
        An option has the wrong type or is out of bounds.
    """
    if hasattr(head, "_validate_params"):  # what scikit-learn itself calls first in fit
        try:
            head._validate_params()
        except ValueError as error:
            raise _unfit(head, error) from error


def fit_head(head: Any, X: Any, y: Rows, weights: Values | None = None) -> Any:
    """Fit a copy of a head; where only one class is left to learn from, a constant.

    More than two classes go one against the rest where the head has no probabilities: what ``SVC`` gives for
    several classes are votes, too coarse to calibrate.

    Parameters
    ----------
    head
        An unfitted classifier.
    X
        Features, shape (n_samples, n_features).
    y
        Class numbers, shape (n_samples,).
    weights
        How much each row counts, shape (n_samples,); ``None`` where all count the same.

    Raises
    ------
    ConfigError
        An option of the head makes no sense, or not for so few rows, or it cannot weigh rows.
    """
    from sklearn import config_context
    from sklearn.base import clone
    from sklearn.dummy import DummyClassifier
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.utils.validation import has_fit_parameter

    n_classes = len(np.unique(y))
    if n_classes < 2:
        # Where no row is coded the constant is absence.
        return DummyClassifier(strategy="prior").fit(np.zeros((1, 1)), y[:1] if n_classes else [0])
    if weights is not None and not has_fit_parameter(head, "sample_weight"):
        raise ConfigError(
            f"head {type(head).__name__}: cannot weigh rows; take another (head=logreg, head=svm), or leave the column "
            "'weight' alone with columns.weight="
        )
    weighed = {} if weights is None else {"sample_weight": weights}
    several = n_classes > 2 and not hasattr(head, "predict_proba")
    with warnings.catch_warnings():
        # scikit-learn's neural networks swallow Ctrl-C, warn, and come back half trained.
        warnings.filterwarnings("error", message=_INTERRUPTED)
        try:
            if not several:
                return clone(head).fit(X, y, **weighed)
            with config_context(enable_metadata_routing=True):  # else no weights reach the heads of the classes
                each = clone(head).set_fit_request(sample_weight=True) if weighed else clone(head)
                return OneVsRestClassifier(each).fit(X, y, **weighed)
        except UserWarning as warning:
            if _INTERRUPTED in str(warning):
                raise KeyboardInterrupt from None
            raise
        except ValueError as error:
            raise _unfit(head, error) from error


def head_scores(head: Any, X: Any, n_classes: int) -> Scores:
    """Return the scores of a fitted head, shape (n_samples, n_classes), higher for likelier classes.

    ``decision_function`` where the head has one, else log probabilities.
    """
    try:
        if hasattr(head, "decision_function"):
            raw = np.asarray(head.decision_function(X), dtype=np.float64)
            if raw.ndim == 1:
                raw = np.column_stack([-raw / 2, raw / 2])
        else:
            raw = np.maximum(np.log(np.maximum(head.predict_proba(X), 1e-12)), _UNLIKELY)
    except ValueError as error:  # more neighbours asked for than there are rows, for instance
        raise _unfit(head, error) from error
    scores = np.full((raw.shape[0], n_classes), raw.min(initial=_UNLIKELY))
    scores[:, np.asarray(head.classes_, dtype=int)] = raw
    return scores


def _unfit(head: Any, error: ValueError) -> ConfigError:
    return ConfigError(f"head {type(head).__name__}: {' '.join(str(error).split())}")


@dataclass(frozen=True)
class Calibration:
    """Fuse the scores of several heads on the same classes and turn them into probabilities.

    ``softmax(sum_b slope[b] * scores[b] + bias)``: for one head and two classes this is Platt scaling, for more
    classes temperature scaling with a bias (Alexandari, Kundaje and Shrikumar 2020), for several heads their
    stacking. Slopes are never negative, so that no head counts against its own scores.

    Parameters
    ----------
    slopes
        One number a head, shape (n_heads,).
    bias
        One number a class, the first 0, shape (n_classes,).
    """

    slopes: tuple[float, ...]
    bias: tuple[float, ...]

    @property
    def shares(self) -> Values:
        """How much each head counts, shape (n_heads,): the slopes, scaled so that they sum to 1."""
        slopes = np.array(self.slopes)
        return slopes / slopes.sum() if slopes.sum() > 0 else np.full(len(slopes), 1 / len(slopes))

    @classmethod
    def fit(cls, scores: Sequence[Scores], y: Rows) -> Calibration:
        """Minimise the log loss on held-out scores.

        Parameters
        ----------
        scores
            One array a head, each of shape (n_samples, n_classes).
        y
            Class numbers, shape (n_samples,).
        """
        from scipy.optimize import minimize
        from scipy.special import log_softmax

        Z = np.stack(scores)
        n, n_classes = Z.shape[1:]
        if not n:  # nothing was coded: the scores stand as they are
            return cls((1.0,) * len(Z), (0.0,) * n_classes)
        counts = np.bincount(y, minlength=n_classes)
        # Platt's targets: a little short of 0 and 1, so that separable scores do not make a step.
        sure = (counts + 1) / (counts + 2)
        T = np.repeat(((1 - sure) / (n_classes - 1))[y][:, None], n_classes, axis=1)
        T[np.arange(n), y] = sure[y]

        def loss(parameters: Values) -> tuple[float, Values]:
            slopes, bias = parameters[: len(Z)], np.concatenate([[0.0], parameters[len(Z) :]])
            log_p = log_softmax(np.tensordot(slopes, Z, axes=1) + bias, axis=1)
            error = (np.exp(log_p) - T) / n
            gradient = np.concatenate([np.einsum("bnk,nk->b", Z, error), error.sum(axis=0)[1:]])
            return -(T * log_p).sum() / n, gradient

        # Start at slope 0: a head whose held-out scores carry no information keeps it.
        start = np.zeros(len(Z) + n_classes - 1)
        bounds = [(0, None)] * len(Z) + [(None, None)] * (n_classes - 1)
        best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
        return cls(tuple(map(float, best[: len(Z)])), (0.0, *map(float, best[len(Z) :])))

    def apply(self, scores: Sequence[Scores]) -> Scores:
        """Return probabilities, shape (n_samples, n_classes), rows summing to 1.

        Examples
        --------
        >>> Calibration(slopes=(1.0,), bias=(0.0, 0.0)).apply([np.array([[0.0, 0.0]])]).tolist()
        [[0.5, 0.5]]
        """
        Z = np.tensordot(self.slopes, np.stack(scores), axes=1) + np.array(self.bias)
        shifted = np.exp(Z - Z.max(axis=1, keepdims=True, initial=-np.inf))
        return shifted / shifted.sum(axis=1, keepdims=True)
