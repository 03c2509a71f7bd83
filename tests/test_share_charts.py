"""Shares for print: lines where groups are periods, rows where they are not."""

from __future__ import annotations

import pytest

from framing.report.print_style import figure_bytes
from framing.scores import Score
from framing.shares.chart import shares_chart
from framing.shares.table import TOO_FEW, ShareRow, ShareTable

NAN = Score(float("nan"), float("nan"), float("nan"))


def row(by: tuple[str, ...], group: str, share: float | None = 0.2) -> ShareRow:
    told = NAN if share is None else Score(share, share - 0.1, share + 0.1)
    naive = Score(0.4, 0.3, 0.5)
    note = TOO_FEW if share is None else ""
    return ShareRow(by, (group,) if by else (), "gain", 100, 40, 20, naive, told, told, 0.5, 1.2, note)


def months(*shares: float | None) -> ShareTable:
    return ShareTable((row((), ""), *(row(("month",), f"2026-{i:02d}", share) for i, share in enumerate(shares, 1))))


def lines(table: ShareTable, label: str) -> list[list[float]]:
    """What is drawn as lines of an estimator; of the stretches the first has its name in the legend."""
    axes = shares_chart(table).figure.axes[0]
    colour = next(line.get_color() for line in axes.lines if line.get_label() == label)
    return [list(map(float, line.get_ydata())) for line in axes.lines if line.get_color() == colour]


def test_periods_are_lines_with_a_gap_where_there_are_too_few_codes():
    table = months(0.1, 0.2, None, 0.3, 0.25)
    assert lines(table, "corrected") == [[0.1, 0.2], [0.3, 0.25]]
    assert lines(table, "naive") == [[0.4] * 5]
    assert len(shares_chart(table).figure.axes[0].collections) == 2 + 4  # bands, and bars of what is coded only


def test_two_periods_are_no_trend_and_outlets_never_are():
    for table in (months(0.1, 0.2), ShareTable((row((), ""), *(row(("source",), name) for name in "ABC")))):
        assert shares_chart(table).figure.axes[0].get_yticklabels()[0].get_text().startswith("all")


def test_a_month_without_any_prediction_is_a_gap_of_all_lines():
    rows = [row(("month",), name) for name in ("2026-01", "2026-02", "2026-05", "2026-06")]
    assert lines(ShareTable((row((), ""), *rows)), "naive") == [[0.4, 0.4], [0.4, 0.4]]


@pytest.mark.parametrize("width", ["single", "double"])
def test_a_trend_without_a_single_told_share_can_be_drawn(width):
    chart = shares_chart(months(None, None, None), width)
    assert figure_bytes(chart.figure, ".svg").startswith(b"<?xml")
    assert chart.csv().count("\n") == 1 + 3 * 4


def test_the_same_shares_give_the_same_bytes():
    table = months(0.1, 0.2, 0.3)
    assert figure_bytes(shares_chart(table).figure, ".png") == figure_bytes(shares_chart(table).figure, ".png")
