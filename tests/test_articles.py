"""Articles as pages have them: what is no sentence is left out, and each document is asked about what it speaks of."""

from __future__ import annotations

import json

import pytest

from framing.corpus.asked import with_targets_of_documents
from framing.errors import FramingWarning, InputError
from framing.records import Sentence
from framing.text.furniture import furniture, kind_of
from framing.text.segment import segment
from tests.command import framing

ARTICLE = """Harbour talks resume
By Ann Lund and Ben Ruud, Staff Writer
March 3, 2026 10:45 GMT

BERGEN, March 3 (Reuters) - Merchants welcome the profit of new markets. Warships threaten the harbour.

Advertisement

The clerk counted the ropes on Monday.

Read more: Ferry is late again

"We will read more about it," he said.
By Monday the Danes had left.
(Reporting by Ann Lund; editing by Ben Ruud)
© 2026 The Harbour Post. All rights reserved.
"""
SENTENCES = [
    "Harbour talks resume",
    "Merchants welcome the profit of new markets.",
    "Warships threaten the harbour.",
    "The clerk counted the ropes on Monday.",
    '"We will read more about it," he said.',
    "By Monday the Danes had left.",
]


def test_bylines_datelines_advertisements_and_links_are_no_sentences():
    found = segment(ARTICLE, all_lines=False)
    assert [s.text for s in found] == SENTENCES
    assert all(ARTICLE[s.start : s.end] == s.text for s in found)
    assert [s.position for s in found] == list(range(6))
    assert found[1].headline == "Harbour talks resume"
    assert found[3].previous == "Warships threaten the harbour."  # not the advertisement
    kinds = [part.kind for part in furniture(ARTICLE)]
    assert kinds == ["byline", "date", "dateline", "advertisement", "link", "byline", "link"]
    assert len(segment(ARTICLE)) > len(found)


@pytest.mark.parametrize(
    "line",
    [
        "By Monday, the Danes had left.",
        "By Sea and Land the army came.",
        "Read the treaty before you sign it.",
        "Sponsored terrorism is what the senator called it.",
        "Related questions were left open.",
        "Share prices fell.",
        "Reuters reported that the port was closed.",
        "May 3 was the day on which they signed.",
        "NATO will watch.",
        "Comments by the envoy angered Kyiv.",
        "Updated rules allow it.",
        "Watch the harbour",
    ],
)
def test_a_sentence_that_only_begins_like_one_stays(line):
    assert kind_of(line) is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("BY ANN LUND", "byline"),
        ("By Ann Lund | The Harbour Post", "byline"),
        ("(AP)", "agency mark"),
        ("Photo: AFP", "agency mark"),
        ("Published: 3 March 2026", "date"),
        ("4 min read", "date"),
        ("ADVERTISEMENT", "advertisement"),
        ("Article continues below", "advertisement"),
        ("- Read more: Polls", "link"),
        ("Related: The ferry that never came", "link"),
        ("Sign up for our newsletter", "link"),
        ("Copyright 2026 The Harbour Post.", "link"),
    ],
)
def test_marks_of_a_page_are_told_by_their_kind(line, kind):
    assert kind_of(line) == kind


def test_an_acronym_before_a_dash_is_no_place_but_where_an_article_begins():
    text = "Talks\nBERGEN — The envoy left.\nIt rained.\nNATO — The alliance, that is — will watch."
    assert [s.text for s in segment(text, all_lines=False)][1::2] == [
        "The envoy left.",
        "NATO — The alliance, that is — will watch.",
    ]


def test_a_speaker_of_a_transcript_is_no_place():
    assert furniture("HON. A. LUND.- I thank the Speaker.\nMR. SPEAKER.- Thank you.") == []


def predict(folder, *more):
    return framing("predict", *more, "--model", "model", "--no-holders", "--format", "jsonl", cwd=folder)


def texts(answer):
    return [json.loads(line)["text"] for line in answer.out.splitlines()]


def test_the_command_tells_what_it_left_out_and_keeps_it_on_demand(with_champion):
    (with_champion / "a.txt").write_text(ARTICLE, encoding="utf-8")
    answer = predict(with_champion, "a.txt")
    assert texts(answer) == SENTENCES
    assert "note: no sentences, and left out: 2 bylines, 2 links, 1 date" in answer.err
    answer = predict(with_champion, "a.txt", "--all-lines")
    assert "Advertisement" in texts(answer)
    assert "left out" not in answer.err


def test_each_document_has_its_own_targets(with_champion):
    (with_champion / "a.txt").write_text("The harbour will bring profit.", encoding="utf-8")
    (with_champion / "b.txt").write_text("The ferry is late.", encoding="utf-8")
    table = with_champion / "targets.csv"
    table.write_text("doc_id,target\na.txt,the harbour\na.txt,the markets\nb,the ferry\n", encoding="utf-8")
    answer = predict(with_champion, "a.txt", "b.txt", "--targets", "targets.csv")
    rows = [json.loads(line) for line in answer.out.splitlines()]
    asked = [(row["doc_id"], row["target"]) for row in rows]
    assert asked == [("a.txt", "the harbour"), ("a.txt", "the markets"), ("b.txt", "the ferry")]
    assert "guess" not in answer.err
    table.write_text("doc_id,target\nc.txt,the harbour\n", encoding="utf-8")
    answer = predict(with_champion, "a.txt", "--targets", "targets.csv")
    assert "targets.csv: none of its documents ('c.txt') is one of the input's ('a.txt')" in answer.err
    table.write_text("document,target\na.txt,the harbour\n", encoding="utf-8")
    assert "expected the columns 'doc_id' and 'target'" in predict(with_champion, "a.txt", "--targets", table.name).err
    assert predict(with_champion, "a.txt", "--target", "it", "--targets", table.name).code != 0


def test_a_target_that_a_document_never_mentions_is_told(with_champion):
    (with_champion / "a.txt").write_text("The harbours will bring profit.", encoding="utf-8")
    (with_champion / "b.txt").write_text("The ferry is late.", encoding="utf-8")
    answer = predict(with_champion, "a.txt", "b.txt", "--target", "the harbour deal")
    assert "warning: target 'the harbour deal': none of its words stands in 1 of 2 documents (b.txt)" in answer.err
    assert (
        "warning" not in predict(with_champion, "a.txt", "--target", "the ferry").err
    )  # one article: its reader knows


def test_a_table_without_a_row_is_told(tmp_path):
    from framing.corpus.target_lists import read_target_table

    (tmp_path / "t.csv").write_text("doc_id,target\n,the deal\n", encoding="utf-8")
    with pytest.raises(InputError, match="no document in column 'doc_id'"):
        read_target_table(tmp_path / "t.csv")


def test_a_byline_that_is_wrapped_leaves_no_line_break_before_what_follows_it():
    text = "Talks\n\nBy Ann Lund\nand the envoys of the town\n\nShe left."
    found = segment(text, all_lines=False)
    assert [s.text for s in found] == ["Talks", "and the envoys of the town", "She left."]
    assert all(text[s.start : s.end] == s.text for s in found)


def test_rows_that_are_articles_leave_out_the_same_lines_as_a_file(with_champion):
    (with_champion / "a.jsonl").write_text(json.dumps({"text": ARTICLE, "doc_id": "a"}) + "\n", encoding="utf-8")
    answer = predict(with_champion, "a.jsonl", "--input-format", "articles")
    assert texts(answer) == SENTENCES
    assert "left out: 2 bylines, 2 links, 1 date" in answer.err
    assert "Advertisement" in texts(predict(with_champion, "a.jsonl", "--input-format", "articles", "--all-lines"))


def test_a_document_of_the_table_that_is_not_in_the_input_is_told():
    rows = [Sentence("It pays.", doc_id="a.txt")]
    with pytest.warns(FramingWarning, match=r"t.csv: 1 of 2 documents are not in the input \('b'\): not asked about"):
        with_targets_of_documents(rows, {"a": ("the deal",), "b": ("the port",)}, "t.csv")
