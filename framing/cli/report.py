"""``framing report``: who frames what, as one HTML file to read and to hand on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import check_exists, check_output, read_files, shown, write_result
from framing.cli.options import COLUMN, INPUT_FORMAT, MODEL, STORE, TARGET, TARGETS, pairs, rule_options, targets_of

if TYPE_CHECKING:
    from framing.records import Prediction
    from framing.report.page import ModelAbout


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE... | -")
@click.option(
    "--by",
    default="holder",
    show_default=True,
    metavar="holder|source|date|COLUMN",
    help="What a row of the first matrix is: who says it, where, when, or a column of your own.",
)
@click.option("--period", type=click.Choice(["year", "month", "day"]), help="Of dates.  [default: by their span]")
@click.option("-o", "--output", metavar="FILE", help="Write the page here instead of to standard output.")
@MODEL
@STORE
@INPUT_FORMAT
@TARGET
@TARGETS
@click.option("--no-holders", is_flag=True, help="Do not look for who says what.")
@click.option("--aliases", metavar="FILE", help="Names of holders of your own, as of predict.")
@click.option("--explain", is_flag=True, help="Mark the words that carried a frame.")
@click.option("--title", default="Who frames what", show_default=True, help="What stands at the top.")
@click.option("--created", metavar="TEXT", default="", help="When the page was made; without it the page has no date.")
@rule_options(abstain=True)
@COLUMN
def report(
    files: tuple[str, ...],
    by: str,
    period: str | None,
    output: str | None,
    model: str | None,
    store: str | None,
    title: str,
    created: str,
    **reading: Any,
) -> None:
    """Write who frames what as one HTML file, which asks nothing of the network.

    FILE is what predict reads, or what it wrote with --format jsonl: such files are shown as they are, without a model;
    with --model the page says how good that model is.
    """
    from framing.report.page import report_page

    if files.count("-") > 1:
        raise click.UsageError("-: standard input can be read only once")
    for file in files:
        check_exists(file)
    if output is not None:
        check_output(Path(output))
    predictions = _predictions_of(files, reading)
    if predictions is None:
        predictions, about = _predicted(files, model, store, reading)
    else:
        about = _about(model, store)
    names = [shown(Path(file).name) if file != "-" else "standard input" for file in files]
    page = report_page(predictions, by, period=period, title=title, model=about, files=names, created=created)
    write_result(page, output)


def _predictions_of(files: Sequence[str], reading: dict[str, Any]) -> list[Prediction] | None:
    """Return what earlier runs predicted; ``None`` where the files are to be predicted."""
    from framing.report.results import holds_predictions, read_predictions

    written = [file != "-" and holds_predictions(file) for file in files]
    if not any(written):
        return None
    if not all(written):
        raise click.UsageError(f"{files[written.index(False)]}: has no predictions, other files have; give one kind")
    asked = [f"--{name.replace('_', '-')}" for name in ("explain", "aliases") if reading[name]]
    if reading["targets_given"] or reading["target_lists"]:
        asked.append("--target")
    if asked:
        raise click.UsageError(f"{asked[0]}: these sentences are predicted already; give it to framing predict")
    return [prediction for file in files for prediction in read_predictions(file)]


def _predicted(
    files: Sequence[str], model: str | None, store: str | None, reading: dict[str, Any]
) -> tuple[Sequence[Prediction], ModelAbout]:
    from framing.predictor import Predictor
    from framing.report.page import about_model

    targets = targets_of(reading["targets_given"], reading["target_lists"])
    sentences = read_files(files, pairs(reading["columns"], "--column"), reading["input_format"])
    predictor = Predictor.load(model, store)
    options: dict[str, Any] = {"holders": not reading["no_holders"]}
    if reading["aliases"] is not None:
        options["aliases"] = Path(reading["aliases"])
    if reading["explain"]:
        options["explain"] = True
    predictions = predictor.predict(sentences, targets=targets, **options, **vars(reading["rule"]))
    return predictions, about_model(predictor.classifier, predictor.origin)


def _about(model: str | None, store: str | None) -> ModelAbout | None:
    if model is None and store is None:
        return None
    from framing.predictor import Predictor
    from framing.report.page import about_model

    predictor = Predictor.load(model, store)
    return about_model(predictor.classifier, predictor.origin)
