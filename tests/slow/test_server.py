"""A store behind an MLflow server: all that works on a file works there, also when the server goes away in between.

The server keeps its runs in SQLite and, where FRAMING_POSTGRES names an empty database (postgresql://...), in that too.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress

import pytest

from framing import Predictor
from framing.app import run as app_run
from framing.tracking import Store, champion_run, children_of, list_runs
from tests.command import QUICK, framing

FEW = (*QUICK, "tasks=[frames]", "swap_test.sentences=0")


class Server:
    """``mlflow server`` on a port of its own, which can be stopped and started again."""

    def __init__(self, folder, backend):
        self.folder, self.backend = folder, backend
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", self.backend]
        command += ["--artifacts-destination", str(self.folder / "artifacts"), "--port", str(self.port)]
        self.process = subprocess.Popen([*command, "--workers", "1"], start_new_session=True, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 240
        while time.monotonic() < until:
            with suppress(OSError), urllib.request.urlopen(f"{self.address}/health", timeout=5):
                return
            assert self.process.poll() is None, "the server ended"
            time.sleep(0.5)
        raise AssertionError("the server does not start")

    def stop(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    backend = f"sqlite:///{folder}/db" if request.param == "sqlite" else os.environ.get("FRAMING_POSTGRES")
    if not backend:
        pytest.skip("FRAMING_POSTGRES names no database")
    server = Server(folder, backend)
    yield server
    server.stop()


def test_a_store_behind_a_server_keeps_runs_sweeps_and_champions(server, workplace):
    there = f"tracking.uri={server.address}"
    answer = framing("train", "-m", *FEW, "head=logreg,knn", "promote=true", there, cwd=workplace)
    assert answer.code == 0, answer.err
    store = Store(server.address)
    (parent,) = (run for run in list_runs(store) if run.parent is None)
    best, second = children_of(store, parent.run_id)
    assert (parent.status, best.score, best.champion) == ("FINISHED", 1.0, True)
    assert f"The best, {best.name} ({best.run_id[:8]}), against the second, {second.name}" in answer.err
    assert f"* {best.run_id[:8]}" in framing("runs", "--store", server.address, cwd=workplace).out
    compared = framing("compare", best.run_id[:8], second.run_id[:8], "--store", server.address, cwd=workplace)
    assert (compared.code, "they decide alike" in compared.out) == (0, True), compared.err
    assert framing("promote", second.run_id[:8], "--store", server.address, cwd=workplace).code == 0
    model = Predictor.load("models:/harbour@champion", store=server.address)
    assert model.predict(["Warships threaten the harbour."])[0].frames == ("risk",)
    assert not (workplace / "mlartifacts").exists()


def test_a_server_that_goes_away_in_the_middle_of_a_training_loses_nothing(server, workplace, monkeypatch):
    before = champion_run(Store(server.address))
    fit = app_run.fit_training

    def without_server(training):
        server.stop()
        return fit(training)

    monkeypatch.setattr(app_run, "fit_training", without_server)
    answer = framing("train", *FEW, "head.C=3", "promote=true", f"tracking.uri={server.address}", cwd=workplace)
    monkeypatch.undo()
    server.start()
    assert answer.code == 0, answer.err
    assert "the training is done, and the store did not take it" in answer.err
    (folder,) = (workplace / "outputs").glob("*/*/run")
    assert champion_run(Store(server.address)) == before
    pushed = framing("runs", "push", str(folder), cwd=workplace)
    assert pushed.code == 0, pushed.err
    (run,) = (run for run in list_runs(Store(server.address)) if run.params.get("head.C") == "3")
    assert (run.status, run.score) == ("FINISHED", 1.0)
