"""Classifiers: sentences in, calibrated probabilities out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone

from framing.codebook import Codebook
from framing.errors import ConfigError, ModelError
from framing.model.features import PairFeatures, TargetFeatures, TextFeatures
from framing.model.heads import Calibration, Scores, best_f1_threshold, fit_head, head_scores
from framing.model.tuning import TunedEncoder
from framing.records import Prediction, Sentence

Folds = Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]]


class TaskClassifier(BaseEstimator):
    """One task: several feature sets, a head on each, fused, calibrated and thresholded on held-out scores.

    Several labels at once are one two-class problem each; exclusive labels are one problem of all classes.

    Parameters
    ----------
    labels
        Label names; the order of all columns.
    features
        Feature transformers by name, fed with sentences, for instance ``{"embedding": TextFeatures(encoder)}``.
    head
        A scikit-learn classifier with ``decision_function`` or ``predict_proba``, cloned for each problem.
    exclusive
        ``True`` for exactly one label a sentence.

    Attributes
    ----------
    features_ : dict of fitted transformers
    heads_ : dict of lists of fitted heads, one a problem
    calibrations_ : list of Calibration, one a problem
    thresholds_ : dict of float, one a label; empty for exclusive labels
    """

    def __init__(self, labels: Sequence[str], features: Mapping[str, Any], head: Any, exclusive: bool = False) -> None:
        self.labels = labels
        self.features = features
        self.head = head
        self.exclusive = exclusive

    def fit(
        self, sentences: Sequence[Sentence], Y: NDArray[np.float64], folds: Folds, encoders: Sequence[Any] | None = None
    ) -> TaskClassifier:
        """Fit heads on all sentences; calibration and thresholds on the held-out parts of the folds.

        Parameters
        ----------
        sentences
            Shape (n_sentences,).
        Y
            Shape (n_sentences, n_labels): 1 present, 0 absent, nan not coded. Exclusive labels: one-hot rows.
        folds
            Row numbers ``(train, test)``; no row is in two test parts, and those in none do not calibrate.
        encoders
            Encoders that were tuned on the training part of each fold, and last one tuned on all rows. With a
            single fold and its encoder alone, the heads fitted on the fold's training part are kept. ``None``
            where the encoder does not learn from codes.
        """
        held_out = [np.full((len(self.features), len(sentences), self._n_classes), np.nan) for _ in self._problems(Y)]
        for number, (train, test) in enumerate(folds):
            tuned = encoders[number] if encoders else None
            features, heads = self._fit_heads([sentences[i] for i in train], Y[train], tuned)
            for problem, scores in zip(
                held_out, self._scores(features, heads, [sentences[i] for i in test]), strict=True
            ):
                problem[:, test] = scores
        self.held_out_ = held_out
        self.calibrations_, self.thresholds_ = self._calibrate(held_out, Y)
        if not encoders or len(encoders) > len(folds):
            features, heads = self._fit_heads(sentences, Y, encoders[-1] if encoders else None)
        self.features_, self.heads_ = features, heads
        return self

    def cross_calibrate(self, Y: NDArray[np.float64], folds: Folds) -> tuple[Scores, NDArray[np.bool_]]:
        """Return what the held-out rows get when others than themselves calibrate and set the thresholds.

        The scores are those that ``fit`` held out; only calibration and thresholds are fitted again, so that an
        encoder need not be tuned again to validate them.

        Parameters
        ----------
        Y
            The codes given to ``fit``.
        folds
            Row numbers ``(train, test)``.

        Returns
        -------
        proba, decided
            Each of shape (n_sentences, n_labels); nan and ``False`` where a row is in no test part.
        """
        proba, decided = np.full(Y.shape, np.nan), np.zeros(Y.shape, dtype=bool)
        for train, test in folds:
            others = np.full(Y.shape, np.nan)
            others[train] = Y[train]
            calibrations, thresholds = self._calibrate(self.held_out_, others)
            proba[test] = self._calibrated([scores[:, test] for scores in self.held_out_], calibrations)
            decided[test] = self.decide(proba[test], thresholds)
        return proba, decided

    def _calibrate(self, held_out: Sequence[Scores], Y: NDArray[np.float64]) -> tuple[list[Calibration], dict]:
        """Fit calibrations and thresholds on the rows that were scored and coded."""
        calibrations, thresholds = [], {}
        for number, (scores, (rows, y)) in enumerate(zip(held_out, self._problems(Y), strict=True)):
            scored = ~np.isnan(scores[:, rows]).any(axis=(0, 2))
            rows, y = rows[scored], y[scored]
            calibration = Calibration.fit(list(scores[:, rows]), y)
            calibrations.append(calibration)
            if not self.exclusive:
                proba = calibration.apply(list(scores[:, rows]))[:, 1]
                thresholds[self.labels[number]] = best_f1_threshold(y, proba)
        return calibrations, thresholds

    def _calibrated(self, scores: Sequence[Scores], calibrations: Sequence[Calibration]) -> Scores:
        proba = [calibration.apply(list(s)) for calibration, s in zip(calibrations, scores, strict=True)]
        return proba[0] if self.exclusive else np.column_stack([p[:, 1] for p in proba])

    def predict_proba(self, sentences: Sequence[Sentence]) -> Scores:
        """Return calibrated probabilities, shape (n_sentences, n_labels)."""
        if not sentences:
            return np.zeros((0, len(self.labels)))
        return self._calibrated(self._scores(self.features_, self.heads_, sentences), self.calibrations_)

    def decide(self, proba: Scores, thresholds: Mapping[str, float] | None = None) -> NDArray[np.bool_]:
        """Turn probabilities into labels, shape (n_sentences, n_labels): over the threshold, or the likeliest.

        Parameters
        ----------
        proba
            What ``predict_proba`` returned.
        thresholds
            Thresholds that replace the model's own, by label.
        """
        if self.exclusive:
            return np.eye(len(self.labels), dtype=bool)[proba.argmax(axis=1)]
        own = getattr(self, "thresholds_", {})
        return proba >= np.array([{**own, **(thresholds or {})}[label] for label in self.labels])

    @property
    def _n_classes(self) -> int:
        return len(self.labels) if self.exclusive else 2

    def _problems(self, Y: NDArray[np.float64]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Return (row numbers, class numbers) of each problem."""
        if self.exclusive:
            rows = np.flatnonzero(~np.isnan(Y).any(axis=1))
            return [(rows, Y[rows].argmax(axis=1))]
        masks = [np.flatnonzero(~np.isnan(column)) for column in Y.T]
        return [(rows, Y[rows, j].astype(int)) for j, rows in enumerate(masks)]

    def _fit_heads(self, sentences: Sequence[Sentence], Y: NDArray[np.float64], tuned: Any = None) -> tuple[dict, dict]:
        features, heads = {}, {}
        for name, transformer in self.features.items():
            unfitted = clone(transformer)
            if tuned is not None and isinstance(unfitted.encoder, TunedEncoder):
                unfitted.encoder = tuned
            features[name] = unfitted.fit(sentences)
            X = features[name].transform(sentences)
            heads[name] = [fit_head(self.head, X[rows], y) for rows, y in self._problems(Y)]
        return features, heads

    def _scores(self, features: dict, heads: dict, sentences: Sequence[Sentence]) -> list[Scores]:
        """Return one array a problem, of shape (n_features_sets, n_sentences, n_classes)."""
        by_set = []
        for name, transformer in features.items():
            X = transformer.transform(sentences)
            by_set.append([head_scores(head, X, self._n_classes) for head in heads[name]])
        return [np.stack(problem) for problem in zip(*by_set, strict=True)]


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

    def predict(self, sentences: Sequence[Sentence], thresholds: Mapping[str, float] | None = None) -> list[Prediction]:
        """Return one prediction a sentence; a stance only where the sentence has a target.

        Raises
        ------
        ModelError
            Sentences have targets, but the model was trained without stance.
        ConfigError
            A threshold is for an unknown label or not in [0, 1].
        """
        thresholds = self.check_thresholds(thresholds or {})
        frame_names = self.codebook.frame_names
        frames = self.tasks.get("frames")
        proba = frames.predict_proba(sentences) if frames else np.zeros((len(sentences), 0))
        present = frames.decide(proba, thresholds) if frames else proba.astype(bool)
        targeted = [i for i, sentence in enumerate(sentences) if sentence.target]
        stances = dict(zip(targeted, self.stance_proba([sentences[i] for i in targeted]), strict=True))
        predictions = []
        for i, sentence in enumerate(sentences):
            classes = (
                {n: float(p) for n, p in zip(self.codebook.stance_names, stances[i], strict=True)}
                if i in stances
                else None
            )
            predictions.append(
                Prediction(
                    sentence=sentence,
                    proba={name: float(p) for name, p in zip(frame_names, proba[i], strict=False)},
                    frames=tuple(name for name, yes in zip(frame_names, present[i], strict=False) if yes),
                    stance=max(classes, key=lambda name: classes[name]) if classes else None,
                    stance_proba=classes,
                )
            )
        return predictions

    def stance_proba(self, sentences: Sequence[Sentence]) -> Scores:
        """Return stance probabilities toward each sentence's target, shape (n_sentences, n_classes)."""
        stance = self.tasks.get("stance")
        if stance is None:
            if sentences:
                raise ModelError(
                    "a target was given, but this model was trained without stance; "
                    "train one with tasks=[frames,stance] on rows that have 'target' and 'stance'"
                )
            return np.zeros((0, len(self.codebook.stance_names)))
        return stance.predict_proba(sentences)

    def check_thresholds(self, thresholds: Mapping[str, float]) -> Mapping[str, float]:
        """Return the thresholds, or say which cannot be."""
        for label, value in thresholds.items():
            if label not in self.codebook.frame_names:
                raise ConfigError(
                    f"threshold {label}={value}: unknown frame; expected some of {', '.join(self.codebook.frame_names)}"
                )
            if not 0 <= value <= 1:
                raise ConfigError(f"threshold {label}={value}: a probability in [0, 1] is needed")
            if self.codebook.exclusive:
                raise ConfigError(f"threshold {label}={value}: the frames are exclusive, the likeliest one is taken")
        return thresholds


def frames_classifier(
    codebook: Codebook, encoder: Any, head: Any, words: Any = None, context: Sequence[str] = ()
) -> TaskClassifier:
    """Return the unfitted classifier of the frames."""
    features = {"embedding": TextFeatures(encoder, context)}
    features |= {"words": TextFeatures(words)} if words is not None else {}
    return TaskClassifier(codebook.frame_names, features, head, exclusive=codebook.exclusive)


def stance_classifier(
    codebook: Codebook,
    encoder: Any,
    head: Any,
    words: Any = None,
    context: Sequence[str] = (),
    blind: bool = False,
) -> TaskClassifier:
    """Return the unfitted classifier of the stance; a blind one does not see the target (a baseline)."""
    kind = TextFeatures if blind else TargetFeatures
    features = {
        "embedding": (PairFeatures if isinstance(encoder, TunedEncoder) and not blind else kind)(encoder, context)
    }
    features |= {"words": kind(words)} if words is not None else {}
    return TaskClassifier(codebook.stance_names, features, head, exclusive=True)
