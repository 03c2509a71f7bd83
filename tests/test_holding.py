"""Predictions say whose a sentence is: found once a sentence, under one name, shown where there is room."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from sklearn.linear_model import LogisticRegression

from framing import Prediction, Predictor, Sentence
from framing.errors import ConfigError, FramingWarning, InputError
from framing.holders import Attribution, HolderFinder
from framing.holders import held as held_module
from framing.holders.held import Held, documents_of, holders_of, with_holders
from framing.records import Highlight
from framing.report.html import predictions_page, predictions_table
from framing.report.table import predictions_text
from tests.command import framing
from tests.small import model

ARTICLE = (
    "Ann Lund said that the harbour will bring profit. Warships threaten the harbour. "
    "It pays, according to Ms. Lund. The Kremlin said that ropes were counted."
)


class ByWords(HolderFinder):
    """Knows two ways to attribute, and counts what it is asked for."""

    parsed = True

    def __init__(self) -> None:
        self.asked: list[int] = []

    def find(self, sentences):
        self.asked.append(len(sentences))
        return [self._of(sentence.text) for sentence in sentences]

    @staticmethod
    def _of(text: str) -> Attribution:
        ways = (
            r"(?<=[,”\"“»] )(?P<cue>said) (?P<who>[^. ]* ?[A-Z]?[^. ]*)",
            r"^(?P<who>.*?) (?P<cue>said)\b",
            r"(?P<cue>according to) (?P<who>.*?)\.?$",
        )
        match = next(filter(None, (re.search(way, text) for way in ways)), None)
        if match is None:
            return Attribution(0.1)
        return Attribution(0.9, match["who"], match.span("who"), match["cue"])


@pytest.fixture
def finder(monkeypatch) -> ByWords:
    made = ByWords()
    monkeypatch.setattr(held_module, "_finder", lambda: made)
    return made


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(model(LogisticRegression(C=10)))


def test_a_document_says_whose_each_sentence_is_under_one_name(predictor, finder):
    found = predictor.predict_document(ARTICLE)
    assert [p.holder for p in found] == ["Ann Lund", "author", "Ann Lund", "the Kremlin"]
    assert [p.holder_proba for p in found] == [0.9, 0.1, 0.9, 0.9]
    assert [p.cue for p in found] == ["said", None, "according to", "said"]
    assert [p.sentence.text[slice(*p.holder_span)] if p.holder_span else None for p in found] == [
        *("Ann Lund", None),
        *("Ms. Lund", "The Kremlin"),
    ]
    assert found[0].frames == ("gain",)


def test_isolated_sentences_are_looked_at_on_demand(predictor, finder):
    text = "Ann Lund said that it pays."
    [plain] = predictor.predict([text])
    assert (plain.holder, plain.holder_proba) == (None, None)
    [asked] = predictor.predict([Sentence(text, source="The Globe")], holders=True)
    assert asked.holder == "Ann Lund"
    [other] = predictor.predict([Sentence("It pays.", source="The Globe")], holders=True)
    assert other.holder == "The Globe"
    assert predictor.predict([], holders=True) == []
    assert predictor.predict_document(ARTICLE, holders=False)[0].holder is None


def test_a_holder_is_found_once_a_sentence_whatever_the_targets(predictor, finder):
    found = predictor.predict_document(ARTICLE, targets=["the harbour", "the fleet"])
    assert finder.asked == [4]
    assert [p.holder for p in found] == [h for h in ["Ann Lund", "author", "Ann Lund", "the Kremlin"] for _ in "ab"]
    assert with_holders([], []) == []


def test_names_are_one_over_documents_and_a_users_overrule(predictor, finder, tmp_path):
    rows = [
        Sentence("Ann Lund said that it pays.", doc_id="a"),
        Sentence("Lund said that it pays.", doc_id="b"),
        Sentence("LB said so.", doc_id="b"),
        Sentence("The Lund Bank (LB) fell.", doc_id="b", source="The Globe"),
    ]
    assert [p.holder for p in predictor.predict(rows, holders=True)] == [
        *("Ann Lund", "Ann Lund"),
        *("Lund Bank", "The Globe"),
    ]
    aliases = {"the minister": ["Lund", "Ann Lund"], "Globe": ["The Globe"]}
    named = predictor.predict(rows, holders=True, aliases=aliases)
    assert [p.holder for p in named] == ["the minister", "the minister", "Lund Bank", "Globe"]
    (tmp_path / "mine.yaml").write_text("the minister: [Ann Lund]\n", encoding="utf-8")
    assert predictor.predict(rows[:2], holders=True, aliases=tmp_path / "mine.yaml")[1].holder == "the minister"
    with pytest.raises(ConfigError, match="aliases are names of holders: give holders=True too"):
        predictor.predict(rows, aliases=aliases)
    with pytest.raises(InputError, match=r"gone.yaml: no such file"):
        predictor.predict(rows, holders=True, aliases="gone.yaml")


def test_sentences_of_one_text_are_one_document_and_isolated_ones_are_none():
    one, two = Sentence("a", start=0, end=1), Sentence("b", position=1)
    assert documents_of([one, two, Sentence("c"), Sentence("d", doc_id="x")])[2:] == ["\0" + "2", "x"]
    assert len(set(documents_of([one, two]))) == 1


def test_without_a_parser_it_is_said_what_is_missed():
    class Plain(ByWords):
        parsed = False

    with pytest.warns(FramingWarning, match=r"holders: without a parser only .* pip install 'framing-classifier\[hold"):
        assert holders_of([Sentence("It pays.")], finder=Plain()) == [Held("author", 0.1)]


# ---------------------------------------------------------------------- what is shown


def said(text: str, holder: str | None, **more) -> Prediction:
    return Prediction(Sentence(text, **more), {"gain": 0.9, "risk": 0.1}, ("gain",), holder=holder)


def shown(predictions, width: int) -> list[str]:
    lines = predictions_text(predictions, ("gain", "risk"), width, colour=False).splitlines()
    return [" ".join(line.split()) for line in lines if line.strip()]


def test_a_table_has_a_column_of_holders_where_there_is_room_else_brackets():
    rows = [
        said("It pays.", "Ann Lund"),
        said("It rains.", "author"),
        said("It ends.", "The Globe", source="The Globe"),
    ]
    wide, narrow = shown(rows, 100), shown(rows, 60)
    assert wide[0] == "# holder sentence gain risk"
    assert wide[2:] == ["1 Ann Lund It pays. ● 0.90 0.10", "2 It rains. ● 0.90 0.10", "3 It ends. ● 0.90 0.10"]
    assert narrow[0] == "# sentence gain risk"
    assert narrow[2:4] == ["1 [Ann Lund] It pays. ● 0.90 0.10", "2 It rains. ● 0.90 0.10"]
    for width in (40, 60, 80, 100, 120):
        assert max(map(len, predictions_text(rows, ("gain", "risk"), width, colour=False).splitlines())) <= width


def test_a_table_without_a_holder_is_as_it_was():
    assert shown([said("It pays.", "author")], 100) == shown([said("It pays.", None)], 100)
    long = said("It pays.", "a former signals officer of one of the members")
    assert shown([long], 60)[2].startswith("1 [a former signals officer of o")
    with_targets = predictions_text([long], ("gain", "risk"), 80, colour=False, targets=("a", "b"))
    assert "[a former signals officer of o…] It pays." in with_targets


def test_a_page_has_a_column_of_holders_and_marks_who_is_named():
    row = Prediction(Sentence("<Lund> said: it pays."), {"gain": 0.9}, holder="Ann Lund", holder_span=(1, 5))
    page = predictions_page([row, said("It rains.", "author")], ("gain",), "Frames")
    assert '<td class="holder">Ann Lund</td>' in page
    assert '<td class="holder"></td>' in page
    assert '&lt;<span class="naming">Lund</span>&gt; said: it pays.' in page
    marked = replace(row, highlights={"gain": (Highlight(16, 20, 1.0),)})
    page = predictions_page([marked], ("gain",), "Frames")
    assert '&lt;<span class="naming">Lund</span>&gt; said: it <mark' in page and ">pays</mark>." in page
    assert "The holder is who says, thinks or fears" in page
    without = predictions_table([said("It pays.", None)], ("gain",))
    assert 'class="holder"' not in without


# ---------------------------------------------------------------------- the command


@pytest.fixture
def article(trained, tmp_path):
    (tmp_path / "article.txt").write_text(ARTICLE, encoding="utf-8")
    return lambda *options: framing("predict", "article.txt", "--model", str(trained / "model"), *options, cwd=tmp_path)


def test_the_command_finds_holders_unless_told_not_to(article, finder):
    rows = [json.loads(line) for line in article("--format", "jsonl").out.splitlines()]
    assert [(row["predicted_holder"], row["holder_proba"]) for row in rows][:2] == [("Ann Lund", 0.9), ("author", 0.1)]
    assert [row.get("holder_span") for row in rows] == [[0, 8], None, [22, 30], [0, 11]]
    plain = article("--no-holders", "--format", "jsonl").out
    assert all(json.loads(line).get("predicted_holder") is None for line in plain.splitlines())
    table = list(csv.DictReader(io.StringIO(article("--format", "csv").out)))
    assert [table[0][name] for name in ("predicted_holder", "cue", "holder_span")] == ["Ann Lund", "said", "[0, 8]"]


def test_the_commands_aliases_are_checked_before_anything_is_loaded(article, finder, tmp_path):
    (tmp_path / "mine.yaml").write_text("the minister: [Ann Lund]\n", encoding="utf-8")
    assert json.loads(article("--aliases", "mine.yaml", "--format", "jsonl").out.splitlines()[0])[
        "predicted_holder"
    ] == ("the minister")
    (tmp_path / "bad.yaml").write_text("A: [x]\nB: [x]\n", encoding="utf-8")
    answer = article("--aliases", "bad.yaml", "--model", "nowhere")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("error: bad.yaml, line 2: 'x' is a variant of 'B' here and of 'A' in line 1")
    for options in (("--aliases", "mine.yaml"), ("--split-quotes",)):
        answer = article("--no-holders", *options)
        assert answer.code == 2
        assert f"{options[0]} needs holders: leave --no-holders out" in answer.err


def test_the_command_says_once_what_a_missing_parser_misses(article, finder, tmp_path):
    finder.parsed = False
    answer = article("--format", "jsonl")
    assert answer.code == 0
    assert answer.err.count("pip install 'framing-classifier[holders]'") == 1
