"""``framing runs``, ``framing promote`` and ``framing ui``: what was trained, and which model is in use."""

from __future__ import annotations

import sys

import click

from framing.cli.files import terminal_width, write_result
from framing.cli.options import STORE, output_format


@click.command()
@STORE
@click.option("--experiment", help="Only the runs of this experiment.")
@click.option("--all", "everything", is_flag=True, help="Also runs without a score: failed, killed, parents of sweeps.")
@output_format("table", "csv")
def runs(store: str | None, experiment: str | None, everything: bool, form: str) -> None:
    """Rank training runs, best first; * marks the champion."""
    from datetime import datetime

    from framing.report.formats import csv_text
    from framing.report.table import rows_text
    from framing.scores import interval_text
    from framing.tracking import Store, list_runs, store_uri

    found = [run for run in list_runs(Store(store_uri(store)), experiment) if everything or run.score is not None]
    columns = [
        "",
        "run",
        "name",
        "encoder",
        "head",
        "words",
        "score",
        "95 % interval",
        "metric",
        "experiment",
        "started",
        "status",
    ]
    rows = []
    for run in found:
        started = f"{datetime.fromtimestamp(run.started / 1000):%Y-%m-%d %H:%M}"
        score = "" if run.score is None else f"{run.score:.3f}"
        interval = "" if run.low is None or run.high is None else interval_text(run.low, run.high)
        choices = [run.params.get(key, "") for key in ("encoder", "head", "words")]
        mark = "*" if run.champion else ""
        figures = [score, interval, run.metric, run.experiment, started, run.status]
        rows.append([mark, run.run_id[:8], run.name, *choices, *figures])
    write_result(
        csv_text(columns, rows) if form == "csv" else rows_text(columns, rows, max(terminal_width(), 170)), None
    )


@click.command()
@click.argument("run")
@STORE
def promote(run: str, store: str | None) -> None:
    """Make a run's model the champion: the one that predict uses. RUN is an id, its beginning, or a name."""
    from framing.tracking import (
        CHAMPION,
        REGISTERED_MODEL,
        Store,
        find_run,
        promote,
        store_uri,
    )

    opened = Store(store_uri(store))
    chosen = find_run(opened, run)
    version = promote(opened, chosen)
    print(f"{REGISTERED_MODEL} version {version} ({chosen.name}, run {chosen.run_id[:8]}) is now the {CHAMPION}")


@click.command()
@STORE
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, help="Port to listen on.")
@click.option("--experiment", help="Experiment to link to.  [default: the one used last]")
def ui(store: str | None, host: str, port: int, experiment: str | None) -> None:
    """Open the MLflow UI on the store, with a link to the training runs."""
    from framing.tracking import Store, serve_ui, store_uri, training_link

    opened = Store(store_uri(store))
    address = f"http://{host}:{port}" if opened.database is not None else opened.uri
    print(f"training runs: {training_link(opened, address, experiment)}", flush=True)
    if opened.database is None:  # a server has its own UI
        return
    print(f"store {opened.uri}; stop with Ctrl-C", file=sys.stderr, flush=True)
    code = serve_ui(opened, host, port)
    if code:
        raise click.exceptions.Exit(code)
