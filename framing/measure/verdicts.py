"""Verdicts: whether a label can be used as it is, and what would help."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isnan

from framing.scores import Score

USABLE, WEAK, NOT_USABLE, TOO_FEW = "usable", "weak", "not usable", "too few"
# F1 from which a label is usable, and below which it is not; and the positives below which nothing is said.
BOUND, FLOOR, ENOUGH = 0.7, 0.5, 20
# Half the width of an interval that would tell, the gap to the coders that counts as none, and how lopsided it is to
# decide a label this many times as often as coders do.
_HALF, _NEAR, _LOPSIDED = 0.1, 0.05, 1.5


@dataclass(frozen=True)
class Verdict:
    """What a label's score is worth.

    Parameters
    ----------
    word
        ``usable``, ``weak``, ``not usable`` or ``too few``.
    advice
        What would help; empty where it is usable.
    """

    word: str
    advice: str = ""


def rule_in_words(bound: float = BOUND) -> str:
    """Say by which rule verdicts are given."""
    return (
        f"Usable: F1 of {bound:g} or more (or the coders' own, where lower; weak at best where theirs is below "
        f"{_floor(bound):g}). Not usable: below {_floor(bound):g}. Too few: under {ENOUGH} cases, or an interval from "
        f"below the one to above the other that is wider than {2 * _HALF:g}."
    )


def verdict_of(f1: Score, n: int, predicted: int, bound: float = BOUND, ceiling: float | None = None) -> Verdict:
    """Judge a label by its F1 on rows that were not learned from.

    Parameters
    ----------
    f1
        Its F1 with the interval.
    n, predicted
        How often it was coded and decided in these rows.
    bound
        The F1 from which it is usable; it is not usable below 0.5, or below this where that is less.
    ceiling
        The F1 of one coder against another, where several coded: nobody can ask for more. Where they agree less than
        0.5, the label is weak at best.

    Examples
    --------
    >>> verdict_of(Score(0.8, 0.74, 0.86), 120, 125)
    Verdict(word='usable', advice='')
    >>> verdict_of(Score(0.6, 0.52, 0.68), 120, 240).advice
    'decided 2.0 times as often as coded: code more rows that nearly have it, or raise its threshold'
    >>> verdict_of(Score(0.6, 0.3, 0.8), 12, 14)
    Verdict(word='too few', advice='code about 63 more rows that have it')
    >>> verdict_of(Score(0.55, 0.52, 0.6), 300, 300, ceiling=0.58).advice
    "as good as coders agree (0.58): sharpen the label's definition first"
    """
    f1 = f1._replace(value=round(f1.value, 2))  # as it is shown: 0.70 is usable
    floor = _floor(bound)
    bound = bound if ceiling is None else max(floor, min(bound, ceiling))
    if isnan(f1.value) or n < ENOUGH or (f1.low < floor and f1.high >= bound and f1.high - f1.low > 2 * _HALF):
        return Verdict(TOO_FEW, f"code about {_more(f1, n)} more rows that have it")
    disputed = ceiling is not None and ceiling < floor
    word = NOT_USABLE if f1.value < floor else WEAK if f1.value < bound or disputed else USABLE
    return Verdict(word, "" if word == USABLE else _advice(f1.value, n, predicted, ceiling))


def _floor(bound: float) -> float:
    return min(FLOOR, bound)


def _more(f1: Score, n: int) -> int:
    """Return how many more positives would make the interval narrow enough: its width falls with their square root."""
    half = (f1.high - f1.low) / 2
    wanted = n * (half / _HALF) ** 2 if half > 0 else 0.0  # of very few, all may be right: that has no width
    return max(1, ENOUGH - n, ceil(round(wanted - n, 6))) if n else 3 * ENOUGH


def _advice(f1: float, n: int, predicted: int, ceiling: float | None) -> str:
    if ceiling is not None and f1 > ceiling - _NEAR:
        return f"as good as coders agree ({ceiling:.2f}): sharpen the label's definition first"
    if predicted > _LOPSIDED * n:
        times = predicted / n
        return (
            f"decided {times:.1f} times as often as coded: code more rows that nearly have it, or raise its threshold"
        )
    if _LOPSIDED * predicted < n:
        return f"coded in {n:,} rows, decided in {predicted:,}: code more rows that have it, or lower its threshold"
    return "code more rows that have it or nearly have it, and reread them: framing errors"
