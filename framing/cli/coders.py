"""Several coders: ``framing data agreement``, and how commands read what each coded."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import read_coded, terminal_width, write_result
from framing.cli.options import CODEBOOK, COLUMN, output_format
from framing.records import CODER_COLUMNS
from framing.scores import interval_text

if TYPE_CHECKING:
    from framing.codebook import Codebook
    from framing.measure.agreement import Agreement
    from framing.measure.coders import Codings
    from framing.measure.intervals import Estimate
    from framing.measure.matching import Matching

CODER = click.option(
    "--coder",
    "column",
    metavar="NAME",
    help=f"The column that names the coder.  [default: {' or '.join(CODER_COLUMNS)}, in a single file]",
)
# What is told of how far coders agree, by its name in tables and files.
_COEFFICIENTS = {"alpha": "alpha", "AC1": "ac1", "F1": "f1"}
_INTERVAL = "95 % interval"
_Compared = Mapping[str, Mapping[str, "Agreement"]]  # by coders, by label


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@CODEBOOK
@CODER
@click.option("--pairs", is_flag=True, help="Also compare each two coders by themselves.")
@output_format("table", "csv", "json", to_file=False)
@COLUMN
def agreement(
    files: tuple[str, ...], codebook: str, column: str | None, pairs: bool, form: str, columns: tuple[str, ...]
) -> None:
    """Compare coders who coded the same sentences: Krippendorff's alpha, Gwet's AC1 and F1, with intervals.

    By label, over all (frames: label sets by MASI distance, or one class of an exclusive codebook), and of the stance.
    Several files are a coder each. One file needs a column that names the coder of each row.

    Sentences are matched by their text, whatever its spaces, line breaks, form of Unicode, quotation marks and dashes;
    where a text stands several times, also by doc_id and position. How many were matched is said on standard error.
    """
    from framing.measure.agreement import compare_pairs, compare_units
    from framing.report.formats import csv_text, json_text

    book, matching = coded_matching(files, codebook, column, columns)
    found: dict[str, Mapping[str, Agreement]] = {"all" if pairs else "": compare_units(matching, book)}
    if pairs:
        found |= {" and ".join(pair): one for pair, one in compare_pairs(matching, book).items()}
    if form == "table":
        write_result(_agreement_text(found, terminal_width()), None)
        return
    rows = [
        {"coders": coders or "all", "label": label, **_agreement_numbers(one)}
        for coders, by_label in found.items()
        for label, one in by_label.items()
    ]
    if form == "json":
        write_result(json_text(rows), None)
    else:
        cells = [["" if value != value else value for value in row.values()] for row in rows]
        write_result(csv_text(list(rows[0]), cells), None)


def _agreement_numbers(found: Agreement) -> dict[str, Any]:
    numbers: dict[str, Any] = {"units": found.units, "equal": round(found.percent.value, 6)}
    for name, attribute in _COEFFICIENTS.items():
        score = getattr(found, attribute).score()
        values = (score.value, score.low, score.high)
        numbers |= {f"{name.lower()}{end}": round(v, 6) for end, v in zip(("", "_low", "_high"), values, strict=True)}
    return numbers


def _agreement_text(found: _Compared, width: int) -> str:
    """Return the widest table that there is room for: of coders the counts of each, of all coefficients intervals."""
    from framing.report.table import rows_text

    layouts = [(coders, shown) for coders in (True, False) for shown in (3, 1)] + [(False, 0)]
    for each_coder, with_interval in layouts:
        header, rows = _agreement_rows(found, each_coder, with_interval)
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        if sum(widths) + 3 * len(widths) <= width:
            break
    return rows_text(header, rows, width)


def _agreement_rows(found: _Compared, each_coder: bool, with_interval: int) -> tuple[list[str], list[list[str]]]:
    """Return header and rows; so many coefficients have an interval, and where none has, only alpha is there."""
    shown = list(_COEFFICIENTS)[: 3 if with_interval else 1]
    several = len(found) > 1
    coders = list(next(iter(next(iter(found.values())).values())).counts) if each_coder and not several else []
    header = [*(["coders"] if several else []), "label", "units", *(coders or ["by coder"]), "equal"]
    for i, name in enumerate(shown):
        header += [name, _INTERVAL] if i < max(1, with_interval) else [name]
    rows = []
    for who, by_label in found.items():
        for label, one in by_label.items():
            given = one.counts.values()
            counts = [f"{n:,}" for n in given] if coders else [f"{min(given):,} to {max(given):,}"]
            row = [*([who] if several else []), label, f"{one.units:,}", *counts, f"{one.percent.value:.3f}"]
            for i, name in enumerate(shown):
                row += _coefficient_cells(getattr(one, _COEFFICIENTS[name]), i < max(1, with_interval))
            rows.append(row)
    return header, rows


def _coefficient_cells(estimate: Estimate, with_interval: bool) -> list[str]:
    # Where nobody ever gave the label, or all always did, there is nothing to agree on beyond chance.
    undefined = isnan(estimate.value)
    cells = ["–" if undefined else f"{estimate.value:.3f}"]
    return [*cells, "–" if undefined else interval_text(*estimate.interval())] if with_interval else cells


def coded_matching(
    files: tuple[str, ...], codebook: str, column: str | None, columns: tuple[str, ...]
) -> tuple[Codebook, Matching]:
    """Read the codings of several coders and match their sentences; how many were matched is told."""
    from framing.measure.matching import match_units, matching_lines

    book, codings = _read_codings(files, codebook, column, columns)
    matching = match_units(codings.sentences, codings.rows)
    for line in matching_lines(matching):
        print(line, file=sys.stderr)
    return book, matching


def _read_codings(
    files: tuple[str, ...], codebook: str, column: str | None, columns: tuple[str, ...]
) -> tuple[Codebook, Codings]:
    """Read the codings of several coders: by a column that names them, or a file each."""
    from framing.measure.coders import Codings, coder_column, codings_by_column, codings_by_file

    book, first = read_coded(files[0], codebook, columns)
    tables = [first, *(read_coded(file, codebook, columns)[1] for file in files[1:])]
    if column is None and len(files) == 1:
        column = coder_column(first)
        if column is None:
            raise click.UsageError(
                "agreement: name the files of at least two coders, or one file with a column "
                f"{' or '.join(map(repr, CODER_COLUMNS))} (another name: --coder NAME)"
            )
        print(f"coders: the values of column {column!r}", file=sys.stderr)
    if column is not None:
        rows = enumerate((s for table in tables for s in table), 1)
        # What nobody coded, as exports of annotation tools have it, has no coder either.
        kept = {n: s for n, s in rows if s.frames is not None or s.stance is not None or s.extra.get(column)}
        found = codings_by_column(list(kept.values()), column, ", ".join(files))
        numbers = list(kept)
        return book, Codings(found.sentences, {c: [numbers[n - 1] for n in rows] for c, rows in found.rows.items()})
    names = [Path(file).stem for file in files]
    coders = names if len(set(names)) == len(names) else files
    return book, codings_by_file(dict(zip(coders, tables, strict=True)))
