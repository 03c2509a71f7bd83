"""Articles become sentences: each knows where it stands, and no letter is lost."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from framing import Sentence
from framing.errors import InputError
from framing.text.document import document_sentences, document_text
from framing.text.segment import MAX_CHARACTERS, segment

ARTICLES = sorted((Path(__file__).parent.parent / "seeds" / "articles").glob("*.txt"))


def check(document: str) -> list[Sentence]:
    """Segment, and check what holds for any text: offsets, order, every letter once, no row without a letter."""
    sentences = segment(document)
    end = 0
    for number, sentence in enumerate(sentences):
        assert document[sentence.start : sentence.end] == sentence.text
        assert not any(map(str.isalpha, document[end : sentence.start])), "a letter between two sentences"
        assert any(map(str.isalpha, sentence.text)), "a sentence without a letter"
        assert sentence.position == number
        assert end <= sentence.start < sentence.end
        assert len(sentence.text) <= MAX_CHARACTERS
        end = sentence.end
    assert not any(map(str.isalpha, document[end:])), "a letter after the last sentence"
    return sentences


def texts(document: str) -> list[str]:
    return [sentence.text for sentence in check(document)]


# Pieces that meet in real pages and the odd ones that break splitters.
PIECES = [
    *("Mr.", "U.S.", "e.g.", "p.m.", "Lt.", "No. 7", "…", ".", "?", "!", "”", '"', "(", ")", "- ", "* ", "# ", "> "),
    *("word", "The", "élan", "ß", "ﬁ", "中文。", "5", "3.5%", "1.", "--", "***", "\x00", "\ud800", "\ufeff", "\u200b"),
    *(" ", " ", " ", "\t", "\u00a0", "\n", "\n", "\r\n", "\r", "\n\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"),
]


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@example("")
@example("\r\n \t\r\n")
@example("one line\r\nand the next\r\n\r\nThe end")
def test_every_letter_of_any_page_is_in_exactly_one_sentence(document):
    check(document)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
@example("\ud800")
@example("a\x00b. \udfff C")
def test_every_letter_of_any_text_is_in_exactly_one_sentence(document):
    check(document)


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_an_article_is_covered_and_its_headline_stands_alone(path):
    document = path.read_text(encoding="utf-8")
    sentences = check(document)
    headline = document.splitlines()[0]
    assert sentences[0].text == headline
    assert {sentence.headline for sentence in sentences[1:]} == {headline}
    assert 24 <= len(sentences) <= 30
    assert all(sentence.text[0].isupper() or sentence.text[0] in '"“' for sentence in sentences)
    assert all(sentence.text[-1] in '.?"”' for sentence in sentences[1:])


def test_there_are_articles():
    assert len(ARTICLES) >= 3


@pytest.mark.parametrize(
    "sentence",
    [
        "The volume is set at 6 bn cu. m. a year and rises by half in 2030.",
        "The signing began at 5 p.m. in the harbour master's office.",
        "In a letter of 3 March, i.e. before the final round, it warned of winter.",
        "A U.S. embassy official spoke to Mr. Smith and Dr. Jones.",
        "The radar can blind us, said a Lt. Col. of the coast guard and a Gen. Novak of the army.",
        "It cost $5.3bn, or 3.5% of output, under annex No. 7 on p. 46.",
        "Nothing is settled ... and nobody knows.",
    ],
)
def test_the_stop_of_an_abbreviation_ends_no_sentence(sentence):
    assert texts(f"{sentence} The next one follows.") == [sentence, "The next one follows."]


def test_quotes_stay_with_their_sentence():
    document = '"Is it a ruse?" he asked. “No.” She left. "We came for cargo," the director said.'
    assert texts(document) == [
        '"Is it a ruse?" he asked.',
        "“No.”",
        "She left.",
        '"We came for cargo," the director said.',
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n   "])
def test_wrapped_lines_are_one_sentence(end):
    document = f"The council meets{end}on Wednesday. Four members{end}must agree."
    assert texts(document) == [f"The council meets{end}on Wednesday.", f"Four members{end}must agree."]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("Talks resume\nThe envoy left.", ["Talks resume", "The envoy left."]),  # a capital begins anew
        ("The envoy left.\niPhones are dear.", ["The envoy left.", "iPhones are dear."]),  # after a stop, too
        ("The envoy said “go.”\nthen he left", ["The envoy said “go.”", "then he left"]),
        ("first paragraph\n\nsecond paragraph", ["first paragraph", "second paragraph"]),
        ("first paragraph\r\n\r\nsecond paragraph", ["first paragraph", "second paragraph"]),
        ("first paragraph\r\rsecond paragraph", ["first paragraph", "second paragraph"]),
        ("first paragraph\n \t\nsecond paragraph", ["first paragraph", "second paragraph"]),
    ],
)
def test_a_line_break_ends_a_sentence_unless_the_line_is_wrapped(document, expected):
    assert texts(document) == expected


def test_lines_without_a_letter_give_no_sentence():
    assert texts("***\n\n1984\n\nThe port is sold.\n\n- 12 -\n\n$5.3 (2.1%)\n") == ["The port is sold."]
    assert texts("") == texts("\n\n") == texts("12. 13. 14.") == []


def test_marks_of_markdown_stand_outside_the_sentence():
    document = (
        "# Port deal\n\n> The port is sold. **Who gains?**\n\n- jobs\n- growth in the\n  north\n\n* _trade_\n## costs\n"
    )
    assert texts(document) == [
        "Port deal",
        "The port is sold.",
        "Who gains?",
        "jobs",
        "growth in the\n  north",
        "trade",
        "costs",
    ]


def test_a_sentence_knows_its_document_its_headline_and_the_one_before():
    document = "Talks resume\n\nThe envoy left. Kyiv waits."
    assert segment(document, doc_id="a.txt") == [
        Sentence("Talks resume", doc_id="a.txt", position=0, start=0, end=12),
        Sentence("The envoy left.", headline="Talks resume", doc_id="a.txt", position=1, start=14, end=29),
        Sentence(
            "Kyiv waits.",
            headline="Talks resume",
            previous="The envoy left.",
            doc_id="a.txt",
            position=2,
            start=30,
            end=41,
        ),
    ]


def test_a_first_line_with_a_final_stop_is_no_headline():
    sentences = segment("The envoy left.\nKyiv waits.")
    assert [(s.headline, s.previous) for s in sentences] == [("", ""), ("", "The envoy left.")]


@pytest.mark.parametrize(
    ("document", "pieces"),
    [
        pytest.param("word " * 400_000, 200, id="no stop"),
        pytest.param("w" * 2_000_000, 200, id="no space"),
        pytest.param("some words go on and on\n" * 80_000, 193, id="wrapped lines without a stop"),
    ],
)
def test_two_megabytes_without_a_stop_end_soon_and_are_cut_at_spaces(document, pieces):
    started = time.perf_counter()
    sentences = check(document)
    assert time.perf_counter() - started < 20
    assert len(sentences) == pieces
    cut = [s for s in sentences if s.end < len(document) and not document[s.end].isspace()]
    assert len(cut) == (0 if " " in document else 199), "words cut in two"


@pytest.mark.parametrize("mark", [".", "\n", " ", "-", "5 "])
def test_two_megabytes_without_a_letter_are_no_sentence(mark):
    started = time.perf_counter()
    assert segment(mark * (2_000_000 // len(mark))) == []
    assert time.perf_counter() - started < 20


def test_threads_get_the_same_sentences():
    documents = [path.read_text(encoding="utf-8") for path in ARTICLES] * 5
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(segment, documents)) == [segment(document) for document in documents]


PAGE = """<!DOCTYPE html><html><head><title>Daily</title><style>p {color: red}</style></head><body>
<nav><a href="/">Home</a> <a href="/world">World</a></nav>
<article><h1>Port goes to foreign operator</h1>
<p>The government granted the port to a foreign operator on Tuesday &amp; the contract runs for 35 years.</p>
<p>Critics call the offer a trap, and the opposition asks who gains from the contract in the end.</p></article>
<script>track("visit")</script><footer>Copyright by the Daily. All rights reserved.</footer></body></html>"""


def test_of_a_page_the_main_text_is_read():
    assert texts(document_text(PAGE, ".html")) == [
        "Port goes to foreign operator",
        "The government granted the port to a foreign operator on Tuesday & the contract runs for 35 years.",
        "Critics call the offer a trap, and the opposition asks who gains from the contract in the end.",
    ]


@pytest.mark.parametrize(
    "page",
    [
        "<p>The café is sold.</p>",
        "<html><body>The café is sold.</body></html>",
        "<?xml version='1.0' encoding='utf-8'?><html><body><p>The café is sold.</p></body></html>",
        "<!DOCTYPE html>\n<P>The caf&eacute; is sold.",
        "The café\x00 is sold.",
    ],
)
def test_a_short_or_broken_page_is_read_too(page):
    assert document_text(page, ".HTM") == "The café is sold."


@pytest.mark.parametrize("page", ["", " \n", "<html></html>", "<html><body><script>run()</script><img></body></html>"])
def test_a_page_without_text_is_an_error(page):
    with pytest.raises(InputError) as caught:
        document_text(page, ".html", "news/a.html")
    assert str(caught.value) == "news/a.html: no text found in this HTML page"


@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_plain_text_is_read_as_it_is(suffix):
    assert document_text("<p>The café\r\n", suffix) == "<p>The café\r\n"


def test_a_page_of_a_hundred_thousand_attributes_takes_seconds():
    attributes = " ".join(f"a{number}=1" for number in range(100_000))
    content = f"<html><body><p {attributes}>{'The pact opens a vast market. ' * 10}</p></body></html>"
    began = time.process_time()
    assert document_sentences(content, ".html")[0].text == "The pact opens a vast market."
    assert time.process_time() - began < 20  # it was 42


def test_a_paragraph_of_ten_million_letters_is_a_text():
    paragraph = "The pact opens a vast market. " * 340_000
    assert document_text(f"<html><body><p>{paragraph}</p></body></html>", ".html").startswith("The pact opens")
