"""``framing predict`` and ``framing evaluate``: what a trained model says, and how well."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framing.cli.files import check_output, read_input, shown, terminal_width, write_result
from framing.cli.options import ADAPT, COLUMN, GOAL, MODEL, STORE, THRESHOLD, pairs
from framing.errors import InputError

if TYPE_CHECKING:
    from framing.model.decisions.priors import PriorShift
    from framing.predictor import Predictor
    from framing.records import Prediction, Sentence


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE... | -")
@MODEL
@STORE
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "jsonl", "csv", "html"]),
    default="table",
    show_default=True,
    help="How the result is written.",
)
@click.option("--output", metavar="FILE", help="Write the result here instead of to standard output.")
@click.option("--target", help="Toward what the stance is taken, for all sentences.")
@THRESHOLD
@GOAL
@ADAPT
@click.option("--abstain", type=float, metavar="RISK", help="Decide only what can be decided at this risk of an error.")
@COLUMN
def predict(
    files: tuple[str, ...],
    model: str | None,
    store: str | None,
    form: str,
    output: str | None,
    target: str | None,
    thresholds: tuple[str, ...],
    goal: str | None,
    adapt_priors: bool,
    abstain: float | None,
    columns: tuple[str, ...],
) -> None:
    """Label the sentences of articles (.txt .md .html, or - for standard input) or tables (.jsonl .csv .tsv .parquet).

    Articles are split into sentences; in a table each row is one sentence. In the result, predicted_frames and
    predicted_stance are the model's; frames and stance are the coder's, where the table has them.
    """
    chosen = pairs(thresholds, "--threshold", number=True)
    named = pairs(columns, "--column")
    if output is not None:
        check_output(Path(output))
    # A document goes by its file's name, or by the whole path where two files have one name.
    names = [Path(file).name for file in files]
    doc_ids = [shown(file if names.count(name) > 1 else name) for file, name in zip(files, names, strict=True)]
    sentences = [s for file, doc_id in zip(files, doc_ids, strict=True) for s in read_input(file, named, doc_id)]
    predictor = _load_predictor(model, store)
    predictions = predictor.predict(
        sentences, target=target, thresholds=chosen, goal=goal, adapt_priors=adapt_priors, abstain=abstain
    )
    _tell_shifts(predictions.shifts)
    write_result(_formatted(predictions, predictor.labels, form, output, files), output)


@click.command()
@click.argument("file")
@MODEL
@STORE
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Form of the result.",
)
@THRESHOLD
@GOAL
@ADAPT
@COLUMN
def evaluate(
    file: str,
    model: str | None,
    store: str | None,
    form: str,
    thresholds: tuple[str, ...],
    goal: str | None,
    adapt_priors: bool,
    columns: tuple[str, ...],
) -> None:
    """Score a model on coded rows, with 95 % bootstrap intervals over documents."""
    from framing.measure.metrics import flat
    from framing.report.table import rows_text
    from framing.training import evaluate_classifier

    chosen = pairs(thresholds, "--threshold", number=True)
    sentences = read_input(file, pairs(columns, "--column"))
    predictor = _load_predictor(model, store)
    _check_codes(sentences, predictor, file)
    shifts: dict[str, PriorShift] = {}
    try:
        estimates = evaluate_classifier(
            predictor.classifier, sentences, "test", chosen, goal=goal, adapt_priors=adapt_priors, shifts=shifts
        )
    except InputError as error:
        raise InputError(f"{file}: {str(error).removeprefix('test: ')}") from None
    _tell_shifts(shifts)
    scores = flat(estimates)
    if form == "json":
        write_result(json.dumps(scores, indent=2) + "\n", None)
        return
    rows = [
        (
            path.removeprefix("test/"),
            f"{scores[path]:.3f}",
            f"[{scores[f'{path}_low']:.3f}, {scores[f'{path}_high']:.3f}]",
        )
        for path in estimates
        if path in scores and f"{path}_low" in scores
    ]
    write_result(rows_text(["score", "value", "95 % interval"], rows, terminal_width()), None)


def _load_predictor(model: str | None, store: str | None) -> Predictor:
    from framing.predictor import Predictor

    return Predictor.load(model, store)


def _tell_shifts(shifts: Mapping[str, PriorShift]) -> None:
    for task, shift in shifts.items():
        print(f"shares of {task}, in training → here: {shift}", file=sys.stderr)


def _check_codes(sentences: Sequence[Sentence], predictor: Predictor, file: str) -> None:
    """Make sure that coded labels are the model's own."""
    book = predictor.codebook
    for number, sentence in enumerate(sentences, 1):
        unknown = [label for label in sentence.frames or () if label not in book.frame_names]
        unknown += [sentence.stance] if sentence.stance and sentence.stance not in book.stance_names else []
        if unknown:
            expected = ", ".join((*book.frame_names, *book.stance_names))
            raise InputError(f"{file}, row {number}: unknown label {unknown[0]!r}; the model knows: {expected}")


def _formatted(
    predictions: Sequence[Prediction], labels: tuple[str, ...], form: str, output: str | None, files: tuple[str, ...]
) -> str:
    if form in ("jsonl", "csv"):
        from framing.report.formats import predictions_csv, predictions_jsonl

        return {"jsonl": predictions_jsonl, "csv": predictions_csv}[form](predictions)
    if form == "html":
        from framing.report.html import predictions_page

        return predictions_page(predictions, labels, "Frames in " + ", ".join(shown(Path(file).name) for file in files))
    from framing.report.table import predictions_text

    colour = output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return predictions_text(predictions, labels, terminal_width(), colour)
