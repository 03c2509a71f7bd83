"""The model that ships with the package is that of today's data, codebook and recipe, and works at once."""

from __future__ import annotations

import json

import pytest
from hydra import compose, initialize_config_dir

from framing import Codebook, Predictor
from framing.corpus.dataset import dataset_digest, load_dataset
from framing.model.encoders import tuning
from framing.model.persistence import FORMAT
from framing.resources import SHIPPED_MODEL, resource
from tests.command import framing

ANEW = "run `make model` and commit what it writes"


@pytest.fixture(scope="module")
def content() -> dict:
    return json.loads((resource(SHIPPED_MODEL) / "model.json").read_text(encoding="utf-8"))


def test_it_was_trained_on_todays_data_and_codebook(content):
    book = Codebook.load(resource("seeds/codebook.yaml"))
    assert content["codebook"] == book.to_dict(), ANEW
    assert content["info"]["data"]["digest"] == dataset_digest(load_dataset(resource("data"), book)), ANEW


def test_it_was_trained_by_todays_recipe(content):
    with initialize_config_dir(str(resource("configs").absolute()), version_base="1.3"):
        config = compose("train", ["experiment=default_model"], return_hydra_config=False)
    recipe = {key: value for key, value in config.encoder.items() if key != "_target_"}
    assert content["info"]["tuning"] == {**recipe, "version": tuning.VERSION}, ANEW
    assert content["format"] == FORMAT, ANEW
    assert content["tasks"]["frames"]["head"] == config.head._target_.rpartition(".")[2], ANEW


def test_it_is_small_and_names_no_place_of_the_machine_that_made_it():
    folder = resource(SHIPPED_MODEL)
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 15_000_000
    for path in (p for p in folder.rglob("*") if p.suffix in (".json", ".md")):
        assert "/root" not in path.read_text(encoding="utf-8") and "/home" not in path.read_text(encoding="utf-8")


def test_without_any_training_predict_reads_an_article(tmp_path):
    (tmp_path / "article.txt").write_text(
        "The agreement opens a lucrative market and will bring new jobs.\n\n"
        "Their missiles pose a serious threat to our security, the minister warned.\n\n"
        "The committee meets on Tuesday.\n",
        encoding="utf-8",
    )
    answer = framing("predict", "article.txt", "--format", "jsonl", "--target", "the agreement", cwd=tmp_path)
    assert answer.code == 0, answer.err
    assert "model: the one shipped with framing" in answer.err
    rows = [json.loads(line) for line in answer.out.splitlines()]
    assert [row["predicted_frames"] for row in rows] == [["economic_opportunity"], ["security_threat"], []]
    assert rows[0]["predicted_stance"] == "favor"
    assert Predictor.load("shipped").origin == "the model shipped with framing"
