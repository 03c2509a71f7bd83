"""A light install predicts: no library of training is needed, and what needs one says in a line how to get it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from sklearn.linear_model import LogisticRegression

from framing.installed import EXTRAS
from framing.model.encoders import SentenceEncoder
from framing.model.persistence import save_model
from tests.conftest import ROOT
from tests.small import model, sentences
from tests.tiny import WIDTH, tiny_encoder

# Runs commands one after the other in a Python that has none of these libraries.
LIGHT = f"""
import json, sys
sys.modules.update(dict.fromkeys({sorted(EXTRAS)}))
from framing.cli import main
for command in json.loads(sys.argv[1]):
    sys.argv = ["framing", *command]
    try:
        main()
    except SystemExit as stop:
        print(f"== {{command[0]}} {{stop.code}}", file=sys.stderr, flush=True)
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A model of a small BERT, and a table."""
    folder = tmp_path_factory.mktemp("light")
    encoder = SentenceEncoder(tiny_encoder(folder / "encoder", "Bert", **WIDTH), cache=False, device="cpu")
    save_model(model(LogisticRegression(), encoder=encoder), folder / "model")
    rows = [{"text": s.text, "target": s.target, "doc_id": s.group} for s in sentences(2)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "rows.parquet").write_bytes(b"PAR1")
    return folder


def light(folder, *commands: str) -> subprocess.CompletedProcess[str]:
    code = [sys.executable, "-c", LIGHT, json.dumps([command.split() for command in commands])]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FRAMING_CACHE": str(folder / "cache")}
    environment.pop("FRAMING_BACKEND", None)
    return subprocess.run(code, capture_output=True, text=True, check=False, cwd=folder, env=environment)


def test_predicting_scoring_and_reporting_take_none_of_the_libraries_of_extras(saved):
    done = light(
        saved,
        "predict rows.jsonl --model model -o light.jsonl --no-holders",
        "score rows.jsonl scored.jsonl --model model",
        "report light.jsonl -o report.html",
        "data check rows.jsonl",
    )
    told = [line for line in done.stderr.splitlines() if line.startswith("==")]
    assert told == ["== predict 0", "== score 0", "== report 0", "== data 0"], done.stderr
    assert "converted for OpenVINO, once" in done.stderr and "Traceback" not in done.stderr
    assert "<html" in (saved / "report.html").read_text()
    from framing import Predictor

    expected = Predictor.load(saved / "model", backend="torch").predict(sentences(2))
    for file in ("light.jsonl", "scored.jsonl"):
        rows = [json.loads(line) for line in (saved / file).read_text().splitlines()]
        assert [tuple(row["predicted_frames"]) for row in rows] == [one.frames for one in expected]
        assert [row["predicted_stance"] for row in rows] == [one.stance for one in expected]
        assert rows[0]["proba"] == pytest.approx(expected[0].proba, abs=0.05)


def test_what_needs_an_extra_says_so_in_a_line(saved):
    commands = {
        "train": "train",
        "config show": "train",
        "ui": "train",
        "promote run": "train",
        "compare one two": "train",
        "distil model --texts rows.jsonl -o fast": "train",
        "predict rows.jsonl --model models:/coded@champion": "train",
        "predict rows.jsonl --model model --backend torch": "train",
        "predict rows.parquet --model model": "parquet",
        "score rows.jsonl out.parquet --model model": "parquet",
        "data audit rows.jsonl": "measure",
        "drift rows.jsonl rows.jsonl": "measure",
    }
    done = light(saved, *commands)
    assert "Traceback" not in done.stderr
    *told, end = [part.strip() for part in done.stderr.split("== ")]
    assert end.endswith(" 1") and len(told) == len(commands)
    for (command, extra), said in zip(commands.items(), told, strict=True):
        (line,) = [line for line in said.splitlines() if line.startswith("error: ")]
        assert line.endswith(f"is not installed. To get it: pip install 'framing-classifier[{extra}]'"), command
    assert not (saved / "out.parquet").exists()
    assert "training runs" not in done.stdout  # no address of what cannot be opened


def test_in_python_it_is_an_error_of_ours():
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({sorted(EXTRAS)}))\n"
        "import framing\n"
        "try:\n    framing.train\nexcept framing.FramingError as error:\n    print(error)\n"
        "try:\n    framing.Predictor.load(backend='torch')\nexcept framing.FramingError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    said = "is not installed. To get it: pip install 'framing-classifier[train]'"
    assert [line.endswith(said) for line in done.stdout.splitlines()] == [True, True]


def test_what_the_light_install_lacks_is_what_the_extras_bring():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {"sentence_transformers": "sentence-transformers", "sklearn": "scikit-learn", "hydra": "hydra-core"}
    base = {requirement.partition(">")[0] for requirement in project["dependencies"]}
    for library, extra in EXTRAS.items():
        assert names.get(library, library) not in base
        brought = {re.split(r"[\[>]", requirement)[0] for requirement in project["optional-dependencies"][extra]}
        # These come with one that is named.
        if library not in ("joblib", "omegaconf", "sqlalchemy", "transformers"):
            assert names.get(library, library) in brought
