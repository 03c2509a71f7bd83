"""The models that ship are those of today's data, codebook and recipes, and the small one works at once."""

from __future__ import annotations

import json

import pytest
from hydra import compose, initialize_config_dir

from framing import Codebook, Predictor
from framing.corpus.codes import codes_digest
from framing.corpus.dataset import read_sentences
from framing.model.encoders import sentence, tuning
from framing.model.encoders.weights import PINNED
from framing.model.persistence import NAMES_AS_THEY_ARE
from framing.resources import SHIPPED_MODELS, model_path, resource
from framing.sharing.dehydrate import read_codes
from tests.command import framing
from tests.conftest import ROOT

ANEW = "run `make model` (the large one: `make model-large`) and commit what it writes"


@pytest.fixture(scope="module", params=list(SHIPPED_MODELS))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def content(name: str) -> dict:
    return json.loads((model_path(name) / "model.json").read_text(encoding="utf-8"))


def test_it_was_trained_on_todays_data_and_codebook(content):
    book = Codebook.load(resource("seeds/codebook.yaml"))
    assert content["codebook"] == book.to_dict(), ANEW
    real = {
        part: [s for name in (part, f"{part}_targets") for s in read_codes(ROOT / f"data/real/{name}.jsonl").sentences]
        for part in ("train", "calibrate")
    }
    # Codes, not texts: those of real sentences are not in the repository.
    assert content["info"]["data"]["codes"] == codes_digest(
        [*read_sentences(resource("data"), book), *real["train"]]
    ), ANEW
    assert content["info"]["calibrate"]["codes"] == codes_digest(real["calibrate"]), ANEW


def test_it_was_trained_by_todays_recipe(name, content):
    with initialize_config_dir(str(resource("configs").absolute()), version_base="1.3"):
        config = compose("train", [f"experiment={SHIPPED_MODELS[name].folder}"], return_hydra_config=False)
    recipe = {key: value for key, value in config.encoder.items() if key != "_target_"}
    assert content["encoder"]["model"] == SHIPPED_MODELS[name].encoder
    assert content["info"]["tuning"] == {**recipe, "version": tuning.VERSION}, ANEW
    assert content["format"] == NAMES_AS_THEY_ARE, ANEW
    assert content["tasks"]["frames"]["head"] == config.head._target_.rpartition(".")[2], ANEW


def test_it_is_small_and_names_no_place_of_the_machine_that_made_it(name):
    folder = model_path(name)
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 15_000_000
    for path in (p for p in folder.rglob("*") if p.suffix in (".json", ".md")):
        assert "/root" not in path.read_text(encoding="utf-8") and "/home" not in path.read_text(encoding="utf-8")


def test_its_folder_is_whole_and_loads_with_the_weights_that_we_know(name, tmp_path, monkeypatch):
    encoder = SHIPPED_MODELS[name].encoder
    # As if they were found: the large ones are on few machines.
    monkeypatch.setattr(sentence, "find_weights", lambda *_: ("weights", PINNED[encoder].sha256))
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path))
    classifier = Predictor.load(name).classifier
    assert list(classifier.tasks) == ["frames", "stance"]
    read_by = {features.encoder_.model for task in classifier.tasks.values() for features in task.features_.values()}
    assert read_by == {encoder}


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
