"""Coded sentences from files: what is read, and what is said of a file or row that cannot be."""

import csv
import datetime
import json
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest

from framing import Codebook, FramingWarning, Label, Prediction, Sentence
from framing.corpus.dataset import dataset_digest, load_dataset, read_sentences, sentences_of, warn_about_groups
from framing.corpus.rows import MAX_TEXT
from framing.errors import InputError

BOOK = Codebook("weather", frames=(Label("rain"), Label("sun")), stance=(Label("favor"), Label("against")))

ROWS: list[dict[str, Any]] = [
    {
        "text": 'It "rains", says Café Müller.',
        "headline": "Weather",
        "previous": "Clouds came.",
        "target": "the rain",
        "frames": ["rain", "sun"],
        "coded": ["rain", "sun"],
        "stance": "favor",
        "holder": "the farmer",
        "doc_id": "a.txt",
        "position": 4,
        "start": 10,
        "end": 40,
        "source": "Daily",
        "date": "2025-03-01",
        "group": "a",
        "sample_probability": 0.25,
        "coder": "B",
    },
    {"text": "Coded, and none of the frames.\nTwo lines; one row.", "frames": [], "group": "b", "coder": "C"},
    {"text": "Not coded.", "group": "c", "coder": "none"},
]
SENTENCES = [
    Sentence(
        'It "rains", says Café Müller.',
        headline="Weather",
        previous="Clouds came.",
        target="the rain",
        frames=("rain", "sun"),
        coded=("rain", "sun"),
        stance="favor",
        holder="the farmer",
        doc_id="a.txt",
        position=4,
        start=10,
        end=40,
        source="Daily",
        date="2025-03-01",
        group="a",
        sample_probability=0.25,
        extra={"coder": "B"},
    ),
    Sentence("Coded, and none of the frames.\nTwo lines; one row.", frames=(), group="b", extra={"coder": "C"}),
    Sentence("Not coded.", group="c", extra={"coder": "none"}),
]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows in the form that the file's name asks for."""
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".parquet":
        names = dict.fromkeys(name for row in rows for name in row)
        table = pyarrow.table({name: [row.get(name) for row in rows] for name in names})
        pyarrow.parquet.write_table(table, path)
    else:
        with path.open("w", encoding="utf-8", newline="") as stream:
            names = dict.fromkeys(name for row in rows for name in row)
            writer = csv.DictWriter(stream, list(names), delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writeheader()
            for row in rows:
                lists = {k: ";".join(v) or "none" for k, v in row.items() if isinstance(v, list)}
                writer.writerow({**row, **lists})
    return path


def load(path: Any, **options: Any) -> list[Sentence]:
    return sentences_of(load_dataset(path, BOOK, **options))


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".tsv", ".parquet"])
def test_each_kind_of_file_gives_the_same_sentences(tmp_path, suffix):
    path = write(tmp_path / f"weather{suffix}", ROWS)
    assert load(path) == SENTENCES
    assert load(str(path)) == SENTENCES


def test_a_dataset_and_a_list_of_sentences_are_data_too():
    assert load(SENTENCES) == SENTENCES
    assert load(datasets.Dataset.from_list(ROWS)) == SENTENCES
    dataset = load_dataset(SENTENCES)
    assert load_dataset(dataset, BOOK) is dataset


def test_a_folder_is_read_in_the_order_of_names_and_a_list_as_given(tmp_path):
    first = write(tmp_path / "1.csv", [{"text": "One."}])
    second = write(tmp_path / "2.jsonl", [{"text": "Two."}, {"text": "Three."}])
    (tmp_path / "README.md").write_text("No data.")
    assert [s.text for s in load(tmp_path)] == ["One.", "Two.", "Three."]
    assert [s.text for s in load([second, str(first)])] == ["Two.", "Three.", "One."]


def test_cells_of_labels(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,frames,group\na,rain;sun,1\nb,,2\nc,none,3\nd, sun ; rain ;sun,4\ne,NONE,5\nf,rain,6\n")
    assert [s.frames for s in load(path)] == [("rain", "sun"), None, (), ("sun", "rain"), (), ("rain",)]


def test_labels_of_json(tmp_path):
    path = tmp_path / "a.jsonl"
    frames = ["", ', "frames": []', ', "frames": null', ', "frames": ["rain"]', ', "frames": "rain;sun"']
    path.write_text("".join(f'{{"text": "a", "group": "1"{part}}}\n' for part in frames))
    assert [s.frames for s in load(path)] == [None, (), None, ("rain",), ("rain", "sun")]


def test_empty_cells_are_what_was_not_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,target,stance,position,start,sample_probability,date,source\nIt rains., ,,,,,,\n")
    assert load(path) == [Sentence("It rains.")]


def test_numbers_of_a_spreadsheet_are_numbers(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,position,start,sample_probability,doc_id\nIt rains.,3,7.0,1,12\n")
    assert load(path) == [Sentence("It rains.", position=3, start=7, sample_probability=1.0, doc_id="12")]


def test_a_byte_order_mark_blank_lines_and_old_line_ends_do_no_harm(tmp_path):
    expected = [Sentence("It rains.", target="the rain"), Sentence("The sun shines.", target="the sun")]
    for name, content in [
        ("bom.csv", "\ufefftext,target\r\n\r\nIt rains.,the rain\r\n,\r\nThe sun shines.,the sun"),
        ("mac.csv", "text,target\rIt rains.,the rain\rThe sun shines.,the sun\r"),
        (
            "bom.jsonl",
            '\ufeff{"text": "It rains.", "target": "the rain"}\r\n\r\n \n'
            '{"text": "The sun shines.", "target": "the sun"}',
        ),
    ]:
        (tmp_path / name).write_bytes(content.encode())
        assert load(tmp_path / name) == expected, name


def test_a_quote_inside_a_tsv_cell_is_a_quote(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text('text\ttarget\nA "ruse", he said.\tthe rain\n')
    assert load(path) == [Sentence('A "ruse", he said.', target="the rain")]


def test_dates_of_parquet_become_text(tmp_path):
    day = datetime.date(2025, 3, 1)
    path = write(tmp_path / "a.parquet", [{"text": "It rains.", "date": day, "coded_on": day, "tags": ["x"], "n": 2}])
    assert load(path) == [
        Sentence("It rains.", date="2025-03-01", extra={"coded_on": "2025-03-01", "tags": ["x"], "n": 2})
    ]


def test_the_users_columns_reach_the_prediction(tmp_path):
    rows = [{"text": "It rains.", "coder": "B", "proba": "high", "words": {"rain": 2}, "abstained": None}]
    (sentence,) = load(write(tmp_path / "a.jsonl", rows))
    assert sentence.extra == {"coder": "B", "proba": "high", "words": {"rain": 2}, "abstained": None}
    row = Prediction(sentence, proba={"rain": 0.75}).to_row()
    assert (row["coder"], row["words"], row["proba"]) == ("B", {"rain": 2}, {"rain": 0.75})
    assert (row["input_proba"], row["input_abstained"]) == ("high", None)


def test_own_column_names_are_mapped(tmp_path):
    rows = [{"sentence": "It rains.", "labels": "rain", "article": "7"}]
    path = write(tmp_path / "a.csv", rows)
    columns = {"text": "sentence", "frames": "labels", "doc_id": "article", "group": "article"}
    assert load(path, columns=columns) == [Sentence("It rains.", frames=("rain",), doc_id="7", group="7")]


def test_a_standard_name_that_is_mapped_elsewhere_is_kept_as_the_users_column(tmp_path):
    rows = [{"text": "Es regnet.", "english": "It rains.", "frames": "wet", "labels": "rain", "group": "a"}]
    (sentence,) = load(write(tmp_path / "a.csv", rows), columns={"text": "english", "frames": "labels"})
    assert sentence == Sentence("It rains.", frames=("rain",), group="a", extra={"text": "Es regnet.", "frames": "wet"})
    row = Prediction(sentence).to_row()
    assert (row["text"], row["input_text"]) == ("It rains.", "Es regnet.")
    assert (row["frames"], row["input_frames"]) == (["rain"], "wet")


def test_a_column_that_is_mapped_keeps_its_own_meaning(tmp_path):
    path = write(tmp_path / "a.jsonl", [{"text": "It rains.", "source": "Daily"}])
    columns = {"text": "text", "group": "source", "source": "source"}
    assert load(path, columns=columns) == [Sentence("It rains.", source="Daily", group="Daily")]


@pytest.mark.parametrize(
    ("column", "meant"),
    [
        ("frame", "frames"),
        ("Frames", "frames"),
        ("farmes", "frames"),
        ("stanc", "stance"),
        ("Target", "target"),
        ("groups", "group"),
        ("docid", "doc_id"),
        ("headlin", "headline"),
        ("holders", "holder"),
        ("previuos", "previous"),
    ],
)
def test_a_column_misspelt_is_told_with_the_right_name(tmp_path, column, meant):
    path = write(tmp_path / "a.jsonl", [{"text": "It rains."}, {"text": "The sun shines.", column: "x"}])
    with pytest.raises(InputError) as caught:
        load(path)
    assert str(caught.value) == (
        f"{path}, line 2: unknown column {column!r}; did you mean {meant!r}? "
        f"Rename it, or map it with columns.{meant}={column} (train; elsewhere --column {meant}={column}); "
        "with nothing after '=' it stays your own column"
    )


def test_a_misspelt_text_column_is_told_with_the_right_name(tmp_path):
    path = write(tmp_path / "a.jsonl", [{"txet": "It rains.", "frames": "rain"}])
    with pytest.raises(InputError, match=r"a\.jsonl, line 1: unknown column 'txet'; did you mean 'text'\?"):
        load(path)


INNOCENT = ["coded_by", "data", "test", "name", "names", "context", "state", "status", "market", "title", "labels"]


@pytest.mark.parametrize("column", [*INNOCENT, "deadline", "folder", "tone", "age", "id", "topic", "genre", "url"])
def test_a_column_of_the_users_own_passes(tmp_path, column):
    assert load(write(tmp_path / "a.csv", [{"text": "It rains.", column: "x"}])) == [
        Sentence("It rains.", extra={column: "x"})
    ]


def test_a_near_miss_passes_beside_the_right_column(tmp_path):
    path = write(tmp_path / "a.csv", [{"text": "It rains.", "target": "the rain", "targets": "x", "Text": "y"}])
    assert load(path) == [Sentence("It rains.", target="the rain", extra={"targets": "x", "Text": "y"})]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        # files
        ("a.jsonl", b"", ": the file is empty"),
        ("a.csv", b" \r\n\n", ": the file is empty"),
        ("a.csv", b"text,frames\n", ": no rows"),
        ("a.jsonl", b"\xef\xbb\xbf", ": no rows"),
        (
            "a.txt",
            b"It rains.",
            ": unknown kind of data file '.txt'; expected .jsonl, .json, .csv, .tsv, .xlsx, .parquet",
        ),
        (
            "a.jsonl",
            '{"text": "a"}\n{"text": "Café"}\n'.encode("latin-1"),
            ", line 2: not UTF-8 (byte 0xe9); save the file as UTF-8 and try again",
        ),
        # JSON
        (
            "a.jsonl",
            b'{"text": "a"}\n\n{"text": "b"\n',
            ", line 3: broken JSON (Expecting ',' delimiter at column 13); expected one JSON object a line",
        ),
        ("a.jsonl", b'[{"text": "a"}, "b"]', ", item 2: expected a list of objects, got str"),
        (
            "a.json",
            b'[{"text": "a"}',
            ": broken JSON (Expecting ',' delimiter at column 15); expected a list of objects",
        ),
        ("a.jsonl", b'"It rains."', ", line 1: expected one JSON object a line, got str"),
        ("a.jsonl", b'{"text": ' + b"[" * 100_000, ", line 1: broken JSON (nested too deeply)"),
        (
            "a.jsonl",
            b'{"text": "a", "n": ' + b"1" * 5000 + b"}",
            ", line 1: broken JSON (a number of thousands of digits)",
        ),
        (
            "a.jsonl",
            rb'{"text": "It rains \ud83d"}',
            r", line 1: '\ud83d' is half of a character; the text was cut in the middle of it",
        ),
        # CSV
        ("a.csv", b"text,frames\na,rain\nb\n", ", line 3: 1 cells where the header has 2 columns"),
        ("a.csv", b"text,frames\na,rain,wet\n", ", line 2: 3 cells where the header has 2 columns"),
        (
            "a.csv",
            b"text,frames,text\na,rain,b\n",
            ", line 1: a column name stands twice in the header: text, frames, text",
        ),
        (
            "a.csv",
            b'text,frames\n"a\nb",rain\n"never closed,rain\nc,sun\n',
            ", line 4: broken CSV (unexpected end of data); is a quote not closed, or one inside not doubled?",
        ),
        (
            "a.tsv",
            b'text\tframes\n"a ""b"""\tsun\n"a"b\train\n',
            ", line 3: broken TSV ('\t' expected after '\"'); is a quote not closed, or one inside not doubled?",
        ),
        # labels
        ("a.csv", b"text,frames\na,rain\nb,rain;snow\n", ", line 3: unknown frame 'snow'; expected one of: rain, sun"),
        (
            "a.csv",
            b'text,frames\n"a\nb",rain\n"c\nd",snow\n',
            ", line 4: unknown frame 'snow'; expected one of: rain, sun",
        ),
        (
            "a.csv",
            b"text,frames\na,none;rain\n",
            ", line 2: 'frames' has 'none' beside 'rain'; 'none' is coded with none present, so it stands alone",
        ),
        ("a.jsonl", b'{"text": "a", "coded": ["snow"]}', ", line 1: unknown frame 'snow'; expected one of: rain, sun"),
        (
            "a.jsonl",
            b'{"text": "a", "stance": "neutral"}',
            ", line 1: unknown stance 'neutral'; expected one of: favor, against",
        ),
        (
            "a.jsonl",
            b'{"text": "a", "frames": ["rain"], "coded": ["sun"]}',
            ", line 1: a frame in 'frames' is not among 'coded': rain",
        ),
        (
            "a.jsonl",
            b'{"text": "a", "frames": 1}',
            ", line 1: unknown frame '1'; expected one of: rain, sun",
        ),
        (
            "a.jsonl",
            b'{"text": "a", "frames": ["rain", 1]}',
            ", line 1: 'frames' should be a list of labels or 'label;label', got ['rain', 1]",
        ),
        *(
            (
                "a.jsonl",
                b'{"text": "a", "frames": %s}' % given,
                f", line 1: 'frames' should be a list of labels or 'label;label', got {said}",
            )
            for given, said in (
                (b"1" + b"0" * 40, "1" + "0" * 40),
                (b"1" + b"0" * 400, "1" + "0" * 400),
                (b"-1e9", "-1000000000.0"),
                (b"1e999", "inf"),
            )
        ),
        # texts and numbers
        ("a.jsonl", b'{"text": "a"}\n{"frames": []}', ", line 2: no text; every row needs a sentence in 'text'"),
        ("a.csv", b"text,frames\n ,rain\n", ", line 2: no text; every row needs a sentence in 'text'"),
        ("a.jsonl", b'{"text": null}', ", line 1: no text; every row needs a sentence in 'text'"),
        ("a.jsonl", b'{"text": ["It", "rains"]}', ", line 1: 'text' should be text, got list"),
        (
            "a.jsonl",
            b'{"sentence": "a"}',
            ": no column 'text'; the columns are: 'sentence'. "
            "Name the one that has the sentences: columns.text=NAME (train; elsewhere --column text=NAME)",
        ),
        ("a.csv", b"text,sample_probability\na,0\n", ", line 2: sample_probability 0.0 is not in (0, 1]"),
        ("a.csv", b"text,sample_probability\na,1.5\n", ", line 2: sample_probability 1.5 is not in (0, 1]"),
        (
            "a.csv",
            b"text,sample_probability\na,5%\n",
            ", line 2: 'sample_probability' should be a number, got '5%'; to keep it as a column of your own: "
            "columns.sample_probability= (train; elsewhere --column sample_probability=)",
        ),
        (
            "a.csv",
            b"text,position\na,1\nb,first\n",
            ", line 3: 'position' should be a whole number, got 'first'; to keep it as a column of your own: "
            "columns.position= (train; elsewhere --column position=)",
        ),
        (
            "a.jsonl",
            b'{"text": "a", "start": 1}\n{"text": "a", "start": 1e30}',
            ", line 2: 'start' should be a whole number, got 1e+30; to keep it as a column of your own: "
            "columns.start= (train; elsewhere --column start=)",
        ),
    ],
)
def test_what_cannot_be_read_is_an_error_with_the_file_and_the_line(tmp_path, name, content, problem):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load(path)
    assert str(caught.value) == f"{path}{problem}"


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "folder/a.csv"])
def test_a_missing_file_is_named(tmp_path, name):
    with pytest.raises(InputError) as caught:
        load(tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: no such file"


def test_a_folder_without_data_is_named(tmp_path):
    with pytest.raises(InputError) as caught:
        load(tmp_path)
    assert (
        str(caught.value)
        == f"{tmp_path}: no data file in this folder; expected .jsonl, .json, .csv, .tsv, .xlsx, .parquet"
    )


@pytest.mark.parametrize("content", [b"", b"It rains."])
def test_a_file_that_is_no_parquet_is_named(tmp_path, content):
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.parquet: not a readable Parquet file \(.+\)$"):
        load(path)


def test_a_row_of_parquet_is_named_by_its_number(tmp_path):
    path = write(tmp_path / "a.parquet", [{"text": "It rains."}, {"text": ""}])
    with pytest.raises(InputError) as caught:
        load(path)
    assert str(caught.value) == f"{path}, row 2: no text; every row needs a sentence in 'text'"


def test_a_text_of_two_megabytes_is_refused_with_what_to_do(tmp_path):
    path = write(tmp_path / "a.jsonl", [{"text": "It rains."}, {"text": "word " * 400_000}])
    with pytest.raises(InputError) as caught:
        load(path)
    assert str(caught.value) == (
        f"{path}, line 2: 'text' has 2,000,000 characters, a sentence has at most 10,000; "
        "a row is one sentence; rows that are whole articles: framing predict --input-format articles"
    )
    path = write(tmp_path / "a.csv", [{"text": "It rains."}, {"text": "word " * 400_000}])
    with pytest.raises(
        InputError, match=r"a\.csv, line 3: 'text' has 2,000,000 characters, a sentence has at most 10,0"
    ):
        load(path)


def test_the_longest_text_passes(tmp_path):
    (sentence,) = load(write(tmp_path / "a.csv", [{"text": "w" * MAX_TEXT}]))
    assert len(sentence.text) == 10_000


def test_an_exclusive_codebook_wants_exactly_one_frame(tmp_path):
    book = Codebook("weather", frames=BOOK.frames, exclusive=True)
    rows = [{"text": "a", "frames": ["rain"]}, {"text": "b"}, {"text": "c", "frames": ["rain", "sun"]}]
    path = write(tmp_path / "a.jsonl", rows)
    with pytest.raises(InputError) as caught:
        read_sentences(path, book)
    assert str(caught.value) == f"{path}, line 3: 2 frames, but codebook 'weather' is exclusive: exactly one each"
    path = write(tmp_path / "b.jsonl", [{"text": "c", "frames": []}])
    with pytest.raises(InputError, match=r"b\.jsonl, line 1: 0 frames, but codebook 'weather' is exclusive"):
        read_sentences(path, book)


def test_a_stance_without_stance_classes_is_an_error(tmp_path):
    path = write(tmp_path / "a.jsonl", [{"text": "a", "stance": "favor"}])
    with pytest.raises(InputError) as caught:
        read_sentences(path, Codebook("weather", frames=BOOK.frames))
    assert (
        str(caught.value)
        == f"{path}, line 1: unknown stance 'favor'; expected none, the codebook has no stance classes"
    )


def test_without_a_codebook_any_label_passes(tmp_path):
    (sentence,) = read_sentences(write(tmp_path / "a.jsonl", [{"text": "a", "frames": ["snow"], "stance": "icy"}]))
    assert (sentence.frames, sentence.stance) == (("snow",), "icy")


def test_labels_of_sentences_and_datasets_are_checked_too():
    sentences = [Sentence("It rains.", frames=("rain",), group="a"), Sentence("It snows.", frames=("snow",), group="b")]
    for data in (sentences, load_dataset(sentences)):
        with pytest.raises(InputError) as caught:
            load(data)
        assert str(caught.value) == "row 2: unknown frame 'snow'; expected one of: rain, sun"
    with pytest.raises(InputError, match=r"^dataset, row 2: no text"):
        load(datasets.Dataset.from_list([{"text": "It rains."}, {"text": " "}]))


def test_something_else_is_no_data():
    with pytest.raises(InputError) as caught:
        load([Sentence("It rains."), "a.csv"])
    assert str(caught.value) == "data: expected a path, several paths, sentences or a datasets.Dataset"


def test_a_field_that_does_not_exist_cannot_be_mapped(tmp_path):
    path = write(tmp_path / "a.csv", [{"sentence": "It rains."}])
    with pytest.raises(InputError, match=r"^columns\.label: unknown field 'label'; expected one of: text, "):
        load(path, columns={"text": "sentence", "label": "sentence"})


def test_a_column_that_does_not_exist_cannot_be_mapped(tmp_path):
    path = write(tmp_path / "a.csv", [{"sentence": "It rains.", "label": "rain"}])
    with pytest.raises(InputError) as caught:
        load(path, columns={"text": "sentence", "frames": "labels"})
    assert str(caught.value) == f"{path}: columns.frames=labels, but the columns are: 'sentence', 'label'"


def test_coded_rows_without_a_group_are_told():
    sentences = [
        Sentence("It rains.", frames=("rain",)),
        Sentence("The sun shines.", stance="favor"),
        Sentence("It rains again.", frames=(), doc_id="a.txt"),
        Sentence("And again.", frames=(), group="a"),
        Sentence("Not coded."),
    ]
    assert load(sentences) == sentences  # only a training splits
    with pytest.warns(FramingWarning, match="^2 of 4 coded rows have neither 'group' nor 'doc_id': each counts as its"):
        warn_about_groups(sentences)


def test_a_key_that_stands_twice_in_an_object_is_refused(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "It rains."}\n{"text": "It rains.", "text": "The sun shines."}\n')
    with pytest.raises(InputError, match=r"line 2: the key 'text' stands twice$"):
        load(tmp_path / "a.jsonl")


def test_the_row_numbers_of_a_data_frame_are_no_column_of_a_parquet_file(tmp_path):
    frame = pd.DataFrame({"text": ["It rains.", "It snows."], "mood": ["calm", "cold"]}, index=[7, 9])
    frame.to_parquet(tmp_path / "a.parquet")
    assert [s.extra for s in load(tmp_path / "a.parquet")] == [{"mood": "calm"}, {"mood": "cold"}]


@pytest.mark.parametrize("name", [None, ""])
def test_the_text_cannot_be_left_alone(tmp_path, name):
    path = write(tmp_path / "a.csv", [{"text": "It rains."}])
    with pytest.raises(InputError, match=r"^columns\.text=: every row needs a sentence; name the column that"):
        load(path, columns={"text": name})


def test_the_digest_is_that_of_the_rows_and_not_of_the_file(tmp_path):
    digests = {dataset_digest(load_dataset(write(tmp_path / f"a{s}", ROWS))) for s in (".jsonl", ".csv", ".parquet")}
    assert digests == {dataset_digest(load_dataset(SENTENCES))}


@pytest.mark.parametrize("change", [{"frames": ["rain"]}, {"frames": []}, {"text": "Other."}, {"group": "z"}])
def test_the_digest_changes_with_a_row(tmp_path, change):
    same = dataset_digest(load_dataset(write(tmp_path / "a.jsonl", ROWS)))
    other = dataset_digest(load_dataset(write(tmp_path / "b.jsonl", [{**ROWS[0], **change}, *ROWS[1:]])))
    assert same != other


def test_the_digest_changes_with_a_label_of_a_mapped_column(tmp_path):
    digests = set()
    for label in ("rain", "sun"):
        rows = [{"text": "It rains.", "frames": "wet", "labels": label, "group": "a"}]
        dataset = load_dataset(write(tmp_path / "a.csv", rows), BOOK, {"frames": "labels"})
        digests.add(dataset_digest(dataset))
    assert len(digests) == 2
