"""Few coded headlines: a tuned encoder beside SetFit and a frozen encoder, same rows, same steps, same texts a step.

    python experiments/few_shot.py BENCHMARKS --setfit PYTHON
    python experiments/few_shot.py BENCHMARKS --setfit PYTHON --develop

BENCHMARKS is a folder that holds ``gvfc_headline_frames``, a data set that is not part of this project; PYTHON is the
interpreter of an environment with SetFit 1.2, by default this one. Each number of shots and system is a run of the
MLflow experiment ``few_shot``. Options are chosen with ``--develop``: other seeds, another test fold, and no row of the
fold that is reported.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from framing.errors import EncoderError
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import stance_estimates, with_intervals
from framing.model.encoders import SentenceEncoder
from framing.model.encoders.lessons import Lesson
from framing.model.encoders.tuning import EncoderTuner
from framing.model.encoders.weights import find_weights
from framing.tracking import Store, open_run, store_uri

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
FOLDER = "gvfc_headline_frames"
# SetFit reads 16 pairs a step, which are 32 texts.
TEXTS_PER_STEP = 32
# Seeds, folds that the shots are drawn from, fold that is scored.
REPORTED = ((0, 1, 2), (0, 1, 2, 3), 4)
DEVELOPMENT = ((10, 11, 12), (0, 1, 2), 3)
METRICS = ("accuracy", "macro_f1")

Proba = NDArray[np.float64]


def frozen(
    texts: Sequence[str], y: NDArray[np.intp], test: Sequence[str], seed: int, options: argparse.Namespace
) -> tuple[Proba, float]:
    """Fit the head on the vectors as they are."""
    started = time.process_time()
    proba = softmax(_head_log_proba(SentenceEncoder(MINILM, cache=False), texts, y, test, options.C), axis=1)
    return proba, time.process_time() - started


def tuned(
    texts: Sequence[str], y: NDArray[np.intp], test: Sequence[str], seed: int, options: argparse.Namespace
) -> tuple[Proba, float]:
    """Tune, fit a head on the tuned and one on the frozen vectors, and mix their log probabilities.

    Several members share the steps among them; each starts from another seed.
    """
    started = time.process_time()
    steps = options.steps // options.members
    lesson = Lesson(texts, np.eye(int(y.max()) + 1)[y], True, np.arange(len(texts)))
    members = []
    for member in range(options.members):
        encoder = EncoderTuner(
            MINILM,
            cache=False,
            rank=options.rank,
            dropout=options.dropout,
            epochs=max(1, steps // -(-len(texts) // TEXTS_PER_STEP)),
            learning_rate=options.rate,
            rows_per_step=TEXTS_PER_STEP,
            contrastive=options.contrastive,
            hold_out=0,
            seed=seed + 1000 * member,
        )
        members.append(_head_log_proba(encoder.tune([lesson]), texts, y, test, options.C))
    log_p = np.mean(members, axis=0)
    if options.frozen_share:
        beside = _head_log_proba(encoder.base, texts, y, test, options.C)
        log_p = (1 - options.frozen_share) * log_p + options.frozen_share * beside
    return softmax(log_p, axis=1), time.process_time() - started


def setfit(
    texts: Sequence[str], y: NDArray[np.intp], test: Sequence[str], seed: int, options: argparse.Namespace
) -> tuple[Proba, float]:
    """Run SetFit's standard recipe in the environment that has it."""
    job = {"folder": find_weights(MINILM)[0], "texts": list(texts), "labels": y.tolist(), "test": list(test)}
    job |= {"steps": options.steps, "rate": options.setfit_rate, "seed": seed}
    command = [options.setfit, str(Path(__file__).with_name("few_shot_setfit.py"))]
    answer = json.loads(
        subprocess.run(command, input=json.dumps(job), stdout=subprocess.PIPE, text=True, check=True).stdout
    )
    if answer["steps"] != options.steps:
        raise SystemExit(f"SetFit took {answer['steps']} steps, not {options.steps}: the rows give no more pairs")
    return np.array(answer["proba"]), answer["cpu_seconds"]


System = Callable[[Sequence[str], NDArray[np.intp], Sequence[str], int, argparse.Namespace], tuple[Proba, float]]
SYSTEMS: dict[str, System] = {"setfit": setfit, "tuned": tuned, "frozen": frozen}
# What a system's run records of the options.
OPTIONS = {
    "setfit": ("steps", "setfit_rate"),
    "tuned": ("steps", "rate", "rank", "dropout", "contrastive", "members", "C", "frozen_share"),
    "frozen": ("C",),
}


def draw(y: NDArray[np.intp], allowed: NDArray[np.bool_], shots: int, seed: int) -> NDArray[np.intp]:
    """Return the row numbers of so many rows a label, drawn from the allowed ones."""
    rng = np.random.default_rng(seed)
    labels = range(int(y.max()) + 1)
    return np.concatenate([rng.choice(np.flatnonzero((y == j) & allowed), shots, replace=False) for j in labels])


def score(
    rows: Sequence[dict[str, Any]], options: argparse.Namespace, shots: int
) -> tuple[dict[str, dict[str, Estimate]], dict[str, float]]:
    """Return each system's figures and CPU seconds, means over the seeds; shots and resamples are the same for all."""
    seeds, pool, scored = DEVELOPMENT if options.develop else REPORTED
    names = sorted({row["label"] for row in rows})
    y = np.array([names.index(row["label"]) for row in rows])
    fold = np.array([row["fold"] for row in rows])
    texts = [row["text"] for row in rows]
    test = np.flatnonzero(fold == scored)
    W = bootstrap_weights(np.unique([texts[i].lower() for i in test], return_inverse=True)[1])
    found: dict[str, list[dict[str, Estimate]]] = {name: [] for name in options.systems}
    costs: dict[str, list[float]] = {name: [] for name in options.systems}
    for seed in seeds[: options.seeds]:
        part = draw(y, np.isin(fold, pool), shots, seed)
        for name in options.systems:
            proba, cpu = SYSTEMS[name]([texts[i] for i in part], y[part], [texts[i] for i in test], seed, options)
            estimates = stance_estimates(y[test], proba, names, W)
            found[name].append({m: estimates[m] for m in METRICS})
            costs[name].append(cpu)
            _say(f"{shots} shots, seed {seed}, {name}: {estimates['accuracy'].value:.3f}, {cpu:.0f} s")
    means = {name: {m: _mean([one[m] for one in each]) for m in METRICS} for name, each in found.items()}
    return means, {name: float(np.mean(each)) for name, each in costs.items()}


def _mean(estimates: Sequence[Estimate]) -> Estimate:
    return Estimate(float(np.mean([e.value for e in estimates])), np.mean([e.replicates for e in estimates], axis=0))


def _head_log_proba(
    encoder: SentenceEncoder, texts: Sequence[str], y: NDArray[np.intp], test: Sequence[str], strength: float
) -> Proba:
    head = LogisticRegression(C=strength, solver="newton-cg", max_iter=2000).fit(encoder.transform(texts), y)
    return head.predict_log_proba(encoder.transform(test))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benchmarks", type=Path, help="folder that holds the data set")
    parser.add_argument("--setfit", default=sys.executable, help="interpreter that has SetFit [default: this one]")
    parser.add_argument("--develop", action="store_true", help="other seeds and folds than the reported ones")
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--shots", nargs="+", type=int, default=[8, 16], help="headlines a label")
    parser.add_argument("--seeds", type=int, default=3, help="how many of the seeds")
    parser.add_argument("--steps", type=int, default=100, help="optimizer steps, at most")
    parser.add_argument("--setfit-rate", type=float, default=2e-5)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--contrastive", type=float, default=1.0)
    parser.add_argument("--C", type=float, default=10.0)
    parser.add_argument("--members", type=int, default=2, help="encoders that share the steps")
    parser.add_argument("--frozen-share", type=float, default=0.3, help="weight of the frozen vectors' head")
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    file = options.benchmarks / FOLDER / "all.jsonl"
    if not file.is_file():
        _say(f"skipped: {file} is not there; this data set is not part of the project")
        return
    if "setfit" in options.systems:
        probe = subprocess.run([options.setfit, "-c", "import setfit"], capture_output=True, check=False)
        if probe.returncode:
            _say(f"skipped: SetFit cannot be imported by {options.setfit}; name an environment's python by --setfit")
            return
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    store = Store(store_uri(options.store))
    with tempfile.TemporaryDirectory() as cache:
        if not options.develop:  # what was tuned before would cost nothing
            os.environ["FRAMING_CACHE"] = cache
        frozen(["one", "two"], np.array([0, 1]), ["three"], 0, options)  # imports and weights are nobody's cost
        for shots in options.shots:
            scores, costs = score(rows, options, shots)
            for name, estimates in scores.items():
                figures = {f"system/{m}": estimates[m] for m in METRICS}
                if "setfit" in scores and name != "setfit":
                    figures |= {f"gain/{m}": estimates[m] - scores["setfit"][m] for m in METRICS}
                params = {key: getattr(options, key) for key in OPTIONS[name]}
                params |= {"system": name, "shots": shots, "part": "development" if options.develop else "reported"}
                with open_run(store, f"{name}, {shots} shots", "few_shot", params) as run:
                    run.log(with_intervals(figures) | {"cost/cpu_seconds": costs[name]})
                cells = [f"{path} {e.value:.3f} {e.interval()}" for path, e in figures.items()]
                print(f"{shots} shots, {name}: {'; '.join(cells)}; {costs[name]:.0f} CPU seconds", flush=True)


if __name__ == "__main__":
    try:
        main()
    except EncoderError as problem:
        sys.exit(f"error: {problem}")
