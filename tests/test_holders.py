"""Whose content a sentence conveys."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError

import pytest

from framing.errors import ModelError
from framing.holders import Attribution, HolderFinder
from framing.holders.decision import NUMBERS, Decision, Linear
from framing.holders.finder import passages
from framing.holders.held import holders_of
from framing.holders.quotes import quoted
from framing.records import Sentence
from framing.text import pipeline
from framing.text.segment import segment

ARTICLE = (
    "Envoy opens talks on the northern port\n\n"
    "Harold Vance, the envoy, arrived on Monday. “The port will pay for itself,” Vance said. "
    "“It will bring jobs.” He added that the first ship would come in May.\n\n"
    "Intelligence services fear that the port hides a radar which sees every ship in the strait. All denied it. "
    "According to the harbour board, no radar was ordered. It rained all day."
)


@pytest.fixture(scope="module")
def finder() -> HolderFinder:
    return HolderFinder.load()


@pytest.fixture(scope="module")
def simple() -> HolderFinder:
    return HolderFinder(Decision.load("plain"), parsed=False)


def found(finder: HolderFinder, *texts: str) -> list[Attribution]:
    rows = [Sentence(text, doc_id="a", position=at) for at, text in enumerate(texts)]
    return finder.find(rows)


def holders(finder: HolderFinder, *texts: str) -> list[str | None]:
    return [one.holder for one in found(finder, *texts)]


def test_an_article_is_told_apart_by_who_speaks(finder):
    sentences = segment(ARTICLE, "port")
    told = {s.text: a.holder for s, a in zip(sentences, finder.find(sentences), strict=True)}
    assert told["“The port will pay for itself,” Vance said."] == "Harold Vance"
    assert told["“It will bring jobs.”"] == "Harold Vance"
    assert told["He added that the first ship would come in May."] == "Harold Vance"
    assert (
        told["Intelligence services fear that the port hides a radar which sees every ship in the strait."]
        == "Intelligence services"
    )
    assert told["According to the harbour board, no radar was ordered."] == "the harbour board"
    assert told["It rained all day."] is None


@pytest.mark.parametrize(
    ("text", "holder", "cue"),
    [
        ("The Kremlin said the deal would bring peace to the whole of the region.", "The Kremlin", "said"),
        ("“The deal will bring peace to the whole region,” said Anna Brill, a diplomat.", "Anna Brill", "said"),
        ("Critics warn that the deal hides plans for a naval base in the bay.", "Critics", "warn"),
        ("The port will never earn what it cost to build, according to the board.", "the board", "according to"),
        ("Officials worry that the cheap loans will leave the islands in debt for decades.", "Officials", "worry"),
    ],
)
def test_the_holder_and_the_words_that_attribute(finder, text, holder, cue):
    (one,) = found(finder, text)
    assert (one.holder, one.cue) == (holder, cue)
    assert text[slice(*one.span)] == holder
    assert one.proba > 0.5


def test_a_quotation_that_goes_on_names_nobody_there(finder):
    one, two = found(finder, "“We offered a fair price,” Maria Lund said. “", "It was refused.”")
    assert one.holder == two.holder == "Maria Lund"
    assert two.span is None


def test_a_speaker_may_come_after_his_quotation(finder):
    assert holders(finder, "“It is a trap.", "They want the port,” Ida Moss said.") == ["Ida Moss", "Ida Moss"]


def test_lines_of_a_transcript_have_their_speakers(finder):
    lines = (
        "MR. LUND: The talks were good and we shall meet again.",
        "MS. MOSS: They were not.",
        "MR. LUND: They were.",
    )
    assert holders(finder, *lines)[1] == "MOSS"


@pytest.mark.parametrize(
    ("texts", "last"),
    [
        (
            ("Harold Vance, the envoy, arrived.", "It rained.", "The envoy said that the port would bring many jobs."),
            ["Harold Vance"],
        ),
        (
            (
                "Mrs. Lund met Mr. Moss in the harbour.",
                "She said that the port would bring many jobs to the north.",
                "He said that the port would bring nothing but debt.",
            ),
            ["Lund", "Moss"],
        ),
        # Somebody without a name, but no place.
        (
            (
                "An official warned that the deal could give a fleet a foothold in the Gulf of Guinea.",
                "“We came for cargo,” its regional director said.",
                "He said that all annexes of the deal would be published in June.",
            ),
            ["its regional director"],
        ),
        (
            ("Intelligence agencies met in the spring.", "They warned that the port could hide a radar in the bay."),
            ["Intelligence agencies"],
        ),
    ],
)
def test_pronouns_and_titles_stand_for_whom_the_document_names(finder, texts, last):
    assert holders(finder, *texts)[-len(last) :] == last


@pytest.mark.parametrize(
    ("text", "holder", "cue"),
    [
        ("The deal was described by officials as a trap for small islands.", "officials", "described"),
        ("The pilots’ warning that the strait would freeze before March went unheard.", "The pilots", "warning"),
        ("In the view of the pilots, the strait is too shallow for such ships.", "the pilots", "view"),
        ("As the pilots see it, the strait is too shallow for such ships.", "the pilots", "see"),
        ("In the ministry’s view, a delay of six months would do no harm to the harbour.", "the ministry", "view"),
    ],
)
def test_passives_nouns_and_views_have_holders(finder, text, holder, cue):
    (one,) = found(finder, text)
    assert one.attributed
    assert (one.holder, one.cue) == (holder, cue)


@pytest.mark.parametrize("text", ["They said that the port would never pay.", "Some say that the port is a trap."])
def test_what_nothing_resolves_is_attributed_to_nobody_by_name(finder, text):
    (one,) = found(finder, text)
    assert one.attributed and one.holder is None
    (held,) = holders_of([Sentence(text, source="The Globe")], finder=finder)
    assert held.holder == "unnamed"


def test_what_cannot_speak_is_no_holder(finder):
    texts = "Her one advantage was the hope of a harbour.", "Their approach suggests that fish return in spring."
    assert [one.holder for text in texts for one in found(finder, text)] == [None, None]


def test_the_author_who_says_i_is_the_author(finder):
    (one,) = found(finder, "I fear that the port will never pay for itself.")
    assert one.holder is None


def test_what_stands_before_is_context_where_the_document_is_not_there(finder):
    (one,) = finder.find([Sentence("He said that it would bring many jobs.", previous="Karl Moss praised the port.")])
    assert (one.holder, one.span) == ("Karl Moss", (0, 2))


def test_documents_do_not_see_each_other_and_every_run_says_the_same(finder):
    one = segment(ARTICLE, "one")
    two = segment("Ida Moss left. She said that the port would bring many jobs.", "two")
    alone = [*finder.find(one), *finder.find(two)]
    mixed = finder.find([*two, *one])
    assert mixed[len(two) :] + mixed[: len(two)] == alone
    assert finder.find([*one, *two]) == alone
    woven = [s for pair in zip(one, two, strict=False) for s in pair] + one[len(two) :]
    by_place = {(s.doc_id, s.position): a for s, a in zip([*one, *two], alone, strict=True)}
    assert finder.find(woven) == [by_place[s.doc_id, s.position] for s in woven]


@pytest.mark.parametrize("which", ["finder", "simple"])
def test_odd_text_is_no_trouble(which, request):
    finder = request.getfixturevalue(which)
    assert finder.find([]) == []
    odd = [
        "",
        " ",
        "Peace",
        "?!",
        "“",
        '""',
        "''",
        "said",
        "He said",
        "Q:",
        "A: B",
        "🙂 said 🙂",
        "x" * 5000,
        "a, " * 1700,
    ]
    for text in odd:
        (one,) = finder.find([Sentence(text)])
        assert 0 <= one.proba <= 1
        assert one.span is None or 0 <= one.span[0] < one.span[1] <= len(text)


def test_a_long_sentence_is_read(finder):
    text = "Anna Brill said that " + "the port and " * 380 + "the bay are safe."
    assert len(text) > 4900
    assert found(finder, text)[0].holder == "Anna Brill"


def test_another_language_is_read_without_the_parser(finder):
    text = "Der Vertrag ist gut für uns und für die Stadt, sagte der Minister, und das ist auch so."
    one, two = finder.find([Sentence(text), Sentence(f"„{text}“")])
    assert 0 <= one.proba <= two.proba <= 1


def test_without_the_parser_quotations_and_reporting_verbs_are_found(simple):
    assert not simple.parsed
    texts = ("“The port will pay for itself,” said Anna Brill.", "She added that it would bring jobs.", "It rained.")
    assert holders(simple, *texts) == ["Anna Brill", "Anna Brill", None]
    (one,) = found(simple, "Critics said that the port would bring nothing but debt to the islands.")
    assert (one.holder, one.cue) == ("Critics", "said")


def test_a_missing_parser_is_noticed(monkeypatch):
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(pipeline, "version", missing)
    assert not HolderFinder.load().parsed


def test_a_parser_of_another_version_is_refused(monkeypatch):
    monkeypatch.setattr(pipeline, "version", lambda name: "3.7.1")
    with pytest.raises(ModelError, match=r"version 3\.7\.1 is installed; expected 3\.8\.0"):
        HolderFinder.load()


@pytest.mark.parametrize("content", ["", "[]", '{"format": 1}', '{"format": 9}', '{"format": 1, "plain": {}}'])
def test_damaged_numbers_are_refused_in_one_line(tmp_path, content):
    path = tmp_path / "numbers.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="install framing again") as error:
        Decision.load("plain", path)
    assert "\n" not in str(error.value)


def test_numbers_come_back_as_they_were():
    decision = Decision(Linear(1.0, {"a": 2.0}), Linear(0.5, {}), 0.5)
    assert Decision.from_numbers(json.loads(json.dumps(decision.to_numbers()))) == decision
    assert set(json.loads(NUMBERS.read_text(encoding="utf-8"))) == {"format", "parsed", "plain"}


@pytest.mark.parametrize(
    ("texts", "starts", "shares"),
    [
        (['"We won," he said.'], [True], [7 / 18]),
        (["“We won.", "They lost.”", "It rained."], [True, False, False], [7 / 8, 10 / 11, 0]),
        # Not closed, and the next paragraph does not open it once more.
        (["“We won.", "It rained."], [True, True], [7 / 8, 0]),
        (["“We won.", "“They lost.”"], [True, True], [7 / 8, 10 / 12]),
        (["It's the ministers' plan."], [True], [0]),
        (["''We won,'' he said."], [True], [7 / 20]),
        (["'We won the whole election,' he said."], [True], [26 / 37]),
    ],
)
def test_what_stands_in_quotation_marks(texts, starts, shares):
    assert [part.share() for part in quoted(texts, starts)] == pytest.approx(shares, abs=0.06)


def test_sentences_that_follow_one_another_are_read_together():
    rows = [
        Sentence("One.", doc_id="a", position=0),
        Sentence("Two.", doc_id="a", position=1, previous="One."),
        Sentence("Nine.", doc_id="a", position=8, previous="Eight."),
        Sentence("Alone."),
        Sentence("Alone too."),
    ]
    read = [(passage.texts, passage.numbers) for passage in passages(rows)]
    assert read == [
        (("One.", "Two."), (0, 1)),
        (("Eight.", "Nine."), (None, 2)),
        (("Alone.",), (3,)),
        (("Alone too.",), (4,)),
    ]
