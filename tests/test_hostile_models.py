"""A model folder may come from anybody: what no saved model says is refused in one line, before it is loaded."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

from framing.errors import ModelError
from framing.model.persistence import load_model, save_model
from framing.records import Sentence
from framing.resources import model_path
from tests.small import model
from tests.test_persistence import edit, fix_digests


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return save_model(model(LogisticRegression()), tmp_path_factory.mktemp("saved") / "model")


@pytest.fixture
def folder(saved, tmp_path):
    """A copy of a saved model to damage."""
    return Path(shutil.copytree(saved, tmp_path / "model"))


@pytest.fixture
def adapted(tmp_path):
    """A copy of the model that ships, whose encoder has an adapter."""
    return Path(shutil.copytree(model_path("shipped"), tmp_path / "model"))


def refused(folder):
    with pytest.raises(ModelError) as caught:
        load_model(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def reason(folder, name="model.json"):
    """What is said of a damaged file."""
    before, told, after = refused(folder).partition(f"model {folder}: damaged {name} (")
    assert (before, bool(told)) == ("", True)
    return after.removesuffix("); train or copy the model again")


def within(content, path):
    """The part of a description that holds the last step of a path such as ``tasks.frames.thresholds``."""
    *steps, last = path.split(".")
    for step in steps:
        content = content[int(step) if isinstance(content, list) else step]
    return content, int(last) if isinstance(content, list) else last


NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("tasks.frames.thresholds.gain", NAN, "tasks.frames.thresholds.gain: expected a number from 0 to 1, got nan"),
        ("tasks.frames.thresholds.gain", INFINITE, "expected a number from 0 to 1, got inf"),
        ("tasks.frames.thresholds.gain", -5, "expected a number from 0 to 1, got -5"),
        ("tasks.frames.thresholds.gain", "0.5", "expected a number from 0 to 1, got '0.5'"),
        ("tasks.frames.thresholds.gain", True, "expected a number from 0 to 1, got True"),
        ("tasks.frames.thresholds", {}, "expected one for each of ['gain', 'risk'], got []"),
        ("tasks.stance.thresholds", {"neutral": 0.5}, "tasks.stance.thresholds: expected one for each of []"),
        ("tasks.frames.calibration.0.slopes", [NAN], "calibration.slopes: expected a number from 0 to 1e+09, got nan"),
        ("tasks.frames.calibration.0.slopes", [-1.0], "calibration.slopes: expected a number from 0"),
        ("tasks.frames.calibration.0.slopes", [1.0, 1.0], "calibration.slopes: expected 1 numbers, got 2"),
        ("tasks.frames.calibration.0.bias", [10**400, 0], "calibration.bias: expected a number from -1e+09"),
        ("tasks.frames.calibration", [], "tasks.frames.calibration: expected 2 of them"),
        ("tasks.frames.labels", ["risk", "gain"], "those of the codebook ['gain', 'risk'], got ['risk', 'gain']"),
        ("tasks.frames.labels", 3, "tasks.frames.labels: expected list, got 3"),
        ("tasks.frames.exclusive", True, "tasks.frames.exclusive: expected False as in the codebook, got True"),
        ("tasks.frames.goal", "luck", "tasks.frames.goal luck: no such goal of a threshold"),
        ("tasks.frames.head", "a b", "tasks.frames.head: expected the name of a class, got 'a b'"),
        ("tasks.frames.features", {}, "tasks.frames.features: expected one to ten feature sets, got 0"),
        ("tasks.frames.features.embedding.context", ["__class__"], "expected ('headline', 'previous')"),
        ("tasks.frames.features.embedding.encoder", "sentence", "expected an encoder in the model, got 'sentence'"),
        ("tasks", {"../outside": {}}, "tasks: expected frames, stance or both, got ['../outside']"),
        ("tasks", {}, "tasks: expected frames, stance or both, got []"),
        ("info", [1], "info: expected dict, got [1]"),
        ("files", ["x"], "files: expected dict, got ['x']"),
        ("files", {"../x": "0" * 64}, "files: '../x': expected a path inside the folder"),
        ("files", {"/etc/passwd": "0" * 64}, "files: '/etc/passwd': expected a path inside the folder"),
        ("files", {"x": 3}, "files.x: expected a sha256, got 3"),
    ],
)
def test_what_no_model_says_is_named_with_its_place(folder, path, value, told):
    def change(content):
        part, key = within(content, path)
        part[key] = value

    edit(folder, change)
    assert told in reason(folder)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("adapter", "../outside", "encoder.adapter: expected null or 'encoder', got '../outside'"),
        ("adapter", "/etc", "encoder.adapter: expected null or 'encoder', got '/etc'"),
        ("batch_size", "x", "encoder.batch_size: expected a whole number, got 'x'"),
        ("batch_size", 0, "encoder.batch_size: expected a number from 1"),
        ("max_seq_length", -1, "encoder.max_seq_length: expected a number from 1"),
        ("model", 3, "encoder.model: expected str, got 3"),
        ("sha256", "short", "encoder.sha256: expected a sha256, got 'short'"),
        ("trust_remote_code", True, "encoder: expected some of adapter, batch_size, "),
    ],
)
def test_an_encoder_has_the_options_that_we_write(adapted, key, value, told):
    edit(adapted, lambda content: content["encoder"].update({key: value}))
    assert told in reason(adapted)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"target_modules": "(([a-z])+)+!"}, "target_modules: expected list, got '(([a-z])+)+!'"),
        ({"target_modules": ["(a+)+!"]}, "target_modules: expected a list of plain names"),
        ({"rank_pattern": {"(a+)+!": 3}}, "rank_pattern: expected an option that is off"),
        ({"r": 200_000}, "r: expected a number from 1 to 1024, got 200000"),
        ({"lora_alpha": NAN}, "lora_alpha: expected a number from 0 to 1e+09, got nan"),
        ({"peft_type": "OTHER"}, "peft_type: expected one of ('LORA',), got 'OTHER'"),
        ({"init_lora_weights": "pissa"}, "init_lora_weights: expected one of (True,), got 'pissa'"),
        ({"corda_config": {"cache_file": "/etc/passwd"}}, "corda_config: expected an option that is off"),
        ({"auto_mapping": {"parent_library": "os"}}, "auto_mapping: expected an option that is off"),
        ({"of_tomorrow": 1}, "of_tomorrow: expected an option that is off, got 1"),
    ],
)
def test_an_adapter_does_only_what_ours_do(adapted, change, told):
    file = adapted / "encoder" / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    fix_digests(adapted)
    assert told in reason(adapted, "encoder/adapter_config.json")


def unlisted(folder, name):
    edit(folder, lambda content: content["files"].pop(name))


@pytest.mark.parametrize("name", ["frames/heads.skops", "frames/held_out.json"])
def test_a_file_without_its_digest_is_not_opened(folder, name):
    unlisted(folder, name)
    os.mkfifo(folder / "pipe")
    (folder / "pipe").replace(folder / name)  # who opens it waits for ever
    assert refused(folder) == (
        f"model {folder}: {name} is not among the files of model.json; train or copy the model again"
    )


def test_an_adapter_without_its_digest_is_not_opened_nor_kept(adapted):
    unlisted(adapted, "encoder/adapter_model.safetensors")
    assert "encoder/adapter_model.safetensors is not among the files" in refused(adapted)


@pytest.mark.parametrize("name", ["frames/heads.skops", "model.json"])
def test_a_link_out_of_the_folder_and_a_pipe_are_no_files(folder, tmp_path, name):
    shutil.copy(folder / name, tmp_path / "outside")
    for make in (lambda: (folder / name).symlink_to(tmp_path / "outside"), lambda: os.mkfifo(folder / name)):
        (folder / name).unlink()
        make()
        assert refused(folder) == f"model {folder}: {name} is missing; train or copy the model again"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"format": 2, "codebook": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deep"),
        (" " * (1 << 24) + "{}", "16,777,218 bytes, expected at most 16,777,216"),
        ('{"format": ' + "9" * 5000 + "}", "Exceeds the limit"),
        ("null", "'NoneType' object is not subscriptable"),
    ],
    ids=["deep", "long", "digits", "null"],
)
def test_a_description_is_bounded(folder, content, told):
    (folder / "model.json").write_text(content)
    assert told in reason(folder)


@pytest.mark.parametrize("number", [0, -1, 2.0, "2", True, None, [2], 10**30])
def test_a_format_is_a_number_that_we_know(folder, number):
    edit(folder, lambda content: content.update(format=number, versions=[]))
    assert refused(folder).startswith(f"model {folder}: format {repr(number)[:20]}, this version reads up to 3")


def test_an_archive_that_would_fill_the_memory_is_not_unpacked(folder):
    with zipfile.ZipFile(folder / "frames" / "heads.skops", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b" " * (1 << 27))
    fix_digests(folder)
    assert "heads.skops: would unpack to 134,217,728 bytes" in refused(folder)


def forge(folder, change):
    """Load the heads, change them, and put them back with a digest that fits."""
    file = folder / "frames" / "heads.skops"
    fitted = skops.io.load(file, trusted=skops.io.get_untrusted_types(file=file))
    change(fitted)
    skops.io.dump(fitted, file)
    fix_digests(folder)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda fitted: fitted.clear(), "heads: expected it to be there"),
        (lambda fitted: fitted["heads"].clear(), "heads.embedding: expected it to be there"),
        (lambda fitted: fitted["heads"]["embedding"].pop(), "heads.embedding: expected 2 heads, got 1"),
        (lambda fitted: fitted["heads"].update(embedding=["a", "b"]), "expected a fitted classifier of 2 classes"),
        (
            lambda fitted: setattr(fitted["heads"]["embedding"][0], "classes_", np.array([0, 9])),
            "expected a fitted classifier of 2 classes",
        ),
        (lambda fitted: fitted["encoders"].clear(), "encoders.embedding: expected it to be there"),
        (
            lambda fitted: setattr(fitted["encoders"]["embedding"].vectorizer_, "input", "filename"),
            "encoders.embedding: expected a vectorizer as its options make it",
        ),
        (
            lambda fitted: setattr(fitted["encoders"]["embedding"].vectorizer_, "token_pattern", "(a+)+!"),
            "encoders.embedding: expected a vectorizer as its options make it",
        ),
    ],
)
def test_heads_and_words_are_what_a_training_makes(folder, change, told):
    forge(folder, change)
    assert told in reason(folder, "frames/heads.skops")


def test_heads_that_give_no_numbers_are_found_out_when_they_are_asked(folder):
    forge(folder, lambda fitted: fitted["heads"]["embedding"][0].coef_.fill(NAN))
    with pytest.raises(ModelError, match="the model's probabilities of gain, risk are no numbers; train it again"):
        load_model(folder).predict([Sentence("Profit for Alder.")])
