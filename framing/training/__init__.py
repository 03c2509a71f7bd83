"""Train: read, split, encode, fit, calibrate, evaluate. No configuration library, no tracking, no printing."""

from framing.training.evaluate import Evaluation, evaluate_classifier
from framing.training.fit import TrainingResult, fit_training, tuning_seconds
from framing.training.inputs import Task, Training, prepare
from framing.training.recipe import Preprocess, Recipe, StanceOptions, SwapTest
from framing.training.scoring import TaskPredictions
from framing.training.swaps import check_flips
from framing.training.tasks import TASKS

__all__ = [
    "TASKS",
    "Evaluation",
    "Preprocess",
    "Recipe",
    "StanceOptions",
    "SwapTest",
    "Task",
    "TaskPredictions",
    "Training",
    "TrainingResult",
    "check_flips",
    "evaluate_classifier",
    "fit_training",
    "prepare",
    "tuning_seconds",
]
