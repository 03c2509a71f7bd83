"""Exports of annotation tools, each a small sample after the tool's documented format, in our own words."""

from __future__ import annotations

import csv
import io
import json
import warnings
from typing import Any

import pytest

from framing.codebook import Codebook
from framing.corpus.dataset import read_sentences
from framing.errors import FramingNote, InputError
from framing.records import Sentence
from tests.command import framing

BOOK = Codebook.from_dict({"name": "weather", "frames": ["rain", "sun"]})
RAIN, SUN, FOG = "It rains on the harbour.", "The sun shines on the mayor.", "Nobody spoke of the fog."


@pytest.fixture
def read(tmp_path):
    """What a file is read as: its sentences, and what was told."""

    def read_file(name: str, content: Any, columns: dict[str, str] | None = None) -> tuple[list[Sentence], list[str]]:
        if name.endswith(".jsonl"):
            content = "".join(json.dumps(row) + "\n" for row in content)
        elif not isinstance(content, str):
            content = json.dumps(content)
        (tmp_path / name).write_text(content)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            sentences = read_sentences(tmp_path / name, BOOK, columns)
        assert all(warning.category is FramingNote for warning in caught)
        return sentences, [str(warning.message).replace(f"{tmp_path}/", "") for warning in caught]

    return read_file


def table(*rows: dict[str, Any]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def codes(sentences: list[Sentence]) -> list[tuple[str, Any, Any]]:
    return [(s.text, s.extra.get("coder"), s.frames) for s in sentences]


# Label Studio


def chosen(name: str, *labels: str, **where: int) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": list(labels), **where}}


def annotation(coder: Any, *results: dict[str, Any], cancelled: bool = False) -> dict[str, Any]:
    return {"id": 7, "completed_by": coder, "was_cancelled": cancelled, "result": list(results)}


TASKS = [
    {
        "id": 1,
        "data": {"text": RAIN, "outlet": "Daily"},
        "annotations": [
            annotation(1, chosen("topic", "sun", "rain")),
            annotation({"email": "b@x.org"}, chosen("topic", "Rain")),
        ],
        "predictions": [{"result": [chosen("topic", "sun")]}],
    },
    {"id": 2, "data": {"text": SUN, "outlet": "Post"}, "annotations": [annotation(1), annotation(2, cancelled=True)]},
    {"id": 3, "data": {"text": FOG, "outlet": "Post"}, "annotations": [], "predictions": []},
]


def test_label_studio_has_a_row_for_each_coder_and_predictions_are_no_codes(read):
    sentences, told = read("project.json", TASKS)
    assert codes(sentences) == [
        (RAIN, "1", ("sun", "rain")),
        (RAIN, "b@x.org", ("rain",)),
        (SUN, "1", ()),
        (FOG, None, None),
    ]
    assert sentences[0].extra == {"item": 1, "outlet": "Daily", "coder": "1"}
    assert told == [
        "project.json: an export of Label Studio: 4 rows, 2 coders, 3 texts, 1 skipped by the coder, 1 without an "
        "annotation, not coded, 1 where nothing was chosen: none of the labels"
    ]


def test_label_studio_with_several_questions_asks_which_one(read):
    tasks = [
        {
            "id": 1,
            "data": {"post": RAIN},
            "annotations": [annotation(1, chosen("topic", "rain"), chosen("tone", "bad"))],
        }
    ]
    sentences, told = read("project.json", tasks)
    assert (sentences[0].text, sentences[0].frames, sentences[0].extra["tone"]) == (RAIN, None, "bad")
    assert told[0].endswith("it asks 'topic', 'tone': name one with --column frames=NAME")
    sentences, _ = read("project.json", tasks, {"frames": "topic"})
    assert sentences[0].frames == ("rain",)


def test_label_studio_leaves_labels_of_spans_out(read):
    tasks = [{"id": 1, "data": {"text": RAIN}, "annotations": [annotation(1, chosen("part", "rain", start=0, end=4))]}]
    sentences, told = read("project.json", tasks)
    assert sentences[0].frames is None
    assert "1 labels of a span, not of the text" in told[0]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_label_studio_has_flat_formats_too(read, form):
    rows = [
        {
            "id": 1,
            "text": RAIN,
            "topic": {"choices": ["rain", "sun"]},
            "annotator": 1,
            "annotation_id": 7,
            "lead_time": 2.5,
        },
        {"id": 2, "text": SUN, "topic": "sun", "annotator": 2, "annotation_id": 8, "lead_time": 1.0},
    ]
    if form == "csv":
        rows = [row | {"topic": json.dumps(row["topic"]) if isinstance(row["topic"], dict) else "sun"} for row in rows]
    sentences, told = read(f"min.{form}", rows if form == "json" else table(*rows))
    assert [(s.text, str(s.extra["coder"]), s.frames) for s in sentences] == [
        (RAIN, "1", ("rain", "sun")),
        (SUN, "2", ("sun",)),
    ]
    assert told == [f"min.{form}: an export of Label Studio: 2 rows, 2 coders, 2 texts"]


# doccano


def test_doccano_writes_a_text_without_labels_where_nobody_looked(read):
    rows = [
        {"id": 1, "text": RAIN, "outlet": "Daily", "label": ["sun", "rain"], "Comments": ["sure?"]},
        {"id": 2, "text": SUN, "outlet": "Post", "label": [], "Comments": []},
    ]
    sentences, told = read("ann.jsonl", rows)
    assert codes(sentences) == [(RAIN, None, ("sun", "rain")), (SUN, None, None)]
    assert sentences[0].extra == {"item": 1, "outlet": "Daily", "comments": ["sure?"]}
    assert told == ["ann.jsonl: an export of doccano: 2 rows, 1 without a label, not coded"]
    assert codes(read("ann.json", rows)[0]) == codes(sentences)


def test_doccano_joins_labels_with_a_number_sign_in_csv(read):
    sentences, _ = read(
        "all.csv", table({"id": 1, "data": RAIN, "label": "rain#sun"}, {"id": 2, "data": SUN, "label": ""})
    )
    assert codes(sentences) == [(RAIN, None, ("rain", "sun")), (SUN, None, None)]


def test_doccano_of_older_versions_names_coder_and_label_by_number(read, tmp_path):
    rows = [{"id": 1, "text": RAIN, "meta": {}, "annotations": [{"label": 2, "user": 1}, {"label": 3, "user": 4}]}]
    with pytest.raises(InputError, match="unknown labels: frame '2' in 1 row"):
        read("old.jsonl", rows)
    book = Codebook.from_dict({"frames": {"rain": {"code": 2}, "sun": {"code": "3"}}})
    with pytest.warns(FramingNote, match="an export of doccano: 2 rows, 2 coders"):
        sentences = read_sentences(tmp_path / "old.jsonl", book)
    assert codes(sentences) == [(RAIN, "1", ("rain",)), (RAIN, "4", ("sun",))]


def test_spans_of_doccano_are_not_labels_of_the_text(read):
    sentences, told = read("spans.jsonl", [{"id": 1, "text": RAIN, "label": [[0, 2, "rain"]]}])
    assert sentences[0].frames is None
    assert "1 with labels of spans, not of the text" in told[0]


# Prodigy


def test_prodigy_choices(read):
    options = [{"id": "rain", "text": "Rain"}, {"id": 2, "text": "Sun"}]
    task = {"options": options, "_task_hash": 5, "_view_id": "choice", "meta": {"outlet": "Daily"}}
    rows = [
        {"text": RAIN, "accept": ["rain", 2], "answer": "accept", "_annotator_id": "set-ann", **task},
        {"text": SUN, "accept": [], "answer": "accept", "_session_id": "set-ben", **task},
        {"text": FOG, "accept": ["rain"], "answer": "ignore", "_session_id": "set-ben", **task},
        {"text": FOG, "accept": ["rain"], "answer": "reject", "_session_id": "set-ann", **task},
    ]
    sentences, told = read("set.jsonl", rows)
    assert codes(sentences) == [
        (RAIN, "set-ann", ("rain", "sun")),
        (SUN, "set-ben", ()),
        (FOG, "set-ben", None),
        (FOG, "set-ann", None),
    ]
    assert sentences[0].extra == {"outlet": "Daily", "coder": "set-ann"}
    assert told == [
        "set.jsonl: an export of Prodigy: 4 rows, 2 coders, 3 texts, 1 ignored by the coder, not coded, 1 rejected by "
        "the coder, not coded"
    ]


def test_prodigy_labels_that_are_rejected_were_looked_at(read):
    rows = [
        {"text": RAIN, "label": "rain", "answer": "accept"},
        {"text": RAIN, "label": "sun", "answer": "reject"},
        {"text": SUN, "label": "rain", "answer": "reject"},
        {"text": SUN, "label": "sun", "answer": "ignore"},
    ]
    (one, other), _ = read("set.jsonl", rows)
    assert (one.frames, one.coded) == (("rain",), ("rain", "sun"))
    assert (other.frames, other.coded) == ((), ("rain",))


def test_where_the_user_names_a_column_of_the_file_it_is_a_table(read):
    rows = [{"text": RAIN, "accept": ["rain"], "options": [], "answer": "accept"}]
    sentences, told = read("set.jsonl", rows, {"frames": "accept"})
    assert (sentences[0].frames, told) == (("rain",), [])


# Argilla


def test_argilla_reads_what_was_submitted_and_no_suggestion(read):
    rows = [
        {
            "id": "a",
            "fields": {"comment": RAIN},
            "metadata": {"outlet": "Daily"},
            "suggestions": {"topic": {"value": "sun", "score": 0.9}},
            "responses": {
                "topic": [
                    {"value": ["rain"], "user_id": "u1", "status": "submitted"},
                    {"value": ["sun"], "user_id": "u2", "status": "discarded"},
                ]
            },
        },
        {"id": "b", "fields": {"comment": SUN}, "metadata": {}, "responses": {}},
    ]
    sentences, told = read("records.json", rows)
    assert codes(sentences) == [(RAIN, "u1", ("rain",)), (SUN, None, None)]
    assert sentences[0].extra == {"item": "a", "outlet": "Daily", "coder": "u1"}
    assert told == [
        "records.json: an export of Argilla: 2 rows, 1 coder, 2 texts, 1 discarded responses, 1 without a submitted "
        "response, not coded"
    ]


def test_argilla_of_version_1_and_flat_and_of_version_0(read):
    first = [
        {
            "fields": {"text": RAIN},
            "responses": [{"user_id": "u1", "status": "submitted", "values": {"topic": {"value": "rain"}}}],
        }
    ]
    assert codes(read("one.jsonl", first)[0]) == [(RAIN, "u1", ("rain",))]
    flat = [
        {
            "id": "a",
            "status": "completed",
            "_server_id": None,
            "text": RAIN,
            "topic.responses": ["rain", "sun"],
            "topic.responses.users": ["u1", "u2"],
            "topic.responses.status": ["submitted", "draft"],
            "topic.suggestion": "sun",
        }
    ]
    assert codes(read("flat.json", flat)[0]) == [(RAIN, "u1", ("rain",))]
    zero = [
        {"text": RAIN, "annotation": "rain", "annotation_agent": "ann", "status": "Validated", "metadata": {}},
        {"text": SUN, "annotation": None, "annotation_agent": None, "status": "Default", "metadata": None},
    ]
    assert codes(read("zero.jsonl", zero)[0]) == [(RAIN, "ann", ("rain",)), (SUN, None, None)]


# INCEpTION


def test_inception_has_labels_on_sentences_and_the_coder_in_the_name_of_the_file(read):
    text = f"😀 {RAIN} {SUN} {FOG}"

    def span(part: str) -> dict[str, int]:
        begin = len(text[: text.index(part)].encode("utf-16-le")) // 2  # the face counts as two
        return {"begin": begin, "end": begin + len(part)}

    sentence = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence"
    structures = [
        {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": text},
        {
            "%ID": 2,
            "%TYPE": "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData",
            "documentTitle": "a.txt",
        },
        *({"%ID": 3 + i, "%TYPE": sentence, "@sofa": 1, **span(part)} for i, part in enumerate((RAIN, SUN, FOG))),
        {"%ID": 8, "%TYPE": "uima.cas.StringArray", "%ELEMENTS": ["rain", "sun"]},
        {"%ID": 9, "%TYPE": "webanno.custom.Frames", "@sofa": 1, "@frame": 8, **span(RAIN)},
        {"%ID": 10, "%TYPE": "webanno.custom.Frames", "@sofa": 1, "frame": "Sun", **span(SUN)},
        {"%ID": 11, "%TYPE": "webanno.custom.Frames", "@sofa": 1, "frame": "sun", **span("mayor")},
    ]
    sentences, told = read("ann.json", {"%TYPES": {}, "%FEATURE_STRUCTURES": structures, "%VIEWS": {}})
    assert codes(sentences) == [(RAIN, "ann", ("rain", "sun")), (SUN, "ann", ("sun",)), (FOG, "ann", ())]
    assert [(s.doc_id, s.position) for s in sentences] == [("a.txt", 0), ("a.txt", 1), ("a.txt", 2)]
    assert told == [
        "ann.json: an export of INCEpTION: 3 rows, 1 coder, 3 texts, 1 annotations of another stretch than a sentence, "
        "1 sentences without a label, none of them"
    ]


# Potato


def test_potato_with_texts(read):
    rows = [
        {
            "id": "1",
            "displayed_text": RAIN,
            "user_id": "ann",
            "label_annotations": {"topic": {"rain": "true", "sun": "1"}},
            "span_annotations": {},
        },
        {"id": "2", "displayed_text": SUN, "user_id": "ann", "label_annotations": {}},
    ]
    sentences, told = read("annotated_instances.jsonl", rows)
    assert codes(sentences) == [(RAIN, "ann", ("rain", "sun")), (SUN, "ann", None)]
    assert told[0].endswith("an export of Potato: 2 rows, 1 coder, 2 texts, 1 without an answer, not coded")


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_potato_without_texts_takes_them_from_the_items(tmp_path, read, form):
    if form == "jsonl":
        rows = [
            {"instance_id": "i1", "user_id": "ann", "labels": {"topic": {"rain": True}}, "spans": {}, "links": {}},
            {"instance_id": "i9", "user_id": "ann", "labels": {"topic": {"sun": True}}, "spans": {}, "links": {}},
        ]
        content = "".join(json.dumps(row) + "\n" for row in rows)
    else:
        content = "instance_id,user_id,topic.rain,topic.sun\ni1,ann,true,\ni9,ann,,true\n"
    (tmp_path / f"annotations.{form}").write_text(content)
    (tmp_path / "items.csv").write_text(f"id,text\ni1,{RAIN}\ni2,{SUN}\n")
    answer = framing("data", "check", f"annotations.{form}", cwd=tmp_path)
    assert (answer.code, answer.err) == (
        1,
        f"error: annotations.{form}: an export of Potato, which has no texts; name the file that was annotated: "
        f"framing data import annotations.{form} --texts FILE\n",
    )
    answer = framing("data", "import", f"annotations.{form}", "--texts", "items.csv", cwd=tmp_path)
    assert answer.code == 0, answer.err
    assert [json.loads(line)["frames"] for line in answer.out.splitlines()] == [["rain"]]
    assert "1 without a text in --texts" in answer.err


def test_the_state_of_a_coder_in_potato_is_no_export(read):
    with pytest.raises(InputError, match=r"user_state\.json: the state of a coder in Potato, not an export; write one"):
        read("user_state.json", {"user_id": "ann", "instance_id_to_label_to_value": {}})


# ActiveTigger


def test_activetigger(read):
    row = {"id": "1", "dataset": "train", "text": RAIN, "labels": "rain|sun", "user": "ann", "timestamp": "2025-01-02"}
    empty = row | {"id": "2", "text": SUN, "labels": "", "user": ""}
    sentences, told = read("annotations.csv", table(row, empty))
    assert codes(sentences) == [(RAIN, "ann", ("rain", "sun")), (SUN, None, None)]
    assert told == [
        "annotations.csv: an export of ActiveTigger: 2 rows, 1 coder, 2 texts, 1 without a label, not coded"
    ]


# CodeBook Studio: a table with a column for each question, called SECTION_QUESTION


def test_codebook_studio_has_a_column_for_each_question(read):
    row = {"doc_id": "d1", "text": RAIN, "Weather_rain": 1, "Weather_sun": 0, "Weather_Direction": "worse"}
    sentences, told = read("ground-truth.csv", table(row))
    assert (sentences[0].frames, sentences[0].extra) == (("rain",), {"Weather_Direction": "worse"})
    assert told == [
        "ground-truth.csv: 2 columns are read as labels, one each (Weather_rain, Weather_sun): 1 or 0; an empty cell "
        "is not coded"
    ]


# The command


def test_import_writes_rows_and_says_what_it_did(tmp_path):
    (tmp_path / "project.json").write_text(json.dumps(TASKS))
    answer = framing("data", "import", "project.json", "-o", "coded.jsonl", cwd=tmp_path)
    assert (answer.code, answer.out) == (0, "")
    assert answer.err.splitlines() == [
        "note: project.json: an export of Label Studio: 4 rows, 2 coders, 3 texts, 1 skipped by the coder, 1 without "
        "an annotation, not coded, 1 where nothing was chosen: none of the labels",
        "4 rows, 3 coded for frames, 3 texts",
        "coders: 1 2, b@x.org 1",
        "labels: sun 1, rain 1, Rain 1",
        "none of the labels: 1",
    ]
    written = [json.loads(line) for line in (tmp_path / "coded.jsonl").read_text().splitlines()]
    assert written[1] == {"text": RAIN, "frames": ["Rain"], "item": 1, "outlet": "Daily", "coder": "b@x.org"}
    (tmp_path / "book.yaml").write_text("frames: [rain, sun]\n")
    again = framing("data", "agreement", "coded.jsonl", "--codebook", "book.yaml", cwd=tmp_path)
    assert again.code == 0, again.err
    assert "rain" in again.out


def test_import_refuses_and_writes_nothing(tmp_path):
    (tmp_path / "rows.csv").write_text(f"text,frames\n{RAIN},snow\n{SUN},wet\n")
    (tmp_path / "book.yaml").write_text("name: weather\nframes: [rain, sun]\n")
    answer = framing("data", "import", "rows.csv", "-o", "coded.csv", cwd=tmp_path)
    assert answer.err == "error: coded.csv: the result is JSONL; give it a name that ends in .jsonl\n"
    answer = framing("data", "import", "rows.csv", "-o", "coded.jsonl", "--codebook", "book.yaml", cwd=tmp_path)
    assert answer.code == 1
    assert answer.err.startswith("error: rows.csv: unknown labels: frame 'snow' in 1 row (first in line 2")
    assert not (tmp_path / "coded.jsonl").exists()
    answer = framing("data", "import", "rows.csv", "--column", "frames=", cwd=tmp_path)
    assert "no row is coded: name the column of the labels with --column frames=NAME" in answer.err


@pytest.mark.parametrize(
    ("rows", "tool"),
    [
        ([{"id": 1, "data": {"text": RAIN}, "annotations": [{"result": 7}]}], "Label Studio"),
        ([{"fields": {"text": RAIN}, "responses": {"topic": [7]}}], "Argilla"),
        ([{"fields": {"text": RAIN}, "responses": [7]}], "Argilla"),
        ([{"text": RAIN, "answer": "accept", "options": [], "accept": [["a"]]}], "Prodigy"),
        (
            [{"%FEATURE_STRUCTURES": [{"sofaString": RAIN}, {"%TYPE": "a.segmentation.type.Sentence", "begin": "x"}]}],
            "INCEp",
        ),
    ],
)
def test_what_only_looks_like_an_export_is_one_line(tmp_path, rows, tool):
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    answer = framing("data", "import", "rows.json", cwd=tmp_path)
    assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1)
    assert answer.err.startswith(f"error: rows.json: looks like an export of {tool}")


def test_a_table_with_our_own_columns_is_no_export(read):
    row = {
        "instance_id": 1,
        "user_id": "ann",
        "text": RAIN,
        "frames": "rain",
        "labels": "x",
        "user": "b",
        "timestamp": 1,
    }
    sentences, told = read("own.csv", table(row))
    assert (sentences[0].frames, told) == (("rain",), [])
    del row["frames"], row["timestamp"]
    assert read("own.csv", table(row))[1] == []
