"""A store that goes away while a run is under way, and runs whose process was killed."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from framing import Predictor
from framing.app import run as training_run
from framing.app.messages import one_line_errors
from framing.errors import InputError, OutputError
from framing.tracking import Store, list_runs, open_run, push_run, store_uri
from framing.tracking.kept import RunRecord, keep_run, kept_record
from framing.tracking.unfinished import HOST_TAG, PROCESS_TAG, is_gone, process_tags
from tests.command import QUICK, framing


def store_in(folder: Path) -> Store:
    return Store(store_uri(str(folder / "mlflow.db")))


def rename(database: Path, old: str, new: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"ALTER TABLE {old} RENAME TO {new}")


def test_a_training_ends_when_the_store_is_gone_and_its_run_is_recorded_later(workplace, monkeypatch):
    fit = training_run.fit_training

    def gone(training):
        rename(workplace / "mlflow.db", "tags", "away")  # as a server that goes down while it is fitted
        return fit(training)

    monkeypatch.setattr(training_run, "fit_training", gone)
    typed = [*QUICK, "tasks=[frames]", "output=model", "promote=true", "head.C=2"]
    answer = framing("train", *typed, cwd=workplace)
    monkeypatch.undo()
    assert answer.code == 0, answer.err
    assert "warning: the training is done, and the store did not take it: store sqlite:///" in answer.err
    assert "validation/frames/macro_f1 " in answer.err  # the scores are told all the same
    (folder,) = (workplace / "outputs").glob("*/*/run")
    assert answer.err.splitlines()[-1] == (
        f"model and record are kept in {folder}; when the store is back: framing runs push {folder}, then framing "
        "promote RUN"
    )
    assert Predictor.load(workplace / "model").predict(["Warships threaten it."])[0].frames == ("risk",)
    assert Predictor.load(folder / "files" / "model").predict(["Warships threaten it."])[0].frames == ("risk",)

    rename(workplace / "mlflow.db", "away", "tags")
    pushed = framing("runs", "push", str(folder), cwd=workplace)
    assert pushed.code == 0, pushed.err
    (run,) = list_runs(store_in(workplace))  # the one that was begun, and no second one
    assert pushed.out.startswith(f"run {run.run_id[:8]} is now in sqlite:///{workplace}/mlflow.db; make it the default")
    assert (run.status, run.name, run.score, run.params["head.C"]) == ("FINISHED", "tfidf-logreg", 1.0, "2")
    assert framing("promote", run.run_id[:8], cwd=workplace).code == 0
    assert framing("runs", "push", str(folder), cwd=workplace).code == 0
    assert len(list_runs(store_in(workplace))) == 1
    elsewhere = framing("runs", "push", str(folder), "--store", "other.db", cwd=workplace)
    assert elsewhere.code == 0, elsewhere.err
    (copy,) = list_runs(Store(store_uri(str(workplace / "other.db"))))
    assert (copy.status, copy.score, copy.digest) == ("FINISHED", 1.0, run.digest)
    other = Store(store_uri(str(workplace / "other.db")))
    note = other.client.get_run(copy.run_id).data.tags["mlflow.note.content"]
    assert f"Predictor.load('runs:/{copy.run_id}', store='{other.uri}')" in note


def test_where_the_disk_of_the_store_is_full_a_run_is_kept_among_the_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    files = tmp_path / "made"
    (files / "model").mkdir(parents=True)
    full, move = tmp_path / "full" / "run", shutil.move

    def moved(source, destination):
        if destination.is_relative_to(full):
            destination.mkdir(parents=True)
            (destination / "half").write_text("")
            raise shutil.Error([(source, str(destination), "[Errno 28] No space left on device: 'a' -> 'b'")])
        return move(source, destination)

    monkeypatch.setattr(shutil, "move", moved)
    record = RunRecord("name", "experiment", {})
    kept = keep_run(full, record, files)
    assert not full.exists()
    assert re.fullmatch(r"framing-kept-\w+/run", str(kept.relative_to(tmp_path)))
    assert kept_record(kept) == record
    monkeypatch.setattr(tempfile, "tempdir", str(full))
    with pytest.raises(OSError, match="No such file"):
        keep_run(full, record, kept / "files")
    with pytest.raises(OutputError) as caught, one_line_errors():
        moved("a", full / "b")
    assert str(caught.value).startswith("the files of the run: cannot be written ([Errno 28] No space left on device:")


def test_what_was_not_kept_cannot_be_pushed(store_file, tmp_path):
    store = Store(store_uri(str(store_file)))
    for folder in (tmp_path / "nothing", tmp_path):
        with pytest.raises(InputError, match=r"holds no run that was kept .*; expected the folder that the training"):
            push_run(folder, store)
    (tmp_path / "run.json").write_text(json.dumps({"name": "a", "experiment": "b", "params": {}}))
    with pytest.raises(InputError, match=r"its files are gone: .*model is missing"):
        push_run(tmp_path, store)
    assert list_runs(store) == []


def test_a_run_whose_process_was_killed_is_closed_by_the_next_command(store_file):
    begin = (
        "import os, signal, sys; from framing.tracking import Store, start_run, store_uri;"
        "print(start_run(Store(store_uri(sys.argv[1])), 'killed', 'ours'), flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    process = subprocess.run([sys.executable, "-c", begin, str(store_file)], capture_output=True, text=True)
    assert process.returncode == -signal.SIGKILL, process.stderr
    store = Store(store_uri(str(store_file)))
    run_id = process.stdout.strip()
    assert store.client.get_run(run_id).info.status == "RUNNING"
    with open_run(store, "alive", "theirs", {}):
        assert {run.name: run.status for run in list_runs(store)} == {"killed": "KILLED", "alive": "RUNNING"}
    assert store.client.get_run(run_id).info.status == "KILLED"


def test_only_a_process_of_this_machine_that_has_ended_is_gone():
    mine = process_tags()
    assert not is_gone(mine)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert is_gone({HOST_TAG: platform.node(), PROCESS_TAG: f"{ended.pid} 1"})
    assert not is_gone({HOST_TAG: "another machine", PROCESS_TAG: f"{ended.pid} 1"})
    assert not is_gone({})  # of earlier versions
    if len(mine[PROCESS_TAG].split()) == 2:  # the system tells when a process began
        assert is_gone({HOST_TAG: platform.node(), PROCESS_TAG: f"{os.getpid()} 1"})  # the number was given away
