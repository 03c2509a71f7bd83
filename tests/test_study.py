"""The worked example does what its page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.command import framing
from tests.study import PAGE, ROOT, WIDTH, played, steps

_NUMBER = re.compile(r"(?<![\w.])[-+×]?\d[\d,]*(?:\.\d+)?")


def said_alike(printed: str, page: str) -> bool:
    """Whether two texts differ in nothing but numbers, and in these no more than other libraries may bring about."""
    words = [" ".join(_NUMBER.sub("#", text).replace("-", "").split()) for text in (printed, page)]
    numbers = [[float(n.lstrip("×").replace(",", "")) for n in _NUMBER.findall(text)] for text in (printed, page)]
    return words[0] == words[1] and all(abs(a - b) <= max(0.02, 0.05 * abs(b)) for a, b in zip(*numbers, strict=True))


def test_numbers_may_differ_a_little_and_words_not_at_all():
    assert said_alike("gain 20.4 [18.0, 23.3]", "gain  20.5 [18.0, 23.3]")
    assert not said_alike("gain 25.4", "gain 20.5")
    assert not said_alike("loss 20.5", "gain 20.5")


def test_every_command_of_the_worked_example_prints_what_stands_under_it(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", WIDTH)
    of_page = steps(PAGE.read_text(encoding="utf-8"))
    for step, printed in zip(of_page, played(of_page, tmp_path), strict=True):
        assert said_alike(printed, step.printed or ""), (step.commands, printed)
    made = tmp_path / "study"
    assert "<svg" in (made / "doubt.svg").read_text(encoding="utf-8")
    assert (
        (made / "years.csv").read_text(encoding="utf-8").startswith("by,group,against,label,estimator,share,low,high")
    )


def test_links_of_the_worked_example_lead_somewhere():
    for link in re.findall(r"\]\(([^)#:]+)\)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / link).exists(), link


def table(folder: Path, text: str, name: str = "articles.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


ARTICLES = """Paper,Date,Title,Body,frames
Herald,2026-03-01,Port deal,"It pays. ""A trap,"" Kyiv said.

Talks go on.",gain
"""
READ = ("--input-format", "articles", "--column", "text=Body", "--column", "headline=Title", "--no-holders")


def test_a_table_of_articles_is_read_sentence_by_sentence(tmp_path):
    table(tmp_path, ARTICLES)
    columns = ("--column", "source=Paper", "--column", "date=Date")
    answer = framing("predict", "articles.csv", *READ, *columns, "--format", "csv", cwd=tmp_path)
    header, *rows = answer.out.splitlines()
    assert [row.partition(",articles-1,")[0] for row in rows] == [
        "It pays.",
        '"""A trap,"" Kyiv said."',
        "Talks go on.",
    ]
    assert all("Port deal" in row and "Herald,2026-03-01" in row for row in rows)
    assert "frames" not in header.split(",")
    assert "note: articles.csv: 'frames' of whole articles are not those of their sentences; left out" in answer.err


def test_articles_come_on_standard_input_and_as_json_lines_too(tmp_path):
    rows = b'{"text": "It pays. It is a trap.", "doc_id": "d", "page": 3}\n'
    answer = framing(
        *("predict", "-", "--input-format", "articles", "--no-holders", "--format", "jsonl"), cwd=tmp_path, stdin=rows
    )
    assert [('"doc_id": "d"' in row, '"page": 3' in row) for row in answer.out.splitlines()] == [(True, True)] * 2


def test_a_long_article_is_no_long_sentence(tmp_path):
    table(tmp_path, "text\n" + "It pays well. " * 900 + "\n")
    answer = framing(*("data", "sample", "articles.csv", "-n", "2", "-o", "s.jsonl"), cwd=tmp_path)
    assert "rows that are whole articles: framing predict --input-format articles" in answer.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("Body\n", "no rows"),
        ("Body\n...\n", "line 2: no sentence in 'body', got '...'"),
        ("Title\nIt pays.\n", "text"),
    ],
)
def test_a_table_without_articles_is_told_in_one_line(tmp_path, text, said):
    table(tmp_path, text)
    column = ("--column", "text=Body")
    answer = framing("predict", "articles.csv", "--input-format", "articles", *column, cwd=tmp_path)
    assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1)
    assert answer.err.startswith("error: articles.csv")
    assert said in answer.err.lower()


def test_rows_as_long_as_articles_are_noticed(tmp_path):
    from framing.cli.files import read_input
    from framing.errors import FramingNote

    table(tmp_path, "text\n" + "It pays well. " * 100 + "\n")
    with pytest.warns(FramingNote, match="articles: --input-format articles"):
        read_input(str(tmp_path / "articles.csv"), {})


def test_the_second_coder_of_the_example_read_what_is_in_the_corpus():
    import json

    said = json.loads((ROOT / "docs" / "study" / "second_coder.json").read_text(encoding="utf-8"))
    corpus = "".join((ROOT / "data" / f"{name}.jsonl").read_text() for name in ("news", "state_media", "regional"))
    assert [text for text in said if json.dumps(text, ensure_ascii=False)[1:-1] not in corpus] == []
