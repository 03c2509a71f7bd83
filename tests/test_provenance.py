"""Decisions read right, and a result says where it comes from."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import numpy as np
import pytest

from framing import Predictor, __version__
from framing.model.decisions.decoders import never_more
from framing.records import Prediction, Sentence
from framing.report.html import predictions_table
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
