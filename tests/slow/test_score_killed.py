"""``framing score`` that is killed again and again: in the end every row is there exactly once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

TRIES = int(os.environ.get("TRIES", "20"))
ROWS = 4000


@pytest.mark.parametrize("output", ["out.jsonl", "out.parquet"])
def test_every_row_is_there_once_however_often_it_was_killed(trained, tmp_path, output):
    rows = [{"text": f"Row {number}: the pact opens a vast market.", "own": number} for number in range(ROWS)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    command = [sys.executable, "-c", "from framing.cli import main; main()", "score", "rows.jsonl", output]
    command += ["--model", str(trained / "model"), "--part", "2"]
    parts, chance, kills = tmp_path / f"{output}.parts", random.Random(0), 0
    while kills < TRIES:
        before = len(list(parts.glob("*.jsonl")))
        process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
        while process.poll() is None and len(list(parts.glob("*.jsonl"))) <= before:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.2))
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert kills == TRIES, f"done after {kills} kills: take more ROWS"
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"{ROWS:,} rows, " in done.stderr and "by an earlier run" in done.stderr
    if output.endswith(".jsonl"):
        found = [json.loads(line)["own"] for line in (tmp_path / output).read_text(encoding="utf-8").splitlines()]
    else:
        import pyarrow.parquet

        found = pyarrow.parquet.read_table(tmp_path / output).column("own").to_pylist()
    assert found == list(range(ROWS))
    assert not parts.exists()
