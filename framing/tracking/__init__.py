"""The tracking store: runs, their models, and which of them is the champion. The only room that imports MLflow."""

from framing.tracking.fetch import fetched_model
from framing.tracking.registry import CHAMPION, MODEL_FOLDER, REGISTERED_MODEL, champion_run, promote
from framing.tracking.runs import Run, RunSummary, end_run, find_run, list_runs, open_run, start_run
from framing.tracking.store import Store, store_uri
from framing.tracking.ui import serve_ui, training_link

__all__ = [
    "CHAMPION",
    "MODEL_FOLDER",
    "REGISTERED_MODEL",
    "Run",
    "RunSummary",
    "Store",
    "champion_run",
    "end_run",
    "fetched_model",
    "find_run",
    "list_runs",
    "open_run",
    "promote",
    "serve_ui",
    "start_run",
    "store_uri",
    "training_link",
]
