"""``framing predict`` and ``framing evaluate``: what a trained model says, and how well."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framing.cli.files import (
    check_exists,
    check_output,
    read_files,
    read_input,
    shown,
    terminal_width,
    write_result,
)
from framing.cli.options import (
    ALIASES,
    COLUMN,
    HOLDERS,
    INPUT_FORMAT,
    MODEL,
    STORE,
    TARGET,
    TARGETS,
    aliases_of_option,
    output_format,
    pairs,
    rule_options,
    targets_of,
)

if TYPE_CHECKING:
    from framing.model.decisions.priors import PriorShift
    from framing.model.decisions.rule import Rule
    from framing.predictions import Predictions
    from framing.predictor import Predictor


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE... | -")
@MODEL
@STORE
@output_format("table", "jsonl", "csv", "html")
@INPUT_FORMAT
@click.option("--output", metavar="FILE", help="Write the result here instead of to standard output.")
@TARGET
@TARGETS
@HOLDERS
@ALIASES
@click.option(
    "--split-quotes", is_flag=True, help="Label the quoted and the narrated part of a sentence apart, a row each."
)
@rule_options(abstain=True)
@click.option("--explain", is_flag=True, help="Show which words carried each frame found (jsonl, csv: highlights).")
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
    holders: bool,
    aliases: str | None,
    split_quotes: bool,
    rule: Rule,
    explain: bool,
    columns: tuple[str, ...],
) -> None:
    """Label the sentences of articles (.txt .md .html) or tables (.jsonl .csv .tsv .parquet); - is standard input.

    Articles are split into sentences; in a table each row is one sentence. In the result, predicted_frames and
    predicted_stance are the model's; frames and stance are the coder's, where the table has them. With several targets
    jsonl and csv have a row for each sentence and target, table and html a column a target.

    holder is who says, thinks or fears what the sentence conveys, under one name over all files; else the row's source,
    or author.
    """
    named = pairs(columns, "--column")
    if output is not None:
        check_output(Path(output))
    named_so = aliases_of_option(aliases, holders, split_quotes)
    targets = targets_of(given, lists)
    sentences = read_files(files, named, input_format)
    predictor = _load_predictor(model, store)
    predictions = predictor.predict(
        sentences,
        targets=targets,
        holders=holders,
        aliases=named_so,
        split_quotes=split_quotes,
        explain=explain,
        **vars(rule),
    )
    _tell_shifts(predictions.shifts)
    write_result(_formatted(predictions, predictor.labels, form, output, files), output)


@click.command()
@click.argument("file")
@MODEL
@STORE
@output_format("table", "json")
@INPUT_FORMAT
@rule_options()
@COLUMN
def evaluate(
    file: str,
    model: str | None,
    store: str | None,
    form: str,
    input_format: str,
    rule: Rule,
    columns: tuple[str, ...],
) -> None:
    """Score a model on coded rows, with 95 % bootstrap intervals over documents.

    n is the number of coded rows; beside a label's own scores, how often the label occurs in them.
    """
    from framing.measure.metrics import with_intervals
    from framing.report.table import rows_text
    from framing.scores import scores_of
    from framing.training import evaluate_classifier
    from framing.training.tasks import check_coded

    check_exists(file)
    predictor = _load_predictor(model, store)
    # Read by the model's codebook: a spelling that it knows becomes its label, another is told with its line.
    sentences = read_input(file, pairs(columns, "--column"), form=input_format, codebook=predictor.codebook)
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
