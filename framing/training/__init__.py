"""Train: read, split, encode, fit, calibrate, evaluate. No configuration library, no tracking, no printing."""

from framing.training.evaluate import evaluate_classifier
from framing.training.fit import HeldOut, TrainingResult, fit_training, train, tuning_seconds
from framing.training.inputs import TASKS, Recipe, StanceOptions, Task, Training, prepare

__all__ = [
    "TASKS",
    "HeldOut",
    "Recipe",
    "StanceOptions",
    "Task",
    "Training",
    "TrainingResult",
    "evaluate_classifier",
    "fit_training",
    "prepare",
    "train",
    "tuning_seconds",
]
