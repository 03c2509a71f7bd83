"""What commands read and write: articles and tables in, one whole result out."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framing.cli.options import pairs
from framing.errors import InputError, OutputError

if TYPE_CHECKING:
    from framing.codebook import Codebook
    from framing.records import Sentence


def read_input(file: str, columns: dict[str, Any], doc_id: str = "") -> list[Sentence]:
    """Read one file's sentences: rows of a table, or the sentences of an article."""
    from framing.corpus.dataset import read_sentences
    from framing.corpus.readers import SUFFIXES, read_text
    from framing.text.document import DOCUMENT_SUFFIXES, document_sentences

    path = Path(file)
    if file == "-":
        try:
            text = sys.stdin.buffer.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"standard input: not UTF-8 (byte {error.start}); convert it and try again") from None
        suffix, name = ".txt", "standard input"
    elif path.suffix.lower() in SUFFIXES:
        return read_sentences(path, columns=columns)
    elif path.suffix.lower() in DOCUMENT_SUFFIXES:
        text, suffix, name = read_text(path), path.suffix, file
    elif not path.exists():
        raise InputError(f"{file}: no such file")
    elif path.is_dir():
        raise InputError(f"{file}: a folder; name the files in it, such as {path / '*.txt'}")
    else:
        expected = ", ".join((*DOCUMENT_SUFFIXES, *SUFFIXES))
        raise InputError(f"{file}: unknown kind of file {path.suffix!r}; expected {expected}, or - for standard input")
    sentences = document_sentences(text, suffix, name, doc_id="" if file == "-" else doc_id)
    if not sentences:
        raise InputError(f"{name}: no sentence in it")
    return sentences


def read_coded(path: str, codebook: str, columns: tuple[str, ...]) -> tuple[Codebook, list[Sentence]]:
    """Read coded rows, checked against a codebook."""
    from framing.codebook import Codebook
    from framing.corpus.dataset import read_sentences
    from framing.resources import codebook_path

    book = Codebook.load(codebook_path(codebook))
    return book, read_sentences(path, book, pairs(columns, "--column"))


def check_output(path: Path) -> None:
    """Find out before the work whether the result can be written."""
    try:
        if path.is_dir():
            raise OutputError(f"{path}: is a folder; name a file")
        with tempfile.NamedTemporaryFile(dir=path.absolute().parent, prefix=f".{path.name}-"):
            pass
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); choose another place with --output") from None


def write_result(text: str, output: str | None) -> None:
    """Write the result whole: a file is replaced only when all of it is there."""
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    path = Path(output).absolute()
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=path.parent, prefix=f".{path.name}-", delete=False
        ) as stream:
            stream.write(text)
        Path(stream.name).chmod(0o666 & ~_umask())
        Path(stream.name).replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); choose another place with --output") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def terminal_width() -> int:
    """Return how many characters a line of the terminal holds; 120 where there is none."""
    return shutil.get_terminal_size((120, 24)).columns
