"""MLflow's user interface on a store: its server, and a link that opens the runs with their scores."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings

from framing.errors import FramingWarning, StoreError
from framing.tracking import guard
from framing.tracking.runs import experiment_names
from framing.tracking.store import Store
from framing.tracking.view import VIEW, VIEW_TAG


def training_link(store: Store, base: str, experiment: str | None = None) -> str:
    """Return the address of the runs table of an experiment in the UI, by default the one used last."""
    used, view = "0", ""
    if experiment is not None or store.exists:
        store.require()
        with store.answering():
            found = list(experiment_names(store, experiment))
            latest = store.client.search_runs(found, max_results=1, order_by=["attributes.start_time DESC"])
            used = latest[0].info.experiment_id if latest else found[0]
            # The UI complains of a view that is not there: an experiment may be older, or made by other hands.
            if VIEW_TAG in store.client.get_experiment(used).tags:
                view = f"&viewStateShareKey={VIEW}"
    # Without the workflow type the UI opens its page for traces of language models.
    return f"{base}/#/experiments/{used}/runs?workflowType=machine_learning{view}"


def serve_ui(store: Store, host: str, port: int) -> int:
    """Run the MLflow UI on this store until it is stopped; return its exit code.

    The server ends with this process, also where that is killed.

    Warns
    -----
    FramingWarning
        The store was moved and cannot be written, so the UI will not find its runs' files.
    """
    if store.exists:
        try:
            store.prepare()
        except StoreError as error:  # what is only read may be kept where nobody writes
            warnings.warn(str(error), FramingWarning, stacklevel=2)
    else:
        store.prepare()
    command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", store.address, "--host", host]
    # One person looks: one worker starts four times as fast, and what it says is for who develops it.
    command += ["--port", str(port), "--workers", "1", "--uvicorn-opts", "--log-level warning"]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_LOGGING_LEVEL": "WARNING", "PYTHONWARNINGS": "ignore"}
    return _run_with_us(command, {**quiet, **os.environ})


def _run_with_us(command: list[str], environment: dict[str, str]) -> int:
    """Run a command that ends when this process does."""
    if os.name != "posix":  # no groups of processes
        return subprocess.run(command, env=environment, check=False).returncode
    # A session of its own, so that nothing is sent to it but by its guard, who holds the other end of the pipe.
    guarded = [sys.executable, guard.__file__, *command]
    process = subprocess.Popen(guarded, env=environment, stdin=subprocess.PIPE, start_new_session=True)
    try:
        return process.wait()
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
