"""A cascade: the student decides what it is certain of, the model's encoder all else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from framing.arrays import Decided, Proba
from framing.errors import ConfigError, ModelError
from framing.model.classifier import EMBEDDING, TaskClassifier
from framing.model.decisions.rule import Decisions, Rule
from framing.model.student.student import Student
from framing.records import Sentence

# What may be asked for in the place of the encoder alone.
CASCADE, ONLY = "cascade", "only"
FAST = (CASCADE, ONLY)
Fast = bool | str | float


class FastFrames(TaskClassifier):
    """A fitted classifier of frames whose student is asked first.

    A sentence that the student is certain of has the student's probabilities, every other the model's.

    Parameters
    ----------
    task
        The model's own classifier.
    student
        What was distilled from it.
    only
        Whether the encoder is not asked at all.
    """

    def __init__(self, task: TaskClassifier, student: Student, only: bool = False) -> None:
        super().__init__(task.decoder, task.features, task.head, task.goal)
        self.task = task
        self.student = student
        self.only = only
        fitted = ("features_", "heads_", "thresholds_", "calibrations_", "held_out_")
        vars(self).update({name: getattr(task, name) for name in fitted})

    @property
    def way(self) -> str:
        """How the student is asked: ``"cascade"`` or ``"only"``."""
        return ONLY if self.only else CASCADE

    def predict_proba(self, sentences: Sequence[Sentence]) -> Proba:
        """Return probabilities, shape (n_sentences, n_labels), of the student or of the model."""
        return self._read_by_both(sentences, self.thresholds_)[0]

    def judge(self, sentences: Sequence[Sentence], rule: Rule) -> Decisions:
        """Return probabilities and decisions by a rule; ``passed`` says which sentences the encoder read.

        Raises
        ------
        ConfigError
            The rule needs the encoder's probabilities of all sentences.
        """
        self._check_fast_rule(rule)
        thresholds = {**self._thresholds(rule, None, warn=bool(sentences)), **rule.thresholds}
        proba, passed = self._read_by_both(sentences, thresholds)
        if self.only and not self.decoder.exclusive:
            worth = self.student.certainty(self.decoder, thresholds).worth
            own = {label: of.threshold for label, of in zip(self.labels, worth, strict=True)}
            thresholds = {**own, **rule.thresholds}
        present = self.decide(proba, thresholds)
        return Decisions(proba, present, np.zeros_like(present), None, thresholds, passed)

    def _read_by_both(self, sentences: Sequence[Sentence], thresholds: Mapping[str, float]) -> tuple[Proba, Decided]:
        """Return the probabilities, and which sentences went to the encoder."""
        if not sentences:
            return np.zeros((0, len(self.labels))), np.zeros(0, dtype=bool)
        proba = self.student.network.predict_proba(self.features_[EMBEDDING].texts_read(sentences))
        if not np.isfinite(proba).all():
            raise ModelError("the student's probabilities are no numbers; make another with framing distil")
        passed = np.zeros(len(sentences), dtype=bool)
        if not self.only:
            certainty = self.student.certainty(self.decoder, thresholds)
            passed = ~certainty.settled(proba, self.decoder.exclusive)
            rows = np.flatnonzero(passed)
            if len(rows):
                proba[rows] = self.task.predict_proba([sentences[i] for i in rows.tolist()])
        return proba, passed

    def _check_fast_rule(self, rule: Rule) -> None:
        """Say what of a rule needs the encoder's probabilities of all sentences."""
        asked: dict[str, Any] = {"abstain": rule.abstain, "adapt_priors": rule.adapt_priors or None}
        if self.only:
            asked["goal"] = rule.goal
        for name, value in asked.items():
            if value is not None:
                way = "leave it out, or fast" + (": with fast=cascade a goal may be given" if name == "goal" else "")
                raise ConfigError(
                    f"{name} {value}: it holds for the encoder's probabilities, and the student gives others; {way}"
                )


def check_fast(fast: Fast) -> tuple[str, float | None] | None:
    """Return how a student is to be used, and how much F1 it may lose where that is said; ``None`` where it is not.

    Raises
    ------
    ConfigError
        There is no such way.

    Examples
    --------
    >>> check_fast(True), check_fast("only"), check_fast(0.01), check_fast(False)
    (('cascade', None), ('only', None), ('cascade', 0.01), None)
    """
    if fast is False or fast is None:
        return None
    if fast is True:
        return CASCADE, None
    if fast in FAST:
        return str(fast), None
    try:
        if 0 < (loss := float(fast)) < 1:
            return CASCADE, loss
    except (TypeError, ValueError):
        pass
    raise ConfigError(
        f"fast={fast}: expected {CASCADE} (or True), {ONLY}, how much F1 may be lost (such as 0.01), or False"
    )
