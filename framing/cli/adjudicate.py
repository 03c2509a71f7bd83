"""``framing data adjudicate``: where coders differ, as a sheet to decide in; and the decisions read back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from framing.cli.coders import CODER, coded_matching
from framing.cli.files import check_output, write_result
from framing.cli.options import CODEBOOK, COLUMN
from framing.errors import InputError, OutputError


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="FILE", required=True, help="The sheet (.csv); with --decisions the coded rows (.jsonl)."
)
@click.option("--decisions", metavar="SHEET", help="The sheet with the decisions made: write the coded rows.")
@CODEBOOK
@CODER
@COLUMN
def adjudicate(
    files: tuple[str, ...],
    output: str,
    decisions: str | None,
    codebook: str,
    column: str | None,
    columns: tuple[str, ...],
) -> None:
    """Write what coders disagree on as a sheet to decide in, and read the decisions back into coded rows.

    The sheet has a row for each sentence on which two coders differ, with what each said and an empty cell `decision`:
    labels with ; between them, none where there is none, or a stance. With --decisions the same files and the sheet
    become one coding: what all agree on, and what was decided. What is still open is not coded.
    """
    from framing.measure.consensus import UNANIMOUS, consensus_of, votes_of
    from framing.report.formats import jsonl_text
    from framing.shares.adjudication import read_decisions, sheet_of, with_decisions

    suffix = ".csv" if decisions is None else ".jsonl"
    if Path(output).suffix.lower() != suffix:
        raise OutputError(f"{output}: {'the sheet' if decisions is None else 'the result'} is written as {suffix}")
    check_output(Path(output))
    book, matching = coded_matching(files, codebook, column, columns)
    votes = votes_of(matching)
    if decisions is None:
        sheet, counts = sheet_of(votes, matching.coders, book)
        if not counts:
            raise InputError(f"{', '.join(files)}: the coders differ on nothing; there is no sheet to write")
        write_result(sheet, output)
        told = ", ".join(f"{n:,} of {task}" for task, n in counts.items())
        print(f"{output}: {told} to decide; then add --decisions {output} -o coded.jsonl", file=sys.stderr)
        return
    decided = read_decisions(decisions, book)
    consensus = consensus_of(votes, matching.coders, book, UNANIMOUS)
    found = with_decisions(consensus.sentences, votes, decided, decisions)
    write_result(jsonl_text(s.to_row() for s in found.sentences), output)
    print(
        f"{len(found.sentences):,} rows: {found.agreed:,} as all said, {found.decided:,} as decided, {found.open:,} "
        "still open (not coded where coders differ)",
        file=sys.stderr,
    )
