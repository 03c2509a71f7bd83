"""The tracking store: runs, their models, and which of them is the champion. The only room that imports MLflow."""

from framing.tracking.fetch import fetched_model, fetched_text
from framing.tracking.registry import CHAMPION, MODEL_FOLDER, REGISTERED_MODEL, champion_run, promote
from framing.tracking.runs import (
    CODEBOOK_TAG,
    DATA_TAG,
    SCORED_TAG,
    Run,
    RunSummary,
    add_to_run,
    end_run,
    find_run,
    list_runs,
    open_run,
    start_run,
)
from framing.tracking.store import Store, store_uri
from framing.tracking.ui import serve_ui, training_link

__all__ = [
    "CHAMPION",
    "CODEBOOK_TAG",
    "DATA_TAG",
    "MODEL_FOLDER",
    "REGISTERED_MODEL",
    "SCORED_TAG",
    "Run",
    "RunSummary",
    "Store",
    "add_to_run",
    "champion_run",
    "end_run",
    "fetched_model",
    "fetched_text",
    "find_run",
    "list_runs",
    "open_run",
    "promote",
    "serve_ui",
    "start_run",
    "store_uri",
    "training_link",
]
