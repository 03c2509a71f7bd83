"""What a sentence quotes and what it narrates are labelled apart, each where it stands."""

from __future__ import annotations

import json

import pytest
from sklearn.linear_model import LogisticRegression

from framing import Predictor, Sentence
from framing.holders.held import Held
from framing.holders.parts import parted
from framing.text.segment import segment
from tests.small import model
from tests.test_holding import ByWords, finder

__all__ = ["finder"]  # a fixture


def parts_of(text: str, **sentence) -> list[tuple[str, str, str]]:
    """Kind, text and holder of the parts of one sentence, as the finder of the tests attributes it."""
    [found] = ByWords().find([Sentence(text)])
    held = Held(found.holder or "author", found.proba, found.span, found.cue)
    parts, whose = parted([Sentence(text, **sentence)], [held])
    return [(part.extra["part"], part.text, one.holder) for part, one in zip(parts, whose, strict=True)]


def test_a_quotation_is_its_speakers_and_the_rest_the_authors():
    assert parts_of("Prices rose for a third month, and “nobody here can pay,” said Lund.") == [
        ("narrated", "Prices rose for a third month, and", "author"),
        ("quoted", "“nobody here can pay,” said Lund.", "Lund"),
    ]
    [narrated, quoted] = parts_of('The mill closed in May. "We had no choice," said Lund', source="The Globe")
    assert narrated == ("narrated", "The mill closed in May.", "The Globe")
    assert quoted[2] == "Lund"


@pytest.mark.parametrize(
    "text",
    [
        "It rained for a third day.",
        "“We won the war,” said Lund.",
        "“We won the war,” said Ann Lund on Monday.",
        "Lund said: “We won the war.”",
        "“We won,” said Lund, “and they lost.”",
        "“We won the war,” said a clerk who now advises two of the members of the club.",
        "Lund said that “markets will bring profit” and that such merchants “would naturally welcome it.”",
        "The so-called “new era” began for all of us.",
        "He dismissed it as “a gift to Moscow” that nobody wanted.",
        "The ‘peace plan’ isn’t the mayors’ plan, it’s his.",
        "“",
        "“”",
        "",
    ],
)
def test_words_that_only_say_who_speaks_and_quoted_phrases_are_no_parts(text):
    [(_, whole, _)] = parts_of(text)
    assert whole == text


def test_a_sentence_before_a_quotation_is_the_authors_whatever_it_says_of_the_speaker():
    text = "Lund dismissed the memo. “Every ship can do that,” Ms. Lund said."
    parts, held = parted([Sentence(text)], [Held("Ann Lund", 0.9, (0, 4), "dismissed")])
    assert [(part.text, one.holder) for part, one in zip(parts, held, strict=True)] == [
        ("Lund dismissed the memo.", "author"),
        ("“Every ship can do that,” Ms. Lund said.", "Ann Lund"),
    ]


def test_indirect_speech_before_a_quoted_phrase_stays_its_speakers():
    assert parts_of(
        "Lund said that the islands would own every station and that inspectors could come “at any hour.”"
    ) == [
        ("narrated", "Lund said that the islands would own every station and that inspectors could come", "Lund"),
        ("quoted", "“at any hour.”", "Lund"),
    ]


def test_a_quotation_goes_on_over_sentences_and_ends_with_its_paragraph():
    text = "“Nobody gives that away.\n\nThey want it all,” said a clerk who advises two of the members. It rained."
    for gap, kind in (("\n\n", "narrated"), (" ", "quoted")):
        document = text.replace("\n\n", gap)
        sentences = segment(document)
        parts, _ = parted(sentences, [Held("author") for _ in sentences])
        assert all(document[part.start : part.end] == part.text for part in parts)
        assert [part.extra["part"] for part in parts if part.text.startswith("They want")] == [kind]
        assert parts[-1].extra["part"] == "narrated"


def test_a_part_keeps_its_place_and_loses_what_was_coded_for_the_whole():
    text = "Prices rose for a third month, and “nobody here can pay.” The merchants of three harbours heard it."
    whole = Sentence(
        text, previous="It rained.", frames=("gain",), stance="favor", holder="Bo", doc_id="a", position=4, start=10,
        end=10 + len(text), extra={"part": "mine", "n": 1},
    )  # fmt: skip
    parts, held = parted([whole], [Held("Lund", 0.9, None, "warned")])
    assert [part.text for part in parts] == [
        "Prices rose for a third month, and",
        "“nobody here can pay.”",
        "The merchants of three harbours heard it.",
    ]
    assert [(part.start, part.end) for part in parts] == [(10, 44), (45, 67), (68, 109)]
    assert [part.previous for part in parts] == ["It rained.", parts[0].text, parts[1].text]
    assert {(part.position, part.doc_id, part.frames, part.stance, part.holder) for part in parts} == {
        (4, "a", None, None, None)
    }
    assert [part.extra for part in parts] == [
        {"part": kind, "input_part": "mine", "n": 1} for kind in ("narrated", "quoted", "narrated")
    ]
    assert held == [Held("author"), Held("Lund", 0.9, None, "warned"), Held("author")]
    [alone], _ = parted([Sentence("It rained.", frames=("gain",))], [Held("author")])
    assert alone.frames == ("gain",)


@pytest.mark.parametrize("mark", ['""', "“”", "„“", "«»"])
def test_every_kind_of_quotation_mark_is_seen(mark):
    text = f"Prices rose for a third month, and {mark[0]}nobody here can pay,{mark[1]} said Lund."
    assert [part[0] for part in parts_of(text)] == ["narrated", "quoted"]


def test_a_document_is_labelled_in_parts(finder):
    predictor = Predictor(model(LogisticRegression(C=10)))
    text = "Warships are here. Warships threaten the harbour, but “markets will bring profit,” said Lund."
    found = predictor.predict_document(text, split_quotes=True, targets=["the harbour", "the fleet"])
    assert [(p.frames, p.holder) for p in found[::2]] == [
        (("risk",), "author"),
        (("risk",), "author"),
        (("gain",), "Lund"),
    ]
    assert all(text[p.sentence.start : p.sentence.end] == p.sentence.text for p in found)
    assert [p.sentence.position for p in found[::2]] == [0, 1, 1]
    assert finder.asked == [2]  # whole sentences
    assert json.loads(json.dumps(found.to_rows()))[4]["part"] == "quoted"
    assert len(predictor.predict([text], split_quotes=True)) == 2


def test_a_quotation_ends_where_the_next_row_is_another_place_of_the_document():
    rows = [
        Sentence("“The port is ours, Lund said.", doc_id="a", position=3),
        Sentence("It rained in Lund.", doc_id="a", position=17),
    ]
    parts, _ = parted(rows, [Held("author", 0.1, None, None)] * 2)
    assert parts[-1].extra["part"] == "narrated"
