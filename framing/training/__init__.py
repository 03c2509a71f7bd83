"""Train: read, split, encode, fit, calibrate, evaluate. No configuration library, no tracking, no printing."""

from framing.training.evaluate import Evaluation, evaluate_classifier
from framing.training.fit import TrainingResult, fit_training, train, tuning_seconds
from framing.training.inputs import Task, Training, prepare
from framing.training.procedures import HeldOut
from framing.training.recipe import Preprocess, Recipe, StanceOptions, SwapTest
from framing.training.swaps import check_flips
from framing.training.tasks import TASKS

__all__ = [
    "TASKS",
    "Evaluation",
    "HeldOut",
    "Preprocess",
    "Recipe",
    "StanceOptions",
    "SwapTest",
    "Task",
    "Training",
    "TrainingResult",
    "check_flips",
    "evaluate_classifier",
    "fit_training",
    "prepare",
    "train",
    "tuning_seconds",
]
