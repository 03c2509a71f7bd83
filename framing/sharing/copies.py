"""The reader's own copies of the texts: articles and tables, each document with its sentences."""

from __future__ import annotations

import os
import re
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from framing.corpus.raw import RawRows, is_empty
from framing.corpus.readers import SUFFIXES, Source, format_of, is_table_name, read_rows
from framing.errors import FramingWarning, InputError, unknown
from framing.progress import track
from framing.records import Sentence
from framing.text.document import DOCUMENT_SUFFIXES, document_text
from framing.text.segment import segment

COPY_FIELDS = ("text", "headline", "previous", "doc_id")
_SHOWN = 3  # files of a folder that could not be read
# A hyphen at the end of a line: of a compound, or of a word that was parted there.
TORN = re.compile(r"(?<=\w)([-\u2010\u00ad])[^\S\r\n]*(?:\r\n|\r|\n)\s*(?=\w)")
# An anchor or a query behind a file's name, or the number of a row.
_BEHIND = re.compile(r"[#?].*$")


@dataclass
class Copy:
    """A document of the reader's.

    Parameters
    ----------
    name
        What it is called: the path of an article, the ``doc_id`` of rows; empty where rows have none.
    sentences
        Its sentences in order.
    content
        Its running text.
    spans
        Where the sentences stand in it.
    is_file
        Whether the content is that of a file as it stands, so that offsets in it mean something.
    """

    name: str
    sentences: list[Sentence]
    content: str
    spans: list[tuple[int, int]]
    is_file: bool = False

    @classmethod
    def joined(cls, name: str, sentences: Iterable[Sentence | str]) -> Copy:
        """Make a copy of sentences that stand in no running text.

        Examples
        --------
        >>> Copy.joined("a", ["It rains.", "It pays."]).spans
        [(0, 9), (10, 18)]
        """
        rows = [Sentence(sentence) if isinstance(sentence, str) else sentence for sentence in sentences]
        spans, length = [], 0
        for row in rows:
            spans.append((length, length + len(row.text)))
            length += len(row.text) + 1
        return cls(name, rows, " ".join(row.text for row in rows), spans)

    def part(self, first: int, last: int) -> tuple[int, int]:
        """Return the offsets of some sentences, the last one included, with all that stands around them."""
        start = self.spans[first - 1][1] if first else 0
        return start, self.spans[last + 1][0] if last + 1 < len(self.spans) else len(self.content)

    def sentence_at(self, offset: int) -> int:
        """Return the number of the sentence in which an offset is, or after which."""
        return max(0, bisect_right(self.spans, (offset, len(self.content))) - 1)


def document_name(name: str) -> str:
    """Return what of a document's name another copy may have kept: the last part of its path, without an ending.

    Examples
    --------
    >>> document_name("https://news.example/2024/05/Port-deal.html?page=1"), document_name("texts/port-deal.txt#3")
    ('port-deal', 'port-deal')
    """
    last = _BEHIND.sub("", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    stem, dot, suffix = last.rpartition(".")
    return (stem if dot and stem and suffix.isalnum() and len(suffix) <= 7 else last).casefold()


def read_copies(
    paths: Iterable[str | Path], is_wanted: Callable[[str], bool], columns: Mapping[str, Any] | None = None
) -> Iterator[Copy]:
    """Read documents out of files and folders, one at a time.

    Parameters
    ----------
    paths
        Articles, tables, and folders of these; folders are read with all that is in them, but for hidden files.
    is_wanted
        Says whether a text is one that is looked for: the text of a row that is not is split into sentences.
    columns
        The user's own names of the columns of tables, some of ``COPY_FIELDS``.

    Raises
    ------
    InputError
        A file that was named cannot be read, or there is none at all.

    Warns
    -----
    FramingWarning
        Files in a folder cannot be read; they are left out.
    """
    columns = columns or {}
    if others := sorted(set(columns) - set(COPY_FIELDS)):
        raise InputError(f"--column {others[0]}: {unknown('field', others[0], COPY_FIELDS)}")
    files = list(_files(paths))
    if not files:
        kinds = ", ".join((*DOCUMENT_SUFFIXES, *SUFFIXES))
        raise InputError(f"{', '.join(map(str, paths))}: no text in there; expected files that end in {kinds}")
    problems = []
    for path, named in track(files, "read"):
        try:
            yield from _copies_of(path, is_wanted, columns)
        except InputError as error:
            if named:
                raise
            problems.append(str(error))
    if problems:
        more = f"; and {len(problems) - _SHOWN:,} more" if len(problems) > _SHOWN else ""
        warnings.warn(
            f"files that were left out, {len(problems):,} of {len(files):,}: {'; '.join(problems[:_SHOWN])}{more}",
            FramingWarning,
            stacklevel=2,
        )


def _files(paths: Iterable[str | Path]) -> Iterator[tuple[Path, bool]]:
    """Give the files, each once, and whether it was named itself."""
    seen = set()
    for path in map(Path, paths):
        for file in [path] if not path.is_dir() else _files_inside(path):
            if (real := os.path.realpath(file)) not in seen:
                seen.add(real)
                yield file, file == path


def _files_inside(folder: Path) -> Iterator[Path]:
    for above, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and _is_read(Path(name)):
                yield Path(above, name)


def _is_read(path: Path) -> bool:
    return path.suffix.lower() in DOCUMENT_SUFFIXES or is_table_name(path)


def _copies_of(path: Path, is_wanted: Callable[[str], bool], columns: Mapping[str, Any]) -> Iterator[Copy]:
    suffix = path.suffix.lower()
    if is_table_name(path):
        yield from _copies_in_table(Source.from_file(path), format_of(path), is_wanted, columns)
        return
    source = Source.from_file(path)
    if suffix not in DOCUMENT_SUFFIXES:
        kinds = ", ".join((*DOCUMENT_SUFFIXES, *SUFFIXES))
        raise InputError(f"{path}: unknown kind of file {path.suffix!r}; expected {kinds}, or a folder of these")
    content = document_text(source.text(), suffix, source.name)
    sentences = segment(content)
    spans = [(sentence.start or 0, sentence.end or 0) for sentence in sentences]
    if sentences:
        mended = [_mended(sentence, is_wanted) for sentence in sentences]
        yield Copy(str(path), mended, content, spans, is_file=content == source.text())


def _copies_in_table(
    source: Source, form: str, is_wanted: Callable[[str], bool], columns: Mapping[str, Any]
) -> Iterator[Copy]:
    table = RawRows(source.name, read_rows(source, form))
    names = {field: str(columns.get(field) or field) for field in COPY_FIELDS}
    for field, name in names.items():
        if name not in table.names and (field == "text" or columns.get(field)):
            raise InputError(
                f"{table.origin}: no column {name!r}; the columns are: {table.listed()}. "
                f"Name yours with --column {field}=NAME"
            )
    documents: dict[str, list[Sentence]] = {}
    for _, row in table.rows:
        cells = {field: "" if is_empty(row.get(name)) else str(row[name]) for field, name in names.items()}
        if cells["text"]:
            documents.setdefault(cells["doc_id"], []).extend(_sentences_of(cells, is_wanted))
    for doc_id, sentences in documents.items():
        yield Copy.joined(doc_id, sentences)


def _sentences_of(cells: Mapping[str, str], is_wanted: Callable[[str], bool]) -> list[Sentence]:
    """Return a row as a sentence, or as several where its text is a paragraph or a whole article."""
    row = Sentence(cells["text"], cells["headline"], cells["previous"], doc_id=cells["doc_id"])
    if is_wanted(row.text):
        return [row]
    parts = [_mended(part, is_wanted) for part in segment(row.text)]
    if len(parts) < 2:
        return [_mended(row, is_wanted)]
    headline = row.headline or parts[0].headline
    first = replace(parts[0], previous=row.previous)
    return [replace(part, headline=headline or part.headline) for part in (first, *parts[1:])]


def _mended(sentence: Sentence, is_wanted: Callable[[str], bool]) -> Sentence:
    """Return a sentence with its words whole where lines end in a hyphen: with the hyphen, or as is looked for."""
    if not TORN.search(sentence.text) or is_wanted(sentence.text):
        return sentence
    joined = TORN.sub("", sentence.text)
    text = joined if is_wanted(joined) else TORN.sub(r"\1", sentence.text)
    return replace(sentence, text=text)
