"""Scores as a person reads them: a table a task, the figures of all labels, the worst, and the verdicts in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from math import isnan

from framing.measure.slices import Slice
from framing.measure.summary import LabelSummary, TaskSummary
from framing.measure.verdicts import USABLE
from framing.report.plain import cut

_WORDS = {
    "macro_f1": "macro-F1",
    "mean_ap": "mean average precision",
    "accuracy": "accuracy",
    "kappa": "kappa",
    "alpha": "alpha",
    "calibration_error": "calibration error",
}
_FULL = ("label", "n", "predicted", "precision", "recall", "F1, 95 % interval", "AP", "coders", "verdict")
_SHORT = ("label", "n", "pred.", "prec.", "rec.", "F1, 95 % interval", "AP", "coders", "verdict")
COLUMNS_IN_WORDS = (
    "n: how often coded; predicted: how often decided; AP: average precision, over all thresholds; coders: the F1 of "
    "one coder against another."
)
_NARROWEST = 12  # of the column of labels
_SHOWN = 3  # of the worst


def scores_text(summary: TaskSummary, title: str, width: int) -> str:
    """Return what a person reads of a task.

    Parameters
    ----------
    summary
        The figures.
    title
        What was scored on what.
    width
        Characters of a line.
    """
    head = f"{title}: {summary.n:,} rows in {summary.n_groups:,} groups"
    notes = [_overall_line(summary), *_coders_lines(summary), *_worst_lines(summary), *_advice_lines(summary)]
    return (
        "\n".join([head, "", *_table_lines(summary, width), "", *(_folded_note(note, width) for note in notes)]) + "\n"
    )


def columns_text(columns: Sequence[str], rows: Iterable[Sequence[str]], width: int, left: Sequence[int] = (0,)) -> str:
    """Return a narrow table: the first column takes what room is left and folds where it can, the others stay whole.

    Parameters
    ----------
    columns
        Their headings.
    rows
        Cells as text.
    width
        Characters of a line. Columns stand two apart, or one where that saves the first one.
    left
        Columns that begin on the left.

    Examples
    --------
    >>> print(columns_text(["label", "n"], [["national_security", "12"]], 14))
    label        n
    ----------- --
    national_   12
    security
    """
    cells = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    for gap in (2, 1):
        room = width - sum(widths[1:]) - gap * (len(columns) - 1)
        if room >= min(widths[0], _NARROWEST):
            break
    widths[0] = min(widths[0], max(room, 8))
    lines = [list(columns), ["-" * w for w in widths]]
    for row in cells:
        first, *more = _folded(row[0], widths[0])
        lines += [[first, *row[1:]], *([part, *[""] * (len(row) - 1)] for part in more)]
    told = [
        (" " * gap).join(
            c.ljust(w) if i in left else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in lines
    ]
    return "\n".join(line.rstrip() for line in told)


def two_digits(value: float | None) -> str:
    """Return a score with two digits, a dash where there is none."""
    return "–" if value is None or isnan(value) else f"{value:.2f}"


def _table_lines(summary: TaskSummary, width: int) -> list[str]:
    with_coders = summary.ceiling is not None
    rows = [
        [cell for name, cell in zip(_FULL, _cells(row), strict=True) if with_coders or name != "coders"]
        for row in summary.labels
    ]
    longest = max((len(row.label) for row in summary.labels), default=0)
    for heads in (_FULL, _SHORT):
        columns = [name for name in heads if with_coders or name != "coders"]
        widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)][1:]
        if longest + sum(widths) + 2 * len(widths) <= width:
            break
    return columns_text(columns, rows, width, left=(0, len(columns) - 1)).splitlines()


def _cells(row: LabelSummary) -> list[str]:
    if row.n is None:
        return [row.label, *["–"] * 7, "not coded"]
    f1 = f"{row.f1.value:.2f} [{row.f1.low:.2f}, {row.f1.high:.2f}]"
    numbers = [two_digits(value) for value in (row.precision, row.recall)]
    ends = [two_digits(row.ap), two_digits(row.ceiling), row.verdict.word]
    return [row.label, f"{row.n:,}", f"{row.predicted:,}", *numbers, f1, *ends]


def _overall_line(summary: TaskSummary) -> str:
    return ", ".join(f"{_WORDS[name]} {score}" for name, score in summary.overall.items()) + "."


def _coders_lines(summary: TaskSummary) -> list[str]:
    ceiling = summary.ceiling
    if ceiling is None:
        return []
    return [
        f"Coders: one against another has a macro-F1 of {ceiling.macro_f1:.3f} "
        f"({len(ceiling.coders)} coders, {ceiling.n:,} rows that two of them coded)."
    ]


def _worst_lines(summary: TaskSummary) -> list[str]:
    coded = sorted((row for row in summary.labels if row.n), key=lambda row: row.f1.value)
    worst = [_in_words(row) for row in coded[: min(_SHOWN, len(coded) - 1)]]
    lines = [f"Worst labels: {'; '.join(worst)}."] if worst else []
    told = [part for part in summary.slices if part.adjusted < 0.05 and part.score.value < part.rest]
    if told:
        measured = "accuracy" if "accuracy" in summary.overall else "micro-F1"
        lines.append(f"Worst slices, {measured}: {'; '.join(map(_slice_in_words, told[:_SHOWN]))}.")
    elif summary.slices and summary.slices[0].score.value < summary.slices[0].rest:
        lines.append(
            f"Slices: none of {len(summary.slices)} is surely worse than the rest; "
            f"lowest by that, {_slice_in_words(summary.slices[0])}."
        )
    return lines


def _in_words(row: LabelSummary) -> str:
    """Say what is wrong with a label: rows that it misses, rows that it should not have."""
    f1 = f"{row.label} {row.f1.value:.2f}"
    if not row.predicted:
        return f"{f1}, never decided in {row.n:,} cases"
    missed, wrong = 1 - row.recall, 1 - row.precision
    told = f"misses {missed:.0%} of its {row.n:,}" if missed >= wrong else f"{wrong:.0%} of {row.predicted:,} wrong"
    taken = f", mostly as {row.taken_for[0]} ({row.taken_for[1]:,})" if row.taken_for and missed >= wrong else ""
    return f"{f1}, {told}{taken}"


def _slice_in_words(part: Slice) -> str:
    p = "p < 0.001" if part.adjusted < 0.001 else f"p = {part.adjusted:.3f}"
    return f"{part.column} {cut(part.value, 40)!r} {part.score} on {part.n:,} rows, the rest {part.rest:.3f} (Holm {p})"


def _advice_lines(summary: TaskSummary) -> list[str]:
    labels: dict[tuple[str, str], list[str]] = {}
    for row in summary.labels:
        if row.verdict.advice:
            labels.setdefault((row.verdict.word, row.verdict.advice), []).append(row.label)
    lines = [f"{', '.join(names)} ({word}): {advice}." for (word, advice), names in labels.items()]
    usable = sum(row.verdict.word == USABLE for row in summary.labels)
    return [f"Verdicts: {usable} of {len(summary.labels)} usable.", *lines]


def _folded_note(text: str, width: int) -> str:
    return textwrap.fill(text, width, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)


def _folded(text: str, width: int) -> list[str]:
    """Return a label on lines of some width, cut behind an underscore, a hyphen or a space where there is one."""
    lines = []
    while len(text) > width:
        cut = max(text.rfind(mark, 0, width) for mark in "_- ") + 1 or width
        lines.append(text[:cut].rstrip())
        text = text[cut:]
    return [*lines, text]
