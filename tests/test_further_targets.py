"""Further stance rows: other names, opposites, and targets of other sentences, for what is learned alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from framing import Codebook, Sentence, train
from framing.corpus.splits import GroupedFolds
from framing.errors import ConfigError, InputError
from framing.model.encoders import EncoderTuner, WordVectorizer
from framing.model.encoders.lessons import Lesson
from framing.resources import targets_path
from framing.training import StanceOptions
from framing.training.further_targets import FurtherTargets, OtherNames, read_names
from tests.conftest import ROOT

LABELS = ("against", "neutral", "favor")
NAMES = {"sanctions on russia": OtherNames(("penalties for Moscow",), ("lifting the sanctions",))}


def row(
    stance: str, target: str = "Sanctions on  Russia", text: str = "They work.", weight: float | None = None
) -> Sentence:
    return Sentence(text, target=target, stance=stance, weight=weight)


def made(rows: list[Sentence], **options: Any) -> tuple[list[Sentence], np.ndarray, np.ndarray]:
    Y = np.array([[float(s.stance == label) for label in LABELS] for s in rows])
    return FurtherTargets(LABELS, NAMES, **options)(rows, Y)


@pytest.mark.parametrize("stance, swapped", [("favor", "against"), ("against", "favor"), ("neutral", "neutral")])
def test_another_name_has_the_same_stance_and_an_opposite_the_swapped_one(stance, swapped):
    sentences, Y, origin = made([row(stance, weight=0.5)])
    assert [(s.target, s.stance, s.weight) for s in sentences[1:]] == [
        ("penalties for Moscow", stance, 0.5),
        ("lifting the sanctions", swapped, 0.5),
    ]
    assert [LABELS[code] for code in Y.argmax(axis=1)] == [stance, stance, swapped]
    assert origin.tolist() == [0, 0, 0]


def test_a_target_of_another_sentence_is_neutral_and_shares_no_word_with_this_one():
    rows = [row("favor", "the dam", "The dam pays."), row("against", "grain exports", "Exports of grain fell.")]
    sentences, _, origin = made(rows, off_target=1.0)
    assert [(s.text, s.target, s.stance) for s in sentences[2:]] == [
        ("The dam pays.", "grain exports", "neutral"),
        ("Exports of grain fell.", "the dam", "neutral"),
    ]
    assert origin.tolist() == [0, 1, 0, 1]
    alike = [row("favor", "grain imports", "Grain is cheap."), row("against", "grain exports", "Grain is dear.")]
    assert len(made(alike, off_target=1.0)[0]) == 2, "an off-target row shares a word with its sentence"


def test_a_share_of_the_rows_is_drawn_by_the_seed():
    rows = [row("favor", f"matter{i:03d} {i}", f"Word{i}.") for i in range(200)]
    counts = [len(made(rows, off_target=0.25, seed=seed)[0]) - 200 for seed in (0, 0, 1)]
    assert counts[0] == counts[1] and 30 <= counts[0] <= 70
    assert made(rows, off_target=0.25)[0] != made(rows, off_target=0.25, seed=1)[0]


def test_classes_of_another_codebook_get_what_they_have_a_name_for():
    Y = np.array([[1.0, 0.0]])
    assert len(FurtherTargets(("favor", "mixed"), NAMES, off_target=1.0)([row("favor")], Y)[0]) == 2  # the same thing
    assert len(FurtherTargets(("good", "bad"), NAMES)([row("good")], Y)[0]) == 2


def test_names_are_read_from_lists_and_from_cells(tmp_path):
    (tmp_path / "names.jsonl").write_text(json.dumps({"target": "The  Dam", "same": ["the barrage"], "opposite": []}))
    assert read_names(tmp_path / "names.jsonl") == {"the dam": OtherNames(("the barrage",), ())}
    (tmp_path / "names.csv").write_text("target,same,opposite\nthe dam,the barrage; the weir,\n")
    assert read_names(tmp_path / "names.csv") == {"the dam": OtherNames(("the barrage", "the weir"), ())}


@pytest.mark.parametrize(
    "content, line",
    [
        ('{"target": 3}', r"names.jsonl, line 1: target is 3; expected the name of a target"),
        ('{"same": ["a"]}', r"names.jsonl, line 1: target is None; expected the name of a target"),
        ('{"target": "a", "same": 4}', r"names.jsonl, line 1: same is 4; expected a list of phrases"),
        ("", r"names.jsonl: the file is empty"),
    ],
)
def test_a_table_of_names_that_is_none_is_told_with_its_line(tmp_path, content, line):
    (tmp_path / "names.jsonl").write_text(content)
    with pytest.raises(InputError, match=line):
        read_names(tmp_path / "names.jsonl")
    with pytest.raises(InputError, match="no such file"):
        read_names(tmp_path / "missing.jsonl")


def test_the_shipped_names_can_be_read_and_say_something_else_than_the_target():
    names = read_names(targets_path("shipped"))
    told = f"{len(Path(targets_path('shipped')).read_text(encoding='utf-8').splitlines()):,}"
    assert all(told in (ROOT / file).read_text(encoding="utf-8") for file in ("README.md", "seeds/README.md"))
    for target, other in names.items():
        phrases = [phrase.casefold() for phrase in (*other.same, *other.opposite)]
        assert target not in phrases and len(set(phrases)) == len(phrases)


class LearnedError(Exception):
    """What an encoder is given to learn from."""


def test_encoder_and_heads_learn_from_further_rows_in_the_group_of_their_sentence(tmp_path, monkeypatch):
    def caught(self: EncoderTuner, lessons: list[Lesson]) -> None:
        raise LearnedError(lessons)

    monkeypatch.setattr(EncoderTuner, "tune", caught)
    (tmp_path / "names.jsonl").write_text('{"target": "the dam", "same": [], "opposite": ["no dam"]}')
    rows = [
        Sentence(f"{tone} {i}", target="the dam", stance=stance, group=str(i))
        for i in range(12)
        for tone, stance in (("splendid", "favor"), ("ruinous", "against"), ("wet", "neutral"))
    ]
    book = Codebook.from_dict({"name": "tiny", "frames": ["gain"], "stance": ["favor", "against", "neutral"]})
    options = StanceOptions(targets=str(tmp_path / "names.jsonl"))
    with pytest.raises(LearnedError) as caught_error:
        train(rows, book, encoder=EncoderTuner(), split=GroupedFolds(3), tasks=["stance"], stance=options)
    (lesson,) = caught_error.value.args[0]
    half = len(lesson.texts) // 2
    assert [target for _, target in lesson.texts] == ["the dam"] * half + ["no dam"] * half
    assert lesson.groups[:half].tolist() == lesson.groups[half:].tolist()
    assert lesson.Y[:3].tolist() == np.eye(3).tolist()
    assert lesson.Y[half : half + 3].tolist() == np.eye(3)[[1, 0, 2]].tolist()

    features = (WordVectorizer(min_df=1), options)
    result = train(rows, book, encoder=features[0], split=GroupedFolds(3), tasks=["stance"], stance=features[1])
    assert len(result.held_out["stance"].sentences) == len(rows), "rows that were made are scored"
    # Each sentence is coded toward one target alone: only a made row can have taught the words of another.
    words = result.classifier.tasks["stance"].features_["embedding"].encoder_.vectorizer_.get_feature_names_out()
    assert "no dam" in set(words)


def test_a_share_out_of_bounds_is_refused():
    with pytest.raises(ConfigError, match=r"stance.off_target=1.5: expected a share in \[0, 1\]"):
        StanceOptions(off_target=1.5)
