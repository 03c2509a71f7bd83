"""``framing codebook``: draft a codebook from coded rows, check it, show it, compare two."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from framing.cli.files import check_output, terminal_width, write_result
from framing.cli.options import COLUMN, pairs, reading_of


@click.group()
def codebook() -> None:
    """Draft, check, show and compare codebooks."""


@codebook.command("from")
@click.argument("path", metavar="FILE|DIR")
@click.option("-o", "--output", metavar="FILE.yaml", help="Where to write it.  [default: standard output]")
@click.option("--name", metavar="NAME", help="What the codebook is called.  [default: by the output's name]")
@click.option(
    "--examples", type=click.IntRange(min=0), default=2, show_default=True, help="Sentences shown for each label."
)
@COLUMN
def from_(path: str, output: str | None, name: str | None, examples: int, columns: tuple[str, ...]) -> None:
    """Draft a codebook from coded rows: their labels, how often each stands there, and sentences that have it.

    What the labels mean is left for you to write. Labels that are numbers get a name and their code.
    """
    from framing.corpus.dataset import read_sentences
    from framing.corpus.drafts import draft_codebook

    if output is not None:
        check_output(Path(output))
    sentences = read_sentences(path, None, pairs(columns, "--column"), reading_of())
    write_result(draft_codebook(name or Path(output or path).stem, sentences, examples), output)
    if output is not None:
        told = [word for name in columns for word in ("--column", name)]
        check = shlex.join(["framing", "codebook", "check", output, "--data", path, *told])
        print(f"{output}: a draft; check it with {check}", file=sys.stderr)


@codebook.command()
@click.argument("book", metavar="FILE.yaml|shipped")
@click.option("--data", metavar="FILE|DIR", help="Coded rows whose labels it should know.")
@COLUMN
def check(book: str, data: str | None, columns: tuple[str, ...]) -> None:
    """Check that a codebook can be used, and say what coders would miss; with --data, that it knows its labels."""
    from framing.codebook import Codebook
    from framing.codebook.review import missing_parts
    from framing.corpus.audit import frame_sets
    from framing.corpus.dataset import read_sentences
    from framing.resources import codebook_path

    found = Codebook.load(codebook_path(book))
    remarks = missing_parts(found)
    if data is not None:
        sentences = read_sentences(data, found, pairs(columns, "--column"), reading_of())
        seen = {frame for frames in frame_sets(sentences, found) for frame in frames}
        remarks += [f"{name}: in no row of {data}" for name in found.frame_names if name not in seen]
    for remark in remarks:
        print(remark)
    stance = f", {len(found.stance)} stance classes" if found.stance else ""
    remarked = f"{len(remarks)} remark{'' if len(remarks) == 1 else 's'}"
    print(f"{book}: {len(found.frames)} frames{stance}; can be used, {remarked}")


@codebook.command()
@click.argument("book", metavar="FILE.yaml|shipped")
def show(book: str) -> None:
    """Print the labels of a codebook: name, what data may call it, definition."""
    from framing.codebook import Codebook
    from framing.report.table import rows_text
    from framing.resources import codebook_path

    found = Codebook.load(codebook_path(book))
    kinds = (("frame", found.frames), ("stance", found.stance))
    rows = [
        [kind, label.name, ", ".join(label.spellings[1:]) or "–", label.definition or "–"]
        for kind, labels in kinds
        for label in labels
    ]
    how = "exactly one frame a row" if found.exclusive else "any number of frames a row"
    table = rows_text(["", "label", "also called", "definition"], rows, terminal_width())
    write_result(f"{found.name}, version {found.version}: {how}\n{table}", None)


@codebook.command()
@click.argument("old", metavar="OLD.yaml|shipped")
@click.argument("new", metavar="NEW.yaml|shipped")
def diff(old: str, new: str) -> None:
    """Say what changed from one codebook to another, a line a change; none where they are the same."""
    from framing.codebook import Codebook
    from framing.codebook.review import changes
    from framing.resources import codebook_path

    lines = changes(Codebook.load(codebook_path(old)), Codebook.load(codebook_path(new)))
    write_result("".join(f"{line}\n" for line in lines) or "no difference\n", None)
