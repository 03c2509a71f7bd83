"""``framing score``: tables of any length, in parts, every row exactly once."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet
import pytest

from framing.corpus.readers import Reading
from framing.errors import ConfigError
from framing.stream.columns import column_types
from framing.stream.pieces import parquet_piece, pieces
from framing.stream.score import check_engine
from tests.command import contents, framing

TEXTS = [f"Row {number}: the pact opens a vast market." for number in range(23)]


@pytest.fixture
def place(trained, tmp_path):
    """A folder with 23 rows in three formats."""
    rows = [{"text": text, "own": number} for number, text in enumerate(TEXTS)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with (tmp_path / "rows.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ["text", "own"])
        writer.writeheader()
        writer.writerows(rows)
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "rows.parquet", row_group_size=7)
    return tmp_path


def command(trained, *arguments):
    return ["score", *arguments, "--model", str(trained / "model"), "--part", "5"]


def lines(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_every_row_is_there_once_in_its_order_and_says_what_predict_says(trained, place, form):
    answer = framing(*command(trained, f"rows.{form}", "out.jsonl"), cwd=place)
    assert answer.code == 0 and "out.jsonl: 23 rows; " in answer.err
    found = lines(place / "out.jsonl")
    assert [row["text"] for row in found] == TEXTS
    assert [int(row["own"]) for row in found] == list(range(23))
    predicted = framing(
        *("predict", "rows.jsonl", "--format", "jsonl", "--no-holders", "--model", str(trained / "model")), cwd=place
    )
    assert [row["proba"] for row in found] == [json.loads(line)["proba"] for line in predicted.out.splitlines()]
    assert sorted(path.name for path in place.iterdir()) == ["out.jsonl", "rows.csv", "rows.jsonl", "rows.parquet"]


def test_parquet_has_a_column_for_each_probability(trained, place):
    assert framing(*command(trained, "rows.jsonl", "out.parquet"), cwd=place).code == 0
    table = pyarrow.parquet.read_table(place / "out.parquet")
    assert table.column("text").to_pylist() == TEXTS and table.column("own").to_pylist() == list(range(23))
    assert str(table.schema.field("predicted_frames").type) == "list<element: string>"
    probabilities = [name for name in table.column_names if name.startswith("proba_")]
    assert probabilities and all(str(table.schema.field(name).type) == "double" for name in probabilities)


def test_a_column_of_mixed_values_becomes_text():
    assert column_types([{"a": 1, "b": [1]}, {"a": "x", "b": {"c": 1}}]) == {"a": "string", "b": "string"}


def test_after_a_kill_it_goes_on_and_only_what_is_missing_is_done(trained, place, monkeypatch):
    from framing.stream.job import Job

    def killed(job, number, rows):
        if number == 3:
            raise KeyboardInterrupt
        keep(job, number, rows)

    keep = Job.keep
    monkeypatch.setattr(Job, "keep", killed)
    assert framing(*command(trained, "rows.jsonl", "out.jsonl"), cwd=place).code == 130
    assert sorted(path.name for path in (place / "out.jsonl.parts").glob("*.jsonl")) == [
        "00000000.jsonl",
        "00000001.jsonl",
        "00000002.jsonl",
    ]
    assert not (place / "out.jsonl").exists()
    monkeypatch.setattr(Job, "keep", keep)
    answer = framing(*command(trained, "rows.jsonl", "out.jsonl"), cwd=place)
    assert "23 rows, 15 of them by an earlier run" in answer.err
    assert [row["text"] for row in lines(place / "out.jsonl")] == TEXTS
    again = framing(*command(trained, "rows.jsonl", "out.jsonl"), cwd=place)
    assert again.code == 1 and "out.jsonl: is there already; remove it" in again.err


def test_what_was_begun_with_another_input_or_options_is_not_gone_on_with(trained, place, monkeypatch):
    from framing.stream.job import Job

    with monkeypatch.context() as patched:
        patched.setattr(Job, "finish", lambda job, n_parts: (_ for _ in ()).throw(KeyboardInterrupt))
        assert framing(*command(trained, "rows.jsonl", "out.jsonl"), cwd=place).code == 130
    other = framing(*command(trained, "rows.jsonl", "out.jsonl"), "--goal", "count", cwd=place)
    assert other.code == 1 and "was begun with another options; remove" in other.err
    with (place / "rows.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"text": "One more."}\n')
    before = contents(place)
    changed = framing(*command(trained, "rows.jsonl", "out.jsonl"), cwd=place)
    assert changed.code == 1 and "was begun with another input; remove" in changed.err
    assert contents(place) == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", b"", "a.jsonl: no rows"),
        ("a.jsonl", b'{"text": "x"}\n{"text": \n', "a.jsonl, line 2: broken JSON"),
        ("a.jsonl", b'{"text": "caf\xe9"}\n', "a.jsonl: is not utf-8-sig"),
        ("a.csv", b"text,text\nx,y\n", "a.csv: the column 'text' stands twice"),
        ("a.csv", b"text\nx,y\n", "a.csv, row 1: 2 cells, expected 1 as in the header"),
        ("a.parquet", b"PAR1", "a.parquet: not a readable Parquet file"),
        ("a.txt", b"No table.", "a.txt: cannot be read a piece at a time; expected .jsonl, .csv, .tsv, .parquet"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_line(trained, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    answer = framing(*command(trained, name, "out.jsonl"), cwd=tmp_path)
    assert answer.code == 1 and said in answer.err and answer.err.count("\n") == 1
    assert not (tmp_path / "out.jsonl").exists()


def test_shares_are_not_estimated_part_by_part(trained, place):
    answer = framing(*command(trained, "rows.jsonl", "out.jsonl"), "--adapt-priors", cwd=place)
    assert answer.code == 2 and "use framing predict" in answer.err


def test_what_fails_before_a_part_is_done_leaves_nothing_that_another_option_would_stumble_over(trained, place):
    before = contents(place)
    answer = framing(*command(trained, "rows.jsonl", "out.jsonl"), "--threshold", "nothing=0.5", cwd=place)
    assert answer.code == 1 and contents(place) == before
    assert framing(*command(trained, "rows.jsonl", "out.jsonl"), cwd=place).code == 0


def test_a_process_that_is_killed_leaves_whole_parts(trained, place):
    arguments = [sys.executable, "-c", "from framing.cli import main; main()"]
    arguments += [*command(trained, "rows.jsonl", "out.jsonl")[:-1], "1"]
    process = subprocess.Popen(arguments, cwd=place, stderr=subprocess.DEVNULL)
    parts = place / "out.jsonl.parts"
    limit = time.monotonic() + 300
    while not (parts / "00000001.jsonl").exists() and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if parts.exists():  # else it was faster than the signal
        assert framing(*command(trained, "rows.jsonl", "out.jsonl")[:-1], "1", cwd=place).code == 0
    assert [row["text"] for row in lines(place / "out.jsonl")] == TEXTS


@pytest.mark.parametrize("size", [1, 5, 7, 10, 23, 30])
def test_a_piece_of_parquet_has_its_rows_wherever_row_groups_end(place, size):
    found = list(pieces(place / "rows.parquet", size, Reading()))
    assert [len(piece) for piece in found] == [size] * (23 // size) + [23 % size] * (23 % size > 0)
    assert [row["own"] for piece in found for _, row in piece] == list(range(23))
    assert [parquet_piece(place / "rows.parquet", i * size, size) for i in range(len(found))] == found


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (
            ("rows.parquet", "--engine", "ray"),
            1,
            "this needs ray, which is not installed. To get it: pip install 'framing-classifier[ray]'",
        ),
        (("rows.parquet", "--workers", "2"), 2, "--workers is for --engine ray"),
        (("rows.csv", "--engine", "ray"), 1, "rows.csv: with ray, each worker reads its own rows, of a .parquet file"),
    ],
)
def test_an_engine_that_cannot_be_is_refused_before_anything_is_written(
    trained, place, monkeypatch, options, code, said
):
    is_there = "rows.csv" in options
    monkeypatch.setattr(sys.modules["framing.stream.score"], "is_installed", lambda library: is_there)
    name, *rest = options
    answer = framing(*command(trained, name, "out.jsonl"), *rest, cwd=place)
    assert answer.code == code and said in answer.err
    assert not (place / "out.jsonl.parts").exists()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("spark", None), "engine=spark: expected local or ray"),
        (("local", 2), "2 workers: they are those of ray"),
        (("ray", 0), "0 workers: expected 1 or more"),
    ],
)
def test_in_python_too_an_engine_that_cannot_be_is_refused(asked, said):
    engine, workers = asked
    with pytest.raises(ConfigError, match=said):
        check_engine(engine, Path("rows.parquet"), workers)


@pytest.fixture
def order(trained, place):
    """What a worker is told of the 23 rows, in parts of 5, and the folder of its job."""
    from framing.model.decisions.rule import Rule
    from framing.predictor import Predictor
    from framing.stream.distributed import Order
    from framing.stream.job import Job
    from framing.stream.work import Work

    predictor, source = Predictor.load(trained / "model"), place / "rows.parquet"
    work = Work("rows.parquet", 5, None, Rule(), {}, Reading())
    job = Job(place / "out.jsonl", work.identity(predictor, "0"))
    job.folder.mkdir()
    return Order.of(work, job, predictor, source)


def worked(order, *numbers):
    """What a worker on a cluster says, which is a plain object until ray has it."""
    from framing.stream.distributed import _Worker

    told = _Worker(order)({"number": list(numbers)})["told"]
    return [json.loads(line)["error"] for line in told]


def test_a_worker_writes_the_parts_that_the_local_engine_writes(trained, place, order):
    assert worked(order, 4, 0, 1, 2, 3) == [None] * 5
    order.job.finish(5)
    assert framing(*command(trained, "rows.parquet", "local.jsonl"), cwd=place).code == 0
    assert (place / "out.jsonl").read_bytes() == (place / "local.jsonl").read_bytes()
    assert not order.job.folder.exists()


def test_a_worker_that_outlives_its_run_writes_nothing(place, order):
    order.job.begin_session()  # as the next run does
    ((kind, said),) = worked(order, 0)
    assert kind == "ClusterError" and "does not see" in said and "storage that all nodes share" in said
    assert not order.job.is_done(0)


def test_a_node_that_has_another_file_of_the_name_is_found_out(place, order):
    rows = [{"text": "Another text.", "own": 0}] * 23
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), place / "rows.parquet")
    ((kind, said),) = worked(order, 0)
    assert kind == "ClusterError" and "rows.parquet as it is here" in said


def test_a_node_that_would_score_otherwise_is_found_out(order):
    ((kind, said),) = worked(replace(order, version="0.0.1"), 0)
    assert kind == "ClusterError" and "has another framing" in said and "0.0.1 (" in said


def test_what_kills_three_workers_kills_no_fourth(order):
    order.job.part(1).with_suffix(".tries").write_bytes(b"...")
    ((kind, said),) = worked(order, 1)
    assert kind == "ClusterError" and said.startswith("rows.parquet, rows 6 to 10: 3 workers died of them")


def test_a_bad_row_is_told_with_its_place_by_a_worker_too(place, order):
    rows = [{"text": text, "own": None} for text in [*TEXTS[:11], None, *TEXTS[12:]]]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), place / "rows.parquet")
    from framing.stream.distributed import _tail

    bad = replace(order, tail=_tail(place / "rows.parquet"))
    assert worked(bad, 2) == [["InputError", "rows.parquet, row 12: no text; every row needs a sentence in 'text'"]]
