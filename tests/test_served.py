"""A run's model is a real MLflow model: loaded, served over HTTP, and the same one for ``Predictor.load``."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pandas
import pytest
import yaml

from framing import Predictor
from framing.tracking import Store, list_runs, store_uri
from tests.conftest import ROOT

RISK, ROPES = "Warships threaten the harbour.", "The clerk counted the ropes on Monday."


@pytest.fixture(scope="module")
def folder(trained: Path) -> Path:
    """The model's folder in the store of the trained folder."""
    (run,) = list_runs(Store(store_uri(str(trained / "mlflow.db"))))
    return trained / "mlartifacts" / run.experiment / run.run_id / "artifacts" / "model"


@pytest.fixture(scope="module")
def loaded(folder: Path):
    from mlflow.pyfunc import load_model

    return load_model(str(folder))


def test_mlflow_and_the_predictor_read_one_folder_and_answer_alike(folder, loaded):
    found = loaded.predict(pandas.DataFrame({"text": [RISK, ROPES], "target": ["the harbour", None]}))
    assert found["predicted_frames"].tolist() == [["risk"], []]
    assert found["predicted_stance"].tolist() == ["against", None]
    expected = Predictor.load(folder).predict_proba([RISK, ROPES])
    assert found[["proba_gain", "proba_risk"]].to_numpy(dtype=float).tolist() == expected.tolist()
    assert found["stance_proba_against"][1] is None


def test_a_model_of_the_store_is_loaded_by_mlflow_under_its_names(trained, monkeypatch):
    from mlflow.pyfunc import load_model

    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{trained}/mlflow.db")
    (run,) = list_runs(Store(store_uri(str(trained / "mlflow.db"))))
    found = load_model(f"runs:/{run.run_id}/model").predict(pandas.DataFrame({"text": [RISK]}))
    assert found["predicted_frames"].tolist() == [["risk"]]


def test_the_model_says_what_it_takes_what_it_gives_and_what_it_needs(folder):
    described = yaml.safe_load((folder / "MLmodel").read_text())
    signature = {key: json.loads(value) for key, value in described["signature"].items()}
    assert [(column["name"], column["required"]) for column in signature["inputs"]] == [
        *(("text", True), ("target", False), ("headline", False), ("previous", False))
    ]
    assert [(p["name"], p["type"], p["default"]) for p in signature["params"]] == [
        *(("goal", "string", None), ("threshold", "double", None))
    ]
    assert [column["name"] for column in signature["outputs"]] == [
        *("predicted_frames", "proba_gain", "proba_risk", "predicted_stance"),
        *("stance_proba_favor", "stance_proba_against", "stance_proba_neutral"),
    ]
    required = [line.partition("==")[0] for line in (folder / "requirements.txt").read_text().split()]
    assert required == ["framing-classifier", "mlflow", "numpy", "pandas", "scikit-learn", "skops"]  # it has no encoder
    example = json.loads((folder / "input_example.json").read_text())
    assert example["columns"] == ["text", "target"]
    assert "/tmp" not in (folder / "MLmodel").read_text()  # nothing of where it was made


def test_the_parameters_are_the_goal_and_one_threshold_for_every_frame(loaded):
    asked = pandas.DataFrame({"text": [ROPES]})
    assert loaded.predict(asked, params={"threshold": 0.0})["predicted_frames"].tolist() == [["gain", "risk"]]
    assert loaded.predict(asked, params={"threshold": 1.0})["predicted_frames"].tolist() == [[]]
    assert loaded.predict(asked, params={"goal": "recall>=0.9"})["predicted_frames"].tolist() == [[]]


@pytest.mark.parametrize(
    ("rows", "params", "told"),
    [
        ({"txt": ["a"]}, {}, r"Model is missing inputs \['text'\]"),
        ({"text": [3]}, {}, "Incompatible input types for column text"),
        ({"text": [""]}, {}, "row 1: no text; every row needs a sentence in 'text'"),
        ({"text": ["a"]}, {"goal": "best"}, "goal best: no such goal of a threshold; expected f1, "),
        ({"text": ["a"]}, {"threshold": 2.0}, r"threshold gain=2.0: a probability in \[0, 1\] is needed"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(loaded, rows, params, told):
    from mlflow.exceptions import MlflowException

    with pytest.raises(MlflowException, match=told) as caught:
        loaded.predict(pandas.DataFrame(rows), params=params)
    assert caught.value.get_http_status_code() == 400


@pytest.fixture(scope="module")
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``mlflow models serve``, as a user starts it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["-m", "mlflow", "models", "serve", "-m", str(folder), "--env-manager", "local", "--port", str(port)]
    # The server starts a program by name, and that program imports the package.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, *command],
            stdout=stream,
            stderr=stream,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": path},
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 180
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5):
                    break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.3)
        yield f"http://127.0.0.1:{port}/invocations"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def asked(address: str, body: bytes) -> tuple[int, str]:
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_served_model_answers_200_to_good_requests_and_400_with_the_reason_to_bad_ones(server):
    good = {"dataframe_records": [{"text": RISK, "target": "the harbour"}, {"text": ROPES}]}
    status, text = asked(server, json.dumps(good).encode())
    assert status == 200
    first, second = json.loads(text)["predictions"]
    assert (first["predicted_frames"], first["predicted_stance"]) == (["risk"], "against")
    assert (second["predicted_frames"], second["predicted_stance"], second["stance_proba_favor"]) == ([], None, None)
    threshold = {"dataframe_records": [{"text": ROPES}], "params": {"threshold": 0}}
    assert json.loads(asked(server, json.dumps(threshold).encode())[1])["predictions"][0]["predicted_frames"] == [
        *("gain", "risk")
    ]
    for body, told in (
        ({"dataframe_records": [{"txt": "a"}]}, "Model is missing inputs ['text']"),
        ({"dataframe_records": [{"text": " "}]}, "row 1: no text; every row needs a sentence in 'text'"),
        ({"dataframe_records": [{"text": "a"}], "params": {"goal": "best"}}, "goal best: no such goal of a threshold"),
    ):
        status, text = asked(server, json.dumps(body).encode())
        assert (status, told in json.loads(text)["message"]) == (400, True), text
    assert asked(server, b"nonsense")[0] == 400
