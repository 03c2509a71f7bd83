"""Figures: what is in coded data, and what the probabilities of a run are worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.codebook import Codebook
from framing.corpus.audit import frame_sets
from framing.measure.intervals import wilson
from framing.records import Sentence
from framing.report.curves import reliability_bins
from framing.report.print_style import COLOURS, panels

_TICKS = (0, 0.02, 0.1, 0.2, 0.4, 0.6, 0.8, 1)
_SHARES = (-0.02, 1.02)  # axis limits: a point at 0 or 1 is drawn whole


def frames_figure(
    Y: NDArray[np.float64], proba: NDArray[np.float64], labels: Sequence[str], thresholds: Mapping[str, float]
) -> Any:
    """Draw precision against recall, the threshold marked, and a reliability diagram.

    Parameters
    ----------
    Y, proba
        Codes (nan where not coded) and held-out probabilities, shape (n_rows, n_labels).
    labels
        Label names.
    thresholds
        The finished model's threshold of each label.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from sklearn.metrics import average_precision_score, precision_recall_curve, precision_score, recall_score

    figure, (left, right) = _axes()
    for style, label, y, p in zip(_styles(labels), labels, Y.T, proba.T, strict=True):
        coded = ~np.isnan(y)
        y, p = y[coded].astype(int), p[coded]
        name = f"{label.replace('_', ' ')} (AP {average_precision_score(y, p):.2f}, n = {y.sum():,})"
        precision, recall, _ = precision_recall_curve(y, p)
        left.plot(recall, precision, lw=1.6, label=name, **style)
        if label in thresholds:
            decided = p >= thresholds[label]
            point = recall_score(y, decided, zero_division=0), precision_score(y, decided, zero_division=0)
            left.plot(*point, "o", color=style["color"], ms=7, mec="white", zorder=3)
        _reliability(right, y, p, style)
    left.set(xlabel="recall", ylabel="precision", xlim=_SHARES, ylim=_SHARES)
    left.set_title("Held-out precision and recall; dots: at the threshold", fontsize=10)
    # Below both, where no curve can run into it: many labels, or a weak one, fill every corner.
    figure.legend(loc="outside lower center", ncols=min(3, len(labels)), fontsize=8, frameon=False)
    return figure


def stance_figure(
    Y: NDArray[np.float64], proba: NDArray[np.float64], labels: Sequence[str], thresholds: Mapping[str, float]
) -> Any:
    """Draw the confusion matrix and a reliability diagram; parameters are those of ``frames_figure``."""
    from sklearn.metrics import confusion_matrix

    figure, (left, right) = _axes()
    y, decided = Y.argmax(axis=1), proba.argmax(axis=1)
    counts = confusion_matrix(y, decided, labels=range(len(labels)))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    left.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (i, j), count in np.ndenumerate(counts):
        left.text(
            j,
            i,
            f"{count:,}\n{shares[i, j]:.0%}",
            ha="center",
            va="center",
            color="white" if shares[i, j] > 0.65 else "black",
        )
    names = [label.replace("_", " ") for label in labels]
    ticks = {"ticks": range(len(labels)), "labels": names}
    left.set_xticks(**ticks, **({"rotation": 30, "ha": "right"} if sum(map(len, names)) > 36 else {}))
    left.set_yticks(**ticks)
    left.set(xlabel="predicted", ylabel="coded")
    left.set_title("Held out: rows, and % of the coded class", fontsize=10)
    for k, (style, name) in enumerate(zip(_styles(labels), names, strict=True)):
        _reliability(right, (y == k).astype(int), proba[:, k], style, name)
    figure.legend(loc="outside lower right", ncols=min(3, len(labels)), fontsize=8, frameon=False)
    return figure


def corpus_figure(sentences: Sequence[Sentence], codebook: Codebook) -> Any:
    """Draw what is in coded data: sets of frames, stances with and without a frame, and lengths.

    What was not coded has no panel.

    Parameters
    ----------
    sentences
        Coded sentences.
    codebook
        The labels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    coded = [s for s in sentences if s.frames is not None]
    with_stance = [s for s in sentences if s.stance is not None]
    drawn = [_frame_sets_panel] if coded else []
    drawn += [_stance_panel] if with_stance else []
    figure, axes = _axes(len(drawn) + 1)
    for panel, place in zip(drawn, axes, strict=False):
        panel(place, sentences, codebook)
    last = axes[-1]
    last.hist([len(s.text.split()) for s in coded or sentences], bins=range(0, 66, 3), color=COLOURS[0])
    last.set(xlabel="words", ylabel="sentences")
    last.set_title("Length", fontsize=10)
    return figure


def _frame_sets_panel(axes: Any, sentences: Sequence[Sentence], codebook: Codebook) -> None:
    sets = frame_sets(sentences, codebook)
    shown = sets.most_common(12)
    names = [" +\n".join(label.replace("_", " ") for label in labels) or "none" for labels, _ in shown]
    bars = axes.barh(range(len(shown)), [count for _, count in shown], color=COLOURS[2])
    axes.bar_label(bars, fmt="{:,.0f}", padding=3, fontsize=8)
    axes.set_yticks(range(len(shown)), names, fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.16)
    axes.set_title(f"Frames of {sets.total():,} sentences", fontsize=10)


def _stance_panel(axes: Any, sentences: Sequence[Sentence], codebook: Codebook) -> None:
    with_stance = [s for s in sentences if s.stance is not None]
    # A further target of a sentence stands in a row of its own, without the frames.
    framed = {s.text: bool(s.frames) for s in sentences if s.frames is not None}
    counts = Counter((framed.get(s.text), s.stance) for s in with_stance)
    names = list(dict.fromkeys((*codebook.stance_names, *(str(s.stance) for s in with_stance))))
    bottom = np.zeros(len(names))
    for colour, kind, key in (
        (COLOURS[1], "with a frame", True),
        (COLOURS[5], "without", False),
        ("0.7", "frames not coded", None),
    ):
        heights = np.array([counts[key, name] for name in names])
        if heights.any() or (key is not None and framed):
            axes.bar(names, heights, bottom=bottom, color=colour, label=kind)
        bottom += heights
    axes.legend(fontsize=8, frameon=False)
    axes.set_title(f"Stance in {len(with_stance):,} rows with a target", fontsize=10)


def _styles(labels: Sequence[str]) -> list[dict[str, str]]:
    """Return a colour for each label; dashes where the colours have run out."""
    n = len(COLOURS)
    return [{"color": COLOURS[i % n], "ls": ("-", "--", ":")[i // n % 3]} for i in range(len(labels))]


def _axes(n: int = 2) -> Any:
    figure, axes = panels(1, n, 4.75 * n, 4.4)
    return figure, axes[0]


def _reliability(
    axes: Any, y: NDArray[np.intp], p: NDArray[np.float64], style: Mapping[str, str], label: str = ""
) -> None:
    """Draw the observed share against the mean probability, in bins of equally many rows, with Wilson intervals."""
    diagonal = np.linspace(0, 1, 101)
    axes.plot(diagonal, diagonal, color="0.7", lw=1, zorder=0)
    bins = reliability_bins(p)
    means, shares = (np.array([values[b].mean() for b in bins]) for values in (p, y))
    sizes = np.array([float(len(b)) for b in bins])
    axes.plot(means, shares, marker="o", ms=4, lw=1.2, label=label, **style)
    axes.vlines(means, *wilson(shares * sizes, sizes), color=style["color"], lw=1, alpha=0.6)
    # Most sentences lack a frame: the root gives the small probabilities room.
    for scale in (axes.set_xscale, axes.set_yscale):
        scale("function", functions=(_root, np.square))
    axes.set(xlabel="predicted probability", ylabel="observed share", xlim=(0, 1.02), ylim=(-0.0004, 1.02))
    axes.set_xticks(_TICKS, [f"{tick:g}" for tick in _TICKS])
    axes.set_yticks(_TICKS, [f"{tick:g}" for tick in _TICKS])
    axes.set_title("Held-out reliability, 95 % intervals; diagonal: as predicted", fontsize=10)


def _root(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sign(values) * np.sqrt(np.abs(values))
