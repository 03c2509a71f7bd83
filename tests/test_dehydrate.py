"""Codes without their text: what stays, what never does, and what a file of codes has to be."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import numpy as np
import pytest

from framing.corpus.codes import codes_digest
from framing.corpus.dataset import load_dataset, read_sentences, sentences_of
from framing.errors import InputError
from framing.records import Sentence
from framing.sharing.columns import shareable
from framing.sharing.dehydrate import codes_jsonl, dehydrate, read_codes
from framing.sharing.digests import Digester, bits, plain
from tests.command import contents, framing

LONG = "The envoy said on Monday that the new harbour would bring the islands jobs and trade for many years."
SALT = "a secret of twelve and more"
CODED = {
    "text": LONG,
    "headline": "Harbour plan divides the islands",
    "previous": "Talks went on until midnight.",
    "frames": ["economic_opportunity"],
    "stance": "favor",
    "target": "the new harbour",
    "holder": "The envoy",
    "doc_id": "harbour.txt",
    "position": 3,
    "start": 120,
    "end": 220,
    "source": "Islands Daily",
    "date": "2024-05-02",
    "sample_probability": 0.5,
    "desk": "foreign",
    "coders": [{"coder": "ann", "frames": ["economic_opportunity"], "holder": "The envoy", "stance": "favor"}],
}


@pytest.fixture
def coded(tmp_path: Path) -> Path:
    file = tmp_path / "coded.jsonl"
    file.write_text(json.dumps(CODED) + "\n" + json.dumps({"text": "It rains.", "frames": [], "desk": "home"}) + "\n")
    return file


def shared_row(sentence: Sentence, **options) -> dict:
    codes, _ = dehydrate([sentence], **options)
    return codes.rows[0].to_row(codes.kind)


def test_codes_and_places_stay_and_the_text_becomes_its_digest(coded):
    answer = framing("data", "dehydrate", "coded.jsonl", "-o", "codes.jsonl", cwd=coded.parent)
    assert answer.code == 0, answer.err
    row, short = map(json.loads, (coded.parent / "codes.jsonl").read_text().splitlines())
    digests = {
        "text_sha256": hashlib.sha256(LONG.encode()).hexdigest(),
        "headline_sha256": hashlib.sha256(b"Harbour plan divides the islands").hexdigest()[:32],
        "previous_sha256": hashlib.sha256(b"Talks went on until midnight.").hexdigest()[:32],
    }
    kept = {name: value for name, value in CODED.items() if name not in ("text", "headline", "previous")}
    assert len(row.pop("text_sketch")) == 16
    assert row == kept | digests | {"text_characters": len(LONG)}
    assert short == {
        "frames": [],
        "text_sha256": hashlib.sha256(b"It rains.").hexdigest(),
        "text_characters": 9,
        "desk": "home",
    }
    assert answer.out == ""
    assert answer.err.splitlines() == [
        "2 rows of 1 documents, digests without a salt: who guesses a whole sentence can check the guess",
        "your own columns that go along: desk, coders",
        "target is in words of the text in 1 rows (to leave it out, in coders too: --without target)",
        "holder is in words of the text in 1 rows (to leave it out, in coders too: --without holder)",
    ]


def test_no_word_of_the_text_the_headline_or_the_sentence_before_stays_but_those_of_codes(coded):
    without = ("--without", "target", "--without", "holder")
    answer = framing("data", "dehydrate", "coded.jsonl", *without, cwd=coded.parent)
    words = {word.strip(".").lower() for name in ("text", "headline", "previous") for word in CODED[name].split()}
    told = "".join(c if c.isalnum() else " " for c in answer.out.lower()).split()
    assert words & set(told) == {"harbour", "islands"}  # the name of the file, and the source's
    assert "envoy" not in answer.out  # left out of coders, too


def test_what_editors_and_word_processors_change_changes_no_digest():
    written = 'He said: "We\'re fine" - and left... so'
    for copy in ("He said:\n“We’re ﬁne”  –  and\xa0left… so", "\ufeffHe said: “We′re fine” — and left... so "):
        assert plain(copy) == plain(written)
        assert Digester().digest(copy) == Digester().digest(written)
    assert Digester().digest("He left.") != Digester().digest("he left.")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("It rains.", "It rains."),
        ("“Öl”—½ ﬁx… e\u0301\u200b", '"Öl"-1⁄2 fix... é'),
        ("ｗｉｄｅ\u3000text ´accent´ ″inch″", "wide text 'accent' \"inch\""),
    ],
)
def test_the_plain_form_is_that_of_files_shared_before(text, form):
    assert plain(text) == form
    assert Digester().digest(text) == hashlib.sha256(form.encode()).hexdigest()


def test_a_salted_digest_is_an_hmac_that_needs_the_salt():
    row = shared_row(Sentence(LONG, previous="It rains.", frames=()), salt=SALT)
    assert row["text_hmac"] == hmac.new(SALT.encode(), LONG.encode(), hashlib.sha256).hexdigest()
    assert row["previous_hmac"] == hmac.new(SALT.encode(), b"It rains.", hashlib.sha256).hexdigest()[:32]
    assert not [name for name in row if "sha256" in name]
    assert row["text_sketch"] not in (Digester().sketch(LONG), Digester("another secret of ours").sketch(LONG))


def test_a_sketch_tells_how_many_words_two_sentences_share_and_short_ones_have_none():
    def agreed(one: str, other: str) -> float:
        return np.mean([a == b for a, b in zip(bits(one), bits(other), strict=True)])

    words = [f"word{number}" for number in range(40)]
    sketch = Digester().sketch
    same, half = " ".join(words[:30]), " ".join(words[10:])
    assert agreed(sketch(same), sketch(same.upper())) == 1
    # 20 of 40 words in common: Jaccard's index is a half, so three bits of four are expected to agree.
    assert agreed(sketch(same), sketch(half)) == pytest.approx(0.75, abs=0.12)
    assert agreed(sketch(same), sketch(" ".join(f"other{n}" for n in range(30)))) == pytest.approx(0.5, abs=0.15)
    assert sketch(" ".join(words[:9])) == "" and sketch(" ".join(words[:10])) != ""
    assert "text_sketch" not in shared_row(Sentence(LONG, frames=()), sketch=False)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("would bring the islands jobs", "repeats the text (row 1)"),
        ("Harbour plan divides the islands", "repeats the headline (row 1)"),
        ("harbour plan: divides THE islands!", "repeats the headline (row 1)"),
        ("talks went on until", "repeats the previous (row 1)"),
        (LONG.split(), "repeats the text (row 1)"),
        ([{"text": word, "id": i} for i, word in enumerate(LONG.split())], "repeats the text (row 1)"),
        (
            "one two three four five six seven eight nine ten eleven twelve thirteen",
            "is running text, 13 words (row 1)",
        ),
        ({"note": {"deep": "a " * 13}}, "is running text, 13 words (row 1)"),
        ([0.1] * 384, "is a list of 384 numbers, maybe a vector of the text (row 1)"),
    ],
)
def test_a_column_that_holds_the_text_in_whatever_form_is_left_out_and_told(value, why):
    row = Sentence(LONG, headline=CODED["headline"], previous=CODED["previous"], frames=(), extra={"own": value})
    other = Sentence("It rains.", frames=(), extra={"own": "harmless", "desk": "home"})
    found = shareable([row, other], ["row 1", "row 2"])
    assert found.left_out == {"own": why}
    assert found.kept == ["desk"]
    assert [s.extra for s in found.shared] == [{}, {"desk": "home"}]
    kept = shareable([row, other], ["row 1", "row 2"], keep=["own"])
    assert kept.left_out == {} and kept.shared[0].extra == {"own": value}


@pytest.mark.parametrize(
    "value", ["foreign", 3, None, True, "https://news.example/harbour-plan-divides-the-islands", [1]]
)
def test_other_columns_go_along(value):
    row = Sentence(LONG, headline=CODED["headline"], frames=(), extra={"own": value})
    assert shareable([row], ["row 1"]).kept == ["own"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"target": "a " * 13}, "row 1: 'target' is running text, 13 words; leave it out with --without target"),
        ({"holder": LONG}, "row 1: 'holder' is running text, 19 words; leave it out with --without holder"),
        ({"doc_id": LONG}, "row 1: 'doc_id' repeats the text; leave it out with --without doc_id"),
        ({"text": "\u200b"}, "row 1: no text, so nothing to find it by"),
    ],
)
def test_a_code_or_a_place_that_is_text_is_refused(fields, told):
    with pytest.raises(InputError) as error:
        dehydrate([Sentence(**{"text": LONG, "frames": (), **fields})])
    assert str(error.value).startswith(told)


def test_a_document_that_is_called_by_its_headline_is_told():
    row = Sentence(LONG, headline=CODED["headline"], doc_id="2024/Harbour plan divides the islands.txt", frames=())
    (told,) = shareable([row], ["row 1"]).notes
    assert told.startswith("doc_id has 4 or more words in a row of the headline in 1 rows")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["missing.jsonl"], "missing.jsonl: no such file"),
        (["coded.jsonl", "--without", "dsk"], "--without dsk: unknown column 'dsk'; expected one of: target, "),
        (["coded.jsonl", "--without", "text"], "--without text: a text, which never goes along"),
        (["coded.jsonl", "--without", "desk", "--keep", "desk"], "--without desk and --keep desk: give one of them"),
        (["coded.jsonl", "--salt", "short"], "--salt: 5 characters can be guessed; expected at least 12"),
        (["coded.jsonl", "-o", "codes.csv"], "codes.csv: the result is JSONL; give it a name that ends in .jsonl"),
        (["coded.jsonl", "-o", "coded.jsonl"], "coded.jsonl: is one of the files that are read;"),
        (["coded.jsonl", "-o", "no/codes.jsonl"], "no/codes.jsonl: cannot be written (No such file or directory)"),
        (["label.jsonl"], "label.jsonl, line 1: unknown frame 'gain'; expected one of: economic_opportunity, "),
        (["empty.jsonl"], "empty.jsonl: the file is empty"),
        (["latin.jsonl"], "latin.jsonl, line 1: not UTF-8 (byte 0xe9)"),
    ],
)
def test_bad_input_of_dehydrate_is_one_line_and_writes_nothing(coded, arguments, told):
    (coded.parent / "label.jsonl").write_text('{"text": "It pays.", "frames": ["gain"]}\n')
    (coded.parent / "empty.jsonl").write_text("")
    (coded.parent / "latin.jsonl").write_bytes('{"text": "Café.", "frames": []}\n'.encode("latin-1"))
    before = contents(coded.parent)
    answer = framing("data", "dehydrate", *arguments, cwd=coded.parent)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(f"error: {told}"), answer.err
    assert answer.err.count("\n") == 1
    assert contents(coded.parent) == before


DIGEST = hashlib.sha256(b"It rains.").hexdigest()
GOOD = {"frames": [], "text_sha256": DIGEST, "text_characters": 9}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"text": "It rains.", "frames": []}, "has texts in column 'text'; expected codes without text"),
        ({**GOOD, "previous": "It pays."}, "has texts in column 'previous'; expected codes without text"),
        ({"frames": []}, "expected a column 'text_sha256' or 'text_hmac', as framing data dehydrate writes it; got "),
        ({**GOOD, "text_hmac": DIGEST}, "expected a column 'text_sha256' or 'text_hmac', as framing data dehydrate "),
        ({**GOOD, "text_sha256": DIGEST[:-1]}, ", line 1: 'text_sha256' should be 64 hexadecimal digits, got '6f58"),
        ({**GOOD, "text_sha256": 7}, ", line 1: 'text_sha256' should be 64 hexadecimal digits, got '7'"),
        ({**GOOD, "text_sha256": ""}, ", line 1: no digest in 'text_sha256', so nothing to find the sentence by"),
        ({**GOOD, "headline_sha256": DIGEST}, ", line 1: 'headline_sha256' should be 32 hexadecimal digits"),
        ({**GOOD, "text_sketch": "not a sketch at"}, ", line 1: 'text_sketch' should be 16 hexadecimal digits"),
        (
            {**GOOD, "text_characters": "nine"},
            ", line 1: 'text_characters' should be a whole number from 1, got 'nine'",
        ),
        ({**GOOD, "text_characters": 0}, ", line 1: 'text_characters' should be a whole number from 1, got 0"),
        (
            {"frames": [], "text_sha256": DIGEST},
            ", line 1: 'text_characters' should be a whole number from 1, got None",
        ),
        ({**GOOD, "position": "third"}, "no value of column 'position' is a whole number"),
    ],
)
def test_what_is_no_file_of_codes_is_told_with_its_line(tmp_path, recwarn, row, told):
    (tmp_path / "codes.jsonl").write_text(json.dumps(row) + "\n")
    (tmp_path / "mine.txt").write_text("It rains.\n")
    answer = framing("data", "hydrate", "codes.jsonl", "--texts", "mine.txt", "-o", "out.jsonl", cwd=tmp_path)
    assert told in answer.err
    if "position" not in row:
        assert answer.code == 1 and answer.err.startswith("error: codes.jsonl")
        assert not (tmp_path / "out.jsonl").exists()


def test_a_file_of_codes_may_be_kept_as_a_table(tmp_path, coded):
    codes, _ = dehydrate(read_sentences(coded))
    (tmp_path / "codes.jsonl").write_text(codes_jsonl(codes.rows, codes.kind))
    (tmp_path / "codes.csv").write_text(
        "frames,doc_id,text_sha256,text_characters\n"
        f"economic_opportunity,harbour.txt,{codes.rows[0].text},{len(LONG)}\nnone,,{DIGEST},9\n"
    )
    assert read_codes(tmp_path / "codes.jsonl").rows == codes.rows
    table = read_codes(tmp_path / "codes.csv")
    assert [(row.text, row.characters, row.codes.frames) for row in table.rows] == [
        (row.text, row.characters, row.codes.frames) for row in codes.rows
    ]


def test_the_digest_of_codes_knows_codes_and_no_text(coded):
    sentences = read_sentences(coded)
    codes, _ = dehydrate(sentences)
    assert codes_digest(codes.sentences) == codes_digest(sentences)
    assert codes_digest(sentences_of(load_dataset(sentences))) == codes_digest(sentences)
    other = read_sentences(coded)
    other[1] = Sentence("It rains.", frames=("security_threat",), extra=other[1].extra)
    assert codes_digest(other) != codes_digest(sentences)
    assert codes_digest(sentences[::-1]) != codes_digest(sentences)
