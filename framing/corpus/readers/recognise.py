"""What a table is, by how it begins: its format, and what stands between its cells."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Sequence
from itertools import islice

from framing.corpus.readers.source import Source
from framing.errors import InputError
from framing.records import SENTENCE_FIELDS

DELIMITERS = {",": "','", ";": "';'", "\t": "tabs", "|": "'|'"}

# A JSON object or a list of them begins like this; what is wrong with the rest, its reader says.
_JSON = re.compile(r"\s*(?:\{\s*[\"}\r\n]|\[\s*[{\r\n])")
# Excel's own line above the header.
_SEPARATOR = re.compile(r"\"?sep=([,;\t|])\"?\s*")
_SAMPLE = 100
_NAME = re.compile(r"[a-z]\w*")
_STOP = re.compile(r"[.!?…:][\"'”’»)\]]*$")


def delimiter_of(lines: Sequence[str], expected: str) -> str:
    r"""Return what stands between the cells: another delimiter than expected only where no doubt is left.

    The header is one cell under the expected delimiter and several under exactly one other, and most rows have as
    many cells as it. So a semicolon between labels, or a comma in a number, is never mistaken.

    Examples
    --------
    >>> delimiter_of(["text;frames\n", "It rains, he said.;none\n"], ",")
    ';'
    >>> delimiter_of(["text,frames\n", "It rains.,rain;sun\n"], ",")
    ','
    """
    several = [delimiter for delimiter in DELIMITERS if len(_sample(lines, delimiter, 1)[0]) > 1]
    others = [other for other in several if other != expected]
    if expected not in several:
        return others[0] if len(others) == 1 and _fits(lines, others[0]) else expected
    # A comma in the name of a column, and none where it would have to be in the rows.
    if not _fits(lines, expected, at_least=1):
        others = [other for other in others if _fits(lines, other, at_least=1, share=1)]
        return others[0] if len(others) == 1 else expected
    return expected


def named_delimiter(lines: Sequence[str]) -> str | None:
    r"""Return the delimiter that a first line such as ``sep=;`` names, as spreadsheets write it above the header.

    Examples
    --------
    >>> named_delimiter(["sep=;\n", "text;frames\n"])
    ';'
    """
    found = _SEPARATOR.fullmatch(lines[0]) if lines else None
    return found.group(1) if found else None


def table_format(source: Source, text_column: str = "text") -> str | None:
    r"""Return the format of a table that came without a name, or ``None`` for what looks like an article.

    Parameters
    ----------
    source
        What came.
    text_column
        The name that the column of the text has.

    Raises
    ------
    InputError
        It is empty, or no table and not UTF-8.

    Examples
    --------
    >>> table_format(Source("standard input", b"text\tframes\nIt rains.\tnone\n"))
    'tsv'
    >>> table_format(Source("standard input", b"Rain again\n\nIt rains, he said.\n")) is None
    True
    """
    for mark, form in ((b"PAR1", "parquet"), (b"PK\x03\x04", "xlsx")):
        if source.content.startswith(mark):
            return form
    try:
        text = source.text()
    except InputError:
        # An article is UTF-8, since offsets into it are told; a table need not be.
        found = _text_format(_read_anyhow(source), text_column)
        if found in (None, "jsonl"):
            raise
        return found
    return _text_format(text.removeprefix("\ufeff"), text_column)


def _read_anyhow(source: Source) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its reader tells
        try:
            return source.table_text()
        except InputError:
            return ""


def _text_format(text: str, text_column: str) -> str | None:
    lines = list(io.StringIO(text, newline=""))
    if _JSON.match("".join(islice((line for line in lines if line.strip()), 1))):
        return "jsonl"
    found = named_delimiter(lines)
    found = found or next((delimiter for delimiter in DELIMITERS if _is_header(lines, delimiter, text_column)), None)
    return None if found is None else "tsv" if found == "\t" else "csv"


def _is_header(lines: Sequence[str], delimiter: str, text_column: str) -> bool:
    """Whether the first line names columns, not things."""
    cells = _sample(lines, delimiter, 1)[0]
    names = [cell.strip() for cell in cells]
    if len(names) < 2:
        return names == [text_column]
    if delimiter == "|" and not names[0]:  # a table of Markdown
        return False
    given = [name for name in names if name]
    if len(set(given)) < len(given) or any(_STOP.search(name) for name in given):
        return False
    spaced = names != cells  # as after the commas of a sentence
    if text_column in names and not spaced:
        return True
    known = any(name.lower() in SENTENCE_FIELDS for name in names) or all(map(_NAME.fullmatch, names))
    return (text_column in names or (known and not spaced)) and _fits(lines, delimiter, at_least=1)


def _fits(lines: Sequence[str], delimiter: str, at_least: int = 0, share: float = 0.5) -> bool:
    """Whether a share of the first rows have as many cells as the header."""
    header, *rows = _sample(lines, delimiter, _SAMPLE)
    fitting = sum(len(row) == len(header) for row in rows)
    return fitting >= share * len(rows) and fitting >= at_least


def _sample(lines: Sequence[str], delimiter: str, number: int) -> list[list[str]]:
    """Return the first rows that are not empty, at least one; a quote that does not close ends them."""
    rows = []
    try:
        for cells in csv.reader(lines, delimiter=delimiter):
            if any(cells):
                rows.append(cells)
            if len(rows) == number:
                break
    except csv.Error:
        pass
    return rows or [[]]
