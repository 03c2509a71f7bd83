"""``framing targets``: what a corpus takes sides on, before one asks for stances."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framing.cli.files import check_output, read_files, terminal_width, write_result
from framing.cli.options import ALL_LINES, COLUMN, INPUT_FORMAT, MODEL, OUTPUT, STORE, output_format, pairs

if TYPE_CHECKING:
    from framing.targets import TargetProposal

# Characters of a bar for all sentences that mention a target.
_BAR = 10


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE... | -")
@MODEL
@STORE
@output_format("table", "jsonl", "csv")
@INPUT_FORMAT
@OUTPUT
@click.option(
    "--min-count",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Least number of sentences that mention a target.",
)
@click.option(
    "--top", type=click.IntRange(min=1), default=20, show_default=True, help="Most targets that are proposed."
)
@ALL_LINES
@click.option("--no-stance", is_flag=True, help="Count only: no model is loaded, the most frequent come first.")
@COLUMN
def targets(
    files: tuple[str, ...],
    model: str | None,
    store: str | None,
    form: str,
    input_format: str,
    output: str | None,
    min_count: int,
    top: int,
    no_stance: bool,
    columns: tuple[str, ...],
) -> None:
    """Propose targets for --target of predict: what the sentences of English articles or tables take sides on.

    A target is a noun phrase. count is the number of sentences that mention it; the stances are how many of these the
    model reads as being for it, neutral or against it. Those with most sentences on a side come first.
    """
    named = pairs(columns, "--column")
    if no_stance and (model or store):
        raise click.UsageError("--no-stance loads no model: leave --model and --store out")
    if output is not None:
        check_output(Path(output))
    sentences = read_files(files, named, input_format)
    from framing.targets import propose_targets

    predictor = None
    if not no_stance:
        from framing.predictor import Predictor

        predictor = Predictor.load(model, store)
    proposals = propose_targets(sentences, predictor, min_count=min_count, top=top)
    if not proposals:
        print(
            f"no noun phrase that could be a target is in {min_count} of {len(sentences):,} sentences; "
            "give more text, or a smaller --min-count",
            file=sys.stderr,
        )
    write_result(_written(proposals, form), output)


def _written(proposals: Sequence[TargetProposal], form: str) -> str:
    from framing.report.formats import csv_cell, csv_text, jsonl_text
    from framing.report.table import rows_text

    rows = [proposal.to_row() for proposal in proposals]
    if form == "jsonl":
        return jsonl_text(rows)
    names = [] if not proposals else list(proposals[0].spread)
    if form == "csv":
        columns = ["target", "count", "documents", *names]
        columns = list(dict.fromkeys([*columns, *(name for row in rows for name in row)]))
        return csv_text(columns, [[csv_cell(row.get(name)) for name in columns] for row in rows])
    cells = [
        [one.target, one.count, "" if one.documents is None else one.documents]
        + [f"{one.spread[name]} {'█' * round(_BAR * one.spread[name] / one.count)}" for name in names]
        for one in proposals
    ]
    return rows_text(["target", "count", "documents", *names], cells, terminal_width())
