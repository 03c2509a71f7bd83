"""Score a file of any length."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from framing.corpus.readers import Reading
from framing.errors import ConfigError, InputError, MissingExtraError
from framing.installed import is_installed, missing
from framing.model.decisions.rule import Rule
from framing.predictor import Predictor
from framing.stream.job import Job, Progress
from framing.stream.pieces import measured, pieces
from framing.stream.work import Work, passed_on

LOCAL, RAY = "local", "ray"
ENGINES = (LOCAL, RAY)
PART = 4096  # rows a part: some seconds of work with an encoder, and a few megabytes of memory


def score(
    predictor: Predictor,
    source: Path,
    output: Path,
    *,
    targets: Sequence[str] | None = None,
    rule: Rule | None = None,
    columns: Mapping[str, Any] | None = None,
    reading: Reading | None = None,
    part: int = PART,
    engine: str = LOCAL,
    workers: int | None = None,
    told: Callable[[Progress, int], None] = lambda progress, n_rows: None,
) -> Progress:
    """Label the rows of a table a part at a time; killed and started again, it goes on after the last part.

    Parameters
    ----------
    predictor
        What labels them; it keeps no vectors on disk from then on.
    source
        A ``.jsonl``, ``.csv``, ``.tsv`` or ``.parquet`` file, a row a sentence.
    output
        A ``.parquet`` or ``.jsonl`` file that is not there yet.
    targets
        Toward what the stance is taken; default the rows' own targets.
    rule
        How probabilities become decisions; default the model's own way.
    columns, reading
        As of ``framing.corpus``: names of columns, encoding and delimiter.
    part
        Rows a part.
    engine
        ``"local"``: this process; or ``"ray"``: workers on the cluster that ``RAY_ADDRESS`` names, else on this
        machine. They read their rows of a ``.parquet`` file and write their parts themselves, so that both lie on
        storage that all nodes share. A job that was begun by one is finished by the other.
    workers
        Processes of ray, each with a processor; default as many as it has.
    told
        Called after each part with the progress and about how many rows there are.

    Returns
    -------
    Progress
        Rows in all, those that an earlier run had done and, with a student, those that went to the encoder now.

    Raises
    ------
    InputError
        The file cannot be read, or a row of it.
    OutputError
        The result is there already, cannot be written, or was begun with another input, model or options.
    ConfigError
        There is no such engine, or it has fewer processors than workers; or the rule does not go with the model.
    ModelError
        Targets are given, and the model knows no stance.
    MissingExtraError
        It is ray, which is not installed.
    ClusterError
        The cluster cannot be reached, a node does not see the files or would score otherwise, or workers die.
    """
    check_engine(engine, source, workers)
    reading = reading or Reading()
    found = measured(source)
    work = Work(str(source), part, targets, rule or Rule(), columns or {}, reading)
    job = Job(output, work.identity(predictor, found.sha256))
    with job.held():
        if engine == RAY:
            return _on_ray(work, job, predictor, source, found.n_rows, workers, told)
        n_rows = n_before = n_parts = n_passed = 0
        for number, rows in enumerate(pieces(source, part, reading)):
            if job.is_done(number):
                n_before += len(rows)
            else:
                found_here = work.predictions(predictor, rows)
                job.keep(number, found_here.to_rows())
                n_passed += passed_on(found_here)
            n_rows, n_parts = n_rows + len(rows), number + 1
            told(Progress(n_rows, n_before), found.n_rows)
        job.finish(n_parts)
    return Progress(n_rows, n_before, n_passed if predictor.fast else None)


def check_engine(engine: str, source: Path, workers: int | None = None) -> None:
    """Make sure that a table can be scored by an engine: ``"local"`` or ``"ray"``.

    Raises
    ------
    ConfigError
        There is no such engine, or workers are asked of the local one, or none of ray.
    MissingExtraError
        Ray is not installed.
    InputError
        The table is of a kind that it does not read.
    """
    if engine not in ENGINES:
        raise ConfigError(f"engine={engine}: expected {' or '.join(ENGINES)}")
    if engine != RAY:
        if workers is not None:
            raise ConfigError(f"{workers} workers: they are those of ray, and the engine is {engine}")
        return
    if workers is not None and workers < 1:
        raise ConfigError(f"{workers} workers: expected 1 or more, or None for as many as there are processors")
    if not is_installed("ray"):
        raise MissingExtraError(missing("ray"))
    if source.suffix.lower() != ".parquet":
        raise InputError(
            f"{source}: with ray, each worker reads its own rows, of a .parquet file; write the table as one, or take "
            "the local engine"
        )


def _on_ray(
    work: Work,
    job: Job,
    predictor: Predictor,
    source: Path,
    n_rows: int,
    workers: int | None,
    told: Callable[[Progress, int], None],
) -> Progress:
    """Let workers do the parts that are not there, in whatever order, and put all together."""
    from framing.stream.distributed import Order, score_parts

    lengths = [min(work.part, n_rows - first) for first in range(0, n_rows, work.part)]
    left = [number for number in range(len(lengths)) if not job.is_done(number)]
    n_before = n_done = n_rows - sum(lengths[number] for number in left)
    n_passed = 0
    told(Progress(n_done, n_before), n_rows)

    def done(number: int, passed: int) -> None:
        nonlocal n_done, n_passed
        n_done, n_passed = n_done + lengths[number], n_passed + passed
        told(Progress(n_done, n_before), n_rows)

    if left:
        score_parts(Order.of(work, job, predictor, source), left, workers, done)
    job.finish(len(lengths))
    return Progress(n_rows, n_before, n_passed if predictor.fast else None)
