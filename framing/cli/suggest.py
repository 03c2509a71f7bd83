"""``framing suggest``: which rows of a corpus to code next, and whether to go on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import check_output, read_input, write_result
from framing.cli.options import COLUMN, MODEL, STORE, pairs
from framing.errors import InputError, OutputError

if TYPE_CHECKING:
    from framing.arrays import Values
    from framing.predictor import Predictor
    from framing.records import Sentence


@click.command()
@click.argument("corpus", metavar="CORPUS")
@MODEL
@STORE
@click.option("-n", "--number", type=click.IntRange(1), default=100, show_default=True, help="How many rows.")
@click.option("--coded", metavar="FILE", help="What is coded already: not drawn again; says whether it is enough.")
@click.option(
    "--abstain",
    type=float,
    default=0.1,
    show_default=True,
    metavar="RISK",
    help="Labels left open at this risk count too; 0: they do not.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draw.")
@click.option(
    "-o", "--output", metavar="FILE.jsonl", help="The rows with their probabilities.  [default: standard output]"
)
@click.option("--coding-sheet", "sheet", metavar="FILE.csv", help="Also a sheet to code them in.")
@COLUMN
def suggest(corpus: str, number: int, coded: str | None, output: str | None, sheet: str | None, **given: Any) -> None:
    """Suggest which rows of a corpus to code next: where the model is unsure, abstains, or sees a rare label.

    Rows are drawn with known probabilities (sample_probability), spread over what the corpus is about, so that shares
    can still be estimated from them (framing shares). With --coded, what is coded already goes along with the
    probability 1, and it is told how far decisions still change with more codes.
    """
    from framing.predictor import Predictor
    from framing.report.formats import jsonl_text
    from framing.shares.sheet import sheet_csv

    for file, suffix in ((output, ".jsonl"), (sheet, ".csv")):
        if file is not None:
            if Path(file).suffix.lower() != suffix:
                raise OutputError(f"{file}: expected a name that ends in {suffix}")
            check_output(Path(file))
    columns = pairs(given["columns"], "--column")
    predictor = Predictor.load(given["model"], given["store"])
    sentences = read_input(corpus, columns)
    known = [] if coded is None else _coded_rows(coded, columns, predictor)
    before, rows = _drawn_rows(predictor, sentences, known, number, given)
    write_result(jsonl_text(row.to_row() for row in (*before, *rows)), output)
    if sheet is not None:
        write_result(sheet_csv(rows), sheet)
    chances = [row.sample_probability or 0 for row in rows]
    told = f"{len(rows):,} of {len(sentences):,} rows, drawn with probabilities from {min(chances):.4f} to "
    along = f"; {len(before):,} coded before go along with 1" if before else ""
    print(f"{told}{max(chances):.4f}{along}", file=sys.stderr)


def _coded_rows(file: str, columns: dict[str, Any], predictor: Predictor) -> list[Sentence]:
    rows = [s for s in read_input(file, columns, codebook=predictor.codebook) if s.frames is not None]
    if not rows:
        raise InputError(f"{file}: no row is coded for frames")
    return rows


def _drawn_rows(
    predictor: Predictor, sentences: Sequence[Sentence], known: Sequence[Sentence], number: int, given: dict[str, Any]
) -> tuple[list[Sentence], list[Sentence]]:
    """Return the rows of the corpus that are coded already, and those to code next."""
    from dataclasses import replace

    from framing.measure.matching import normalised
    from framing.model.decisions.rule import Rule
    from framing.model.similar import sentence_vectors
    from framing.shares.draw import STRATUM
    from framing.shares.suggest import draw_spread, inclusion_probabilities, reasons, spread_order

    if "frames" not in predictor.classifier.tasks:
        raise InputError("the model knows no frames; suggest draws by these")
    by_text = {normalised(s.text): s for s in known}
    done = [(s, by_text[key]) for s in sentences if (key := normalised(s.text)) in by_text]
    rest = [s for s in sentences if normalised(s.text) not in by_text]
    if not rest:
        raise InputError("all rows of the corpus are coded already")
    task = predictor.classifier.tasks["frames"]
    judged = task.judge(rest, Rule(abstain=given["abstain"] or None))
    told = reasons(judged.proba, predictor.codebook.exclusive, judged.abstained)
    p = inclusion_probabilities(told, min(number, len(rest)))
    X = _dense(sentence_vectors(predictor.classifier, rest))
    drawn = draw_spread(p, spread_order(X, number, given["seed"]), given["seed"])
    if known:
        _tell_whether_enough(predictor, known, X)
    before = [
        replace(s, frames=c.frames, coded=c.coded, sample_probability=1.0, extra={**s.extra, STRATUM: "coded"})
        for s, c in done
    ]
    rows = [
        replace(
            rest[i],
            frames=None,
            coded=None,
            sample_probability=round(float(q), 12),
            extra={**rest[i].extra, STRATUM: str(h)},
        )
        for i, q, h in zip(drawn.chosen, drawn.probability, drawn.stratum, strict=True)
    ]
    return before, rows


def _tell_whether_enough(predictor: Predictor, known: Sequence[Sentence], corpus: Any) -> None:
    """Say how far the decisions in the corpus still change with more codes."""
    import numpy as np

    from framing.model.similar import sentence_vectors
    from framing.shares.suggest import STABLE, is_enough, stopping_curve

    names = predictor.codebook.frame_names
    Y = np.array(
        [[np.nan if s.coded and n not in s.coded else float(n in (s.frames or ())) for n in names] for s in known]
    )
    steps = stopping_curve(_dense(sentence_vectors(predictor.classifier, known)), Y, corpus)
    curve = ", ".join(f"{step.n:,} {'–' if step.kappa != step.kappa else format(step.kappa, '.3f')}" for step in steps)
    print(f"codes, and how far decisions agree with those of the step before (kappa): {curve}", file=sys.stderr)
    enough = is_enough(steps)
    said = "more codes would hardly change them" if enough else "more codes still change them"
    print(f"{'enough' if enough else 'go on'}: {said} (enough is {STABLE:g} twice in a row)", file=sys.stderr)
    if never := [name for name, column in zip(names, Y.T, strict=True) if not np.nansum(column)]:
        print(f"no row is coded as {', '.join(never)}: of that nothing is known yet", file=sys.stderr)


def _dense(vectors: Any) -> Values:
    import numpy as np

    return np.asarray(vectors.toarray() if hasattr(vectors, "toarray") else vectors, dtype=float)
