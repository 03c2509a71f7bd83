"""Results that version 0.1.0 wrote, in which ``frames`` is what the model said."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from framing.corpus.raw import RawRows
from framing.errors import FramingWarning

# Up to 0.1.0 a prediction was called like a code, and the code beside it 'coded_...'.
_TODAY = {
    "frames": "predicted_frames",
    "stance": "predicted_stance",
    "coded_frames": "frames",
    "coded_stance": "stance",
}


def with_todays_names(table: RawRows, columns: Mapping[str, Any]) -> tuple[RawRows, dict[str, Any]]:
    """Return a table, and the names given for its columns, as a result is called today; another passes unchanged."""
    names = table.names
    if (
        not {"frames", "abstained"} <= set(names)
        or not any(name == "proba" or name.startswith("proba_") for name in names)
        or {"predicted_frames", "predicted_stance"} & set(names)
    ):
        return table, dict(columns)
    codes = [name for name in ("coded_frames", "coded_stance") if name in names]
    warnings.warn(
        f"{table.origin}: a result of framing 0.1.0, whose 'frames' and 'stance' are what a model said; they are read "
        "as 'predicted_frames' and 'predicted_stance', and the codes from "
        + (" and ".join(map(repr, codes)) or "nowhere, as it has neither 'coded_frames' nor 'coded_stance'"),
        FramingWarning,
        stacklevel=5,
    )
    return table.renamed(_TODAY), {field: _TODAY.get(str(name), name) for field, name in columns.items()}
