"""How many codes ``framing suggest`` saves against a random order, and how well its stopping rule does.

    python experiments/suggest.py BENCHMARKS

BENCHMARKS is a folder that holds ``ccf_climate_frames``, ``gvfc_headline_frames`` and ``semeval2021_persuasion``; the
data sets are not part of this project. Vectors of all-MiniLM-L6-v2, a balanced logistic regression a label. Of each
data set three tenths are scored; from the rest a hundred rows are drawn at random, then a hundred a round: at random,
as ``framing suggest`` draws, or (top) those that weigh most, of which nobody could say how likely they were drawn.
Ten seeds; macro-F1. A label decides at .5, of exclusive labels the likeliest. Prints a line a round and what is saved.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from framing.model.encoders import SentenceEncoder
from framing.shares.suggest import draw_spread, inclusion_probabilities, reasons, spread_order

SEEDS, ROUND, LAST = 10, 100, 600
STABLE = 0.95


def read(folder: Path, *names: str) -> list[dict]:
    return [json.loads(line) for name in names for line in (folder / name).read_text(encoding="utf-8").splitlines()]


def load(folder: Path) -> dict[str, tuple[list[str], list[set[str]], bool]]:
    gvfc = read(folder / "gvfc_headline_frames", "all.jsonl")
    ccf = [row for row in read(folder / "ccf_climate_frames", "train.jsonl") if row["lang"] == "en"]
    persuasion = read(folder / "semeval2021_persuasion", "train.jsonl", "validation.jsonl", "test.jsonl")
    return {
        "gvfc": ([r["text"] for r in gvfc], [{r["label"]} for r in gvfc], True),
        "ccf": ([r["text"] for r in ccf], [set(r["frames"]) for r in ccf], False),
        "persuasion": ([r["text"] for r in persuasion], [set(r["labels"]) for r in persuasion], False),
    }


def fitted(X: np.ndarray, Y: np.ndarray, asked: np.ndarray, exclusive: bool) -> np.ndarray:
    """Return probabilities of the labels; a label without two kinds of code has its share."""
    P = np.tile(Y.mean(axis=0), (len(asked), 1))
    for j in np.flatnonzero((Y.mean(axis=0) > 0) & (Y.mean(axis=0) < 1)):
        head = LogisticRegression(class_weight="balanced", max_iter=200)
        P[:, j] = head.fit(X, Y[:, j]).predict_proba(asked)[:, 1]
    return P / P.sum(axis=1, keepdims=True) if exclusive else P


def decided(P: np.ndarray, exclusive: bool) -> np.ndarray:
    return np.eye(P.shape[1], dtype=bool)[P.argmax(axis=1)] if exclusive else P >= 0.5


def kappa(one: np.ndarray, other: np.ndarray) -> float:
    by_chance = one.mean() * other.mean() + (1 - one.mean()) * (1 - other.mean())
    return ((one == other).mean() - by_chance) / (1 - by_chance)


def course(
    way: str, X: np.ndarray, Y: np.ndarray, exclusive: bool, seed: int
) -> tuple[dict[int, float], dict[int, float]]:
    """Return macro-F1 and stability of decisions by number of codes."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(X))
    test, pool = order[: int(0.3 * len(X))], order[int(0.3 * len(X)) :]
    scores, stable, before = {}, {}, None
    taken = list(rng.permutation(len(pool))[:ROUND])
    while True:
        rows = pool[taken]
        P = fitted(X[rows], Y[rows], np.vstack([X[test], X[pool]]), exclusive)
        found = decided(P, exclusive)
        scores[len(taken)] = f1_score(Y[test], found[: len(test)], average="macro", zero_division=0)
        if before is not None:
            stable[len(taken)] = kappa(before, found[len(test) :])
        before = found[len(test) :]
        rest = np.setdiff1d(np.arange(len(pool)), taken)
        if len(taken) >= LAST or len(rest) < ROUND:
            whole = decided(fitted(X[pool], Y[pool], X[test], exclusive), exclusive)
            scores[len(pool)] = f1_score(Y[test], whole, average="macro", zero_division=0)
            return scores, stable
        if way == "random":
            taken += list(rng.permutation(rest)[:ROUND])
            continue
        left = P[len(test) :][rest]
        told = reasons(left, exclusive, (left > 0.35) & (left < 0.65))
        p = inclusion_probabilities(told, ROUND)
        if way == "top":
            taken += list(rest[np.argsort(-sum(told.values()))[:ROUND]])
        else:
            taken += list(
                rest[draw_spread(p, spread_order(X[pool[rest]], ROUND, seed), int(rng.integers(1 << 31))).chosen]
            )


def interval(values: list[float]) -> str:
    half = 2.262 * np.std(values, ddof=1) / np.sqrt(len(values))  # Student's t of nine degrees of freedom
    return f"{np.mean(values):.3f} [{np.mean(values) - half:.3f}, {np.mean(values) + half:.3f}]"


def main() -> None:
    for name, (texts, labels, exclusive) in load(Path(sys.argv[1])).items():
        X = SentenceEncoder().fit(texts).transform(texts)
        known = sorted({label for row in labels for label in row})
        Y = np.array([[float(label in row) for label in known] for row in labels])
        Y = Y[:, Y.sum(axis=0) >= 20]
        if exclusive:
            X, Y = X[Y.sum(axis=1) == 1], Y[Y.sum(axis=1) == 1]
        print(f"{name}: {len(X):,} rows, {Y.shape[1]} labels", flush=True)
        runs = {way: [course(way, X, Y, exclusive, s) for s in range(SEEDS)] for way in ("random", "suggest", "top")}
        sizes = sorted(set.intersection(*(set(run[0]) for told in runs.values() for run in told)))
        for n in sizes:
            print(n, *(f"{way} {interval([run[0][n] for run in told])}" for way, told in runs.items()), sep="; ")
            for way in ("suggest", "top"):
                gain = [a[0][n] - b[0][n] for a, b in zip(runs[way], runs["random"], strict=True)]
                print(f"   {way} less random {interval(gain)}")
        small = [n for n in sizes if n <= LAST]
        for way in ("suggest", "top"):
            for n in (300, 500):
                needed = []
                for own, by_chance in zip(runs[way], runs["random"], strict=True):
                    curve = np.maximum.accumulate([own[0][m] for m in small])
                    needed.append(float(np.interp(by_chance[0][n], curve, small)) / n)
                print(f"{name}, {way}: codes for the score of {n} random ones, by {n}: {interval(needed)}")
        for way in ("random", "suggest"):
            stops, lost = [], []
            for scores, stable in runs[way]:
                at = [m for m, k in stable.items() if k >= STABLE and stable.get(m - ROUND, 0) >= STABLE]
                stop = at[0] if at else max(small)
                stops.append(stop if at else np.nan)
                lost.append(scores[max(scores)] - scores[stop])
            stopped = np.isfinite(stops).sum()
            print(
                f"{name}, {way}: stopped in {stopped} of {SEEDS} at {np.nanmean(stops) if stopped else 0:.0f}; "
                f"lost {interval(lost)}"
            )
            print(
                "   kappa",
                {m: round(float(np.mean([run[1][m] for run in runs[way]])), 3) for m in runs[way][0][1]},
                flush=True,
            )


if __name__ == "__main__":
    main()
