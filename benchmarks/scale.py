"""What ``framing score`` costs by engine: ``python benchmarks/scale.py MODEL ROWS``.

Each engine scores the same rows, the written corpus again and again, with one number in each sentence so that all are
different. Measured is the processor time and the memory of the command and of all that it starts, a fifth of a second
at a time; on a machine that others use too, seconds on the clock are told, and mean little.
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

from framing.corpus.dataset import read_sentences
from framing.resources import SHIPPED, data_path

ENGINES = {
    "local": (),
    "ray, 1 worker": ("--engine", "ray", "--workers", "1"),
    "ray, 2 workers": ("--engine", "ray", "--workers", "2"),
}
STEP = 0.2


def kind(process: psutil.Process) -> str:
    """Return what a process is for."""
    told = " ".join(process.cmdline())
    if "MapWorker" in told or told.startswith("ray::_"):
        return "worker"
    return "ray" if "ray" in told and "score" not in told else "command"


def measured(command: list[str], folder: Path) -> tuple[float, dict[str, float], dict[str, float]]:
    """Run a command; return its seconds, and processor seconds and largest memory (MB) of each kind of process."""
    begin = time.perf_counter()
    root = psutil.Popen(command, cwd=folder)
    seconds: dict[tuple[str, int], float] = {}
    memory: dict[str, float] = {}
    kinds: dict[int, str] = {}
    while root.poll() is None:
        for process in [root, *root.children(recursive=True)]:
            try:
                kinds[process.pid] = found = kind(process) or kinds.get(process.pid, "command")
                spent = process.cpu_times()
                seconds[found, process.pid] = spent.user + spent.system
                memory[found] = max(memory.get(found, 0), process.memory_info().rss / 2**20)
            except psutil.Error:
                continue
        time.sleep(STEP)
    if root.returncode:
        raise SystemExit(root.returncode)
    by_kind = {name: sum(s for (k, _), s in seconds.items() if k == name) for name in ("command", "worker", "ray")}
    return time.perf_counter() - begin, by_kind, memory


def main() -> None:
    """Print a line an engine and a number of rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("rows", type=int, nargs="+", help="a few rows first: what the start costs")
    parser.add_argument("--part", default="1024")
    asked = parser.parse_args()
    os.environ.pop("RAY_ADDRESS", None)
    texts = list(dict.fromkeys(sentence.text for sentence in read_sentences(data_path(SHIPPED))))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for n_rows in asked.rows:
            numbered = [f"{text} ({i})" for i, text in zip(range(n_rows), itertools.cycle(texts))]
            pyarrow.parquet.write_table(pyarrow.table({"text": numbered}), folder / "rows.parquet")
            for engine, options in ENGINES.items():
                command = [sys.executable, "-c", "from framing.cli import main; main()", "score", "rows.parquet"]
                command += ["out.parquet", "--model", asked.model, "--part", asked.part, *options]
                seconds, spent, memory = measured(command, folder)
                (folder / "out.parquet").unlink()
                told = ", ".join(f"{k} {spent[k]:.1f} s {memory.get(k, 0):.0f} MB" for k in spent)
                print(
                    f"{n_rows:,} rows, {engine}: {sum(spent.values()):.1f} processor seconds ({told}); {seconds:.0f} s"
                )


if __name__ == "__main__":
    main()
