"""``framing data``: look at coded data before training on it."""

from __future__ import annotations

import sys
import warnings
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framing.cli.files import check_figure, read_coded, terminal_width, write_figure, write_result
from framing.cli.options import CODEBOOK, COLUMN
from framing.records import CODER_COLUMNS

if TYPE_CHECKING:
    from framing.codebook import Codebook
    from framing.measure.agreement import Agreement
    from framing.measure.coders import Codings
    from framing.measure.matching import Matching
from framing.corpus.columns import spoken
from framing.errors import FramingNote, FramingWarning, InputError
from framing.scores import interval_text

CODER = click.option(
    "--coder",
    "column",
    metavar="NAME",
    help=f"The column that names the coder.  [default: {' or '.join(CODER_COLUMNS)}, in a single file]",
)


@click.group()
def data() -> None:
    """Look at coded data before training on it; draw a sample to code; share codes without their text."""


@data.command()
@click.argument("path", metavar="FILE|DIR")
@CODEBOOK
@click.option("--strict", is_flag=True, help="Exit with code 1 on a remark, too.")
@COLUMN
def check(path: str, codebook: str, strict: bool, columns: tuple[str, ...]) -> None:
    """Check coded rows before a training; exit code 1 on an error, 0 where there are remarks alone.

    An error is what must be mended: a row that cannot be read right, one text that one coder gave different frames. A
    remark is what may be meant: how the file was read, repeated texts, near duplicates, repeated skeletons.
    """
    from framing.corpus.audit import errors_in, remarks_on

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", FramingWarning)
        book, sentences = read_coded(path, codebook, columns)
    told = {str(w.message): w.category for w in caught if issubclass(w.category, FramingWarning)}
    notes = [message for message, category in told.items() if issubclass(category, FramingNote)]
    errors = [message for message in told if message not in notes] + errors_in(sentences, book)
    remarks = notes + remarks_on(sentences)
    for kind, findings in (("error", errors), ("remark", remarks)):
        for finding in findings:
            print(f"{kind}: {spoken(finding, train=False)}")
    said = f"{_counted_findings(errors, 'error')}, {_counted_findings(remarks, 'remark')} in {len(sentences):,} rows"
    if errors or (strict and remarks):
        raise InputError(f"{path}: {said}")
    print(f"{path}: {said if remarks else f'{len(sentences):,} rows, no findings'}")


def _counted_findings(findings: list[str], kind: str) -> str:
    return f"{len(findings)} {kind}{'' if len(findings) == 1 else 's'}"


@data.command()
@click.argument("path", metavar="FILE|DIR")
@CODEBOOK
@click.option("--figure", metavar="FILE.png", help="Also draw it.")
@COLUMN
def describe(path: str, codebook: str, figure: str | None, columns: tuple[str, ...]) -> None:
    """Print what is in coded data: labels, pairs of labels, stances, targets, lengths, and your own columns."""
    from framing.corpus.audit import describe_sentences

    if figure is not None:
        check_figure(figure)
    book, sentences = read_coded(path, codebook, columns)
    write_result(describe_sentences(sentences, book), None)
    if figure is not None:
        from framing.report.plots import corpus_figure

        write_figure(corpus_figure(sentences, book), figure)


@data.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@CODEBOOK
@CODER
@COLUMN
def agreement(files: tuple[str, ...], codebook: str, column: str | None, columns: tuple[str, ...]) -> None:
    """Compare coders who coded the same sentences: Krippendorff's alpha by label, with intervals.

    Several files are a coder each. One file needs a column that names the coder of each row.

    Sentences are matched by their text, whatever its spaces, line breaks, form of Unicode, quotation marks and dashes;
    where a text stands several times, also by doc_id and position. How many were matched is said on standard error.
    """
    from framing.measure.agreement import compare_units
    from framing.report.table import rows_text

    book, matching = coded_matching(files, codebook, column, columns)
    found = compare_units(matching, book)
    width = terminal_width()
    # Where a column for each coder has no room, the least and the most that one gave.
    wide = 45 + max(map(len, found)) + sum(len(coder) + 3 for coder in matching.coders) > width
    header = ["label", "units", *(["by coder"] if wide else matching.coders), "equal", "alpha", "95 % interval"]
    write_result(rows_text(header, [_agreement_row(*item, wide) for item in found.items()], width), None)


def _agreement_row(label: str, found: Agreement, wide: bool) -> list[str]:
    low, high = found.alpha.interval()
    counts = [f"{n:,}" for n in found.counts.values()]
    if wide:
        counts = [f"{min(found.counts.values()):,} to {max(found.counts.values()):,}"]
    # Where nobody ever gave the label, or all always did, there is nothing to agree on beyond chance.
    alpha = ["–", "–"] if isnan(found.alpha.value) else [f"{found.alpha.value:.3f}", interval_text(low, high)]
    return [label, f"{found.units:,}", *counts, f"{found.percent.value:.3f}", *alpha]


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
