"""Agreement of coders who coded the same sentences: what a classifier can be measured against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from framing.arrays import Codes, Rows, Weights
from framing.codebook import Codebook
from framing.errors import InputError
from framing.measure.intervals import Estimate, bootstrap_weights, ratio
from framing.measure.matching import Matching, Occurrence, match_units, normalised
from framing.records import Sentence


@dataclass(frozen=True)
class Agreement:
    """How far coders agree on one variable.

    Parameters
    ----------
    units
        Sentences (for the stance: sentences with a target) that at least two coders coded.
    counts
        By coder, how often the label was given among these; for a variable of several classes, how often each coded.
    percent
        Share of the pairs of codes that are equal.
    alpha
        Krippendorff's alpha, nominal; nan where no coder ever varies.
    """

    units: int
    counts: dict[str, int]
    percent: Estimate
    alpha: Estimate


@dataclass(frozen=True)
class _Variable:
    """What coders are compared on: a number for the code of a row, None where it has none."""

    name: str
    code: Callable[[Sentence], float | None]
    by_target: bool = False  # a unit is a sentence and a target
    counts_positive: bool = False


def agreement(
    codings: Mapping[str, Sequence[Sentence]], codebook: Codebook, *, n_replicates: int = 1000, seed: int = 0
) -> dict[str, Agreement]:
    """Compare coders by label, each frame as present or absent, and the stance as one variable of several classes.

    Parameters
    ----------
    codings
        By coder, what was coded. Sentences are matched as by ``match_units``, stances by sentence and target.
    codebook
        The labels.
    n_replicates, seed
        Bootstrap resamples of whole groups (of the first coder that names one), and the seed of the draw.

    Returns
    -------
    dict of Agreement
        By frame; then ``frames``, all of them as one variable, if the codebook is exclusive; last ``stance``. What no
        two coders coded is left out.

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
    return compare_units(match_units(codings), codebook, n_replicates=n_replicates, seed=seed)


def compare_units(
    matching: Matching, codebook: Codebook, *, n_replicates: int = 1000, seed: int = 0
) -> dict[str, Agreement]:
    """Compare coders on sentences that were matched; parameters, result and errors are those of ``agreement``."""
    found = {}
    for variable in _variables(codebook):
        codes, groups = _codes(matching, variable)
        if codes.shape[1]:
            W = bootstrap_weights(groups, n_replicates, seed)
            found[variable.name] = _compare(matching.coders, codes, variable, W)
    if not found:
        reason = "those they share lack codes" if matching.units else "none of one could be matched to one of another"
        raise InputError(f"no sentence was coded by two of {', '.join(matching.coders)}: {reason}")
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
    return 1 - ratio(W @ unequal, expected)


def _variables(codebook: Codebook) -> list[_Variable]:
    def present(frame: str) -> Callable[[Sentence], float | None]:
        def code(s: Sentence) -> float | None:
            looked = s.frames is not None and (s.coded is None or frame in s.coded)
            return float(frame in (s.frames or ())) if looked else None

        return code

    frames = {name: float(i) for i, name in enumerate(codebook.frame_names)}
    stances = {name: float(i) for i, name in enumerate(codebook.stance_names)}
    variables = [_Variable(name, present(name), counts_positive=True) for name in frames]
    if codebook.exclusive:
        variables.append(_Variable("frames", lambda s: frames[s.frames[0]] if s.frames and s.coded is None else None))
    return [*variables, _Variable("stance", lambda s: stances[s.stance] if s.stance else None, by_target=True)]


def _codes(matching: Matching, variable: _Variable) -> tuple[Codes, Rows]:
    """Return codes of shape (n_coders, n_units) of what two coders coded, and the units' group numbers."""
    columns, groups = [], []
    for number, unit in enumerate(matching.units):
        named = next((s.group or s.doc_id for o in unit for s in o.rows if s.group or s.doc_id), None)
        targets: dict[str, dict[str, float]] = defaultdict(dict)
        for occurrence in unit:
            for target, code in _codes_of(occurrence, variable).items():
                targets[target][occurrence.coder] = code
        for codes in targets.values():
            if len(codes) > 1:
                columns.append([codes.get(coder, np.nan) for coder in matching.coders])
                groups.append(named or f"{unit[0].text}\0{number}")
    return np.array(columns).reshape(-1, len(matching.coders)).T, np.unique(groups, return_inverse=True)[1]


def _codes_of(occurrence: Occurrence, variable: _Variable) -> dict[str, float]:
    """Return a coder's codes of one sentence by target (without one where none matters), or say which contradict."""
    codes: dict[str, float] = {}
    rows: dict[str, Sentence] = {}
    for s in occurrence.rows:
        target = normalised(s.target or "") if variable.by_target else ""
        code = variable.code(s)
        if code is None:
            continue
        if codes.setdefault(target, code) != code:
            task = "stance" if variable.by_target else "frames"
            one, other = ((row.stance if variable.by_target else sorted(row.frames or ())) for row in (rows[target], s))
            raise InputError(
                f"{occurrence.coder}: two codes of {task} for {s.text[:60]!r}: {one} and {other}; "
                "keep one row, or tell two sentences apart by 'doc_id' or 'position'"
            )
        rows.setdefault(target, s)
    return codes


def _compare(coders: Sequence[str], codes: Codes, variable: _Variable, W: Weights) -> Agreement:
    alphas = _alphas(_value_counts(codes), W)
    equal, pairs = np.zeros(codes.shape[1]), np.zeros(codes.shape[1])
    for one, other in combinations(codes, 2):
        both = ~np.isnan(one) & ~np.isnan(other)
        equal += both & (one == other)
        pairs += both
    percent = (W @ equal) / (W @ pairs)
    counts = {
        coder: int((row == 1).sum() if variable.counts_positive else (~np.isnan(row)).sum())
        for coder, row in zip(coders, codes, strict=True)
    }
    return Agreement(
        codes.shape[1],
        counts,
        Estimate.of(percent),
        Estimate.of(alphas),
    )
