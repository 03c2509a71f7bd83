"""``framing score --engine ray`` on a cluster of two nodes on one machine: whatever dies, every row is there once.

Needs the extra ``ray``, and is left out without.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import psutil
import pyarrow
import pyarrow.parquet
import pytest

pytest.importorskip("ray", reason="needs the extra ray")
TRIES = int(os.environ.get("TRIES", "5"))
ROWS = int(os.environ.get("ROWS", "600"))
NODE = {"num_cpus": 1, "object_store_memory": 100 << 20}
LIMIT = 600  # seconds for what takes some


@pytest.fixture(scope="module")
def cluster():
    """A head that scores nothing, and two nodes of a processor each."""
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    head = {**NODE, "num_cpus": 0, "include_dashboard": False}
    made = Cluster(initialize_head=True, head_node_args=head)
    try:
        for _ in range(2):
            made.add_node(**NODE)
        yield made
    finally:
        made.shutdown()


@pytest.fixture
def job(trained, tmp_path):
    """A folder with rows, and how to begin a scoring of them."""
    rows = {"text": [f"Row {number}: the pact opens a vast market." for number in range(ROWS)], "own": range(ROWS)}
    pyarrow.parquet.write_table(pyarrow.table(rows), tmp_path / "rows.parquet", row_group_size=500)
    return Job(tmp_path, [*["score", "rows.parquet", "out.jsonl", "--part", "1", "--model"], str(trained / "model")])


class Job:
    """A scoring that dies, and what is there of it."""

    def __init__(self, folder, arguments):
        self.folder, self.parts = folder, folder / "out.jsonl.parts"
        self.command = [sys.executable, "-c", "from framing.cli import main; main()", *arguments]

    def begin(self, *options, address=None):
        environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
        if address:
            environment["RAY_ADDRESS"] = address
        command = [*self.command, *options]
        return subprocess.Popen(command, cwd=self.folder, env=environment, stderr=subprocess.PIPE, text=True)

    def on_ray(self, address=None):
        return self.begin("--engine", "ray", "--workers", "2", address=address)

    @property
    def n_done(self):
        return len(list(self.parts.glob("*.jsonl")))

    def goes_on(self, process, by=10):
        """Wait until some more parts are done; say whether it still runs."""
        begin, limit = self.n_done, time.monotonic() + LIMIT
        while process.poll() is None and self.n_done < begin + by:
            assert time.monotonic() < limit, f"stands still at {begin} parts"
            time.sleep(0.01)
        return process.poll() is None

    def is_whole(self, process):
        told = process.communicate(timeout=LIMIT)[1]
        assert process.returncode == 0, told
        assert f"out.jsonl: {ROWS:,} rows" in told and told.count("\n") == 1, told
        lines = (self.folder / "out.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line)["own"] for line in lines] == list(range(ROWS))
        assert not self.parts.exists()
        return True


def of_its_own(job):
    """Begin a scoring with a ray of its own, which takes no more than half a minute to start, or fails."""
    for _ in range(9):
        process = job.on_ray()
        if job.goes_on(process):
            return process
        told = process.communicate()[1]
        assert told.startswith("error: ray cannot be started here") and told.count("\n") == 1, told
    pytest.skip("too crowded to start ray")


def workers():
    """Processes of ray that score."""
    return [one for one in psutil.process_iter(["cmdline"]) if "MapWorker" in " ".join(one.info["cmdline"] or ())]


def test_workers_are_killed(job, cluster):
    process, kills = job.on_ray(cluster.address), 0
    while kills < TRIES and job.goes_on(process):
        random.Random(kills).choice(workers()).kill()
        kills += 1
    assert kills == TRIES, "take more ROWS"
    assert job.is_whole(process)


def test_nodes_are_killed(job, cluster):
    process, kills = job.on_ray(cluster.address), 0
    while kills < TRIES and job.goes_on(process):
        cluster.remove_node(random.Random(kills).choice(sorted(cluster.worker_nodes, key=id)), allow_graceful=False)
        kills += 1
        assert job.goes_on(process), "take more ROWS"
        cluster.add_node(**NODE)
    assert kills == TRIES, "take more ROWS"
    assert job.is_whole(process)


def test_drivers_are_killed_and_the_other_engine_ends_what_they_began(job, cluster):
    for number in range(TRIES):
        process = job.on_ray(cluster.address)
        assert job.goes_on(process), process.communicate()[1]
        time.sleep(random.Random(number).uniform(0, 0.5))
        process.kill()
        process.communicate()
    assert 0 < job.n_done < ROWS, "take more ROWS"
    assert job.is_whole(job.begin())


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_of_a_ray_of_its_own_outlives_a_driver_that_is_stopped(job, stop):
    process = of_its_own(job)
    started = psutil.Process(process.pid).children(recursive=True)
    assert any("raylet" in " ".join(one.cmdline()) for one in started)
    process.send_signal(stop)
    told = process.communicate(timeout=LIMIT)[1]
    if stop == signal.SIGINT:
        assert (process.returncode, told.strip()) == (130, "interrupted")
    ended = time.monotonic()
    assert psutil.wait_procs(started, timeout=300)[1] == []  # two of ray's ask only now and then whether it is there
    print(f"{stop.name}: all gone after {time.monotonic() - ended:.0f} s")
    assert job.is_whole(job.begin())
