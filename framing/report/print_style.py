"""How figures for print look: sizes, colours that colour-blind readers tell apart, and the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from framing.report.formats import csv_text
from framing.report.plain import CONTROLS, cut

COLOURS = ("#009E73", "#D55E00", "#0072B2", "#CC79A7", "#E69F00", "#56B4E9")  # Okabe and Ito
MARKERS = ("o", "s", "^", "D", "v", "P")  # what grey print tells apart
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1)))
FIGURE_SUFFIXES = (".png", ".svg", ".pdf")
WIDTHS = {"single": 3.5, "double": 7.0}  # inches, one column of a journal and two
GREY = "0.35"
_LONGEST = 34  # characters of a name in a figure
_STYLE: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same everywhere
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.labelsize": 7.5,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "text.parse_math": False,  # a $ in a name is a $
}
# Text stays text, and no date or random name is in a file: the same figure is the same bytes.
_SAVED: Any = {"svg.fonttype": "none", "svg.hashsalt": "framing", "pdf.fonttype": 42}
_UNDATED: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


@dataclass(frozen=True)
class Chart:
    """A figure and the numbers behind it, one dictionary a row.

    Parameters
    ----------
    figure
        A ``matplotlib.figure.Figure``.
    rows
        What was drawn; all rows have the same keys.
    columns
        Their keys, also where there is no row.
    """

    figure: Any
    rows: list[dict[str, Any]]
    columns: tuple[str, ...]

    def csv(self) -> str:
        """Return the numbers as CSV; an empty cell is a number that is not defined."""
        cells = [[row[name] for name in self.columns] for row in self.rows]
        return csv_text(self.columns, [["" if cell is None or cell != cell else cell for cell in row] for row in cells])


def print_style() -> AbstractContextManager[None]:
    """Lend the style of figures for print."""
    from matplotlib import rc_context

    return rc_context(_STYLE)


def panels(n_lines: int, n_columns: int, width: float, height: float, **more: Any) -> tuple[Any, Any]:
    """Return a figure of so many inches and its panels, shape (n_lines, n_columns)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")  # not pyplot: it keeps figures, and picks a window
    FigureCanvasAgg(figure)
    return figure, figure.subplots(n_lines, n_columns, squeeze=False, **more)


def label_panels(labels: Sequence[str], width: str, height: float, rest: float) -> tuple[Any, list[Any]]:
    """Return a figure with a titled panel a label, three to a line where it spans two columns, one where it spans one.

    ``height`` is that of a line of panels, ``rest`` that of what stands around them, in inches. Scales are shared.
    """
    n_columns = min(len(labels), 3 if width == "double" else 1)
    n_lines = -(-len(labels) // n_columns)
    figure, axes = panels(n_lines, n_columns, WIDTHS[width], height * n_lines + rest, sharey=True, sharex=True)
    for place in axes.flat[len(labels) :]:
        place.set_visible(False)
    found = list(axes.flat[: len(labels)])
    for label, place in zip(labels, found, strict=True):
        place.set_title(label_text(label), fontweight="bold")
    return figure, found


def figure_bytes(figure: Any, suffix: str, dpi: int = 300) -> bytes:
    """Return a figure as the content of a ``.png``, ``.svg`` or ``.pdf`` file."""
    from matplotlib import rc_context

    form = suffix.lower().removeprefix(".")
    drawn = io.BytesIO()
    with rc_context(_SAVED):
        figure.savefig(drawn, dpi=dpi, format=form, metadata=_UNDATED.get(form))
    return drawn.getvalue()


def short(name: str, longest: int = _LONGEST) -> str:
    """Return a name that has room in a figure.

    Examples
    --------
    >>> short("the spokesman of the ministry", 12)
    'the spokesm…'
    """
    return cut(" ".join(name.translate(CONTROLS).split()), longest)


def label_text(label: str) -> str:
    """Return a label as people read it.

    Examples
    --------
    >>> label_text("security_threat")
    'security threat'
    """
    return short(label.replace("_", " "))
