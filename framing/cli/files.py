"""What commands read and write: articles and tables in, one whole result out."""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.options import pairs, reading_of, with_all_lines
from framing.errors import FramingNote, InputError, OutputError, harmless
from framing.files import check_writable, whole_file, write_whole

if TYPE_CHECKING:
    from framing.codebook import Codebook
    from framing.corpus.readers import Source
    from framing.records import Sentence


_ARTICLE = 1000  # characters that a typical row has, from which rows may be whole articles


def read_input(
    file: str,
    columns: dict[str, Any],
    *,
    doc_id: str = "",
    form: str = "auto",
    codebook: Codebook | None = None,
    left_out: Counter[str] | None = None,
) -> list[Sentence]:
    """Read one file's sentences: rows of a table, or the sentences of an article.

    Parameters
    ----------
    file
        Its path; ``-`` for standard input.
    columns
        The user's own names of columns.
    doc_id
        What an article is called in its sentences.
    form
        One of ``options.INPUT_FORMATS``; ``auto`` goes by the ending of the name, on standard input by how it begins.
    codebook
        Labels to read and check coded rows by; without one any label passes.
    left_out
        Here lines of an article that are no sentences are counted, by kind.
    """
    from framing.corpus.dataset import read_sentences, read_table
    from framing.corpus.readers import READERS, Source, format_of, is_table_name, table_format, unpacked

    path, reading = Path(file), reading_of()
    counts = None if with_all_lines() else Counter[str]() if left_out is None else left_out
    if file == "-":
        content = unpacked("standard input", sys.stdin.buffer.read())
        source, doc_id = Source("standard input", content, reading), ""
        if form == "articles":
            kind = table_format(source, columns.get("text", "text")) or "csv"
            return read_table(source, kind, columns=columns, articles=True, left_out=counts)
        form = _told_format(source, columns) if form == "auto" else form
    elif form == "articles":
        source = Source.from_file(path, reading)
        return read_table(source, format_of(path), columns=columns, articles=True, left_out=counts)
    elif form == "auto" and is_table_name(path):
        return _not_articles(file, read_sentences(path, codebook, columns, reading))
    else:
        form = _format_of_article(path) if form == "auto" else form
        source = Source.from_file(path, reading)
    return (
        read_table(source, form, codebook, columns)
        if form in READERS
        else _read_article(source, form, doc_id, left_out)
    )


def _not_articles(file: str, sentences: list[Sentence]) -> list[Sentence]:
    """Return rows as they are; say so where they are as long as articles."""
    if (typical := statistics.median(len(s.text) for s in sentences) if sentences else 0) > _ARTICLE:
        said = f"{file}: rows of {typical:,.0f} characters, read as a sentence each; articles: --input-format articles"
        warnings.warn(said, FramingNote, stacklevel=3)
    return sentences


def read_files(files: Sequence[str], columns: dict[str, Any], form: str) -> list[Sentence]:
    """Read the sentences of several files; a document goes by its file's name, by the path where two have one name."""
    if files.count("-") > 1:
        raise click.UsageError("-: standard input can be read only once")
    names = [Path(file).name for file in files]
    left_out: Counter[str] = Counter()
    doc_ids = [shown(file if names.count(name) > 1 else name) for file, name in zip(files, names, strict=True)]
    found = [
        sentence
        for file, doc_id in zip(files, doc_ids, strict=True)
        for sentence in read_input(file, columns, doc_id=doc_id, form=form, left_out=left_out)
    ]
    if left_out:
        told = ", ".join(f"{n:,} {kind}{'s' * (n > 1)}" for kind, n in left_out.most_common())
        print(f"note: no sentences, and left out: {told}; --all-lines keeps them", file=sys.stderr)
    return found


def tell_line_ends(files: Sequence[str], sentences: Sequence[Sentence]) -> None:
    """Say how articles are read whose offsets count the line ends of Windows, which Python leaves out unless asked."""
    with_offsets = {sentence.doc_id for sentence in sentences if sentence.start is not None}
    named = [file for file in files if {shown(file), shown(Path(file).name)} & with_offsets]
    if found := [shown(file) for file in named if file != "-" and b"\r\n" in Path(file).read_bytes()]:
        more = f" (and {len(found) - 1:,} more)" if len(found) > 1 else ""
        told = "lines end in CRLF, and start and end count both characters"
        print(f'note: {found[0]}{more}: {told}: open(path, encoding="utf-8", newline="")', file=sys.stderr)


def _told_format(source: Source, columns: dict[str, Any]) -> str:
    """Find out what came on standard input; say so where it is a table."""
    from framing.corpus.readers import table_format

    if not source.content.strip():
        raise InputError(f"{source.name}: no sentence in it")
    form = table_format(source, columns.get("text", "text"))
    if form is None:
        return "text"
    print(f"{source.name}: read as {form}, a row is a sentence (if not: --input-format)", file=sys.stderr)
    return form


def _format_of_article(path: Path) -> str:
    """Return the format that the ending of an article's name says."""
    from framing.corpus.readers import SUFFIXES
    from framing.text.document import DOCUMENT_SUFFIXES

    suffix = path.suffix.lower()
    if suffix in DOCUMENT_SUFFIXES:
        return {".md": "md", ".html": "html", ".htm": "html"}.get(suffix, "text")
    if not path.exists():
        raise InputError(f"{path}: no such file")
    if path.is_dir():
        raise InputError(f"{path}: a folder; name the files in it, such as {path / '*.txt'}")
    expected = ", ".join((*DOCUMENT_SUFFIXES, *SUFFIXES))
    raise InputError(
        f"{path}: unknown kind of file {path.suffix!r}; expected {expected}, or - for standard input; "
        "say what it is with --input-format"
    )


def _read_article(source: Source, form: str, doc_id: str, left_out: Counter[str] | None) -> list[Sentence]:
    """Split an article, or a list of sentences, into its sentences."""
    from framing.text.document import document_sentences, document_text
    from framing.text.furniture import furniture
    from framing.text.lines import lines

    if form == "lines":
        sentences = lines(source.text(), doc_id, source.name)
    else:
        suffix = {"text": ".txt"}.get(form, f".{form}")
        every = with_all_lines()
        sentences = document_sentences(source.text(), suffix, source.name, doc_id, all_lines=every)
        if left_out is not None and not every:
            left_out.update(part.kind for part in furniture(document_text(source.text(), suffix, source.name)))
    if not sentences:
        raise InputError(f"{source.name}: no sentence in it")
    return sentences


def check_exists(file: str) -> None:
    """Find out before the work whether a file is there; ``-`` is standard input."""
    if file != "-" and not Path(file).exists():
        raise InputError(f"{file}: no such file")


def read_coded(path: str, codebook: str, columns: tuple[str, ...]) -> tuple[Codebook, list[Sentence]]:
    """Read coded rows, checked against a codebook."""
    from framing.codebook import Codebook
    from framing.corpus.dataset import read_sentences
    from framing.resources import codebook_path

    book = Codebook.load(codebook_path(codebook))
    return book, read_sentences(path, book, pairs(columns, "--column"), reading_of())


def check_output(path: Path) -> None:
    """Find out before the work whether the result can be written; nothing is changed.

    Raises
    ------
    OutputError
        It is a folder, or may not be written.
    """
    try:
        if path.is_dir():
            raise OutputError(f"{path}: is a folder; name a file")
        check_writable(path)
    except OSError as error:
        raise _cannot_write(path, error) from None


def write_result(text: str, output: str | None) -> None:
    """Write the result, to standard output where no place is named; errors are those of ``write_pieces``."""
    write_pieces([text], output)


def write_pieces(pieces: Iterable[str], output: str | None) -> None:
    """Write a result piece by piece, each as it comes; to standard output where no place is named.

    A place is written as ``write_whole`` does, once the last piece is there.

    Raises
    ------
    OutputError
        It cannot be written; a file is then as it was, and nothing is left beside it.
    """
    path = None if output is None else Path(output).absolute()
    in_making: list[OSError] = []
    try:
        if path is None or _is_standard_output(path):
            for text in _noting(pieces, in_making):
                sys.stdout.write(harmless(text, colour=True) if sys.stdout.isatty() else text)
                sys.stdout.flush()
        else:
            with whole_file(path) as stream:
                for text in _noting(pieces, in_making):
                    stream.write(text.encode("utf-8"))
    except OSError as error:
        if error in in_making:
            raise
        if isinstance(error, BrokenPipeError):
            # The reader, `head` for instance, has gone away and wants no more; click would make it 1.
            drop_standard_output()
            raise click.exceptions.Exit(0) from None
        if path is None:
            drop_standard_output()
        raise _cannot_write(path, error) from None


def _noting(pieces: Iterable[str], failed: list[OSError]) -> Iterator[str]:
    """Pass pieces on, and note what fails in making one, which is no fault of the place where they are written."""
    try:
        yield from pieces
    except OSError as error:
        failed.append(error)
        raise


def _is_standard_output(path: Path) -> bool:
    """Say whether a path, such as /dev/stdout, is where standard output goes: to replace that would lose it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(sys.stdout.fileno()))
    except OSError:  # no such file, or an output that is no file (a notebook's)
        return False


def drop_standard_output() -> None:
    """Let Python write nowhere what it could not write, or it would fail once more at its end."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _cannot_write(path: Path | None, error: OSError) -> OutputError:
    if path is None:
        return OutputError(f"standard output: cannot be written ({error.strerror})")
    return OutputError(f"{path}: cannot be written ({error.strerror}); choose another place")


def check_figure(file: str) -> None:
    """Find out before the work whether a figure can be drawn into a file of this name.

    Raises
    ------
    OutputError
        The name says no kind of figure, or the place cannot be written.
    """
    from framing.report.print_style import FIGURE_SUFFIXES

    if Path(file).suffix.lower() not in FIGURE_SUFFIXES:
        *most, last = FIGURE_SUFFIXES
        raise OutputError(f"{file}: unknown kind of figure; expected {', '.join(most)} or {last}")
    check_output(Path(file))


def write_figure(figure: Any, file: str, dpi: int = 110) -> None:
    """Write a matplotlib figure, whole or not at all, in the format that its name says.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    from framing.report.print_style import figure_bytes

    write_bytes(figure_bytes(figure, Path(file).suffix, dpi), file)


def write_bytes(content: bytes, file: str) -> None:
    """Write a file that is no text, whole or not at all.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    try:
        write_whole(Path(file), content)
    except OSError as error:
        raise _cannot_write(Path(file), error) from None


def terminal_width() -> int:
    """Return how many characters a line of the terminal holds; 120 where there is none."""
    return shutil.get_terminal_size((120, 24)).columns


def shown(name: str) -> str:
    """Return a file's name as text that can be written; a byte that is not UTF-8 becomes a replacement character."""
    return os.fsencode(name).decode("utf-8", "replace")
