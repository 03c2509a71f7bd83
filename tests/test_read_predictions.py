"""What `framing predict --format jsonl` wrote is read back as it was."""

from __future__ import annotations

import json

import pytest

from framing.corpus.results import holds_predictions, read_predictions
from framing.errors import InputError
from framing.records import Prediction, Sentence
from framing.report.formats import predictions_jsonl

ROWS = [
    Prediction(
        Sentence(
            "It pays, Lund said.", doc_id="a.txt", start=0, end=19, target="tax", source="Gazette", date="2026-03"
        ),
        {"gain": 0.75, "risk": 0.25},
        ("gain",),
        ("risk",),
        "favor",
        {"favor": 0.75, "against": 0.25},
        holder="Lund",
        holder_proba=0.5,
        holder_span=(9, 13),
        cue="said",
    ),
    Prediction(Sentence("It rains.", holder="Berg", frames=(), extra={"desk": 7, "proba": "high"}), {"gain": 0.25}),
    Prediction(Sentence("It snows.", target="tax"), {}, abstained=("stance",), stance_proba={"favor": 1.0}),
]


def test_predictions_come_back_as_they_were_written(tmp_path):
    file = tmp_path / "predictions.jsonl"
    file.write_text(predictions_jsonl(ROWS), encoding="utf-8")
    assert holds_predictions(file)
    first, second, third = read_predictions(file)
    assert (first, third) == (ROWS[0], ROWS[2])
    assert second.to_row() == ROWS[1].to_row()
    assert second.sentence.extra == {"desk": 7, "input_proba": "high"}  # the name that it has in a result


def test_a_file_of_sentences_holds_no_predictions(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "It rains."}\n', encoding="utf-8")
    assert not holds_predictions(file) and not holds_predictions(tmp_path / "article.txt")
    with pytest.raises(InputError, match=r"rows.jsonl, line 1: no 'predicted_frames'; expected what `framing predict"):
        read_predictions(file)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"proba": {"gain": 2}}, "line 1: 'proba' should be probabilities by label, got {'gain': 2}"),
        ({"proba": [0.5]}, r"line 1: 'proba' should be probabilities by label, got \[0.5\]"),
        ({"predicted_frames": "gain"}, "line 1: 'predicted_frames' should be a list of labels, got 'gain'"),
        ({"holder_span": [1]}, "line 1: 'holder_span' should be two numbers"),
        ({"holder_proba": "high"}, "line 1: 'holder_proba' should be a number"),
        ({"predicted_stance": 1}, "line 1: 'predicted_stance' should be text, got 1"),
        (
            {"predicted_frames": ["rain"]},
            "'predicted_frames': unknown label 'rain'; expected one of: gain, risk",
        ),
        ({"abstained": ["gian"]}, "line 1: 'abstained': unknown label 'gian'; expected one of: gain, risk, stance"),
        (
            {"predicted_stance": "neutral"},
            "'predicted_stance': unknown label 'neutral'; expected one of: favor",
        ),
        ({"stance_proba": None}, "line 1: 'predicted_stance': unknown label 'favor'; expected none"),
        ({"text": ""}, "line 1: no text"),
    ],
)
def test_a_row_that_is_no_prediction_is_told_with_its_line(tmp_path, wrong, message):
    file = tmp_path / "predictions.jsonl"
    file.write_text(json.dumps(ROWS[0].to_row() | wrong) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_predictions(file)


@pytest.mark.parametrize("content", [b"", b"\x80{", b'{"text": '])
def test_an_empty_or_broken_file_is_told(tmp_path, content):
    file = tmp_path / "predictions.jsonl"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"predictions\.jsonl"):
        read_predictions(file)
