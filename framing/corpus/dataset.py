"""Coded or uncoded sentences, read from files, as records or as a ``datasets.Dataset``."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from framing.codebook import Codebook
from framing.corpus.articles import rows_of_articles
from framing.corpus.columns import LIST_FIELDS, WHOLE_FIELDS
from framing.corpus.exports import rows_of_export
from framing.corpus.labels import with_label_names
from framing.corpus.readers import SUFFIXES, Reading, Source, format_of, is_table_name, read_rows
from framing.corpus.rows import sentences_from_rows
from framing.corpus.tables import Table, is_table, items_of, sentences_from_table
from framing.errors import FramingWarning, InputError
from framing.installed import need
from framing.records import SENTENCE_FIELDS, Sentence

if TYPE_CHECKING:
    from datasets import Dataset

# Whatever coded sentences may come as.
Coded: TypeAlias = "str | Path | Sequence[str | Path] | Iterable[Sentence] | Dataset | Table"


def load_dataset(
    data: Coded,
    codebook: Codebook | None = None,
    columns: Mapping[str, Any] | None = None,
) -> Dataset:
    """Read sentences into a ``datasets.Dataset`` with one typed column for each ``Sentence`` field.

    Parameters
    ----------
    data
        A CSV, TSV, XLSX, JSONL, JSON or Parquet file, also packed by gzip, or the export of an annotation tool; a
        folder of such files, several of these, sentences, a dataset, or a table (of pandas, polars or pyarrow).
    codebook
        Labels to check against; without one any label passes. A title or another spelling of a label becomes its name.
    columns
        Your own names: ``{"text": "sentence", "frames": "labels"}`` reads ``text`` from column ``sentence``. ``None``
        or an empty text leaves a field alone: ``{"start": None}`` makes a column ``start`` one of your own.

    Returns
    -------
    datasets.Dataset
        Columns are those of ``Sentence``, with ``extra`` as JSON text. ``sentences_of`` gives the records back.

    Raises
    ------
    InputError
        A file is missing, empty, not UTF-8 or malformed, or a row is not what a sentence can be. The message
        has the file and the line.

    Warns
    -----
    FramingWarning
        Words were read as missing values, a column as the user's own or as an older result, or rows as refused.
    """
    need("datasets")
    import datasets

    if isinstance(data, datasets.Dataset):
        if set(data.column_names) == {*SENTENCE_FIELDS, "extra"}:
            sentences = sentences_of(data)
            named = with_label_names(sentences, codebook)
            return data if named == sentences else _to_dataset(named)
        rows: Iterable[tuple[str, dict[str, Any]]] = (
            (f"dataset, row {number}", dict(row)) for number, row in enumerate(data, 1)
        )
        return _to_dataset(sentences_from_rows("dataset", rows, codebook, columns))
    if isinstance(data, str | Path):
        return _to_dataset(read_sentences(data, codebook, columns))
    if is_table(data):
        return _to_dataset(sentences_from_table(data, codebook, columns))
    items = items_of(data, "data", "a path, several paths, sentences, or a table with a column 'text'")
    if items and all(isinstance(item, str | Path) for item in items):
        sentences = [sentence for item in items for sentence in read_sentences(item, codebook, columns)]
    elif all(isinstance(item, Sentence) for item in items):
        sentences = with_label_names(items, codebook)
    else:
        raise InputError("data: expected a path, several paths, sentences or a datasets.Dataset")
    return _to_dataset(sentences)


def sentences_of(dataset: Dataset) -> list[Sentence]:
    """Return the rows of a dataset made by ``load_dataset`` as sentences."""
    sentences = []
    for row in dataset.to_list():  # several times as fast as row by row
        for name in LIST_FIELDS:
            row[name] = None if row[name] is None else tuple(row[name])
        row["extra"] = json.loads(row["extra"]) if row["extra"] else {}
        sentences.append(Sentence(**row))
    return sentences


def dataset_digest(dataset: Dataset) -> str:
    """Return the sha256 of what a training can read, whatever file it came from: all but the user's own columns."""
    digest = hashlib.sha256()
    for sentence in sentences_of(dataset):
        row = replace(sentence, extra={}).to_row()
        digest.update(json.dumps(row, sort_keys=True, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


def read_sentences(
    path: str | Path,
    codebook: Codebook | None = None,
    columns: Mapping[str, Any] | None = None,
    reading: Reading | None = None,
) -> list[Sentence]:
    """Read the sentences of one file, or of all data files of a folder in the order of their names.

    ``reading`` says what is known of the files; further parameters and errors are those of ``load_dataset``.
    """
    path = Path(path)
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if is_table_name(file))
        if not files:
            raise InputError(f"{path}: no data file in this folder; expected {', '.join(SUFFIXES)}")
        return [sentence for file in files for sentence in read_sentences(file, codebook, columns, reading)]
    form = format_of(path)
    return read_table(Source.from_file(path, reading), form, codebook, columns)


def read_table(
    source: Source,
    form: str,
    codebook: Codebook | None = None,
    columns: Mapping[str, Any] | None = None,
    *,
    articles: bool = False,
    left_out: Counter[str] | None = None,
) -> list[Sentence]:
    """Read the sentences of a table in one of the formats of ``readers.READERS``, wherever it came from.

    With ``articles`` each row is a whole article, and is split, as ``rows_of_articles`` does, of which ``left_out`` is.
    Further parameters and errors are those of ``load_dataset``.
    """
    rows = rows_of_export(source.name, list(read_rows(source, form)), columns or {}, source.reading.texts)
    rows = list(rows_of_articles(source.name, rows, columns or {}, left_out)) if articles else rows
    return sentences_from_rows(source.name, rows, codebook, columns)


def _to_dataset(sentences: Sequence[Sentence]) -> Dataset:
    import datasets
    from datasets import Features, List, Value

    kinds: dict[str, Any] = dict.fromkeys(SENTENCE_FIELDS, Value("string"))
    kinds |= dict.fromkeys(LIST_FIELDS, List(Value("string"))) | dict.fromkeys(WHOLE_FIELDS, Value("int64"))
    kinds |= dict.fromkeys(("sample_probability", "weight"), Value("float64")) | {"extra": Value("string")}
    columns: dict[str, list[Any]] = {name: [getattr(s, name) for s in sentences] for name in SENTENCE_FIELDS}
    columns["extra"] = [json.dumps(dict(s.extra), ensure_ascii=False) if s.extra else "" for s in sentences]
    for name in LIST_FIELDS:
        columns[name] = [None if value is None else list(value) for value in columns[name]]
    return datasets.Dataset.from_dict(columns, features=Features(kinds))


def warn_about_groups(sentences: Sequence[Sentence]) -> None:
    """Warn of coded sentences that nothing keeps on one side of a split."""
    coded = [s for s in sentences if s.frames is not None or s.stance is not None]
    alone = sum(not (s.group or s.doc_id) for s in coded)
    if alone:
        warnings.warn(
            f"{alone:,} of {len(coded):,} coded rows have neither 'group' nor 'doc_id': each counts as its own group, "
            "so sentences of one document may stand on both sides of a split and scores may flatter",
            FramingWarning,
            stacklevel=3,
        )
