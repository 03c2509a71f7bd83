"""Agreement of coders who coded the same sentences: what a classifier can be measured against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from framing.arrays import Codes, Rows, Weights
from framing.codebook import Codebook
from framing.errors import InputError
from framing.measure.chance import alphas, gwet_coefficients, masi_distances, pairwise_f1, value_counts
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.matching import Matching, Occurrence, match_units, normalised, two_codes
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
        Krippendorff's alpha, with MASI as the distance of label sets, which for a single label or class is 0 or 1; nan
        where no coder ever varies.
    ac1
        Gwet's AC1; of label sets his AC2, with the same distance.
    f1
        The F1 of one coder against another, over all pairs; of several labels, their mean.
    """

    units: int
    counts: dict[str, int]
    percent: Estimate
    alpha: Estimate
    ac1: Estimate
    f1: Estimate


_Code = frozenset[str]


@dataclass(frozen=True)
class _Variable:
    """What coders are compared on: the labels that a row has, None where it is not coded."""

    name: str
    code: Callable[[Sentence], _Code | None]
    labels: tuple[str, ...]
    n_classes: int  # that one could choose from; as many sets as there are where any can be
    by_target: bool = False  # a unit is a sentence and a target


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
        By frame; then ``frames``, all of them as one variable (label sets, unless the codebook is exclusive); last
        ``stance``. What no two coders coded is left out.

    Raises
    ------
    InputError
        Fewer than two coders, one coder with two codes for one unit, or nothing that two of them coded.

    Notes
    -----
    Coefficients are those of ``framing.measure.chance``; intervals are a percentile bootstrap.

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
        codes, values, groups = _codes(matching, variable)
        if codes.shape[1]:
            W = bootstrap_weights(groups, n_replicates, seed)
            found[variable.name] = _compare(matching.coders, codes, values, variable, W)
    if not found:
        reason = "those they share lack codes" if matching.units else "none of one could be matched to one of another"
        raise InputError(f"no sentence was coded by two of {', '.join(matching.coders)}: {reason}")
    return found


def compare_pairs(
    matching: Matching, codebook: Codebook, *, n_replicates: int = 1000, seed: int = 0
) -> dict[tuple[str, str], dict[str, Agreement]]:
    """Compare each two coders by themselves, of those who share a coded sentence; parameters as of ``agreement``."""
    found = {}
    for one, other in combinations(matching.coders, 2):
        pair = matching.between(one, other)
        with suppress(InputError):  # nothing that both coded
            found[one, other] = compare_units(pair, codebook, n_replicates=n_replicates, seed=seed)
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
    values = np.unique(codes[~np.isnan(codes)])
    numbers = np.where(np.isnan(codes), np.nan, np.searchsorted(values, codes))
    return float(alphas(value_counts(numbers, len(values)), np.ones((1, codes.shape[1])), 1 - np.eye(len(values)))[0])


def _variables(codebook: Codebook) -> list[_Variable]:
    def present(frame: str) -> Callable[[Sentence], _Code | None]:
        def code(s: Sentence) -> _Code | None:
            looked = s.frames is not None and (s.coded is None or frame in s.coded)
            return frozenset({frame}.intersection(s.frames or ())) if looked else None

        return code

    def whole(s: Sentence) -> _Code | None:
        return None if s.frames is None or s.coded is not None else frozenset(s.frames)

    names, stances = codebook.frame_names, codebook.stance_names
    variables = [_Variable(name, present(name), (name,), 2) for name in names]
    if codebook.exclusive:
        variables.append(_Variable("frames", lambda s: whole(s) or None, names, len(names)))
    elif len(names) > 1:
        variables.append(_Variable("frames", whole, names, 0))
    of_stance = _Variable("stance", lambda s: frozenset({s.stance}) if s.stance else None, stances, len(stances), True)
    return [*variables, of_stance]


def _codes(matching: Matching, variable: _Variable) -> tuple[Codes, list[_Code], Rows]:
    """Return code numbers of shape (n_coders, n_units) of what two coders coded, the codes, and the units' groups."""
    columns, groups = [], []
    numbers: dict[_Code, int] = {}
    for number, unit in enumerate(matching.units):
        named = next((s.group or s.doc_id for o in unit for s in o.rows if s.group or s.doc_id), None)
        targets: dict[str, dict[str, _Code]] = defaultdict(dict)
        for occurrence in unit:
            for target, code in _codes_of(occurrence, variable).items():
                targets[target][occurrence.coder] = code
        for codes in targets.values():
            if len(codes) > 1:
                given = {coder: numbers.setdefault(code, len(numbers)) for coder, code in codes.items()}
                columns.append([given.get(coder, np.nan) for coder in matching.coders])
                groups.append(named or f"{unit[0].text}\0{number}")
    codes_of_units = np.array(columns, dtype=float).reshape(-1, len(matching.coders)).T
    return codes_of_units, list(numbers), np.unique(groups, return_inverse=True)[1]


def _codes_of(occurrence: Occurrence, variable: _Variable) -> dict[str, _Code]:
    """Return a coder's codes of one sentence by target (without one where none matters), or say which contradict."""
    codes: dict[str, _Code] = {}
    rows: dict[str, Sentence] = {}
    for s in occurrence.rows:
        target = normalised(s.target or "") if variable.by_target else ""
        code = variable.code(s)
        if code is None:
            continue
        if codes.setdefault(target, code) != code:
            task = "stance" if variable.by_target else "frames"
            one, other = ((row.stance if variable.by_target else sorted(row.frames or ())) for row in (rows[target], s))
            raise two_codes(occurrence.coder, task, s.text, one, other)
        rows.setdefault(target, s)
    return codes


def _compare(
    coders: Sequence[str], codes: Codes, values: Sequence[_Code], variable: _Variable, W: Weights
) -> Agreement:
    counts, distances = value_counts(codes, len(values)), masi_distances(values)
    members = np.array([[float(label in value) for label in variable.labels] for value in values])
    equal, pairs = np.zeros(codes.shape[1]), np.zeros(codes.shape[1])
    for one, other in combinations(codes, 2):
        both = ~np.isnan(one) & ~np.isnan(other)
        equal += both & (one == other)
        pairs += both
    single = len(variable.labels) == 1  # of one label it is told how often it was given, else how often each coded
    given = {
        coder: sum(bool(values[int(number)]) or not single for number in row[~np.isnan(row)])
        for coder, row in zip(coders, codes, strict=True)
    }
    return Agreement(
        codes.shape[1],
        given,
        Estimate.of((W @ equal) / (W @ pairs)),
        Estimate.of(alphas(counts, W, distances)),
        Estimate.of(gwet_coefficients(counts, W, distances, variable.n_classes)),
        Estimate.of(pairwise_f1(codes, members, W)),
    )
