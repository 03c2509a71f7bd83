"""How much better one run is than another: a table, in words, and as a figure."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from framing.measure.compare import Difference
from framing.report.print_style import COLOURS, panels
from framing.report.scores import columns_text

_COLUMNS = ("score", "first", "this", "difference, 95 %", "p", "Holm", "least")
LEGEND = (
    "first, this: the scores of the two runs. p: how often chance alone makes a difference this large. Holm: p "
    "corrected for the number of runs and of labels; below 0.05 the runs are told apart. least: the smallest true "
    "difference that these rows would tell four times in five."
)


def differences_text(name: str, found: Mapping[str, Difference], width: int) -> str:
    """Return the differences of one run from the first: a table, and what it says.

    Parameters
    ----------
    name
        What the run is called.
    found
        Its differences by score.
    width
        Characters of a line.
    """
    rows = [_difference_cells(score, one) for score, one in found.items()]
    table = columns_text(_COLUMNS, rows, width)
    said = [textwrap.fill(line, width, subsequent_indent="  ") for line in in_words(found)]
    return "\n".join([name, "", table, "", *said]) + "\n"


def in_words(found: Mapping[str, Difference]) -> list[str]:
    """Say what differences mean: which are told, and what the rows are too few for.

    Examples
    --------
    >>> in_words({"macro_f1": Difference(0.6, 0.62, 0.02, -0.02, 0.06, 0.3, 0.3, 0.057)})
    ['macro-F1: not told apart; these rows would tell a difference of 0.057 or more.']
    """
    if all(one.value == one.low == one.high == 0 for one in found.values()):
        return ["The two score the same in every resample: they decide alike."]
    lines = []
    for score, one in found.items():
        if "/" in score:
            continue
        if one.told:
            way = "better" if one.value > 0 else "worse"
            p = _p_text(one.adjusted)
            told = f"{way} by {abs(one.value):.3f}, Holm p {p.replace('<', '< ')}"
        else:
            told = f"not told apart; these rows would tell a difference of {one.detectable:.3f} or more"
        lines.append(f"{_named(score)}: {told}.")
    labels = {score.removesuffix("/f1"): one for score, one in found.items() if "/" in score}
    for word, sign in (("Better", 1), ("Worse", -1)):
        names = [f"{label} ({one.value:+.3f})" for label, one in labels.items() if one.told and one.value * sign > 0]
        if names:
            lines.append(f"{word} in F1 of {', '.join(names)}.")
    if labels and not any(one.told for one in labels.values()):
        lines.append("No label is told apart.")
    return lines


def differences_figure(runs: Sequence[str], found: Sequence[Mapping[str, Difference]], title: str) -> Any:
    """Draw the differences with their intervals, a row a score, a colour a run; filled where told.

    Parameters
    ----------
    runs
        Names of the runs but the first.
    found
        Their differences by score.
    title
        What was compared on what.

    Returns
    -------
    matplotlib.figure.Figure
    """
    scores = list(dict.fromkeys(score for one in found for score in one))
    figure, places = panels(1, 1, 7, 1.6 + 0.34 * len(scores) * max(1, len(runs) * 0.6))
    axes = places[0, 0]
    axes.axvline(0, color="0.6", lw=1)
    for number, (run, of_run) in enumerate(zip(runs, found, strict=True)):
        colour = COLOURS[number % len(COLOURS)]
        for place, score in enumerate(scores):
            if (one := of_run.get(score)) is not None:
                y = place + (number - (len(runs) - 1) / 2) * 0.6 / max(1, len(runs))
                axes.plot([one.low, one.high], [y, y], color=colour, lw=1.6)
                face = colour if one.told else "white"
                axes.plot([one.value], [y], "o", color=colour, mfc=face, ms=5, label=run if place == 0 else None)
    axes.set_yticks(range(len(scores)), [_named(score).replace("_", " ") for score in scores], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("difference from the first, 95 % interval; filled: told apart after Holm's correction", fontsize=8)
    axes.set_title(title, fontsize=10)
    figure.legend(loc="outside lower center", ncols=min(3, len(runs)), fontsize=8, frameon=False)
    return figure


def _difference_cells(score: str, one: Difference) -> list[str]:
    return [
        _named(score),
        f"{one.first:.3f}",
        f"{one.other:.3f}",
        f"{one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}]",
        _p_text(one.p),
        _p_text(one.adjusted),
        f"{one.detectable:.3f}",
    ]


def _named(score: str) -> str:
    heads = {"macro_f1": "macro-F1", "mean_ap": "mean AP"}
    return heads.get(score, score.removesuffix("/f1"))


def _p_text(p: float) -> str:
    return "<0.001" if p < 0.001 else f"{p:.3f}"
