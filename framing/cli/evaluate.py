"""``framing evaluate`` and ``framing errors``: how well a model codes, and what to reread."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import check_exists, check_output, read_input, terminal_width, write_result
from framing.cli.options import (
    BACKEND,
    COLUMN,
    FAST,
    INPUT_FORMAT,
    MODEL,
    OUTPUT,
    STORE,
    FastCommand,
    output_format,
    pairs,
    rule_options,
    tell_passed,
)
from framing.cli.predict import tell_shifts
from framing.cli.swaps import swap_text
from framing.errors import FramingWarning, InputError, StoreError

if TYPE_CHECKING:
    from framing.measure.intervals import Estimate
    from framing.measure.summary import TaskSummary
    from framing.model.decisions.rule import Rule
    from framing.predictor import Predictor
    from framing.records import Sentence
    from framing.training import TaskPredictions


@click.command(cls=FastCommand)
@click.argument("file")
@MODEL
@STORE
@BACKEND
@FAST
@output_format("table", "json", to_file=False)
@click.option("--all", "everything", is_flag=True, help="All scores, one a line, instead of a table a task.")
@click.option(
    "--bound",
    type=click.FloatRange(0, 1),
    default=0.7,
    show_default=True,
    help="The F1 from which a label is called usable.",
)
@click.option("--swap", is_flag=True, help="Put other names in, and count the decisions that change; no codes needed.")
@INPUT_FORMAT
@rule_options()
@COLUMN
def evaluate(
    file: str,
    model: str | None,
    store: str | None,
    backend: str,
    fast: str | None,
    form: str,
    everything: bool,
    bound: float,
    swap: bool,
    input_format: str,
    rule: Rule,
    columns: tuple[str, ...],
) -> None:
    """Score a model on coded rows, with 95 % bootstrap intervals over documents.

    n is how often a label was coded, predicted how often it was decided. Where rows say what each of several coders
    coded (a column coders, or a column that names the coder of a row), coders is the F1 of one against another.
    Slices are by source, year, target, length and own columns such as topic. Rows that the model learned from flatter.
    With --fast the model's encoder alone is scored too, and what the student costs is told (frames/fast_loss).
    """
    from framing.measure.metrics import with_intervals
    from framing.model.decisions.rule import Rule
    from framing.predictor import Predictor
    from framing.report.formats import json_text
    from framing.training import evaluate_classifier
    from framing.training.evaluate import coded_frames
    from framing.training.tasks import check_coded

    check_exists(file)
    predictor = Predictor.load(model, store, backend, fast or False)
    # Read by the model's codebook: a spelling that it knows becomes its label, another is told with its line.
    sentences = read_input(file, pairs(columns, "--column"), form=input_format, codebook=predictor.codebook)
    if swap:
        if fast:
            raise click.UsageError("--swap: it asks the encoder; leave --fast out")
        if everything or rule != Rule():
            raise click.UsageError("--swap: decisions are by the model's own rule; leave --all and thresholds out")
        write_result(swap_text(predictor, sentences, form), None)
        return
    check_coded(file, sentences, predictor.classifier.tasks, predictor.codebook)
    if fast and not coded_frames(sentences, predictor.codebook):
        raise InputError(
            f"{file}: none of {len(sentences):,} rows is coded for frames, all that --fast is of; leave it out"
        )
    _warn_of_learned_rows(file, predictor, sentences)
    evaluation = evaluate_classifier(predictor.classifier, sentences, "test", rule=rule, bound=bound)
    tell_shifts(evaluation.shifts)
    lost = _fast_loss(predictor, sentences, rule, evaluation.estimates) if fast else {}
    scores = with_intervals(evaluation.estimates | lost, with_n=True)
    if form == "json":
        write_result(json_text(scores | _beside_scores(evaluation.summaries)), None)
        return
    write_result(_scores_page(evaluation.summaries, scores, everything, file, bound), None)


def _scores_page(
    summaries: Mapping[str, TaskSummary], scores: Mapping[str, float], everything: bool, file: str, bound: float
) -> str:
    """Return a table a task and what is told beside them, or all scores, one a line."""
    from framing.measure.verdicts import rule_in_words
    from framing.report.scores import COLUMNS_IN_WORDS, scores_text
    from framing.report.table import rows_text
    from framing.scores import scores_of

    header, width = ["score", "value", "95 % interval", "n"], terminal_width()
    rows = [
        (path.removeprefix("test/"), f"{score.value:.3f}", score.interval, f"{scores[f'{path}_n']:,}")
        for path, score in scores_of(scores).items()
    ]
    if everything:
        return rows_text(header, rows, width)
    tables = [scores_text(found, f"{task} of {Path(file).name}", width) for task, found in summaries.items()]
    probes = [row for row in rows if row[0].endswith(("/consistency", "/fast_loss"))]
    if probes:
        tables.append(rows_text(header, probes, width))
    end = f"{COLUMNS_IN_WORDS} {rule_in_words(bound)} All scores: --all, or --format json."
    return "\n".join([*tables, textwrap.fill(end, width)]) + "\n"


def _fast_loss(
    predictor: Predictor, sentences: list[Sentence], rule: Rule, estimates: Mapping[str, Estimate]
) -> dict[str, Estimate]:
    """Return how much macro-F1 of the frames the student costs, on the same resamples; say how many it left."""
    from framing.training import evaluate_classifier
    from framing.training.evaluate import coded_frames

    rows = coded_frames(sentences, predictor.codebook)
    passed = predictor.classifier.judge([row.with_target(None) for row in rows], rule)["frames"].passed
    tell_passed(predictor.fast, len(rows), 0 if passed is None else int(passed.sum()))
    encoder = predictor.classifier.without_student()
    path = "test/frames/macro_f1"
    return {
        "test/frames/fast_loss": evaluate_classifier(encoder, rows, "test", rule=rule).estimates[path] - estimates[path]
    }


def _warn_of_learned_rows(file: str, predictor: Predictor, sentences: list[Sentence]) -> None:
    from framing.training.evaluate import as_often_as_learned

    if same := as_often_as_learned(predictor.classifier, sentences):
        warnings.warn(
            f"{file}: {same}, as the model learned from. If they are the same rows, these scores flatter; those of "
            "held-out rows are in the model's card and in `framing runs`",
            FramingWarning,
            stacklevel=3,
        )


def _beside_scores(summaries: Mapping[str, TaskSummary]) -> dict[str, Any]:
    """Return beside the scores what else a person is told: verdicts, coders, slices."""
    from framing.scores import with_bounds

    told: dict[str, Any] = {}
    for task, summary in summaries.items():
        for row in summary.labels:
            own: dict[str, Any] = {
                "verdict": row.verdict.word,
                "advice": row.verdict.advice,
                "predicted": row.predicted,
            }
            own |= {} if row.ceiling is None else {"coders_f1": round(row.ceiling, 6)}
            told |= {f"test/{task}/{row.label}/{name}": value for name, value in own.items()}
        if summary.ceiling is not None:
            told[f"test/{task}/coders_macro_f1"] = round(summary.ceiling.macro_f1, 6)
        told[f"test/{task}/slices"] = [asdict(part) | with_bounds("score", part.score) for part in summary.slices]
    return told


@click.command()
@click.argument("what", metavar="RUN | FILE")
@MODEL
@STORE
@click.option("--task", type=click.Choice(("frames", "stance")), help="Only disagreements in this task.")
@click.option("--label", metavar="LABEL", help="Only rows in which this label differs.")
@click.option("-n", "--number", type=click.IntRange(1), default=20, show_default=True, help="How many to show.")
@output_format("table", "jsonl", "csv")
@OUTPUT
@INPUT_FORMAT
@COLUMN
def errors(
    what: str,
    model: str | None,
    store: str | None,
    task: str | None,
    label: str | None,
    number: int,
    form: str,
    output: str | None,
    input_format: str,
    columns: tuple[str, ...],
) -> None:
    """Show the surest disagreements of model and coder, to be read again: either may be wrong.

    Of a RUN (an id, its beginning, or a name), its held-out rows; of a FILE of coded rows, what the model says of it.
    """
    from framing.report.errors import disagreements, errors_csv, errors_jsonl, errors_text

    if output is not None:
        check_output(Path(output))
    if what == "-" or Path(what).exists():
        tasks = _of_file(what, model, store, input_format, pairs(columns, "--column"))
    else:
        asked = {"--model": model, "--input-format": input_format != "auto", "--column": columns}
        for option, given in asked.items():
            if given:
                raise click.UsageError(f"{option} is for a file of coded rows, and {what} is no file")
        tasks = _of_run(what, store)
    if task is not None and task not in tasks:
        raise click.UsageError(f"--task {task}: no coded row of it in {what}; there is {', '.join(tasks) or 'none'}")
    chosen = disagreements({name: part for name, part in tasks.items() if task in (None, name)}, label)
    shown = chosen[:number]
    if form == "table":
        write_result(errors_text(shown, len(chosen), terminal_width()), output)
    else:
        write_result({"jsonl": errors_jsonl, "csv": errors_csv}[form](shown), output)


def _of_file(
    file: str, model: str | None, store: str | None, form: str, columns: dict[str, Any]
) -> Mapping[str, TaskPredictions]:
    from framing.predictor import Predictor
    from framing.training.predicted import predicted_rows

    predictor = Predictor.load(model, store)
    sentences = read_input(file, columns, form=form, codebook=predictor.codebook)
    return predicted_rows(predictor.classifier, sentences, file)


def _of_run(run: str, store: str | None) -> Mapping[str, TaskPredictions]:
    from framing.app.compare import kept_rows
    from framing.tracking import Store, find_run, store_uri

    opened = Store(store_uri(store))
    try:
        find_run(opened, run)
    except StoreError as error:
        raise StoreError(f"{run} is no file, and {error}") from None
    return kept_rows(opened, run).held_out
