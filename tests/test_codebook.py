"""The codebook: what it holds, how it is read, and what is said of one that cannot be used."""

from pathlib import Path

import pytest
import yaml

from framing import Codebook, Label
from framing.errors import CodebookError
from framing.resources import resource

SHIPPED = resource("seeds/codebook.yaml")


def test_the_shipped_codebook_has_three_frames_and_three_stances():
    book = Codebook.load(SHIPPED)
    assert book.name == "geopolitical-framing"
    assert book.frame_names == ("economic_opportunity", "security_threat", "skepticism_of_intent")
    assert book.stance_names == ("favor", "against", "neutral")
    assert not book.exclusive
    assert len(book.boundary_cases) == 22
    for label in (*book.frames, *book.stance):
        assert label.definition and label.include and label.exclude and label.examples, label.name


def test_a_label_keeps_its_rules_with_white_space_folded(tmp_path):
    path = tmp_path / "weather.yaml"
    path.write_text(
        "name: weather\nframes:\n  rain:\n    definition: >-\n      Water\n      falls.\n    include: [Drizzle.]\n"
        "    exclude: ['Snow: never.']\n    examples: [It rains.]\n  sun: The sun shines.\n"
    )
    assert Codebook.load(path).frames == (
        Label("rain", "Water falls.", include=("Drizzle.",), exclude=("Snow: never.",), examples=("It rains.",)),
        Label("sun", "The sun shines."),
    )


def test_a_list_of_names_is_a_codebook():
    book = Codebook.from_dict({"frames": ["rain", "sun"], "stance": ["favor", "against"]})
    assert book == Codebook("codebook", frames=(Label("rain"), Label("sun")), stance=(Label("favor"), Label("against")))


def test_a_codebook_needs_no_stance():
    assert Codebook("weather", frames=(Label("rain"),)).stance_names == ()


def test_what_to_dict_gives_from_dict_reads_back():
    book = Codebook.load(SHIPPED)
    assert Codebook.from_dict(book.to_dict()) == book


def test_what_to_dict_gives_is_yaml(tmp_path):
    book = Codebook.load(SHIPPED)
    path = tmp_path / "copy.yaml"
    path.write_text(yaml.safe_dump(book.to_dict(), allow_unicode=True), encoding="utf-8")
    assert Codebook.load(path).to_dict() == book.to_dict()


def test_a_version_may_be_a_date(tmp_path):
    path = tmp_path / "weather.yaml"
    path.write_text("version: 2025-03-01\nframes: [rain]\n")
    book = Codebook.load(path)
    assert book.version == "2025-03-01"
    assert len(book.digest) == 64


def test_the_digest_is_that_of_the_content():
    content = {"name": "weather", "frames": {"rain": "Water falls."}, "rules": ["Look up."]}
    digest = Codebook.from_dict(content).digest
    assert Codebook.from_dict(dict(reversed(content.items()))).digest == digest
    assert Codebook.from_dict({**content, "rules": ["Look   up."]}).digest == digest
    for change in ({"rules": ["Look down."]}, {"frames": {"rain": "Water rises."}}, {"exclusive": True}):
        assert Codebook.from_dict({**content, **change}).digest != digest


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CodebookError) as caught:
        Codebook.load(tmp_path / "mine.yaml")
    assert str(caught.value) == f"codebook {tmp_path / 'mine.yaml'}: no such file"


def test_a_file_that_is_not_utf_8_is_named(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes("name: Café\n".encode("latin-1"))
    with pytest.raises(CodebookError, match=r"mine\.yaml: not UTF-8 \(byte 9\); save it as UTF-8"):
        Codebook.load(path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("name: weather\nframes: [rain, sun\n", "line 3: not valid YAML (expected ',' or ']', but got '<stream end>')"),
        ("frames:\n  rain: a: b\n", "line 2: not valid YAML (mapping values are not allowed here)"),
        ("frames:\n  rain: Water.\n  sun: Light.\n  rain: Drops.\n", "line 4: 'rain' stands twice"),
    ],
)
def test_broken_yaml_is_an_error_with_the_line(tmp_path, content, problem):
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(CodebookError) as caught:
        Codebook.load(path)
    assert str(caught.value) == f"codebook {path}, {problem}"


def test_a_date_that_is_none_is_an_error(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("version: 2025-13-01\nframes: [rain]\n")
    with pytest.raises(CodebookError, match=r"mine\.yaml: not valid YAML \(month must be in 1\.\.12"):
        Codebook.load(path)


NO_NAME = "use letters, digits, '_' or '-', with a letter among them, and not 'none' (the word for 'coded, no frame')"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "a codebook is a mapping with 'name:' and 'frames:' (label name -> definition)"),
        ("- rain\n- sun\n", "a codebook is a mapping with 'name:' and 'frames:' (label name -> definition)"),
        ("name: weather\n", "a codebook is a mapping with 'name:' and 'frames:' (label name -> definition)"),
        ("name: weather\nframes: {}\n", "codebook 'weather' has no frames: list at least one under 'frames:'"),
        (
            "frames: [rain]\nlabels: [sun]\n",
            "unknown key 'labels'; expected one of: "
            "boundary_cases, exclusive, frames, name, none, rules, stance, target, unit, version",
        ),
        (
            "frames: {rain: {meaning: Water falls.}}\n",
            "label 'rain': unknown key 'meaning'; expected one of: definition, include, exclude, "
            "examples, title, code, also",
        ),
        ("frames: {rain: [wet]}\n", "label 'rain': expected a definition, or a mapping with 'definition:'"),
        (
            "frames: {rain: {include: Drizzle.}}\n",
            "rain.include: expected a list of texts (quote those that contain ': ')",
        ),
        ("frames: [none]\n", f"codebook 'codebook': 'none' cannot name a frame; {NO_NAME}"),
        ("frames: [None]\n", f"codebook 'codebook': 'None' cannot name a frame; {NO_NAME}"),
        ("frames: [2]\n", f"codebook 'codebook': '2' cannot name a frame; {NO_NAME}"),
        ("frames: [2020-01-01]\n", f"codebook 'codebook': '2020-01-01' cannot name a frame; {NO_NAME}"),
        ("frames: [~]\n", f"codebook 'codebook': '~' cannot name a frame; {NO_NAME}"),
        (
            "frames: [{also: [rain]}]\n",
            "frames: None is no name of a label; put a name in quotes, and definitions into a mapping "
            "(label name -> definition)",
        ),
        ("frames: [rain, sun, rain]\n", "codebook 'codebook': a frame is listed twice in rain, sun, rain"),
        (
            "frames: [rain]\nstance: [favor, favor]\n",
            "codebook 'codebook': a stance class is listed twice in favor, favor",
        ),
        (
            "frames: [rain]\nstance: [favor]\n",
            "codebook 'codebook': a stance needs two classes or more, or none at all",
        ),
        (
            "frames: [rain]\nstance: favor\n",
            "stance: expected a mapping (label name -> definition) or a list of names",
        ),
        ("frames: [rain]\nexclusive: 'no'\n", "exclusive: expected true or false, got 'no'"),
        ("frames: [rain]\nrules: Look up.\n", "rules: expected a list of texts (quote those that contain ': ')"),
        ("frames: [rain]\nboundary_cases: [{case: Fog.}]\n", "each of 'boundary_cases:' needs 'case:' and 'rule:'"),
        ("frames: [rain]\nboundary_cases: 5\n", "each of 'boundary_cases:' needs 'case:' and 'rule:'"),
    ],
)
def test_a_codebook_that_cannot_be_used_is_an_error_with_the_file(tmp_path: Path, content: str, problem: str):
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(CodebookError) as caught:
        Codebook.load(path)
    assert str(caught.value) == f"{path}: {problem}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("frames: &all {gain: a, risk: b}\nstance: *all\n", ", line 1: anchors and merge keys are not read (&all)"),
        ("frames: {<<: *all}\n", ", line 1: anchors and merge keys are not read (&all)"),
        ("exclusive: !!bool maybe\n", ", line 1: tags are not read (tag:yaml.org,2002:bool)"),
        ("version: !!timestamp 2020-13-01\n", ", line 1: tags are not read"),
        ("frames: " + "[" * 50_000 + "\n", ", line 1: nested deeper than 20 levels"),
        ("frames:\n- " + "- " * 5_000 + "a\n", ", line 2: nested deeper than 20 levels"),
        ("frames: [gain]\n#" + "x" * (1 << 22), ": 4,194,320 bytes; expected 4,194,304 at most"),
    ],
    ids=["anchor", "merge", "bool", "timestamp", "flow", "block", "long"],
)
def test_a_codebook_is_plain_yaml_of_bounded_size(tmp_path, text, told):
    file = tmp_path / "book.yaml"
    file.write_text(text)
    with pytest.raises(CodebookError) as caught:
        Codebook.load(file)
    assert str(caught.value).startswith(f"codebook {file}{told}")


def test_a_codebook_is_not_read_from_a_device_that_has_no_end():
    with pytest.raises(CodebookError, match="codebook /dev/zero: no file; expected YAML"):
        Codebook.load("/dev/zero")
