"""Do corrected shares come near the truth, and do their intervals hold? Samples of a corpus that is coded as a whole.

    python experiments/shares.py BENCHMARKS [--samples 500] [--store URI]

BENCHMARKS is a folder that holds ``ccf_climate_frames``, a data set that is not part of this project. Its labels are
the truth, predictions come from folds by article: frozen vectors of all-MiniLM-L6-v2, a logistic regression a frame.
Each frame, draw and size is a run of the MLflow experiment ``shares``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.errors import InputError
from framing.measure.design import Design
from framing.measure.shares import Shares, coded_share, corrected_share
from framing.model.encoders import SentenceEncoder
from framing.shares.draw import Drawn, draw_units
from framing.shares.gold import Gold, check_balance
from framing.tracking import Store, open_run, store_uri

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
FOLDER = "ccf_climate_frames"
SIZES = (100, 200, 400)
RARE = ("security_frame", "health_frame")
GROUPED = "political_frame"
GAP = 0.05
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """A corpus that is coded as a whole: labels, probabilities, and the article of each row."""

    frames: tuple[str, ...]
    Y: Array
    proba: Array
    articles: NDArray[np.intp]

    @property
    def shares(self) -> Array:
        return self.Y.mean(axis=0)


def read(file: Path) -> Truth:
    """Read the corpus, and predict each row by a model of the folds that its article is not in."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    frames = tuple(sorted({frame for row in rows for frame in row["frames"]}))
    Y = np.array([[frame in row["frames"] for frame in frames] for row in rows], dtype=float)
    numbers: dict[Any, int] = {}
    keys = [(row["media"], row["date"], row["title"]) for row in rows]
    articles = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.intp)
    X = SentenceEncoder(MINILM).transform([row["text"] for row in rows])
    proba = np.zeros_like(Y)
    for train, test in GroupKFold(5, shuffle=True, random_state=0).split(X, Y, articles):
        for j in range(len(frames)):
            head = LogisticRegression(C=10, max_iter=2000).fit(X[train], Y[train, j])
            proba[test, j] = head.predict_proba(X[test])[:, 1]
    return Truth(frames, Y, proba, articles)


def sentences(truth: Truth, n: int, rng: np.random.Generator) -> Drawn:
    """Draw sentences, each with the same chance."""
    N = len(truth.Y)
    return Drawn(np.sort(rng.choice(N, n, replace=False)), np.full(n, n / N), np.ones(n, dtype=np.intp))


def articles(truth: Truth, n: int, rng: np.random.Generator) -> Drawn:
    """Draw whole articles, so many that ``n`` sentences are due."""
    m = truth.articles.max() + 1
    k = round(n * m / len(truth.Y))
    rows = np.flatnonzero(np.isin(truth.articles, rng.choice(m, k, replace=False)))
    return Drawn(rows, np.full(len(rows), k / m), np.ones(len(rows), dtype=np.intp))


def enriched(frame: str) -> Callable[[Truth, int, np.random.Generator], Drawn]:
    """Return a draw of sentences, more of those that the model holds likely to have a frame."""

    def draw(truth: Truth, n: int, rng: np.random.Generator) -> Drawn:
        scores = truth.proba[:, truth.frames.index(frame)]
        return draw_units([""] * len(truth.Y), n, scores, int(rng.integers(2**31)))

    return draw


def estimates(truth: Truth, drawn: Drawn, j: int, groups: Array | None = None, finite: bool = True) -> list[Shares]:
    """Return the coded-only and the corrected shares of one frame."""
    rows = drawn.chosen
    design = Design(drawn.probability, truth.articles[rows], drawn.stratum, finite)
    groups = np.ones((len(truth.Y), 1)) if groups is None else groups
    means = truth.proba[:, j] @ groups / groups.sum(axis=0)
    y, f = truth.Y[rows, j], truth.proba[rows, j]
    alone = coded_share(y, design, groups[rows])
    further = None
    if not finite:
        errors = groups * (truth.proba[:, [j]] - means) / groups.sum(axis=0)
        further = Design(np.ones(len(errors)), truth.articles, finite=False).deviations(errors)
    return [alone, corrected_share(y, f, means, design, groups[rows], mean_deviations=further)]


def repeated(truth: Truth, draw: Callable[..., Drawn], n: int, samples: int, chosen: Sequence[int]) -> Array:
    """Return value, low and high of each estimate in each sample, shape (n_samples, n_frames, 2, 3)."""
    rng = np.random.default_rng(n)
    found = np.zeros((samples, len(chosen), 2, 3))
    for number in range(samples):
        drawn = draw(truth, n, rng)
        for i, j in enumerate(chosen):
            for k, shares in enumerate(estimates(truth, drawn, j)):
                low, high = shares.interval()
                found[number, i, k] = shares.value.item(), low.item(), high.item()
    return found


def figures(found: Array, true: float, naive: float) -> dict[str, float]:
    """Return errors as per cent of the true share, how often intervals hold, and how wide they are, in per cent."""
    value, low, high = np.moveaxis(found, -1, 0)
    error = np.median(np.abs(value - true), axis=0) / true
    held = ((low <= true) & (true <= high)).mean(axis=0)
    width = (high - low).mean(axis=0)
    logged = {
        "true": true,
        "error_naive": abs(naive - true) / true,
        "error_coded": error[0],
        "error_corrected": error[1],
    }
    logged |= {"held_coded": held[0], "held_corrected": held[1], "width": width[1] / width[0]}
    return {f"shares/{name}": round(100 * float(number), 3) for name, number in logged.items()}


def covered(truth: Truth, samples: int) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Run each draw and size, and give a run a frame, and one of all frames: medians of errors, means of the rest."""
    naive = (truth.proba >= 0.5).mean(axis=0)
    everything = list(range(len(truth.frames)))
    for name, draw in (("sentences", sentences), ("articles", articles)):
        for n in SIZES:
            found = repeated(truth, draw, n, samples, everything)
            each = [figures(found[:, j], truth.shares[j], naive[j]) for j in everything]
            for frame, logged in zip(truth.frames, each, strict=True):
                yield {"part": "covered", "draw": name, "n": n, "frame": frame}, logged
            together = {k: (np.median if "error" in k else np.mean)([one[k] for one in each]) for k in each[0]}
            yield {"part": "covered", "draw": name, "n": n, "frame": "all"}, {k: float(v) for k, v in together.items()}


def rare(truth: Truth, samples: int) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Draw more of what may well have a rare frame; widths are relative to coded only, of a plain draw."""
    for frame in RARE:
        j = truth.frames.index(frame)
        for n in SIZES:
            draws = {"sentences": sentences, "enriched": enriched(frame)}
            found = {name: repeated(truth, draw, n, samples, [j])[:, 0] for name, draw in draws.items()}
            plain = (found["sentences"][:, 0, 2] - found["sentences"][:, 0, 1]).mean()
            for name, one in found.items():
                logged = figures(one, truth.shares[j], float((truth.proba[:, j] >= 0.5).mean()))
                width = (one[:, :, 2] - one[:, :, 1]).mean(axis=0) / plain
                logged |= {"shares/width_coded": float(100 * width[0]), "shares/width_corrected": float(100 * width[1])}
                yield {"part": "rare", "draw": name, "n": n, "frame": frame}, logged


def biased(truth: Truth, samples: int) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Take for random what was picked: how often it is refused, and how often the interval holds where it is not."""
    j, n = truth.frames.index(GROUPED), 200
    ways = {
        "at random": np.ones(len(truth.Y)),
        "twice as many with the frame": 1 + truth.Y[:, j],
        "by the model's probability": truth.proba[:, j],
        "what the model finds, half": np.where(truth.proba[:, j] >= 0.5, 1 / (truth.proba[:, j] >= 0.5).mean(), 1.0),
        "the longest articles": np.bincount(truth.articles)[truth.articles].astype(float),
    }
    for way, odds in ways.items():
        rng = np.random.default_rng(7)
        refused, held = 0, []
        for _ in range(samples):
            rows = np.sort(rng.choice(len(truth.Y), n, replace=False, p=odds / odds.sum()))
            drawn = Drawn(rows, np.full(n, n / len(truth.Y)), np.ones(n, dtype=np.intp))
            gold = Gold(rows, truth.Y[rows], drawn.probability, drawn.stratum)
            try:
                check_balance(gold, truth.proba, truth.frames, truth.articles)
            except InputError:
                refused += 1
                continue
            low, high = np.transpose([np.ravel(one.interval()) for one in estimates(truth, drawn, j)])
            held.append((low <= truth.shares[j]) & (truth.shares[j] <= high))
        rates = np.mean(held, axis=0) if held else np.full(2, np.nan)
        logged = {"refused": refused / samples, "held_coded": rates[0], "held_corrected": rates[1]}
        known = {f"shares/{k}": round(100 * float(v), 2) for k, v in logged.items() if v == v}
        yield {"part": "biased", "draw": way, "n": n, "frame": GROUPED}, known


def told_apart(truth: Truth, samples: int) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Split the corpus in two at random, with and without a true difference, and count how often one is found."""
    j = truth.frames.index(GROUPED)
    p = truth.shares[j]
    for gap in (0.0, GAP):
        tilt = gap / (8 * p * (1 - p))  # of the chance to be in the second half, for those that have the frame
        for n in (400, 800, 1600):
            rng = np.random.default_rng(n)
            found = np.zeros((samples, 2))
            for number in range(samples):
                chance = 0.5 + tilt * 2 * (truth.Y[:, j] - p)
                second = rng.random(len(truth.Y)) < chance
                groups = np.stack([~second, second], axis=1).astype(float)
                drawn = sentences(truth, n, rng)
                for k, shares in enumerate(estimates(truth, drawn, j, groups, finite=False)):
                    _, low, high = shares.contrast(np.array([-1.0, 1.0]))
                    found[number, k] = low > 0 or high < 0
            rate = 100 * found.mean(axis=0)
            logged = {"shares/found_coded": float(rate[0]), "shares/found_corrected": float(rate[1])}
            yield {"part": "told_apart", "draw": f"{100 * gap:.0f} points", "n": n, "frame": GROUPED}, logged


def main() -> None:
    """Run all parts, log each of their runs and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benchmarks", type=Path, help="folder that holds the data set")
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    file = options.benchmarks / FOLDER / "train.jsonl"
    if not file.is_file():
        print(f"skipped: {file} is not there; this data set is not part of the project", file=sys.stderr)
        return
    truth = read(file)
    store = Store(store_uri(options.store))
    for part in (covered, rare, biased, told_apart):
        for params, logged in part(truth, options.samples):
            with open_run(
                store, " ".join(map(str, params.values())), "shares", params | {"samples": options.samples}
            ) as run:
                run.log(logged)
            print(params, logged, flush=True)


if __name__ == "__main__":
    main()
