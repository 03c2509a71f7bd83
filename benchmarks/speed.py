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
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np
from limit import flops, numpy_rate, openvino_rate

from framing import Predictor
from framing.corpus.dataset import read_sentences
from framing.model.encoders.converted import cpu_flags, may_halve
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
    if (few_shot := setfit(model, texts)) is not None:
        found["SetFit: predict, the same weights"] = lambda: few_shot.predict(texts, show_progress_bar=False)
    words = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression())
    words.fit(texts, np.arange(len(texts)) % 2)  # any codes: only its speed is asked for
    found["TF-IDF and logistic regression"] = lambda: words.predict_proba(texts)
    return found


def setfit(encoder: Any, texts: list[str]) -> Any:
    """Return a model of SetFit on an encoder, its head fitted on any codes; ``None`` where it is not installed."""
    from sklearn.linear_model import LogisticRegression

    try:
        from setfit import SetFitModel
    except ImportError as error:
        print(f"SetFit: left out ({error}); pip install setfit", file=sys.stderr)
        return None
    few = texts[:64]
    head = LogisticRegression().fit(encoder.encode(few, show_progress_bar=False), np.arange(len(few)) % 2)
    return SetFitModel(model_body=encoder, model_head=head)


def growth(sizes: list[int], backend: str) -> list[tuple[int, dict[str, float]]]:
    """Return the processor seconds a thousand different sentences take, by how many there are and by path."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    some = sentences(None, 1000)
    words = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(some, np.arange(len(some)) % 2)
    ready = predictor(backend)
    ready.predict(some[:64])
    found = []
    for n in sizes:
        texts = [f"{number}: {some[number % len(some)]}" for number in range(n)]
        works = {f"framing, {backend}: frames": ready.predict, "TF-IDF and logistic regression": words.predict_proba}
        costs = {name: cpu_seconds(partial(work, texts))[0] / n * 1000 for name, work in works.items()}
        found.append((n, costs))
    return found


def limits(texts: list[str], rates: dict[str, float]) -> list[tuple[str, float, float]]:
    """Return by path the operations a processor second that it makes of its texts, and those that products alone make.

    ``rates`` are sentences a processor second, by path.
    """
    from tokenizers import Tokenizer

    folder = Path(find_weights("sentence-transformers/all-MiniLM-L6-v2")[0])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    shape = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    width, inner = shape["hidden_size"], shape["intermediate_size"]
    tokens = [len(encoding.ids) for encoding in tokenizer.encode_batch(texts)]
    each = flops(tokens, shape["num_hidden_layers"], width, inner) / len(texts)
    measured = {BASE: numpy_rate(width, inner), "framing, torch: frames": numpy_rate(width, inner)}
    if "framing, openvino: frames" in rates:
        precision = "bf16" if may_halve(cpu_flags()) else "f32"
        measured["framing, openvino: frames"] = openvino_rate(width, inner, precision)
    return [(path, each * rates[path], most) for path, most in measured.items() if path in rates]


def cpu_seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor time that work took, and what came out."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


# What the system tells of a child counts the memory of this process too, as it was when it made the child.
_TELLS_PEAK = """
import atexit
def _peak():
    with open("/proc/self/status") as status:
        print("", *(line.split()[1] for line in status if line.startswith("VmHWM")), sep="\\n")
atexit.register(_peak)
"""


def command_costs(code: str, ends_with: int = 0) -> tuple[float, float]:
    """Return the processor time and the peak memory (MB; on Linux) of a process of its own.

    Raises
    ------
    RuntimeError
        It failed: what that cost is no figure.
    """
    command = [sys.executable, "-c", _TELLS_PEAK + code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        printed = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != ends_with:
        raise RuntimeError(f"it ended with {process.returncode}, expected {ends_with}: {code.splitlines()[-1]}")
    return used.ru_utime + used.ru_stime, int(printed.split()[-1]) / 1024


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
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for name, code in list(cases.items()):
            try:
                costs = command_costs(code, 2 if name == "a wrong option" else 0)
            except RuntimeError as error:
                print(f"{name}: left out ({error})", file=sys.stderr)
                del cases[name]
                continue
            found.setdefault(name, []).append(costs)
    return {name: found[name] for name in cases}


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
    options.add_argument("--growth", type=int, nargs="*", default=[1_000, 10_000], help="so many sentences each")
    options.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    given = options.parse_args()
    texts = sentences(given.texts, given.n)
    flags = [name for name in ("avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16") if name in cpu_flags()]
    print(f"{len(texts)} sentences, one thread, {platform.machine()} with {', '.join(flags) or 'no AVX-512'}\n")
    taken = side_by_side(paths(texts), given.rounds)
    print("| path | sentences a processor second | times the first |\n|---|---|---|")
    for name, times in taken.items():
        ratios = [base / one for base, one in zip(taken[BASE], times, strict=True)]
        spread = f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        print(f"| {name} | {len(texts) / median(times):,.0f} | {spread} |", flush=True)
    print("\n| path | operations a processor second | products alone | share |\n|---|---|---|---|")
    for name, made, most in limits(texts, {name: len(texts) / min(times) for name, times in taken.items()}):
        print(f"| {name} | {made / 1e9:,.0f} billion | {most / 1e9:,.0f} billion | {made / most:.2f} |", flush=True)
    has_openvino = any("openvino" in name for name in taken)
    if has_openvino:
        print(f"\n{agreement(texts)}", flush=True)
    if given.growth:
        print("\n| sentences | path | processor seconds a thousand |\n|---|---|---|")
        for n, costs in growth(given.growth, "openvino" if has_openvino else "torch"):
            for name, seconds in costs.items():
                print(f"| {n:,} | {name} | {seconds:.3f} |", flush=True)
    tell_starts(given.rounds)
    if given.score:
        for n, peak in memory(given.score, given.rows).items():
            print(f"framing score, {n:,} rows: peak {peak:,.0f} MB", flush=True)


def side_by_side(compared: dict[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Return the processor seconds of each path in each round; the paths take turns."""
    for work in compared.values():
        work()  # the first pass prepares
    taken: dict[str, list[float]] = {name: [] for name in compared}
    for _ in range(rounds):
        for name, work in compared.items():
            taken[name].append(cpu_seconds(work)[0])
    return taken


def tell_starts(rounds: int) -> None:
    """Print what starting costs."""
    started = first_labels(rounds)
    print("\n| process | processor seconds | times the first | peak MB |\n|---|---|---|---|")
    (first, *_) = started.values()
    for name, costs in started.items():
        ratios = [cost[0] / base[0] for base, cost in zip(first, costs, strict=True)]
        seconds, peak = median(c[0] for c in costs), median(c[1] for c in costs)
        print(f"| {name} | {seconds:.2f} | {median(ratios):.2f} | {peak:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
