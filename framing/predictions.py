"""Predictions together: as rows, a data frame, a matrix, or in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from framing.installed import need
from framing.model.decisions.priors import PriorShift
from framing.records import Prediction
from framing.report.formats import wide_rows
from framing.report.html import predictions_table
from framing.report.matrix import Matrix, frame_matrix


class Predictions(list[Prediction]):
    """Predictions of one document or batch; in a notebook, a coloured table.

    Parameters
    ----------
    items
        The predictions, in order.
    labels
        Frame names, the columns of the table.
    shifts
        By task, the shares that probabilities were adapted to, where that was asked for.
    targets
        The targets that every sentence was asked about, where they were given together. Of several, a table has a row
        a sentence and a column a target; the list has an item for each sentence and target all the same.
    provenance
        Where they come from: ``model``, ``codebook``, ``framing`` (the version), ``thresholds``, ``date``.
    """

    def __init__(
        self,
        items: Iterable[Prediction],
        labels: tuple[str, ...],
        shifts: Mapping[str, PriorShift] | None = None,
        targets: tuple[str, ...] = (),
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(items)
        self.labels = labels
        self.shifts = dict(shifts or {})
        self.targets = targets
        self.provenance = dict(provenance or {})

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row a prediction, ready for JSON or a data frame."""
        return [prediction.to_row() for prediction in self]

    def to_pandas(self) -> Any:
        """Return one row a prediction as a data frame of pandas.

        Columns are those of ``to_rows``; instead of ``proba`` and ``stance_proba`` there is a number for each label,
        ``proba_LABEL`` and ``stance_proba_LABEL``. Lists stay lists.

        Returns
        -------
        pandas.DataFrame
        """
        need("pandas")
        import pandas

        return pandas.DataFrame(wide_rows(self))

    def matrix(self, by: str = "holder", **more: Any) -> Matrix:
        """Return who conveys which frame how often, and takes which side.

        Parameters
        ----------
        by
            What a row is: ``"holder"``, ``"source"``, ``"date"`` or a column of your own.
        **more
            ``frames``, ``seed`` and ``period``, as of ``framing.report.matrix.frame_matrix``; the errors are its, too.
        """
        return frame_matrix(self, by, **{"frames": self.labels or None, **more})

    def _repr_html_(self) -> str:
        return predictions_table(self, self.labels, self.targets, self.provenance.get("thresholds"))
