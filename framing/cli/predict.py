"""``framing predict``: what a trained model says."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framing.cli.files import check_output, read_input, shown, terminal_width, write_result
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
    tell_shifts(predictions.shifts)
    write_result(_formatted(predictions, predictor.labels, form, output, files), output)


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
