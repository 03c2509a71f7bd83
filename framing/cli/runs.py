"""``framing runs``, ``framing promote`` and ``framing ui``: what was trained, and which model is in use."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import terminal_width, write_result
from framing.cli.options import STORE, output_format
from framing.cli.stopping import stop_as_by_ctrl_c
from framing.installed import need

if TYPE_CHECKING:
    from framing.tracking import RunSummary


_COLUMNS = (
    *("", "run", "name", "encoder", "head", "words", "score", "95 % interval", "metric", "data", "rows", "codebook"),
    *("scored", "experiment", "started", "status"),
)


@click.group(invoke_without_command=True)
@STORE
@click.option("--experiment", help="Only the runs of this experiment.")
@click.option("--all", "everything", is_flag=True, help="Also runs without a score: failed, killed, parents of sweeps.")
@output_format("table", "csv", to_file=False)
@click.pass_context
def runs(context: click.Context, store: str | None, experiment: str | None, everything: bool, form: str) -> None:
    """Rank training runs, best first, like with like; * marks the champion.

    Only runs of one data set, codebook, split and primary score stand in one table: others cannot be ranked against
    each other. framing compare says whether two of a table differ really.
    """
    from framing.report.formats import csv_text
    from framing.tracking import Store, list_runs, store_uri

    if context.invoked_subcommand is not None:
        return
    there = list_runs(Store(store_uri(store)), experiment)
    found = [run for run in there if everything or run.score is not None]
    if not found:
        hint = f"; --all shows the {len(there):,} without one" if there else ""
        print(f"no run with a score{hint}", file=sys.stderr)
    if form == "csv":
        write_result(csv_text(_COLUMNS, [_csv_row(run) for run in found]), None)
        return
    tables: dict[tuple[Any, ...], list[RunSummary]] = {}
    for run in found:
        tables.setdefault(run.like, []).append(run)
    # The table that was worked on last stands first.
    newest = sorted(tables.values(), key=lambda like: -max(run.started for run in like))
    write_result("\n".join(_ranked(like, terminal_width()) for like in newest), None)


@runs.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@STORE
def push(folder: Path, store: str | None) -> None:
    """Record a run that the store did not take: the folder that the training named when it ended.

    It goes where the training was to be recorded, or to --store. Pushed again, it is the same run.
    """
    from framing.tracking import Store, kept_record, push_run, store_uri

    opened = Store(store_uri(store) if store else kept_record(folder).store or store_uri())
    run_id = push_run(folder, opened)
    print(f"run {run_id[:8]} is now in {opened.uri}; make it the default with: framing promote {run_id[:8]}")


def _ranked(like: Sequence[RunSummary], width: int) -> str:
    """Return the table of runs that can be ranked, under a line that says what they share."""
    from framing.report.scores import columns_text

    one = like[0]
    rows: list[tuple[str, ...]] = [
        (
            run.name,
            f"{'* ' if run.champion else ''}{run.run_id[:8]}",
            *_score_of(run),
            f"{_started(run):%Y-%m-%d %H:%M}",
        )
        for run in like
    ]
    if all(run.status == "FINISHED" for run in like):
        columns = ["name", "run", "score", "95 % interval", "started"]
    else:
        columns = ["name", "run", "score", "95 % interval", "started", "status"]
        rows = [(*row, run.status) for row, run in zip(rows, like, strict=True)]
    told = textwrap.fill(_shared(one), width, subsequent_indent="  ")
    why = [f"{run.run_id[:8]}: {run.failure}" for run in like if run.failure]
    folded = "".join(textwrap.fill(line, width, subsequent_indent="  ") + "\n" for line in why)
    return f"{told}\n\n{columns_text(columns, rows, width)}\n" + (f"\n{folded}" if folded else "")


def _shared(run: RunSummary) -> str:
    """Say what the runs of a table share."""
    if not run.metric:
        return "without a score"
    parts = [f"{run.metric}", f"data {run.data or '?'} ({run.digest[:8] or '?'})"]
    parts += [f"{run.rows:,} rows"] if run.rows is not None else []
    parts += [f"{run.scored:,} scored"] if run.scored is not None else []
    parts.append(f"codebook {run.codebook.rpartition(' ')[0] or run.codebook or '?'} ({run.codebook[-12:][:8] or '?'})")
    parts += [f"split {run.params['split']}"] if run.params.get("split", "grouped") != "grouped" else []
    parts += [f"calibrated on {run.params['calibrate']}"] if run.params.get("calibrate", "None") != "None" else []
    return ", ".join(parts)


def _csv_row(run: RunSummary) -> list[Any]:
    choices = [run.params.get(key, "") for key in ("encoder", "head", "words")]
    counts = ["" if count is None else count for count in (run.rows, run.scored)]
    made = [run.metric, run.data, counts[0], run.codebook, counts[1], run.experiment]
    mark = "*" if run.champion else ""
    return [
        mark,
        run.run_id[:8],
        run.name,
        *choices,
        *_score_of(run),
        *made,
        f"{_started(run):%Y-%m-%d %H:%M}",
        run.status,
    ]


def _score_of(run: RunSummary) -> tuple[str, str]:
    from framing.scores import interval_text

    score = "" if run.score is None else f"{run.score:.3f}"
    return score, "" if run.low is None or run.high is None else interval_text(run.low, run.high)


def _started(run: RunSummary) -> datetime:
    return datetime.fromtimestamp(run.started / 1000)


@click.command()
@click.argument("run")
@STORE
@click.option("--force", is_flag=True, help="Also where it is worse than the champion, or cannot be compared with it.")
def promote(run: str, store: str | None, force: bool) -> None:
    """Make a run's model its codebook's champion: the one that predict uses.

    It is compared with the champion first, on the rows that both held out, and refused where it is significantly
    worse, learned from other data, or lacks a task. RUN is an id, its beginning, or a name.
    """
    need("mlflow")
    from framing.app.promotion import promote_checked, told_promotion
    from framing.tracking import Store, find_run, store_uri

    opened = Store(store_uri(store))
    chosen = find_run(opened, run)
    print(told_promotion(opened, chosen, promote_checked(opened, chosen, force=force)))


@click.command()
@STORE
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, help="Port to listen on.")
@click.option("--experiment", help="Experiment to link to.  [default: the one used last]")
def ui(store: str | None, host: str, port: int, experiment: str | None) -> None:
    """Open the MLflow UI on the store, with a link to the training runs."""
    need("mlflow")
    from framing.tracking import Store, serve_ui, store_uri, training_link

    opened = Store(store_uri(store))
    address = f"http://{host}:{port}" if opened.database is not None else opened.uri
    print(f"training runs: {training_link(opened, address, experiment)}", flush=True)
    if opened.database is None:  # a server has its own UI
        return
    print(f"store {opened.uri}; stop with Ctrl-C", file=sys.stderr, flush=True)
    stop_as_by_ctrl_c("SIGTERM", "SIGHUP")
    code = serve_ui(opened, host, port)
    if code:
        raise click.exceptions.Exit(code)
