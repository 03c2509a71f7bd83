"""Sentences in several languages and scripts, in pages that lost their spaces, and in lists without a stop."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.errors import InputError
from framing.text.languages import LANGUAGES, guess_language
from framing.text.segment import segment
from tests.test_segment import check

SENTENCES = Path(__file__).parent / "sentences"
# Of the documents in sentences/, as many must be split exactly; the rest are known faults.
EXACT = {"en": 34, "es": 34, "de": 34, "fr": 15, "pt": 8, "it": 8, "zh": 15, "ar": 15}


def texts(document: str) -> list[str]:
    return [sentence.text for sentence in check(document)]


@pytest.mark.parametrize("language", EXACT)
def test_news_sentences_are_split_as_a_reader_would(language):
    documents = json.loads((SENTENCES / f"{language}.json").read_text(encoding="utf-8"))
    space = "" if language == "zh" else " "
    wrong = [expected for expected in documents if texts(space.join(expected)) != expected]
    assert len(documents) - len(wrong) >= EXACT[language], wrong


def test_each_language_has_its_documents():
    assert {path.stem for path in SENTENCES.glob("*.json")} == set(EXACT)
    assert set(LANGUAGES) == set(EXACT) - {"zh"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The port is sold and the ferry waits.", "en"),
        ("El puerto se vende y el barco espera.", "es"),
        ("Der Hafen wird verkauft und das Schiff wartet.", "de"),
        ("Le port est vendu et le bateau attend.", "fr"),
        ("O porto foi vendido e os navios não esperam.", "pt"),
        ("Il porto è venduto e la nave aspetta.", "it"),
        ("تم بيع الميناء في المساء", "ar"),
        ("Traders in Rio de Janeiro wait for the ferry", "en"),
        ("港口", "en"),
        ("", "en"),
    ],
)
def test_a_language_is_told_by_its_common_words(text, language):
    assert guess_language(text) == language


def test_a_language_can_be_named():
    document = "Konzern Eins bzw. Konzern Drei"  # no common word in it
    assert [s.text for s in segment(document)] == ["Konzern Eins bzw.", "Konzern Drei"]
    assert [s.text for s in segment(document, language="de")] == [document]
    with pytest.raises(InputError) as caught:
        segment("港口", language="zh")
    assert str(caught.value) == (
        "unknown language 'zh'; expected one of: en, es, de, fr, pt, it, ar, or None to guess it"
    )


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("船は港を出た｡「罠だ！」と野党は言った｡", ["船は港を出た｡", "「罠だ！」と野党は言った｡"]),
        ("「協定は罠だ。」次の会議は月曜日。", ["「協定は罠だ。」", "次の会議は月曜日。"]),
        ("他走了!投票举行.", ["他走了!", "投票举行."]),
        ("他说：“协议好。”反对派表示，这是骗局。", ["他说：“协议好。”", "反对派表示，这是骗局。"]),
        ("“协议好。”他说。然后离开。", ["“协议好。”他说。", "然后离开。"]),
        ("增长3.5%。（见第5条。）会议结束。", ["增长3.5%。", "（见第5条。）", "会议结束。"]),
        ("क्या यह जाल है।विपक्ष ने कहा॥ सरकार चुप है।", ["क्या यह जाल है।", "विपक्ष ने कहा॥", "सरकार चुप है।"]),
        ("کیا یہ جال ہے؟ حکومت خاموش ہے۔اجلاس ختم۔", ["کیا یہ جال ہے؟", "حکومت خاموش ہے۔", "اجلاس ختم۔"]),
        ("وقع الاتفاق.غادر المبعوث.", ["وقع الاتفاق.", "غادر المبعوث."]),
        ('"هل هذا فخ؟" قال المتحدث. ثم غادر.', ['"هل هذا فخ؟" قال المتحدث.', "ثم غادر."]),
    ],
)
def test_stops_of_other_scripts_need_no_space(document, expected):
    assert texts(document) == expected


@pytest.mark.parametrize(
    "sentences",
    [
        ["Ministers met on Friday.", "Traders welcomed it.", "It was a ruse.", "A ship left.", "I saw it."],
        ['He called it "a ruse".', "The hall was empty."],
        ['He said "no."', "She left the hall."],
        ["It closed on Friday.", '"We came for cargo," he said.'],
        ["It closed on Friday.", "“We came.”", "“No.”", "She left."],
        ["The contract ends in 2030.", "Prices rose by 5%.", "Traders cheered!", "Why?", "Nobody knows."],
        ["Ships belong to NATO.", "The hall was full (see above).", "McDonald left.", "It’s over."],
        ["El puerto cierra el lunes.", "Los obreros protestan.", "¿Quién gana?"],
        ["Der Minister schwieg am Montag.", "„Nein.“", "Sie ging."],
        ["Le port ferme lundi.", "L'opposition proteste."],
        ["Порт закрыт в пятницу.", "Торговцы довольны."],
    ],
    ids=lambda sentences: sentences[0],
)
def test_sentences_that_lost_their_space_are_parted(sentences):
    assert texts("".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "He booked on Booking.Com and example.Com today.",
        "See https://example.com/News.Html or www.Example.Org now.",
        "Mail Press.Office@Example.Com now.",
        "The files Report.Final.docx and README.Md are there.",
        "The U.S.A. and e.g.This one.",
        "J.K.Rowling and J.R.R.Tolkien wrote.",
        "Version 2.0.Beta runs on Node.js, Node.Js and ASP.Net now.",
        "Mr.Smith met Dr.Jones in St.Petersburg.",
        "Call System.Out.Println or foo.Bar() now.",
        "Das gilt am 3.Mai und im 19.Jahrhundert nicht.",
        "El Sr.Pérez y la Dra.Curie llegaron.",
        "The line Oslo...Bergen closes.",
    ],
)
def test_names_addresses_and_abbreviations_are_not_parted(sentence):
    assert texts(sentence) == [sentence]


@pytest.mark.parametrize(
    "lines",
    [
        ["the port deal brings jobs", "a warship shadowed the ferry", "the opposition called it a ruse"],
        ["gas prices up again", "u.s. navy ship near the port", "who gains from this?", "talks end"],
        ["el puerto trae empleo", "un buque vigila el transbordador del norte", "la oposición lo llama trampa"],
        ["markets fall", "minister resigns after months of protest", "rain in the north", "ferry late again"],
    ],
    ids=lambda lines: lines[0],
)
def test_a_list_of_lines_in_lower_case_is_a_sentence_a_line(lines):
    assert texts("\n".join(lines)) == texts("\r\n".join(lines)) == lines


@pytest.mark.parametrize(
    "document",
    [
        "the council that meets on monday will\nask the minister of trade for a list\nof all loans and of the banks",
        "The council meets\non wednesday\nif all members can\ncome",
        "and so the talks that began in spring\nhave come to an end without a result",
        "growth in the\n  north of the country",
    ],
    ids=["filled", "begins with a capital", "two lines", "indented"],
)
def test_wrapped_text_without_a_stop_stays_one_sentence(document):
    assert texts(document) == [document]


def test_lines_with_sentences_inside_are_no_list():
    document = "he came on monday. then he\nleft\nagain, and nobody knows where to"
    assert texts(document) == ["he came on monday. then he\nleft\nagain, and nobody knows where to"]


PIECES = [
    *(
        "Friday.",
        "Traders",
        "The",
        "J.",
        "K.",
        "example.",
        "Com",
        "www.",
        "@",
        "2030.",
        "5%.",
        "no.",
        "a",
        "Aa.Bb",
        "U.S.",
    ),
    *(
        "港口。",
        "！",
        "？！",
        "”",
        "“",
        "「",
        "」",
        "说",
        "؟",
        "۔",
        "।",
        "قال",
        "هذا.",
        "„",
        '"',
        "»",
        "«",
        "…",
        "...",
        "?!",
    ),
    *("Sr. ", "núm. ", "am 3. ", "Mai ", "z. B. ", "EE. UU. ", "der ", "la ", "\n", "\r\n", " ", " ", " "),
]


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_every_letter_of_glued_and_mixed_text_is_in_exactly_one_sentence(document):
    check(document)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param("word " * 200_000, id="no stop"),
        pytest.param("Word. " * 25_000, id="many stops"),
        pytest.param("军舰。" * 20_000, id="many full stops"),
        pytest.param("on Friday.Traders met" * 10_000, id="glued"),
        pytest.param('a.b!"Cc' * 6_000, id="no space"),
        pytest.param(".”" * 100_000 + "Aa", id="stops and marks"),
        pytest.param("“陷阱！”他说" * 20_000, id="quotations that go on"),
    ],
)
def test_time_grows_with_the_length_of_the_text(document):
    started = time.process_time()
    segment(document)
    assert time.process_time() - started < 10
