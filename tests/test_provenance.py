"""Decisions read right, and a result says where it comes from."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from framing import Predictor, __version__
from framing.model.decisions.decoders import never_more
from framing.records import Prediction, Sentence
from framing.report.html import predictions_page, predictions_table
from framing.report.table import predictions_text
from tests.command import framing


def toward(*targets, **proba):
    stance = max(proba, key=proba.get)
    return [
        Prediction(Sentence("Ropes.", target=target), {"gain": 0.1}, stance=stance, stance_proba=proba)
        for target in targets
    ]


def test_a_stance_likelier_wrong_than_right_is_unclear():
    rows = toward("it", favor=0.43, against=0.2, neutral=0.37)
    assert "unclear (favor .43)" in predictions_text(rows, ("gain",), 80, False)
    assert "unclear (favor .43)" in predictions_table(rows, ("gain",))
    sure = toward("it", favor=0.5, against=0.2, neutral=0.3)
    assert "favor 0.50" in predictions_text(sure, ("gain",), 80, False)
    # Of several targets there is less room: a mark.
    text = predictions_text(toward("a", "b", favor=0.43, against=0.2, neutral=0.37), ("gain",), 60, False, ("a", "b"))
    assert text.count("favor? .43") == 2


def test_what_is_decided_at_a_risk_is_never_more_than_without():
    plain = np.array([[True, False, False], [True, False, False]])
    decided = np.array([[True, True, False], [False, False, False]])
    nothing = np.zeros_like(plain)
    found, left = never_more(plain, decided, nothing, exclusive=False)
    assert found.tolist() == [[True, False, False], [False, False, False]]
    assert left.tolist() == [[False, True, False], [False, False, False]]
    # Of exclusive labels another one than the likeliest is left open, together with it.
    found, left = never_more(plain[:1], np.array([[False, True, False]]), nothing[:1], exclusive=True)
    assert (found.any(), left.tolist()) == (False, [[True, True, False]])


@pytest.mark.parametrize("risk", ["0.02", "0.1", "0.4"])
def test_abstaining_adds_no_frame(trained, risk):
    plain, careful = (
        framing("predict", "corpus.jsonl", "--model", "model", "--no-holders", "--format", "jsonl", *more, cwd=trained)
        for more in ((), ("--abstain", risk))
    )
    for one, other in zip(plain.out.splitlines(), careful.out.splitlines(), strict=True):
        one, other = json.loads(one), json.loads(other)
        assert set(other["predicted_frames"]) <= set(one["predicted_frames"])
        assert other.get("predicted_stance") in (None, one.get("predicted_stance"))


def test_a_result_names_model_version_thresholds_and_day(trained):
    options = ("predict", "corpus.jsonl", "--model", "model", "--no-holders", "--goal", "precision>=0.9")
    answer = framing(*options, "--format", "jsonl", "--provenance", cwd=trained)
    told = json.loads(answer.out.splitlines()[0])["provenance"]
    assert (told["model"], told["framing"], told["goal"]) == ("folder model", __version__, "precision>=0.9")
    assert told["codebook"].startswith("harbour ")
    assert {"gain", "risk"} <= told["thresholds"].keys()
    assert told["date"] == date.today().isoformat()
    answer = framing(*options, "--format", "csv", "--provenance", cwd=trained)
    (first, *_) = csv.DictReader(io.StringIO(answer.out))
    assert json.loads(first["provenance"]) == told
    page = framing(*options, "--format", "html", cwd=trained).out
    assert "<dt>model</dt><dd>folder model</dd>" in page
    assert f"<dt>date</dt><dd>{told['date']}</dd>" in page
    refused = framing(*options, "--provenance", cwd=trained)
    assert (refused.code, "--provenance is for jsonl and csv" in refused.err) == (2, True)


def test_thresholds_are_those_that_decided(trained):
    predictor = Predictor.load(trained / "model")
    found = predictor.predict(["It rains."], thresholds={"gain": 0.7}).provenance
    assert found["thresholds"]["gain"] == 0.7
    assert found["thresholds"]["risk"] == round(predictor.classifier.tasks["frames"].thresholds_["risk"], 4)


CLOSE = Prediction(Sentence("It rains."), {"gain": 0.41, "risk": 0.39, "cost": 0.52}, ("cost",))
THRESHOLDS = {"gain": 0.5, "risk": 0.5, "cost": 0.5}


def test_a_frame_that_was_nearly_found_has_a_mark_of_its_own():
    text = predictions_text([CLOSE], tuple(THRESHOLDS), 80, False, thresholds=THRESHOLDS)
    assert "○ 0.41   0.39   ● 0.52" in text
    several = predictions_text([CLOSE], tuple(THRESHOLDS), 80, False, ("a", "b"), THRESHOLDS)
    assert ("○ 0.41" in several, "○ 0.39" in several) == (True, False)
    # Without thresholds nobody knows what is near, and what is left open is not near.
    assert "○" not in predictions_text([CLOSE], tuple(THRESHOLDS), 80, False)
    left = replace(CLOSE, abstained=("gain",))
    assert "? 0.41" in predictions_text([left], tuple(THRESHOLDS), 80, False, thresholds=THRESHOLDS)


def test_what_is_decided_is_bold_what_is_near_coloured_and_the_rest_dim():
    text = predictions_text([CLOSE], tuple(THRESHOLDS), 80, True, thresholds=THRESHOLDS)
    assert ("\x1b[32m○ 0.41" in text, "\x1b[2m0.39" in text, "\x1b[1;34m● 0.52" in text) == (True, True, True)


def test_the_page_says_what_its_marks_mean():
    page = predictions_page([CLOSE], tuple(THRESHOLDS), "A page", provenance={"thresholds": THRESHOLDS})
    cells = re.findall(r'<td class="number p( present| near)?".*?>(.*?)</td>', page)
    assert cells == [(" near", "0.41 ○"), ("", "0.39"), (" present", "0.52 ●")]
    assert "○ those that miss their threshold by less than a fifth" in page
    assert "○" not in predictions_page([CLOSE], tuple(THRESHOLDS), "A page")


def test_a_report_names_where_it_comes_from_at_its_head(trained):
    rules = ("--model", "model", "--no-holders", "--threshold", "gain=0.7")
    page = framing("report", "corpus.jsonl", *rules, cwd=trained).out
    head = page[page.index("<header>") : page.index("</header>")]
    assert "model: <bdi>folder model</bdi>" in head
    assert f"framing: <bdi>{__version__}</bdi>" in head
    assert "gain 0.7" in head
    assert f"date: <bdi>{date.today().isoformat()}</bdi>" in head


def test_a_report_of_what_was_predicted_earlier_names_what_its_file_says(tmp_path, trained):
    rows = framing(
        *("predict", "corpus.jsonl", "--model", "model", "--no-holders", "--format", "jsonl", "--provenance"),
        cwd=trained,
    ).out.replace(date.today().isoformat(), "2026-02-03")
    (tmp_path / "said.jsonl").write_text(rows, encoding="utf-8")
    page = framing("report", "said.jsonl", cwd=tmp_path).out
    assert "date: <bdi>2026-02-03</bdi>" in page[: page.index("</header>")]
