"""What ``framing score`` costs by engine: ``python benchmarks/scale.py MODEL ROWS ...``.

The engines score the same rows: the written corpus again and again, with a number in each sentence so that all differ.
With ``--one-process`` the local engine and what a worker does are compared without ray, in turns. Else a cluster of Ray
with two processors is started once, and asked with one worker and with two. Measured is the processor
time and the memory of the command and of all that works for it, each half second; on a machine that others use too,
seconds on the clock are told, and mean little.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pyarrow
import pyarrow.parquet

from framing import Predictor
from framing.corpus.dataset import read_sentences
from framing.corpus.readers import Reading
from framing.model.decisions.rule import Rule
from framing.resources import SHIPPED, data_path
from framing.stream import Job, score
from framing.stream.distributed import Order, _Worker
from framing.stream.work import Work

ENGINES = {"local": (), "ray, 1 worker": ("--workers", "1"), "ray, 2 workers": ("--workers", "2")}
KINDS = ("command", "worker", "ray")
STEP = 0.5


class Watch:
    """Processor seconds and largest memory (MB) of this process's descendants, by what they are for."""

    def __init__(self) -> None:
        self.before = {pid: seconds for pid, (_, seconds, _) in self._now().items()}
        self.seconds: dict[int, tuple[str, float]] = {}
        self.memory = dict.fromkeys(KINDS, 0.0)

    def look(self) -> None:
        """Note what they have spent by now."""
        for pid, (kind, seconds, memory) in self._now().items():
            self.seconds[pid] = kind, seconds - self.before.get(pid, 0)
            self.memory[kind] = max(self.memory[kind], memory)

    def spent(self, kind: str) -> float:
        """Return the processor seconds since the begin."""
        return sum(seconds for known, seconds in self.seconds.values() if known == kind)

    def _now(self) -> dict[int, tuple[str, float, float]]:
        found = {}
        for process in psutil.Process().children(recursive=True):
            try:
                told, times = " ".join(process.cmdline()), process.cpu_times()
                kind = "worker" if "MapWorker" in told else "command" if "cli import main" in told else "ray"
                found[process.pid] = kind, times.user + times.system, process.memory_info().rss / 2**20
            except psutil.Error:
                continue
        return found


def write_rows(file: Path, n_rows: int) -> None:
    """Write so many different sentences."""
    texts = list(dict.fromkeys(sentence.text for sentence in read_sentences(data_path(SHIPPED))))
    numbered = [f"{text} ({i})" for i, text in enumerate(itertools.islice(itertools.cycle(texts), n_rows))]
    pyarrow.parquet.write_table(pyarrow.table({"text": numbered}), file)


def in_one_process(model: str, folder: Path, n_rows: int, part: int) -> str:
    """Return processor seconds for 10,000 rows: the local engine, a worker, and putting its parts together."""
    predictor, rows = Predictor.load(model), folder / "rows.parquet"
    predictor.predict(["The pact opens a vast market."])
    spent = {"local engine": -time.process_time()}
    score(predictor, rows, folder / "out.parquet", part=part)
    spent["local engine"] += time.process_time()
    for form in ("parquet", "jsonl"):
        work = Work(rows.name, part, None, Rule(), {}, Reading())
        job = Job(folder / f"worker.{form}", work.identity(predictor, ""))
        job.folder.mkdir()
        worker, n_parts = _Worker(Order.of(work, job, predictor, rows)), -(-n_rows // part)
        worker({"number": [0]})  # which loads the model
        begin = time.process_time()
        worker({"number": range(1, n_parts)})
        spent["worker"] = (time.process_time() - begin) * n_rows / (n_rows - part)
        begin = time.process_time()
        job.finish(n_parts)
        spent[f"together, {form}"] = time.process_time() - begin
    return ", ".join(f"{name} {seconds / n_rows * 10_000:.3f}" for name, seconds in spent.items())


def main() -> None:
    """Print a line an engine and a number of rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("rows", type=int, nargs="+", help="few first, then many: the difference is without the start")
    parser.add_argument("--part", default="1024")
    parser.add_argument("--one-process", action="store_true")
    asked = parser.parse_args()
    if asked.one_process:
        for n_rows in asked.rows:
            with tempfile.TemporaryDirectory() as name:
                write_rows(Path(name) / "rows.parquet", n_rows)
                print(
                    f"{n_rows:,} rows: {in_one_process(asked.model, Path(name), n_rows, int(asked.part))}", flush=True
                )
        return
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    started = Watch()
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "object_store_memory": 100 << 20})
    started.look()
    print(f"start of ray: {started.spent('ray'):.1f} processor seconds", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for n_rows in asked.rows:
            write_rows(folder / "rows.parquet", n_rows)
            for engine, options in ENGINES.items():
                command = [sys.executable, "-c", "from framing.cli import main; main()", "score", "rows.parquet"]
                command += ["out.parquet", "--model", asked.model, "--part", asked.part, *options]
                command += ["--engine", "ray"] if options else []
                watch, begin = Watch(), time.perf_counter()
                process = psutil.Popen(command, cwd=folder, env={**os.environ, "RAY_ADDRESS": cluster.address})
                while process.poll() is None:
                    watch.look()
                    time.sleep(STEP)
                seconds = time.perf_counter() - begin
                (folder / "out.parquet").unlink()
                told = ", ".join(f"{kind} {watch.spent(kind):.1f} s, {watch.memory[kind]:.0f} MB" for kind in KINDS)
                print(f"{n_rows:,} rows, {engine}: {told}; {seconds:.0f} s on the clock", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()
