"""What a column is, what a word in it means, and which rows are coded: never a silent guess."""

from __future__ import annotations

import datetime
import warnings
import zipfile
from pathlib import Path
from typing import Any

import datasets
import pytest

from framing import Codebook, FramingWarning, Label, Sentence
from framing.corpus.audit import errors_in
from framing.corpus.dataset import dataset_digest, load_dataset, read_sentences, sentences_of
from framing.corpus.rows import sentences_from_rows
from framing.errors import InputError
from tests.command import framing

BOOK = Codebook("weather", frames=(Label("rain"), Label("sun")), stance=(Label("favor"), Label("against")))
FIXTURE = Path(__file__).parent / "fixtures" / "version_0_1_0.zip"


def read(rows: list[dict[Any, Any]], book: Codebook | None = BOOK, columns: dict[str, Any] | None = None) -> tuple:
    """Read rows as if from a file; return the sentences and what was warned of."""
    placed = [(f"a.csv, line {number}", row) for number, row in enumerate(rows, 2)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sentences = sentences_from_rows("a.csv", placed, book, columns)
    return sentences, [str(warning.message) for warning in caught]


def one(columns: dict[str, Any] | None = None, book: Codebook | None = BOOK, **row: Any) -> tuple:
    sentences, told = read([{"text": "It is day.", **row}], book, columns)
    return sentences[0], told


# Words for a missing value.


@pytest.mark.parametrize("word", ["nan", "NaN", "NA", "N/A", "n/a", "<NA>", "null", "NULL", "None", "NaT", " nan "])
@pytest.mark.parametrize("field", ["doc_id", "target", "headline", "date", "position"])
def test_a_word_for_nothing_is_nothing_and_is_told(field, word):
    sentence, told = one(**{field: word})
    assert sentence == Sentence("It is day.")
    assert told == [
        f"a.csv: column {field!r} has {word.strip()!r} in 1 row (first in line 2): read as missing, like an empty cell"
    ]


def test_the_words_of_a_column_are_told_in_one_line():
    rows = [{"text": "It is day.", "site": word, "group": "g"} for word in ("NA", "x", "nan", "nan", "")]
    sentences, told = read(rows, columns={"doc_id": "site"})
    assert [s.doc_id for s in sentences] == ["", "x", "", "", ""]
    assert told == [
        "a.csv: column 'site' has 'nan' in 2 rows and 'NA' in 1 row (first in line 2): read as missing, like an empty "
        "cell"
    ]


@pytest.mark.parametrize("name", ["Nan", "Na", "nano", "no", "unknown", "None of them"])
def test_a_word_that_may_be_a_name_stays(name):
    sentence, told = one(holder=name)
    assert (sentence.holder, told) == (name, [])


def test_frames_that_are_missing_are_not_coded_and_none_is_coded():
    rows = [{"text": "It is day.", "frames": cell} for cell in ("nan", "none", "None", "NONE", "rain", float("nan"))]
    sentences, told = read(rows)
    assert [s.frames for s in sentences] == [None, (), (), (), ("rain",), None]
    assert len(told) == 2 and "'nan' in 1 row" in told[1]
    # A coder's word, or what pandas prints where nothing was coded.
    assert "column 'frames' has 'None' in 1 row: read as coded, none present; where it stands for a missing" in told[0]


def test_a_stance_that_is_missing_is_not_coded_and_none_may_be_a_class():
    sentence, told = one(target="the rain", stance="NA")
    assert (sentence.stance, len(told)) == (None, 1)
    for word in ("none", "None"):
        with pytest.raises(InputError, match=f"line 2: unknown stance '{word}'; expected one of: favor, against"):
            one(target="the rain", stance=word)
        assert one(book=None, target="the rain", stance=word)[0].stance == word


def test_a_label_of_the_codebook_is_a_label_whatever_else_the_word_means():
    book = Codebook("grid", frames=(Label("NA"), Label("null")), stance=(Label("nan"), Label("pro")))
    sentence, told = one(book=book, frames="NA;null", target="the grid", stance="nan")
    assert (sentence.frames, sentence.stance, told) == (("NA", "null"), "nan", [])
    assert one(book=book, frames="null")[0].frames == ("null",)


@pytest.mark.parametrize("word", ["nan", "NULL", "<NA>"])
def test_a_text_that_is_missing_is_an_error(word):
    with pytest.raises(InputError) as caught:
        read([{"text": word}])
    assert str(caught.value) == (
        f"a.csv, line 2: no text; {word!r} is read as missing, and every row needs a sentence in 'text'"
    )


@pytest.mark.parametrize(
    ("field", "values"), [("start", ("nan", "3")), ("target", ("NA", "the port")), ("end", ("NaT",))]
)
def test_words_for_nothing_do_not_decide_what_a_column_is(field, values):
    sentences, told = read([{"text": "It is day.", field: value} for value in values])
    assert all(s.extra == {} for s in sentences)
    assert len(told) == 1 and "read as missing" in told[0]


@pytest.mark.parametrize(("value", "name"), [(3.0, "3"), (3, "3"), (2.5, "2.5"), ("3.0", "3.0"), (-1.0, "-1")])
def test_a_whole_number_that_became_a_decimal_beside_a_missing_one_is_that_number(value, name):
    assert one(doc_id=value) == (Sentence("It is day.", doc_id=name), [])


# Names of columns.


@pytest.mark.parametrize(("given", "column"), [(0, "0"), (1.0, "1.0"), (1.0, "1"), (True, "true"), (7, "007")])
def test_a_column_may_be_called_by_a_number_or_a_truth_value(given, column):
    sentence, told = one({"doc_id": given}, **{column: "d0"})
    assert (sentence.doc_id, told) == ("d0", [])


def test_names_of_columns_that_are_no_text_are_read_as_text():
    (sentence,), _ = read([{"text": "It is day.", 0: "d0", 2.5: "x"}], columns={"doc_id": 0})
    assert (sentence.doc_id, sentence.extra) == ("d0", {"2.5": "x"})
    with pytest.raises(InputError, match="line 2: two columns are called '0', one by a text and one by a number"):
        read([{"text": "It is day.", 0: "a", "0": "b"}])


@pytest.mark.parametrize(("given", "names"), [(3, ["1"]), (5, ["5.0", "05"]), (True, ["1"]), ("0", ["00"])])
def test_a_name_that_is_no_columns_or_that_of_two_is_an_error(given, names):
    with pytest.raises(InputError) as caught:
        one({"doc_id": given}, **dict.fromkeys(names, "x"))
    listed = ", ".join(map(repr, ["text", *names]))
    assert str(caught.value) == f"a.csv: columns.doc_id={given}, but the columns are: {listed}"


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize(
    ("field", "value"), [("target", ["a", "b"]), ("start", "noon"), ("frames", "wet"), ("doc_id", 4)]
)
def test_a_field_that_is_left_alone_leaves_the_column_to_the_user(nothing, field, value):
    sentence, told = one({field: nothing}, **{field: value})
    assert (sentence, told) == (Sentence("It is day.", extra={field: value}), [])


def test_the_text_cannot_be_left_alone():
    with pytest.raises(InputError, match=r"^a\.csv: no column 'text'|needs a sentence"):
        one({"text": None})


@pytest.mark.parametrize("nothing", ["columns.start=", "columns.start=null"])
def test_a_training_takes_a_column_called_0_and_leaves_another_alone(workplace, nothing):
    (workplace / "own.csv").write_text("text,frames,0,start\nIt pays.,gain,d0,noon\nIt threatens.,risk,d1,7\n")
    arguments = ["train", "encoder=tfidf", "data=own.csv", "codebook=book.yaml", "columns.doc_id=0"]
    answer = framing(*arguments, nothing, cwd=workplace)
    # All is read, without a word on rows that have no document; two rows are too few.
    assert answer.err.startswith("error: frame 'gain' has 1 positives in 2 coded rows")
    assert "should be a whole number" in framing(*arguments, cwd=workplace).err


def test_the_command_line_leaves_a_field_alone(workplace):
    (workplace / "own.csv").write_text("text,start,frames\nIt pays.,2021-03-01,gain\nIt is noon.,7,none\n")
    refused = framing("data", "check", "own.csv", "--codebook", "book.yaml", cwd=workplace)
    assert refused.err == (
        "error: own.csv, line 2: 'start' should be a whole number, got '2021-03-01'; to keep it as a column of your "
        "own: --column start=\n"
    )
    answer = framing("data", "check", "own.csv", "--codebook", "book.yaml", "--column", "start=", cwd=workplace)
    assert (answer.out, answer.err) == ("own.csv: 2 rows, no findings\n", "")


# Columns that have the name of a field and another meaning.


@pytest.mark.parametrize(
    "values",
    [
        ("0", "1"),
        ("0.0", "1.0"),
        ("True", "False"),
        (1, 0),
        (True, False),
        ("-1", "0.5"),
        ("positive", "Negative"),
        (1,),
    ],
)
def test_a_target_that_is_a_label_is_left_alone_and_told(values):
    sentences, told = read([{"text": "It is day.", "target": value} for value in values])
    assert [(s.target, s.extra["target"]) for s in sentences] == [(None, value) for value in values]
    seen = ", ".join(map(repr, values))
    assert told == [
        f"a.csv: the values of column 'target' ({seen}) are labels, no matters toward which one has a stance; it is "
        "left alone, as your own column. Name another with columns.target=NAME (train; elsewhere --column target=NAME)"
        "; with nothing after '=' there is none"
    ]


@pytest.mark.parametrize("values", [("5G",), ("2024 election", "0"), ("Proposition 8", "1"), ("yes vote",), ("",)])
def test_a_target_that_is_a_matter_stays(values):
    sentences, told = read([{"text": "It is day.", "target": value} for value in values])
    assert ([s.target for s in sentences], told) == ([value or None for value in values], [])


def test_a_column_that_the_user_named_is_taken_at_the_users_word():
    sentence, told = one({"target": "bill"}, bill="117")
    assert (sentence.target, told) == ("117", [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", "2021-03-01"),
        ("end", "14:05"),
        ("position", "left"),
        ("start", 1.25),
        ("end", datetime.date(2021, 3, 1)),
    ],
)
def test_a_place_without_any_whole_number_is_left_alone_and_told(field, value):
    sentence, (told,) = one(**{field: value})
    assert getattr(sentence, field) == getattr(Sentence("x"), field)
    assert sentence.extra == {field: str(value) if isinstance(value, datetime.date) else value}
    assert told.startswith(
        f"a.csv: no value of column {field!r} is a whole number (line 2: {value!r}); it is left alone"
    )


@pytest.mark.parametrize(("field", "value"), [("start", "noon"), ("position", "3.5")])
def test_a_place_of_which_some_are_whole_numbers_is_an_error(field, value):
    with pytest.raises(InputError, match=f"line 3: {field!r} should be a whole number, got {value!r}; to keep it as a"):
        read([{"text": "It is day.", field: "4"}, {"text": "It is day.", field: value}])


def test_a_sampling_probability_that_is_no_number_is_an_error_all_the_same():
    with pytest.raises(InputError, match="'sample_probability' should be a number, got 'high'; to keep it as a column"):
        one(sample_probability="high")


# Near misses.


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("targets", [{"mention": "the port"}]),
        ("targets", {"a": 1}),
        ("frame", {"x": 0}),
        ("targets", "1"),
        ("holders", []),
    ],
)
def test_a_column_whose_values_cannot_be_the_fields_is_no_near_miss(column, value):
    sentence, told = one(**{column: value})
    assert (sentence, told) == (Sentence("It is day.", extra={column: value}), [])


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [("targets", "the port", "target"), ("frame", ["rain"], "frames"), ("frame", "", "frames")],
)
def test_a_near_miss_is_told_with_both_ways_to_map_it(column, value, field):
    with pytest.raises(InputError) as caught:
        one(**{column: value})
    assert str(caught.value) == (
        f"a.csv, line 2: unknown column {column!r}; did you mean {field!r}? Rename it, or map it with "
        f"columns.{field}={column} (train; elsewhere --column {field}={column}); with nothing after '=' it stays your "
        "own column"
    )
    assert one({field: ""}, **{column: value})[0].extra == {column: value}


# Rows that were refused.


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("answer", ("accept", "reject", "ignore"), "(Prodigy) has 'reject' in 1 coded row and 'ignore' in 1 coded row"),
        ("was_cancelled", (False, True, True), "(Label Studio) has 'True' in 2 coded rows"),
        ("skipped", ("false", "true", "TRUE"), "(Label Studio) has 'true' in 1 coded row and 'TRUE' in 1 coded row"),
        ("response_status", ("submitted", "discarded", "discarded"), "(Argilla) has 'discarded' in 2 coded rows"),
        (
            "status",
            ("submitted", "discarded", "Discarded"),
            "(Argilla) has 'discarded' in 1 coded row and 'Discarded' in",
        ),
    ],
)
def test_rows_that_an_annotation_tool_refused_are_not_coded(column, values, said):
    rows = [
        {"text": "It is day.", "frames": [], "coded": ["rain"], "target": "t", "stance": "favor", column: value}
        for value in values
    ]
    sentences, (told,) = read(rows)
    assert [s.frames for s in sentences] == [(), None, None]
    assert [s.stance for s in sentences] == ["favor", None, None]
    assert [s.coded for s in sentences] == [("rain",), None, None]
    assert [s.extra[column] for s in sentences] == list(values)
    assert told.startswith(f"a.csv: column {column!r} {said}")


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("answer", ("accept", "reject", "maybe")),
        ("status", ("submitted", "draft")),
        ("status", ("discarded", "published")),
        ("skipped", ("question 3", "true")),
    ],
)
def test_a_column_that_is_not_the_tools_refuses_nothing(column, values):
    sentences, told = read([{"text": "It is day.", "frames": "rain", column: value} for value in values])
    assert ([s.frames for s in sentences], told) == ([("rain",)] * len(values), [])


def test_refused_rows_without_codes_are_no_news_and_their_labels_are_not_checked():
    sentence, told = one(answer="ignore")
    assert (sentence.frames, told) == (None, [])
    assert one(answer="reject", frames="snow")[0].frames is None


def test_a_column_that_is_read_as_a_code_refuses_nothing():
    book = Codebook("binary", frames=(Label("accept"), Label("reject")))
    assert one({"frames": "answer"}, book, answer="reject")[0].frames == ("reject",)


# One column a frame.


def test_columns_with_the_names_of_frames_are_found_where_nothing_is_coded():
    sentences, _ = read([{"text": "It is day.", "rain": "0.7", "Sun": "0.0", "wind": "0"}])
    assert errors_in(sentences, BOOK) == [
        "no row is coded for frames, and columns rain, Sun have the names of frames, but not only 1 and 0, TRUE and "
        "FALSE, or x where the label is: write them so, or put the labels into one column 'frames', with ';' between "
        "them and 'none' where there is none of them"
    ]
    assert errors_in(read([{"text": "It is day.", "frames": "rain", "rain": 1}])[0], BOOK) == []
    assert errors_in(read([{"text": "It is day.", "wind": 1}])[0], BOOK) == []


def test_a_training_without_coded_rows_names_the_columns_that_look_like_codes(workplace):
    (workplace / "wide.csv").write_text("text,gain,risk\nIt pays.,.9,0\nIt threatens.,0,.8\n")
    answer = framing("train", "encoder=tfidf", "data=wide.csv", "codebook=book.yaml", cwd=workplace)
    assert answer.err == (
        "error: no coded rows: no row has 'frames' or both 'target' and 'stance'; columns gain, risk have the names "
        "of frames, but not only 1 and 0, TRUE and FALSE, or x where the label is: write them so, or put the labels "
        "into one column 'frames', with ';' between them and 'none' where there is none of them\n"
    )


# Results of version 0.1.0.


@pytest.mark.parametrize("name", ["predicted.jsonl", "predicted.csv"])
def test_an_older_result_gives_the_coders_codes_and_keeps_the_models(tmp_path, name):
    zipfile.ZipFile(FIXTURE).extractall(tmp_path, [name, "five.jsonl"])
    with pytest.warns(
        FramingWarning, match="a result of framing 0.1.0, .* the codes from 'coded_frames' and 'coded_st"
    ):
        read_back = read_sentences(tmp_path / name)
    coded = read_sentences(tmp_path / "five.jsonl")
    assert [(s.text, s.frames, s.stance) for s in read_back] == [(s.text, s.frames, s.stance) for s in coded]
    assert read_back[0].extra["predicted_frames"] in ("gain", ["gain"])
    assert read_back[0].extra["predicted_stance"] == "favor"


def test_the_record_of_an_older_training_is_such_a_result(tmp_path):
    with zipfile.ZipFile(FIXTURE) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("predictions.jsonl")]
        archive.extract(name, tmp_path)
    with pytest.warns(FramingWarning, match="a result of framing 0.1.0"):
        sentences = read_sentences(tmp_path / name)
    assert {s.frames for s in sentences} == {("gain",), ("risk",), ("gain", "risk"), ()}


def test_an_older_result_without_codes_is_not_coded_and_says_why():
    row = {"frames": "rain", "abstained": "", "stance": "favor", "proba_rain": "0.9"}
    sentence, (told,) = one(**row)
    assert (sentence.frames, sentence.stance) == (None, None)
    assert told.endswith("the codes from nowhere, as it has neither 'coded_frames' nor 'coded_stance'")


def test_names_that_the_user_gave_for_an_older_result_still_hold():
    row = {"frames": ["rain"], "abstained": [], "proba": {"rain": 0.9}, "coded_frames": ["sun"], "gold": "rain;sun"}
    assert one({"frames": "coded_frames"}, **row)[0].frames == ("sun",)
    assert one({"frames": "gold"}, **row)[0].frames == ("rain", "sun")
    assert one({"frames": "predicted_frames"}, **row)[0].frames == ("rain",)


@pytest.mark.parametrize(
    "more", [{"abstained": []}, {"proba": {"rain": 1}}, {"abstained": [], "proba": {}, "predicted_frames": ["sun"]}]
)
def test_codes_beside_other_columns_are_codes(more):
    sentence, told = one(frames=["rain"], **more)
    assert (sentence.frames, told) == (("rain",), [])


# The digest.


def test_the_digest_speaks_of_what_a_training_reads_and_not_of_the_users_columns():
    rows = [{"text": "It is day.", "frames": ["rain"], "group": "a"}]
    digests = {
        dataset_digest(load_dataset(datasets.Dataset.from_list([{**rows[0], **more}])))
        for more in ({}, {"genre": "wire"}, {"genre": "blog"}, {"n": 1, "m": 2})
    }
    assert len(digests) == 1
    assert dataset_digest(load_dataset(sentences_of(load_dataset(datasets.Dataset.from_list(rows))))) in digests
