"""Shares without a coded sample: what quantifiers say, as a check and no measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Rows, Values
from framing.errors import InputError
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.records import Prediction, Sentence
from framing.scores import Score
from framing.shares.corpus import corpus_of

_BINS, _ITERATIONS, _TOLERANCE = 2000, 1000, 1e-7
_FARTHEST = 12.0  # log odds of the share for which probabilities may be calibrated
_LEAST = 0.05  # that the rates differ by at least, or nothing can be told from a count
QUANTIFIERS = ("counted", "mean probability", "ACC", "EMQ")


@dataclass(frozen=True)
class QuantifiedRow:
    """The share of a label as quantifiers give it; ``scores`` in the order of ``QUANTIFIERS``, nan where none can."""

    label: str
    scores: tuple[Score, ...]


def adjusted_count(counted: Values, recall: Values, false_rate: Values) -> Values:
    """Return shares by the adjusted classify and count of Forman (2008), all of one shape.

    Examples
    --------
    >>> adjusted_count(np.array([0.3]), np.array([0.8]), np.array([0.1])).round(3).tolist()
    [0.286]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip((counted - false_rate) / (recall - false_rate), 0, 1)
    return np.where(np.abs(recall - false_rate) >= _LEAST, share, np.nan)


def expected_share(proba: Values, weights: Values, trained: float) -> float:
    """Return a share by expectation maximisation (Saerens, Latinne and Decaestecker 2002).

    Parameters
    ----------
    proba, weights
        Probabilities, and how often each is there, shape (n_values,).
    trained
        The share for which the probabilities are calibrated.

    Examples
    --------
    >>> round(expected_share(np.array([0.9, 0.2]), np.array([1.0, 3.0]), 0.5), 2)
    0.24
    """
    share, total = trained, weights.sum()
    for _ in range(_ITERATIONS):
        new = float(weights @ _moved_to_share(proba, share, trained) / total)
        if abs(new - share) < _TOLERANCE:
            return new
        share = new
    return share


def calibrated_for(proba: Values, weights: Values, share: float) -> float:
    """Return the share for which probabilities are calibrated, seen where the true share is known.

    Of rows among which a label is rarer or more frequent than among those that were learned from, probabilities are
    not those of the rows; it is the share that, in their place, makes their mean the true one.

    Parameters
    ----------
    proba, weights
        Probabilities, and how often each is there, shape (n_values,).
    share
        The true share of these.

    Returns
    -------
    float
        nan where none does, as of decisions in the place of probabilities.

    Examples
    --------
    >>> round(calibrated_for(np.array([0.9, 0.5]), np.array([0.2, 0.8]), 0.2), 2)  # they become .54 and .12
    0.66
    """
    from scipy.optimize import brentq

    def excess(log_odds: float) -> float:
        trained = 1 / (1 + np.exp(-log_odds))
        return float(weights @ _moved_to_share(proba, share, trained) / weights.sum()) - share

    if not excess(-_FARTHEST) > 0 > excess(_FARTHEST):
        return float("nan")
    return float(1 / (1 + np.exp(-brentq(excess, -_FARTHEST, _FARTHEST, xtol=1e-6))))


def _moved_to_share(proba: Values, share: float, trained: float) -> Values:
    """Return probabilities that were calibrated for one share as they are for another (Bayes)."""
    yes, no = proba * share / trained, (1 - proba) * (1 - share) / (1 - trained)
    adapted: Values = yes / np.maximum(yes + no, 1e-300)
    return adapted


def quantified(
    predictions: Sequence[Prediction], held_out: Sequence[Prediction], n_replicates: int = 200
) -> list[QuantifiedRow]:
    """Estimate shares from predictions, and from how the model errs on coded rows of another corpus.

    All but the first two suppose that rows with a label, and rows without, look here as they do there (*label shift*):
    nobody can check that without codes from here.

    Parameters
    ----------
    predictions
        Of the corpus.
    held_out
        Of coded rows that the model did not learn from, wherever they are from: for which share the probabilities are
        calibrated is seen in them, too.
    n_replicates
        Resamples of documents, of both.

    Raises
    ------
    InputError
        No row of the second is coded.

    Examples
    --------
    >>> yes, no = ({"gain": 0.8}, ("gain",)), ({"gain": 0.3}, ())
    >>> here = [Prediction(Sentence(f"{i}"), *(yes if i < 40 else no)) for i in range(100)]
    >>> codes = [("gain",) if i % 2 else () for i in range(100)]
    >>> coded = [Prediction(Sentence(f"{i}", frames=codes[i]), *(yes if i % 4 == 1 else no)) for i in range(100)]
    >>> [round(score.value, 2) for score in quantified(here, coded)[0].scores]  # half of those with it are found
    [0.4, 0.5, 0.8, 0.93]
    """
    coded = [p for p in held_out if p.sentence.frames is not None]
    if not coded:
        raise InputError("--held-out: no row has codes in 'frames'; expected predictions of coded rows")
    corpus, _ = corpus_of(predictions)
    there, rows = corpus_of(coded, corpus.labels)
    W, V = bootstrap_weights(corpus.units, n_replicates), bootstrap_weights(there.units, n_replicates, seed=1)
    found = []
    for j, label in enumerate(corpus.labels):
        known = np.array([_was_coded(p.sentence, label) for p in rows])
        y = np.array([float(label in (p.sentence.frames or ())) for p in rows])[known]
        decided = np.nan_to_num(there.decided[known, j])
        v = V[:, known]
        with np.errstate(divide="ignore", invalid="ignore"):
            recall, false_rate = (v @ (decided * y)) / (v @ y), (v @ (decided * (1 - y))) / (v @ (1 - y))
            known_share = (v @ y) / v.sum(axis=1)
        counted = W @ np.nan_to_num(corpus.decided[:, j]) / W.sum(axis=1)
        mean = W @ corpus.proba[:, j] / W.sum(axis=1)
        several = (
            counted,
            mean,
            adjusted_count(counted, recall, false_rate),
            _expected(corpus.proba[:, j], W, _shares_trained(there.proba[known, j], v, known_share)),
        )
        found.append(QuantifiedRow(label, tuple(_score_of_resamples(values) for values in several)))
    return found


def _shares_trained(proba: Values, V: Values, shares: Values) -> Values:
    """Return in each resample of coded rows the share for which the probabilities are calibrated."""
    means, of_row = _binned(proba)
    return np.array(
        [
            calibrated_for(means, np.bincount(of_row, v).astype(float), float(share)) if 0 < share < 1 else np.nan
            for v, share in zip(V, shares, strict=True)
        ]
    )


def _binned(proba: Values) -> tuple[Values, Rows]:
    """Take probabilities together that are nearly the same: their means, and the number of each row."""
    of_row = np.unique(np.round(proba * _BINS), return_inverse=True)[1]
    return np.bincount(of_row, proba) / np.bincount(of_row), of_row


def _expected(proba: Values, W: Values, trained: Values) -> Values:
    """Return the share in each resample."""
    means, of_row = _binned(proba)
    return np.array(
        [
            expected_share(means, np.bincount(of_row, w).astype(float), float(share)) if 0 < share < 1 else np.nan
            for w, share in zip(W, trained, strict=True)
        ]
    )


def _was_coded(sentence: Sentence, label: str) -> bool:
    return sentence.coded is None or label in sentence.coded


def _score_of_resamples(values: Values) -> Score:
    if np.isnan(values).mean() > 0.05:  # of so rare a label that many resamples have none
        return Score(float("nan"), float("nan"), float("nan"))
    return Estimate(float(values[0]), values[1:][~np.isnan(values[1:])]).score()


def quantified_cells(rows: Sequence[QuantifiedRow]) -> list[list[str]]:
    """Return rows as cells of a table of text, in per cent."""
    return [[row.label, *(_percent_of(score) for score in row.scores)] for row in rows]


def _percent_of(score: Score) -> str:
    return "–" if score.value != score.value else "{:.1f} [{:.1f}, {:.1f}]".format(*(100 * number for number in score))
