"""Has a model learnt the frame or the name, and does it behave? Runs for behaviour.md.

    python experiments/behaviour.py --news FOLDER [MODEL...]            # flip rates of finished models on real news
    python experiments/behaviour.py --suite [MODEL...]                  # the behavioural suite that ships
    python experiments/behaviour.py --newsmtsc FOLDER --encoder tfidf  # names masked, typed, swapped: the price

FOLDER of ``--news`` holds ``check.jsonl`` and ``dev.jsonl``, coded real sentences; that of ``--newsmtsc`` the data set
of this name. Neither is part of this project: without them the script says so and stops. MODEL is
``shipped`` unless named.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone

from framing import Codebook, Predictor, Sentence
from framing.corpus.dataset import read_sentences
from framing.corpus.splits import GroupedFolds
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import stance_estimates, with_intervals
from framing.model.encoders import SentenceEncoder, WordVectorizer
from framing.names import usual_finder
from framing.tracking import Store, open_run, store_uri
from framing.training import Preprocess, Recipe, StanceOptions, prepare
from framing.training.swaps import SwapPlan, swap_estimates

CLASSES = ("against", "neutral", "favor")
EXPERIMENT = "behaviour"


def news(folder: Path, models: list[str], store: Store, most: int) -> None:
    """Swap names in real sentences, and see what a finished model says of them."""
    for model in models:
        classifier = Predictor.load(model).classifier
        for part in ("check", "dev"):
            rows = read_sentences(_there(folder / f"{part}.jsonl"))
            drawn = np.random.default_rng(0).choice(len(rows), min(most, len(rows)), replace=False)
            rows = [rows[i] for i in np.sort(drawn)]
            for name, task in classifier.tasks.items():
                asked = [row for row in rows if row.target or name != "stance"]
                judged = SwapPlan.of(asked, task, n=1).judged(task)
                params = {"model": model, "set": part, "task": name, "finder": usual_finder()}
                for kind, scores in _by_kind(swap_estimates(judged, asked)).items():
                    _log(store, {**params, "kind": kind}, scores)


def newsmtsc(folder: Path, encoder: str, store: Store, most: int) -> None:
    """Train a stance with names as they are, masked, typed and swapped; on the test part count flips and macro-F1."""
    book = Codebook.from_dict({"name": "newsmtsc", "frames": ["named"], "stance": dict.fromkeys(CLASSES, "")})
    taught, test = (_read_newsmtsc(folder, part) for part in ("train", "test"))
    drawn = np.random.default_rng(0).choice(len(taught), min(most, len(taught)), replace=False)
    taught = [taught[i] for i in np.sort(drawn)]
    y = np.array([CLASSES.index(s.stance or "") for s in test])
    W = bootstrap_weights(GroupedFolds().groups(test))
    plain: Estimate | None = None
    for entities in ("keep", "mask", "typed", "swap"):
        start = time.process_time()
        recipe = Recipe(
            encoder=SentenceEncoder() if encoder == "minilm" else WordVectorizer(),
            tasks=["stance"],
            stance=StanceOptions(blind_baseline=False),
            preprocess=Preprocess(entities),
        )
        task = prepare(taught, book, recipe=recipe).tasks["stance"]
        fitted = clone(task.classifier).fit(task.sentences, task.Y, task.folds)
        score = stance_estimates(y, fitted.predict_proba(test), fitted.labels, W)["macro_f1"]
        plain = score if plain is None else plain
        scores = {"stance/macro_f1": score, "stance/price": plain - score}
        judged = SwapPlan.of(test, fitted, n=2).judged(fitted)
        scores |= {f"stance/{path}": e for path, e in swap_estimates(judged, test).items()}
        params = {"encoder": encoder, "entities": entities, "rows": len(taught), "finder": usual_finder()}
        cost = {"cost/cpu_seconds": time.process_time() - start}
        _log(store, params, scores, cost)


def suite(models: list[str], store: Store) -> None:
    """Run the behavioural suite that ships."""
    from framing.behaviour import read_suite, run_suite
    from framing.resources import resource

    cases = read_suite(resource("seeds/behaviour.yaml"))
    for model in models:
        results = run_suite(Predictor.load(model).classifier, cases)
        for (kind, change), score in results.rates().items():
            figures = {"behaviour/pass_rate": score.value}
            figures |= {"behaviour/pass_rate_low": score.low, "behaviour/pass_rate_high": score.high}
            params = {"model": model, "kind": kind, "change": change, "cases": results.sizes()[kind, change]}
            with open_run(store, f"{model} {kind} {change}", EXPERIMENT, {**params, "part": "suite"}) as run:
                run.log(figures)
            print(model, kind, change, params["cases"], score, flush=True)


def _by_kind(estimates: dict[str, Estimate]) -> dict[str, dict[str, Estimate]]:
    """Return ``swap/flip_rate`` and ``swap/shift`` of each kind of name."""
    kinds: dict[str, dict[str, Estimate]] = {}
    for path, estimate in estimates.items():
        _, kind, measure = path.split("/")
        kinds.setdefault(kind, {})[f"swap/{measure}"] = estimate
    return kinds


def _log(
    store: Store, params: dict[str, Any], scores: dict[str, Estimate], more: dict[str, float] | None = None
) -> None:
    part = "news" if "model" in params else "newsmtsc"
    with open_run(store, " ".join(map(str, params.values())), EXPERIMENT, {**params, "part": part}) as run:
        run.log(with_intervals(scores, with_n=True) | (more or {}))
    print(*params.values(), {p: (round(e.value, 4), e.interval(), e.n) for p, e in scores.items()}, flush=True)


def _read_newsmtsc(folder: Path, part: str) -> list[Sentence]:
    rows = map(json.loads, _there(folder / f"{part}.jsonl").read_text(encoding="utf-8").splitlines())
    return [Sentence(r["text"], target=r["target"], stance=r["label"], group=r["text"]) for r in rows]


def _there(file: Path) -> Path:
    if not file.is_file():
        sys.exit(f"{file}: not there; the data are not part of this project")
    return file


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--news", type=Path, metavar="FOLDER")
    parser.add_argument("--newsmtsc", type=Path, metavar="FOLDER")
    parser.add_argument("--suite", action="store_true")
    parser.add_argument("--encoder", choices=("tfidf", "minilm"), default="tfidf")
    parser.add_argument("--most", type=int, default=10_000, help="take at most so many rows, drawn at random")
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    opened, asked = Store(store_uri(options.store)), options.models or ["shipped"]
    if options.news:
        news(options.news, asked, opened, options.most)
    if options.newsmtsc:
        newsmtsc(options.newsmtsc, options.encoder, opened, options.most)
    if options.suite:
        suite(asked, opened)
