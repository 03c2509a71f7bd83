"""``framing data dehydrate`` and ``hydrate``: codes leave without the text, and find it again elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framing.cli.files import check_output, read_coded, write_result
from framing.cli.options import CODEBOOK, COLUMN, pairs
from framing.errors import InputError, OutputError

if TYPE_CHECKING:
    from framing.sharing.dehydrate import Codes
    from framing.sharing.hydrate import Hydration

_SHOWN = 5  # sentences that did not come back
SALT = click.option(
    "--salt",
    metavar="TEXT",
    default="",
    envvar="FRAMING_SALT",
    help="A secret against guessing, the same for both commands.  [default: $FRAMING_SALT, else none]",
)
OUTPUT = click.option(
    "--output", "-o", metavar="FILE", help="Write the result here instead of to standard output, as JSONL."
)


@click.command()
@click.argument("coded", metavar="CODED...", nargs=-1, required=True)
@OUTPUT
@SALT
@click.option("--without", metavar="NAME", multiple=True, help="Leave out a column, such as holder; several times.")
@click.option("--keep", metavar="NAME", multiple=True, help="Share a column although it looks like text.")
@click.option("--no-sketch", is_flag=True, help="Keep no sketch of the words; an edited sentence is then not found.")
@CODEBOOK
@COLUMN
def dehydrate(
    coded: tuple[str, ...],
    output: str | None,
    salt: str,
    without: tuple[str, ...],
    keep: tuple[str, ...],
    no_sketch: bool,
    codebook: str,
    columns: tuple[str, ...],
) -> None:
    """Take the text out of coded rows: what is left may be shared where the text may not.

    Kept are the codes, where each sentence stands, and a digest of it, of its headline and of the sentence before it;
    no word of these. Columns that repeat words of the text, or look like text, are left out: standard error says which.
    Who has the texts brings them back with framing data hydrate.
    """
    from framing.sharing.dehydrate import codes_jsonl
    from framing.sharing.dehydrate import dehydrate as without_text

    _check_place(output, coded)
    check_salt(salt)
    sentences, places = [], []
    for path in coded:
        rows = read_coded(path, codebook, columns)[1]
        sentences += rows
        places += [f"{path}, row {number:,}" for number in range(1, len(rows) + 1)]
    codes, found = without_text(sentences, salt, places=places, without=without, keep=keep, sketch=not no_sketch)
    write_result(codes_jsonl(codes.rows, codes.kind), output)
    documents = {(s.source, s.doc_id) for s in found.shared if s.doc_id}
    told = [
        f"{len(codes.rows):,} rows of {len(documents):,} documents, "
        + ("salted digests" if salt else "digests without a salt: who guesses a whole sentence can check the guess"),
        f"your own columns that go along: {', '.join(found.kept) or 'none'}",
        *(f"left out: {name!r} {why}" for name, why in found.left_out.items()),
        *found.notes,
    ]
    print(*told, sep="\n", file=sys.stderr)


@click.command()
@click.argument("codes", metavar="CODES")
@click.argument("more", metavar="[FOLDER|FILE]...", nargs=-1)
@click.option(
    "--texts",
    metavar="FOLDER|FILE...",
    multiple=True,
    required=True,
    help="Your own copies: articles (.txt .md .html), tables (.jsonl .csv .tsv .parquet), and folders of these.",
)
@OUTPUT
@SALT
@click.option(
    "--min-share",
    metavar="SHARE",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="Exit with code 1 and write no result where fewer come back.",
)
@click.option(
    "--similar",
    metavar="SHARE",
    type=click.FloatRange(0.5, 1),
    default=0.7,
    show_default=True,
    help="Take an edited sentence, beside its neighbours, that has this share of words in common with the coded one.",
)
@click.option("--missing", metavar="FILE", help="Write the codes of the sentences that did not come back here.")
@click.option(
    "--column",
    "columns",
    metavar="FIELD=NAME",
    multiple=True,
    help="Your own column name in the tables of texts, for text, headline, previous or doc_id: text=sentence.",
)
def hydrate(
    codes: str,
    more: tuple[str, ...],
    texts: tuple[str, ...],
    output: str | None,
    salt: str,
    min_share: float,
    similar: float,
    missing: str | None,
    columns: tuple[str, ...],
) -> None:
    """Put the text back into codes, out of your own copies of it.

    A sentence is found by its digest, whatever its spaces, line breaks, quotation marks and dashes, and wherever a copy
    ends its sentences; an edited one beside its neighbours, if it is similar enough (column edited says so).
    """
    from framing.sharing.dehydrate import codes_jsonl, read_codes
    from framing.sharing.hydrate import hydrate as with_text

    copies = (*texts, *more)
    for place in (output, missing):
        _check_place(place, (codes, *copies))
    if output is not None and output == missing:
        raise OutputError(f"{output}: named for the result and for what is missing")
    read = read_codes(codes)
    found = with_text(read, copies, salt, similar=similar, columns=pairs(columns, "--column"))
    if missing is not None:
        write_result(codes_jsonl(found.missing, read.kind), missing)
    print(*_report(read, found, salt, missing), sep="\n", file=sys.stderr)
    if not found.sentences or found.share < min_share:
        raise InputError(
            f"{codes}: {_count(read, found)}"
            + ("" if not found.sentences else f", fewer than --min-share {min_share:g}")
            + "; no result is written"
        )
    rows = (json.dumps(sentence.to_row(), ensure_ascii=False) + "\n" for sentence in found.sentences)
    write_result("".join(rows), output)


def _count(codes: Codes, found: Hydration) -> str:
    return f"{len(found.sentences):,} of {len(codes.rows):,} sentences came back"


def _report(codes: Codes, found: Hydration, salt: str, missing: str | None) -> list[str]:
    """Return what one should know of a hydration, a line each."""
    told = [_count(codes, found) + (f", {found.edited:,} of them edited" if found.edited else "")]
    for what, count in (("headline", found.no_headline), ("sentence before", found.no_previous)):
        if count:
            told.append(f"{count:,} of these without the {what} that they had")
    for row in found.missing[:_SHOWN]:
        where = f"{row.codes.doc_id}, sentence {row.codes.position}" if row.codes.doc_id else "no doc_id"
        told.append(f"did not come back: {row.place} ({where})")
    if (rest := len(found.missing) - _SHOWN) > 0:
        told.append(f"  and {rest:,} more" + ("" if missing else " (all of them: --missing FILE)"))
    if salt and not found.sentences:
        told.append("with another salt nothing comes back: is it the one that the codes were made with?")
    return told


def check_salt(salt: str) -> None:
    """Refuse a salt that can be guessed."""
    if salt and len(salt) < 12:
        raise InputError(f"--salt: {len(salt)} characters can be guessed; expected at least 12")


def _check_place(output: str | None, inputs: Iterable[str]) -> None:
    """Find out before the work whether a result can be written, and that it replaces nothing that is read."""
    if output is None:
        return
    path = Path(output)
    if path.suffix.lower() in (".csv", ".tsv", ".parquet"):
        raise OutputError(f"{output}: the result is JSONL; give it a name that ends in .jsonl")
    check_output(path)
    if any(path.exists() and Path(file).exists() and path.samefile(file) for file in inputs):
        raise OutputError(f"{output}: is one of the files that are read; choose another place with --output")
