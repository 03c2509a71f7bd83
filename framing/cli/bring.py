"""``framing data import``: what an annotation tool or a spreadsheet wrote becomes coded rows."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framing.cli.files import check_output, write_result
from framing.cli.options import COLUMN, pairs, reading_of
from framing.errors import InputError

if TYPE_CHECKING:
    from framing.records import Sentence


@click.command("import")
@click.argument("files", metavar="EXPORT...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="FILE.jsonl", help="Where to write the rows.  [default: standard output]")
@click.option("--codebook", metavar="FILE", help="Write its names for the labels, and refuse labels that it lacks.")
@click.option("--texts", metavar="FILE", help="The items with their texts, for an export of Potato, which has none.")
@click.option(
    "--sample", metavar="FILE", help="What data sample wrote: rows get the probability that they were drawn with."
)
@COLUMN
def import_(
    files: tuple[str, ...],
    output: str | None,
    codebook: str | None,
    texts: str | None,
    sample: str | None,
    columns: tuple[str, ...],
) -> None:
    """Read the export of an annotation tool, or a table of a spreadsheet, and write it as coded rows (JSONL).

    Known are Label Studio, doccano, Prodigy, Argilla, INCEpTION (UIMA CAS JSON), Potato and ActiveTigger, and any table
    that train and evaluate read. What was read, how often each label stands there, and what was left out and why is
    said on standard error. A row is what one coder said of one text; several files are put together.
    """
    from framing.codebook import Codebook
    from framing.corpus.dataset import read_sentences
    from framing.resources import codebook_path

    if output is not None:
        if Path(output).suffix.lower() != ".jsonl":
            raise InputError(f"{output}: the result is JSONL; give it a name that ends in .jsonl")
        check_output(Path(output))
    book = None if codebook is None else Codebook.load(codebook_path(codebook))
    reading = reading_of()
    if texts is not None:
        reading = replace(reading, texts=_texts(texts))
    sentences = [s for file in files for s in read_sentences(file, book, pairs(columns, "--column"), reading)]
    if sample is not None:
        from framing.shares.gold import beside_sample

        sentences = beside_sample(sentences, read_sentences(Path(sample)), ", ".join(files))
    write_result("".join(json.dumps(s.to_row(), ensure_ascii=False) + "\n" for s in sentences), output)
    print(*_told_of_import(sentences), sep="\n", file=sys.stderr)


def _texts(file: str) -> Mapping[str, str]:
    """Read the texts of items, by their number."""
    from framing.corpus.readers import Source, format_of, read_rows

    texts = {}
    for place, row in read_rows(Source.from_file(Path(file)), format_of(Path(file))):
        number = next((row[name] for name in ("id", "instance_id", "item_id") if row.get(name) is not None), None)
        if number is None or not isinstance(row.get("text"), str):
            raise InputError(f"{place}: expected the columns 'id' and 'text'; got {', '.join(map(repr, row))}")
        texts[str(number)] = row["text"]
    return texts


def _told_of_import(sentences: Sequence[Sentence]) -> list[str]:
    """Say what was found, a line each: rows, coders, labels."""
    from framing.records import CODER_COLUMNS

    coded = [s for s in sentences if s.frames is not None]
    coders = Counter(str(s.extra[name]) for s in sentences for name in CODER_COLUMNS if s.extra.get(name))
    labels = Counter(label for s in coded for label in s.frames or ())
    stances = Counter(s.stance for s in sentences if s.stance)
    lines = [f"{len(sentences):,} rows, {len(coded):,} coded for frames, {len({s.text for s in sentences}):,} texts"]
    for what, counts in (("coders", coders), ("labels", labels), ("stances", stances)):
        if counts:
            lines.append(f"{what}: " + ", ".join(f"{name} {count:,}" for name, count in counts.most_common()))
    if coded and (none := sum(not s.frames for s in coded)):
        lines.append(f"none of the labels: {none:,}")
    if not coded and not stances:
        lines.append("no row is coded: name the column of the labels with --column frames=NAME")
    return lines
