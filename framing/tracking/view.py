"""How the UI shows the runs of an experiment: with their scores, the best first."""

from __future__ import annotations

import json
import time

# The UI's runs table shows no scores, and folds a sweep into one row, unless a view of the experiment says otherwise.
VIEW = "scores"
VIEW_TAG = f"mlflow.sharedViewState.{VIEW}"
_VIEW_WIDTHS = {
    "tags.`score`": 150,
    "tags.`champion`": 110,
    "tags.`sweep`": 90,
    "params.`encoder`": 90,
    "params.`head`": 90,
    "params.`words`": 90,
    "metrics.`validation/frames/macro_f1`": 210,
    "metrics.`validation/frames/macro_f1_low`": 230,
    "metrics.`validation/frames/macro_f1_high`": 230,
}


def runs_view() -> str:
    """Return the view of the runs table as the UI saves one: columns, their order and widths, best score first."""
    columns = list(_VIEW_WIDTHS)
    view = {
        "selectedColumns": columns,
        "columnOrder": columns,
        "columnWidths": _VIEW_WIDTHS,
        "orderByKey": "tags.`score`",
        "orderByAsc": False,
    }
    # Twice: older versions of the UI read the view itself, newer ones the one inside, which they list by its name.
    return json.dumps({**view, "name": VIEW, "createdAt": round(time.time() * 1000), "state": json.dumps(view)})
