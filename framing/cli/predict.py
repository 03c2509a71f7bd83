"""``framing predict``: what a trained model says."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import check_output, shown, tell_line_ends, terminal_width, write_pieces, write_result
from framing.cli.options import OUTPUT, FastCommand, output_format, tell_fast
from framing.cli.reading import Reading, reading_options

if TYPE_CHECKING:
    from framing.model.decisions.priors import PriorShift
    from framing.predictions import Predictions
    from framing.records import Prediction

ROWS = ("jsonl", "csv")  # formats with a row a prediction
COUNTS = ("sentences", "passed_on")  # of a provenance's ``fast``


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

    jsonl and csv come row by row while later ones are read; with -o the file is there when it is whole.

    predicted_holder is who says, thinks or fears what the sentence conveys, under one name over all files; else the
    row's source, or author.
    """
    if output is not None:
        check_output(Path(output))
    if with_provenance and form not in ROWS:
        raise click.UsageError(f"--provenance is for jsonl and csv, not for {form}; html has it at its head")
    if form in ROWS and not reading.rule.adapt_priors:
        labelled = reading.labelled(files, split_quotes)
        tell_line_ends(files, labelled.sentences)
        told: list[Mapping[str, Any]] = []
        write_pieces(_as_rows(_noted(labelled, told), labelled.stand_ins(), form, raw, with_provenance), output)
        tell_fast(told)
        return
    predictor, predictions = reading.predict(files, split_quotes)
    tell_shifts(predictions.shifts)
    if form in ROWS:
        tell_line_ends(files, [prediction.sentence for prediction in predictions])
        write_pieces(_as_rows([predictions], predictions, form, raw, with_provenance), output)
    else:
        write_result(_as_page(predictions, predictor.labels, form, output, files), output)


def _noted(pieces: Iterable[Predictions], told: list[Mapping[str, Any]]) -> Iterator[Predictions]:
    """Pass pieces on, and note where each comes from."""
    for piece in pieces:
        told.append(piece.provenance)
        yield piece


def _as_rows(
    pieces: Iterable[Predictions], shown: Iterable[Prediction], form: str, raw: bool, with_provenance: bool
) -> Iterator[str]:
    """Yield the rows of each piece as text; the columns of a table are those of all that is ``shown``."""
    from framing.report.formats import PredictionsTable, predictions_jsonl

    table = None
    for piece in pieces:
        told = _of_a_row(piece.provenance) if with_provenance else None
        rows = _with_provenance(piece, told)
        if form == "jsonl":
            yield predictions_jsonl(rows)
            continue
        if table is None:  # not before a piece is there: what is wrong with the options is said first
            table = PredictionsTable.of(_with_provenance(shown, told), raw)
            yield table.header
        yield table.lines(rows)


def _of_a_row(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a provenance holds for each row: how many the encoder read is counted a piece at a time."""
    fast = {name: value for name, value in provenance.get("fast", {}).items() if name not in COUNTS}
    return {name: fast if name == "fast" else value for name, value in provenance.items()}


def _with_provenance(predictions: Iterable[Prediction], told: Mapping[str, Any] | None) -> list[Prediction]:
    """Put where predictions come from into a column of each row."""
    from dataclasses import replace

    if told is None:
        return list(predictions)
    return [
        replace(p, sentence=replace(p.sentence, extra={**p.sentence.extra, "provenance": told})) for p in predictions
    ]


def tell_shifts(shifts: Mapping[str, PriorShift]) -> None:
    """Say on standard error to which shares probabilities were moved."""
    for task, shift in shifts.items():
        print(f"shares of {task}, in training → here: {shift}", file=sys.stderr)


def _as_page(
    predictions: Predictions, labels: tuple[str, ...], form: str, output: str | None, files: tuple[str, ...]
) -> str:
    if form == "html":
        from framing.report.html import predictions_page

        title = "Frames in " + ", ".join(shown(Path(file).name) for file in files)
        return predictions_page(predictions, labels, title, predictions.targets, predictions.provenance)
    from framing.report.table import predictions_text

    colour = output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    thresholds = predictions.provenance.get("thresholds")
    return predictions_text(predictions, labels, terminal_width(), colour, predictions.targets, thresholds)
