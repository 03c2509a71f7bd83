"""What comes on standard input, or under a name that does not say what it is: an article, a list, a table."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from framing.cli.files import read_input
from framing.errors import InputError
from framing.records import Sentence
from framing.text.lines import lines
from tests.command import framing

TABLE = "text,frames\nWarships near Alder.,risk\n"


def piped(content: str | bytes, monkeypatch: pytest.MonkeyPatch, **options: Any) -> list[Sentence]:
    """Read standard input as ``predict -`` does."""
    content = content.encode() if isinstance(content, str) else content
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
    return read_input("-", options.pop("columns", {}), **options)


def parquet(rows: dict[str, list[Any]]) -> bytes:
    stream = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.table(rows), stream)
    return stream.getvalue().to_pybytes()


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (TABLE, "csv"),
        ("\ufeff" + TABLE, "csv"),
        ("\r\n" + TABLE.replace("\n", "\r\n"), "csv"),
        ('"text","frames"\n"Warships near Alder.","risk"\n', "csv"),
        ("frames, text\nrisk,Warships near Alder.\n", "csv"),
        (",text,frames\n0,Warships near Alder.,risk\n", "csv"),
        ("sep=;\n" + TABLE.replace(",", ";"), "csv"),
        (TABLE.replace(",", "\t"), "tsv"),
        ('\n{"text": "Warships near Alder.", "frames": ["risk"]}\n', "jsonl"),
        (parquet({"text": ["Warships near Alder."], "frames": [["risk"]]}), "parquet"),
    ],
)
def test_a_table_on_standard_input_is_rows_and_says_so(content, form, monkeypatch, capsys):
    (sentence,) = piped(content, monkeypatch)
    assert (sentence.text, sentence.frames) == ("Warships near Alder.", ("risk",))
    assert capsys.readouterr().err == (
        f"standard input: read as {form}, a row is a sentence (if not: --input-format)\n"
    )


def test_one_column_a_name_of_ones_own_and_semicolons_are_recognised(monkeypatch):
    assert [s.text for s in piped("text\nwarships near alder\nprofit\n", monkeypatch)] == [
        "warships near alder",
        "profit",
    ]
    assert [s.text for s in piped("satz\nwarships\n", monkeypatch, columns={"text": "satz"})] == ["warships"]
    with pytest.warns(UserWarning, match=r"^standard input: the cells are separated by ';', not by ','; read so \("):
        (sentence,) = piped(TABLE.replace(",", ";"), monkeypatch)
    assert sentence.frames == ("risk",)


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ("Read the message, text, or call us. Then wait.\n", ["Read the message, text, or call us.", "Then wait."]),
        ("Call, text, or write\n\nThe port is open.\n", ["Call, text, or write", "The port is open."]),
        ("Text\n\nThe port is open.\n", ["Text", "The port is open."]),
        ("Berlin, Germany\nThe port, he said, is open.\n", ["Berlin, Germany", "The port, he said, is open."]),
        ("[Alder] The port is open.\n", ["[Alder] The port is open."]),
        ("{{Short text|Alder}}\nThe port is open.\n", ["{{Short text|Alder}}", "The port is open."]),
        ("| text | frames |\n|---|---|\n", ["text | frames"]),
    ],
)
def test_an_article_on_standard_input_is_no_table(content, texts, monkeypatch, capsys):
    assert [s.text for s in piped(content, monkeypatch)] == texts
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("text,frames\n", "standard input: no rows"),
        (
            "text,frames\nThe port, he said, is open.,none\n",
            "standard input, line 2: 4 cells where the header has 2 col",
        ),
        ("id,sentence\n1,The port is open.\n", "standard input: no column 'text'; the columns are: 'id', 'sentence'"),
        (
            "Text,Frames\nThe port is open.,none\n",
            "standard input, line 2: unknown column 'Text'; did you mean 'text'?",
        ),
        ('{"text": "a",\n', "standard input, line 1: broken JSON"),
        ('[{"text": "a"}, 1]', "standard input, item 2: expected a list of objects, got int"),
        (b"PAR1 and no more", "standard input: not a readable Parquet file ("),
        (b"The Caf\xe9.", "standard input, line 1: not UTF-8 (byte 0xe9); save the file as UTF-8"),
        ("Alder.".encode("utf-16-le"), "standard input: NUL bytes all over, as in UTF-16"),
        (" \n", "standard input: no sentence in it"),
        ("12\n", "standard input: no sentence in it"),
    ],
)
def test_a_piped_table_that_cannot_be_read_is_an_error_and_no_article(content, problem, monkeypatch):
    with pytest.raises(InputError) as caught:
        piped(content, monkeypatch)
    assert str(caught.value).startswith(problem)


def test_the_format_that_is_said_overrules_what_a_table_looks_like(monkeypatch, capsys):
    assert [s.text for s in piped(TABLE, monkeypatch, form="text")] == ["text,frames", "Warships near Alder.,risk"]
    assert [s.text for s in piped("text, or call\nus\n", monkeypatch, form="lines")] == ["text, or call", "us"]
    page = "<html><body><p>Warships near Alder threaten the harbour.</p></body></html>"
    assert [s.text for s in piped(page, monkeypatch, form="html")] == ["Warships near Alder threaten the harbour."]
    assert [s.text for s in piped("\ufeff" + page, monkeypatch, form="html")] == [
        "Warships near Alder threaten the harbour."
    ]
    assert capsys.readouterr().err == ""


def test_the_format_that_is_said_overrules_the_name_of_a_file(tmp_path):
    for name, content, form, texts in [
        ("data.dat", TABLE.encode(), "csv", ["Warships near Alder."]),
        ("notes.csv", b"Profit, he said.\nIt rains.", "text", ["Profit, he said.", "It rains."]),
        ("log.txt", b'{"text": "Warships."}\n', "jsonl", ["Warships."]),
        ("table", parquet({"text": ["Warships."]}), "parquet", ["Warships."]),
    ]:
        (tmp_path / name).write_bytes(content)
        assert [s.text for s in read_input(str(tmp_path / name), {}, form=form)] == texts, name


@pytest.mark.parametrize("form", ["auto", "md"])
def test_offsets_of_an_article_hold_with_a_byte_order_mark_and_any_line_end(form, monkeypatch, tmp_path):
    text = "\ufeffPort deal signed\r\n\r\nThe port is open. Ships wait.\rA warship came.\r\n"
    (tmp_path / "a.md").write_bytes(text.encode())
    for sentences in (piped(text, monkeypatch, form=form), read_input(str(tmp_path / "a.md"), {}, form=form)):
        assert len(sentences) == 4
        assert all(text[s.start : s.end] == s.text for s in sentences)


def test_lines_are_sentences_whatever_their_case_or_stop():
    text = "\ufeffport deal signed\n\n  #Ferry is late. Again?\t\r\n2025\n---\rthe talks\n"
    found = lines(text, "posts.txt")
    assert [s.text for s in found] == ["port deal signed", "#Ferry is late. Again?", "the talks"]
    assert [s.position for s in found] == [0, 1, 2]
    assert all(text[s.start : s.end] == s.text for s in found)
    assert {(s.doc_id, s.headline, s.previous) for s in found} == {("posts.txt", "", "")}
    assert lines("\n12\n") == []


def test_a_line_longer_than_a_sentence_is_named():
    with pytest.raises(InputError) as caught:
        lines("one\n\n" + "word " * 2_001, name="posts.txt")
    assert str(caught.value) == (
        "posts.txt, line 3: 10,004 characters, a sentence has at most 10,000; is it an article? Read it with "
        "--input-format text"
    )


def test_predict_reads_a_piped_table_as_it_reads_the_file(with_champion: Path):
    (with_champion / "rows.csv").write_text(TABLE)
    options = ("--model", "model", "--format", "jsonl")
    of_file = framing("predict", "rows.csv", *options, cwd=with_champion)
    of_pipe = framing("predict", "-", *options, cwd=with_champion, stdin=TABLE.encode())
    assert (of_pipe.code, of_pipe.out) == (0, of_file.out)
    (with_champion / "posts.txt").write_text("profit for alder\nwarships threaten alder\n")
    both = framing("predict", "posts.txt", "-", *options, "--input-format", "lines", cwd=with_champion, stdin=b"so\n")
    rows = [json.loads(line) for line in both.out.splitlines()]
    assert [(row["text"], row["doc_id"], row["start"]) for row in rows] == [
        ("profit for alder", "posts.txt", 0),
        ("warships threaten alder", "posts.txt", 17),
        ("so", "", 0),
    ]


def test_standard_input_is_named_once(tmp_path):
    answer = framing("predict", "-", "-", cwd=tmp_path, stdin=b"Profit.")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.endswith("Error: -: standard input can be read only once\n")
