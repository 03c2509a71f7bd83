"""Agreement of coders who coded the same sentences: what a classifier can be measured against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from framing.codebook import Codebook
from framing.errors import InputError
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.records import Sentence

Codes = NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """How far coders agree on one variable.

    Parameters
    ----------
    units
        Sentences (for the stance: sentences with a target) that at least two coders coded.
    counts
        By coder, how often the label was given among these; for the stance, how often each coder coded.
    percent
        Share of the pairs of codes that are equal.
    alpha
        Krippendorff's alpha, nominal; nan where no coder ever varies.
    """

    units: int
    counts: dict[str, int]
    percent: Estimate
    alpha: Estimate


def agreement(
    codings: Mapping[str, Sequence[Sentence]], codebook: Codebook, n_replicates: int = 1000, seed: int = 0
) -> dict[str, Agreement]:
    """Compare coders by label, each frame as present or absent, and the stance as one variable of several classes.

    Parameters
    ----------
    codings
        By coder, what was coded. Sentences are matched by their text, stances by text and target.
    codebook
        The labels.
    n_replicates, seed
        Bootstrap resamples of whole groups (of the first coder that has the sentence), and the seed of the draw.

    Returns
    -------
    dict of Agreement
        By frame; last ``stance``, where two coders coded it for the same sentence and target.

    Raises
    ------
    InputError
        Fewer than two coders, one coder with two codes for one unit, or nothing that two of them coded.

    Notes
    -----
    Alpha as in K. Krippendorff, *Content Analysis* (2019, chapter 12); the interval is a percentile bootstrap.

    Examples
    --------
    >>> book = Codebook.from_dict({"name": "tiny", "frames": ["gain"]})
    >>> first = [Sentence("It pays.", frames=("gain",)), Sentence("It rains.", frames=()), Sentence("So.", frames=())]
    >>> second = [Sentence("It pays.", frames=("gain",)), Sentence("It rains.", frames=("gain",)), first[2]]
    >>> found = agreement({"first": first, "second": second}, book)["gain"]
    >>> round(found.percent.value, 3), round(found.alpha.value, 3), found.counts
    (0.667, 0.444, {'first': 1, 'second': 2})
    """
    if len(codings) < 2:
        raise InputError("agreement needs the codes of at least two coders")
    found = {}
    for frame in codebook.frame_names:
        codes = {
            coder: {
                (s.text,): float(frame in s.frames)
                for s in _consistent(coder, rows, "frames")
                if s.frames is not None and (s.coded is None or frame in s.coded)
            }
            for coder, rows in codings.items()
        }
        if shared := _shared(codes, codings):
            found[frame] = _compare(list(codings), *shared, positive=True, n_replicates=n_replicates, seed=seed)
    number = {name: float(i) for i, name in enumerate(codebook.stance_names)}
    stances = {
        coder: {
            (s.text, s.target): number[s.stance] for s in _consistent(coder, rows, "stance") if s.stance is not None
        }
        for coder, rows in codings.items()
    }
    if shared := _shared(stances, codings):
        found["stance"] = _compare(list(codings), *shared, positive=False, n_replicates=n_replicates, seed=seed)
    if not found:
        raise InputError(f"no sentence was coded by two of {', '.join(codings)}; texts must be equal to the letter")
    return found


def krippendorff_alpha(codes: Codes) -> float:
    """Return Krippendorff's alpha for nominal codes.

    Parameters
    ----------
    codes
        Shape (n_coders, n_units), nan where a coder did not code.

    Returns
    -------
    float
        1 is perfect agreement, 0 what chance would give; nan where all codes are equal.

    Examples
    --------
    >>> round(krippendorff_alpha(np.array([[1, 0, 0, 1], [1, 0, 1, 1]])), 3)
    0.533
    """
    return float(_alphas(_value_counts(codes), np.ones((1, codes.shape[1])))[0])


def _value_counts(codes: Codes) -> Codes:
    """Return how many coders gave each value to each unit, shape (n_units, n_values)."""
    values = np.unique(codes[~np.isnan(codes)])
    return (codes[:, :, None] == values).sum(axis=0).astype(float)


def _alphas(counts: Codes, W: Codes) -> Codes:
    """Return alpha for each weighting of the units: one minus observed over expected disagreement."""
    coders = counts.sum(axis=1)
    counts, W, coders = counts[coders > 1], W[:, coders > 1], coders[coders > 1]
    # Pairs of unequal codes within a unit, each unit weighing as many codes as it has.
    unequal = (coders**2 - (counts**2).sum(axis=1)) / (coders - 1)
    totals = W @ counts
    n = totals.sum(axis=1)
    expected = (n**2 - (totals**2).sum(axis=1)) / np.maximum(n - 1, 1)
    return 1 - np.divide(W @ unequal, expected, out=np.full(len(W), np.nan), where=expected > 0)


def _consistent(coder: str, rows: Sequence[Sentence], task: str) -> Sequence[Sentence]:
    """Return one coder's rows, or say which unit was coded twice in different ways."""
    seen: dict[tuple[str | None, ...], object] = {}
    for s in rows:
        code, key = (s.stance, (s.text, s.target)) if task == "stance" else (s.frames and sorted(s.frames), (s.text,))
        if code is not None and seen.setdefault(key, code) != code:
            raise InputError(f"{coder}: two codes of {task} for {s.text[:60]!r}: {seen[key]} and {code}")
    return rows


def _shared(
    codes: Mapping[str, Mapping[tuple, float]], codings: Mapping[str, Sequence[Sentence]]
) -> tuple[Codes, NDArray[np.intp]] | None:
    """Return codes of shape (n_coders, n_units) of what two coders coded, and the units' group numbers."""
    count: dict[tuple, int] = {}
    for units in codes.values():
        for key in units:
            count[key] = count.get(key, 0) + 1
    keys = [key for key, n in count.items() if n > 1]
    if not keys:
        return None
    group: dict[str, str] = {}
    for rows in codings.values():
        for s in rows:
            group.setdefault(s.text, s.group or s.doc_id or s.text)
    matrix = np.array([[units.get(key, np.nan) for key in keys] for units in codes.values()])
    return matrix, np.unique([group[key[0]] for key in keys], return_inverse=True)[1]


def _compare(
    coders: list[str], codes: Codes, groups: NDArray[np.intp], positive: bool, n_replicates: int, seed: int
) -> Agreement:
    W = bootstrap_weights(groups, n_replicates, seed)
    alphas = _alphas(_value_counts(codes), W)
    equal, pairs = np.zeros(codes.shape[1]), np.zeros(codes.shape[1])
    for one, other in combinations(codes, 2):
        both = ~np.isnan(one) & ~np.isnan(other)
        equal += both & (one == other)
        pairs += both
    percent = (W @ equal) / (W @ pairs)
    counts = {
        coder: int((row == 1).sum() if positive else (~np.isnan(row)).sum())
        for coder, row in zip(coders, codes, strict=True)
    }
    return Agreement(
        codes.shape[1],
        counts,
        Estimate(float(percent[0]), percent[1:]),
        Estimate(float(alphas[0]), alphas[1:]),
    )
