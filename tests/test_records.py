"""The records: a sentence goes in, a prediction comes out, and both become rows."""

import dataclasses
import json

import pytest

from framing import Prediction, Sentence
from framing.records import SENTENCE_FIELDS


def test_a_bare_sentence_is_not_coded():
    sentence = Sentence("The port is sold.")
    assert sentence.frames is None and sentence.stance is None and sentence.target is None
    assert sentence.to_row() == {"text": "The port is sold."}


def test_coded_with_no_frame_differs_from_not_coded():
    assert Sentence("The port is sold.", frames=()).to_row() == {"text": "The port is sold.", "frames": []}
    assert Sentence("The port is sold.", frames=()) != Sentence("The port is sold.")


def test_a_sentence_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Sentence("The port is sold.").text = "It rains."


def test_the_fields_are_the_columns_of_a_file():
    context = ["text", "headline", "previous"]
    codes = ["target", "frames", "coded", "stance", "holder"]
    place = ["doc_id", "position", "start", "end", "source", "date", "group", "sample_probability", "weight"]
    assert list(SENTENCE_FIELDS) == [*context, *codes, *place]


def test_a_row_has_what_was_said_and_then_the_users_columns():
    sentence = Sentence(
        "It rains.", target="the rain", frames=("rain",), stance="favor", start=0, end=9, extra={"coder": "B", "n": 2}
    )
    assert sentence.to_row() == {
        "text": "It rains.",
        "target": "the rain",
        "frames": ["rain"],
        "stance": "favor",
        "start": 0,
        "end": 9,
        "coder": "B",
        "n": 2,
    }


def test_a_users_column_named_like_a_field_does_not_replace_the_field():
    sentence = Sentence("It rains.", frames=("rain",), extra={"text": "Es regnet.", "stance": "wet"})
    assert sentence.to_row() == {
        "text": "It rains.",
        "frames": ["rain"],
        "input_text": "Es regnet.",
        "input_stance": "wet",
    }


def test_another_target_drops_the_stance_that_was_coded_for_the_old_one():
    sentence = Sentence("It rains.", target="the rain", frames=("rain",), stance="favor")
    assert sentence.with_target("the rain") is sentence
    assert sentence.with_target("the sun") == Sentence("It rains.", target="the sun", frames=("rain",))


def test_the_row_of_a_prediction_without_a_target():
    prediction = Prediction(Sentence("It rains."), proba={"rain": 0.9, "sun": 0.2}, frames=("rain",))
    assert prediction.to_row() == {
        "text": "It rains.",
        "doc_id": "",
        "position": 0,
        "start": None,
        "end": None,
        "predicted_frames": ["rain"],
        "proba": {"rain": 0.9, "sun": 0.2},
        "abstained": [],
        "target": None,
        "predicted_stance": None,
        "stance_proba": None,
        "predicted_holder": None,
    }


def test_the_row_of_a_prediction_has_the_context_and_what_the_coder_said():
    sentence = Sentence(
        "It rains.",
        headline="Weather",
        target="the rain",
        frames=(),
        stance="favor",
        holder="the farmer",
        doc_id="a.txt",
        position=3,
        start=20,
        end=29,
        source="Daily",
        date="2025-03-01",
        sample_probability=0.5,
        extra={"coder": "B"},
    )
    prediction = Prediction(
        sentence, {"rain": 0.9}, ("rain",), stance="against", stance_proba={"favor": 0.3, "against": 0.7}
    )
    assert prediction.to_row() == {
        "text": "It rains.",
        "doc_id": "a.txt",
        "position": 3,
        "start": 20,
        "end": 29,
        "predicted_frames": ["rain"],
        "proba": {"rain": 0.9},
        "abstained": [],
        "target": "the rain",
        "predicted_stance": "against",
        "stance_proba": {"favor": 0.3, "against": 0.7},
        "predicted_holder": None,
        "headline": "Weather",
        "source": "Daily",
        "date": "2025-03-01",
        "sample_probability": 0.5,
        "frames": [],
        "stance": "favor",
        "holder": "the farmer",
        "coder": "B",
    }


def test_users_columns_named_like_results_are_kept_beside_them():
    extra = {"proba": "high", "input_proba": "low", "frames": "wet", "colour": "blue"}
    row = Prediction(Sentence("It rains.", extra=extra), {"rain": 0.9}, ("rain",)).to_row()
    assert row["proba"] == {"rain": 0.9} and row["predicted_frames"] == ["rain"]
    assert sorted(row[name] for name in ("input_proba", "input_input_proba")) == ["high", "low"]
    assert row["input_frames"] == "wet" and row["colour"] == "blue"


def test_the_row_of_a_prediction_is_json():
    prediction = Prediction(Sentence("Café.", extra={"note": {"a": [1, None]}}), {"rain": 0.125})
    row = prediction.to_row()
    assert json.loads(json.dumps(row)) == row
