"""Do 95 % intervals cover the truth in 95 of 100 samples? Samples of a population whose scores are known.

    python experiments/intervals.py [--samples 200] [--documents 60 150] [--replicates 300] > experiments/intervals.txt

The population: documents of one to seven sentences; of each label a document has a leaning of its own, so that its
sentences are alike. Probabilities are a little off. The truth is the score of 60,000 documents. Only numpy is needed.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from framing.arrays import Weights
from framing.measure.compare import Difference, differences
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import compared_estimates, frame_estimates, stance_estimates
from framing.measure.nominal import nominal_estimates

LABELS = ("common", "middle", "rare")
_LEANINGS = np.array((-0.3, -1.7, -3.3))
_THRESHOLDS = np.array((0.45, 0.4, 0.3))
_CLASSES = np.array((0.3, -0.4, 0.9))


def sample(rng: np.random.Generator, more: np.random.Generator, n_documents: int) -> tuple[Any, ...]:
    """Return codes, probabilities of two models, stances and theirs, and the document of each sentence.

    The second model sees what the first does, each through noise of its own, so that they are equally good.
    """
    groups = np.repeat(np.arange(n_documents), rng.integers(1, 8, n_documents))
    n = len(groups)
    Y, leaning = np.zeros((n, 3)), np.zeros((n, 3))
    for j, mean in enumerate(_LEANINGS):
        leaning[:, j] = mean + rng.normal(0, 1.0, n_documents)[groups] + rng.normal(0, 2.2, n)
        Y[:, j] = rng.random(n) < 1 / (1 + np.exp(-leaning[:, j]))
    noisy = [leaning, *(leaning + more.normal(0, 1.0, (n, 3)) for _ in range(2))]
    models = [1 / (1 + np.exp(-(0.9 * seen + 0.1))) for seen in noisy]
    toward = _CLASSES + more.normal(0, 1.0, (n_documents, 3))[groups] + more.normal(0, 1.5, (n, 3))
    odds = np.exp(0.9 * toward)
    return Y, models, (toward + more.gumbel(size=(n, 3))).argmax(axis=1), odds / odds.sum(axis=1, keepdims=True), groups


def scores(part: tuple[Any, ...], W: Weights) -> dict[str, Estimate]:
    """Return all scores that are reported, by name."""
    Y, models, y, stance, _ = part
    proba = models[0]
    found = {f"frames/{k}": e for k, e in frame_estimates(Y, proba, proba >= _THRESHOLDS, LABELS, W).items()}
    found |= {f"stance/{k}": e for k, e in stance_estimates(y, stance, LABELS, W).items()}
    said = np.eye(3, dtype=bool)[stance.argmax(axis=1)]
    return found | {f"stance/{k}": e for k, e in nominal_estimates(np.eye(3)[y], said, W).items()}


def gap(part: tuple[Any, ...], W: Weights) -> dict[str, Difference]:
    """Return the difference of the two models in macro-F1 and average precision."""
    Y, models, *_ = part
    first, other = (compared_estimates(Y, p, p >= _THRESHOLDS, LABELS, W) for p in models[1:])
    return differences(first, [other], ["macro_f1"])[0] | differences(first, [other], ["mean_ap"])[0]


def main() -> None:
    """Draw the samples and print how often each interval covers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--documents", type=int, nargs="+", default=[60, 150])
    parser.add_argument("--replicates", type=int, default=300)
    options = parser.parse_args()
    rng, more = np.random.default_rng(0), np.random.default_rng(1)
    population = sample(rng, more, 60000)
    truth = {name: e.value for name, e in scores(population, np.ones((1, len(population[0])))).items()}
    covered = {name: {n: [] for n in options.documents} for name in truth}
    outside, noise = 0, {n: {"macro_f1": [], "mean_ap": []} for n in options.documents}
    for n in options.documents:
        rng = np.random.default_rng(0)
        sample(rng, more, 60000)  # the samples go on from where the population ends
        for number in range(options.samples):
            part = sample(rng, more, n)
            W = bootstrap_weights(part[-1], options.replicates, number)
            for name, estimate in scores(part, W).items():
                low, high = estimate.interval()
                covered[name][n].append(low <= truth[name] <= high)
                outside += not low - 1e-6 <= estimate.value <= high + 1e-6
            for name, one in gap(part, W).items():
                noise[n][name].append(one.told)
    print(
        f"{options.samples} samples, {options.replicates} resamples of each; {outside} estimates outside their interval"
    )
    print("| score | truth |", " | ".join(f"{n} documents" for n in options.documents), "|")
    print("|---|---|" + "---|" * len(options.documents))
    for name, by_size in covered.items():
        print(
            f"| {name} | {truth[name]:.3f} |",
            " | ".join(f"{100 * np.mean(hits):.1f}" for hits in by_size.values()),
            "|",
        )
    for n, told in noise.items():
        print(f"two equal models told apart, {n} documents:", {k: f"{100 * np.mean(v):.1f} %" for k, v in told.items()})


if __name__ == "__main__":
    main()
