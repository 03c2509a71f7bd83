"""The classifier of one task: sentences in, calibrated probabilities and decisions out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone

from framing.codebook import Codebook
from framing.errors import ModelError
from framing.model.decisions.conformal import prediction_sets
from framing.model.decisions.heads import Calibration, Scores, fit_head, head_scores
from framing.model.decisions.held_out import HeldOutScores
from framing.model.decisions.priors import PriorShift, adapt_to_priors, warn_of_few
from framing.model.decisions.rule import Decisions, Rule
from framing.model.decisions.thresholds import F1, Curve
from framing.model.encoders.tuning import TunedEncoder
from framing.model.features import PairFeatures, TargetFeatures, TextFeatures
from framing.records import Sentence

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
    goal
        What thresholds are chosen for: ``f1``, ``precision>=P``, ``recall>=P`` or ``count``; see ``Curve.choose``.

    Attributes
    ----------
    features_ : dict of fitted transformers
    heads_ : dict of lists of fitted heads, one a problem
    calibrations_ : list of Calibration, one a problem
    thresholds_ : dict of float, one a label; empty for exclusive labels
    held_out_ : list of HeldOutScores, one a problem; ``None`` in a model of format 1
    """

    def __init__(
        self, labels: Sequence[str], features: Mapping[str, Any], head: Any, exclusive: bool = False, goal: str = F1
    ) -> None:
        self.labels = labels
        self.features = features
        self.head = head
        self.exclusive = exclusive
        self.goal = goal

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
        self.scores_ = held_out
        self.calibrations_, self.thresholds_, self.held_out_ = self._calibrate(held_out, Y)
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
            calibrations, thresholds, _ = self._calibrate(self.scores_, others)
            proba[test] = self._calibrated([scores[:, test] for scores in self.scores_], calibrations)
            decided[test] = self.decide(proba[test], thresholds)
        return proba, decided

    def _calibrate(
        self, held_out: Sequence[Scores], Y: NDArray[np.float64]
    ) -> tuple[list[Calibration], dict[str, float], list[HeldOutScores] | None]:
        """Fit calibrations and thresholds on the rows that were scored and coded."""
        calibrations: list[Calibration] = []
        thresholds: dict[str, float] = {}
        kept: list[HeldOutScores] = []
        for number, (scores, (rows, y)) in enumerate(zip(held_out, self._problems(Y), strict=True)):
            scored = ~np.isnan(scores[:, rows]).any(axis=(0, 2))
            rows, y = rows[scored], y[scored]
            calibration = Calibration.fit(list(scores[:, rows]), y)
            calibrations.append(calibration)
            proba = calibration.apply(list(scores[:, rows]))
            kept.append(HeldOutScores.fit(proba, y))
            if not self.exclusive:
                thresholds[self.labels[number]] = Curve.fit(y.astype(float), proba[:, 1]).choose(self.goal)
        return calibrations, thresholds, kept

    def _calibrated(self, scores: Sequence[Scores], calibrations: Sequence[Calibration]) -> Scores:
        proba = [calibration.apply(list(s)) for calibration, s in zip(calibrations, scores, strict=True)]
        return proba[0] if self.exclusive else np.column_stack([p[:, 1] for p in proba])

    def predict_proba(self, sentences: Sequence[Sentence]) -> Scores:
        """Return calibrated probabilities, shape (n_sentences, n_labels)."""
        if not sentences:
            return np.zeros((0, len(self.labels)))
        return self._calibrated(self.scores(sentences), self.calibrations_)

    def scores(self, sentences: Sequence[Sentence]) -> list[Scores]:
        """Return the heads' own scores, one array a problem, of shape (n_features_sets, n_sentences, n_classes)."""
        return self._scores(self.features_, self.heads_, sentences)

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
        return proba >= np.array([{**self.thresholds_, **(thresholds or {})}[label] for label in self.labels])

    def warn_of_goal(self) -> None:
        """Warn of each label whose thresholds cannot reach the goal on held-out scores."""
        for label, scores in zip([] if self.exclusive else self.labels, self.held_out_ or [], strict=False):
            scores.curve.choose(self.goal, label)

    def judge(self, sentences: Sequence[Sentence], rule: Rule) -> Decisions:
        """Return probabilities and decisions by a rule.

        Raises
        ------
        ModelError
            The rule needs held-out scores, and the model was saved before there were any in it.

        Warns
        -----
        FramingWarning
            The goal cannot be reached, or there are few sentences to estimate shares from.
        """
        trained = proba = self.predict_proba(sentences)
        shift = None
        if rule.adapt_priors and sentences:
            proba, shift = self._adapted(trained)
        if rule.abstain is not None:
            # The classes look the same whatever their shares, so their own ranks hold as trained.
            return Decisions(proba, *self._decide_at_risk(trained, rule.abstain), shift)
        thresholds = {**({} if self.exclusive else self._thresholds(rule, shift)), **rule.thresholds}
        present = self.decide(proba, thresholds)
        return Decisions(proba, present, np.zeros_like(present), shift)

    def _thresholds(self, rule: Rule, shift: PriorShift | None) -> Mapping[str, float]:
        thresholds = self.thresholds_
        if rule.goal not in (None, self.goal):
            curves = [scores.curve for scores in self._held_out("goal")]
            thresholds = {
                label: curve.choose(rule.goal, label) for label, curve in zip(self.labels, curves, strict=True)
            }
        return thresholds if shift is None else shift.moved(thresholds)

    def _adapted(self, proba: Scores) -> tuple[Scores, PriorShift]:
        """Return probabilities moved to the shares of their batch, and these shares."""
        held_out = self._held_out("adapt_priors")
        warn_of_few(len(proba), ", ".join(self.labels))
        if self.exclusive:
            trained = held_out[0].shares
            adapted, shares = adapt_to_priors(proba, trained)
        else:
            trained = np.array([scores.shares[1] for scores in held_out])
            moved = [
                adapt_to_priors(np.column_stack([1 - p, p]), scores.shares)
                for p, scores in zip(proba.T, held_out, strict=True)
            ]
            adapted, shares = np.column_stack([p[:, 1] for p, _ in moved]), np.array([s[1] for _, s in moved])
        return adapted, PriorShift(tuple(self.labels), tuple(trained.tolist()), tuple(shares.tolist()))

    def _decide_at_risk(self, proba: Scores, risk: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return the labels decided for and those left open at a risk."""
        held_out = self._held_out("abstain")
        if self.exclusive:
            sets = prediction_sets(proba, held_out[0].scores, risk)
            open_ = sets.sum(axis=1) != 1
            # Where nothing is usual, everything is open.
            left = np.where(sets.any(axis=1, keepdims=True), sets, True) & open_[:, None]
            return sets & ~open_[:, None], left
        sets_of = [
            prediction_sets(np.column_stack([1 - p, p]), scores.scores, risk)
            for p, scores in zip(proba.T, held_out, strict=True)
        ]
        present = np.column_stack([sets[:, 1] & ~sets[:, 0] for sets in sets_of])
        return present, np.column_stack([sets[:, 0] == sets[:, 1] for sets in sets_of])

    def _held_out(self, option: str) -> list[HeldOutScores]:
        if self.held_out_ is None:
            raise ModelError(
                f"{option}: this model was first saved in format 1, without its held-out scores; train it anew, or "
                f"leave {option} out"
            )
        return self.held_out_

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


def frames_classifier(
    codebook: Codebook, encoder: Any, head: Any, words: Any = None, context: Sequence[str] = (), goal: str = F1
) -> TaskClassifier:
    """Return the unfitted classifier of the frames."""
    features = _feature_sets(encoder, words, context, TextFeatures, TextFeatures)
    return TaskClassifier(codebook.frame_names, features, head, exclusive=codebook.exclusive, goal=goal)


def stance_classifier(
    codebook: Codebook,
    encoder: Any,
    head: Any,
    words: Any = None,
    context: Sequence[str] = (),
    blind: bool = False,
) -> TaskClassifier:
    """Return the unfitted classifier of the stance; a blind one does not see the target (a baseline)."""
    kinds = (TextFeatures, TextFeatures) if blind else (PairFeatures, TargetFeatures)
    return TaskClassifier(codebook.stance_names, _feature_sets(encoder, words, context, *kinds), head, exclusive=True)


def _feature_sets(
    encoder: Any, words: Any, context: Sequence[str], tuned: type[TextFeatures], frozen: type[TextFeatures]
) -> dict[str, TextFeatures]:
    """Return the feature sets whose heads are fused; an encoder that is tuned first may read otherwise."""
    sets = {"embedding": (tuned if isinstance(encoder, TunedEncoder) else frozen)(encoder, context)}
    if isinstance(encoder, TunedEncoder) and encoder.beside_frozen:
        sets["frozen"] = frozen(encoder.base, context)
    return sets | ({"words": frozen(words)} if words is not None else {})
