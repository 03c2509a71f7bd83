"""The commands on runs: compared, their errors listed, evaluated as a table."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from framing.tracking import Store, list_runs, open_run, store_uri
from tests.command import QUICK, Answer, framing


@pytest.fixture(scope="module")
def three(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A store with a run, one of another head on the same rows, and one of fewer rows; ids in this order."""
    folder = tmp_path_factory.mktemp("three")
    shutil.copytree(trained, folder, dirs_exist_ok=True)
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "less.jsonl").write_text("".join(lines[:48]), encoding="utf-8")
    for more in (["head=svm"], ["data=less.jsonl"]):
        answer = framing("train", *QUICK, *more, "tasks=[frames]", cwd=folder)
        assert answer.code == 0, answer.err
    runs = sorted(list_runs(Store(store_uri(str(folder / "mlflow.db")))), key=lambda run: run.started)
    return folder, [run.run_id for run in runs]


def refused(*arguments: str, cwd: Path) -> str:
    answer: Answer = framing(*arguments, cwd=cwd)
    assert answer.code != 0
    assert answer.out == ""
    return answer.err.splitlines()[-1]


def test_runs_are_compared_on_the_rows_that_both_held_out(three):
    folder, (first, other, _) = three
    answer = framing("compare", first[:8], other[:8], "--format", "json", "-o", "gain.png", cwd=folder)
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert (found["first"], found["others"], list(found["tasks"])) == (first, [other], ["frames"])
    assert (found["tasks"]["frames"]["n"], found["tasks"]["frames"]["groups"]) == (60, 10)
    told = found["tasks"]["frames"]["differences"][other]
    assert list(told) == ["macro_f1", "mean_ap", "gain/f1", "risk/f1"]
    runs = {run.run_id: run for run in list_runs(Store(store_uri(str(folder / "mlflow.db"))))}
    # What is compared are the scores that the runs have.
    assert told["macro_f1"]["first"] == pytest.approx(runs[first].score, abs=1e-6)
    assert told["macro_f1"]["other"] == pytest.approx(runs[other].score, abs=1e-6)
    assert (folder / "gain.png").read_bytes().startswith(b"\x89PNG")


def test_a_comparison_is_kept_by_the_runs_that_were_compared(three):
    folder, (first, other, _) = three
    assert framing("compare", first[:8], other[:8], cwd=folder).code == 0
    name = f"{first[:8]}-{other[:8]}"
    for run in (first, other):
        kept = {file.name for file in (folder / f"mlartifacts/framing/{run}/artifacts/compare").iterdir()}
        assert {f"{name}.txt", f"{name}.json", f"{name}.png"} <= kept
    store = Store(store_uri(str(folder / "mlflow.db")))
    assert f"against {first[:8]}, Holm p " in store.client.get_run(other).data.tags["framing.compared"]
    assert "framing.compared" not in store.client.get_run(first).data.tags


def test_unlike_runs_are_refused_and_it_says_what_differs(three):
    folder, (first, _, less) = three
    told = refused("compare", first[:8], less[:8], cwd=folder)
    assert told.startswith(f"error: runs {first[:8]} (tfidf-logreg) and {less[:8]} (tfidf-logreg) cannot be compared: ")
    assert "other data (corpus, 60 rows, digest " in told
    assert "| less, 48 rows, digest " in told
    assert told.endswith("score both on coded rows that neither learned from: --on FILE")


def test_unlike_runs_are_compared_on_rows_of_their_own(three):
    folder, (first, _, less) = three
    answer = framing("compare", first[:8], less[:8], "--on", "less.jsonl", "--no-log", cwd=folder)
    assert answer.code == 0, answer.err
    assert "frames: 48 rows in 8 groups" in answer.out
    assert f"48 of 48 rows of less.jsonl are among those of run {less[:8]} (tfidf-logreg)" in answer.err
    assert max(map(len, answer.out.splitlines())) <= 120


def test_what_cannot_be_compared_is_said(three, tmp_path):
    folder, (first, other, _) = three
    assert refused("compare", first[:8], cwd=folder) == "Error: name two runs or more; see `framing runs`"
    assert "is named twice" in refused("compare", first[:8], first, cwd=folder)
    assert "no such run" in refused("compare", first[:8], "nothing", cwd=folder)
    assert "x.txt: unknown kind of figure; expected .png, .svg or .pdf" in refused(
        "compare", first[:8], other, "-o", "x.txt", cwd=folder
    )
    with open_run(Store(store_uri(str(folder / "mlflow.db"))), "empty", "framing", {}) as run:
        pass
    assert "(empty) keeps no held-out predictions" in refused("compare", first[:8], run.run_id, cwd=folder)


def test_runs_of_other_data_are_not_ranked_with_each_other(three):
    folder, (first, other, less) = three
    tables = framing("runs", cwd=folder).out.split("\n\nvalidation")
    assert len(tables) == 2
    assert [less[:8] in table for table in tables] == [True, False]  # worked on last
    assert all(run[:8] in tables[1] for run in (first, other))


def test_runs_without_a_score_are_not_passed_over_in_silence(workplace):
    with open_run(Store(store_uri(str(workplace / "mlflow.db"))), "empty", "framing", {}):
        pass
    answer = framing("runs", cwd=workplace)
    assert (answer.code, answer.out, answer.err) == (0, "", "no run with a score; --all shows the 1 without one\n")


def test_errors_of_a_run_and_of_a_file_are_listed_for_rereading(three):
    folder, (first, *_) = three
    rows = [json.loads(line) for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    rows[0]["frames"] = ["risk"]  # a coder's slip
    (folder / "slip.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    answer = framing("errors", "slip.jsonl", "--model", "model", "--task", "frames", "--format", "jsonl", cwd=folder)
    assert answer.code == 0, answer.err
    (found,) = map(json.loads, answer.out.splitlines())
    assert (found["text"], found["codes"], found["decided"]) == (rows[0]["text"], ["risk"], ["gain"])
    assert (
        "1 of 1 rows in which" in framing("errors", "slip.jsonl", "--model", "model", "--label", "gain", cwd=folder).out
    )
    assert "rows in which model and coder differ" in framing("errors", first[:8], cwd=folder).out
    assert "error: nothing is no file, and run 'nothing' in " in refused("errors", "nothing", cwd=folder)
    assert "--label: unknown label 'gains'; expected one of: gain, risk" in refused(
        "errors", "slip.jsonl", "--model", "model", "--label", "gains", cwd=folder
    )


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("--model", "model"), "--model is for a file of coded rows, and RUN is no file"),
        (("--input-format", "csv"), "--input-format is for a file of coded rows, and RUN is no file"),
        (("--column", "text=said"), "--column is for a file of coded rows, and RUN is no file"),
    ],
)
def test_what_is_asked_of_a_file_is_refused_of_a_run(three, asked, message):
    folder, (first, *_) = three
    assert message.replace("RUN", first) in refused("errors", first, *asked, cwd=folder)


def test_a_task_that_nobody_coded_is_told_with_those_that_are_there(three):
    folder, _ = three
    (folder / "frames.jsonl").write_text('{"text": "It pays.", "frames": ["gain"]}\n', encoding="utf-8")
    told = refused("errors", "frames.jsonl", "--model", "model", "--task", "stance", cwd=folder)
    assert "--task stance: no coded row of it in frames.jsonl; there is frames" in told


def test_evaluate_shows_a_table_a_task_and_verdicts_in_json(three):
    folder, _ = three
    answer = framing("evaluate", "corpus.jsonl", "--model", "model", cwd=folder)
    assert answer.code == 0, answer.err
    assert answer.out.startswith("frames of corpus.jsonl: 60 rows in 10 groups\n")
    assert "stance of corpus.jsonl: 60 rows in 10 groups" in answer.out
    gain = next(line for line in answer.out.splitlines() if line.startswith("gain"))
    assert gain.split() == ["gain", "30", "30", "1.00", "1.00", "1.00", "[1.00,", "1.00]", "1.00", "usable"]
    told = framing("evaluate", "corpus.jsonl", "--model", "model", "--format", "json", cwd=folder).out
    scores = json.loads(told, parse_constant=pytest.fail)  # NaN is no JSON
    part = scores["test/frames/slices"][0]
    assert part["score_low"] <= part["score"] <= part["score_high"]
    assert (scores["test/frames/gain/verdict"], scores["test/frames/gain/predicted"]) == ("usable", 30)
    assert scores["test/stance/kappa"] == 1.0
    assert "verdict | what would help" in (folder / "model" / "README.md").read_text(encoding="utf-8")
    assert "--bound" in refused("evaluate", "corpus.jsonl", "--bound", "2", cwd=folder)
