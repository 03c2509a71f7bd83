"""``framing predict`` writes rows while later ones are read, and they are those that it would write at the end."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from sklearn.linear_model import LogisticRegression

from framing import Predictor, Sentence
from framing.cli.files import write_pieces
from framing.errors import ModelError
from framing.report.formats import PredictionsTable, predictions_csv, predictions_jsonl
from framing.stream import Labelled
from framing.stream import labelled as of_pieces
from tests.command import contents, framing
from tests.small import model

# Each has what the others lack: nothing, a target, a column, a source.
ROWS = [
    Sentence("Merchants of Alder welcome the profit of new markets."),
    Sentence("Warships near Birch threaten the harbour, the envoy said.", target="the harbour", doc_id="a"),
    Sentence("The clerk counted the ropes.", extra={"own": 3, "text": "theirs"}),
    Sentence("An attack on Cedar would refuse no warships.", source="The Globe", frames=("risk",)),
]


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(model(LogisticRegression(C=10)))


@pytest.fixture
def rows(tmp_path):
    """A file of five rows."""
    texts = [f"Row {number}: warships threaten the harbour." for number in range(5)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in texts), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"holders": True},
        {"targets": ["the harbour", "the fleet"], "holders": True},
        {"split_quotes": True, "explain": True},
    ],
)
def test_pieces_are_what_is_predicted_at_once_and_a_table_has_room_for_all_of_them(predictor, asked):
    labelled = Labelled(predictor, ROWS, piece=1, **asked)
    pieces = list(labelled)
    assert len(pieces) == len(labelled.sentences) >= len(ROWS)
    whole = predictor.predict(ROWS, **asked)
    found = [prediction for piece in pieces for prediction in piece]
    assert predictions_jsonl(found) == predictions_jsonl(whole)
    table = PredictionsTable.of(labelled.stand_ins())
    assert table.header + "".join(map(table.lines, pieces)) == predictions_csv(whole)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_the_first_rows_are_there_before_the_last_are_scored(trained, rows, form, monkeypatch):
    written = []
    predict = Predictor.predict

    def counting(predictor, sentences, **asked):
        written.append(sys.stdout.buffer.getvalue().count(b"Row "))
        return predict(predictor, sentences, **asked)

    monkeypatch.setattr(Predictor, "predict", counting)
    monkeypatch.setattr(of_pieces, "PIECE", 2)
    answer = framing("predict", "rows.jsonl", "--format", form, "--model", str(trained / "model"), cwd=rows)
    assert answer.code == 0 and written == [0, 2, 4]
    assert answer.out.count("Row ") == 5


def test_a_fault_in_the_middle_is_a_line_and_leaves_no_half_file(trained, rows, monkeypatch):
    predict, done = Predictor.predict, []

    def failing(predictor, sentences, **asked):
        if done:
            raise ModelError("the model is gone")
        done.append(sentences)
        return predict(predictor, sentences, **asked)

    monkeypatch.setattr(Predictor, "predict", failing)
    monkeypatch.setattr(of_pieces, "PIECE", 2)
    command = ("predict", "rows.jsonl", "--format", "jsonl", "--model", str(trained / "model"))
    (rows / "out.jsonl").write_text("before\n", encoding="utf-8")
    before = contents(rows)
    answer = framing(*command, "-o", "out.jsonl", cwd=rows)
    assert (answer.code, answer.out, answer.err) == (1, "", "error: the model is gone\n")
    assert contents(rows) == before
    done.clear()
    answer = framing(*command, cwd=rows)
    assert (answer.code, answer.out.count("\n"), answer.err) == (1, 2, "error: the model is gone\n")


def test_what_is_wrong_with_an_option_is_said_before_a_header(trained, rows):
    command = ("predict", "rows.jsonl", "--format", "csv", "--model", str(trained / "model"))
    answer = framing(*command, "--threshold", "nothing=0.5", cwd=rows)
    assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1)


def test_a_target_that_cannot_be_asked_about_is_found_in_the_last_row_before_the_first_is_labelled():
    frames_alone = Predictor(model(LogisticRegression(C=10), tasks=("frames",)))
    with pytest.raises(ModelError, match="a target was given, but this model was trained without stance"):
        Labelled(frames_alone, [*ROWS, ROWS[1]], piece=1)


@pytest.mark.parametrize("failed", [PermissionError, BrokenPipeError])
@pytest.mark.parametrize("output", [None, "rows.jsonl"])
def test_what_fails_in_making_rows_is_not_said_of_the_place_they_go_to(tmp_path, capsys, failed, output):
    def pieces():
        yield "a row\n"
        raise failed(13, "Permission denied", "weights")

    with pytest.raises(failed, match="weights"):
        write_pieces(pieces(), output and str(tmp_path / output))
    assert list(tmp_path.iterdir()) == []


def test_a_reader_who_goes_away_ends_it_quietly(trained, rows):
    texts = "".join(json.dumps({"text": f"Row {number}: " + "warships " * 30}) + "\n" for number in range(600))
    (rows / "many.jsonl").write_text(texts, encoding="utf-8")
    code = "from framing.cli import main; main()"
    arguments = [*("predict", "many.jsonl", "--format", "jsonl", "--no-holders"), "--model", str(trained / "model")]
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=rows, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline().startswith(b'{"text": "Row 0:')
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, b"")
