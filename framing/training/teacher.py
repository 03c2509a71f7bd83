"""Knowledge distillation: an encoder is tuned on what a better model says of unlabelled sentences too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from framing.codebook import Codebook
from framing.corpus.dataset import load_dataset, sentences_of
from framing.errors import ModelError
from framing.model.classifier import EMBEDDING
from framing.model.encoders import EncoderTuner
from framing.model.encoders.lessons import Lesson
from framing.model.persistence import load_model
from framing.records import Sentence
from framing.resources import model_path

if TYPE_CHECKING:
    from framing.training.inputs import Task, Training


def read_unlabelled(encoder: Any, book: Codebook, columns: Mapping[str, Any] | None) -> list[Sentence]:
    """Return the sentences for a teacher, who can be asked; none where there is no teacher.

    Raises
    ------
    ModelError
        The teacher cannot be loaded, or its frames are not those that are to be learned.
    """
    if not isinstance(encoder, EncoderTuner) or encoder.teacher is None:
        return []
    frames = load_model(model_path(encoder.teacher)).codebook.frame_names
    if frames != book.frame_names:
        raise ModelError(
            f"encoder.teacher={encoder.teacher}: it knows the frames {', '.join(frames)}, the codebook has "
            f"{', '.join(book.frame_names)}; take a teacher that was trained with the same codebook"
        )
    return sentences_of(load_dataset(encoder.unlabelled, None, columns))


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
