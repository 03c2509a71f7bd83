"""The same share in every way: which ways there are, and that they are what they are called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framing.records import Prediction, Sentence
from framing.scores import Score
from framing.shares.specification import Specification, sides_in_words, specifications
from framing.shares.study import Question, Study, study_of
from tests.command import framing
from tests.test_bundle import put_study


def study(by: tuple[str, ...] = ()) -> Study:
    """Two hundred rows of two outlets; the model decides from .3 on, people found it from .6 on; half are coded."""
    rows = [Sentence(f"No. {i}.", source=("Herald", "Post")[i % 2]) for i in range(200)]
    says = [Prediction(s, {"gain": i / 199}, ("gain",) if i >= 60 else ()) for i, s in enumerate(rows)]
    some = np.random.default_rng(0).permutation(200)[:100]
    codes = [replace(rows[i], frames=("gain",) if i >= 120 else (), sample_probability=0.5) for i in some.tolist()]
    return study_of(says, codes, Question(by=by))


def test_each_way_is_there_once():
    found = specifications({"small": study(), "large": study()})
    assert len(found) == len({(s.model, s.decision, s.estimator) for s in found}) == 2 * 5 * 2 + 1
    assert [s.estimator for s in found].count("coded only") == 1


def test_naive_is_what_each_threshold_counts():
    naive = {s.decision: s.score.value for s in specifications({"": study()}) if s.estimator == "naive"}
    assert naive["as decided"] == pytest.approx(0.7)
    assert naive["0.5"] == pytest.approx(0.5)
    assert naive["probability"] == pytest.approx(0.5)
    assert naive["f1"] == pytest.approx(0.4, abs=0.02)  # where people decide, as far as the coded rows tell
    assert naive["count"] == pytest.approx(0.4, abs=0.02)


def test_corrected_hangs_on_none_of_them():
    corrected = [s.score for s in specifications({"": study()}) if s.estimator == "corrected"]
    assert all(score.low <= 0.4 <= score.high for score in corrected)


def test_with_groups_it_is_the_differences_that_are_compared():
    found = specifications({"": study(by=("source",))})
    assert {(s.group, s.against) for s in found} == {("Post", "Herald")}
    assert all(s.score.low < 0.1 and s.score.high > -0.1 for s in found)


def test_in_words_it_is_told_in_how_many_ways_a_difference_is_sure():
    ways = [
        Specification("gain", "Post", "Herald", "a", "f1", "naive", Score(v, v - 0.1, v + 0.1))
        for v in (0.3, 0.05, -0.2)
    ]
    assert sides_in_words(ways) == [
        "gain, Post less Herald: -20.0 to +30.0 points in 3 ways; surely more in 1, surely less in 1"
    ]


PILOT = ("--gold", "sheet.jsonl", "--sample", "drawn.jsonl", "--codebook", "book.yaml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("specification")
    put_study(place)
    (place / "book.yaml").write_text("name: harbour\nframes: [gain, risk]\n")
    (place / "more").mkdir()
    (place / "more" / "said.jsonl").write_bytes((place / "said.jsonl").read_bytes())
    return place


def test_the_command_draws_shares_and_differences(folder):
    answer = framing(
        "plot", "specification", "said.jsonl", "more/said.jsonl", *PILOT, "-o", "w.svg", "--data", "w.csv", cwd=folder
    )
    assert answer.code == 0, answer.err
    assert "gain: " in answer.err and " % in 21 ways" in answer.err
    rows = (folder / "w.csv").read_text().splitlines()
    assert rows[0] == "label,group,against,model,decision,estimator,value,low,high"
    assert len(rows) == 1 + 2 * 21
    again = framing(
        "plot", "specification", "said.jsonl", *PILOT, "--by", "source", "-o", "d.pdf", "--width", "single", cwd=folder
    )
    assert (again.code, again.err.count(" points in 11 ways; surely more in ")) == (0, 2)


def test_too_little_to_compare_is_told(folder):
    answer = framing("plot", "specification", "said.jsonl", *PILOT, "--by", "doc_id", "-o", "none.svg", cwd=folder)
    assert (answer.code, (folder / "none.svg").exists()) == (1, False)
    assert "sheet.jsonl: too few coded rows to compare anything" in answer.err
