"""``framing data``: look at coded data before training on it."""

from __future__ import annotations

import warnings

import click

from framing.cli.files import check_figure, read_coded, write_figure, write_result
from framing.cli.options import CODEBOOK, COLUMN
from framing.corpus.columns import option, spoken
from framing.errors import FramingNote, FramingWarning, InputError


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
    if all(s.frames is None and s.stance is None for s in sentences) and not errors:
        remarks.append(
            f"no row is coded, for frames or stance; where a column has the labels: {option('frames', 'NAME')}"
        )
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
