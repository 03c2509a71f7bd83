"""Codes find their text again in copies that were edited, cut otherwise, wrapped or lost a part; never in others."""

from __future__ import annotations

import csv
import io
import json
import random
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest

from framing.corpus.codes import codes_digest
from framing.errors import InputError
from framing.records import Sentence
from framing.sharing.copies import document_name
from framing.sharing.dehydrate import codes_jsonl, dehydrate, read_codes
from framing.sharing.hydrate import hydrate
from framing.text.segment import segment
from tests.command import contents, framing

SALT = "a secret of twelve and more"
HEADLINE = "Harbour plan divides the islands"
PARAGRAPHS = [
    'The council will vote on the new harbour on Thursday, two members said. "It\'s the best offer we have had," the '
    "chairwoman told reporters after the meeting. The well-known builder did not answer questions - nor did its bank.",
    "For the smaller islands the harbour is a chance to sell fish to larger ships. A study puts the gain at 40 million "
    "dollars within ten years, and at 300 jobs. Critics call the figures dreams.",
    "Those who live beside the old pier fear that warships will follow the freighters within a few years. No comment. "
    "A former signals officer said the cranes could watch every ship that passes the strait.",
    "The builder says that its cranes are the same as everywhere else in the world. No comment. The vote is secret, "
    "and its result will be read out in the market hall on Friday.",
]
ARTICLE = HEADLINE + "\n\n" + "\n\n".join(PARAGRAPHS) + "\n"
OTHER = """Ferry timetable changes in spring

The ferry will leave an hour later from March, the company said on Tuesday. Its director hopes that more passengers
will come when the morning buses have arrived. Tickets stay at nine dollars.

Passengers who live on the smaller islands asked for a second ferry in the evening. The company will look into it.
"""


def coded_article(text: str = ARTICLE, doc_id: str = "harbour.txt") -> list[Sentence]:
    return [
        replace(s, frames=("economic_opportunity",) if "gain" in s.text else (), stance="neutral", target="the harbour")
        for s in segment(text, doc_id)
    ]


CODED = coded_article()


def hydrated(folder: Path, sentences, copies: dict[str, str], salt: str = "", **options):
    """Dehydrate sentences, write copies into a folder, and hydrate from there."""
    codes, _ = dehydrate(sentences, salt)
    file = folder / "codes.jsonl"
    file.write_text(codes_jsonl(codes.rows, codes.kind), encoding="utf-8")
    for name, content in copies.items():
        (folder / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "mine" / name).write_text(content, encoding="utf-8", newline="")
    return hydrate(read_codes(file), [folder / "mine"], salt, **options)


def words(text: str) -> str:
    return " ".join(text.split())


def typographic(text: str) -> str:
    return text.replace('"It', "“It").replace('had,"', "had,”").replace("'", "’").replace(" - ", " – ")


def test_from_the_same_article_all_comes_back_as_it_was(tmp_path):
    found = hydrated(tmp_path, CODED, {"harbour.txt": ARTICLE})
    assert found.sentences == CODED
    assert (found.missing, found.edited, found.no_headline, found.no_previous) == ([], 0, 0, 0)


def test_from_a_table_all_comes_back_as_it_was_with_its_context(tmp_path):
    rows = [{"sentence": s.text, "headline": s.headline, "previous": s.previous, "weight": "nan"} for s in CODED[::-1]]
    table = io.StringIO()
    writer = csv.DictWriter(table, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    found = hydrated(tmp_path, CODED, {"mine.csv": table.getvalue()}, columns={"text": "sentence"})
    assert found.sentences == CODED


COPIES = {
    "typographic quotes and dashes": ("harbour.txt", typographic(ARTICLE)),
    "windows line ends and a byte order mark": ("harbour.txt", "\ufeff" + ARTICLE.replace("\n", "\r\n")),
    "wrapped at 50 characters": ("harbour.txt", "\n\n".join(textwrap.fill(p, 50) for p in ARTICLE.split("\n\n"))),
    "a line a paragraph": ("harbour.txt", ARTICLE.replace("\n\n", "\n")),
    "no paragraphs": ("harbour.txt", HEADLINE + "\n\n" + " ".join(PARAGRAPHS)),
    "no line breaks at all": ("harbour.txt", HEADLINE + " " + " ".join(PARAGRAPHS)),
    "another name": ("2024/a0c3.txt", ARTICLE),
    "markdown": ("harbour.md", f"# {HEADLINE}\n\n" + "\n\n".join(f"> {p}" for p in PARAGRAPHS)),
    "a page": (
        "harbour.html",
        f"<html><head><title>{HEADLINE}</title></head><body><nav>Home</nav><article><h1>{HEADLINE}</h1>"
        + "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
        + "</article></body></html>",
    ),
    "a table of whole articles": ("export.jsonl", json.dumps({"text": "\n\n".join(PARAGRAPHS), "headline": HEADLINE})),
    "a table of paragraphs": (
        "export.jsonl",
        "".join(json.dumps({"text": p, "doc_id": "7"}) + "\n" for p in (HEADLINE, *PARAGRAPHS)),
    ),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_copy_may_be_laid_out_otherwise(tmp_path, copy):
    name, content = copy
    # A headline comes back as a sentence of its own only where it stands in the running text.
    coded = [s for s in CODED if s.text != HEADLINE] if name in ("export.jsonl", "harbour.html") else CODED
    found = hydrated(tmp_path, coded, {name: content, "other.txt": OTHER})
    assert [row.codes.position for row in found.missing] == []
    assert [words(s.text) for s in found.sentences] == [
        words(typographic(s.text) if "’" in content else s.text) for s in coded
    ]
    assert (found.edited, found.no_previous, found.no_headline) == (0, 0, 0)
    assert codes_digest(found.sentences) == codes_digest(coded)


def test_offsets_are_those_of_the_readers_copy(tmp_path):
    content = "Printed on Friday.\r\n\r\n" + ARTICLE.replace("\n", "\r\n")
    found = hydrated(tmp_path, CODED, {"harbour.txt": content})
    assert [content[s.start : s.end] for s in found.sentences] == [s.text for s in CODED]
    assert found.sentences[3].start == CODED[3].start + 24  # the line above, and two more line ends


def test_a_copy_may_end_its_sentences_elsewhere(tmp_path):
    # The coder took a semicolon for an end, and two sentences for one; the copy is cut as `segment` cuts it.
    text = "The pier is old; nobody mends it. Ships wait outside. They wait for days. It costs them money."
    coded = [
        Sentence(piece, doc_id="pier", position=i, previous=before, frames=())
        for i, (before, piece) in enumerate(
            [
                ("", "The pier is old;"),
                ("The pier is old;", "nobody mends it."),
                ("nobody mends it.", "Ships wait outside. They wait for days."),
                ("Ships wait outside. They wait for days.", "It costs them money."),
            ]
        )
    ]
    found = hydrated(tmp_path, coded, {"pier.txt": text})
    assert [(s.text, s.previous) for s in found.sentences] == [(s.text, s.previous) for s in coded]
    assert [text[s.start : s.end] for s in found.sentences] == [s.text for s in coded]


def test_in_a_long_copy_a_sentence_is_looked_for_between_its_neighbours(tmp_path):
    texts = [f"Ship number {number} waits outside the harbour of the island." for number in range(1200)]
    content = " ".join(texts).replace(
        "700 waits outside the harbour of the island. Ship", "700 waits outside the island; ship"
    )
    content = content.replace("island. Ship number 901", "island; Ship number 901")
    coded = [Sentence(text, doc_id="log", position=i, frames=()) for i, text in enumerate(texts)]
    found = hydrated(tmp_path, coded, {"log.txt": content})
    # 700 and 701 are others now; 900 and 901 are joined by a semicolon, so 900 has lost its stop.
    assert [row.codes.position for row in found.missing] == [700, 701, 900]
    assert [s.text for s in found.sentences] == [t for i, t in enumerate(texts) if i not in (700, 701, 900)]
    assert [content[s.start : s.end] for s in found.sentences] == [s.text for s in found.sentences]


def test_codes_may_have_a_column_that_is_nearly_called_like_a_field(tmp_path):
    coded = [Sentence("It rains.", frames=(), extra={"folder": "a", "groups": "b", "previously": "c"})]
    assert hydrated(tmp_path, coded, {"a.txt": "It rains."}).sentences == [replace(coded[0], start=0, end=9)]


def test_words_parted_at_the_end_of_a_line_are_whole_again(tmp_path):
    content = ARTICLE.replace("well-known", "well-\nknown").replace("everywhere", "every-\nwhere")
    found = hydrated(tmp_path, CODED, {"harbour.txt": content})
    assert [words(s.text) for s in found.sentences] == [s.text for s in CODED]


def test_of_a_lost_paragraph_the_sentences_are_missing_and_no_others(tmp_path):
    content = ARTICLE.replace(PARAGRAPHS[1] + "\n\n", "")
    found = hydrated(tmp_path, CODED, {"harbour.txt": content})
    lost = [s.position for s in CODED if s.text in PARAGRAPHS[1]]
    assert [row.codes.position for row in found.missing] == lost == [4, 5, 6]
    assert found.share == (len(CODED) - 3) / len(CODED)
    # The sentence after the gap comes back without the one before it, which is not what was coded.
    assert [s.previous for s in found.sentences if s.position == 7] == [""]
    assert (found.no_previous, found.edited) == (1, 0)


def test_an_edited_sentence_comes_back_beside_its_neighbours_and_is_marked(tmp_path):
    content = ARTICLE.replace("a chance to sell fish to larger ships", "a rare chance to sell fish to larger ships")
    found = hydrated(tmp_path, CODED, {"harbour.txt": content}, similar=0.6)
    (edited,) = [s for s in found.sentences if s.extra]
    assert edited.text == "For the smaller islands the harbour is a rare chance to sell fish to larger ships."
    assert (edited.position, dict(edited.extra)) == (4, {"edited": True})
    # It is the sentence before of the next one, which is so told.
    assert found.sentences[5].previous == edited.text
    assert (found.missing, found.edited) == ([], 1)


def test_how_similar_an_edited_sentence_has_to_be_can_be_said(tmp_path):
    content = ARTICLE.replace("a chance to sell fish to larger ships", "a burden and nobody will ever go there")
    found = hydrated(tmp_path, CODED, {"harbour.txt": content})
    assert [row.codes.position for row in found.missing] == [4]


def test_an_edited_sentence_keeps_all_its_rows(tmp_path):
    more = replace(CODED[4], target="the islands", frames=None, stance="favor")
    content = ARTICLE.replace("smaller islands the harbour", "smallest islands the harbour")
    found = hydrated(tmp_path, [*CODED[:5], more, *CODED[5:]], {"harbour.txt": content}, similar=0.6)
    both = [(s.text, s.target) for s in found.sentences if s.position == 4]
    text = "For the smallest islands the harbour is a chance to sell fish to larger ships."
    assert both == [(text, "the harbour"), (text, "the islands")]


def test_a_column_edited_of_ones_own_is_kept(tmp_path):
    coded = [replace(s, extra={"edited": "by ann"}) for s in CODED]
    content = ARTICLE.replace("the larger", "larger").replace("a chance to sell", "the chance to sell")
    found = hydrated(tmp_path, coded, {"harbour.txt": content}, similar=0.6)
    assert [dict(s.extra) for s in found.sentences if len(s.extra) > 1] == [{"input_edited": "by ann", "edited": True}]


def test_a_sentence_that_stands_twice_in_a_document_has_its_own_context(tmp_path):
    twice = [s for s in CODED if s.text == "No comment."]
    assert [s.position for s in twice] == [8, 11]
    for coded in (CODED, twice, CODED[::-1]):
        assert hydrated(tmp_path, coded, {"harbour.txt": ARTICLE}).sentences == coded


def test_a_sentence_of_two_documents_has_its_own_context_in_each(tmp_path):
    other = "Ferry plan\n\nThe ferry is late again this week. No comment. Nobody knows why it is.\n"
    coded = [*coded_article(other, "b.txt"), *CODED]
    found = hydrated(tmp_path, coded, {"harbour.txt": ARTICLE, "b.txt": other})
    assert found.sentences == coded


def test_a_wrong_article_never_matches(tmp_path):
    found = hydrated(tmp_path, CODED, {"harbour.txt": OTHER, "more.txt": ARTICLE.upper()}, similar=0.5)
    assert (found.sentences, len(found.missing)) == ([], len(CODED))


def test_an_article_on_the_same_matter_never_matches_either(tmp_path):
    # Other words in every sentence but the ones that anybody may write.
    content = ARTICLE
    for old, new in [
        ("on Thursday", "on Monday"), ("best offer", "worst offer"), ("builder did", "owner did"), ("chance", "risk"),
        ("40 million", "4 million"), ("dreams", "lies"), ("warships", "tourists"), ("signals", "customs"),
        ("cranes are", "ships are"), ("Friday", "Sunday"), ("Harbour plan", "Ferry plan"),
    ]:  # fmt: skip
        content = content.replace(old, new)
    alone = [s for s in CODED if s.text not in content]
    found = hydrated(tmp_path, alone, {"harbour.txt": content}, similar=0.5)
    assert (found.sentences, len(found.missing)) == ([], 11)


def test_random_sentences_are_hardly_ever_taken_for_edited_ones(tmp_path):
    random.seed(3)
    vocabulary = [f"w{number}" for number in range(300)]

    def sentence() -> str:
        return "The " + " ".join(random.choices(vocabulary, k=24)) + "."

    document = [sentence() for _ in range(400)]
    changed = [text if number % 2 else sentence() for number, text in enumerate(document)]
    coded = [Sentence(text, doc_id="a", position=i, frames=()) for i, text in enumerate(document)]
    found = hydrated(tmp_path, coded, {"a.txt": " ".join(changed)})
    assert (len(found.sentences), found.edited) == (200, 0)


def test_the_salt_has_to_be_the_one_the_codes_were_made_with(tmp_path):
    assert hydrated(tmp_path, CODED, {"harbour.txt": ARTICLE}, SALT).sentences == CODED
    codes = read_codes(tmp_path / "codes.jsonl")
    assert hydrate(codes, [tmp_path / "mine"], "another secret").sentences == []
    with pytest.raises(InputError, match=r"codes\.jsonl: its digests are salted; give the salt"):
        hydrate(codes, [tmp_path / "mine"])
    hydrated(tmp_path, CODED, {})
    with pytest.raises(InputError, match=r"codes\.jsonl: its digests are not salted; leave --salt away"):
        hydrate(read_codes(tmp_path / "codes.jsonl"), [tmp_path / "mine"], SALT)


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("https://news.example/2024/05/Port-deal.html?page=1#top", "port-deal"),
        ("texts\\Port-deal.txt", "port-deal"),
        ("data/debates.json#00856e", "debates"),
        ("U.S. plan of 3.5 per cent", "u.s. plan of 3.5 per cent"),
        ("", ""),
    ],
)
def test_a_document_goes_by_the_last_part_of_its_name(name, document):
    assert document_name(name) == document


def test_ten_thousand_sentences_take_seconds(tmp_path):
    random.seed(0)
    vocabulary = [f"word{number}" for number in range(2000)]
    documents = [
        [" ".join(["The", *random.choices(vocabulary, k=random.randint(6, 40))]) + "." for _ in range(25)]
        for _ in range(400)
    ]
    coded = [
        Sentence(text, doc_id=f"{number}.txt", position=position, frames=(), stance="neutral", target="the matter")
        for number, texts in enumerate(documents)
        for position, text in enumerate(texts)
    ]
    started = time.process_time()
    found = hydrated(tmp_path, coded, {f"{number}.txt": "\n\n".join(texts) for number, texts in enumerate(documents)})
    assert len(found.sentences) == 10_000
    assert [s.text for s in found.sentences] == [s.text for s in coded]
    assert time.process_time() - started < 60  # about four


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Codes of an article, and the article without its second paragraph."""
    codes, _ = dehydrate(CODED)
    (tmp_path / "codes.jsonl").write_text(codes_jsonl(codes.rows, codes.kind))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "harbour.txt").write_text(ARTICLE.replace(PARAGRAPHS[1] + "\n\n", ""))
    (tmp_path / "mine" / "picture.png").write_bytes(b"\x89PNG")
    return tmp_path


def test_what_is_missing_is_said_and_fails_below_the_share(folder):
    before = contents(folder)
    answer = framing("data", "hydrate", "codes.jsonl", "--texts", "mine", "-o", "coded.jsonl", cwd=folder)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.splitlines() == [
        "10 of 13 sentences came back",
        "1 of these without the sentence before that they had",
        "did not come back: codes.jsonl, line 5 (harbour.txt, sentence 4)",
        "did not come back: codes.jsonl, line 6 (harbour.txt, sentence 5)",
        "did not come back: codes.jsonl, line 7 (harbour.txt, sentence 6)",
        "error: codes.jsonl: 10 of 13 sentences came back, fewer than --min-share 1; no result is written",
    ]
    assert contents(folder) == before


def test_what_came_back_is_written_where_that_is_enough_and_the_rest_can_be_tried_elsewhere(folder):
    options = ("--min-share", "0.7", "--missing", "missing.jsonl")
    answer = framing("data", "hydrate", "codes.jsonl", "--texts", "mine", *options, "-o", "coded.jsonl", cwd=folder)
    assert (answer.code, answer.out) == (0, "")
    rows = [json.loads(line) for line in (folder / "coded.jsonl").read_text().splitlines()]
    assert [row["text"] for row in rows] == [s.text for s in CODED if s.text not in PARAGRAPHS[1]]
    (folder / "rest.txt").write_text(PARAGRAPHS[1])
    rest = framing("data", "hydrate", "missing.jsonl", "--texts", "rest.txt", cwd=folder)
    assert rest.code == 0
    assert " ".join(json.loads(line)["text"] for line in rest.out.splitlines()) == PARAGRAPHS[1]


def test_several_places_may_follow_one_option_as_a_shell_writes_them(folder):
    (folder / "rest.txt").write_text(PARAGRAPHS[1])
    for places in (["--texts", "mine", "rest.txt"], ["--texts", "mine", "--texts", "rest.txt"]):
        answer = framing("data", "hydrate", "codes.jsonl", *places, cwd=folder)
        assert answer.code == 0, answer.err
        assert [json.loads(line)["text"] for line in answer.out.splitlines()] == [s.text for s in CODED]


def test_the_salt_may_come_from_the_environment(folder, monkeypatch):
    monkeypatch.setenv("FRAMING_SALT", SALT)
    coded = "".join(json.dumps(s.to_row()) + "\n" for s in CODED)
    (folder / "coded.jsonl").write_text(coded)
    assert framing("data", "dehydrate", "coded.jsonl", "-o", "salted.jsonl", cwd=folder).code == 0
    monkeypatch.setenv("FRAMING_SALT", "another secret")
    wrong = framing("data", "hydrate", "salted.jsonl", "--texts", "coded.jsonl", "--min-share", "0", cwd=folder)
    assert wrong.code == 1
    assert wrong.err.splitlines()[-2:] == [
        "with another salt nothing comes back: is it the one that the codes were made with?",
        "error: salted.jsonl: 0 of 13 sentences came back; no result is written",
    ]
    monkeypatch.setenv("FRAMING_SALT", SALT)
    right = framing("data", "hydrate", "salted.jsonl", "--texts", "coded.jsonl", cwd=folder)
    assert (right.code, right.out) == (0, coded)


def test_a_file_of_a_folder_that_cannot_be_read_is_left_out_and_told(folder):
    (folder / "mine" / "rest.txt").write_text(PARAGRAPHS[1])
    (folder / "mine" / "latin.txt").write_bytes("Café".encode("latin-1"))
    (folder / "mine" / "empty.jsonl").write_text("")
    (folder / "mine" / "codes.jsonl").write_text((folder / "codes.jsonl").read_text())
    (folder / "mine" / ".hidden.txt").write_bytes(b"\xff")
    answer = framing("data", "hydrate", "codes.jsonl", "--texts", "mine", cwd=folder)
    assert answer.code == 0
    told = answer.err.splitlines()[0]
    assert told.startswith("warning: files that were left out, 3 of 5: mine/codes.jsonl: no column 'text'; ")
    assert "mine/empty.jsonl: the file is empty; mine/latin.txt, line 1: not UTF-8" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no.jsonl", "--texts", "mine"], "no.jsonl: no such file"),
        (["codes.txt", "--texts", "mine"], "codes.txt: unknown kind of data file '.txt'; expected .jsonl"),
        (["codes.jsonl", "--texts", "no.txt"], "no.txt: no such file"),
        (["codes.jsonl", "--texts", "void"], "void: no text in there; expected files that end in .txt"),
        (["codes.jsonl", "--texts", "mine/picture.png"], "mine/picture.png: unknown kind of file '.png'; expected"),
        (["codes.jsonl", "--texts", "latin.txt"], "latin.txt, line 1: not UTF-8"),
        (["codes.jsonl", "--texts", "cells.csv"], "cells.csv: no column 'text'; the columns are: 'satz'. Name yours"),
        (
            ["codes.jsonl", "--texts", "cells.csv", "--column", "text=satz", "--column", "doc_id=d"],
            "cells.csv: no column 'd'; the columns are: 'satz'. Name yours with --column doc_id=NAME",
        ),
        (["codes.jsonl", "--texts", "mine", "--column", "frames=x"], "--column frames: unknown field 'frames'"),
        (["codes.jsonl", "--texts", "mine", "--salt", SALT], "codes.jsonl: its digests are not salted"),
        (["codes.jsonl", "--texts", "mine", "-o", "codes.jsonl"], "codes.jsonl: is one of the files that are read"),
        (["codes.jsonl", "--texts", "mine", "-o", "out.csv"], "out.csv: the result is JSONL"),
        (["codes.jsonl", "--texts", "mine", "-o", "void"], "void: is a folder; name a file"),
        (["codes.jsonl", "--texts", "mine", "-o", "a", "--missing", "a"], "a: named for the result and for what is"),
    ],
)
def test_bad_input_of_hydrate_is_one_line_and_writes_nothing(folder, arguments, told):
    (folder / "void").mkdir()
    (folder / "latin.txt").write_bytes("Café".encode("latin-1"))
    (folder / "cells.csv").write_text("satz\nIt rains.\n")
    before = contents(folder)
    answer = framing("data", "hydrate", *arguments, cwd=folder)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(f"error: {told}"), answer.err
    assert answer.err.count("\n") == 1
    assert contents(folder) == before


def test_options_out_of_range_are_refused(folder):
    for option in (["--min-share", "1.5"], ["--similar", "0.3"], []):
        texts = ["--texts", "mine"] if option else []
        answer = framing("data", "hydrate", "codes.jsonl", *texts, *option, cwd=folder)
        assert (answer.code, answer.out) == (2, "")


def test_stopped_by_ctrl_c_nothing_is_written(folder, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("framing.sharing.search.Search.run", stop)
    before = contents(folder)
    options = ("--missing", "missing.jsonl", "-o", "coded.jsonl")
    answer = framing("data", "hydrate", "codes.jsonl", "--texts", "mine", *options, cwd=folder)
    assert (answer.code, answer.err.strip()) == (130, "interrupted")
    assert contents(folder) == before
