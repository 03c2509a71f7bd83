"""Sweeps: one parent with its children, what it found, what becomes of one that fails or is cut off."""

from __future__ import annotations

import json

import pytest

from framing.app import run as app_run
from framing.app.sweep_summary import Summary
from framing.tracking import (
    MADE_OF_TAG,
    RunSummary,
    Store,
    champion_run,
    children_of,
    fetched_text,
    finished_child,
    list_runs,
    open_run,
    start_run,
    store_uri,
)
from tests.command import QUICK, framing

FEW = (*QUICK, "tasks=[frames]", "swap_test.sentences=0")


def store_in(folder) -> Store:
    return Store(store_uri(str(folder / "mlflow.db")))


def parents(store: Store):
    return [run for run in list_runs(store) if run.parent is None]


@pytest.fixture(scope="module")
def sweep(_empty_store, trained, tmp_path_factory) -> tuple[Store, str]:
    """The store after a sweep over four configurations, and what the sweep said."""
    folder = tmp_path_factory.mktemp("sweep")
    for name, source in (("mlflow.db", _empty_store), ("corpus.jsonl", trained / "corpus.jsonl")):
        (folder / name).write_bytes(source.read_bytes())
    (folder / "book.yaml").write_bytes((trained / "book.yaml").read_bytes())
    answer = framing("train", "-m", *FEW, "head=logreg,knn", "words=none,tfidf", "promote=true", cwd=folder)
    assert answer.code == 0, answer.err
    return store_in(folder), answer.err


def test_a_sweep_is_one_parent_with_its_children_all_finished(sweep):
    store, _ = sweep
    (parent,) = parents(store)
    children = children_of(store, parent.run_id)
    assert sorted(run.name for run in children) == [
        "tfidf-knn",
        "tfidf-knn+tfidf",
        "tfidf-logreg",
        "tfidf-logreg+tfidf",
    ]
    assert {(run.params["head"], run.params["words"]) for run in children} == {
        (head, words) for head in ("logreg", "knn") for words in ("none", "tfidf")
    }
    assert {run.status for run in (parent, *children)} == {"FINISHED"}
    assert parent.name == "sweep head=logreg,knn words=none,tfidf"
    assert (parent.params["head"], parent.params["encoder"]) == ("logreg,knn", "tfidf")  # as they were typed


def test_a_sweep_marks_and_promotes_the_best_of_its_children_only(sweep):
    store, told = sweep
    ranked = list_runs(store)
    assert [run.champion for run in ranked] == [True, False, False, False, False]
    assert all(ranked[0].score >= run.score for run in ranked[:4])
    marks = [store.client.get_run(run.run_id).data.tags.get("sweep", "") for run in ranked]
    assert marks[:4] == ["best of 4", "", "", ""]
    assert marks[4].startswith(f"best of 4: {ranked[0].run_id[:8]}, 1.000 [")
    assert len(store.client.search_model_versions("name = 'harbour'")) == 1
    assert f"harbour version 1 ({ranked[0].name}, run {ranked[0].run_id[:8]}) is now the champion" in told


def test_the_parent_of_a_sweep_has_a_ranking_a_paired_comparison_and_a_figure(sweep):
    store, told = sweep
    best, second, *_, parent = list_runs(store)
    pair = f"The best, {best.name} ({best.run_id[:8]}), against the second, {second.name} ({second.run_id[:8]}), frames"
    note = store.client.get_run(parent.run_id).data.tags["mlflow.note.content"]
    for text in (" ".join(told.split()), note):
        assert f"{pair}, paired on 60 rows in 10 groups: The two score the same in every resample" in text
    assert f"| 1 | {best.name} | {best.params['head']} | {best.params['words']} | 1.000 [" in note
    assert note.splitlines()[-1] == (
        "    framing train -m encoder=tfidf data=corpus.jsonl codebook=book.yaml 'tasks=[frames]' "
        "swap_test.sentences=0 head=logreg,knn words=none,tfidf"
    ).replace("encoder=tfidf data", "encoder=tfidf head=logreg data")
    table = json.loads(fetched_text(store, parent, "sweep.json"))
    assert table["columns"] == [*("rank", "name", "head", "words", "score", "low", "high", "status", "failure", "run")]
    assert [row[0] for row in table["data"]] == [1, 2, 3, 4]
    assert store.client.get_run(parent.run_id).data.metrics == {f"best/{best.metric}": best.score}
    files = [file.path for file in store.client.list_artifacts(parent.run_id, "figures")]
    assert files == ["figures/sweep.png"]
    assert f"sweep {parent.run_id[:8]}: 4 finished, best first" in told


def test_what_a_sweep_tells_at_its_end_fits_the_terminal(monkeypatch):
    run = RunSummary(
        "3f9c21ab", "svm", "framing", "FINISHED", 0, "validation/frames/macro_f1", 0.8, 0.7, 0.9, {}, None, False
    )
    found = Summary("5deda662", ["head"], [run], [], ["better by much, " * 20], [])
    widest = {}
    for columns in ("80", "120"):
        monkeypatch.setenv("COLUMNS", columns)
        widest[columns] = max(len(line) for line in found.text.splitlines())
    assert widest["80"] <= 80 < widest["120"] <= 120


def test_a_run_of_a_sweep_that_fails_says_why_and_the_sweep_goes_on_when_it_is_mended(workplace, monkeypatch):
    command = ("train", "-m", *FEW, "data=later.jsonl,corpus.jsonl", "promote=true")
    answer = framing(*command, cwd=workplace)
    store = store_in(workplace)
    (parent,) = parents(store)
    finished, failed = children_of(store, parent.run_id)
    assert answer.code == 1
    assert answer.err.splitlines()[-1] == (
        f"error: 1 of 2 runs of sweep {parent.run_id[:8]} failed: later.jsonl: no such file; mended, the same command "
        "runs only these"
    )
    assert (parent.status, finished.status, failed.status) == ("FAILED", "FINISHED", "FAILED")  # the others go on
    assert (failed.failure, failed.params["data"]) == ("later.jsonl: no such file", "later.jsonl")
    assert f"{failed.run_id[:8]}: later.jsonl: no such file" in framing("runs", "--all", cwd=workplace).out
    assert champion_run(store) is None

    (workplace / "later.jsonl").write_bytes((workplace / "corpus.jsonl").read_bytes())
    again = framing(*command, cwd=workplace)
    assert again.code == 0, again.err
    assert again.err.splitlines()[0] == f"sweep {parent.run_id[:8]} goes on; 1 of its runs are finished already"
    assert f"run {finished.run_id[:8]} (tfidf-logreg) is finished already: 1.000" in again.err
    assert again.err.count("training tfidf-logreg on ") == 1
    (parent,) = parents(store)
    assert (parent.status, len(children_of(store, parent.run_id))) == ("FINISHED", 3)
    assert champion_run(store) is not None


def test_a_sweep_that_is_interrupted_is_killed_and_goes_on_with_what_is_missing(workplace, monkeypatch):
    fit, trained = app_run.fit_training, []

    def stop_at_second(training):
        trained.append(training)
        if len(trained) == 2:
            raise KeyboardInterrupt
        return fit(training)

    monkeypatch.setattr(app_run, "fit_training", stop_at_second)
    command = ("train", "-m", *FEW, "head.C=1,2")
    answer = framing(*command, cwd=workplace)
    store = store_in(workplace)
    (parent,) = parents(store)
    assert (answer.code, parent.status) == (130, "KILLED")
    (said,) = (line for line in answer.err.splitlines() if line.startswith("run "))
    assert said.endswith("]; head.C=1") and len(said) <= 80  # not what all runs have
    assert f"sweep {parent.run_id[:8]} is KILLED; the same command goes on where it was" in answer.err
    assert [run.status for run in children_of(store, parent.run_id)] == ["FINISHED", "KILLED"]
    assert framing(*command, cwd=workplace).code == 0
    (parent,) = parents(store)
    children = children_of(store, parent.run_id)
    assert (parent.status, len(trained)) == ("FINISHED", 3)
    assert sorted((run.status, run.params["head.C"]) for run in children) == [
        ("FINISHED", "1"),
        ("FINISHED", "2"),
        ("KILLED", "2"),
    ]
    # Asked for once more when it has come to its end, it is a new sweep.
    assert framing(*command[:-1], "head.C=1,", cwd=workplace).code == 1
    assert len(parents(store)) == 1


def test_optuna_seeks_the_highest_score_and_proposes_the_same_again(workplace, monkeypatch):
    pytest.importorskip("optuna")
    scores = iter([0.2, 0.9, 0.4])
    monkeypatch.setattr(app_run, "_trained", lambda prepared: next(scores))
    answer = framing(
        *("train", "-m", "hydra/sweeper=optuna", "hydra.sweeper.n_trials=3"),
        *(*FEW, "head.C=tag(log,interval(0.01,100))", "hydra.sweep.dir=out"),
        cwd=workplace,
    )
    assert answer.code == 0, answer.err
    first = (workplace / "out" / "optimization_results.yaml").read_text()
    assert "best_value: 0.9" in first
    scores = iter([0.2, 0.9, 0.4])
    monkeypatch.setattr(app_run, "_trained", lambda prepared: next(scores))
    framing(
        *("train", "-m", "hydra/sweeper=optuna", "hydra.sweeper.n_trials=3"),
        *(*FEW, "head.C=tag(log,interval(0.01,100))", "hydra.sweep.dir=again"),
        cwd=workplace,
    )
    assert (workplace / "again" / "optimization_results.yaml").read_text() == first


def test_a_search_in_which_every_run_fails_says_so_in_one_line(workplace):
    pytest.importorskip("optuna")
    search = ("hydra/sweeper=optuna", "hydra.sweeper.n_trials=2", "head.C=interval(1,2)")
    answer = framing("train", "-m", *search, *FEW, "data=missing.jsonl", cwd=workplace)
    assert answer.code == 1
    *_, state, error = answer.err.splitlines()
    assert error == "error: no run of the sweep came to its end; why: framing runs --all"
    (parent,) = parents(store_in(workplace))
    assert state == f"sweep {parent.run_id[:8]} is FAILED; the same command goes on where it was"
    assert [run.failure for run in children_of(store_in(workplace), parent.run_id)] == [
        "missing.jsonl: no such file"
    ] * 2


def test_a_finished_run_of_a_sweep_is_found_by_what_it_is_made_of_in_whatever_experiment(store_file):
    store = Store(store_uri(str(store_file)))
    parent = start_run(store, "sweep", "one")
    with open_run(store, "child", "two", {}, parent) as run:
        run.log({"v/f1": 0.5}, tags={MADE_OF_TAG: "abc"})
    assert finished_child(store, parent, "abc") == (run.run_id, 0.5)
    assert finished_child(store, parent, "abd") is None
    assert finished_child(store, run.run_id, "abc") is None


def test_a_sweep_that_goes_on_with_other_data_ranks_and_promotes_no_run_of_the_old_ones(workplace):
    rows = (workplace / "corpus.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    command = ("train", "-m", *FEW, "head.C=1,-1", "promote=true")
    assert framing(*command, cwd=workplace).code == 1  # C=-1 fails
    store = store_in(workplace)
    (old,) = [run for run in list_runs(store) if run.parent and run.status == "FINISHED"]
    (workplace / "corpus.jsonl").write_text("".join(rows[:-1]), encoding="utf-8")
    again = framing(*command, cwd=workplace)
    assert " goes on; " in again.err
    assert ": 1 finished, 1 failed, best first" in again.err
    (parent,) = parents(store)
    cells = json.loads(fetched_text(store, parent, "sweep.json"))
    ranked = [dict(zip(cells["columns"], row, strict=True)) for row in cells["data"] if row[0]]
    assert [row["run"] == old.run_id for row in ranked] == [False]
    assert "sweep" not in {k for k, v in store.client.get_run(old.run_id).data.tags.items() if v}
    assert ranked[0]["run"] in {run.run_id for run in list_runs(store) if run.rows == len(rows) - 1}
