"""``framing codebook start``: labels of a corpus by the codebook's words alone, before anybody has coded."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import check_output, read_coded, read_input, write_result
from framing.cli.options import COLUMN, pairs
from framing.errors import InputError

if TYPE_CHECKING:
    from framing.arrays import Proba, Values
    from framing.codebook import Codebook
    from framing.records import Sentence


@click.command()
@click.argument("book", metavar="FILE.yaml")
@click.argument("corpus", metavar="CORPUS")
@click.option("--coded", metavar="FILE", help="Thirty coded rows or more: they make probabilities, and say how good.")
@click.option("--encoder", metavar="NAME", default="minilm", show_default=True, help="As of framing train.")
@click.option("-o", "--output", metavar="FILE.jsonl", help="Where to write the rows.  [default: standard output]")
@COLUMN
def start(
    book: str, corpus: str, coded: str | None, encoder: str, output: str | None, columns: tuple[str, ...]
) -> None:
    """Guess labels by likeness to the codebook's definitions and examples: a start, before anything is coded.

    Each row gets start_frames and start_scores (how far its likeness stands out, in standard deviations), with --coded
    also start_proba. These are no codes: nothing learns from them as they are. Code a few dozen rows, and train.
    """
    from framing.app.named import part_named
    from framing.codebook import Codebook
    from framing.model.prototypes import guessed, likeness, prototypes, vectors
    from framing.report.formats import jsonl_text
    from framing.resources import codebook_path

    if output is not None:
        check_output(Path(output))
    found = Codebook.load(codebook_path(book))
    sentences = read_input(corpus, pairs(columns, "--column"))
    known = [] if coded is None else _coded(coded, book, columns)
    made = part_named("encoder", encoder)
    P = prototypes(made, found)
    texts = [s.text for s in (*sentences, *known)]
    scores = likeness(vectors(made, texts), P)
    here, proba = scores[: len(sentences)], None
    if known:
        proba = _told_how_good(scores[len(sentences) :], known, here, found)
    else:
        print("a start, and nobody knows how good: give 30 coded rows with --coded", file=sys.stderr)
    rows = []
    for i, (sentence, labels) in enumerate(zip(sentences, guessed(here, found.exclusive), strict=True)):
        row = sentence.to_row() | {
            "start_frames": [found.frame_names[j] for j in labels],
            "start_scores": _numbers_by_label(here[i], found),
        }
        rows.append(row | ({} if proba is None else {"start_proba": _numbers_by_label(proba[i], found)}))
    write_result(jsonl_text(rows), output)


def _numbers_by_label(values: Values, book: Codebook) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(book.frame_names, values, strict=True)}


def _coded(file: str, book: str, columns: tuple[str, ...]) -> list[Sentence]:
    from framing.model.prototypes import ENOUGH

    rows = [s for s in read_coded(file, book, columns)[1] if s.frames is not None and s.coded is None]
    if len(rows) < ENOUGH:
        raise InputError(f"{file}: {len(rows)} rows are coded for all frames; to calibrate needs {ENOUGH}")
    return rows


def _told_how_good(own: Values, known: Sequence[Sentence], here: Values, book: Codebook) -> Proba:
    """Return probabilities of the corpus, and say how well the coded rows are told."""
    import numpy as np

    from framing.measure.intervals import bootstrap_weights
    from framing.measure.metrics import frame_estimates
    from framing.model.prototypes import calibrated, codes_of, guessed

    names = book.frame_names
    Y = codes_of([s.frames or () for s in known], names)
    held_out, proba = calibrated(own, Y, here)
    guesses = codes_of([tuple(names[j] for j in row) for row in guessed(own, book.exclusive)], names) == 1
    W = bootstrap_weights(np.arange(len(known)))
    scored: dict[str, Any] = frame_estimates(Y, held_out, guesses, names, W)
    for name, chance in (("macro_f1", None), ("mean_ap", Y.mean(axis=0)[Y.any(axis=0)].mean())):
        by_chance = "" if chance is None else f"; by chance {chance:.3f}"
        print(f"{name} of {len(known):,} coded rows: {scored[name].score()}{by_chance}", file=sys.stderr)
    print("a start: a model that learns from codes does better, see framing train", file=sys.stderr)
    return proba
