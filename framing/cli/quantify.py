"""``framing quantify``: shares where nobody coded a sample, as a check."""

from __future__ import annotations

import textwrap
from pathlib import Path

import click

from framing.cli.files import check_output, terminal_width, write_result
from framing.cli.options import OUTPUT

_SAID = (
    "A check, no measurement: no row of this corpus was coded. ACC and EMQ suppose that sentences with a label look "
    "here as they do in the coded rows; intervals do not know whether that is so. Where the columns differ, draw a "
    "sample: framing data sample, then framing shares."
)


@click.command()
@click.argument("predictions", metavar="PREDICTIONS")
@click.option(
    "--held-out",
    metavar="FILE",
    required=True,
    help="What framing predict wrote (jsonl) of coded rows that the model did not learn from.",
)
@OUTPUT
def quantify(predictions: str, held_out: str, output: str | None) -> None:
    """Shares of each frame without a coded sample of the corpus, by quantification: ACC and EMQ.

    PREDICTIONS is what `framing predict CORPUS --format jsonl` wrote.
    """
    from framing.corpus.results import read_predictions
    from framing.report.scores import columns_text
    from framing.shares.quantify import QUANTIFIERS, quantified, quantified_cells

    if output is not None:
        check_output(Path(output))
    rows = quantified(read_predictions(predictions), read_predictions(held_out))
    width = terminal_width()
    table = columns_text(("label", *QUANTIFIERS), quantified_cells(rows), width)
    write_result(f"{table}\n\n{textwrap.fill(_SAID, width)}\n", output)
