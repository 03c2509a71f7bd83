"""What is done with the rows of a part, wherever it is done."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from framing.corpus.readers import Reading
from framing.corpus.rows import sentences_from_rows
from framing.model.decisions.rule import Rule
from framing.predictions import Predictions
from framing.predictor import Predictor
from framing.stream.pieces import Piece


@dataclass(frozen=True)
class Work:
    """The options of a scoring.

    Parameters
    ----------
    source
        The table's name, as errors tell it.
    part
        Rows a part.
    targets, rule, columns, reading
        As of ``score``.
    """

    source: str
    part: int
    targets: Sequence[str] | None
    rule: Rule
    columns: Mapping[str, Any]
    reading: Reading

    def identity(self, predictor: Predictor, sha256: str) -> dict[str, Any]:
        """Return what the result depends on; the predictor keeps no vectors on disk from then on."""
        rule = self.rule
        return {
            "input": sha256,
            "model": predictor.classifier.digest or predictor.origin,
            "options": [
                *(rule.thresholds, rule.goal, rule.abstain),
                *(self.targets, dict(self.columns), self.part, str(self.reading)),
            ],
            "version": version(),
            "backend": predictor.classifier.keep_vectors(False).backends,
            "fast": None if predictor.fast is None else [predictor.fast, predictor.classifier.fast_loss],
        }

    def predictions(self, predictor: Predictor, piece: Piece) -> Predictions:
        """Label the rows of a piece.

        Raises
        ------
        InputError
            A row cannot be read.
        """
        sentences = sentences_from_rows(self.source, piece, None, self.columns)
        return predictor.predict(sentences, targets=self.targets, **vars(self.rule))


def passed_on(predictions: Predictions) -> int:
    """Return how many sentences went to the encoder after a student was asked; 0 where none was."""
    return int(predictions.provenance.get("fast", {}).get("passed_on", 0))


def version() -> str:
    """Return the version of the package that does it."""
    return importlib.metadata.version("framing-classifier")
