"""``framing plot``: figures for print, and the numbers behind them."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.coders import CODER, coded_matching
from framing.cli.files import check_exists, check_figure, check_output, read_input, write_figure, write_result
from framing.cli.options import CODEBOOK, COLUMN, INPUT_FORMAT, MODEL, STORE, Command, pairs, rule_options
from framing.cli.reading import Reading
from framing.cli.shares import GOLD, PILOT_FURTHER, measured, pilot_options, read_study
from framing.errors import FramingWarning, InputError

if TYPE_CHECKING:
    from framing.model.decisions.rule import Rule
    from framing.records import Prediction
    from framing.report.curves import Judged
    from framing.report.matrix import Matrix
    from framing.report.print_style import Chart

_DPI = 300


@click.group()
def plot() -> None:
    """Draw a figure for print (PNG, SVG or PDF), and write the numbers behind it."""


def _figure_options(width: str) -> Callable[[Command], Command]:
    """Add where the figure goes, where its numbers go, and how wide it is."""
    options = (
        click.option("-o", "--output", metavar="FIGURE", required=True, help="The figure: a .png, .svg or .pdf file."),
        click.option("--data", "numbers", metavar="FILE.csv", help="Also write the numbers behind the figure here."),
        click.option(
            "--width",
            type=click.Choice(["single", "double"]),
            default=width,
            show_default=True,
            help="One column of a journal (3.5 inches) or two (7).",
        ),
    )

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _matrix_options(command: Command) -> Command:
    """Add what is read, by which model, and which frames are drawn."""
    options = (
        click.argument("files", nargs=-1, required=True, metavar="FILE..."),
        MODEL,
        STORE,
        INPUT_FORMAT,
        click.option(
            "--frame", "frames", metavar="FRAME", multiple=True, help="Draw this frame; given again, another."
        ),
        COLUMN,
    )
    for option in reversed(options):
        command = option(command)
    return command


@plot.command()
@_matrix_options
@_figure_options("double")
@click.option("--by", default="holder", show_default=True, help="A row each: holder, source, date, or your own column.")
@click.option("--target", metavar="TEXT", multiple=True, help="Also ask for the stance toward this.")
@click.option("--top", type=click.IntRange(min=1), default=20, show_default=True, help="Most rows that are drawn.")
def matrix(
    files: tuple[str, ...], frames: tuple[str, ...], by: str, target: tuple[str, ...], top: int, width: str, **more: Any
) -> None:
    """Who conveys which frame how often, with 95 % intervals, and takes which side.

    Files are what predict reads, or what `predict --format jsonl` wrote, for which no model is needed.
    """
    from framing.report.charts import matrix_chart

    _draw(more, lambda: matrix_chart(_matrix(files, more, frames, target, by=by), width, top))


@plot.command()
@_matrix_options
@_figure_options("double")
@click.option(
    "--period",
    type=click.Choice(["year", "month", "day"]),
    help="What a point is.  [default: by the span of the dates]",
)
def trend(files: tuple[str, ...], frames: tuple[str, ...], period: str | None, width: str, **more: Any) -> None:
    """How often sentences convey each frame over time, with 95 % intervals; sentences need a date (2026-03-01).

    Files are what predict reads, or what `predict --format jsonl` wrote, for which no model is needed.
    """
    from framing.report.charts import trend_chart

    _draw(more, lambda: trend_chart(_matrix(files, more, frames, by="date", period=period), width))


def _judged_options(command: Command) -> Command:
    for option in reversed((click.argument("file"), MODEL, STORE, INPUT_FORMAT, rule_options(), COLUMN)):
        command = option(command)
    return command


@plot.command()
@_judged_options
@_figure_options("double")
def pr(file: str, width: str, **more: Any) -> None:
    """Precision against recall of a model on coded rows, a panel a label, with its average precision."""
    from framing.report.curves import pr_chart

    _draw(more, lambda: pr_chart(_judged(file, more), width))


@plot.command()
@_judged_options
@_figure_options("double")
def reliability(file: str, width: str, **more: Any) -> None:
    """Draw the share of coded rows that has a label against its predicted probability, a panel a label."""
    from framing.report.curves import reliability_chart

    _draw(more, lambda: reliability_chart(_judged(file, more), width))


@plot.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@CODEBOOK
@CODER
@COLUMN
@_figure_options("single")
def agreement(
    files: tuple[str, ...], codebook: str, column: str | None, columns: tuple[str, ...], width: str, **more: Any
) -> None:
    """Krippendorff's alpha of coders by label, with 95 % intervals; files as for `framing data agreement`."""
    from framing.measure.agreement import compare_units
    from framing.report.charts import agreement_chart

    def chart() -> Chart:
        book, matching = coded_matching(files, codebook, column, columns)
        return agreement_chart(compare_units(matching, book), width)

    _draw(more, chart)


@plot.command()
@pilot_options
@_figure_options("double")
def shares(output: str, numbers: str | None, width: str, **given: Any) -> None:
    """Shares of each frame: naive, coded only and corrected, with 95 % intervals; files as for `framing shares`."""
    from framing.shares.chart import shares_chart

    _draw({"output": output, "numbers": numbers}, lambda: shares_chart(measured(given), width))


@plot.command()
@pilot_options
@_figure_options("double")
def coding(output: str, numbers: str | None, width: str, **given: Any) -> None:
    """How reliable the finished data are by the share that people code: doubtful rows first, and in any order.

    Files are those of `framing shares`. Reliability is Krippendorff's alpha with what people would say of all rows.
    """
    from framing.shares.finished import finished_chart, finished_rows

    _draw({"output": output, "numbers": numbers}, lambda: finished_chart(finished_rows(read_study(given)), width))


def _several_pilots(command: Command) -> Command:
    predictions = click.argument("predictions", nargs=-1, required=True, metavar="PREDICTIONS...")
    for option in reversed((predictions, GOLD, *PILOT_FURTHER, CODEBOOK, COLUMN)):
        command = option(command)
    return command


@plot.command()
@_several_pilots
@_figure_options("double")
def specification(predictions: tuple[str, ...], output: str, numbers: str | None, width: str, **given: Any) -> None:
    """Specification curve: each share under every threshold, estimator and model that could have been chosen.

    Files are those of `framing shares`; several predictions are of one corpus by several models. With --by it is the
    difference of each group from the largest that is drawn, and standard error says how many ways are sure of it.
    """
    from framing.shares.specification import sides_in_words, specifications
    from framing.shares.specification_chart import specification_chart

    def chart() -> Chart:
        names = [Path(file).stem for file in predictions]
        models = names if len(set(names)) == len(names) else predictions
        studies = {
            name: read_study({**given, "predictions": file}) for name, file in zip(models, predictions, strict=True)
        }
        found = specifications(studies)
        if not found:
            raise InputError(f"{given['gold']}: too few coded rows to compare anything")
        print(*sides_in_words(found), sep="\n", file=sys.stderr)
        return specification_chart(found, width)

    _draw({"output": output, "numbers": numbers}, chart)


def _draw(given: dict[str, Any], chart: Callable[[], Chart]) -> None:
    """Check where the figure and its numbers go, draw, and write both."""
    output, numbers = given["output"], given["numbers"]
    check_figure(output)
    if numbers is not None:
        check_output(Path(numbers))
    drawn = chart()
    with warnings.catch_warnings():  # of letters that the font lacks; in .svg they are there all the same
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        write_figure(drawn.figure, output, _DPI)
    if numbers is not None:
        write_result(drawn.csv(), numbers)


def _matrix(
    files: Sequence[str],
    given: dict[str, Any],
    frames: Sequence[str],
    targets: Sequence[str] = (),
    by: str = "date",
    period: str | None = None,
) -> Matrix:
    from framing.report.matrix import frame_matrix

    predictions = _predictions(files, given, targets)
    if not any(p.proba or p.stance_proba for p in predictions):
        raise InputError(f"{', '.join(files)}: no frame and no stance in these predictions, nothing to draw")
    return frame_matrix(predictions, by, frames or None, period=period)


def _predictions(files: Sequence[str], given: dict[str, Any], targets: Sequence[str]) -> Sequence[Prediction]:
    """Return predictions that files hold, else those of a model for their sentences."""
    from framing.model.decisions.rule import Rule

    if "-" in files:
        raise click.UsageError("-: a figure is drawn of files; name one")
    model, store, form, columns = (given[name] for name in ("model", "store", "input_format", "columns"))
    reading = Reading(
        model=model,
        store=store,
        backend="auto",
        input_format=form,
        given=tuple(targets),
        lists=(),
        holders=True,
        aliases=None,
        explain=False,
        rule=Rule(),
        columns=columns,
    )
    return reading.predictions(files)[1]


def _judged(file: str, given: dict[str, Any]) -> list[Judged]:
    """Return what coders and the model say of each label of each task."""
    from framing.predictor import Predictor
    from framing.training.evaluate import judged_labels
    from framing.training.tasks import check_coded

    check_exists(file)
    predictor = Predictor.load(given["model"], given["store"])
    columns = pairs(given["columns"], "--column")
    sentences = read_input(file, columns, form=given["input_format"], codebook=predictor.codebook)
    check_coded(file, sentences, predictor.classifier.tasks, predictor.codebook)
    rule: Rule = given["rule"]
    labels = judged_labels(predictor.classifier, sentences, rule)
    for label in labels:
        if not label.y.any():
            warnings.warn(f"{file}: no coded row has {label.name}", FramingWarning, stacklevel=2)
    return labels
