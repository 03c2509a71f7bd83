"""A saved model is a readable folder: it comes back bit-equal, runs no code, and is whole or not there."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
import skops.io
import yaml
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.utils import deprecation

from framing import files
from framing.codebook import Codebook
from framing.errors import EncoderError, FramingWarning, ModelError, OutputError
from framing.model.card import model_card
from framing.model.classifier import frames_classifier
from framing.model.decisions.rule import Rule
from framing.model.encoders import SentenceEncoder, WordVectorizer
from framing.model.encoders.weights import PINNED
from framing.model.framing import FramingClassifier
from framing.model.persistence import FORMAT, check_model_folder, load_model, save_model
from framing.records import Sentence
from framing.resources import resource
from tests.small import BOOK, folds, frame_codes, model, sentences

HEADS = sorted(path.stem for path in resource("configs/head").glob("*.yaml"))
NEW = [
    Sentence("Profit and new markets for Zennor.", target="the harbour"),
    Sentence("Warships near Zennor threaten the harbour.", target="the clerk"),
    Sentence("A sentence of words that nobody has seen."),
    Sentence(""),
]


def configured_head(name):
    """The head that configs/head/NAME.yaml describes."""
    from hydra.utils import instantiate

    content = yaml.safe_load(resource(f"configs/head/{name}.yaml").read_text().replace("${seed}", "0"))
    head = instantiate(content, _convert_="all")
    # Too few rows to converge in the steps that suit real data; that is not what is tested.
    return head.set_params(max_iter=60, tol=1.0) if isinstance(head, MLPClassifier) else head


def edit(folder, change):
    """Change model.json in place."""
    file = folder / "model.json"
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))


def fix_digests(folder):
    """Make model.json agree with the files, as someone would who forges a model."""

    def change(content):
        content["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in content["files"]}

    edit(folder, change)


@pytest.fixture(scope="module")
def fitted():
    return model(LogisticRegression(C=3), info={"seed": 0})


@pytest.fixture(scope="module")
def saved(fitted, tmp_path_factory):
    """A saved model; read it, do not write in it."""
    return save_model(fitted, tmp_path_factory.mktemp("saved") / "model")


@pytest.fixture
def folder(saved, tmp_path):
    """A copy of the saved model to damage."""
    return Path(shutil.copytree(saved, tmp_path / "model"))


# --- there and back ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [None, WordVectorizer(max_n=2, min_df=2)], ids=["none", "tfidf"])
@pytest.mark.parametrize("name", HEADS)
def test_every_head_comes_back_bit_equal(tmp_path, name, words):
    before = model(configured_head(name), words=words)
    after = load_model(save_model(before, tmp_path / "model"))
    rows = NEW + sentences(2)
    assert after.predict(rows) == before.predict(rows)
    for task in ("frames", "stance"):
        assert after.tasks[task].predict_proba(rows).tobytes() == before.tasks[task].predict_proba(rows).tobytes()
        assert after.tasks[task].thresholds_ == before.tasks[task].thresholds_
        assert after.tasks[task].calibrations_ == before.tasks[task].calibrations_
    assert after.codebook == before.codebook == BOOK


def test_a_model_on_minilm_comes_back_bit_equal_without_its_weights_in_the_folder(tmp_path):
    before = model(configured_head("svm"), words=WordVectorizer(min_df=1), encoder=SentenceEncoder(batch_size=8))
    folder = save_model(before, tmp_path / "model")
    after = load_model(folder)
    assert after.predict(NEW) == before.predict(NEW)
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 3_000_000
    encoder = json.loads((folder / "model.json").read_text())["encoder"]
    assert encoder["sha256"] == PINNED[encoder["model"]].sha256
    assert encoder["batch_size"] == 8


def test_the_device_stays_with_the_machine(tmp_path):
    before = model(LogisticRegression(), encoder=SentenceEncoder(device="cpu"), tasks=["frames"])
    after = load_model(save_model(before, tmp_path / "model"))
    assert after.tasks["frames"].features_["embedding"].encoder_.device is None


def test_exclusive_frames_and_the_info_come_back(tmp_path):
    book = Codebook.from_dict({"name": "one each", "frames": ["gain", "risk"], "exclusive": True})
    rows = [row for row in sentences(6) if len(row.frames) == 1]
    Y = frame_codes(rows, book)
    task = frames_classifier(book, WordVectorizer(min_df=1), LogisticRegression()).fit(rows, Y, folds(rows, Y))
    before = FramingClassifier(book, {"frames": task}, {"seed": 3, "metrics": {"validation/frames/macro_f1": 0.5}})
    after = load_model(save_model(before, tmp_path / "model"))
    texts = [replace(row, target=None) for row in NEW]
    assert after.predict(texts) == before.predict(texts)
    assert after.info == before.info
    assert set(after.tasks) == {"frames"}


def test_a_model_may_be_saved_again_after_loading(saved, tmp_path):
    again = save_model(load_model(saved), tmp_path / "again")
    names = sorted(path.relative_to(saved) for path in saved.rglob("*"))
    assert sorted(path.relative_to(again) for path in again.rglob("*")) == names
    assert (again / "README.md").read_text() == (saved / "README.md").read_text()
    assert (
        json.loads((again / "model.json").read_text())["tasks"]
        == json.loads((saved / "model.json").read_text())["tasks"]
    )


def test_the_folder_is_readable_and_holds_no_pickle(saved):
    files = sorted(path.relative_to(saved).as_posix() for path in saved.rglob("*") if path.is_file())
    assert files == [
        "README.md",
        *("frames/heads.skops", "frames/held_out.json"),
        "model.json",
        *("stance/heads.skops", "stance/held_out.json"),
    ]
    content = json.loads((saved / "model.json").read_text())
    assert content["format"] == 2  # as names are read as they are
    assert set(content["files"]) == set(files) - {"model.json"}
    assert list(content["tasks"]["frames"]["thresholds"]) == ["gain", "risk"]
    assert content["tasks"]["stance"]["head"] == "LogisticRegression"
    for file in saved.rglob("*"):
        assert file.is_dir() or not file.read_bytes().startswith(b"\x80")  # how a pickle begins


def test_the_card_is_for_people_and_may_be_edited(folder, fitted):
    text = (folder / "README.md").read_text()
    assert text.startswith("# Framing model: harbour\n")
    assert "- Encoder: words (TF-IDF)" in text
    assert "- frames: LogisticRegression on embedding, 2 labels" in text
    assert f"| gain | {fitted.tasks['frames'].thresholds_['gain']:.3f} | It pays. |" in text
    assert "| risk | " in text
    assert "It \\| threatens." in text  # a bar would end the cell
    (folder / "README.md").write_text("Ours, trained on the old corpus.")
    assert load_model(folder).predict(NEW) == fitted.predict(NEW)
    (folder / "README.md").unlink()
    assert load_model(folder).predict(NEW) == fitted.predict(NEW)


def test_the_card_shows_scores_with_intervals_and_where_they_come_from(saved):
    content = json.loads((saved / "model.json").read_text())
    content["info"] = {
        "seed": 7,
        "data": {"digest": "0123456789abcdef0123", "counts": {"frames": {"coded": 1040, "groups": 53, "gain": 300}}},
        "metrics": {"validation/frames/macro_f1": 0.61, "validation/frames/macro_f1_low": 0.5},
    }
    content["info"]["metrics"]["validation/frames/macro_f1_high"] = 0.7
    card = model_card(content)
    assert "- Coded for frames: 1,040 rows in 53 groups (gain 300)\n" in card
    assert "- Data digest: 0123456789abcdef…, seed 7\n" in card
    assert "| validation/frames/macro_f1 | 0.610 | 0.500 to 0.700 |\n" in card
    assert "trainings, this one among them" not in card
    content["info"]["looked_at"] = 12
    assert "12 trainings, this one among them, were validated on these data" in model_card(content)


# --- what is refused --------------------------------------------------------------------------------------------


def refused(folder):
    with pytest.raises(ModelError) as caught:
        load_model(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_no_folder_or_no_model_in_it(tmp_path):
    missing = tmp_path / "missing"
    assert refused(missing) == f"model {missing}: no such folder; expected a folder that holds model.json"
    assert refused(tmp_path) == f"model {tmp_path}: no model.json in this folder; it is not a saved model"
    (tmp_path / "file").write_text("x")
    assert (
        refused(tmp_path / "file") == f"model {tmp_path}/file: no such folder; expected a folder that holds model.json"
    )


@pytest.mark.parametrize("size", [0, 1, 300, -3])
def test_a_truncated_model_json(folder, size):
    file = folder / "model.json"
    file.write_bytes(file.read_bytes()[:size])
    told = refused(folder)
    assert told.startswith(f"model {folder}: damaged model.json (")
    assert told.endswith("train or copy the model again")
    file.write_text("[]")
    assert refused(folder).startswith(f"model {folder}: damaged model.json (")


@pytest.mark.parametrize("size", [0, 100, -1])
def test_a_truncated_heads_file(folder, size):
    file = folder / "frames" / "heads.skops"
    file.write_bytes(file.read_bytes()[:size])
    assert refused(folder) == (
        f"model {folder}: frames/heads.skops is damaged (its sha256 is not the one in model.json)"
    )
    # Nor does the reader trip where the digest was made to fit.
    fix_digests(folder)
    if size != -1:  # the last byte is the length of a comment that is not there
        assert refused(folder).startswith(f"model file {file}: cannot be read (")


def test_a_heads_file_that_is_missing(folder):
    (folder / "stance" / "heads.skops").unlink()
    assert refused(folder) == f"model {folder}: stance/heads.skops is missing; train or copy the model again"


def test_a_model_of_format_1_predicts_and_says_what_it_cannot(saved, folder):
    def change(content):
        content["format"] = 1
        for task in content["tasks"].values():
            del task["goal"]
        content["files"] = {name: digest for name, digest in content["files"].items() if "held_out" not in name}

    edit(folder, change)
    for task in ("frames", "stance"):
        (folder / task / "held_out.json").unlink()
    old = load_model(folder)
    assert old.predict(NEW) == load_model(saved).predict(NEW)
    assert old.predict(NEW, Rule(goal="f1")) == old.predict(NEW)  # what its thresholds are for
    for option, value in (("goal", "count"), ("adapt_priors", True), ("adapt_priors", "document"), ("abstain", 0.1)):
        with pytest.raises(ModelError) as caught:
            old.predict(NEW, Rule(**{option: value}))
        assert str(caught.value) == (
            f"{option}: this model was first saved in format 1, without its held-out scores; train it anew, or leave "
            f"{option} out"
        )
    # Saved again, it is no richer.
    with pytest.raises(ModelError, match="first saved in format 1"):
        load_model(save_model(old, folder)).predict(NEW, Rule(abstain=0.1))


def test_what_was_held_out_comes_back_equal(fitted, saved):
    after = load_model(saved)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FramingWarning)  # three sentences are few
        for rule in (
            {"goal": "count"},
            {"goal": "micro_f1"},
            {"goal": "precision>=0.9"},
            {"adapt_priors": True},
            {"adapt_priors": "document"},
            {"abstain": 0.05},
        ):
            assert after.predict(NEW, Rule(**rule)) == fitted.predict(NEW, Rule(**rule))


def test_held_out_scores_that_are_damaged(folder):
    file = folder / "frames" / "held_out.json"
    content = json.loads(file.read_text())
    nan = [*content[0]["shares"][:-1], float("nan")]
    for damaged, why in (
        (content[:1], "expected a list of 2"),
        ([{"shares": []}, content[1]], "no 'curve'"),
        ([{**content[0], "shares": []}, content[1]], "not enough values to unpack (expected at least 2, got 0)"),
        ([{**content[0], "shares": nan}, content[1]], "a number that is not finite"),
    ):
        file.write_text(json.dumps(damaged))
        fix_digests(folder)
        told = f"model {folder}: damaged frames/held_out.json ({why}); train or copy the model again"
        assert refused(folder) == told


def test_a_model_that_kept_no_counts_of_rows_has_a_common_threshold(fitted, folder):
    file = folder / "frames" / "held_out.json"
    content = json.loads(file.read_text())
    assert [label.pop("n") for label in content] == [60, 60]  # as version 0.1.0 left it
    file.write_text(json.dumps(content))
    fix_digests(folder)
    assert load_model(folder).predict(NEW, Rule(goal="micro_f1")) == fitted.predict(NEW, Rule(goal="micro_f1"))


def test_a_newer_format_names_what_saved_it(folder):
    edit(folder, lambda content: content.update(format=FORMAT + 1, versions={"framing-classifier": "9.1"}))
    assert refused(folder) == (
        f"model {folder}: format 4, this version reads up to 3; it was saved by framing-classifier 9.1: "
        "upgrade the package"
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.clear(),
        lambda content: content.pop("format"),
        lambda content: content.pop("files"),
        lambda content: content.update(files=[]),
        lambda content: content.pop("encoder"),
        lambda content: content.pop("codebook"),
        lambda content: content.update(codebook={"name": "nothing"}),
        lambda content: content.update(tasks=[]),
        lambda content: content["tasks"]["frames"].pop("thresholds"),
        lambda content: content["tasks"]["frames"].update(calibration=[{}]),
        lambda content: content["tasks"]["frames"]["features"]["embedding"].update(features="PoemFeatures"),
    ],
)
def test_a_model_json_that_lacks_something(folder, change):
    edit(folder, change)
    told = refused(folder)
    assert told.startswith(f"model {folder}: damaged model.json (")
    assert told.endswith("; train or copy the model again")


class Custom(BaseEstimator):
    """A class of somebody else's."""


@pytest.mark.parametrize(
    ("forged", "named"),
    [
        ({"heads": {"embedding": [Custom()]}, "encoders": {}}, f"{__name__}.Custom"),
        ({"heads": print, "encoders": {}}, "builtins.print"),
        ({"heads": {"embedding": [deprecation.deprecated]}, "encoders": {}}, "sklearn.utils.deprecation.deprecated"),
    ],
    ids=["class", "builtin", "function"],
)
def test_a_type_that_is_not_trusted_is_not_loaded(folder, forged, named):
    file = folder / "frames" / "heads.skops"
    skops.io.dump(forged, file)
    fix_digests(folder)
    assert refused(folder) == (
        f"model file {file}: holds the type {named}, which is not trusted and might run code; nothing was loaded"
    )


def test_a_pickle_in_place_of_the_heads_is_not_loaded(folder, tmp_path):
    import pickle

    class Bomb:
        def __reduce__(self):
            return Path.touch, (tmp_path / "exploded",)

    (folder / "frames" / "heads.skops").write_bytes(pickle.dumps(Bomb()))
    fix_digests(folder)
    assert "cannot be read (BadZipFile" in refused(folder)
    assert not (tmp_path / "exploded").exists()


def test_other_weights_than_those_of_the_training_are_refused(tmp_path):
    folder = save_model(model(LogisticRegression(), encoder=SentenceEncoder(), tasks=["frames"]), tmp_path / "model")
    edit(folder, lambda content: content["encoder"].update(sha256="f" * 64))
    name = "sentence-transformers/all-MiniLM-L6-v2"
    assert refused(folder) == (
        f"model {folder}: trained with weights ffffffffffff… of {name}, but those found here are "
        f"{PINNED[name].sha256[:12]}…; install the same weights or train again"
    )
    edit(folder, lambda content: content["encoder"].update(model="nobody/nothing"))
    with pytest.raises(EncoderError, match="encoder nobody/nothing: not found"):
        load_model(folder)


def test_a_head_that_could_not_be_loaded_is_not_saved(tmp_path):
    class Own(LogisticRegression):
        """Not on the trusted list, and not to be found by its name either."""

    Own.__module__ = Custom.__module__
    with pytest.raises(ModelError, match=r"^the frames heads cannot be saved safely: type .*Own is not on the trusted"):
        save_model(model(Own(), tasks=["frames"]), tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_model_keeps_one_sentence_encoder(tmp_path):
    two = model(
        LogisticRegression(),
        encoder=SentenceEncoder(),
        words=SentenceEncoder(max_seq_length=4),
        tasks=["frames"],
    )
    with pytest.raises(ModelError, match=r"^a model keeps one sentence encoder, this one has two: .*max_seq_length=4"):
        save_model(two, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


# --- where it goes ----------------------------------------------------------------------------------------------


def test_a_model_replaces_a_model(fitted, folder):
    (folder / "frames" / "heads.skops").write_bytes(b"old")
    assert save_model(fitted, folder) == folder
    assert load_model(folder).predict(NEW) == fitted.predict(NEW)
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_an_empty_folder_and_folders_that_are_not_there_yet_will_do(fitted, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    save_model(fitted, tmp_path / "empty")
    monkeypatch.chdir(tmp_path)
    assert save_model(fitted, "new/deep/model") == tmp_path / "new" / "deep" / "model"
    assert load_model("new/deep/model").predict(NEW) == load_model("empty").predict(NEW)


def test_a_folder_that_holds_something_else_is_left_alone(fitted, tmp_path):
    (tmp_path / "thesis.txt").write_text("three years of work")
    for save in (lambda: check_model_folder(tmp_path), lambda: save_model(fitted, tmp_path)):
        with pytest.raises(OutputError) as caught:
            save()
        assert str(caught.value) == f"{tmp_path}: holds something that is not a model; choose a new or empty folder"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(OutputError, match=r"thesis\.txt: holds something that is not a model"):
        save_model(fitted, tmp_path / "thesis.txt")


def test_a_path_below_a_file_cannot_be_written(fitted, tmp_path):
    (tmp_path / "file").write_text("in the way")
    goal = tmp_path / "file" / "model"
    for save in (lambda: check_model_folder(goal), lambda: save_model(fitted, goal)):
        with pytest.raises(OutputError) as caught:
            save()
        assert str(caught.value) == f"{goal}: a model cannot be saved here (File exists); choose another folder"


class Interrupting(dict):
    """Information about a model that stops its saving, as Ctrl-C or a full disk would."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def get(self, *key):
        raise self.error


def test_an_interrupted_save_leaves_the_old_model_whole(fitted, folder):
    for error, seen in ((KeyboardInterrupt(), KeyboardInterrupt), (OSError(28, "No space left"), OutputError)):
        broken = FramingClassifier(BOOK, fitted.tasks, Interrupting(error))
        with pytest.raises(seen):
            save_model(broken, folder)
        assert load_model(folder).predict(NEW) == fitted.predict(NEW)
        assert [path.name for path in folder.parent.iterdir()] == ["model"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError])
def test_an_interruption_between_the_two_renames_brings_the_old_model_back(fitted, folder, monkeypatch, stop):
    rename = Path.rename

    def stopping(path, goal):
        if path.name == "new":
            raise stop
        return rename(path, goal)

    monkeypatch.setattr(files, "_exchanged", lambda one, other: False)  # as where a system cannot
    monkeypatch.setattr(Path, "rename", stopping)
    with pytest.raises(OutputError if stop is OSError else stop):
        save_model(model(LogisticRegression(C=0.001), tasks=["frames"]), folder)
    monkeypatch.undo()
    assert load_model(folder).predict(NEW) == fitted.predict(NEW)
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


KILLED = """
import os, pathlib
from framing import files
from framing.model.persistence import load_model, save_model

model = load_model("model")
if {alone}:
    files._exchanged = lambda one, other: False
rename = pathlib.Path.rename
pathlib.Path.rename = lambda path, goal: os.kill(os.getpid(), 9) if path.name == "new" else rename(path, goal)
{stop}
save_model(model, "model")
"""
NO_CLEANING = """
import shutil
rmtree = shutil.rmtree
def cleaning(path, **options):
    os.kill(os.getpid(), 9) if os.path.exists(os.path.join(path, "new")) else rmtree(path, **options)
shutil.rmtree = cleaning
"""


def killed(folder, **how):
    script = KILLED.format(**{"alone": False, "stop": "", **how})
    return subprocess.run([sys.executable, "-c", script], cwd=folder.parent, check=False).returncode


def test_a_process_that_is_killed_leaves_a_model_in_its_place_and_its_rest_goes_with_the_next(fitted, folder):
    assert killed(folder, stop=NO_CLEANING) == -9
    assert load_model(folder).predict(NEW) == fitted.predict(NEW)
    assert len(list(folder.parent.iterdir())) == 2  # the old model, in a folder that nobody owns
    save_model(fitted, folder)
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_where_a_system_cannot_swap_the_model_is_named_and_nothing_removes_it(fitted, folder):
    assert killed(folder, alone=True) == -9
    (aside,) = folder.parent.glob(".model-*.part/old")
    assert refused(folder) == f"model {folder}: its replacement was cut off, and it is in {aside}: move it back"
    save_model(fitted, folder)
    assert load_model(aside).predict(NEW) == fitted.predict(NEW)
