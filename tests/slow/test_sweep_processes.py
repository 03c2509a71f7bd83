"""Sweeps in processes of their own: several runs at a time, and one that is killed goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from framing.tracking import Store, champion_run, children_of, list_runs, store_uri
from tests.command import QUICK, framing

FEW = (*QUICK, "tasks=[frames]", "swap_test.sentences=0")
COMMAND = (sys.executable, "-c", "from framing.cli import main; main()")


def parent_in(folder):
    store = Store(store_uri(str(folder / "mlflow.db")))
    (parent,) = (run for run in list_runs(store) if run.name.startswith("sweep "))
    return store, parent


def test_runs_at_a_time_say_a_warning_once_and_those_that_fail_hinder_no_other(workplace):
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    options = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "columns.group=")
    answer = subprocess.run(
        [*COMMAND, "train", "-m", *options, *FEW, "data=corpus.jsonl,missing.jsonl", "head.C=1,2"],
        cwd=workplace,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1
    said = [line for line in answer.stderr.splitlines() if "have neither 'group' nor 'doc_id'" in line]
    assert len(said) == 1, answer.stderr
    assert said[0].startswith("warning: 60 of 60 coded rows ")
    assert "Warning" not in answer.stderr  # of libraries
    store, parent = parent_in(workplace)
    found = sorted((run.status, run.failure) for run in children_of(store, parent.run_id))
    assert found == [("FAILED", "missing.jsonl: no such file")] * 2 + [("FINISHED", "")] * 2
    assert answer.stderr.splitlines()[-1].startswith(f"error: 2 of 4 runs of sweep {parent.run_id[:8]} failed: missing")


def test_a_sweep_that_is_killed_goes_on_with_the_same_command(workplace):
    assert framing("train", *FEW, "promote=true", cwd=workplace).code == 0
    before = champion_run(Store(store_uri(str(workplace / "mlflow.db"))))
    typed = ("train", "-m", *FEW, "head.C=2,3,4", "promote=force")
    with subprocess.Popen([*COMMAND, *typed], cwd=workplace, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if line.startswith("run "):  # the first of the three is finished
                os.kill(process.pid, signal.SIGKILL)
                break
    store, parent = parent_in(workplace)
    assert parent.status == "KILLED"
    assert champion_run(store) == before
    finished = [run for run in children_of(store, parent.run_id) if run.status == "FINISHED"]
    assert len(finished) == 1
    again = framing(*typed, cwd=workplace)
    assert again.code == 0, again.err
    assert again.err.splitlines()[0] == f"sweep {parent.run_id[:8]} goes on; 1 of its runs are finished already"
    assert again.err.count("training tfidf-logreg") == 2
    store, parent = parent_in(workplace)
    assert parent.status == "FINISHED"
    assert [run.status for run in children_of(store, parent.run_id)].count("FINISHED") == 3
    assert champion_run(store) != before
