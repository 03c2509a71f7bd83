"""``framing data errors``: codes that are probably wrong, as a sheet; and the decisions read back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from framing.cli.files import check_output, read_coded, terminal_width, write_result
from framing.cli.options import CODEBOOK, COLUMN
from framing.errors import OutputError


@click.command("errors")
@click.argument("path", metavar="FILE|DIR")
@CODEBOOK
@click.option(
    "--encoder", metavar="NAME", default="minilm", show_default=True, help="As of framing train; tfidf is fast."
)
@click.option("--task", type=click.Choice(("frames", "stance")), help="Only the codes of this task.")
@click.option("-n", "--number", type=click.IntRange(1), default=50, show_default=True, help="How many at most.")
@click.option("-o", "--output", metavar="FILE", help="A sheet to decide in (.csv); with --decisions the rows (.jsonl).")
@click.option("--decisions", metavar="SHEET", help="The sheet with decisions made: write the rows with these codes.")
@COLUMN
def data_errors(
    path: str,
    codebook: str,
    encoder: str,
    task: str | None,
    number: int,
    output: str | None,
    decisions: str | None,
    columns: tuple[str, ...],
) -> None:
    """Find codes that are probably wrong, by models that did not learn from them (confident learning, cleanlab).

    Look at them again: many will be right, and hard. In the sheet, fill `decision` (labels with ; between them, none,
    or a stance) where a code is to be changed, and give it back with --decisions.
    """
    from framing.report.formats import jsonl_text
    from framing.shares.adjudication import read_decisions
    from framing.shares.suspects import put_right, suspects_csv, suspects_text

    suffix = ".csv" if decisions is None else ".jsonl"
    if decisions is not None and output is None:
        raise click.UsageError("--decisions: also name the result, -o FILE.jsonl")
    if output is not None:
        if Path(output).suffix.lower() != suffix:
            raise OutputError(f"{output}: {'the sheet' if decisions is None else 'the result'} is written as {suffix}")
        check_output(Path(output))
    book, sentences = read_coded(path, codebook, columns)
    if decisions is not None:
        rows, changed = put_right(sentences, read_decisions(decisions, book), decisions)
        write_result(jsonl_text(row.to_row() for row in rows), output)
        print(f"{len(rows):,} rows, {changed:,} with other codes than before", file=sys.stderr)
        return
    from framing.app.named import part_named
    from framing.training.label_errors import cross_validated, label_errors
    from framing.training.tasks import TASKS

    predicted = cross_validated(
        sentences, book, encoder=part_named("encoder", encoder), tasks=TASKS if task is None else (task,)
    )
    found = label_errors(predicted, book)
    shown = found[:number]
    n_rows = sum(len(part.sentences) for part in predicted.values())
    if output is None:
        write_result(suspects_text(shown, len(found), n_rows, terminal_width()), None)
    else:
        write_result(suspects_csv(shown), output)
        print(f"{output}: {len(shown):,} of {len(found):,} codes to look at again", file=sys.stderr)
