"""``framing report``: who frames what, as one HTML file to read and to hand on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import check_exists, check_output, shown, write_result
from framing.cli.options import FastCommand
from framing.cli.reading import Reading, reading_options

if TYPE_CHECKING:
    from framing.records import Prediction


@click.command(cls=FastCommand)
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
@click.option("--title", default="Who frames what", show_default=True, help="What stands at the top.")
@click.option(
    "--created", metavar="TEXT", default="", help="When the page was made; the day of reading stands there anyway."
)
@reading_options(explain="Mark the words that carried a frame.")
def report(
    files: tuple[str, ...],
    by: str,
    period: str | None,
    output: str | None,
    title: str,
    created: str,
    reading: Reading,
) -> None:
    """Write who frames what as one HTML file, which asks nothing of the network.

    FILE is what predict reads, or what it wrote with --format jsonl: such files are shown as they are, without a model;
    with --model the page says how good that model is.
    """
    from framing.report.page import about_model, report_page

    for file in files:
        check_exists(file)
    if output is not None:
        check_output(Path(output))
    predictor, predictions = reading.predictions(files)
    about = None if predictor is None else about_model(predictor.classifier, predictor.origin)
    names = [shown(Path(file).name) if file != "-" else "standard input" for file in files]
    page = report_page(
        predictions,
        by,
        period=period,
        title=title,
        model=about,
        files=names,
        created=created,
        own_rule=reading.by_own_rule,
        provenance=_provenance(predictions),
    )
    write_result(page, output)


def _provenance(predictions: Sequence[Prediction]) -> dict[str, Any]:
    """Return where predictions come from: as the model has just said it, else as their file does."""
    from framing.corpus.results import provenance_in
    from framing.predictions import Predictions

    return predictions.provenance if isinstance(predictions, Predictions) else provenance_in(predictions)
