"""The classifier of one task: sentences in, calibrated probabilities and decisions out.

With two frames of which any number may hold, one sentence is two *problems* of two classes (absent, present); with a
stance of three classes it is one problem of three. ``F`` feature sets (embedding, words, ...) read each problem::

    sentences ─ features ─▶ X of each feature set       (n_sentences, n_features)
    X ─ heads ─▶ Scores of each problem                 (F, n_sentences, n_classes)
    Scores ─ calibrations ─▶ Proba of each problem      (n_sentences, n_classes)
    ─ decoder ─▶ Proba                                  (n_sentences, n_labels)
    Proba ─ rule: thresholds, risk ─▶ Decided           (n_sentences, n_labels)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from framing.arrays import Codes, Decided, Fold, Proba, Rows, Scores
from framing.codebook import Codebook
from framing.errors import ModelError
from framing.model.decisions.decoders import Decoder, SideOf, decoder_of, never_more
from framing.model.decisions.heads import Calibration, fit_head, head_scores
from framing.model.decisions.held_out import HeldOutSummary
from framing.model.decisions.priors import PriorShift, warn_small_batch, warn_without_document
from framing.model.decisions.rule import DOCUMENT, Decisions, Rule
from framing.model.decisions.thresholds import F1, Curve, one_against_rest
from framing.model.encoders.tuning import EncoderTuner
from framing.model.estimator import Estimator, clone
from framing.model.features import ReadingFeatures, TargetFeatures, TextFeatures, weights_of
from framing.names import Entities
from framing.records import Sentence

# Feature sets by name: the encoder's (a tuned one reads this set alone), and the encoder's from before tuning.
EMBEDDING, FROZEN = "embedding", "frozen"
Further = Callable[[Sequence[Sentence], Codes], tuple[list[Sentence], Codes, Rows]]


class TaskClassifier(Estimator):
    """One task: several feature sets, a head on each, fused, calibrated and thresholded on held-out scores.

    Parameters
    ----------
    decoder
        The labels, and whether any number of them holds (``AnyOf``) or exactly one (``OneOf``, ``SideOf``).
    features
        Feature transformers by name, fed with sentences, for instance ``{"embedding": TextFeatures(encoder)}``.
    head
        A scikit-learn classifier with ``decision_function`` or ``predict_proba``, cloned for each problem.
    goal
        What thresholds are chosen for; see ``check_goal``.
    further
        Makes further rows of those that heads learn from, ``(sentences, Y)`` to ``(sentences, Y, origin)``; none where
        it is ``None``. Rows that calibrate stay as they are.

    Attributes
    ----------
    features_ : dict of fitted transformers
    heads_ : dict of lists of fitted heads, one a problem
    calibrations_ : list of Calibration, one a problem
    thresholds_ : dict of float, one a label; empty for exclusive labels
    held_out_ : list of HeldOutSummary, one a problem; ``None`` in a model of format 1
    scores_ : list of Scores, one a problem: those of the rows that were held out, nan elsewhere; not saved
    """

    def __init__(
        self, decoder: Decoder, features: Mapping[str, Any], head: Any, goal: str = F1, further: Further | None = None
    ) -> None:
        self.decoder = decoder
        self.features = features
        self.head = head
        self.goal = goal
        self.further = further

    @classmethod
    def restored(
        cls, decoder: Decoder, features: Mapping[str, Any], head: Any, goal: str, **fitted: Any
    ) -> TaskClassifier:
        """Return a fitted classifier from what it had learned: ``heads_``, ``calibrations_``, ..., by their names."""
        task = cls(decoder, features, head, goal)
        task.features_ = dict(features)
        for name, value in fitted.items():
            setattr(task, name, value)
        return task

    @property
    def labels(self) -> tuple[str, ...]:
        """Label names; the order of all columns."""
        return self.decoder.labels

    def fit(
        self, sentences: Sequence[Sentence], Y: Codes, folds: Sequence[Fold], encoders: Sequence[Any] | None = None
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
            Encoders for the training part of each fold, and last one for all rows. With a single fold and its
            encoder alone, the heads fitted on the fold's training part are kept. ``None`` where the encoder does
            not learn from codes, and all rows are to be learned from.
        """
        shape = (len(self.features), len(sentences), self.decoder.n_classes)
        held_out = [np.full(shape, np.nan) for _ in self.decoder.problems(Y)]
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

    def learned(self, sentences: Sequence[Sentence], Y: Codes) -> tuple[Sequence[Sentence], Codes, Rows]:
        """Return what is learned from some rows: these and what is made of them; and of which row each is made."""
        if self.further is None:
            return sentences, Y, np.arange(len(sentences))
        return self.further(sentences, Y)

    def cross_calibrate(self, Y: Codes, folds: Sequence[Fold]) -> tuple[Proba, Decided]:
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
            decided[test] = self.decoder.decide(proba[test], thresholds)
        return proba, decided

    def _calibrate(
        self, held_out: Sequence[Scores], Y: Codes
    ) -> tuple[list[Calibration], dict[str, float], list[HeldOutSummary]]:
        """Fit calibrations and thresholds on the rows that were scored and coded."""
        calibrations: list[Calibration] = []
        curves: list[Curve] = []
        summaries: list[HeldOutSummary] = []
        for scores, (rows, y) in zip(held_out, self.decoder.problems(Y), strict=True):
            scored = ~np.isnan(scores[:, rows]).any(axis=(0, 2))
            rows, y = rows[scored], y[scored]
            calibration = Calibration.fit(list(scores[:, rows]), y)
            proba = calibration.apply(list(scores[:, rows]))
            calibrations.append(calibration)
            of_classes = one_against_rest(y, proba)
            curves += of_classes if self.decoder.exclusive else of_classes[1:]
            summaries.append(HeldOutSummary.fit(proba, y, self.decoder.exclusive))
        return calibrations, self.decoder.thresholds(curves, self.goal), summaries

    def _calibrated(self, scores: Sequence[Scores], calibrations: Sequence[Calibration]) -> Proba:
        pairs = zip(calibrations, scores, strict=True)
        return self.decoder.proba([calibration.apply(list(problem)) for calibration, problem in pairs])

    def predict_proba(self, sentences: Sequence[Sentence]) -> Proba:
        """Return calibrated probabilities, shape (n_sentences, n_labels).

        Raises
        ------
        ModelError
            There are none: the weights, the heads or the calibration of a loaded model hold what is no number.
        """
        if not sentences:
            return np.zeros((0, len(self.labels)))
        proba = self._calibrated(self.scores(sentences), self.calibrations_)
        if not np.isfinite(proba).all():
            raise ModelError(f"the model's probabilities of {', '.join(self.labels)} are no numbers; train it again")
        return proba

    def scores(self, sentences: Sequence[Sentence]) -> list[Scores]:
        """Return the heads' own scores, one array a problem, of shape (n_feature_sets, n_sentences, n_classes)."""
        return self._scores(self.features_, self.heads_, sentences)

    def decide(self, proba: Proba, thresholds: Mapping[str, float] | None = None) -> Decided:
        """Turn probabilities into labels, shape (n_sentences, n_labels): over the threshold, or the likeliest.

        Parameters
        ----------
        proba
            What ``predict_proba`` returned.
        thresholds
            Thresholds that replace the model's own, by label.
        """
        return self.decoder.decide(proba, {**self.thresholds_, **(thresholds or {})})

    def warn_of_goal(self) -> None:
        """Warn of each label whose thresholds cannot reach the goal on held-out scores."""
        if self.held_out_ is not None:
            self.decoder.thresholds(self._curves(self.held_out_), self.goal, warn=True)

    def judge(self, sentences: Sequence[Sentence], rule: Rule) -> Decisions:
        """Return probabilities and decisions by a rule.

        Raises
        ------
        ModelError
            The rule needs held-out scores, and the model was saved before there were any in it.

        Warns
        -----
        FramingWarning
            The goal cannot be reached or, of the stance, not held; there are few sentences to estimate shares from, or
            many without a document.
        """
        trained = proba = self.predict_proba(sentences)
        shift = None
        if rule.adapt_priors and sentences:
            proba, shift = self._adapted(trained, sentences, rule)
        thresholds = {**self._thresholds(rule, shift, warn=bool(sentences)), **rule.thresholds}
        present = self.decide(proba, thresholds)
        if rule.abstain is not None:
            # The classes look the same whatever their shares, so their own ranks hold as trained.
            at_risk = self.decoder.decide_at_risk(trained, self._held_out("abstain"), rule.abstain)
            return Decisions(proba, *never_more(present, *at_risk, self.decoder.exclusive), shift, thresholds)
        return Decisions(proba, present, np.zeros_like(present), shift, thresholds)

    def _adapted(self, proba: Proba, sentences: Sequence[Sentence], rule: Rule) -> tuple[Proba, PriorShift]:
        held_out, what = self._held_out("adapt_priors"), ", ".join(self.labels)
        if rule.adapt_priors != DOCUMENT:
            warn_small_batch(len(proba), what)
            return self.decoder.adapt(proba, held_out)
        names, documents = np.unique([sentence.doc_id for sentence in sentences], return_inverse=True)
        if names[0] == "":
            warn_without_document(int(np.sum(documents == 0)), len(proba), what)
        return self.decoder.adapt(proba, held_out, documents)

    def _thresholds(self, rule: Rule, shift: PriorShift | None, warn: bool) -> Mapping[str, float]:
        thresholds: Mapping[str, float] = self.thresholds_
        if rule.goal is not None and rule.goal != self.goal:
            thresholds = self.decoder.thresholds(self._curves(self._held_out("goal")), rule.goal, warn)
        return thresholds if shift is None else shift.moved(thresholds)

    def _curves(self, held_out: Sequence[HeldOutSummary]) -> list[Curve]:
        """Return the curve of each label; none of exclusive labels in a model saved before they were kept."""
        return held_out[0].class_curves if self.decoder.exclusive else [summary.curve for summary in held_out]

    def _held_out(self, option: str) -> list[HeldOutSummary]:
        if self.held_out_ is None:
            raise ModelError(
                f"{option}: this model was first saved in format 1, without its held-out scores; train it anew, or "
                f"leave {option} out"
            )
        return self.held_out_

    def _fit_heads(self, sentences: Sequence[Sentence], Y: Codes, tuned: Any = None) -> tuple[dict, dict]:
        features, heads = {}, {}
        sentences, Y, _ = self.learned(sentences, Y)
        weights = weights_of(sentences)
        for name, transformer in self.features.items():
            unfitted = clone(transformer)
            if tuned is not None and name == EMBEDDING:
                unfitted.set_params(encoder=tuned)
            features[name] = unfitted.fit(sentences)
            X = features[name].transform(sentences)
            heads[name] = [
                fit_head(self.head, X[rows], y, None if weights is None else weights[rows])
                for rows, y in self.decoder.problems(Y)
            ]
        return features, heads

    def _scores(self, features: dict, heads: dict, sentences: Sequence[Sentence]) -> list[Scores]:
        """Return one array a problem, of shape (n_feature_sets, n_sentences, n_classes)."""
        by_set = []
        for name, transformer in features.items():
            X = transformer.transform(sentences)
            by_set.append([head_scores(head, X, self.decoder.n_classes) for head in heads[name]])
        return [np.stack(problem) for problem in zip(*by_set, strict=True)]


def frames_classifier(
    codebook: Codebook,
    encoder: Any,
    head: Any,
    *,
    words: Any = None,
    context: Sequence[str] = (),
    entities: Entities | None = None,
    goal: str = F1,
    further: Further | None = None,
) -> TaskClassifier:
    """Return the unfitted classifier of the frames."""
    features = _feature_sets(encoder, words, context, entities, TextFeatures, TextFeatures)
    return TaskClassifier(decoder_of(codebook.frame_names, codebook.exclusive), features, head, goal, further)


def stance_classifier(
    codebook: Codebook,
    encoder: Any,
    head: Any,
    *,
    words: Any = None,
    context: Sequence[str] = (),
    entities: Entities | None = None,
    blind: bool = False,
    further: Further | None = None,
) -> TaskClassifier:
    """Return the unfitted classifier of the stance; a blind one does not see the target (a baseline)."""
    read_as_pair = isinstance(encoder, EncoderTuner) and encoder.learns("stance")
    kinds = (
        (TextFeatures, TextFeatures) if blind else (ReadingFeatures if read_as_pair else TargetFeatures, TargetFeatures)
    )
    features = _feature_sets(encoder, words, context, entities, *kinds)
    return TaskClassifier(SideOf(codebook.stance_names), features, head, further=further)


def _feature_sets(
    encoder: Any,
    words: Any,
    context: Sequence[str],
    entities: Entities | None,
    tuned: type[TextFeatures],
    frozen: type[TextFeatures],
) -> dict[str, TextFeatures]:
    """Return the feature sets whose heads are fused; an encoder that is tuned first may read otherwise."""
    if isinstance(encoder, EncoderTuner):
        sets = {EMBEDDING: tuned(encoder, context, entities)}
        if encoder.beside_frozen:
            sets[FROZEN] = frozen(encoder.base, context, entities)
    else:
        sets = {EMBEDDING: frozen(encoder, context, entities)}
    return sets | ({"words": frozen(words, (), entities)} if words is not None else {})
