"""Knowledge distillation: an encoder is tuned on what a better model says of unlabelled sentences too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from framing.model.classifier import EMBEDDING
from framing.model.encoders.loss import Lesson

if TYPE_CHECKING:
    from framing.training.inputs import Task, Training


def with_teacher(lesson: Lesson, task: Task, training: Training) -> Lesson:
    """Return a lesson with the unlabelled sentences, which have the teacher's probabilities for codes.

    Hinton, Vinyals and Dean (2015); on sentences of their own, as in self-training.
    """
    if not training.unlabelled or task.kind.name != "frames":
        return lesson
    texts = task.classifier.features[EMBEDDING].texts_read(training.unlabelled)
    weights = np.ones(len(lesson.texts)) if lesson.weights is None else lesson.weights
    return replace(
        lesson,
        texts=[*lesson.texts, *texts],
        Y=np.vstack([lesson.Y, training.taught]),
        # Each in a group of its own: early stopping never needs to hold them out together.
        groups=np.concatenate([lesson.groups, training.groups.max() + 1 + np.arange(len(texts))]),
        weights=np.concatenate([weights, np.ones(len(texts))]),
    )
