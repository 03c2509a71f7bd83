"""What version 0.1.0 wrote stays usable: its models, its stores, its configurations, its results."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from framing import Predictor
from framing.corpus.dataset import read_sentences
from framing.tracking import Store, champion_run, list_runs, store_uri
from tests.command import framing

FIXTURE = Path(__file__).parent / "fixtures" / "version_0_1_0.zip"


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A folder in which version 0.1.0 trained, promoted and predicted, moved to another place."""
    zipfile.ZipFile(FIXTURE).extractall(tmp_path)
    return tmp_path


def test_a_model_says_what_it_said(older):
    said = [json.loads(line) for line in (older / "predicted.jsonl").read_text(encoding="utf-8").splitlines()]
    predictions = Predictor.load(older / "model").predict(read_sentences(older / "five.jsonl"))
    for prediction, row in zip(predictions, said, strict=True):
        assert list(prediction.frames) == row["frames"]
        assert prediction.proba == pytest.approx(row["proba"], abs=1e-9)
        assert (prediction.stance, prediction.stance_proba) == (row["stance"], pytest.approx(row["stance_proba"]))


def test_a_store_lists_its_runs_and_its_champion(older):
    store = Store(store_uri(str(older / "mlflow.db")))
    (run,) = list_runs(store)
    assert (run.name, run.score, run.champion) == ("tfidf-logreg+tfidf", 1.0, True)
    assert champion_run(store) == run.run_id


def test_the_champion_of_a_moved_store_answers(older):
    answer = framing("predict", "five.jsonl", "--format", "jsonl", cwd=older)
    assert answer.code == 0, answer.err
    said = (older / "predicted.jsonl").read_text(encoding="utf-8").splitlines()
    for now, then in zip(map(json.loads, answer.out.splitlines()), map(json.loads, said), strict=True):
        assert (now["frames"], now["stance"]) == (then["frames"], then["stance"])
        assert now["proba"] == pytest.approx(then["proba"], abs=1e-9)


def test_training_goes_on_in_an_older_store(older):
    answer = framing("train", "encoder=tfidf", "data=corpus.jsonl", "codebook=book.yaml", "promote=true", cwd=older)
    assert answer.code == 0, answer.err
    assert "framing version 2 (tfidf-logreg, run " in answer.err  # under the name that it has there
    assert "moved or copied; its runs' files are now those in" in answer.err
    models = list((older / "mlartifacts" / "framing").glob("*/artifacts/model/model.json"))
    assert len(models) == 2  # the new run's too lie beside the database


def test_a_configuration_may_name_classes_as_they_were_called(older):
    (older / "mine" / "encoder").mkdir(parents=True)
    (older / "mine" / "encoder" / "mine.yaml").write_text("_target_: framing.model.tuning.TunedEncoder\nrank: 0\n")
    answer = framing(
        "train", "-cd", "mine", "encoder=mine", "data=corpus.jsonl", "codebook=book.yaml", "tasks=[frames]", cwd=older
    )
    assert answer.err == "error: encoder.rank=0: expected a number above 0\n"  # what the class itself says
