"""Somebody who brings a codebook and a table for the first time is told what the next step is."""

from __future__ import annotations

from pathlib import Path

import pytest

from framing import Codebook, Label, Predictor
from framing.corpus.audit import errors_in
from framing.corpus.dataset import load_dataset, sentences_of
from framing.records import Sentence
from framing.training.evaluate import as_often_as_learned
from tests.command import framing
from tests.small import sentences

BOOK = "name: sugar\nframes:\n  Own fault: It is up to each person.\n  Industry: Firms are to blame.\n"
HINT = "no row is coded for frames, and the labels seem to stand in 'Rahmen': --column frames=Rahmen"


def table(folder: Path, *cells: str, column: str = "Rahmen", encoding: str = "cp1252") -> None:
    """A table as a spreadsheet in Europe writes it, and its codebook."""
    rows = [f"{number};„Zuviel Zucker“, sagte Dr. Müller {number}-mal.;{cell}" for number, cell in enumerate(cells)]
    (folder / "sugar.csv").write_bytes("\r\n".join([f"Artikel;Satz;{column}", *rows, ""]).encode(encoding))
    (folder / "sugar.yaml").write_text(BOOK)


def checked(folder: Path, *options: str) -> tuple[int, list[str]]:
    answer = framing(
        "data", "check", "sugar.csv", "--codebook", "sugar.yaml", "--column", "text=Satz", *options, cwd=folder
    )
    lines = [line for line in answer.out.splitlines() if "cp1252" not in line and "';'" not in line]
    return answer.code, [line for line in lines if "words shared" not in line and "skeleton" not in line]


@pytest.mark.parametrize(
    "cells",
    [
        ("Industry", "Own fault, Industry", "none"),
        ("industry", "OWN FAULT | Industry", ""),
        ("['Industry', 'Own fault']", "Industry", "Greed"),  # a label that is unknown, of three cells
        ("Own fault", "Own fault", "Own fault"),
    ],
)
def test_a_column_of_labels_that_nobody_named_is_an_error_of_the_check_that_says_its_name(tmp_path, cells):
    table(tmp_path, *cells)
    code, told = checked(tmp_path)
    assert (code, told) == (1, [f"error: {HINT}"])


def test_a_training_names_the_column_of_labels_in_its_own_syntax(tmp_path):
    table(tmp_path, "Industry", "Own fault, Industry", "none")
    answer = framing(
        "train", "data=sugar.csv", "codebook=sugar.yaml", "columns.text=Satz", "encoder=tfidf", cwd=tmp_path
    )
    assert answer.code == 1
    assert answer.err.splitlines()[-1].endswith("; the labels seem to stand in 'Rahmen': columns.frames=Rahmen")


@pytest.mark.parametrize("cells", [("It costs a lot.", "Industry", "It rains."), ("1", "0", "1"), ("", "", "")])
def test_a_column_of_which_most_cells_are_no_labels_is_not_named_and_that_nothing_is_coded_is_told(tmp_path, cells):
    table(tmp_path, *cells)
    code, told = checked(tmp_path)
    assert (code, told[:-1]) == (
        0,
        ["remark: no row is coded, for frames or stance; where a column has the labels: --column frames=NAME"],
    )
    assert told[-1].endswith("3 remarks in 3 rows") or told[-1].endswith("4 remarks in 3 rows")


def test_what_a_model_decided_is_not_taken_for_a_coders_labels(tmp_path):
    table(tmp_path, "Industry", "Own fault", "none", column="start_frames")
    assert checked(tmp_path)[1][0].startswith("remark: no row is coded")


def test_rows_that_are_coded_are_not_said_to_be_uncoded(tmp_path):
    table(tmp_path, "Industry", "Own fault, Industry", "none")
    code, told = checked(tmp_path, "--column", "frames=Rahmen")
    assert code == 0
    assert not any("coded" in line for line in told)


def test_a_topic_that_is_called_like_a_frame_is_no_coding_where_the_stance_is_coded():
    book = Codebook("harbour", frames=(Label("gain"),), stance=(Label("favor"), Label("against")))
    rows = [Sentence("It pays.", target="the port", stance="favor", extra={"topic": "gain"})]
    assert errors_in(rows, book) == []
    assert "seem to stand in 'topic'" in errors_in([Sentence("It pays.", extra={"topic": "gain"})], book)[0]


def test_where_nothing_was_promoted_the_shipped_model_says_how_a_run_is_used(workplace, trained, monkeypatch, capsys):
    monkeypatch.chdir(workplace)
    monkeypatch.setattr("framing.named_model.model_path", lambda _: trained / "model")
    Predictor.load()
    assert capsys.readouterr().err == (
        f"model: the one shipped with framing (sqlite:///{workplace}/mlflow.db has no champion; use a run of it: "
        "--model runs:/ID, or framing promote RUN)\n"
    )


def test_where_there_is_no_store_there_is_no_run_to_speak_of(tmp_path, trained, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr("framing.named_model.model_path", lambda _: trained / "model")
    Predictor.load()
    assert "use a run" not in capsys.readouterr().err


def test_scores_of_the_rows_that_were_learned_from_are_warned_of(trained):
    answer = framing("evaluate", "corpus.jsonl", "--model", "model", cwd=trained)
    assert answer.code == 0
    assert (
        "warning: corpus.jsonl: 60 rows coded for frames, with each label as often, as the model learned from. If "
        "they are the same rows, these scores flatter" in answer.err
    )


def test_other_rows_and_too_few_are_not_warned_of(trained):
    classifier = Predictor.load(trained / "model").classifier
    rows = sentences_of(load_dataset(sentences()))
    assert as_often_as_learned(classifier, rows)
    assert as_often_as_learned(classifier, rows[1:]) == ""
    assert as_often_as_learned(classifier, rows[:19]) == ""
