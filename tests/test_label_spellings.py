"""Labels as people write them: separators, codes, a column for each label, other spellings; and unknown ones."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from framing import Codebook
from framing.corpus.dataset import read_sentences
from framing.corpus.rows import sentences_from_rows
from framing.errors import CodebookError, FramingNote, InputError
from framing.records import Sentence
from tests.command import framing

BOOK = Codebook.from_dict(
    {
        "name": "guns",
        "none": [0, "no frame"],
        "frames": [
            {"name": "control", "title": "Gun control", "code": 1},
            {"title": "2nd Amendment rights", "code": 2, "also": ["2A"]},
            {"name": "public_opinion", "code": "3"},
        ],
    }
)
NAMES = ("control", "2nd_Amendment_rights", "public_opinion")


def read(
    rows: list[dict[str, Any]], columns: dict[str, Any] | None = None, book: Codebook | None = BOOK
) -> tuple[list[Sentence], list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        placed = [(f"rows.csv, line {number}", row) for number, row in enumerate(rows, 2)]
        sentences = sentences_from_rows("rows.csv", placed, book, columns)
    assert all(warning.category is FramingNote for warning in caught)
    return sentences, [str(warning.message) for warning in caught]


def frames(cell: Any, book: Codebook | None = BOOK) -> tuple[str, ...] | None:
    return read([{"text": "It rains.", "frames": cell}], book=book)[0][0].frames


def test_names_may_be_made_of_titles():
    assert BOOK.frame_names == NAMES


@pytest.mark.parametrize(
    "cell",
    [
        "control;public_opinion",
        "Gun control | public opinion",
        "gun  CONTROL, Public-Opinion",
        "Gun control#public_opinion",
        "Gun control / Public opinion",
        "control + public opinion",
        "control\npublic_opinion",
        "['Gun control', 'public_opinion']",
        '["1", "3"]',
        "1,3",
        "1.0;3.0",
        [1, 3],
    ],
)
def test_labels_are_told_apart_by_what_the_codebook_knows(cell):
    if isinstance(cell, list):
        cell = [str(code) for code in cell]
    assert frames(cell) == ("control", "public_opinion")


@pytest.mark.parametrize("cell", [2, 2.0, "2", "2.0", " 2a ", "2ND AMENDMENT RIGHTS", "2nd-amendment_rights"])
def test_a_code_is_a_number_or_a_text(cell):
    assert frames(cell) == ("2nd_Amendment_rights",)


@pytest.mark.parametrize("cell", [0, "0", "0.0", "none", "No Frame", ["no frame"]])
def test_a_codebook_names_what_means_none(cell):
    assert frames(cell if cell != "0.0" else "0") == ()


def test_none_cannot_be_a_frame_and_a_codebook_without_it_keeps_its_digest():
    with pytest.raises(CodebookError, match="'Rain' means 'none' and is a frame, rain"):
        Codebook.from_dict({"frames": ["rain"], "none": "Rain"})
    with pytest.raises(CodebookError, match="none: expected a word, a number"):
        Codebook.from_dict({"frames": ["rain"], "none": False})
    plain = Codebook.from_dict({"frames": ["rain"]})
    assert "none" not in plain.to_dict()
    assert "code" not in plain.to_dict()["frames"]["rain"]
    assert Codebook.from_dict(BOOK.to_dict()) == BOOK


def test_two_labels_cannot_have_one_code():
    with pytest.raises(CodebookError, match="'3' is a spelling of both rain and sun"):
        Codebook.from_dict({"frames": {"rain": {"code": 3}, "sun": {"code": 3}}})


def test_without_a_codebook_a_column_says_what_stands_between_its_labels():
    rows = [
        {"text": f"Sentence {i}.", "frames": cell} for i, cell in enumerate(("rain, sun", "rain", "sun, snow", "snow"))
    ]
    sentences, told = read(rows, book=None)
    assert [s.frames for s in sentences] == [("rain", "sun"), ("rain",), ("sun", "snow"), ("snow",)]
    assert told == ["rows.csv: the labels of column 'frames' are separated by ','; read so"]
    rows = [{"text": "a", "frames": "Economy, jobs"}, {"text": "b", "frames": "Economy, jobs"}]
    assert [s.frames for s in read(rows, book=None)[0]] == [("Economy, jobs",)] * 2


# Unknown labels


def test_unknown_labels_are_listed_at_once_with_counts_and_the_nearest_name():
    cells = ["gun controll", "control", "Gun Controll", "gun controll", "weather"]
    with pytest.raises(InputError) as caught:
        read([{"text": f"Sentence {i}.", "frames": cell} for i, cell in enumerate(cells)])
    assert str(caught.value) == (
        "rows.csv: unknown labels: frame 'gun controll' in 2 rows (first in line 2; did you mean 'control'?), frame "
        "'Gun Controll' in 1 row (first in line 4; did you mean 'control'?), frame 'weather' in 1 row (first in line "
        "6); codebook 'guns' has frames: control, 2nd_Amendment_rights, public_opinion. Mend the rows, name these "
        "spellings in the codebook (also: [...]), or give the codebook that they are of (--codebook FILE, for train "
        "codebook=FILE)"
    )


def test_of_many_unknown_labels_the_commonest_are_shown():
    with pytest.raises(InputError, match=r"; and 8 more; codebook 'guns' has frames: "):
        read([{"text": f"Sentence {i}.", "frames": f"strange{i}"} for i in range(20)])


def test_unknown_stances_are_among_them():
    with pytest.raises(InputError, match=r"frame 'x' in 1 row .*, stance 'pro' in 1 row .*; stance: none at all\."):
        read([{"text": "a", "frames": "x", "target": "the port", "stance": "pro"}])


# A column for each label


@pytest.mark.parametrize(
    ("yes", "no"), [("1", "0"), (1, 0), ("1.0", "0.0"), ("TRUE", "False"), (True, False), ("yes", "no")]
)
def test_a_column_for_each_label(yes, no):
    rows = [
        {"text": "a", "Gun control": yes, "2A": no, "public_opinion": yes, "likes": 7},
        {"text": "b", "Gun control": no, "2A": no, "public_opinion": no, "likes": 8},
        {"text": "c", "Gun control": "", "2A": None, "public_opinion": "", "likes": 9},
        {"text": "d", "Gun control": "NA", "2A": yes, "public_opinion": no, "likes": 0},
    ]
    sentences, told = read(rows)
    assert [s.frames for s in sentences] == [("control", "public_opinion"), (), None, ("2nd_Amendment_rights",)]
    assert [s.coded for s in sentences] == [None, None, None, ("2nd_Amendment_rights", "public_opinion")]
    assert sentences[0].extra == {"likes": 7}
    assert told == [
        "rows.csv: 3 columns are read as labels, one each (Gun control, 2A, public_opinion): 1 or 0; an empty cell is "
        "not coded"
    ]


def test_where_only_marks_stand_an_empty_cell_is_a_no():
    sentences, told = read([{"text": "a", "1": "x", "2": "", "3": "X"}, {"text": "b", "1": "", "2": "", "3": ""}])
    assert [s.frames for s in sentences] == [("control", "public_opinion"), ()]
    assert told[0].endswith("where something stands, the label is there; else not")


def test_of_a_part_of_the_labels_the_others_are_not_coded():
    (sentence,), _ = read([{"text": "a", "control": "0", "public_opinion": "1"}])
    assert (sentence.frames, sentence.coded) == (("public_opinion",), ("control", "public_opinion"))


def test_columns_of_labels_are_named_in_a_list_or_by_a_pattern():
    rows = [{"text": "a", "q1_rain": 1, "q1_sun": 0, "seen": 1}]
    for given in ("q1_*", "q1_rain,q1_sun", ["q1_rain", "q1_sun"]):
        (sentence,), _ = read(rows, {"frames": given}, book=None)
        assert sentence.frames == (("rain",) if given == "q1_*" else ("q1_rain",))
        assert sentence.extra == {"seen": 1}
    with pytest.raises(InputError, match=r"columns\.frames: unknown column 'q2_[*]'; expected one of: text, q1_rain"):
        read(rows, {"frames": "q2_*"})
    with pytest.raises(
        InputError, match=r"line 2: column 'q1_rain' should say whether the label is there .*, got '0.7'"
    ):
        read([{"text": "a", "q1_rain": "0.7", "q1_sun": "0"}], {"frames": "q1_*"}, book=None)


def test_columns_are_left_alone_where_they_are_no_yes_and_no_or_the_user_says_so():
    rows = [{"text": "a", "control": "0.7", "2A": "0.1"}]
    assert read(rows) == ([Sentence("a", extra={"control": "0.7", "2A": "0.1"})], [])
    assert read([{"text": "a", "control": "1"}], {"frames": None})[0][0].extra == {"control": "1"}
    (sentence,), told = read([{"text": "a", "frames": "2A", "control": "1"}])
    assert (sentence.frames, sentence.extra, told) == (("2nd_Amendment_rights",), {"control": "1"}, [])


# The hint for a wrong column


def test_the_hint_names_the_column_of_long_texts_in_the_syntax_of_the_command(tmp_path):
    (tmp_path / "rows.csv").write_text("id,Headline text,Topic\n1,The mayor spoke about guns at length.,control\n")
    answer = framing("data", "describe", "rows.csv", cwd=tmp_path)
    assert answer.err == (
        "error: rows.csv: no column 'text'; the columns are: 'id', 'Headline text', 'Topic'. The sentences seem to "
        "stand in 'Headline text': --column 'text=Headline text'\n"
    )
    answer = framing("train", "data=rows.csv", "encoder=tfidf", cwd=tmp_path)
    assert "in 'Headline text': \"columns.text='Headline text'\"\n" in answer.err
    with pytest.raises(InputError, match=r"\(train; elsewhere --column 'text=Headline text'\)"):
        read_sentences(tmp_path / "rows.csv")


# Codebooks from the command line


def test_a_draft_has_the_labels_their_counts_and_examples_and_can_be_used(tmp_path):
    (tmp_path / "rows.csv").write_text(
        "text,Frame\nThe mayor spoke of guns.,Gun control\nA vote is due.,gun control\nRights first.,2nd Amendment\n"
        'The poll: "yes".,3\n'
    )
    arguments = ("rows.csv", "--column", "frames=Frame")
    answer = framing("codebook", "from", *arguments, "-o", "mine.yaml", "--examples", "1", cwd=tmp_path)
    assert (answer.code, answer.out) == (0, "")
    assert (tmp_path / "mine.yaml").read_text() == (
        "# A draft: 4 of 4 rows are coded. Say what each label means, and what it does not.\n"
        'name: "mine"\n'
        "exclusive: true  # each coded row has exactly one\n"
        "frames:\n"
        '  "Gun control":  # 2 rows\n'
        '    definition: ""\n'
        '    also: ["gun control"]\n'
        "    examples:\n"
        '      - "The mayor spoke of guns."\n'
        '  "2nd Amendment":  # 1 row\n'
        '    definition: ""\n'
        "    examples:\n"
        '      - "Rights first."\n'
        "  label_3:  # 1 row\n"
        '    code: "3"\n'
        '    title: ""\n'
        '    definition: ""\n'
        "    examples:\n"
        '      - "The poll: \\"yes\\"."\n'
    )
    told = "mine.yaml: a draft; check it with framing codebook check mine.yaml --data rows.csv --column frames=Frame"
    assert answer.err == told + "\n"
    answer = framing(*told.partition(" framing ")[2].split(), cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "Gun_control: no definition",
        "2nd_Amendment: no definition",
        "label_3: no definition",
        "mine.yaml: 3 frames; can be used, 3 remarks",
    ]
    answer = framing("data", "describe", *arguments, "--codebook", "mine.yaml", cwd=tmp_path)
    assert answer.code == 0, answer.err
    assert "Gun_control          2  50.0%" in answer.out


def test_a_draft_of_nothing_is_an_error(tmp_path):
    (tmp_path / "rows.csv").write_text("text,Topic\nThe mayor spoke of guns.,Gun control\n")
    answer = framing("codebook", "from", "rows.csv", "-o", "mine.yaml", cwd=tmp_path)
    assert answer.code == 1
    assert "no row has a label in 'frames'; name its column with --column frames=NAME" in answer.err
    assert not (tmp_path / "mine.yaml").exists()


def test_check_shows_what_is_wrong_and_exits_with_1(tmp_path):
    (tmp_path / "mine.yaml").write_text("frames: [rain, rain]\n")
    answer = framing("codebook", "check", "mine.yaml", cwd=tmp_path)
    assert (answer.code, answer.err) == (
        1,
        "error: mine.yaml: codebook 'codebook': a frame is listed twice in rain, rain\n",
    )


def test_show_and_diff(tmp_path):
    (tmp_path / "a.yaml").write_text("name: a\nframes: {rain: Water falls., sun: {title: Sunshine}}\n")
    (tmp_path / "b.yaml").write_text("name: a\nexclusive: true\nframes: {sun: It shines., snow: {code: 3}}\n")
    answer = framing("codebook", "show", "a.yaml", cwd=tmp_path)
    assert answer.out.startswith("a, version 1: any number of frames a row\n")
    assert "Sunshine" in answer.out
    answer = framing("codebook", "diff", "a.yaml", "b.yaml", cwd=tmp_path)
    assert answer.out.splitlines() == [
        "frame rain: gone",
        "frame snow: new",
        "frame sun, definition: nothing -> It shines.",
        "frame sun, title: Sunshine -> nothing",
        "exclusive: False -> True",
    ]
    assert framing("codebook", "diff", "a.yaml", "a.yaml", cwd=tmp_path).out == "no difference\n"
