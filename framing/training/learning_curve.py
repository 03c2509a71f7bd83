"""How good a procedure is with fewer rows than there are, on the same held-out rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from sklearn.base import clone

from framing.arrays import Weights
from framing.errors import ConfigError, InputError
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import compared_estimates
from framing.measure.power_law import LEAST
from framing.model.encoders import EncoderTuner
from framing.parallel import in_parallel, one_blas_thread
from framing.progress import track
from framing.training.inputs import Task, Training
from framing.training.procedures import fewer_folds
from framing.training.tasks import FRAMES, strata_of

_PARTS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
_DRAWS = 2
_FEWEST_GROUPS = 2
_FEWEST = 5  # positives of each label that a part needs
SCORE = "macro_f1"


@dataclass(frozen=True)
class LearningPoint:
    """What a part of the rows gives.

    Parameters
    ----------
    rows
        How many were learned from, on average over folds and draws.
    score
        Macro-F1 on all held-out rows; the replicates of all parts are of the same resamples.
    """

    rows: float
    score: Estimate


def learning_points(training: Training, n_replicates: int = 400) -> list[LearningPoint]:
    """Learn from a sixteenth of the groups, an eighth and so on to all, and score each on the same held-out rows.

    Parameters
    ----------
    training
        Read and checked, with frames among its tasks.
    n_replicates
        Resamples of groups.

    Returns
    -------
    list of LearningPoint
        Smallest first; parts in which a label has fewer than five positives are left out.

    Raises
    ------
    ConfigError
        The encoder learns itself.
    InputError
        There are too few rows for four parts.
    """
    if isinstance(training.encoder, EncoderTuner):
        raise ConfigError("--encoder: one that is tuned learns from every part anew, for hours; take tfidf or minilm")
    task = training.tasks[FRAMES.name]
    found: dict[float, list[tuple[float, Estimate]]] = {}
    W = bootstrap_weights(np.unique(task.groups, return_inverse=True)[1], n_replicates, training.seed)
    # Of few groups two parts may be the same.
    n_groups = len(np.unique(task.groups[task.folds[0][0]]))
    parts = {max(_FEWEST_GROUPS, round(part * n_groups)): part for part in _PARTS}.values()
    plan = [(part, draw) for part in parts for draw in range(1 if part == 1 else _DRAWS)]

    def learned(asked: tuple[float, int]) -> tuple[float, Estimate] | None:
        part, draw = asked
        return _scored_part(task, training, part, np.random.default_rng([training.seed, draw]), W)

    with one_blas_thread():
        scored = list(track(in_parallel(learned, plan, training.n_jobs), "learning", total=len(plan)))
    for (part, _), one in zip(plan, scored, strict=True):
        if one is not None:
            found.setdefault(part, []).append(one)
    points = [
        LearningPoint(
            float(np.mean([rows for rows, _ in of_part])),
            Estimate(
                float(np.mean([e.value for _, e in of_part])), np.mean([e.replicates for _, e in of_part], axis=0)
            ),
        )
        for of_part in found.values()
    ]
    if len(points) < LEAST or any(one.rows >= other.rows for one, other in pairwise(points)):
        raise InputError(
            f"{len(task.sentences):,} coded rows: too few for a learning curve; each label needs {_FEWEST} positives "
            "in an eighth of the rows"
        )
    return points


def _scored_part(
    task: Task, training: Training, part: float, rng: np.random.Generator, W: Weights
) -> tuple[float, Estimate] | None:
    """Return how many rows were learned from, and the score; None where a label is too rare in a part."""
    proba, decided = np.full(task.Y.shape, np.nan), np.zeros(task.Y.shape, dtype=bool)
    sizes = []
    for train_rows, test_rows in task.folds:
        groups = np.unique(task.groups[train_rows])
        chosen = rng.permutation(groups)[: max(_FEWEST_GROUPS, round(part * len(groups)))]
        rows = train_rows[np.isin(task.groups[train_rows], chosen)]
        Y, of_rows = task.Y[rows], task.groups[rows]
        if (np.nansum(Y, axis=0) < _FEWEST).any():
            return None
        folds = fewer_folds(training.split.inside, of_rows).split(strata_of(Y), of_rows)
        fitted = clone(task.classifier).fit([task.sentences[i] for i in rows], Y, folds)
        proba[test_rows] = fitted.predict_proba([task.sentences[i] for i in test_rows])
        decided[test_rows] = fitted.decide(proba[test_rows])
        sizes.append(len(rows))
    return float(np.mean(sizes)), compared_estimates(task.Y, proba, decided, task.labels, W)[SCORE]
