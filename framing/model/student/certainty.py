"""Where a student is certain: what its decisions cost, as documents tell that it had not seen.

What is kept of those documents is the student's and the model's probability of each label in each sentence. The model's
are taken for what they are, probabilities of a label: where it is near its threshold another decision costs little,
where it is far from it much. The *risk* of a sentence is the macro-F1 that is expected to be lost where the student
decides it, a sum over labels; those of least risk are settled, as many as a budget allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Decided, Proba, Values

Cells = NDArray[np.uint8]

# Probabilities are kept as steps of a tenth in log-odds from -8 to 8.
_STEP, _END = 0.1, 8.0
CELLS = round(2 * _END / _STEP)
_MIDDLES = 1 / (1 + np.exp(-np.linspace(-_END + _STEP / 2, _END - _STEP / 2, CELLS)))
_EDGES = 1 / (1 + np.exp(-np.linspace(-_END, _END, CELLS + 1)))
# A risk is the mean over so many cells on either side.
_BESIDE = 4
# Of fewer sentences that the model gives a label to, nothing is known of it: all is passed on, and alone the student
# decides it from the model's own threshold on.
FEWEST_OF_A_LABEL = 10
# An exclusive label is decided where it is likelier than any other.
LIKELIEST = 0.5


class Worth(NamedTuple):
    """What is expected of a label, by the model's own probabilities.

    Parameters
    ----------
    f1, fast_f1, only_f1
        F1 of the model, of student and model together, of the student alone.
    threshold
        From which probability on the student alone decides it.
    """

    f1: float
    fast_f1: float
    only_f1: float
    threshold: float


@dataclass(frozen=True)
class Certainty:
    """What a student's decisions cost at some thresholds.

    Parameters
    ----------
    risks
        By label and cell of the student's probability, the macro-F1 that one sentence is expected to lose, shape
        (n_labels, CELLS).
    most
        The largest sum over labels at which a sentence is settled; below 0 where none is.
    worth
        Of each label.
    passed
        The share of sentences that are not settled.
    """

    risks: Values
    most: float
    worth: Sequence[Worth]
    passed: float

    @property
    def unknown(self) -> Decided:
        """Which labels the model gives to too few sentences to say; for one of them all is passed on, (n_labels,)."""
        return np.asarray(np.isinf(self.risks).all(axis=1))

    def settled(self, proba: Proba, exclusive: bool) -> Decided:
        """Return which sentences are settled by the student's probabilities, shape (n_sentences,)."""
        cells = cells_of(margins(proba, exclusive))
        risk = sum((risks[column] for risks, column in zip(self.risks, cells.T, strict=True)), np.zeros(len(proba)))
        return np.asarray(risk <= self.most)


@dataclass(frozen=True)
class Agreement:
    """How a student and its model agreed on sentences of documents that the student had not seen.

    Parameters
    ----------
    student, model
        The cells of their probabilities, each of shape (n_sentences, n_labels).
    """

    student: Cells
    model: Cells

    @classmethod
    def of(cls, student: Proba, model: Proba, exclusive: bool) -> Agreement:
        """Keep probabilities, both of shape (n_sentences, n_labels)."""
        return cls(*(cells_of(margins(proba, exclusive)) for proba in (student, model)))

    def certainty(self, thresholds: Sequence[float], loss: float) -> Certainty:
        """Return where the student may decide, so that macro-F1 is expected to be at most so much lower.

        Parameters
        ----------
        thresholds
            From which probability on the model decides each label.
        loss
            How much F1 may be lost, in (0, 1).

        Examples
        --------
        >>> p = np.repeat([0.01, 0.4, 0.6, 0.99], [900, 10, 10, 80])[:, None]
        >>> told = np.repeat([0.01, 0.99, 0.01, 0.99], [900, 10, 10, 80])[:, None]  # another opinion between .4 and .6
        >>> found = Agreement.of(p, told, exclusive=False).certainty([0.5], loss=0.02)
        >>> found.settled(np.array([[0.01], [0.4], [0.6], [0.99]]), exclusive=False).tolist(), found.passed
        ([True, False, False, True], 0.02)
        """
        model, student = _MIDDLES[self.model], _MIDDLES[self.student]
        by_model, by_student = (p >= np.array(thresholds) for p in (model, student))
        total = model.sum(axis=0)
        f1 = _expected_f1(total, model, by_model)
        worth_of_one = 1 / np.maximum(total + by_model.sum(axis=0), 1e-12) / len(total)
        # The derivative of F1: a decision that is right with probability p is worth 2 p - F1.
        lost = np.where(by_model != by_student, (2 * model - f1) * np.where(by_model, 1, -1), 0) * worth_of_one
        risks = np.stack([_by_cell(*pair) for pair in zip(self.student.T, lost.T, worth_of_one, strict=True)])
        unknown = by_model.sum(axis=0) < FEWEST_OF_A_LABEL
        risks[unknown] = np.inf
        risk = np.take_along_axis(risks.T, self.student.astype(np.intp), axis=0).sum(axis=1)
        ordered = np.sort(risk)
        n_settled = int(np.searchsorted(np.cumsum(ordered), loss, side="right"))
        # Those of one risk are settled together, or not at all.
        below = ordered if n_settled == len(ordered) else ordered[ordered < ordered[n_settled]]
        most = float(below[-1]) if len(below) else -1.0
        settled = risk <= most
        fast_f1 = _expected_f1(total, model, np.where(settled[:, None], by_student, by_model))
        given = [own if few else None for own, few in zip(thresholds, unknown, strict=True)]
        only = [_deciding_alone(*of) for of in zip(self.student.T, model.T, given, strict=True)]
        worth = [Worth(*map(float, of)) for of in zip(f1, fast_f1, *zip(*only, strict=True), strict=True)]
        return Certainty(risks, most, worth, float((~settled).mean()))


def margins(proba: Proba, exclusive: bool) -> Proba:
    """Return of each label the probability that its threshold is compared with, shape as given.

    That of an exclusive label is its share of itself and the likeliest other one, so that one half decides.

    Examples
    --------
    >>> margins(np.array([[0.6, 0.2, 0.2]]), exclusive=True).round(2).tolist()
    [[0.75, 0.25, 0.25]]
    """
    if not exclusive or proba.shape[1] < 2:
        return proba
    ordered = np.sort(proba, axis=1)
    others = np.where(proba == ordered[:, -1:], ordered[:, -2:-1], ordered[:, -1:])
    return proba / np.maximum(proba + others, 1e-12)


def cells_of(proba: Values) -> Cells:
    """Return the cell of each probability, from 0.

    Examples
    --------
    >>> cells_of(np.array([0.0, 0.5, 1.0])).tolist()
    [0, 80, 159]
    """
    with np.errstate(divide="ignore"):
        odds = np.log(proba) - np.log1p(-proba)
    return np.clip(np.floor((odds + _END) / _STEP), 0, CELLS - 1).astype(np.uint8)


def _by_cell(cells: Cells, lost: Values, error: float) -> Values:
    """Return the mean of what is lost in each cell and those beside it, and a share of one error nobody has seen."""
    kernel = np.ones(2 * _BESIDE + 1)
    of_cells = (np.bincount(cells, weights, minlength=CELLS) for weights in (lost, None))
    sums, counts = (np.convolve(part, kernel, mode="same") for part in of_cells)
    return np.maximum(sums, 0) / np.maximum(counts, 1) + error / len(cells)


def _deciding_alone(cells: Cells, model: Values, given: float | None) -> tuple[float, float]:
    """Return the expected F1 of a student's decisions alone from a probability on, and that probability.

    Without one it is the best, which of a label that is hardly there would be one that nearly all sentences reach.
    """
    n, expected = (np.bincount(cells, weights, minlength=CELLS)[::-1].cumsum()[::-1] for weights in (None, model))
    f1 = 2 * expected / np.maximum(model.sum() + n, 1e-12)
    best = int(np.argmax(f1) if given is None else cells_of(np.array(given)))
    return float(f1[best]), float(_EDGES[best]) if given is None else given


def _expected_f1(total: Values, model: Proba, decided: Decided) -> Values:
    """Return the F1 of decisions that is expected by a model's probabilities, shape (n_labels,)."""
    return np.asarray(2 * (model * decided).sum(axis=0) / np.maximum(total + decided.sum(axis=0), 1e-12))
