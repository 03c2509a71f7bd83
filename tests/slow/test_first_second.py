"""The first second of a store: whenever its builder is stopped, and however many build at once, the next run works."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

TRIES = int(os.environ.get("TRIES", "9"))
BUILD = """
from framing.tracking import Store, store_uri
print("begun", flush=True)
Store(store_uri("mlflow.db")).prepare()
"""
USE = """
from framing.tracking import Store, open_run, store_uri
with open_run(Store(store_uri("mlflow.db")), "n", "e", {}):
    pass
"""


@pytest.fixture(scope="module")
def seconds(tmp_path_factory):
    """How long a build takes here."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", BUILD], cwd=tmp_path_factory.mktemp("measured"), check=True)
    return time.monotonic() - began


@pytest.mark.parametrize("number", range(TRIES))
def test_a_builder_that_is_stopped_leaves_a_folder_in_which_the_next_run_works(tmp_path, seconds, number):
    stop = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)[number % 3]
    with subprocess.Popen([sys.executable, "-c", BUILD], cwd=tmp_path, stdout=subprocess.PIPE, stderr=-3) as builder:
        builder.stdout.readline()
        time.sleep(seconds * random.Random(number).uniform(0.2, 1))
        builder.send_signal(stop)
    subprocess.run([sys.executable, "-c", USE], cwd=tmp_path, check=True)
    assert {path.name for path in tmp_path.iterdir()} == {"mlflow.db"}


@pytest.mark.parametrize("together", [2, 3, 4, 6])
def test_first_runs_at_once_all_come_through(tmp_path, together):
    runs = [subprocess.Popen([sys.executable, "-c", USE], cwd=tmp_path) for _ in range(together)]
    assert [run.wait() for run in runs] == [0] * together
