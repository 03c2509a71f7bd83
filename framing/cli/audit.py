"""``framing data audit``: what gives a label away, and what is on both sides of a split."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import read_coded, terminal_width, write_result
from framing.cli.options import CODEBOOK, COLUMN
from framing.errors import InputError
from framing.scores import interval_text

if TYPE_CHECKING:
    from framing.leakage import Audit
    from framing.records import Sentence

_SHOWN = 5  # examples of a finding
_MOST_PARTS = 20  # a column of more values is no split
SPLIT = "split"
_TOLD = {
    "text": ("text", "texts", "the same words on both sides"),
    "document": ("document", "documents", "one doc_id or group on both sides"),
    "copy": ("pair of documents", "pairs of documents", "a copy, such as a wire story in two papers"),
    "words": ("pair of rows", "pairs of rows", "ten words in a row on both sides"),
    "meaning": ("pair of rows", "pairs of rows", "near duplicates by their meaning"),
}


@click.command()
@click.argument("files", metavar="FILE|DIR...", nargs=-1, required=True)
@CODEBOOK
@click.option(
    "--split", "column", metavar="NAME", help=f"A column that names the part of each row.  [default: {SPLIT}, if any]"
)
@click.option("--near/--no-near", default=True, help="Look for near duplicates by meaning, slow.  [default: near]")
@click.option("--all", "everything", is_flag=True, help="List all findings, and clues at chance.")
@COLUMN
def audit(
    files: tuple[str, ...], codebook: str, column: str | None, near: bool, everything: bool, columns: tuple[str, ...]
) -> None:
    """Ask what gives a label away, and what is on both sides of a split.

    A label that source, date, target, coder, names or another column tell can be learned in place of what is coded.
    Sides are the files where there are several, else the parts that a column names, else the groups (documents) of a
    cross-validation. Rows have the numbers that they have in their file.
    """
    from framing.corpus.overlaps import overlaps
    from framing.leakage import audit_sentences
    from framing.model.encoders import SentenceEncoder

    read = {file: read_coded(file, codebook, columns) for file in files}
    book = next(iter(read.values()))[0]
    sentences = [sentence for _, rows in read.values() for sentence in rows]
    places = [(file, number) for file, (_, rows) in read.items() for number in range(1, len(rows) + 1)]
    sides, told = _sides(files, places, sentences, column)
    found = audit_sentences(sentences, book, SentenceEncoder() if near else None, sides=sides)
    width = terminal_width()
    write_result(_clues_text(found, width, everything), None)
    doubles = [
        *((o.kind, o.rows, o.what) for o in overlaps(sentences, sides)),
        *(("meaning", (one - 1, two - 1), f"cosine {cosine:.2f}") for one, two, cosine in found.near_duplicates),
    ]
    shown = len(doubles) if everything else _SHOWN
    lines = _doubles_lines(doubles, sides if told else None, places, shown, width)
    head = f"On both sides of {told or 'the groups of a cross-validation'}:"
    write_result("\n".join(["", *([head, *lines] if lines else [f"{head} nothing was found."])]) + "\n", None)


def _sides(
    files: Sequence[str], places: Sequence[tuple[str, int]], sentences: Sequence[Sentence], column: str | None
) -> tuple[list[Hashable], str]:
    """Return where each row is, and what the sides are called; nothing where they are groups."""
    if len(files) > 1 and column is None:
        if len(set(files)) < len(files):
            raise click.UsageError("audit: a file is named twice; several files are the parts of a split")
        names = [Path(file).name for file in files]
        called: dict[str, Hashable] = dict(zip(files, names if len(set(names)) == len(names) else files, strict=True))
        return [called[file] for file, _ in places], f"{len(files)} files"
    values = Counter(str(s.extra.get(column or SPLIT) or "") for s in sentences)
    if 1 < len(values) <= _MOST_PARTS:
        return [str(s.extra.get(column or SPLIT) or "") for s in sentences], f"column {column or SPLIT!r}"
    if column is not None:
        raise InputError(
            f"--split {column}: the column has {len(values)} value(s); expected 2 to {_MOST_PARTS}, such as train, test"
        )
    from framing.corpus.splits import GroupedFolds

    return list(GroupedFolds().groups(sentences)), ""


def _clues_text(found: Audit, width: int, everything: bool) -> str:
    """Return the table of clues, those that tell most first; what is at chance is one line."""
    from framing.leakage import CHANCE, HIGH, SOME, auc_in_words
    from framing.report.table import rows_text

    ranked = sorted(
        ((clue, label, e) for clue, by_label in found.auc.items() for label, e in by_label.items()),
        key=lambda item: -item[2].value,
    )
    shown = [item for item in ranked if everything or auc_in_words(item[2]) != CHANCE]
    rows = [
        [f"{clue} alone", label, f"{e.value:.3f}", interval_text(*e.interval()), auc_in_words(e)]
        for clue, label, e in shown
    ]
    text = rows_text(["guessed from", "label", "AUC", "95 % interval", "tells"], rows, width) if rows else ""
    at_chance = Counter(clue for clue, _, e in ranked if auc_in_words(e) == CHANCE)
    told = (
        f"AUC .5 is chance; some from {SOME:g}, high from {HIGH:g}. What a clue tells to a high degree, a model can "
        "learn in the place of the label: split by that clue (split=source, target, time), or train without names "
        "(preprocess.entities)."
    )
    lines = [told]
    if at_chance and not everything:
        listed = ", ".join(f"{clue} ({n} of {len(found.auc[clue])} labels)" for clue, n in at_chance.items())
        lines.insert(0, f"At chance: {listed}.")
    return text + "".join(f"{textwrap.fill(line, width)}\n" for line in lines)


def _doubles_lines(
    doubles: Sequence[tuple[str, Sequence[int], str]],
    sides: Sequence[Hashable] | None,
    places: Sequence[tuple[str, int]],
    shown: int,
    width: int,
) -> list[str]:
    lines: list[str] = []
    for kind, (one, several, meaning) in _TOLD.items():
        of_kind = [(rows, what) for doubled, rows, what in doubles if doubled == kind]
        if not of_kind:
            continue
        counts = (
            Counter(sides[row] for row in {row for rows, _ in of_kind for row in rows}) if sides else Counter[Any]()
        )
        each = ", ".join(f"{side}: {n:,}" for side, n in sorted(counts.items(), key=lambda item: str(item[0])))
        head = f"{len(of_kind):,} {one if len(of_kind) == 1 else several} ({meaning})" + (
            f", rows in {each}" if each else ""
        )
        found = [f"  {_rows_listed([places[row] for row in rows])}: {' '.join(what.split())}" for rows, what in of_kind]
        lines += textwrap.wrap(head, width, subsequent_indent="  ")
        lines += [line if len(line) <= width else f"{line[: width - 1]}…" for line in found[:shown]]
        lines += [f"  and {len(of_kind) - shown:,} more (--all)"] if len(of_kind) > shown else []
    return lines


def _rows_listed(places: Sequence[tuple[str, int]]) -> str:
    """Return rows, by file: ``train.jsonl 2, 7; test.jsonl 4``."""
    files: dict[str, list[int]] = {}
    for file, number in places:
        files.setdefault(file, []).append(number)
    told = []
    for file, numbers in files.items():
        name = "rows" if len(files) == 1 else Path(file).name
        more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
        told.append(f"{name} {', '.join(map(str, numbers[:3]))}{more}")
    return "; ".join(told)
