"""``framing budget``: how many rows have to be coded, for an interval or for a score."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import click

from framing.cli.files import check_output, terminal_width, write_result
from framing.cli.options import CODEBOOK, COLUMN, OUTPUT, pairs
from framing.cli.shares import PILOT_FURTHER, measured

# What the score of a model does not ask for.
_OF_SHARES = {
    "sample": "--sample",
    "gold_is_random": "--gold-is-random",
    "trained_on": "--trained-on",
    "by": "--by",
    "frames": "--frame",
    "stance": "--stance",
    "beyond": "--beyond",
}


def _budget_options(command: Any) -> Any:
    gold = click.option("--gold", metavar="CODED", help="What people coded of it, with how it was drawn.")
    for option in reversed((gold, *PILOT_FURTHER, CODEBOOK, COLUMN)):
        command = option(command)
    return command


@click.command()
@click.argument("file", metavar="PREDICTIONS|CODED")
@_budget_options
@OUTPUT
@click.option("--margin", type=float, metavar="SHARE", help="Half the width wanted: 0.02 is ± 2 points.")
@click.option("--score", is_flag=True, help="Instead: what more coded rows would do for a model's macro-F1.")
@click.option("--reach", type=float, metavar="F1", help="With --score: how many rows this macro-F1 takes.")
@click.option(
    "--encoder",
    type=click.Choice(["tfidf", "minilm", "mpnet", "multilingual"]),
    default="tfidf",
    show_default=True,
    help="With --score: what reads the sentences.",
)
@click.option("--head", type=click.Choice(["logreg", "svm"]), default="logreg", show_default=True, help="With --score.")
def budget(
    file: str,
    output: str | None,
    margin: float | None,
    score: bool,
    reach: float | None,
    encoder: str,
    head: str,
    **given: Any,
) -> None:
    """How many rows have to be coded for an interval of ± SHARE, from the variances of what is coded so far.

    Files are those of framing shares. With --score the one file has coded rows: models are trained on a sixteenth of
    their documents, an eighth and so on, and a power law says what more would give.
    """
    if output is not None:
        check_output(Path(output))
    if score:
        if margin is not None or given["gold"] is not None:
            raise click.UsageError("--score: takes coded rows alone, neither --gold nor --margin")
        if unread := [option for name, option in _OF_SHARES.items() if given[name]]:
            raise click.UsageError(f"--score: {', '.join(unread)} would change nothing; leave it out")
        write_result(_curve_text(file, reach, encoder, head, given), output)
        return
    if margin is None or given["gold"] is None:
        raise click.UsageError("name --gold CODED and --margin SHARE, or --score")
    if reach is not None:
        raise click.UsageError("--reach: only with --score")
    from framing.report.scores import columns_text
    from framing.shares.budget import budget as budget_of
    from framing.shares.budget import budget_cells

    rows = budget_of(measured({**given, "predictions": file}), margin)
    header = ("group", "label", "coded", "now", "needed alone", "with the model", "more")
    write_result(columns_text(header, budget_cells(rows), terminal_width()) + "\n", output)


def _curve_text(file: str, reach: float | None, encoder: str, head: str, given: dict[str, Any]) -> str:
    from framing.app.named import part_named
    from framing.report.scores import columns_text
    from framing.shares.score import score_budget, score_cells, score_lines
    from framing.training import Recipe
    from framing.training.inputs import prepare
    from framing.training.learning_curve import learning_points

    recipe = Recipe(encoder=part_named("encoder", encoder), head=part_named("head", head), tasks=["frames"])
    training = prepare(file, given["codebook"], columns=pairs(given["columns"], "--column"), recipe=recipe)
    points = learning_points(training)
    found = score_budget([point.rows for point in points], [point.score for point in points], reach)
    width = terminal_width()
    table = columns_text(("rows", "macro-F1", ""), score_cells(found), width)
    told = [textwrap.fill(line, width, subsequent_indent="  ") for line in score_lines(found)]
    return f"{table}\n\n" + "\n".join(told) + "\n"
