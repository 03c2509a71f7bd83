"""``framing data``: look at coded data before training on it."""

from __future__ import annotations

from pathlib import Path

import click

from framing.cli.files import check_output, read_coded, terminal_width, write_result
from framing.cli.options import CODEBOOK, COLUMN
from framing.errors import InputError, OutputError


@click.group()
def data() -> None:
    """Look at coded data before training on it."""


@data.command()
@click.argument("path", metavar="FILE|DIR")
@CODEBOOK
@COLUMN
def check(path: str, codebook: str, columns: tuple[str, ...]) -> None:
    """Check structure, counts, repeated texts, near duplicates and repeated skeletons; exit code 1 on a finding."""
    from framing.corpus.audit import check_sentences

    book, sentences = read_coded(path, codebook, columns)
    findings = check_sentences(sentences, book)
    for finding in findings:
        print(finding)
    if findings:
        raise InputError(f"{path}: {len(findings)} finding(s) in {len(sentences):,} rows")
    print(f"{path}: {len(sentences):,} rows, no findings")


@data.command()
@click.argument("path", metavar="FILE|DIR")
@CODEBOOK
@click.option("--figure", metavar="FILE.png", help="Also draw it.")
@COLUMN
def describe(path: str, codebook: str, figure: str | None, columns: tuple[str, ...]) -> None:
    """Print what is in coded data: labels, pairs of labels, stances, targets, lengths, and your own columns."""
    from framing.corpus.audit import describe_sentences

    if figure is not None:
        if Path(figure).suffix.lower() not in (".png", ".svg", ".pdf"):
            raise OutputError(f"{figure}: unknown kind of figure; expected .png, .svg or .pdf")
        check_output(Path(figure))
    book, sentences = read_coded(path, codebook, columns)
    write_result(describe_sentences(sentences, book), None)
    if figure is not None:
        from framing.report.plots import corpus_figure

        corpus_figure(sentences, book).savefig(figure, dpi=110)


@data.command()
@click.argument("files", metavar="FILE FILE...", nargs=-1, required=True)
@CODEBOOK
@COLUMN
def agreement(files: tuple[str, ...], codebook: str, columns: tuple[str, ...]) -> None:
    """Compare coders who coded the same sentences, a file each: Krippendorff's alpha by label, with intervals."""
    from framing.measure.agreement import agreement as compare
    from framing.report.table import rows_text

    if len(files) < 2:
        raise click.UsageError("agreement: name the files of at least two coders")
    book, _ = read_coded(files[0], codebook, columns)
    names = [Path(file).stem for file in files]
    coders = names if len(set(names)) == len(names) else list(files)
    found = compare(
        {coder: read_coded(file, codebook, columns)[1] for coder, file in zip(coders, files, strict=True)}, book
    )
    rows = []
    for label, result in found.items():
        low, high = result.alpha.interval()
        rows.append(
            [
                label,
                f"{result.units:,}",
                *(f"{result.counts[coder]:,}" for coder in coders),
                f"{result.percent.value:.3f}",
                f"{result.alpha.value:.3f}",
                f"[{low:.3f}, {high:.3f}]",
            ]
        )
    write_result(
        rows_text(["label", "units", *coders, "equal", "alpha", "95 % interval"], rows, terminal_width()), None
    )


@data.command()
@click.argument("path", metavar="FILE|DIR")
@CODEBOOK
@COLUMN
def audit(path: str, codebook: str, columns: tuple[str, ...]) -> None:
    """Ask what gives a frame away: names, sources, other columns, the words of its own name; and near duplicates."""
    from framing.leakage import audit_sentences
    from framing.model.encoders import SentenceEncoder
    from framing.report.table import rows_text

    book, sentences = read_coded(path, codebook, columns)
    found = audit_sentences(sentences, book, SentenceEncoder())
    rows = []
    for clue, estimates in found.auc.items():
        for frame, estimate in estimates.items():
            low, high = estimate.interval()
            rows.append([f"{clue} alone", frame, f"{estimate.value:.3f}", f"[{low:.3f}, {high:.3f}]"])
    write_result(rows_text(["guessed from", "frame", "AUC", "95 % interval"], rows, terminal_width()), None)
    for one, other, cosine in found.near_duplicates:
        print(f"rows {one} and {other}: near duplicates in different groups (cosine {cosine:.2f})")
