"""Labels as people write them: spellings of a codebook, YAML's own words, lists in cells, 'none'."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from framing import Codebook, Label, Sentence
from framing.corpus.dataset import load_dataset, read_sentences, sentences_of
from framing.errors import CodebookError, InputError
from framing.model.encoders import WordVectorizer
from framing.training.inputs import Recipe, prepare
from tests.command import framing

GUNS = {
    "name": "guns",
    "frames": {
        "Economic consequences": "Sales and jobs.",
        "2nd Amendment rights": {"definition": "What the law allows.", "also": ["gun rights", "Second Amendment"]},
        "safety": {"title": "School or public space safety"},
    },
    "stance": {"favor": {"also": ["+1", "pro"]}, "against": {"also": ["-1"]}, "neutral": {"also": ["none"]}},
}
BOOK = Codebook.from_dict(GUNS)
WEATHER = Codebook("weather", frames=(Label("rain"), Label("sun")))


def frames_in(folder: Path, cells: list[str], book: Codebook | None = WEATHER) -> list[tuple[str, ...] | None]:
    """Read what stands in the cells of a CSV file's column of frames."""
    path = folder / "cells.csv"
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    path.write_text("text,frames\n" + "".join(f"It is day.,{cell}\n" for cell in quoted), encoding="utf-8")
    return [sentence.frames for sentence in read_sentences(path, book)]


def frames_of(folder: Path, value: object, book: Codebook | None = WEATHER) -> tuple[str, ...] | None:
    """Read what stands under the key of frames in JSON."""
    path = folder / "one.jsonl"
    path.write_text(json.dumps({"text": "It is day.", "frames": value}) + "\n", encoding="utf-8")
    return read_sentences(path, book)[0].frames


# Names, titles, further spellings.


def test_a_name_that_is_no_plain_word_becomes_the_title():
    assert [(label.name, label.title) for label in BOOK.frames] == [
        ("Economic_consequences", "Economic consequences"),
        ("2nd_Amendment_rights", "2nd Amendment rights"),
        ("safety", "School or public space safety"),
    ]


@pytest.mark.parametrize(
    ("given", "name"),
    [("U.S. politics", "U_S_politics"), ("crime/violence", "crime_violence"), ("Ängste (diffus)", "Ängste_diffus")],
)
def test_spaces_and_punctuation_become_underscores_in_a_name(given, name):
    (label,) = Codebook.from_dict({"frames": [given]}).frames
    assert (label.name, label.title) == (name, given)


def test_a_title_of_its_own_leaves_the_written_name_a_spelling():
    book = Codebook.from_dict({"frames": {"heavy rain": {"title": "Rain, heavy"}}})
    assert book.frames == (Label("heavy_rain", title="Rain, heavy", also=("heavy rain",)),)


def test_what_to_dict_gives_with_titles_from_dict_reads_back():
    assert Codebook.from_dict(BOOK.to_dict()) == BOOK
    assert Codebook.from_dict(yaml.safe_load(yaml.safe_dump(BOOK.to_dict(), sort_keys=False))) == BOOK


def test_titles_are_part_of_the_digest_only_where_they_are_set():
    assert WEATHER.to_dict()["frames"]["rain"] == {"definition": "", "include": [], "exclude": [], "examples": []}
    assert WEATHER.digest == "0ae4fb8888ea91e07e6d00a3eb946ac41f1ded7cbe933dd58a33d5096e3348fd"
    titled = Codebook("weather", frames=(Label("rain", title="Rain"), Label("sun")))
    assert titled.digest != WEATHER.digest


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("2nd_Amendment_rights", "2nd_Amendment_rights"),
        ("2nd Amendment rights", "2nd_Amendment_rights"),
        ("2ND  amendment RIGHTS", "2nd_Amendment_rights"),
        ("Second Amendment", "2nd_Amendment_rights"),
        ("Gun rights", "2nd_Amendment_rights"),
        ("SAFETY", "safety"),
        ("school or public space safety", "safety"),
        ("safe", None),
        ("", None),
    ],
)
def test_data_may_use_the_name_the_title_or_another_spelling(spelling, name):
    assert BOOK.frame_called(spelling) == name


def test_a_letter_with_an_accent_is_the_same_in_one_character_or_two():
    book = Codebook.from_dict({"frames": ["Sécurité"]})
    assert book.frame_called("Se\u0301curite\u0301") == "Sécurité"


def test_names_that_differ_in_case_alone_are_two_labels():
    book = Codebook.from_dict({"frames": ["us", "US"]})
    assert [book.frame_called(text) for text in ("us", "US", "Us")] == ["us", "US", None]


@pytest.mark.parametrize(
    ("frames", "problem"),
    [
        (["a b", "a_b"], "frames: 'a b' and 'a_b' would both be called a_b; name them apart"),
        (["a/b", "a b"], "frames: 'a/b' and 'a b' would both be called a_b; name them apart"),
        ({"rain": {"title": "Wet"}, "snow": {"also": ["WET"]}}, "'WET' is a spelling of both rain and snow"),
        ({"rain": {"also": ["Snow"]}, "snow": ""}, "'Snow' is a spelling of both snow and rain"),
        ({"rain": {"also": ["none"]}}, "'none' cannot be a spelling of rain"),
        ({"rain": {"also": "wet"}}, "rain.also: expected a list of texts"),
        (["!?"], "'!?' cannot name a frame; use letters, digits, '_' or '-', with a letter among them"),
        ([True], "frames: True is no name of a label; put a name in quotes"),
        ([None], "frames: None is no name of a label; put a name in quotes"),
    ],
)
def test_spellings_that_clash_or_name_nothing_are_an_error(frames, problem):
    with pytest.raises(CodebookError) as caught:
        Codebook.from_dict({"frames": frames})
    assert problem in str(caught.value)


def test_data_in_any_spelling_is_read_with_the_names(tmp_path):
    path = tmp_path / "guns.csv"
    path.write_text(
        "text,frames,target,stance\n"
        "Shops close.,Economic consequences;GUN RIGHTS,the bill,pro\n"
        "The bill passed.,safety,the bill,-1\n"
        "The court sits.,none,the bill,none\n"
    )
    rows = read_sentences(path, BOOK)
    assert [s.frames for s in rows] == [("Economic_consequences", "2nd_Amendment_rights"), ("safety",), ()]
    assert [s.stance for s in rows] == ["favor", "against", "neutral"]


def test_two_spellings_of_one_label_are_that_label_once(tmp_path):
    assert frames_of(tmp_path, ["safety", "Safety"], BOOK) == ("safety",)


def test_a_title_with_a_semicolon_is_not_taken_apart(tmp_path):
    book = Codebook.from_dict({"frames": ["health; care", "other"]})
    assert frames_in(tmp_path, ["health; care", "other"], book) == [("health_care",), ("other",)]


def test_sentences_and_datasets_get_the_names_too():
    sentences = [Sentence("Shops close.", frames=("Economic consequences",), group="a")]
    named = [Sentence("Shops close.", frames=("Economic_consequences",), group="a")]
    assert sentences_of(load_dataset(sentences, BOOK)) == named
    assert sentences_of(load_dataset(load_dataset(sentences), BOOK)) == named


def test_an_unknown_label_is_told_with_the_names(tmp_path):
    with pytest.raises(
        InputError, match=r"line 2: unknown frame 'taxes'; expected one of: Economic_consequences, 2nd_"
    ):
        frames_in(tmp_path, ["taxes"], BOOK)


def test_a_training_takes_titles():
    book = Codebook.from_dict({"frames": {"1st gain": "It pays."}})
    rows = [Sentence(f"Day {i}.", frames=("1ST gain",) if i % 2 else (), group=str(i)) for i in range(20)]
    training = prepare(rows, book, recipe=Recipe(encoder=WordVectorizer(), tasks=["frames"]))
    assert training.tasks["frames"].counts == {"coded": 20, "groups": 20, "1st_gain": 10}


def test_an_evaluation_takes_other_spellings(trained, tmp_path):
    rows = (trained / "corpus.jsonl").read_text().replace('"gain"', '"Gain"').replace('"against"', '"AGAINST"')
    (tmp_path / "other.jsonl").write_text(rows)
    model = ["--model", str(trained / "model"), "--format", "json"]
    answers = [
        framing("evaluate", str(folder / name), *model, cwd=tmp_path)
        for folder, name in ((trained, "corpus.jsonl"), (tmp_path, "other.jsonl"))
    ]
    assert answers[0].out == answers[1].out and answers[1].code == 0


# YAML's own words.


@pytest.mark.parametrize(
    ("frames", "names"),
    [
        ("{yes: The sentence reports one., no: It does not.}", ("yes", "no")),
        ("[on, off]", ("on", "off")),
        ("[true, null]", ("true", "null")),
        ("{Yes: {definition: no}, 3d: 2020-01-01}", ("Yes", "3d")),
        ("[1e5x, 0x1F, 1_a]", ("1e5x", "0x1F", "1_a")),
    ],
)
def test_a_label_is_the_text_that_stands_there(tmp_path, frames, names):
    path = tmp_path / "book.yaml"
    path.write_text(f"exclusive: yes\nframes: {frames}\n")
    book = Codebook.load(path)
    assert (book.frame_names, book.exclusive) == (names, True)


def test_definitions_and_spellings_are_text_and_nothing_is_nothing(tmp_path):
    path = tmp_path / "book.yaml"
    path.write_text("frames:\n  a: no\n  b: {title: 2020, also: [off, 1.50]}\n  c:\nstance:\n")
    assert Codebook.load(path).frames == (Label("a", "no"), Label("b", title="2020", also=("off", "1.50")), Label("c"))


@pytest.mark.parametrize("name", ["2020-01-01", "1", "1.5", "~", '""'])
def test_a_label_without_a_letter_is_an_error(tmp_path, name):
    path = tmp_path / "book.yaml"
    path.write_text(f"frames: [{name}]\n")
    with pytest.raises(
        CodebookError, match="cannot name a frame; use letters, digits, '_' or '-', with a letter among"
    ):
        Codebook.load(path)


# Lists and 'none'.


@pytest.mark.parametrize(
    ("cell", "frames"),
    [
        ("['rain']", ("rain",)),
        ('["rain", "sun"]', ("rain", "sun")),
        ("('rain', 'sun')", ("rain", "sun")),
        ("('rain',)", ("rain",)),
        ("{'sun'}", ("sun",)),
        ("['rain' 'sun']", ("rain", "sun")),
        ("['rain'\n 'sun']", ("rain", "sun")),
        (" [ 'rain', 'rain', ] ", ("rain",)),
        ("[]", ()),
        ("set()", ()),
        ("['none']", ()),
    ],
)
def test_a_list_that_was_printed_into_a_cell_is_that_list(tmp_path, cell, frames):
    assert frames_in(tmp_path, [cell]) == [frames]


@pytest.mark.parametrize(
    "cell", ["['rain''sun']", "[rain, sun]", "[1, 0]", "['rain' ... 'sun']", "{}", "['rain'", "[['rain']]", "['\\x']"]
)
def test_a_cell_that_only_looks_like_a_list_is_an_error(tmp_path, cell):
    with pytest.raises(InputError, match=r"line 2: ('frames' looks like a list and cannot be read|unknown frame)"):
        frames_in(tmp_path, [cell])


def test_escapes_of_python_and_json_are_read(tmp_path):
    book = Codebook.from_dict({"frames": ["l'été", 'a "b"']})
    assert frames_in(tmp_path, ["""["l'\\u00e9t\\u00e9"]""", """['l\\'\\xe9té', 'a "b"']"""], book) == [
        ("l_été",),
        ("l_été", "a_b"),
    ]


def test_a_label_in_parentheses_is_a_label_and_no_list(tmp_path):
    assert frames_in(tmp_path, ["(other)", "(a) first;(b) second"], None) == [("(other)",), ("(a) first", "(b) second")]


@pytest.mark.parametrize("value", [["none"], ["None"], [" NONE "], "none", []])
def test_none_alone_is_coded_none_present(tmp_path, value):
    assert frames_of(tmp_path, value) == ()


@pytest.mark.parametrize("value", [["none", "rain"], ["rain", "None"], "rain;none"])
def test_none_beside_a_label_is_an_error(tmp_path, value):
    with pytest.raises(InputError) as caught:
        frames_of(tmp_path, value)
    assert str(caught.value).endswith(
        "line 1: 'frames' has 'none' beside 'rain'; 'none' is coded with none present, so it stands alone"
    )


def test_empty_text_in_a_list_is_dropped_and_a_list_of_nothing_else_is_an_error(tmp_path):
    assert frames_of(tmp_path, ["rain", "", " "]) == ("rain",)
    for value in ([""], ["", " "], ["nan"], ["", "NA"]):
        with pytest.raises(InputError, match="line 1: 'frames' is a list of nothing"):
            frames_of(tmp_path, value)


def test_numbers_of_seven_digits_stay_the_codes_they_are(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "It pays.", "frames": 1234567}\n{"text": "It rains.", "frames": 1234568.0}\n')
    assert [s.frames for s in read_sentences(file)] == [("1234567",), ("1234568",)]
