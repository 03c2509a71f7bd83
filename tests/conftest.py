"""What tests share: a cache of their own, a small corpus, a store that is made once."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml

from tests.command import QUICK, framing
from tests.small import BOOK, sentences

# Threads of numerical libraries fight over few cores; telemetry and the hub are never asked.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["FRAMING_BACKEND"] = "torch"  # or each tiny encoder would be converted first
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ.pop("MLFLOW_TRACKING_URI", None)

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    # MLflow's own quarrel with its database library; any other warning is an error.
    config.addinivalue_line("filterwarnings", "ignore:.*Any type hint is inferred as AnyType:UserWarning")
    config.addinivalue_line("filterwarnings", "ignore:The ``noload`` loader strategy:DeprecationWarning")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["FRAMING_CACHE"] = str(tmp_path_factory.mktemp("framing-cache"))


@pytest.fixture(scope="session")
def _empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty store; making one takes seconds, copying it nothing."""
    from framing.tracking import Store, store_uri

    file = tmp_path_factory.mktemp("store") / "mlflow.db"
    Store(store_uri(str(file))).prepare()
    return file


@pytest.fixture
def store_file(_empty_store: Path, tmp_path: Path) -> Path:
    """A tracking store of the test's own, with nothing in it."""
    return Path(shutil.copy(_empty_store, tmp_path / "mlflow.db"))


@pytest.fixture
def workplace(store_file: Path) -> Path:
    """A folder as a user has it: a small coded corpus, its codebook, and an empty store."""
    _put_corpus(store_file.parent)
    return store_file.parent


@pytest.fixture(scope="session")
def trained(_empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same folder after one training, promoted, its model also in ``model/``. Read it, do not write in it."""
    folder = tmp_path_factory.mktemp("trained")
    shutil.copy(_empty_store, folder / "mlflow.db")
    _put_corpus(folder)
    answer = framing("train", *QUICK, "promote=true", "output=model", cwd=folder)
    assert answer.code == 0, answer.err
    return folder


@pytest.fixture
def with_champion(trained: Path, tmp_path: Path) -> Path:
    """A copy of the trained folder for a test that writes; the store's runs keep their files in the first one."""
    return Path(shutil.copytree(trained, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("mlartifacts")))


def _put_corpus(folder: Path) -> None:
    rows = "".join(json.dumps(sentence.to_row()) + "\n" for sentence in sentences())
    (folder / "corpus.jsonl").write_text(rows, encoding="utf-8")
    (folder / "book.yaml").write_text(yaml.safe_dump(BOOK.to_dict(), sort_keys=False), encoding="utf-8")
