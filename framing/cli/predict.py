"""``framing predict``: what a trained model says."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framing.cli.files import (
    check_output,
    read_files,
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
    tell_shifts(predictions.shifts)
    write_result(_formatted(predictions, predictor.labels, form, output, files), output)


def _load_predictor(model: str | None, store: str | None) -> Predictor:
    from framing.predictor import Predictor

    return Predictor.load(model, store)


def tell_shifts(shifts: Mapping[str, PriorShift]) -> None:
    """Say on standard error to which shares probabilities were moved."""
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
