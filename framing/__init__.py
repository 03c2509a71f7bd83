"""Measure who frames the same matter how: frames and stance of news sentences.

>>> from framing import Sentence
>>> Sentence("The ports deal would open new markets.").frames is None
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from framing.codebook import Codebook, Label
from framing.errors import FramingError, FramingWarning
from framing.installed import need
from framing.records import Prediction, Sentence

if TYPE_CHECKING:
    from framing.app.trained import train as train
    from framing.predictor import Predictor as Predictor
    from framing.training import TrainingResult as TrainingResult

__version__ = "0.2.0.dev0"
__all__ = [
    "Codebook",
    "FramingError",
    "FramingWarning",
    "Label",
    "Prediction",
    "Predictor",
    "Sentence",
    "TrainingResult",
    "train",
]

# Loaded at first use: they bring scikit-learn, and `import framing` stays instant.
_LAZY = {"Predictor": "framing.predictor", "TrainingResult": "framing.training", "train": "framing.app.trained"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        if name != "Predictor":
            need("torch")
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'framing' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
