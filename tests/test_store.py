"""The file of a store: it is there whole or not at all, it may be moved, and its folder may be called anything."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from framing import Predictor
from framing.errors import FramingWarning, ModelError, StoreError
from framing.tracking import Store, champion_run, fetched_model, list_runs, open_run, promote, store_uri
from framing.tracking.database import State, build, mlflow_address, state_of
from framing.tracking.moved import mend_places, place_beside
from framing.tracking.patient import PatientClient, patiently
from framing.tracking.registry import unless_there
from framing.tracking.runs import Run, start_run
from tests.command import QUICK, contents, framing

ODD = '50%25 done? #1 "x" d\'été'


def half_built(file: Path, *, with_run: bool = False) -> Path:
    """What a first run of version 0.1.0 leaves when it is killed: some tables, and no experiment."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num)")
        connection.execute("INSERT INTO alembic_version VALUES ('451aebb31d03')")
        connection.execute("CREATE TABLE experiments (experiment_id)")
        connection.execute("CREATE TABLE runs (run_uuid, artifact_uri)")
        if with_run:
            connection.execute("INSERT INTO runs VALUES ('a1', 'file:///a1')")
    return file


@pytest.fixture
def no_wait(monkeypatch):
    """Nobody else is at work here: a file that has just been made is not being built."""
    monkeypatch.setattr("framing.tracking.database._QUIET", 0)


KILLED = """
import pathlib, sys, time
from framing.tracking import database

def write_half(new, artifacts):
    for ending in ("", "-journal"):
        pathlib.Path(f"{new}{ending}").write_text("half of it")
    time.sleep(60)

database._write_new = write_half
database.build(pathlib.Path(sys.argv[1]))
"""


def test_a_build_that_is_killed_leaves_no_store_and_many_at_once_make_one(tmp_path):
    file = tmp_path / "mlflow.db"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(file)])
    while not (tmp_path / ".mlflow.db.new-journal").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not file.exists()
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(build, [file] * 3)) == [None] * 3
    assert state_of(file) is State.WHOLE
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        places = connection.execute("SELECT name, artifact_location FROM experiments").fetchall()
    assert places == [("Default", f"file://{tmp_path}/mlartifacts/0")]


def test_runs_that_begin_at_once_share_one_new_experiment(store_file):
    stores = [Store(store_uri(str(store_file))) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda store: start_run(store, "r", "new"), stores))
    assert [run.experiment for run in list_runs(stores[0])] == ["new"] * 4


def test_what_another_process_has_just_registered_is_not_an_error(store_file):
    client = Store(store_uri(str(store_file))).client
    assert unless_there(client.create_registered_model, "framing").name == "framing"
    assert unless_there(client.create_registered_model, "framing") is None


def test_a_half_built_store_is_named_by_what_reads_and_left_as_it_is(tmp_path):
    file = half_built(tmp_path / "mlflow.db")
    before = contents(tmp_path)
    for command in (["runs"], ["promote", "a1"], ["ui"], ["predict", "-", "--store", "mlflow.db"]):
        answer = framing(*command, cwd=tmp_path, stdin=b"Warships.")
        assert (answer.code, answer.err) == (
            1,
            f"error: store sqlite:///{file}: half-built and empty, its first training was cut off; the next training "
            "builds it anew (framing train), or name another store with --store\n",
        )
    assert contents(tmp_path) == before


def test_training_moves_a_half_built_store_aside_and_builds_a_new_one(tmp_path, no_wait):
    file = half_built(tmp_path / "mlflow.db")
    old = file.read_bytes()
    (tmp_path / "mlflow.db.broken-1").write_text("from another time")
    store = Store(store_uri(str(file)))
    with pytest.warns(FramingWarning, match=r"half-built and empty.* it is now mlflow.db.broken-2, and a new one was"):
        start_run(store, "r", "e")
    assert [run.name for run in list_runs(store)] == ["r"]
    assert (tmp_path / "mlflow.db.broken-2").read_bytes() == old
    assert (tmp_path / "mlflow.db.broken-1").read_text() == "from another time"


@pytest.mark.parametrize(
    ("statements", "state"),
    [
        ([], State.ABSENT),
        (["CREATE TABLE addresses (name)"], State.FOREIGN),
        (["CREATE TABLE alembic_version (version_num)"], State.FOREIGN),  # of any program that uses alembic
        (["CREATE TABLE experiments (name)"], State.HALF_BUILT),
        (["CREATE TABLE t (name)", "DROP TABLE t"], State.HALF_BUILT),
        # A migration that was cut off between dropping a table and renaming its copy.
        (["CREATE TABLE alembic_version (v)", "CREATE TABLE runs (r)"], State.HALF_BUILT),
        (["CREATE TABLE alembic_version (v)", "CREATE TABLE runs (r)", "INSERT INTO runs VALUES (1)"], State.DAMAGED),
        # An older MLflow's: fewer tables, and all that it made.
        (["CREATE TABLE experiments (name)", "INSERT INTO experiments VALUES ('Default')"], State.WHOLE),
    ],
)
def test_the_state_of_a_database_is_told_by_what_it_holds(tmp_path, statements, state):
    file = tmp_path / "some.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    assert state_of(file) is state


def test_a_half_built_store_that_holds_runs_is_an_error_and_stays_as_it_is(workplace):
    (workplace / "mlflow.db").unlink()
    half_built(workplace / "mlflow.db", with_run=True)
    before = contents(workplace)
    for command in (["train", *QUICK], ["runs"]):
        answer = framing(*command, cwd=workplace)
        assert answer.code == 1
        assert answer.err.count("\n") == 1
        assert "damaged: it holds runs but no experiment, and is left as it is" in answer.err
    assert contents(workplace) == before


def not_a_database(folder: Path) -> None:
    (folder / "mlflow.db").write_text("not a database, but long enough to look like one" * 9)


def a_folder(folder: Path) -> None:
    (folder / "mlflow.db").mkdir()


def a_store_without_its_files(folder: Path, trained: Path) -> None:
    shutil.copy(trained / "mlflow.db", folder)
    with closing(sqlite3.connect(folder / "mlflow.db")) as connection, connection:
        connection.execute("UPDATE model_versions SET source = replace(source, 'mlartifacts', 'gone')")


@pytest.mark.parametrize("spoil", [lambda d: half_built(d / "mlflow.db"), not_a_database, a_folder])
def test_prediction_goes_on_with_the_shipped_model_where_the_store_that_lies_there_is_unusable(
    tmp_path, monkeypatch, spoil
):
    spoil(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.warns(FramingWarning, match=f"^using the model shipped with framing: store sqlite:///{tmp_path}/ml"):
        assert Predictor.load().origin == "the model shipped with framing"
    with pytest.raises(StoreError):
        Predictor.load(store="mlflow.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")
    with pytest.raises(StoreError):
        Predictor.load()


def test_prediction_goes_on_where_the_champions_files_are_gone_or_damaged(trained, tmp_path, monkeypatch):
    a_store_without_its_files(tmp_path, trained)
    monkeypatch.chdir(tmp_path)
    with pytest.warns(FramingWarning, match=r"its files are gone from .*/gone/.*; where the store was moved, put its"):
        Predictor.load()
    with pytest.raises(StoreError, match="its files are gone from"):
        Predictor.load(store="mlflow.db")
    copy_of(trained, tmp_path / "copy")
    next((tmp_path / "copy").glob("mlartifacts/*/*/artifacts/model/frames/heads.skops")).unlink()
    monkeypatch.chdir(tmp_path / "copy")
    with pytest.warns(FramingWarning, match="shipped with framing: model .*: frames/heads.skops is missing"):
        Predictor.load()
    with pytest.raises(ModelError, match="is missing"):
        Predictor.load("models:/harbour@champion")


def copy_of(project: Path, folder: Path) -> Path:
    return Path(shutil.copytree(project, folder, ignore=shutil.ignore_patterns("outputs")))


def test_files_beside_the_database_are_its_own_and_where_there_are_none_the_recorded_place_holds(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new place"
    kept = "mlartifacts/framing/a1/artifacts"
    for folder in (old / kept, old / "mlartifacts/framing/b2/artifacts", new / kept):
        folder.mkdir(parents=True)
    database = new / "mlflow.db"
    assert place_beside(database, (old / kept).as_uri()) == (new / kept).as_uri()  # copied: the first is still there
    assert place_beside(database, str(old / kept)) == str(new / kept)
    only_there = (old / "mlartifacts/framing/b2/artifacts").as_uri()
    assert place_beside(database, only_there) == only_there
    for elsewhere in (
        "s3://bucket/mlartifacts/framing",
        "mlflow-artifacts:/1/a1/artifacts",
        "models:/m-1",
        "file:///x",
    ):
        assert place_beside(database, elsewhere) == elsewhere
    (tmp_path / "link").symlink_to(new)
    assert place_beside(tmp_path / "link" / "mlflow.db", (new / kept).as_uri()) == (new / kept).as_uri()
    gone = (tmp_path / "gone" / "mlartifacts" / "framing").as_uri()
    assert place_beside(database, gone + "/c3") == gone + "/c3"
    assert place_beside(old / "mlflow.db", gone.replace("framing", "next"), new=True) == (
        (old / "mlartifacts" / "next").as_uri()
    )


def test_a_copied_project_reads_its_own_files_and_reading_writes_nothing(trained, tmp_path):
    folder = copy_of(trained, tmp_path / "copy of ours")
    (model,) = folder.glob("mlartifacts/*/*/artifacts/model")
    (model / "mine.txt").write_text("only in the copy")
    before = contents(folder)
    store = Store(store_uri(str(folder / "mlflow.db")))
    (run,) = list_runs(store)
    for name in ("models:/harbour@champion", "models:/harbour/1", f"runs:/{run.run_id}"):
        with fetched_model(store, name) as files:
            assert (files / "mine.txt").exists()
    assert contents(folder) == before


def test_a_run_in_a_copied_project_mends_the_database_once_and_writes_beside_it(trained, tmp_path, capsys):
    before = contents(trained)
    folder = copy_of(trained, tmp_path / "copy")
    store = Store(store_uri(str(folder / "mlflow.db")))
    (first,) = list_runs(store)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "note.txt").write_text("of the copy")
    for name in ("second", "third"):
        with open_run(store, name, "framing", {}) as run:
            run.log({}, tmp_path / "files")
        assert (folder / "mlartifacts" / "framing" / run.run_id / "artifacts" / "note.txt").exists()
    told = f"store {store.uri}: moved or copied; its runs' files are now those in {folder}\n"
    assert capsys.readouterr().err == told
    assert mend_places(folder / "mlflow.db") == 0
    assert promote(store, first).champion.version == 2
    with closing(sqlite3.connect(folder / "mlflow.db")) as connection:
        for table, column in (
            ("experiments", "artifact_location"),
            ("runs", "artifact_uri"),
            ("model_versions", "source"),
            ("model_versions", "storage_location"),
        ):
            places = [place for (place,) in connection.execute(f"SELECT {column} FROM {table}")]
            assert places and not any(str(trained) in str(place) for place in places)
        for table, column in (
            ("tags", "value"),
            ("registered_models", "description"),
            ("model_versions", "description"),
        ):
            told = [str(text) for (text,) in connection.execute(f"SELECT {column} FROM {table}")]
            assert any(f"sqlite:///{folder}/mlflow.db" in text for text in told)
            assert not any(f"sqlite:///{trained}/" in text for text in told)  # commands name the store of the copy
    assert contents(trained) == before


@pytest.mark.parametrize("name", ["codes%20final", "100%", "what?", "#1", "a&b;c@d+[e]", 'd\'été "x"'])
def test_mlflow_opens_the_very_file_whatever_its_folder_is_called(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    engine = create_engine(mlflow_address(folder / "mlflow.db"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE here (name)"))
    engine.dispose()
    with closing(sqlite3.connect(folder / "mlflow.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("here",)]
    assert list(tmp_path.iterdir()) == [folder]


def test_an_odd_folder_and_an_odd_experiment_work_from_training_to_prediction(workplace, tmp_path):
    odd = tmp_path / ODD
    odd.mkdir()
    for name in ("mlflow.db", "corpus.jsonl", "book.yaml"):
        shutil.copy(workplace / name, odd)
    trained = framing("train", *QUICK, "tasks=[frames]", "tracking.experiment=half %41 done", cwd=odd)
    assert trained.code == 0, trained.err
    assert framing("promote", "tfidf-logreg", cwd=odd).code == 0
    assert "half %41 done" in framing("runs", "--all", "--format", "csv", cwd=odd).out
    predicted = framing("predict", "-", "--format", "jsonl", cwd=odd, stdin=b"Warships threaten the harbour.")
    assert json.loads(predicted.out)["predicted_frames"] == ["risk"], predicted.err
    assert len(list(odd.glob("mlartifacts/half %41 done/*/artifacts/model/model.json"))) == 1


def test_an_experiments_folder_stays_in_the_folder_of_the_store(store_file):
    store = Store(store_uri(str(store_file)))
    beside = (store_file.parent / "mlartifacts").as_uri()
    names = {"/odd/x": "%252Fodd%252Fx", "..": "%252E%252E", "a.b": "a.b", "100%": "100%25"}
    for name, folder in names.items():
        start_run(store, "r", name)
        assert store.client.get_experiment_by_name(name).artifact_location == f"{beside}/{folder}"


def test_a_store_that_cannot_be_built_is_one_line_and_leaves_nothing_of_it(tmp_path, monkeypatch):
    store = Store(store_uri(str(tmp_path / "mlflow.db")))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("framing.tracking.database._write_new", full)
    with pytest.raises(
        StoreError, match=r"cannot be used \(\[Errno 28\] No space left on device\); name another store"
    ):
        store.prepare()
    assert not store.exists
    assert champion_run(store) is None


def test_a_call_that_finds_the_database_busy_is_made_again_and_another_error_is_not(monkeypatch):
    monkeypatch.setattr("framing.tracking.patient.time.sleep", lambda seconds: None)
    answers = [OSError("(sqlite3.OperationalError) database is locked"), OSError("database is locked"), 7]

    class Client:
        def ask(self, number):
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer + number

    assert PatientClient(Client()).ask(number=1) == 8
    answers[:] = [OSError("no such table: runs"), 7]
    with pytest.raises(OSError, match="no such table"):
        PatientClient(Client()).ask(1)
    assert answers == [7]


def test_what_two_write_at_once_is_written_by_one_and_found_by_the_other(store_file, monkeypatch):
    from mlflow.store.tracking.dbmodels.models import SqlDataset

    monkeypatch.setattr("framing.tracking.patient.time.sleep", lambda seconds: None)
    store = Store(store_uri(str(store_file)))
    store.prepare()
    runs = [Run(store, start_run(store, name, "e")) for name in "ab"]
    told, made = (
        {"name": "rows", "digest": "d", "source": "rows.csv", "columns": ["text"], "rows": 1, "context": "c"},
        [],
    )
    begin = SqlDataset.__init__

    def overtaken(self, **values):  # between the other's look and its own row
        made.append(values)
        if len(made) == 1:
            runs[0].log_data(**told)
        begin(self, **values)

    monkeypatch.setattr(SqlDataset, "__init__", overtaken)
    runs[1].log_data(**told)
    assert len(made) == 2
    for run in runs:
        (used,) = store.client.get_run(run.run_id).inputs.dataset_inputs
        assert used.dataset.name == "rows"


def test_a_row_that_is_never_found_is_an_error_after_a_few_tries(monkeypatch):
    monkeypatch.setattr("framing.tracking.patient.time.sleep", lambda seconds: None)
    asked = []

    def ask():
        asked.append(1)
        raise OSError("UNIQUE constraint failed: datasets.name")

    with pytest.raises(OSError, match="UNIQUE"):
        patiently(ask)()
    assert len(asked) == 6
