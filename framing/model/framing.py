"""The classifiers of all tasks under one codebook: what is trained, saved and loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from framing.codebook import Codebook
from framing.errors import ConfigError, ModelError, unknown
from framing.model.classifier import TaskClassifier
from framing.model.decisions.decoders import NEUTRAL, SideOf
from framing.model.decisions.rule import Decisions, Rule
from framing.model.encoders.backends import backend_of, check_backend, with_options
from framing.model.student.cascade import ONLY, Fast, FastFrames, check_fast
from framing.model.student.student import Student
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
    digest
        Of a model that was loaded, the sha256 of its ``model.json``, which has those of all other files.
    student
        What was distilled from it, to settle frames first where that is asked for.
    """

    codebook: Codebook
    tasks: dict[str, TaskClassifier]
    info: dict[str, Any] = field(default_factory=dict)
    digest: str = ""
    student: Student | None = None

    def with_student(self, fast: Fast) -> FramingClassifier:
        """Return the same model, which asks its student first or alone; alone it has no stance.

        Parameters
        ----------
        fast
            ``True``; a number, the macro-F1 that may be lost, instead of the student's own; ``"only"`` for alone.

        Raises
        ------
        ModelError
            It has no student.
        ConfigError
            There is no such way.
        """
        asked = check_fast(fast)
        if asked is None:
            return self
        way, loss = asked
        if self.student is None:
            raise ModelError(
                "this model has no student that could be asked first; make a copy with one: "
                "framing distil MODEL --texts FILE -o FOLDER"
            )
        student = self.student if loss is None else replace(self.student, loss=loss, _found={})
        frames = FastFrames(self.tasks["frames"], student, only=way == ONLY)
        others = {} if way == ONLY else self.tasks
        return replace(self, tasks={**others, "frames": frames})

    @property
    def fast_loss(self) -> float | None:
        """How much macro-F1 a student that is asked first may lose; ``None`` where none is."""
        frames = self.tasks.get("frames")
        return frames.student.loss if isinstance(frames, FastFrames) else None

    def without_student(self) -> FramingClassifier:
        """Return the frames of this model alone, as its encoder reads them."""
        frames = self.tasks["frames"]
        return replace(self, tasks={"frames": frames.task if isinstance(frames, FastFrames) else frames})

    def read_with(self, backend: str) -> FramingClassifier:
        """Let its encoders compute their vectors with a backend: ``"torch"``, ``"openvino"`` or ``"auto"``.

        Raises
        ------
        ConfigError
            There is no such backend, or it is not installed.
        """
        check_backend(backend, "backend=")
        for task in self.tasks.values():
            for features in task.features_.values():
                features.encoder_ = with_options(features.encoder_, backend=backend)
        return self

    def keep_vectors(self, cache: bool) -> FramingClassifier:
        """Let its encoders keep vectors on disk, or not: of millions of sentences they would fill it."""
        for task in self.tasks.values():
            for features in task.features_.values():
                features.encoder_ = with_options(features.encoder_, cache=cache)
        return self

    @property
    def backends(self) -> list[str]:
        """What its encoders compute their vectors with, one of each task's feature sets."""
        return [backend_of(f.encoder_) for task in self.tasks.values() for f in task.features_.values()]

    def predict(
        self, sentences: Sequence[Sentence], rule: Rule | None = None, targets: Sequence[str] = ()
    ) -> list[Prediction]:
        """Return one prediction a sentence, or one a sentence and target; a stance only where there is a target.

        Parameters
        ----------
        sentences
            Sentences.
        rule
            How probabilities become decisions; default the model's own way.
        targets
            Replace the sentences' own targets; each is asked about in each sentence, sentence by sentence.

        Raises
        ------
        ModelError
            Sentences have targets, but the model was trained without stance.
        ConfigError
            A threshold is for an unknown label or not in [0, 1].
        """
        return self.predictions(sentences, self.judge(sentences, rule or Rule(), targets), targets)

    def judge(self, sentences: Sequence[Sentence], rule: Rule, targets: Sequence[str] = ()) -> dict[str, Decisions]:
        """Return each task's decisions by a rule, whose rows differ by task.

        Frames have a row a sentence, however many targets there are: they are scored once, and their shares are
        estimated over sentences. The stance has a row for each sentence with a target, or for each sentence and each
        of ``targets``, sentence by sentence. How common each stance is differs from target to target; shares would be
        those of one target at a time, but the stance is not adapted at all (``Rule.for_task``), so no row of it
        depends on another, and a target gets among others what it gets alone.

        Raises
        ------
        ModelError, ConfigError
            As for ``predict``.
        """
        self.check_rule(rule)
        targeted = [row for row in _at_targets(sentences, targets) if row.target]
        self.check_stance(targeted)
        rows = {"stance": targeted}
        return {
            name: task.judge(rows.get(name, sentences), self.rule_for(name, rule)) for name, task in self.tasks.items()
        }

    def predictions(
        self, sentences: Sequence[Sentence], decisions: Mapping[str, Decisions], targets: Sequence[str] = ()
    ) -> list[Prediction]:
        """Return what ``judge`` decided of these sentences and targets as records, one a sentence and target."""
        frames, stance = decisions.get("frames"), decisions.get("stance")
        rows = _at_targets(sentences, targets)
        targeted = iter(range(sum(bool(row.target) for row in rows)))
        predictions = []
        for number, sentence in enumerate(rows):
            i = number // max(1, len(targets))
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

    def rule_for(self, task: str, rule: Rule) -> Rule:
        """Return what of a rule holds for a task.

        Where a frame and a class of the stance have one name, a threshold for it is the frame's.
        """
        frames = self.codebook.frame_names
        return rule.for_task(task, [name for name in self.tasks[task].labels if task == "frames" or name not in frames])

    def check_rule(self, rule: Rule) -> Rule:
        """Return the rule, or say what in it does not go with this model."""
        self.check_thresholds(rule.thresholds)
        if self.codebook.exclusive and "frames" in self.tasks and rule.goal is not None:
            raise ConfigError(f"goal {rule.goal}: the frames are exclusive, the likeliest one is taken")
        return rule

    def check_stance(self, targeted: Sequence[Sentence]) -> None:
        """Make sure that there is a stance to tell, where sentences have a target.

        Raises
        ------
        ModelError
            There are such sentences, and the model knows no stance.
        """
        if targeted and getattr(self.tasks.get("frames"), "only", False):
            raise ModelError(
                "a target was given, but fast=only is the student, which knows frames alone; leave the target out (a "
                "table's: --column target=), or let the encoder read the stance with fast=cascade"
            )
        if targeted and "stance" not in self.tasks:
            raise ModelError(
                "a target was given, but this model was trained without stance; "
                "train one with tasks=[frames,stance] on rows that have 'target' and 'stance'"
            )

    def check_thresholds(self, thresholds: Mapping[str, float]) -> None:
        """Say which thresholds cannot be; a label is a frame, or else a side of the stance."""
        frames = self.codebook.frame_names
        classes = self.codebook.stance_names if "stance" in self.tasks else ()
        sides = SideOf(classes).sides
        for label, value in thresholds.items():
            told = f"threshold {label}={value}"
            if label not in (*frames, *classes):
                kind = "frame or side of the stance" if sides else "frame"
                raise ConfigError(f"{told}: {unknown(kind, label, (*frames, *sides))}")
            if not 0 <= value <= 1:
                raise ConfigError(f"{told}: a probability in [0, 1] is needed")
            if label in frames and self.codebook.exclusive:
                raise ConfigError(f"{told}: the frames are exclusive, the likeliest one is taken")
            if label not in (*frames, *sides):
                raise ConfigError(f"{told}: {_without_threshold(sides)}")


def _without_threshold(sides: Sequence[str]) -> str:
    """Say why a class of the stance that is no side has no threshold."""
    if sides:
        return f"{NEUTRAL} is what is left where no side is decided; give the threshold of a side: {', '.join(sides)}"
    return f"none of the stance's classes is called {NEUTRAL}, so the likeliest one is taken; leave the threshold out"


def _at_targets(sentences: Sequence[Sentence], targets: Sequence[str]) -> Sequence[Sentence]:
    """Return each sentence with each of the targets, sentence by sentence; as they are where there are none."""
    return [sentence.with_target(target) for sentence in sentences for target in targets] if targets else sentences
