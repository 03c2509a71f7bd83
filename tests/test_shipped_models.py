"""Two models come with the package, each under a name that stands for its folder wherever a model is asked for."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from framing import Predictor
from framing.errors import EncoderError, ModelError
from framing.model.encoders import weights
from framing.model.encoders.weights import PINNED
from framing.resources import SHIPPED_MODELS, ShippedModel, model_path
from tests.command import framing
from tests.small import BOOK

LARGE = "shipped-large"
MPNET = SHIPPED_MODELS[LARGE].encoder


@pytest.fixture
def large(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model of words on the small corpus, which stands in for the large one."""
    monkeypatch.setitem(SHIPPED_MODELS, LARGE, ShippedModel(str(trained / "model"), MPNET, "the large one"))
    return trained / "model"


@pytest.fixture
def without_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The large model's folder is there, made of the small one's; the weights of its encoder are not."""
    folder = shutil.copytree(model_path("shipped"), tmp_path / "large")
    content = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    content["encoder"] |= {"model": MPNET, "sha256": PINNED[MPNET].sha256}
    (folder / "model.json").write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setitem(SHIPPED_MODELS, LARGE, ShippedModel(str(folder), MPNET, "the large one"))
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(weights, "_from_hub", lambda *_: None)


def test_the_small_one_is_shipped_and_the_large_one_shipped_large():
    assert {name: (model.folder, model.encoder) for name, model in SHIPPED_MODELS.items()} == {
        "shipped": ("default_model", "sentence-transformers/all-MiniLM-L6-v2"),
        "shipped-large": ("large_model", "sentence-transformers/all-mpnet-base-v2"),
    }


def test_the_large_model_is_loaded_by_its_name_in_python_and_says_where_it_is_from(large):
    predictor = Predictor.load(LARGE)
    assert predictor.origin == "the large one" and predictor.labels == BOOK.frame_names


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_every_command_that_takes_a_model_takes_its_name(large, trained, command):
    form = ("--format", "jsonl" if command == "predict" else "json")
    by_name, by_folder = (
        framing(command, "corpus.jsonl", "--model", model, *form, cwd=trained) for model in (LARGE, "model")
    )
    assert by_name.code == 0, by_name.err
    assert by_name.out == by_folder.out and len(by_name.out) > 500


def test_a_name_that_ships_is_never_a_folder_and_a_path_always_is(large, tmp_path, monkeypatch):
    shutil.copytree(model_path("shipped"), tmp_path / LARGE)
    monkeypatch.chdir(tmp_path)
    assert Predictor.load(LARGE).labels == BOOK.frame_names
    for path in (f"./{LARGE}", Path(LARGE)):
        assert Predictor.load(path).labels[0] == "economic_opportunity"


@pytest.mark.parametrize("name", ["shipped_large", "shiped-large", "shipped-lrage"])
def test_a_name_that_almost_ships_is_told_in_one_line(tmp_path, name):
    (tmp_path / "note.txt").write_text("The pact opens a vast market.", encoding="utf-8")
    line = (
        f"unknown shipped model '{name}'; expected one of: shipped, shipped-large (did you mean 'shipped-large'?); "
        "there is no such folder either"
    )
    answer = framing("predict", "note.txt", "--model", name, cwd=tmp_path)
    assert (answer.code, answer.out, answer.err) == (1, "", f"error: {line}\n")


def test_a_folder_of_almost_that_name_is_loaded(trained, tmp_path, monkeypatch):
    shutil.copytree(trained / "model", tmp_path / "shipped2")
    monkeypatch.chdir(tmp_path)
    assert Predictor.load("shipped2").labels == BOOK.frame_names
    with pytest.raises(ModelError, match=r"^model elsewhere: no such folder"):
        Predictor.load("elsewhere")


def test_missing_weights_are_one_line_with_the_command_that_brings_them(without_weights, tmp_path):
    (tmp_path / "note.txt").write_text("The pact opens a vast market.", encoding="utf-8")
    answer = framing("predict", "note.txt", "--model", LARGE, cwd=tmp_path)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        f"error: model shipped-large: encoder {MPNET}: not found (tried folder {MPNET}; models folder "
        f"{tmp_path}/cache/models/{MPNET}; the model hub). To get it: python -m framing.model.encoders {MPNET} "
        "(440 MB; in a clone: make mpnet)\n"
    )
    with pytest.raises(EncoderError, match=rf"^model shipped-large: .*{re.escape(PINNED[MPNET].hint)}$"):
        Predictor.load(LARGE)
