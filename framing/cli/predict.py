"""``framing predict``: what a trained model says."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framing.cli.files import check_output, shown, tell_line_ends, terminal_width, write_result
from framing.cli.options import OUTPUT, FastCommand, output_format
from framing.cli.reading import Reading, reading_options

if TYPE_CHECKING:
    from framing.model.decisions.priors import PriorShift
    from framing.predictions import Predictions


@click.command(cls=FastCommand)
@click.argument("files", nargs=-1, required=True, metavar="FILE... | -")
@output_format("table", "jsonl", "csv", "html")
@OUTPUT
@click.option("--raw", is_flag=True, help="csv: leave texts that a spreadsheet would run as formulas as they are.")
@click.option(
    "--provenance",
    "with_provenance",
    is_flag=True,
    help="jsonl, csv: a column that names model, version, thresholds and date in each row; html always does.",
)
@click.option(
    "--split-quotes", is_flag=True, help="Label the quoted and the narrated part of a sentence apart, a row each."
)
@reading_options(explain="Show which words carried each frame found (jsonl, csv: highlights).")
def predict(
    files: tuple[str, ...],
    form: str,
    output: str | None,
    raw: bool,
    with_provenance: bool,
    split_quotes: bool,
    reading: Reading,
) -> None:
    """Label the sentences of articles (.txt .md .html) or tables (.jsonl .csv .tsv .parquet); - is standard input.

    Articles are split into sentences; in a table each row is one sentence. In the result, predicted_frames,
    predicted_stance and predicted_holder are the model's; frames, stance and holder are the coder's, where the table
    has them. With several targets
    jsonl and csv have a row for each sentence and target, table and html a column a target.

    predicted_holder is who says, thinks or fears what the sentence conveys, under one name over all files; else the
    row's source, or author.
    """
    if output is not None:
        check_output(Path(output))
    predictor, predictions = reading.predict(files, split_quotes)
    tell_shifts(predictions.shifts)
    if form in ("jsonl", "csv"):
        tell_line_ends(files, predictions)
    if with_provenance:
        predictions = _with_provenance(predictions, form)
    write_result(_formatted(predictions, predictor.labels, form, output, files, raw), output)


def _with_provenance(predictions: Predictions, form: str) -> Predictions:
    """Put where predictions come from into a column of each row."""
    from dataclasses import replace

    from framing.predictions import Predictions as Together

    if form not in ("jsonl", "csv"):
        raise click.UsageError(f"--provenance is for jsonl and csv, not for {form}; html has it at its head")
    told = predictions.provenance
    rows = [
        replace(p, sentence=replace(p.sentence, extra={**p.sentence.extra, "provenance": told})) for p in predictions
    ]
    return Together(rows, predictions.labels, predictions.shifts, predictions.targets, told)


def tell_shifts(shifts: Mapping[str, PriorShift]) -> None:
    """Say on standard error to which shares probabilities were moved."""
    for task, shift in shifts.items():
        print(f"shares of {task}, in training → here: {shift}", file=sys.stderr)


def _formatted(
    predictions: Predictions, labels: tuple[str, ...], form: str, output: str | None, files: tuple[str, ...], raw: bool
) -> str:
    if form in ("jsonl", "csv"):
        from framing.report.formats import predictions_csv, predictions_jsonl

        return predictions_jsonl(predictions) if form == "jsonl" else predictions_csv(predictions, raw)
    if form == "html":
        from framing.report.html import predictions_page

        title = "Frames in " + ", ".join(shown(Path(file).name) for file in files)
        return predictions_page(predictions, labels, title, predictions.targets, predictions.provenance)
    from framing.report.table import predictions_text

    colour = output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    thresholds = predictions.provenance.get("thresholds")
    return predictions_text(predictions, labels, terminal_width(), colour, predictions.targets, thresholds)
