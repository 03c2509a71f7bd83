"""A saved model comes back as it was, and a folder that is not one is refused with its reason."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from small import model, sentences

from framing.errors import ModelError, OutputError
from framing.model.encoders import SentenceEncoder, WordVectorizer
from framing.model.persistence import FORMAT, load_model, save_model

HEADS = [
    LogisticRegression(C=3, class_weight="balanced", max_iter=2000),
    SVC(C=3, class_weight="balanced"),
    KNeighborsClassifier(5, weights="distance", metric="cosine", algorithm="brute"),
    MLPClassifier([8], max_iter=2000, random_state=0),
]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(model(LogisticRegression()), tmp_path_factory.mktemp("saved") / "model")


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """A copy of the saved model to be damaged."""
    return Path(shutil.copytree(saved, tmp_path / "model"))


def edit(folder: Path, **changes: object) -> None:
    file = folder / "model.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


@pytest.mark.parametrize("head", HEADS, ids=lambda head: type(head).__name__)
@pytest.mark.parametrize("words", [None, WordVectorizer(max_n=1, min_df=1)], ids=["alone", "words"])
def test_save_load_predict_is_bit_equal(head, words, tmp_path):
    fitted = model(head, words)
    loaded = load_model(save_model(fitted, tmp_path / "model"))
    rows = sentences(3)
    assert loaded.predict(rows) == fitted.predict(rows)
    for task in ("frames", "stance"):
        assert np.array_equal(loaded.tasks[task].predict_proba(rows), fitted.tasks[task].predict_proba(rows))


def test_a_model_on_minilm_keeps_the_encoders_digest_and_not_its_weights(tmp_path):
    fitted = model(LogisticRegression(), encoder=SentenceEncoder())
    folder = save_model(fitted, tmp_path / "model")
    content = json.loads((folder / "model.json").read_text())
    assert content["encoder"]["sha256"].startswith("53aa51172d14")
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 1_000_000
    assert load_model(folder).predict(sentences(2)) == fitted.predict(sentences(2))


def test_other_weights_than_those_trained_with_are_refused(tmp_path):
    folder = save_model(model(LogisticRegression(), encoder=SentenceEncoder()), tmp_path / "model")
    content = json.loads((folder / "model.json").read_text())
    edit(folder, encoder={**content["encoder"], "sha256": "0" * 64})
    with pytest.raises(ModelError, match=r"trained with weights 000000000000… .* those found here are 53aa51172d14…"):
        load_model(folder)


def test_the_folder_is_readable_and_holds_no_pickle(saved):
    names = sorted(file.relative_to(saved).as_posix() for file in saved.rglob("*") if file.is_file())
    assert names == ["README.md", "frames/heads.skops", "model.json", "stance/heads.skops"]
    content = json.loads((saved / "model.json").read_text())
    assert content["format"] == FORMAT
    assert set(content["tasks"]["frames"]["thresholds"]) == {"gain", "risk"}
    assert "| gain | " in (saved / "README.md").read_text()


def test_an_edited_card_does_not_matter(folder):
    (folder / "README.md").write_text("my notes")
    assert load_model(folder).predict(sentences(1))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: shutil.rmtree(folder), "no such folder; expected a folder that holds model.json"),
        (lambda folder: (folder / "model.json").unlink(), "no model.json in this folder"),
        (lambda folder: (folder / "model.json").write_text('{"format": 1, "co'), "damaged model.json"),
        (lambda folder: (folder / "model.json").write_text("[]"), "damaged model.json"),
        (lambda folder: edit(folder, tasks={"frames": {}}), "damaged model.json"),
        (lambda folder: edit(folder, format=FORMAT + 1), f"format {FORMAT + 1}, this version reads up to {FORMAT}"),
        (lambda folder: (folder / "stance/heads.skops").unlink(), "stance/heads.skops is missing"),
        (
            lambda folder: (folder / "frames/heads.skops").write_bytes(
                (folder / "frames/heads.skops").read_bytes()[:99]
            ),
            "frames/heads.skops is damaged",
        ),
    ],
)
def test_a_damaged_folder_is_refused_with_its_reason(damage, reason, folder):
    damage(folder)
    with pytest.raises(ModelError, match=reason):
        load_model(folder)


class Sneaky:
    """A type of a stranger's."""


def test_an_untrusted_type_is_refused_even_when_the_digest_fits(folder):
    file = folder / "frames" / "heads.skops"
    skops.io.dump({"heads": {"embedding": [Sneaky()]}, "encoders": {}}, file)
    content = json.loads((folder / "model.json").read_text())
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    edit(folder, files={**content["files"], "frames/heads.skops": digest})
    with pytest.raises(ModelError, match=r"holds the type test_persistence\.Sneaky, which is not trusted"):
        load_model(folder)


def test_a_head_that_could_not_be_loaded_safely_is_not_saved(tmp_path):
    class Own(BernoulliNB):
        pass

    with pytest.raises(ModelError, match="cannot be saved safely"):
        save_model(model(Own()), tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_saving_again_replaces_the_model_and_leaves_nothing_else(folder):
    save_model(model(LogisticRegression(), tasks=("frames",)), folder)
    assert set(load_model(folder).tasks) == {"frames"}
    assert sorted(path.name for path in folder.parent.iterdir()) == ["model"]


def test_an_interrupted_save_leaves_the_old_model_whole(folder, monkeypatch):
    before = load_model(folder).predict(sentences(2))

    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("framing.model.persistence.model_card", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_model(model(LogisticRegression(), tasks=("frames",)), folder)
    assert load_model(folder).predict(sentences(2)) == before
    assert sorted(path.name for path in folder.parent.iterdir()) == ["model"]


def test_a_place_that_is_taken_or_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds something that is not a model"):
        save_model(model(LogisticRegression(), tasks=("frames",)), tmp_path)
    with pytest.raises(OutputError, match="a model cannot be saved here"):
        save_model(model(LogisticRegression(), tasks=("frames",)), tmp_path / "notes.txt" / "model")
    assert (tmp_path / "notes.txt").read_text() == "mine"
