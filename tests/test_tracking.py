"""The tracking store: what a run keeps, which model is the champion, how a run ends."""

from __future__ import annotations

import http.server
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import yaml

from framing import Predictor
from framing.corpus.dataset import dataset_digest, load_dataset
from framing.errors import ModelError, StoreError
from framing.tracking import (
    Store,
    all_metrics,
    champion_run,
    find_run,
    list_runs,
    looked_at,
    open_run,
    promote,
    store_uri,
    training_link,
)
from tests.command import QUICK, framing
from tests.conftest import ROOT

METRIC = "validation/frames/macro_f1"


def store_in(folder: Path) -> Store:
    return Store(store_uri(str(folder / "mlflow.db")))


@pytest.fixture(scope="module")
def run(trained):
    """The one run of the trained folder, as MLflow gives it."""
    store = store_in(trained)
    (summary,) = list_runs(store)
    return store.client.get_run(summary.run_id)


def test_the_store_knows_how_many_trainings_were_validated_on_data(trained, run, tmp_path):
    digest = run.data.tags["framing.data_digest"]
    assert looked_at(store_in(trained), digest) == 1
    assert looked_at(store_in(trained), "0" * 64) == 0
    store = store_in(tmp_path)
    tags = {"framing.data_digest": "abc", "framing.primary": METRIC}
    for name in ("first", "second"):
        with open_run(store, name, "ours", {}) as one:
            one.log({METRIC: 0.5}, tags=tags)
    with pytest.raises(ZeroDivisionError), open_run(store, "failed", "ours", {}) as one:
        one.log({METRIC: 0.5}, tags=tags)
        _ = 1 / 0
    with open_run(store, "a sweep's parent", "ours", {}) as one:
        one.log({}, tags=tags)
    assert looked_at(store, "abc") == 2


def test_a_store_is_named_by_option_then_environment_then_the_current_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert store_uri() == f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://host:5000/")
    assert store_uri() == "http://host:5000"
    assert store_uri("runs/here.db") == f"sqlite:///{tmp_path}/runs/here.db"
    assert store_uri("sqlite:///here.db") == f"sqlite:///{tmp_path}/here.db"
    monkeypatch.setenv("HOME", "/home/ada")
    assert store_uri("~/mlflow.db") == "sqlite:////home/ada/mlflow.db"


def test_a_run_is_named_for_its_choices_and_the_few_options_that_tell_it_apart_come_first(run, trained):
    assert run.info.run_name == "tfidf-logreg"
    assert run.info.status == "FINISHED"
    params = run.data.params
    few = {
        "codebook": "book.yaml",  # not the default
        "data": "corpus.jsonl",
        "encoder": "tfidf",
        "head": "logreg",
        "seed": "0",
        "split": "grouped",
        "words": "none",
    }
    assert dict(sorted(params.items())[: len(few)]) == few
    assert {key.partition(".")[0] for key in params if key not in few} == {"yaml"}
    assert (params["yaml.head.C"], params["yaml.encoder.max_n"], params["yaml.split.n_splits"]) == ("1", "2", "5")
    assert not [key for key in params if "columns." in key]  # none has another name
    (summary,) = list_runs(store_in(trained))
    assert (summary.params["head.C"], summary.params["head"]) == ("1", "logreg")  # by one name, wherever it is kept


def test_a_run_has_its_scores_with_intervals_the_primary_one_first(run, trained):
    metrics = run.data.metrics
    for path in (METRIC, "validation/stance/macro_f1", "validation/stance_blind/macro_f1"):
        assert metrics[f"{path}_low"] <= metrics[path] <= metrics[f"{path}_high"]
    with closing(sqlite3.connect(trained / "mlflow.db")) as connection:
        first = connection.execute("SELECT key FROM metrics ORDER BY timestamp, rowid LIMIT 1").fetchone()
    assert first == (METRIC,)
    # The UI draws a chart for each number, so that the intervals of the others are in a table.
    assert "validation/frames/gain/f1" in metrics
    assert "validation/frames/gain/f1_low" not in metrics
    (summary,) = list_runs(store_in(trained))
    every = all_metrics(store_in(trained), summary)
    assert every["validation/frames/gain/f1_low"] <= every["validation/frames/gain/f1"] == 1.0
    assert every.items() >= metrics.items()
    assert run.data.tags["framing.primary_metric"] == METRIC
    assert run.data.tags["score"] == f"{metrics[METRIC]:.3f} [{metrics[f'{METRIC}_low']:.3f}, " + (
        f"{metrics[f'{METRIC}_high']:.3f}]"
    )


def test_a_run_says_which_data_code_and_codebook_it_used(run, trained):
    digest = dataset_digest(load_dataset(trained / "corpus.jsonl"))
    (used,) = run.inputs.dataset_inputs
    assert [(tag.key, tag.value) for tag in used.tags] == [("mlflow.data.context", "train")]
    assert (used.dataset.name, used.dataset.digest) == ("corpus", digest[:36])
    assert json.loads(used.dataset.source) == {"uri": "corpus.jsonl"}
    assert json.loads(used.dataset.profile)["num_rows"] == 60
    tags = run.data.tags
    assert tags["framing.data_digest"] == digest
    assert tags["framing.codebook"].startswith("harbour ")
    assert tags["framing.version"]


def test_a_run_has_a_description_with_its_scores_and_how_to_make_and_use_it(run, trained):
    text = run.data.tags["mlflow.note.content"]
    note = text.splitlines()
    assert note[0].startswith(
        "**tfidf-logreg**: frames and stance of the codebook *harbour*, learned from `corpus.jsonl` (60 rows, digest `"
    )
    assert note[2].startswith(
        "frames: macro-F1 **1.000 [1.000, 1.000]**, 2 of 2 labels usable, 60 rows held out in 10 groups; stance: "
    )
    assert note[4] == "| score | value, 95 % interval | n |"
    assert note[6].startswith(f"| {METRIC} | {run.data.metrics[METRIC]:.3f} [")
    assert "| gain | 30 | 1.000 [1.000, 1.000] | 1.00 | 1.00 | usable |" in note
    assert f"    framing train {' '.join(QUICK)}" in note  # without promote and output: what to make again
    assert f"    predictor = Predictor.load('runs:/{run.info.run_id}', store='{store_in(trained).uri}')" in note


def test_a_run_keeps_configuration_held_out_predictions_figures_and_the_model(run, trained):
    kept = trained / "mlartifacts" / "framing" / run.info.run_id / "artifacts"
    assert sorted(path.name for path in kept.iterdir()) == [
        *("config.yaml", "figures", "model", "predictions", "predictions.jsonl", "scores.json", "scores.txt"),
        "split.jsonl",
    ]
    config = yaml.safe_load((kept / "config.yaml").read_text())
    assert (config["head"]["C"], config["seed"], config["promote"]) == (1, 0, True)
    rows = [json.loads(line) for line in (kept / "predictions.jsonl").read_text().splitlines()]
    assert len(rows) == 120  # 60 rows for the frames, the same 60 for the stance
    assert rows[0]["frames"] == ["gain"]
    assert {path.name for path in (kept / "figures").iterdir()} == {"frames.png", "scores.png", "stance.png"}
    table = json.loads((kept / "predictions" / "frames.json").read_text())
    assert table["columns"] == ["text", "target", "coded", "predicted", "agree", "likeliest"]
    assert table["data"][0][2:5] == ["gain", "gain", "yes"]
    saved, logged = (json.loads((place / "model.json").read_text()) for place in (trained / "model", kept / "model"))
    assert saved.pop("files").keys() == logged.pop("files").keys()  # an archive has its own digest each time
    assert saved == logged


def test_training_without_promote_makes_no_model_version_and_says_how_to(workplace):
    answer = framing("train", *QUICK, "tasks=[frames]", cwd=workplace)
    assert answer.code == 0, answer.err
    store = store_in(workplace)
    (summary,) = list_runs(store)
    assert store.client.search_registered_models() == []
    assert f"store sqlite:///{workplace}/mlflow.db" in answer.err.splitlines()[0]
    short = summary.run_id[:8]
    assert answer.err.splitlines()[-1] == f"run {short}; make it the default with: framing promote {short}"


def test_promoting_makes_the_next_version_and_moves_the_alias(with_champion):
    store = store_in(with_champion)
    (summary,) = list_runs(store)
    assert int(store.client.get_model_version_by_alias("harbour", "champion").version) == 1
    answer = framing("promote", summary.run_id[:6], cwd=with_champion)
    assert answer.code == 0, answer.err
    called = f"(tfidf-logreg, run {summary.run_id[:8]})"
    assert answer.out == f"harbour version 2 {called} is now the champion; it replaces harbour version 1 {called}\n"
    assert int(store.client.get_model_version_by_alias("harbour", "champion").version) == 2
    assert champion_run(store) == summary.run_id


@pytest.fixture
def three_runs(store_file) -> Store:
    """Runs with scores .5 and .7, and one that failed."""
    store = Store(store_uri(str(store_file)))
    for name, score in (("worse", 0.5), ("better", 0.7)):
        with open_run(store, name, "ours", {"head": name}) as run:
            run.log({"v/f1": score, "v/f1_low": score - 0.1, "v/f1_high": score + 0.1})
    with pytest.raises(ZeroDivisionError), open_run(store, "failed", "ours", {}):
        _ = 1 / 0
    return store


def test_runs_are_ranked_by_score_and_those_without_one_come_last(three_runs):
    found = [(run.name, run.score, run.status) for run in list_runs(three_runs)]
    assert found == [("better", 0.7, "FINISHED"), ("worse", 0.5, "FINISHED"), ("failed", None, "FAILED")]
    assert [(run.low, run.high) for run in list_runs(three_runs)[1:]] == [(0.4, 0.6), (None, None)]
    assert list_runs(three_runs, "ours") == list_runs(three_runs)
    assert list_runs(three_runs, "Default") == []


def test_a_run_is_found_by_id_by_its_beginning_and_by_name(three_runs):
    best = list_runs(three_runs)[0]
    for wanted in (best.run_id, best.run_id[:10], "better"):
        assert find_run(three_runs, wanted) == best


def test_a_run_that_is_not_there_or_not_the_only_one_is_an_error(three_runs):
    with pytest.raises(StoreError, match=f"^run 'best' in {three_runs.uri}: no such run; see `framing runs`$"):
        find_run(three_runs, "best")
    best = list_runs(three_runs)[0]
    with pytest.raises(StoreError, match=f"run '{best.run_id[:3]}' in .*: no such run"):
        find_run(three_runs, best.run_id[:3])  # too short to mean anything
    with open_run(three_runs, "better", "ours", {}):
        pass
    with pytest.raises(StoreError, match=r"run 'better' in .*: 2 runs fit \(\w{8}, \w{8}\); give the id$"):
        find_run(three_runs, "better")


def test_only_a_finished_run_with_a_model_can_be_promoted(three_runs):
    with pytest.raises(StoreError, match=r"run \w{8} \(failed\) is FAILED: only a finished run can be promoted"):
        promote(three_runs, find_run(three_runs, "failed"))
    with pytest.raises(StoreError, match=r"run \w{8} \(better\) has no model; promote one of its children or train"):
        promote(three_runs, find_run(three_runs, "better"))
    assert three_runs.client.search_registered_models() == []


def test_an_experiment_that_is_not_there_is_an_error_that_names_those_that_are(three_runs):
    with pytest.raises(StoreError, match=r"unknown experiment 'theirs'; expected one of: ours, Default$"):
        list_runs(three_runs, "theirs")


def test_the_table_of_runs_marks_the_champion_and_leaves_out_what_has_no_score(with_champion):
    store = store_in(with_champion)
    (champion,) = list_runs(store)
    with open_run(store, "parent", "framing", {}):
        pass
    shown = framing("runs", cwd=with_champion)
    *heading, _, _, _, row = shown.out.splitlines()  # the folder's width and the date fold the first line, or do not
    shared = " ".join(" ".join(heading).split())
    assert row.split()[:3] == ["tfidf-logreg", "*", champion.run_id[:8]]
    assert shared.startswith(f"{METRIC}, data corpus (")
    assert "60 rows, 60 scored, codebook harbour (" in shared
    table = framing("runs", "--all", "--format", "csv", cwd=with_champion).out.splitlines()
    assert table[0] == (
        ",run,name,encoder,head,words,score,95 % interval,metric,data,rows,codebook,scored,experiment,started,status"
    )
    assert [line.split(",")[0] + line.split(",")[2] for line in table[1:]] == ["*tfidf-logreg", "parent"]
    assert (
        framing("runs", "--experiment", "Default", "--format", "csv", cwd=with_champion).out.splitlines() == table[:1]
    )


def test_the_default_model_is_the_champion_of_the_store_and_says_so(trained, monkeypatch, capsys):
    monkeypatch.chdir(trained)
    predictor = Predictor.load()
    assert capsys.readouterr().err == f"model: models:/harbour@champion of sqlite:///{trained}/mlflow.db\n"
    assert predictor.origin == f"models:/harbour@champion of sqlite:///{trained}/mlflow.db"
    assert predictor.predict(["Warships threaten the harbour."])[0].frames == ("risk",)


def test_a_model_of_the_store_is_the_same_by_alias_version_run_and_folder(trained, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{trained}/mlflow.db")
    (summary,) = list_runs(store_in(trained))
    names = ("models:/harbour@champion", "models:/harbour/1", f"runs:/{summary.run_id}", f"runs:/{summary.run_id[:8]}")
    asked = ["Profit for Alder comes with an attack."]
    expected = Predictor.load(trained / "model").predict_proba(asked).tolist()
    for name in names:
        assert Predictor.load(name).predict_proba(asked).tolist() == expected
    assert list(tmp_path.iterdir()) == []


def test_without_a_champion_the_error_says_how_to_get_one(store_file):
    with pytest.raises(ModelError) as caught:
        Predictor.load(store=str(store_file))
    assert str(caught.value) == (
        f"no model: the store sqlite:///{store_file} has no champion. Train one with `framing train promote=true`, "
        "promote a run with `framing promote RUN`, or name a model folder"
    )


def test_a_store_in_a_folder_with_spaces_works_from_training_to_prediction(workplace, _empty_store):
    odd = workplace / "my runs, 100%"
    odd.mkdir()
    (odd / "mlflow.db").write_bytes(_empty_store.read_bytes())
    place = "my runs, 100%/mlflow.db"
    answer = framing("train", *QUICK, "tasks=[frames]", "promote=true", f"tracking.uri='{place}'", cwd=workplace)
    assert answer.code == 0, answer.err
    (workplace / "a.txt").write_text("Warships threaten the harbour.")
    predicted = framing("predict", "a.txt", "--store", place, "--format", "jsonl", cwd=workplace)
    assert json.loads(predicted.out)["predicted_frames"] == ["risk"], predicted.err


def test_the_store_is_made_with_the_first_run_and_not_before(tmp_path):
    store = Store(store_uri(str(tmp_path / "deep" / "mlflow.db")))
    assert not store.exists
    assert champion_run(store) is None
    with pytest.raises(StoreError, match=r"no tracking store at sqlite:.*; train first \(framing train\), or name one"):
        list_runs(store)
    assert list(tmp_path.iterdir()) == []


def test_the_link_to_the_runs_opens_the_page_of_training_runs(three_runs, tmp_path):
    ours = three_runs.client.get_experiment_by_name("ours").experiment_id
    expected = f"http://h:1/#/experiments/{ours}/runs?workflowType=machine_learning"
    assert training_link(three_runs, "http://h:1") == f"{expected}&viewStateShareKey=scores"  # the one used last
    assert training_link(three_runs, "http://h:1", "ours") == f"{expected}&viewStateShareKey=scores"
    view = json.loads(three_runs.client.get_experiment(ours).tags["mlflow.sharedViewState.scores"])
    assert view["selectedColumns"][:4] == ["tags.`score`", "tags.`champion`", "tags.`sweep`", "params.`encoder`"]
    assert training_link(three_runs, "http://h:1", "Default") == expected.replace(f"/{ours}/", "/0/")
    with pytest.raises(StoreError, match="unknown experiment 'theirs'; expected one of: "):
        training_link(three_runs, "http://h:1", "theirs")
    nothing = Store(store_uri(str(tmp_path / "none.db")))
    assert training_link(nothing, "http://h:1") == expected.replace(f"/{ours}/", "/0/")


@contextmanager
def answering(status: int, text: bytes):
    """A web server that gives one answer to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_server_that_takes_the_call_and_stays_silent_is_known_within_seconds():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(StoreError) as caught:
            Store(address)
    assert time.monotonic() - started < 15
    assert str(caught.value) == (
        f"store {address}: cannot be used (no answer within 5 seconds); start the server (mlflow server), or name "
        "another store with --store (framing train: tracking.uri=...)"
    )


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://127.0.0.1:9", "Connection refused"),
        ("http://host.invalid", "Name or service not known|Temporary failure in name resolution|No address"),
        ("http://127.0.0.1:port", "not an address or not an MLflow server: nonnumeric port"),
        ("postgresql://h/mlflow", "a database has no place for models; start a server before it"),
        ("ftp://here", "unknown kind of address; expected sqlite:///PATH, a path, or http"),
    ],
)
def test_a_server_out_of_reach_is_known_at_once_with_the_reason(address, reason):
    with pytest.raises(StoreError, match=f"^store {address}: .*({reason})"):
        Store(address)


def test_a_server_that_is_something_else_or_unwell_is_told_from_one_that_wants_a_password():
    with answering(404, b"") as address, pytest.raises(StoreError, match="it answers 404 where an MLflow server says"):
        Store(address)
    with answering(503, b"") as address, pytest.raises(StoreError, match="it answers 503"):
        Store(address)
    with answering(401, b"") as address:
        assert Store(address).exists
    with answering(200, b"Welcome") as address, pytest.raises(StoreError, match="cannot be used") as caught:
        list_runs(Store(address))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_store_of_ours_is_left_as_it_is(tmp_path):
    text, other = tmp_path / "text.db", tmp_path / "other.db"
    text.write_text("not a database, but long enough to look like one" * 9)
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE addresses (name)")
    before = [file.read_bytes() for file in (text, other)]
    with pytest.raises(StoreError, match=r"text.db: cannot be used \(file is not a database\); name another store"):
        Store(store_uri(str(text)))
    with pytest.raises(StoreError, match=r"a database of something else: it has no table 'experiments'\)"):
        Store(store_uri(str(other)))
    with pytest.raises(StoreError, match=f"a folder; name the database in it, such as {tmp_path}/mlflow.db"):
        Store(store_uri(str(tmp_path)))
    with pytest.raises(StoreError, match=r"text.db cannot be written: Not a directory"):
        Store(store_uri(str(text / "mlflow.db")))
    assert [file.read_bytes() for file in (text, other)] == before


def test_a_store_that_breaks_during_a_run_is_an_error_of_the_store(store_file):
    store = Store(store_uri(str(store_file)))
    with (
        pytest.raises(StoreError, match=r"cannot be used \(no such table: metrics\)"),
        open_run(store, "r", "e", {}) as run,
    ):
        with closing(sqlite3.connect(store_file)) as connection:
            connection.execute("DROP TABLE metrics")
        run.log({"v/f1": 0.5})
    (summary,) = list_runs(store)
    assert summary.status == "FAILED"


def test_ctrl_c_and_an_end_from_outside_leave_a_killed_run_and_the_champion(with_champion, trained):
    # A training of minutes; the signal's default handling is set because a job in the background may ignore it.
    main = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from framing.cli import main; main()"
    )
    endless = [*("head=mlp", "head.max_iter=1000000", "+head.tol=0", "+head.n_iter_no_change=1000000")]
    long = ["train", "encoder=tfidf", *endless, "data=../corpus.jsonl", "codebook=../book.yaml", "promote=true"]
    store, stores, processes = store_in(with_champion), {}, {}
    for number in (signal.SIGINT, signal.SIGTERM):
        folder = with_champion / number.name
        folder.mkdir()
        stores[number] = folder / "mlflow.db"
        stores[number].write_bytes((with_champion / "mlflow.db").read_bytes())
        processes[number] = subprocess.Popen(
            [sys.executable, "-c", main, *long],
            cwd=folder,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    champion = champion_run(store)
    for number, process in processes.items():
        wait_for_a_run(stores[number], process)
        process.send_signal(number)
    for number, process in processes.items():
        out, err = process.communicate(timeout=150)
        assert (process.returncode, out) == (130, ""), err
        assert err.splitlines()[-1] == "interrupted"
        assert "Traceback" not in err
        after = Store(store_uri(str(stores[number])))
        assert {run.name: run.status for run in list_runs(after)} == {"tfidf-logreg": "FINISHED", "tfidf-mlp": "KILLED"}
        assert champion_run(after) == champion
        assert len(after.client.search_model_versions("name = 'harbour'")) == 1


def wait_for_a_run(database: Path, process: subprocess.Popen) -> None:
    """Wait until a run is under way: it is there with its parameters."""
    query = "SELECT count(*) FROM runs JOIN params USING (run_uuid) WHERE status = 'RUNNING'"
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        with closing(sqlite3.connect(database, timeout=30)) as connection:
            if connection.execute(query).fetchone()[0] > 20:
                return
        time.sleep(0.2)
    raise AssertionError("no run in 90 seconds")


def test_a_run_names_the_commit_of_the_code(run):
    if not (ROOT / ".git").exists():  # an unpacked archive of the source has none
        assert "mlflow.source.git.commit" not in run.data.tags
        return
    command = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    head = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert run.data.tags["mlflow.source.git.commit"] == head
