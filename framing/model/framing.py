"""The classifiers of all tasks under one codebook: what is trained, saved and loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from framing.codebook import Codebook
from framing.errors import ConfigError, ModelError, unknown
from framing.model.classifier import TaskClassifier
from framing.model.decisions.rule import Decisions, Rule
from framing.records import Prediction, Sentence


@dataclass
class FramingClassifier:
    """A codebook and the fitted classifiers of its tasks: what is trained, saved and loaded.

    Parameters
    ----------
    codebook
        Labels and their order.
    tasks
        ``"frames"`` and ``"stance"``, or one of them.
    info
        What the card and ``model.json`` tell: data, versions, metrics.
    """

    codebook: Codebook
    tasks: dict[str, TaskClassifier]
    info: dict[str, Any] = field(default_factory=dict)

    def predict(self, sentences: Sequence[Sentence], rule: Rule | None = None) -> list[Prediction]:
        """Return one prediction a sentence; a stance only where the sentence has a target.

        Parameters
        ----------
        sentences
            Sentences.
        rule
            How probabilities become decisions; default the model's own way.

        Raises
        ------
        ModelError
            Sentences have targets, but the model was trained without stance.
        ConfigError
            A threshold is for an unknown label or not in [0, 1].
        """
        return self.predictions(sentences, self.judge(sentences, rule or Rule()))

    def judge(self, sentences: Sequence[Sentence], rule: Rule) -> dict[str, Decisions]:
        """Return each task's decisions by a rule; the stance on those sentences that have a target.

        Raises
        ------
        ModelError, ConfigError
            As for ``predict``.
        """
        self.check_rule(rule)
        targeted = [sentence for sentence in sentences if sentence.target]
        self._check_stance(targeted)
        rows = {"stance": targeted}
        return {name: task.judge(rows.get(name, sentences), rule.for_task(name)) for name, task in self.tasks.items()}

    def predictions(self, sentences: Sequence[Sentence], decisions: Mapping[str, Decisions]) -> list[Prediction]:
        """Return what ``judge`` decided as records."""
        frames, stance = decisions.get("frames"), decisions.get("stance")
        targeted = iter(range(sum(bool(sentence.target) for sentence in sentences)))
        predictions = []
        for i, sentence in enumerate(sentences):
            found: dict[str, Any] = {}
            if frames:
                names = self.codebook.frame_names
                found["proba"] = dict(zip(names, frames.proba[i].tolist(), strict=True))
                found["frames"] = tuple(name for name, yes in zip(names, frames.present[i], strict=True) if yes)
                found["abstained"] = tuple(name for name, yes in zip(names, frames.abstained[i], strict=True) if yes)
            if stance and sentence.target:
                row = next(targeted)
                names = self.codebook.stance_names
                found["stance_proba"] = dict(zip(names, stance.proba[row].tolist(), strict=True))
                if stance.abstained[row].any():
                    found["abstained"] = (*found.get("abstained", ()), "stance")
                else:
                    found["stance"] = names[int(stance.present[row].argmax())]
            predictions.append(Prediction(sentence=sentence, **found))
        return predictions

    def check_rule(self, rule: Rule) -> Rule:
        """Return the rule, or say what in it does not go with this model."""
        self.check_thresholds(rule.thresholds)
        if self.codebook.exclusive and rule.goal is not None:
            raise ConfigError(f"goal {rule.goal}: the frames are exclusive, the likeliest one is taken")
        return rule

    def _check_stance(self, targeted: Sequence[Sentence]) -> None:
        if targeted and "stance" not in self.tasks:
            raise ModelError(
                "a target was given, but this model was trained without stance; "
                "train one with tasks=[frames,stance] on rows that have 'target' and 'stance'"
            )

    def check_thresholds(self, thresholds: Mapping[str, float]) -> None:
        """Say which thresholds cannot be."""
        for label, value in thresholds.items():
            if label not in self.codebook.frame_names:
                raise ConfigError(f"threshold {label}={value}: {unknown('frame', label, self.codebook.frame_names)}")
            if not 0 <= value <= 1:
                raise ConfigError(f"threshold {label}={value}: a probability in [0, 1] is needed")
            if self.codebook.exclusive:
                raise ConfigError(f"threshold {label}={value}: the frames are exclusive, the likeliest one is taken")
