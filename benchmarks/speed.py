"""How fast, beside what others do with the same weights: ``make bench``, or ``python benchmarks/speed.py``.

All paths take turns in one run, in one thread, and what is compared is processor time: on a machine that others use
too, seconds on the clock say nothing. Each number is a ratio of two neighbours of a round, the median over rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np

from framing import Predictor
from framing.corpus.dataset import read_sentences
from framing.model.encoders.converted import cpu_flags
from framing.model.encoders.weights import find_weights
from framing.resources import SHIPPED, data_path

BASE = "SentenceTransformer.encode, as it comes"
TARGET = "the agreement"
FIRST = "The pact opens a vast market."


def sentences(file: str | None, n: int) -> list[str]:
    """Return so many different texts of a file, spread over it; default the written corpus."""
    texts = list(dict.fromkeys(s.text for s in read_sentences(Path(file) if file else data_path(SHIPPED))))
    return texts[:: max(1, len(texts) // n)][:n]


def predictor(backend: str, fast: bool | str | float = False) -> Predictor:
    """Return the shipped model, which keeps no vectors."""
    loaded = Predictor.load(SHIPPED, backend=backend, fast=fast)
    loaded.classifier.keep_vectors(False)
    return loaded


def paths(texts: list[str]) -> dict[str, Callable[[], Any]]:
    """Return what is compared, by its name."""
    from sentence_transformers import SentenceTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = SentenceTransformer(find_weights("sentence-transformers/all-MiniLM-L6-v2")[0], device="cpu")
    found: dict[str, Callable[[], Any]] = {BASE: lambda: model.encode(texts, show_progress_bar=False)}
    for backend in ("torch", "openvino"):
        try:
            ready = predictor(backend)
        except Exception as error:  # a backend that is not installed is left out
            print(f"{backend}: left out ({error})", file=sys.stderr)
            continue
        found[f"framing, {backend}: frames"] = lambda p=ready: p.predict(texts)
        found[f"framing, {backend}: frames and one target"] = lambda p=ready: p.predict(texts, target=TARGET)
        for name, fast in (("--fast", True), ("--fast=0.01", 0.01)):
            both = predictor(backend, fast=fast)
            found[f"framing, {backend}: frames, {name}"] = lambda p=both: p.predict(texts)
    alone = predictor("auto", fast="only")
    found["framing: frames, --fast=only"] = lambda: alone.predict(texts)
    words = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression())
    words.fit(texts, np.arange(len(texts)) % 2)  # any codes: only its speed is asked for
    found["TF-IDF and logistic regression"] = lambda: words.predict_proba(texts)
    return found


def cpu_seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor time that work took, and what came out."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def command_costs(*code: str) -> tuple[float, float]:
    """Return the processor time and the peak memory (MB) of a process of its own."""
    command = [sys.executable, "-c", *code]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def first_labels(rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Return the costs of a process that starts, reads one sentence and ends, by what it does."""
    folder = find_weights("sentence-transformers/all-MiniLM-L6-v2")[0]
    label = "import framing; p = framing.Predictor.load('shipped', backend={!r}); p.classifier.keep_vectors(False); "
    cases = {
        "SentenceTransformer: load and encode": "from sentence_transformers import SentenceTransformer as S; "
        f"S({folder!r}, device='cpu').encode([{FIRST!r}])",
        "framing, torch: first label": label.format("torch") + f"p.predict([{FIRST!r}])",
        "framing, openvino: first label": label.format("openvino") + f"p.predict([{FIRST!r}])",
        "framing --help": "import sys; sys.argv = ['framing', '--help']; from framing.cli import main; main()",
        "a wrong option": "import sys; sys.argv = ['framing', 'predict', '--no']; from framing.cli import main; main()",
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, code in cases.items():
            found[name].append(command_costs(code))
    return found


def memory(model: str, sizes: list[int]) -> dict[int, float]:
    """Return the peak memory (MB) of ``framing score`` by the number of rows."""
    found = {}
    for n in sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows = (json.dumps({"text": f"Row {i}: the pact opens a market, say envoys."}) + "\n" for i in range(n))
            with (Path(folder) / "in.jsonl").open("w", encoding="utf-8") as stream:
                stream.writelines(rows)
            arguments = ["framing", "score", f"{folder}/in.jsonl", f"{folder}/out.jsonl", "--model", model]
            code = f"import sys; sys.argv = {arguments!r}; from framing.cli import main; main()"
            _, found[n] = command_costs(code)
    return found


def agreement(texts: list[str]) -> str:
    """Return on how many sentences torch and OpenVINO decide the same frames."""
    one, other = (predictor(backend).predict(texts) for backend in ("torch", "openvino"))
    same = sum(a.frames == b.frames for a, b in zip(one, other, strict=True))
    return f"the same frames from torch and OpenVINO: {same:,} of {len(texts):,} sentences"


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", help="a file of sentences; default the written corpus")
    options.add_argument("--n", type=int, default=384)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--score", metavar="MODEL", help="also the memory of framing score with this model")
    options.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    given = options.parse_args()
    texts = sentences(given.texts, given.n)
    flags = [name for name in ("avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16") if name in cpu_flags()]
    print(f"{len(texts)} sentences, one thread, {platform.machine()} with {', '.join(flags) or 'no AVX-512'}\n")
    compared = paths(texts)
    for work in compared.values():
        work()  # the first pass prepares
    taken: dict[str, list[float]] = {name: [] for name in compared}
    for _ in range(given.rounds):
        for name, work in compared.items():
            taken[name].append(cpu_seconds(work)[0])
    print("| path | sentences a processor second | times the first |\n|---|---|---|")
    for name, times in taken.items():
        ratios = [base / one for base, one in zip(taken[BASE], times, strict=True)]
        spread = f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        print(f"| {name} | {len(texts) / median(times):,.0f} | {spread} |")
    started = first_labels(given.rounds)
    print("\n| process | processor seconds | times the first | peak MB |\n|---|---|---|---|")
    (first, *_) = started.values()
    for name, costs in started.items():
        ratios = [cost[0] / base[0] for base, cost in zip(first, costs, strict=True)]
        seconds, peak = median(c[0] for c in costs), median(c[1] for c in costs)
        print(f"| {name} | {seconds:.2f} | {median(ratios):.2f} | {peak:,.0f} |")
    if any("openvino" in name for name in compared):
        print(f"\n{agreement(texts)}")
    if given.score:
        for n, peak in memory(given.score, given.rows).items():
            print(f"framing score, {n:,} rows: peak {peak:,.0f} MB")


if __name__ == "__main__":
    main()
