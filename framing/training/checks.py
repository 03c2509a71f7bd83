"""What a training refuses before anything is learned: options, weights, labels too rare, tasks that nobody coded."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from framing.arrays import Codes
from framing.codebook import Codebook
from framing.errors import ConfigError, FramingWarning, InputError
from framing.model.decisions.thresholds import F1
from framing.model.encoders import EncoderTuner
from framing.training.recipe import Recipe
from framing.training.tasks import KINDS


def check_options(evaluate: Mapping[str, str | None], recipe: Recipe, book: Codebook) -> None:
    """Refuse options that do not go together."""
    if "validation" in evaluate:
        raise ConfigError("evaluate.validation: the name of the cross-validation's scores; choose another")
    if recipe.thresholds != F1 and book.exclusive:
        raise ConfigError(f"thresholds={recipe.thresholds}: the frames are exclusive, the likeliest one is taken")


def check_encoder(encoder: Any, tasks: Sequence[str]) -> None:
    """Look for the weights now: that they cannot be found is known before a large file is encoded."""
    if isinstance(encoder, EncoderTuner):
        encoder.check()
        if not any(encoder.learns(task) for task in tasks):
            raise ConfigError(f"encoder.tasks={encoder.tasks}: expected some of {', '.join(tasks)}, which are trained")
        encoder = encoder.base
    _ = getattr(encoder, "digest", None)


def check_support(noun: str, Y: Codes, labels: Sequence[str], n_splits: int, place: str = "") -> None:
    """Refuse labels that are too rare, or too common, for each fold to have both kinds of rows."""
    for label, column in zip(labels, Y.T, strict=True):
        positives, coded = int(np.nansum(column)), int((~np.isnan(column)).sum())
        for what, count in (("positives", positives), ("negatives", coded - positives)):
            if count < n_splits:
                raise InputError(
                    f"{place}{noun} {label!r} has {count} {what} in {coded:,} coded rows, {n_splits} folds need at "
                    f"least {n_splits}: code more, lower split.n_splits, or take the label out of the codebook"
                )


def check_tasks_found(tasks: Sequence[str], prepared: Collection[str], hint: str) -> None:
    """Refuse data in which nothing is coded for any task; warn of a task that has to be left out."""
    needs = {name: kind.needs for name, kind in KINDS.items()}
    missing = [task for task in tasks if task not in prepared]
    more = {"frames": f"; {hint}" if hint else ""}
    if not prepared:
        needed = " or ".join(needs[task] for task in missing) or "a task"
        raise InputError(f"no coded rows: no row has {needed}" + (more["frames"] if "frames" in missing else ""))
    for task in missing:
        warnings.warn(
            f"{task} not trained: no row has {needs[task]}{more.get(task, '')}", FramingWarning, stacklevel=4
        )  # the caller of train
