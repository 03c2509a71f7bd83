"""``framing report``: who frames what, as one HTML file to read and to hand on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import check_exists, check_output, read_files, shown, write_result
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
    pairs,
    rule_options,
    targets_of,
)

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
@HOLDERS
@ALIASES
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

    for file in files:
        check_exists(file)
    if output is not None:
        check_output(Path(output))
    if _are_predicted(files, reading):
        predictions, about = _read_back(files, model, store)
    else:
        predictions, about = _predicted(files, model, store, reading)
    names = [shown(Path(file).name) if file != "-" else "standard input" for file in files]
    page = report_page(predictions, by, period=period, title=title, model=about, files=names, created=created)
    write_result(page, output)


def _are_predicted(files: Sequence[str], reading: dict[str, Any]) -> bool:
    """Say whether the files are what predict wrote; what cannot be asked of such files is told."""
    from framing.report.results import holds_predictions

    written = [file != "-" and holds_predictions(file) for file in files]
    if not any(written):
        return False
    if not all(written):
        raise click.UsageError(f"{files[written.index(False)]}: has no predictions, other files have; give one kind")
    asked = {"--explain": reading["explain"], "--aliases": reading["aliases"], "--no-holders": not reading["holders"]}
    asked |= {"--target": reading["given"], "--targets": reading["lists"]}
    for option, given in asked.items():
        if given:
            raise click.UsageError(f"{option}: {files[0]} is predicted already; give it to framing predict")
    return True


def _read_back(
    files: Sequence[str], model: str | None, store: str | None
) -> tuple[Sequence[Prediction], ModelAbout | None]:
    from framing.predictor import Predictor
    from framing.report.page import about_model
    from framing.report.results import read_predictions

    predictions = [prediction for file in files for prediction in read_predictions(file)]
    if model is None and store is None:
        return predictions, None
    predictor = Predictor.load(model, store)
    return predictions, about_model(predictor.classifier, predictor.origin)


def _predicted(
    files: Sequence[str], model: str | None, store: str | None, reading: dict[str, Any]
) -> tuple[Sequence[Prediction], ModelAbout | None]:
    from framing.predictor import Predictor
    from framing.report.page import about_model

    aliases = aliases_of_option(reading["aliases"], reading["holders"])
    targets = targets_of(reading["given"], reading["lists"])
    sentences = read_files(files, pairs(reading["columns"], "--column"), reading["input_format"])
    predictor = Predictor.load(model, store)
    options: dict[str, Any] = {"holders": reading["holders"], "aliases": aliases}
    if reading["explain"]:
        options["explain"] = True
    predictions = predictor.predict(sentences, targets=targets, **options, **vars(reading["rule"]))
    return predictions, about_model(predictor.classifier, predictor.origin)
