"""How many rows have to be coded for an interval of some width: from the variances of a pilot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isnan

from framing.errors import ConfigError
from framing.shares.table import ShareTable

_Z = 1.959964


@dataclass(frozen=True)
class BudgetRow:
    """What an interval of one label in one group costs.

    Parameters
    ----------
    by, group, label
        Of which share.
    coded
        Rows that are coded already.
    half
        Half of the width of its interval now, corrected; nan where the pilot has too few rows.
    alone, with_model
        Rows that have to be coded in all, by the coded rows alone and with the model; None where nobody can say.
    """

    by: tuple[str, ...]
    group: tuple[str, ...]
    label: str
    coded: int
    half: float
    alone: int | None
    with_model: int | None


def budget(table: ShareTable, margin: float) -> list[BudgetRow]:
    r"""Return how many rows of each group have to be coded for an interval of ± ``margin``.

    A variance :math:`V` from :math:`n` of :math:`N` rows is taken as :math:`S^2 (1/n - 1/N)`; so many rows are then
    needed that :math:`z^2 S^2 (1/n' - 1/N)` is the square of the margin (Cochran 1977, section 4.4). That documents
    are alike and strata differ is in :math:`S^2`: code on in the same way.

    Parameters
    ----------
    table
        The shares of the pilot.
    margin
        Half of the width of the interval that is wanted, such as 0.02 for two points.

    Raises
    ------
    ConfigError
        The margin is no number between 0 and 0.5.

    Examples
    --------
    >>> needed(0.1, 100, 10**9, 0.05), needed(0.1, 100, 1000, 0.05)
    (400, 308)
    """
    if not 0 < margin < 0.5:
        raise ConfigError(f"--margin {margin}: expected a share between 0 and 0.5, such as 0.02 for ± 2 points")
    rows = []
    for row in table.rows:
        half = (row.corrected.high - row.corrected.low) / 2
        alone = (row.coded_only.high - row.coded_only.low) / 2
        numbers = [None if isnan(h) else needed(h, row.coded, row.rows, margin, table.finite) for h in (alone, half)]
        rows.append(BudgetRow(row.by, row.group, row.label, row.coded, round(half, 6), *numbers))
    return rows


def needed(half: float, coded: int, rows: int, margin: float, finite: bool = True) -> int:
    """Return how many rows make half the width ``margin``, where ``coded`` of all ``rows`` make it ``half``."""
    beyond = 1 / rows if finite else 0.0
    open_part = 1 / coded - beyond
    if open_part <= 0:
        return coded
    spread = (half / _Z) ** 2 / open_part
    return min(ceil(spread / ((margin / _Z) ** 2 + spread * beyond) - 1e-4), rows if finite else 10**12)


def budget_cells(rows: Sequence[BudgetRow]) -> list[list[str]]:
    """Return rows as cells of a table of text."""
    return [
        [
            " / ".join(value or "?" for value in row.group) if row.by else "all",
            row.label,
            f"{row.coded:,}",
            "too few" if isnan(row.half) else f"± {100 * row.half:.1f}",
            *("–" if n is None else f"{n:,}" for n in (row.alone, row.with_model)),
            "–" if row.with_model is None else f"{max(0, row.with_model - row.coded):,}",
        ]
        for row in rows
    ]
