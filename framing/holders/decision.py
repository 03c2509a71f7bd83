"""Two logistic regressions decide: whether a sentence is somebody's content, and whose."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from framing.errors import ModelError, first_line
from framing.holders.attribution import Candidate, Reading

FORMAT = 1
NUMBERS = Path(__file__).parent / "numbers.json"
_INHERITED = ("before", "after", "here", "last")
_OF_BEST = (
    *("kind_", "who_", "class_", "dep_", "tag_", "content", "clause", "has_", "cue_", "before", "after", "lemma_"),
    *("modal", "depth", "how_", "agent_"),
)
_OF_SENTENCE = ("quoted", "opens", "begins", "quoted_most")
# The score of a sentence in which nobody may be meant.
_NOBODY = -6.0


@dataclass(frozen=True)
class Linear:
    """A logistic regression over named features; one that was not learned weighs nothing.

    Examples
    --------
    >>> Linear(-1.0, {"quoted": 2.0}).score({"quoted": 0.5, "new": 1.0})
    0.0
    """

    intercept: float
    weights: Mapping[str, float]

    def score(self, features: Mapping[str, float]) -> float:
        """Return the log-odds."""
        return self.intercept + sum(self.weights.get(name, 0.0) * value for name, value in features.items())


@dataclass(frozen=True)
class Decision:
    """What was learned for one reader.

    Parameters
    ----------
    candidate
        Log-odds that a candidate is the holder of what its sentence mainly conveys.
    sentence
        Log-odds that the sentence is mainly somebody's content.
    threshold
        Probability from which on it is.
    """

    candidate: Linear
    sentence: Linear
    threshold: float

    @classmethod
    def load(cls, reader: str, path: Path = NUMBERS) -> Decision:
        """Return the numbers for a reader, ``"parsed"`` or ``"plain"``.

        Raises
        ------
        ModelError
            The file is missing, damaged or of another format.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["format"] != FORMAT:
                raise ModelError(f"{path}: format {content['format']}; expected {FORMAT}; install framing again")
            return cls.from_numbers(content[reader])
        except (OSError, ValueError, KeyError, TypeError) as reason:
            raise ModelError(f"{path}: cannot be read ({first_line(reason)}); install framing again") from reason

    @classmethod
    def from_numbers(cls, numbers: Mapping[str, Any]) -> Decision:
        """Return a decision from what ``to_numbers`` gave."""
        one, two = (
            Linear(float(n["intercept"]), dict(n["weights"])) for n in (numbers["candidate"], numbers["sentence"])
        )
        return cls(one, two, float(numbers["threshold"]))

    def to_numbers(self) -> dict[str, Any]:
        """Return everything as plain numbers."""
        parts = {"candidate": self.candidate, "sentence": self.sentence}
        return {name: {"intercept": part.intercept, "weights": dict(part.weights)} for name, part in parts.items()} | {
            "threshold": self.threshold
        }

    def decide(self, readings: Sequence[Reading]) -> list[tuple[float, list[float]]]:
        """Return for each sentence of a document its probability, and each candidate's log-odds."""
        scores = [[self.candidate.score(f) for f in candidate_features(reading)] for reading in readings]
        rows = sentence_rows(readings, scores)
        return [(sigmoid(self.sentence.score(row)), own) for row, own in zip(rows, scores, strict=True)]


def sigmoid(score: float) -> float:
    """Return the probability of a log-odds.

    Examples
    --------
    >>> sigmoid(0.0)
    0.5
    """
    return float(1 / (1 + np.exp(-np.clip(score, -30, 30))))


def candidate_features(reading: Reading) -> list[dict[str, float]]:
    """Return what is read of each candidate of a sentence."""
    shared = {f"s_{name}": reading.features.get(name, 0.0) for name in _OF_SENTENCE}
    return [{**candidate.features, **shared} for candidate in reading.candidates]


def sentence_rows(readings: Sequence[Reading], scores: Sequence[Sequence[float]]) -> list[dict[str, float]]:
    """Return what is read of each sentence of a document, given the scores of all candidates."""
    rows = [_with_scores(reading, own) for reading, own in zip(readings, scores, strict=True)]
    for number, row in enumerate(rows):
        for name, step in (("pv", -1), ("pv2", -2), ("nx", 1), ("nx2", 2)):
            at = number + step
            if 0 <= at < len(rows):
                row[f"c_{name}"] = rows[at]["p_max"]
                row[f"c_{name}_own"] = rows[at]["p_own"]
                row[f"c_{name}_quoted"] = rows[at]["p_max"] * row.get("quoted", 0.0)
    return rows


def _with_scores(reading: Reading, scores: Sequence[float]) -> dict[str, float]:
    row = dict(reading.features)
    for kind, passed_on in (("own", False), ("inherited", True)):
        tops = [s for s, c in zip(scores, reading.candidates, strict=True) if is_inherited(c) is passed_on]
        row[f"z_{kind}"] = max([_NOBODY, *tops])
        row[f"p_{kind}"] = sigmoid(row[f"z_{kind}"])
    chances = [sigmoid(score) for score in scores]
    row["none"] = float(np.prod([1 - chance for chance in chances]))
    row["p_max"] = max(chances, default=0.0)
    row["p_max2"] = row["p_max"] ** 2
    if scores:
        best = reading.candidates[int(np.argmax(scores))]
        row |= {f"b_{name}": value for name, value in best.features.items() if name.startswith(_OF_BEST)}
    return row


def is_inherited(candidate: Candidate) -> bool:
    """Say whether somebody is a candidate only because of the sentences around."""
    return any(name in candidate.features for name in _INHERITED)
