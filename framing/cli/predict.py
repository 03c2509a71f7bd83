"""``framing predict`` and ``framing evaluate``: what a trained model says, and how well."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framing.cli.behaviour import swap_text
from framing.cli.files import check_exists, check_output, read_input, shown, terminal_width, write_result
from framing.cli.options import COLUMN, INPUT_FORMAT, MODEL, STORE, output_format, pairs, rule_options

if TYPE_CHECKING:
    from framing.model.decisions.priors import PriorShift
    from framing.model.decisions.rule import Rule
    from framing.predictor import Predictions, Predictor


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE... | -")
@MODEL
@STORE
@output_format("table", "jsonl", "csv", "html")
@INPUT_FORMAT
@click.option("--output", metavar="FILE", help="Write the result here instead of to standard output.")
@click.option(
    "--target",
    "given",
    metavar="TEXT",
    multiple=True,
    help="Toward what the stance is taken, for all sentences; given again, another target.",
)
@click.option(
    "--targets", "lists", metavar="FILE", multiple=True, help="More targets, one a line; # begins a line left out."
)
@rule_options(abstain=True)
@COLUMN
def predict(
    files: tuple[str, ...],
    model: str | None,
    store: str | None,
    form: str,
    input_format: str,
    output: str | None,
    given: tuple[str, ...],
    lists: tuple[str, ...],
    rule: Rule,
    columns: tuple[str, ...],
) -> None:
    """Label the sentences of articles (.txt .md .html) or tables (.jsonl .csv .tsv .parquet); - is standard input.

    Articles are split into sentences; in a table each row is one sentence. In the result, predicted_frames and
    predicted_stance are the model's; frames and stance are the coder's, where the table has them. With several targets
    jsonl and csv have a row for each sentence and target, table and html a column a target.
    """
    named = pairs(columns, "--column")
    if files.count("-") > 1:
        raise click.UsageError("-: standard input can be read only once")
    if output is not None:
        check_output(Path(output))
    targets = _targets(given, lists)
    # A document goes by its file's name, or by the whole path where two files have one name.
    names = [Path(file).name for file in files]
    doc_ids = [shown(file if names.count(name) > 1 else name) for file, name in zip(files, names, strict=True)]
    sentences = [
        sentence
        for file, doc_id in zip(files, doc_ids, strict=True)
        for sentence in read_input(file, named, doc_id=doc_id, form=input_format)
    ]
    predictor = _load_predictor(model, store)
    predictions = predictor.predict(sentences, targets=targets, **vars(rule))
    _tell_shifts(predictions.shifts)
    write_result(_formatted(predictions, predictor.labels, form, output, files), output)


@click.command()
@click.argument("file")
@MODEL
@STORE
@output_format("table", "json")
@INPUT_FORMAT
@click.option("--swap", is_flag=True, help="Put other names in, and count the decisions that change; no codes needed.")
@rule_options()
@COLUMN
def evaluate(
    file: str,
    model: str | None,
    store: str | None,
    form: str,
    input_format: str,
    swap: bool,
    rule: Rule,
    columns: tuple[str, ...],
) -> None:
    """Score a model on coded rows, with 95 % bootstrap intervals over documents.

    n is the number of coded rows; beside a label's own scores, how often the label occurs in them.
    """
    from framing.measure.metrics import with_intervals
    from framing.model.decisions.rule import Rule
    from framing.report.table import rows_text
    from framing.scores import scores_of
    from framing.training import evaluate_classifier
    from framing.training.tasks import check_coded

    check_exists(file)
    predictor = _load_predictor(model, store)
    # Read by the model's codebook: a spelling that it knows becomes its label, another is told with its line.
    sentences = read_input(file, pairs(columns, "--column"), form=input_format, codebook=predictor.codebook)
    if swap and rule != Rule():
        raise click.UsageError("--swap: decisions are by the model's own rule; leave the options of thresholds out")
    if swap:
        write_result(swap_text(predictor, sentences, form), None)
        return
    check_coded(file, sentences, predictor.classifier.tasks, predictor.codebook)
    evaluation = evaluate_classifier(predictor.classifier, sentences, "test", rule=rule)
    _tell_shifts(evaluation.shifts)
    scores = with_intervals(evaluation.estimates, with_n=True)
    if form == "json":
        write_result(json.dumps(scores, indent=2) + "\n", None)
        return
    rows = [
        (path.removeprefix("test/"), f"{score.value:.3f}", score.interval, f"{scores[f'{path}_n']:,}")
        for path, score in scores_of(scores).items()
    ]
    write_result(rows_text(["score", "value", "95 % interval", "n"], rows, terminal_width()), None)


def _load_predictor(model: str | None, store: str | None) -> Predictor:
    from framing.predictor import Predictor

    return Predictor.load(model, store)


def _targets(given: Sequence[str], lists: Sequence[str]) -> tuple[str, ...] | None:
    """Return the targets of the command line, then those of the files; ``None`` where there are neither."""
    from framing.corpus.target_lists import read_targets, target_list

    if "-" in lists:
        raise click.UsageError("--targets -: standard input has sentences, not targets; name a file")
    targets = [*given, *(target for file in lists for target in read_targets(Path(file)))]
    return target_list(targets, "--target") if targets else None


def _tell_shifts(shifts: Mapping[str, PriorShift]) -> None:
    for task, shift in shifts.items():
        print(f"shares of {task}, in training → here: {shift}", file=sys.stderr)


def _formatted(
    predictions: Predictions, labels: tuple[str, ...], form: str, output: str | None, files: tuple[str, ...]
) -> str:
    if form in ("jsonl", "csv"):
        from framing.report.formats import predictions_csv, predictions_jsonl

        return {"jsonl": predictions_jsonl, "csv": predictions_csv}[form](predictions)
    if form == "html":
        from framing.report.html import predictions_page

        title = "Frames in " + ", ".join(shown(Path(file).name) for file in files)
        return predictions_page(predictions, labels, title, predictions.targets)
    from framing.report.table import predictions_text

    colour = output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return predictions_text(predictions, labels, terminal_width(), colour, predictions.targets)
