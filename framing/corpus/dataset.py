"""Read coded or uncoded sentences from files, with errors that name the file and the line."""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import json
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framing.codebook import Codebook
from framing.errors import FramingWarning, InputError
from framing.records import SENTENCE_FIELDS, Sentence

if TYPE_CHECKING:
    from datasets import Dataset

SUFFIXES = (".jsonl", ".csv", ".tsv", ".parquet")
MAX_TEXT = 10_000
_SURROGATE = re.compile("[\ud800-\udfff]")
_LISTS = ("frames", "coded")
_TEXTS = ("text", "headline", "previous", "target", "stance", "holder", "doc_id", "source", "date", "group")
_WHOLE = ("position", "start", "end")
# Fields whose absence changes what is learned: a column misspelt from one of these is an error.
_WATCHED = ("text", "frames", "stance", "target", "group", "doc_id", "headline", "previous", "holder")


def load_dataset(
    data: str | Path | Sequence[str | Path] | Iterable[Sentence] | Dataset,
    codebook: Codebook | None = None,
    columns: Mapping[str, str] | None = None,
) -> Dataset:
    """Read sentences into a ``datasets.Dataset`` with one typed column for each ``Sentence`` field.

    Parameters
    ----------
    data
        A JSONL, CSV, TSV or Parquet file, a folder of such files, several of these, sentences, or a dataset.
    codebook
        Labels to check against; without one any label passes.
    columns
        Your own names: ``{"text": "sentence", "frames": "labels"}`` reads ``text`` from column ``sentence``.

    Returns
    -------
    datasets.Dataset
        Columns are those of ``Sentence``, with ``extra`` as JSON text. ``sentences_of`` gives the records back.

    Raises
    ------
    InputError
        A file is missing, empty, not UTF-8 or malformed, or a row is not what a sentence can be. The message
        has the file and the line.
    """
    import datasets

    if isinstance(data, datasets.Dataset):
        if set(data.column_names) == {*SENTENCE_FIELDS, "extra"}:
            _check_all(sentences_of(data), codebook)
            return data
        rows: Iterable[tuple[str, dict[str, Any]]] = (
            (f"dataset, row {number}", dict(row)) for number, row in enumerate(data, 1)
        )
        return _to_dataset(_checked("dataset", rows, codebook, columns))
    if isinstance(data, str | Path):
        return _to_dataset(read_sentences(data, codebook, columns))
    items = list(data)
    if items and all(isinstance(item, str | Path) for item in items):
        sentences = [sentence for item in items for sentence in read_sentences(item, codebook, columns)]
    elif all(isinstance(item, Sentence) for item in items):
        sentences = items
        _check_all(sentences, codebook)
    else:
        raise InputError("data: expected a path, several paths, sentences or a datasets.Dataset")
    return _to_dataset(sentences)


def sentences_of(dataset: Dataset) -> list[Sentence]:
    """Return the rows of a dataset made by ``load_dataset`` as sentences."""
    sentences = []
    for row in dataset:
        for name in _LISTS:
            row[name] = None if row[name] is None else tuple(row[name])
        row["extra"] = json.loads(row["extra"]) if row["extra"] else {}
        sentences.append(Sentence(**row))
    return sentences


def dataset_digest(dataset: Dataset) -> str:
    """Return the sha256 of a dataset's content, whatever file it came from."""
    digest = hashlib.sha256()
    for sentence in sentences_of(dataset):
        digest.update(json.dumps(sentence.to_row(), sort_keys=True, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


def read_sentences(
    path: str | Path, codebook: Codebook | None = None, columns: Mapping[str, str] | None = None
) -> list[Sentence]:
    """Read the sentences of one file, or of all data files of a folder in the order of their names.

    Parameters and errors are those of ``load_dataset``.
    """
    path = Path(path)
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
        if not files:
            raise InputError(f"{path}: no data file in this folder; expected {', '.join(SUFFIXES)}")
        return [sentence for file in files for sentence in read_sentences(file, codebook, columns)]
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: unknown kind of data file {path.suffix!r}; expected {', '.join(SUFFIXES)}")
    return _checked(str(path), _rows(path), codebook, columns)


def read_text(path: Path) -> str:
    """Read a UTF-8 text file; a byte order mark is dropped.

    Raises
    ------
    InputError
        The file is missing, is a folder, is empty or is not UTF-8.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if not content.strip():
        raise InputError(f"{path}: the file is empty")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}: not UTF-8 (byte 0x{content[error.start]:02x}); save the file as UTF-8 and try again"
        ) from None


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, row) for each row of a file."""
    if path.suffix.lower() == ".parquet":
        yield from _parquet_rows(path)
        return
    text = read_text(path)
    if path.suffix.lower() == ".jsonl":
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield f"{path}, line {number}", _json_row(f"{path}, line {number}", line)
        return
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True
    )
    header: list[str] = []
    while True:
        place = f"{path}, line {reader.line_num + 1}"  # where the row begins; a quoted cell may have several lines
        try:
            cells = next(reader, None)
        except csv.Error as error:
            kind = path.suffix[1:].upper()
            raise InputError(f"{place}: broken {kind} ({error}); is a cell too long, or a quote not closed?") from None
        if cells is None:
            return
        if not header:
            header = [cell.strip() for cell in cells]
            if len(set(header)) < len(header):
                raise InputError(f"{place}: a column name stands twice in the header: {', '.join(header)}")
        elif any(cells):
            if len(cells) != len(header):
                raise InputError(f"{place}: {len(cells)} cells where the header has {len(header)} columns")
            yield place, dict(zip(header, cells, strict=True))


def _parquet_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, pyarrow.ArrowException) as error:
        raise InputError(f"{path}: not a readable Parquet file ({str(error).splitlines()[0]})") from None
    for number, row in enumerate(table.to_pylist(), 1):
        yield f"{path}, row {number}", row


def _json_row(place: str, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        problem = f"{error.msg} at column {error.colno}"
        raise InputError(f"{place}: broken JSON ({problem}); expected one JSON object a line") from None
    except ValueError:
        raise InputError(f"{place}: broken JSON (a number of thousands of digits)") from None
    except RecursionError:
        raise InputError(f"{place}: broken JSON (nested too deeply)") from None
    if not isinstance(row, dict):
        raise InputError(f"{place}: expected one JSON object a line, got {type(row).__name__}")
    if "\\ud" in line.lower() and (half := _SURROGATE.search(json.dumps(row, ensure_ascii=False))):
        raise InputError(f"{place}: {half.group()!r} is half of a character; the text was cut in the middle of it")
    return row


def _checked(
    origin: str,
    rows: Iterable[tuple[str, dict[str, Any]]],
    codebook: Codebook | None,
    columns: Mapping[str, str] | None,
) -> list[Sentence]:
    """Turn raw rows into sentences, or say what is wrong with which."""
    columns = {field: name for field, name in (columns or {}).items() if name and name != field}
    if unknown := sorted(set(columns) - set(SENTENCE_FIELDS)):
        raise InputError(f"columns.{unknown[0]}: no such field; expected some of {', '.join(SENTENCE_FIELDS)}")
    placed = list(rows)
    if not placed:
        raise InputError(f"{origin}: no rows")
    names: dict[str, str] = {}
    for place, row in placed:
        for name in row:
            names.setdefault(name, place)
    for field, name in columns.items():
        if name not in names:
            raise InputError(f"{origin}: columns.{field}={name}, but the columns are: {', '.join(map(repr, names))}")
    _refuse_near_misses(names, columns)
    if columns.get("text", "text") not in names:
        raise InputError(
            f"{origin}: no column 'text'; the columns are: {', '.join(map(repr, names))}. "
            "Name yours with columns.text=... (on the command line of predict and evaluate: --column text=...)"
        )
    column_of = {field: columns.get(field, field) for field in SENTENCE_FIELDS}
    read = set(column_of.values())
    sentences = []
    for place, row in placed:
        known = {field: row[name] for field, name in column_of.items() if name in row}
        extra = {name: value for name, value in row.items() if name not in read}
        sentence = _sentence(place, known, extra, codebook)
        _check_labels(place, sentence, codebook)
        sentences.append(sentence)
    return sentences


def _refuse_near_misses(names: Mapping[str, str], columns: Mapping[str, str]) -> None:
    """Refuse a column that is a known one misspelt, where the known one is missing."""
    missing = [field for field in _WATCHED if field not in names and field not in columns]
    for name, place in names.items():
        if name in SENTENCE_FIELDS or name in columns.values():
            continue
        plain = str(name).strip().lower()
        # Hardly a typo hits the first letter; 'deadline' and 'folder' are no misspelt 'headline' and 'holder'.
        similar = [field for field in missing if field[0] == plain[:1] and abs(len(field) - len(plain)) <= 1]
        close = difflib.get_close_matches(plain, similar, n=1, cutoff=0.75)
        if close:
            raise InputError(
                f"{place}: unknown column {name!r}; did you mean {close[0]!r}? "
                f"Rename it, or map it with columns.{close[0]}={name}"
            )


def _sentence(place: str, known: dict[str, Any], extra: dict[str, Any], codebook: Codebook | None) -> Sentence:
    values: dict[str, Any] = {}
    for field, value in known.items():
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        if field in _LISTS:
            values[field] = _label_list(place, field, value)
        elif field in _TEXTS:
            if isinstance(value, list | dict):
                raise InputError(f"{place}: {field!r} should be text, got {type(value).__name__}")
            optional = field in ("target", "stance", "holder", "date")
            values[field] = str(value).strip() or None if optional else str(value)
        else:
            values[field] = _number(place, field, value)
    text = values.get("text", "")
    if not text.strip():
        raise InputError(f"{place}: no text; every row needs a sentence in 'text'")
    for field in ("text", "headline", "previous", "target"):
        if len(values.get(field) or "") > MAX_TEXT:
            raise InputError(
                f"{place}: {field!r} has {len(values[field]):,} characters, a sentence has at most {MAX_TEXT:,}; "
                "a row is one sentence, so split documents first (framing predict FILE.txt does)"
            )
    probability = values.get("sample_probability")
    if probability is not None and not 0 < probability <= 1:
        raise InputError(f"{place}: sample_probability {probability} is not in (0, 1]")
    values = {field: value for field, value in values.items() if value is not None or field in _LISTS}
    return Sentence(**values, extra=_plain(extra))


def _label_list(place: str, field: str, value: Any) -> tuple[str, ...] | None:
    """Read labels: a list, or text with ';' between labels where 'none' is 'coded, none present'."""
    if isinstance(value, str):
        labels = [part.strip() for part in value.split(";") if part.strip()]
        if not labels:
            return None
        if [label.lower() for label in labels] == ["none"]:
            return ()
    elif isinstance(value, list | tuple) and all(isinstance(label, str) for label in value):
        labels = list(value)
    else:
        raise InputError(f"{place}: {field!r} should be a list of labels or 'label;label', got {value!r}")
    return tuple(dict.fromkeys(labels))


def _number(place: str, field: str, value: Any) -> int | float | None:
    if value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{place}: {field!r} should be a number, got {value!r}") from None
    if field not in _WHOLE:
        return number
    if not (number.is_integer() and abs(number) < 2**53):
        raise InputError(f"{place}: {field!r} should be a whole number, got {value!r}")
    return int(number)


def _check_all(sentences: Iterable[Sentence], codebook: Codebook | None) -> None:
    for number, sentence in enumerate(sentences, 1):
        _check_labels(f"row {number}", sentence, codebook)


def _check_labels(place: str, sentence: Sentence, codebook: Codebook | None) -> None:
    if codebook is None:
        return
    checks = [("frame", sentence.frames, codebook.frame_names), ("frame", sentence.coded, codebook.frame_names)]
    checks.append(("stance", (sentence.stance,) if sentence.stance else None, codebook.stance_names))
    for kind, labels, expected in checks:
        for label in labels or ():
            if label not in expected:
                raise InputError(
                    f"{place}: unknown {kind} {label!r}; expected "
                    + (f"some of: {', '.join(expected)}" if expected else "none, the codebook has no stance classes")
                )
    if codebook.exclusive and sentence.frames is not None and len(sentence.frames) != 1:
        raise InputError(
            f"{place}: {len(sentence.frames)} frames, but codebook {codebook.name!r} is exclusive: exactly one each"
        )
    if sentence.frames and sentence.coded is not None and not set(sentence.frames) <= set(sentence.coded):
        raise InputError(f"{place}: a frame in 'frames' is not among 'coded': {', '.join(sentence.frames)}")


def _plain(extra: dict[str, Any]) -> dict[str, Any]:
    """Make values that JSON cannot hold (dates of Parquet files, for instance) text."""
    return {str(name): json.loads(json.dumps(value, default=str)) for name, value in extra.items()}


def _to_dataset(sentences: Sequence[Sentence]) -> Dataset:
    import datasets
    from datasets import Features, List, Value

    kinds: dict[str, Any] = dict.fromkeys(SENTENCE_FIELDS, Value("string"))
    kinds |= dict.fromkeys(_LISTS, List(Value("string"))) | dict.fromkeys(_WHOLE, Value("int64"))
    kinds |= {"sample_probability": Value("float64"), "extra": Value("string")}
    columns: dict[str, list[Any]] = {name: [getattr(s, name) for s in sentences] for name in SENTENCE_FIELDS}
    columns["extra"] = [json.dumps(dict(s.extra), ensure_ascii=False) if s.extra else "" for s in sentences]
    for name in _LISTS:
        columns[name] = [None if value is None else list(value) for value in columns[name]]
    _warn_about_groups(sentences)
    return datasets.Dataset.from_dict(columns, features=Features(kinds))


def _warn_about_groups(sentences: Sequence[Sentence]) -> None:
    coded = [s for s in sentences if s.frames is not None or s.stance is not None]
    alone = sum(not (s.group or s.doc_id) for s in coded)
    if alone:
        warnings.warn(
            f"{alone:,} of {len(coded):,} coded rows have neither 'group' nor 'doc_id': each counts as its own group, "
            "so sentences of one document may stand on both sides of a split and scores may flatter",
            FramingWarning,
            stacklevel=3,
        )
