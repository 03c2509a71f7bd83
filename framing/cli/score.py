"""``framing score``: a table of any length."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framing.cli.options import (
    BACKEND,
    COLUMN,
    FAST,
    MODEL,
    STORE,
    TARGET,
    TARGETS,
    FastCommand,
    pairs,
    reading_of,
    rule_options,
    targets_of,
    tell_passed,
)

if TYPE_CHECKING:
    from framing.model.decisions.rule import Rule


@click.command(cls=FastCommand)
@click.argument("source", metavar="IN")
@click.argument("output", metavar="OUT")
@MODEL
@STORE
@BACKEND
@FAST
@TARGET
@TARGETS
@rule_options(abstain=True)
@click.option("--part", type=click.IntRange(1), default=4096, show_default=True, help="Rows done and kept at once.")
@click.option(
    "--engine",
    type=click.Choice(("local", "ray")),
    default="local",
    show_default=True,
    help="local: this process; ray: workers on the cluster that RAY_ADDRESS names, else on this machine.",
)
@click.option(
    "--workers", type=click.IntRange(1), metavar="N", help="Processes of ray.  [default: one for each processor]"
)
@COLUMN
def score(
    source: str,
    output: str,
    model: str | None,
    store: str | None,
    backend: str,
    fast: str | None,
    given: tuple[str, ...],
    lists: tuple[str, ...],
    rule: Rule,
    part: int,
    engine: str,
    workers: int | None,
    columns: tuple[str, ...],
) -> None:
    """Label a table of any length, a row a sentence (.jsonl .csv .tsv .parquet), into OUT (.parquet .jsonl).

    It takes the memory of a part of the rows, however many there are. Killed and started again with the same command,
    it goes on where it was: what is done lies in OUT.parts until OUT is whole. Columns are those of predict; in Parquet
    each probability has one, proba_LABEL. Holders are not looked for, and no vectors are kept on disk.

    With --engine ray, workers read IN (.parquet) and write OUT.parts by themselves: both lie where all nodes see them.
    """
    if workers is not None and engine != "ray":
        raise click.UsageError("--workers is for --engine ray")
    if rule.adapt_priors:
        raise click.UsageError("--adapt-priors, --adapt-documents: score reads a part at a time; use framing predict")
    named, reading = pairs(columns, "--column"), reading_of()
    targets = targets_of(given, lists)
    from framing.predictor import Predictor
    from framing.progress import bar
    from framing.stream import Progress
    from framing.stream import score as score_rows
    from framing.stream.pieces import measured
    from framing.stream.score import check_engine

    check_engine(engine, Path(source), workers)
    n_rows = measured(Path(source)).n_rows  # what is wrong with the file is said before the model is loaded
    predictor = Predictor.load(model, store, backend, fast or False)
    start = time.perf_counter()
    with bar(n_rows, "rows") as drawn:

        def told(progress: Progress, n_rows: int) -> None:
            drawn.update(progress.n_rows - drawn.n)

        done = score_rows(
            predictor,
            Path(source),
            Path(output),
            targets=targets,
            rule=rule,
            columns=named,
            reading=reading,
            part=part,
            engine=engine,
            workers=workers,
            told=told,
        )
    seconds = max(time.perf_counter() - start, 1e-3)
    before = f", {done.n_before:,} of them by an earlier run" if done.n_before else ""
    rate = (done.n_rows - done.n_before) / seconds
    click.echo(f"{output}: {done.n_rows:,} rows{before}; {rate:,.0f} rows a second", err=True)
    if done.n_passed is not None:
        tell_passed(predictor.fast, done.n_rows - done.n_before, done.n_passed)
