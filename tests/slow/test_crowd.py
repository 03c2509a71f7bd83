"""Many processes that log at once, the first of them making the store: nothing is lost, nobody sees an error."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from framing.tracking import Store, list_runs, store_uri

PROCESSES = int(os.environ.get("PROCESSES", "30"))
LOG = """
import sys
from framing.tracking import Store, open_run, store_uri
number = sys.argv[1]
options = {"n": number, **{f"p{i}": i for i in range(100)}}
with open_run(Store(store_uri("mlflow.db")), number, "crowd", options) as run:
    run.log({"v/f1": int(number) / 100, **{f"v/m{i}": i for i in range(60)}}, note="a note", tags={"score": "1"})
"""


def test_processes_that_log_at_once_lose_no_run_and_show_no_error(tmp_path):
    began = time.monotonic()
    started = [
        subprocess.Popen([sys.executable, "-c", LOG, str(number)], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        for number in range(PROCESSES)
    ]
    told = [process.communicate()[1] for process in started]
    print(f"{PROCESSES} processes, {time.monotonic() - began:.0f} s")
    assert set(told) == {""}, "".join(told)
    assert [process.returncode for process in started] == [0] * PROCESSES
    runs = list_runs(Store(store_uri(str(tmp_path / "mlflow.db"))))
    assert sorted(run.name for run in runs) == sorted(map(str, range(PROCESSES)))
    assert {run.status for run in runs} == {"FINISHED"}
    assert all(run.score == int(run.name) / 100 and len(run.params) == 101 for run in runs)
