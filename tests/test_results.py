"""A result says what the model predicts and what a coder said, each by its own name, and loses no column."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import datasets
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression

from framing import Prediction, Predictor, Sentence, train
from framing.corpus.dataset import load_dataset, sentences_of
from framing.corpus.splits import GroupedFolds
from framing.errors import InputError
from framing.model.encoders import WordVectorizer
from framing.model.persistence import save_model
from framing.records import RESULT_FIELDS, SENTENCE_FIELDS
from framing.report.formats import predictions_csv
from framing.report.html import predictions_page, predictions_table
from framing.report.numbering import sentence_numbers
from framing.report.table import predictions_text
from tests.command import framing
from tests.small import BOOK, model, sentences

# The model finds a gain in the first and a risk in the second; the coder saw it otherwise.
CODED = """text,doc_id,target,frames,stance,coded,proba,desk
Merchants of Alder welcome the profit of new markets.,a,the harbour,risk,against,,high,foreign
Warships near Birch threaten the harbour.,a,,none,,gain;risk,,home
The clerk of Cedar counted the ropes.,b,,,,,,
"""


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(model(LogisticRegression(C=10)))


@pytest.fixture
def folder(predictor, tmp_path) -> Path:
    """A folder with a model and three rows, two of them coded."""
    save_model(predictor.classifier, tmp_path / "model")
    (tmp_path / "coded.csv").write_text(CODED, encoding="utf-8")
    return tmp_path


def run(*arguments: str, cwd: Path) -> str:
    answer = framing(*arguments, "--model", "model", cwd=cwd)
    assert answer.code == 0, answer.err
    return answer.out


def table_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def cells_of(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html, flags=re.DOTALL)
    found = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in rows]
    return [[re.sub(r"<.*?>", " ", cell).strip() for cell in row] for row in found]


def test_what_the_model_says_and_what_a_coder_said_have_names_of_their_own(folder):
    out = run("predict", "coded.csv", "--no-holders", "--format", "jsonl", cwd=folder)
    first, second, third = map(json.loads, out.splitlines())
    assert (first["predicted_frames"], first["frames"]) == (["gain"], ["risk"])
    assert (first["predicted_stance"], first["stance"]) == ("favor", "against")
    assert (second["predicted_frames"], second["frames"], second["coded"]) == (["risk"], [], ["gain", "risk"])
    assert {"frames", "stance", "coded"}.isdisjoint(third)  # nobody coded it
    assert list(first) == [*RESULT_FIELDS[:12], "frames", "stance", "input_proba", "desk"]


def test_a_result_has_every_field_of_a_sentence_and_what_the_model_says():
    model_says = {"predicted_frames", "proba", "abstained", "predicted_stance", "stance_proba"}
    of_the_holder = {"predicted_holder", "holder_proba", "holder_span", "cue", "highlights"}
    assert set(RESULT_FIELDS) == {*SENTENCE_FIELDS, *model_says, *of_the_holder}


def test_a_holder_that_was_found_is_in_the_result_with_its_place_beside_the_coders():
    found = Prediction(Sentence("He said so."), holder="Ann", holder_proba=0.9, holder_span=(0, 2), cue="said")
    row = found.to_row()
    assert (row["predicted_holder"], row["holder_proba"], row["holder_span"], row["cue"]) == (
        "Ann",
        0.9,
        [0, 2],
        "said",
    )
    assert table_of(predictions_csv([found]))[0]["holder_span"] == "[0, 2]"
    coded = replace(found, sentence=Sentence("He said so.", holder="Ben")).to_row()
    assert (coded["holder"], coded["predicted_holder"]) == ("Ben", "Ann")
    assert {"holder_proba", "holder_span", "cue"}.isdisjoint(Prediction(Sentence("He said so.")).to_row())


def test_the_csv_tells_none_from_not_coded(folder):
    out = run("predict", "coded.csv", "--no-holders", "--format", "csv", cwd=folder)
    assert out.splitlines()[0] == (
        "text,doc_id,position,start,end,predicted_frames,proba_gain,proba_risk,abstained,target,predicted_stance,"
        "stance_proba_favor,stance_proba_against,stance_proba_neutral,predicted_holder,frames,stance,coded,input_proba,desk"
    )
    rows = table_of(out)
    assert [row["predicted_frames"] for row in rows] == ["gain", "risk", "none"]
    assert [row["frames"] for row in rows] == ["risk", "none", ""]
    assert [row["coded"] for row in rows] == ["", "gain;risk", ""]


def test_a_model_without_frames_does_not_say_that_there_are_none():
    stance_only = Predictor(model(LogisticRegression(), tasks=("stance",)))
    predictions = stance_only.predict(["Merchants welcome the profit."], target="the harbour")
    assert predictions[0].to_row()["predicted_frames"] is None
    assert table_of(predictions_csv(predictions))[0]["predicted_frames"] == ""


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_evaluate_scores_a_result_against_the_coder(folder, form):
    (folder / f"out.{form}").write_text(run("predict", "coded.csv", "--format", form, cwd=folder), encoding="utf-8")
    scores = json.loads(run("evaluate", f"out.{form}", "--format", "json", cwd=folder))
    assert scores["test/frames/micro_f1"] == 0.0  # the coder agrees with the model nowhere
    assert scores == json.loads(run("evaluate", "coded.csv", "--format", "json", cwd=folder))


def test_evaluate_says_that_a_result_of_uncoded_rows_has_no_codes(folder):
    (folder / "plain.csv").write_text("text\nWarships near Birch.\n", encoding="utf-8")
    (folder / "out.csv").write_text(run("predict", "plain.csv", "--format", "csv", cwd=folder), encoding="utf-8")
    answer = framing("evaluate", "out.csv", "--model", "model", cwd=folder)
    assert answer.code == 1
    assert answer.err.startswith("error: out.csv: none of 1 rows is coded for frames or stance")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_predicting_on_a_result_loses_nothing(folder, form):
    for given, made in (("coded.csv", "one"), (f"one.{form}", "two"), (f"two.{form}", "three")):
        out = run("predict", given, "--format", form, cwd=folder)
        (folder / f"{made}.{form}").write_text(out, encoding="utf-8")
    texts = [(folder / f"{name}.{form}").read_text(encoding="utf-8") for name in ("one", "two", "three")]
    one, two, three = (
        table_of(text) if form == "csv" else [json.loads(line) for line in text.splitlines()] for text in texts
    )
    says = [name for name in one[0] if name.startswith(("predicted_", "proba", "abstained", "stance_proba"))]
    for first, second, third in zip(one, two, three, strict=True):
        kept = [name for name in first if name not in (*says, "input_proba")]
        assert [second[name] for name in kept] == [third[name] for name in kept] == [first[name] for name in kept]
        assert [second[f"input_{name}"] for name in says] == [first[name] for name in says]
        assert [third[f"input_input_{name}"] for name in says] == [first[name] for name in says]
    assert "high" in two[0].values() and "high" in three[0].values()  # the user's own column `proba`


def test_a_users_column_named_like_a_code_is_not_taken_for_one_where_another_column_has_the_codes(folder):
    (folder / "own.jsonl").write_text(
        '{"text": "Warships near Birch.", "labels": ["risk"], "frames": "wooden"}\n'
        '{"text": "Ropes near Birch.", "frames": "metal"}\n',
        encoding="utf-8",
    )
    coded, plain = run(
        "predict", "own.jsonl", "--column", "frames=labels", "--format", "jsonl", cwd=folder
    ).splitlines()
    assert json.loads(coded)["frames"] == ["risk"] and json.loads(coded)["input_frames"] == "wooden"
    assert "frames" not in json.loads(plain) and json.loads(plain)["input_frames"] == "metal"


def test_own_columns_named_like_the_csvs_probabilities_stay_beside_them_in_every_row():
    rows = [
        Prediction(Sentence("One.", target="it", extra={"stance_proba_favor": "x"}), stance_proba={"favor": 0.5}),
        Prediction(Sentence("Two.", extra={"stance_proba_favor": "y"})),  # no target, so no probability
    ]
    one, two = table_of(predictions_csv(rows))
    assert (one["stance_proba_favor"], one["input_stance_proba_favor"]) == ("0.5", "x")
    assert (two["stance_proba_favor"], two["input_stance_proba_favor"]) == ("", "y")


CODES = [
    Prediction(Sentence("One.", frames=("risk", "gain"), target="it", stance="favor"), {"gain": 0.9}, ("gain",)),
    Prediction(Sentence("Two.", frames=(), coded=("gain",)), {"gain": 0.1}),
    Prediction(Sentence("Three."), {"gain": 0.1}),
]


def test_the_page_shows_the_codes_beside_the_predictions():
    assert cells_of(predictions_table(CODES, ["gain"])) == [
        ["#", "sentence", "gain", "coded"],
        ["1", "One.", "0.90 ●", "risk, gain  stance  favor  it"],
        ["2", "Two.", "0.10", "none  of gain"],
        ["3", "Three.", "0.10", ""],
    ]
    assert "The last column is what a coder said" in predictions_page(CODES, ["gain"], "T")


def test_the_page_has_no_column_of_codes_where_nothing_is_coded():
    assert cells_of(predictions_table(CODES[2:], ["gain"]))[0] == ["#", "sentence", "gain"]
    assert "a coder said" not in predictions_page(CODES[2:], ["gain"], "T")


def test_the_page_escapes_a_coders_words():
    coded = Prediction(Sentence("One.", stance="<b>for</b>", target="<i>it</i>"), {"gain": 0.1})
    html = predictions_table([coded], ["gain"])
    assert "&lt;b&gt;for&lt;/b&gt;" in html and "<b>" not in html and "<i>" not in html


def placed(doc_id: str, *positions: int, start: int | None = None) -> list[Prediction]:
    return [Prediction(Sentence("A.", doc_id=doc_id, position=n, start=start), {"gain": 0.1}) for n in positions]


@pytest.mark.parametrize(
    ("predictions", "numbers"),
    [
        (placed("a", 0, 1, 2), [1, 2, 3]),  # a page: positions, no offsets
        (placed("a", 0, 1, start=0) + placed("b", 0, 1, start=0), [1, 2, 1, 2]),  # two articles
        (placed("a", 0, 0, 0) + placed("b", 0, 0), [1, 2, 3, 1, 2]),  # a table with documents and no positions
        (placed("", 0, 0, 0), [1, 2, 3]),  # a table without either
        (placed("a", 7, 3), [8, 4]),  # a sample of a document's sentences
        (placed("a", 4, 4), [5, 5]),  # one sentence, two targets
        (placed("a", 0)[:1] + placed("b", 0)[:1] + placed("a", 0)[:1], [1, 1, 2]),  # documents that alternate
    ],
)
def test_a_sentence_has_one_number_within_its_document_wherever_it_is_shown(predictions, numbers):
    assert sentence_numbers(predictions) == numbers
    shown = predictions_text(predictions, ["gain"], width=60, colour=False).splitlines()
    assert [int(line.split()[0]) for line in shown if " A. " in line] == numbers
    html = [int(row[0]) for row in cells_of(predictions_table(predictions, ["gain"]))[1:] if len(row) == 3]
    assert sorted(html) == sorted(numbers)


FRAME = pd.DataFrame(
    {
        "text": ["Merchants welcome the profit of new markets.", "Warships threaten the harbour."],
        "frames": ["gain", "none"],
        "year": [2023, 2024],
        "share": [0.5, np.nan],
        "page": pd.array([7, None], dtype="Int64"),
        "desk": ["foreign", None],
    },
    index=["r1", "r2"],
)


class Exporting:
    """A table that knows no more than to hand itself over by Arrow's protocol."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    @property
    def columns(self) -> list[str]:
        return self.table.column_names

    def __arrow_c_stream__(self, schema: object = None) -> object:
        return self.table.__arrow_c_stream__(schema)


ARROW = pa.Table.from_pandas(FRAME, preserve_index=False)


@pytest.mark.parametrize(
    "table",
    [FRAME, ARROW, ARROW.to_batches()[0], Exporting(ARROW), datasets.Dataset(ARROW)],
    ids=lambda table: f"{type(table).__module__.split('.')[0]}.{type(table).__name__}",
)
def test_the_rows_of_a_table_are_labelled_and_keep_their_columns(predictor, table):
    first, second = predictor.predict(table).to_rows()
    assert (first["predicted_frames"], first["frames"]) == (["gain"], ["gain"])
    assert (second["predicted_frames"], second["frames"]) == (["risk"], [])
    own = ("year", "share", "page", "desk")
    assert [first[name] for name in own] == [2023, 0.5, 7, "foreign"]
    assert [second[name] for name in own] == [2024, None, None, None]
    assert isinstance(first["year"], int) and isinstance(first["page"], int)
    assert "r1" not in first.values()  # the index is no column
    assert predictor.predict_proba(table).shape == (2, 2)


def test_a_data_set_that_was_read_before_is_labelled_as_its_sentences(predictor):
    rows = [Sentence("Profit.", group="g", extra={"desk": "home", "frames": "wooden"}), Sentence("Ropes.", group="h")]
    assert predictor.predict(load_dataset(rows))[1] == predictor.predict(rows)[1]
    assert predictor.predict(load_dataset(rows)).to_rows()[0]["desk"] == "home"


@pytest.mark.parametrize(
    "texts",
    [FRAME["text"], FRAME["text"].to_numpy(), pa.array(FRAME["text"].to_list()), iter(FRAME["text"].to_list())],
    ids=["series", "array", "arrow", "iterator"],
)
def test_a_column_of_texts_is_a_list_of_texts(predictor, texts):
    assert [p.sentence.text for p in predictor.predict(texts)] == FRAME["text"].to_list()


def test_training_reads_a_table_as_it_reads_a_file(tmp_path):
    coded = pd.DataFrame([{**s.to_row(), "frames": list(s.frames)} for s in sentences()])
    coded.to_parquet(tmp_path / "coded.parquet")
    assert sentences_of(load_dataset(coded)) == sentences_of(load_dataset(tmp_path / "coded.parquet"))
    result = train(coded, BOOK, encoder=WordVectorizer(min_df=1), split=GroupedFolds(3), tasks=["frames"])
    assert result.classifier.info["data"]["counts"]["frames"]["coded"] == 60
    renamed = coded.rename(columns={"text": "satz"})
    assert sentences_of(load_dataset(renamed, columns={"text": "satz"})) == sentences_of(load_dataset(coded))


def test_an_empty_table_gives_an_empty_list(predictor):
    assert predictor.predict(FRAME[:0]) == predictor.predict([]) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (FRAME.drop(columns="text")[["year", "desk"]], "table: no column 'text'; the columns are: 'year', 'desk'. Re"),
        (
            pd.DataFrame([["A.", "B."]], columns=["text", "text"]),
            "table: a column name stands twice: text; the columns",
        ),
        (pd.DataFrame({"text": ["A.", None]}), "row 2: no text; every row needs a sentence in 'text'"),
        (
            pd.DataFrame({"text": ["A."], "frames": [{"gain": 1}]}),
            "row 1: 'frames' should be a list of labels or 'label;label'",
        ),
        ({"text": ["A."]}, "a list of sentences, or a table with a column 'text'; got an object of type dict"),
        (datasets.DatasetDict({"train": datasets.Dataset(ARROW)}), "'text'; got an object of type DatasetDict"),
        ({"A.", "B."}, "got an object of type set"),
        (b"A. B.", "got an object of type bytes"),
        (None, "predict: expected a list of sentences, or a table with a column 'text'; got None"),
        (5, "got an object of type int"),
        (Path("article.txt"), "got an object of type PosixPath"),
        ([{"text": "A."}], "item 0: expected a text or a Sentence, got dict"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_list_of_sentences_is_refused_in_one_line(predictor, given, said):
    with pytest.raises(InputError) as caught:
        predictor.predict(given)
    assert said in str(caught.value)
    if isinstance(given, dict | set | bytes | int | None | pd.DataFrame) and "frames" not in said:
        with pytest.raises(InputError):
            load_dataset(given)


def test_a_document_is_one_text(predictor):
    with pytest.raises(InputError, match="predict_document takes one text, got an object of type list"):
        predictor.predict_document(["A."])


def test_a_table_that_cannot_be_read_is_named(predictor):
    class Lazy:
        columns = ("text",)

    with pytest.raises(InputError, match="a table of type Lazy cannot be read; turn it into one of pandas, polars"):
        predictor.predict(Lazy())
