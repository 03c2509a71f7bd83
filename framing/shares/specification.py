"""Specification curve: the same share under every way to get at it that somebody might have chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from framing.arrays import Codes
from framing.model.decisions.thresholds import Curve
from framing.scores import Score
from framing.shares.study import Study

PROBABILITY, DECIDED, HALF, GOALS = "probability", "as decided", "0.5", ("f1", "count")
CODED_ONLY, NAIVE, CORRECTED = "coded only", "naive", "corrected"


@dataclass(frozen=True)
class Specification:
    """A share, or a difference of two groups, as one of the ways gives it.

    Parameters
    ----------
    label
        Of which label.
    group, against
        The two groups whose shares are compared; both empty for the share of all rows.
    model
        Which predictions; empty where none are used.
    decision
        What counts as a prediction: the probability, what the model decided, or a threshold for some goal.
    estimator
        ``"naive"``, ``"coded only"`` or ``"corrected"``.
    score
        The share or the difference, with its 95 % interval.
    """

    label: str
    group: str
    against: str
    model: str
    decision: str
    estimator: str
    score: Score


def specifications(studies: Mapping[str, Study]) -> list[Specification]:
    """Return each share in every way: by model, threshold and estimator.

    Thresholds are a half, what the model decided, and those with the best F1 and with as many decided as coded, on
    the coded rows. With groups in the question, differences are returned, else shares.

    Parameters
    ----------
    studies
        By the name of a model its predictions with the coded rows, all of the same question.
    """
    found: list[Specification] = []
    for model, study in studies.items():
        for decision, codes in _decisions_of(study).items():
            several = _of_one_way(study, codes, model, decision)
            known = {(s.label, s.group, s.estimator) for s in found if s.estimator == CODED_ONLY}
            found += [s for s in several if (s.label, s.group, s.estimator) not in known]
    return found


def _decisions_of(study: Study) -> dict[str, Codes]:
    """Return what may count as a prediction, each of shape (n_rows, n_labels)."""
    proba, decided = study.corpus.proba, study.corpus.decided
    found = {
        PROBABILITY: proba,
        DECIDED: np.where(np.isnan(decided), proba >= 0.5, decided),
        HALF: (proba >= 0.5).astype(float),
    }
    for goal in GOALS:
        thresholds = [_threshold(study, j, goal) for j in range(proba.shape[1])]
        found[goal] = (proba >= np.array(thresholds)).astype(float)
    return found


def _threshold(study: Study, j: int, goal: str) -> float:
    """Return a label's threshold for a goal on the coded rows, each as often as it stands for rows of the corpus."""
    gold = study.gold
    known = np.flatnonzero(~np.isnan(gold.codes[:, j]))
    times = 1 / gold.probability[known]
    rows = np.repeat(known, np.maximum(1, np.round(times / times.min())).astype(int))
    return Curve.fit(gold.codes[rows, j], study.corpus.proba[gold.rows[rows], j]).choose(goal)


def _of_one_way(study: Study, codes: Codes, model: str, decision: str) -> list[Specification]:
    compared = bool(study.groupings)
    question = replace(study.question, differences=compared, together=False)
    corpus = replace(study.corpus, proba=codes, decided=codes)
    table = replace(study, corpus=corpus, question=question).table()
    found = []
    for row in table.differences if compared else table.rows:
        group, against = (" / ".join(getattr(row, name, ())) for name in ("group", "against"))
        ways = ((NAIVE, row.naive), (CODED_ONLY, row.coded_only), (CORRECTED, row.corrected))
        for estimator, score in ways:
            used = ("", "") if estimator == CODED_ONLY else (model, decision)
            if score.value == score.value:
                found.append(Specification(row.label, group, against, *used, estimator, score))
    return found


def sides_in_words(found: Sequence[Specification]) -> list[str]:
    """Say of each share or difference between what it lies, and whether all ways agree on the side of a difference.

    Examples
    --------
    >>> ways = [Specification("gain", "", "", "a", "f1", "naive", Score(v, v - 0.1, v + 0.1)) for v in (0.2, 0.3)]
    >>> sides_in_words(ways)
    ['gain: 20.0 to 30.0 % in 2 ways']
    """
    told = []
    for key in dict.fromkeys((s.label, s.group, s.against) for s in found):
        ways = [s.score for s in found if (s.label, s.group, s.against) == key]
        low, high = min(w.value for w in ways), max(w.value for w in ways)
        label, group, against = key
        if not group:
            told.append(f"{label}: {100 * low:.1f} to {100 * high:.1f} % in {len(ways)} ways")
            continue
        above, below = sum(w.low > 0 for w in ways), sum(w.high < 0 for w in ways)
        told.append(
            f"{label}, {group} less {against}: {100 * low:+.1f} to {100 * high:+.1f} points in {len(ways)} ways; "
            f"surely more in {above}, surely less in {below}"
        )
    return told
