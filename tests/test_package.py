"""The package as others get it: a light import, public names that are there, a wheel that needs nothing else."""

from __future__ import annotations

import importlib.metadata
import json
import os
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

import framing
from framing.resources import SHIPPED_MODELS, model_path
from tests.conftest import ROOT

HEAVY = {"torch", "sentence_transformers", "mlflow", "sklearn", "skops", "hydra", "datasets"}


def in_fresh_process(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)


def test_importing_the_package_and_its_command_line_loads_no_heavy_library():
    done = in_fresh_process("import framing, framing.cli, sys; print(*sys.modules)")
    assert done.returncode == 0, done.stderr
    assert HEAVY & set(done.stdout.split()) == set()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["--help"], "Usage: framing [OPTIONS] COMMAND"),
        (["--version"], "framing, version"),
        (["predict", "--help"], "Usage: framing predict [OPTIONS] FILE..."),
    ],
)
def test_help_loads_no_heavy_library(command, said):
    code = f"""
import atexit, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
sys.argv = ["framing", *{command}]
from framing.cli import main
main()
"""
    done = in_fresh_process(code)
    assert done.stdout.startswith(said)
    assert "framing.cli" in done.stderr.split()
    assert HEAVY & set(done.stderr.split()) == set()


# few_shot_setfit.py runs in an environment of its own.
EXPERIMENTS = sorted({path.name for path in (ROOT / "experiments").glob("*.py")} - {"few_shot_setfit.py"})


@pytest.mark.parametrize("script", EXPERIMENTS)
def test_an_experiment_finds_all_that_it_imports(script, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "experiments"))  # as Python does for a script
    runpy.run_path(str(ROOT / "experiments" / script), run_name="imported")


def test_every_public_name_is_there():
    assert framing.__all__ == sorted(framing.__all__)
    for name in framing.__all__:
        assert getattr(framing, name).__name__ == name
    assert set(framing.__all__) <= set(dir(framing))


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'framing' has no attribute 'Predicter'"):
        _ = framing.Predicter


def test_the_version_is_that_of_the_installed_distribution():
    assert framing.__version__ == importlib.metadata.version("framing-classifier")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = folder.glob("framing_classifier-*.whl")
    return file


def test_the_wheel_holds_configs_data_codebook_templates_and_the_typing_mark(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    configs = {f"framing/configs/{path.relative_to(ROOT / 'configs')}" for path in (ROOT / "configs").rglob("*.yaml")}
    assert len(configs) > 10
    assert configs <= names
    assert {
        "framing/data/plain.jsonl",
        "framing/seeds/codebook.yaml",
        "framing/report/templates/page.html",
        "framing/report/templates/table.html",
        "framing/py.typed",
    } <= names
    shipped = [model_path(name) for name in SHIPPED_MODELS]
    files = {str(file.relative_to(ROOT)) for folder in shipped for file in folder.rglob("*") if file.is_file()}
    assert "framing/default_model/encoder/adapter_model.safetensors" in files
    assert files <= names
    assert not {name.split("/")[0] for name in names} - {"framing", f"{wheel.name.rsplit('-', 3)[0]}.dist-info"}


def test_the_wheel_trains_and_predicts_in_another_folder(wheel, store_file, tmp_path):
    unpacked, elsewhere = tmp_path / "unpacked", tmp_path / "elsewhere"
    zipfile.ZipFile(wheel).extractall(unpacked)
    elsewhere.mkdir()
    store_file.rename(elsewhere / "mlflow.db")
    # -P: the current folder is not searched, so what runs is the wheel's.
    python = [sys.executable, "-P", "-c"]
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}

    def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*python, code, *arguments]
        return subprocess.run(
            command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    places = run(
        "import framing; from framing.resources import codebook_path, data_path, resource\n"
        "print(framing.__file__, resource('configs'), data_path('shipped'), codebook_path('shipped'), sep='\\n')"
    ).stdout.split()
    assert places == [
        f"{unpacked}/framing/{name}" for name in ("__init__.py", "configs", "data", "seeds/codebook.yaml")
    ]

    main = "from framing.cli import main; main()"
    # The shipped data, as little of the work as can be.
    quick = ["encoder=tfidf", "head=logreg", "split.n_splits=2", "tasks=[frames]", "encoder.max_features=400"]
    trained = run(main, "train", *quick, "promote=true")
    assert trained.returncode == 0, trained.stderr
    rows = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in (ROOT / "data").glob("*.jsonl"))
    assert f"on {rows:,} rows" in trained.stderr
    (config,) = elsewhere.glob("mlartifacts/framing/*/artifacts/config.yaml")
    assert yaml.safe_load(config.read_text())["data"] == "shipped"

    (elsewhere / "article.txt").write_text("A new market opens. The envoy warned of spies.\n", encoding="utf-8")
    predicted = run(main, "predict", "article.txt", "--format", "jsonl")
    assert predicted.returncode == 0, predicted.stderr
    rows = [json.loads(line) for line in predicted.stdout.splitlines()]
    assert [row["text"] for row in rows] == ["A new market opens.", "The envoy warned of spies."]
    assert list(rows[0]["proba"]) == ["economic_opportunity", "security_threat", "skepticism_of_intent"]
