"""Codes that are probably wrong are found, shown with their sentence, and put right."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from framing.measure.suspects import suspects
from tests.command import framing
from tests.small import sentences

pytest.importorskip("cleanlab")


def test_the_label_that_a_model_is_sure_of_is_suggested():
    # Forty rows with the label, forty without, told apart at .9 and .1; one of each is coded the other way round.
    Y = np.repeat([[1.0, 0.0], [0.0, 0.0]], 40, axis=0)
    proba = np.column_stack([np.where(Y[:, 0] == 1, 0.9, 0.1), np.full(80, 0.01)])
    Y[0, 0], Y[79, 0] = 0.0, 1.0
    Y[5, 0] = np.nan  # not coded: cannot be wrong
    found = suspects(Y, proba, exclusive=False)
    assert {(one.row, one.label, one.suggested) for one in found} == {(0, 0, (0,)), (79, 0, ())}
    assert [round(one.quality, 3) for one in found] == [0.1, 0.1]


def test_of_exclusive_labels_another_one_is_suggested():
    classes = np.repeat([0, 1, 2], 30)
    proba = np.full((90, 3), 0.1)
    proba[np.arange(90), classes] = 0.8
    Y = np.eye(3)[classes]
    Y[0] = [0, 0, 1]
    assert [(one.row, one.label, one.suggested) for one in suspects(Y, proba, exclusive=True)] == [(0, 2, (0,))]


def test_a_label_that_nobody_gave_is_no_error():
    assert suspects(np.zeros((10, 1)), np.full((10, 1), 0.9), exclusive=False) == []


@pytest.fixture
def with_an_error(workplace):
    """The small corpus, one row of which says that warships pay."""
    rows = sentences(10)
    rows[2] = replace(rows[2], frames=("gain",))
    text = "".join(json.dumps(s.to_row()) + "\n" for s in rows)
    (workplace / "corpus.jsonl").write_text(text, encoding="utf-8")
    return workplace


def errors(folder, *more):
    options = ("corpus.jsonl", "--codebook", "book.yaml", "--encoder", "tfidf", "--task", "frames")
    return framing("data", "errors", *options, *more, cwd=folder)


def test_the_command_shows_wrong_codes_and_writes_them_right(with_an_error):
    answer = errors(with_an_error, "-n", "5", "-o", "sheet.csv")
    assert answer.code == 0, answer.err
    rows = list(csv.DictReader(io.StringIO((with_an_error / "sheet.csv").read_text(encoding="utf-8"))))
    (found,) = (row for row in rows if row["text"] == "Warships near Alder threaten the harbour.")
    assert (found["coded"], found["suggested"], found["decision"]) == ("gain", "risk", "")
    found["decision"] = "risk"
    with (with_an_error / "sheet.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, found)
        writer.writeheader()
        writer.writerows([found])
    answer = errors(with_an_error, "--decisions", "sheet.csv", "-o", "mended.jsonl")
    assert answer.err.endswith("60 rows, 1 with other codes than before\n")
    third = json.loads((with_an_error / "mended.jsonl").read_text(encoding="utf-8").splitlines()[2])
    assert (third["frames"], third["stance"]) == (["risk"], "against")
    # A sheet of other data is refused.
    (with_an_error / "corpus.jsonl").write_text('{"text": "So.", "frames": []}\n', encoding="utf-8")
    answer = errors(with_an_error, "--decisions", "sheet.csv", "-o", "again.jsonl")
    assert (answer.code, "1 decisions are about no row of the data" in answer.err) == (1, True)


def test_without_a_sheet_they_are_read_in_the_terminal(with_an_error):
    answer = errors(with_an_error, "-n", "3")
    assert "coded gain; rather risk" in answer.out
    assert "Warships near Alder threaten the harbour." in answer.out
    assert "written as .csv" in errors(with_an_error, "-o", "sheet.txt").err
