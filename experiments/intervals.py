"""Do 95 % intervals cover the truth in 95 of 100 samples? Samples of a population whose scores are known.

    python experiments/intervals.py [--samples 200] [--documents 60 150] [--replicates 300] > experiments/intervals.txt
    python experiments/intervals.py --others      # names swapped, the gain over a blind stance, cases, repeated folds

The population: documents of one to seven sentences; of each label a document has a leaning of its own, so that its
sentences are alike. Probabilities are a little off. The truth is the score of 60,000 documents. numpy and
scikit-learn are needed.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from framing.arrays import Weights
from framing.measure.compare import Difference, differences
from framing.measure.intervals import Estimate, bootstrap_weights, wilson
from framing.measure.invariance import flip_rate, mean_shift
from framing.measure.metrics import compared_estimates, frame_estimates, stance_estimates
from framing.measure.nominal import nominal_estimates
from framing.measure.repeated import corrected_mean

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


def swapped(rng: np.random.Generator, n_documents: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return whether the decision changed in each swap, how far the probability moved, and the document.

    Documents differ much in how often a swap changes anything; .1 on average.
    """
    groups = np.repeat(np.arange(n_documents), rng.integers(1, 8, n_documents))
    leaning = rng.beta(0.5, 4.5, n_documents)[groups]
    flips = rng.random(len(groups)) < leaning
    return flips, np.clip(rng.exponential(0.04 + 0.2 * leaning), 0, 1), groups


def others_of_sample(number: int, n: int, replicates: int) -> dict[str, tuple[float, float]]:
    """Return the intervals of what is reported beside the scores of labels, of one sample."""
    rng = np.random.default_rng([number, n])
    flips, moved, groups = swapped(rng, n)
    W = bootstrap_weights(groups, replicates, number)
    still = np.zeros((len(flips), 1))
    intervals = {
        "swap/flip_rate, consistency": flip_rate(still, flips[:, None], W).interval(),
        "swap/shift": mean_shift(still, moved[:, None], W).interval(),
    }
    part = sample(rng, rng, n)
    intervals["stance_gain/macro_f1"] = gain(part, bootstrap_weights(part[-1], replicates, number)).interval()
    for rate in (0.7, 0.95):
        low, high = wilson(np.array([rng.binomial(n, rate)]), np.array([float(n)]))
        intervals[f"behaviour/pass_rate of {rate:g}"] = (float(low[0]), float(high[0]))
    return intervals


def gain(part: tuple[Any, ...], W: Weights) -> Estimate:
    """Return how much better a stance is than one that reads the sentence before in its place."""
    _, _, y, stance, _ = part
    first, blind = (stance_estimates(y, proba, LABELS, W)["macro_f1"] for proba in (stance, np.roll(stance, 1, axis=0)))
    return first - blind


def repeated_folds(number: int, n: int, repeats: int, tested: tuple[np.ndarray, np.ndarray]) -> tuple[Any, ...]:
    """Return the corrected and the plain interval of the accuracy over repeated folds, and the folds' true accuracy.

    Two classes of five features are told apart by a linear rule from n rows; true is what it gives on 20,000 others.
    """
    rng = np.random.default_rng([number, n])
    X, y = two_classes(rng, n)
    scores, truth = [], []
    for repeat in range(repeats):
        fold = np.random.default_rng([number, repeat]).permutation(n) % 5
        for k in range(5):
            learned = LinearDiscriminantAnalysis().fit(X[fold != k], y[fold != k])
            scores.append(learned.score(X[fold == k], y[fold == k]))
            truth.append(learned.score(*tested))
    corrected, plain = corrected_mean(scores, n / 5, n - n / 5), corrected_mean(scores, 0, 1)
    return corrected, plain, float(np.mean(truth))


def two_classes(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return features of n rows and their classes, which overlap."""
    y = rng.random(n) < 0.4
    return rng.normal(0, 1, (n, 5)) + 0.35 * y[:, None], y


def others(samples: int, documents: list[int], replicates: int) -> None:
    """Print how often the intervals cover of what is reported beside the scores of labels."""
    rng = np.random.default_rng(7)
    truth = {"swap/flip_rate, consistency": 0.1, "swap/shift": float(swapped(rng, 200_000)[1].mean())}
    population = sample(rng, rng, 60000)
    truth["stance_gain/macro_f1"] = gain(population, np.ones((1, len(population[0])))).value
    truth |= {f"behaviour/pass_rate of {rate:g}": rate for rate in (0.7, 0.95)}
    print("| score | truth |", " | ".join(f"{n} documents" for n in documents), "|")
    covered = {
        n: [
            {name: low <= truth[name] <= high for name, (low, high) in others_of_sample(i, n, replicates).items()}
            for i in range(samples)
        ]
        for n in documents
    }
    for name, value in truth.items():
        rates = [f"{100 * np.mean([hits[name] for hits in covered[n]]):.1f}" for n in documents]
        print(f"| {name} | {value:.3f} |", " | ".join(rates), "|")
    tested = two_classes(np.random.default_rng(3), 20_000)
    for n in documents:
        for repeats in (1, 5):
            found = [repeated_folds(i, n, repeats, tested) for i in range(samples)]
            true = np.mean([accuracy for *_, accuracy in found])
            right = [[score.low <= true <= score.high for score in scores] for *scores, _ in found]
            widths = np.mean([[score.high - score.low for score in scores] for *scores, _ in found], axis=0)
            shown = f"{100 * np.mean(right, axis=0)} of 100, widths {widths.round(3)}"
            print(f"accuracy of {n} rows, {repeats} x 5 folds, truth {true:.3f}: corrected and plain cover {shown}")


def main() -> None:
    """Draw the samples and print how often each interval covers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--documents", type=int, nargs="+", default=[60, 150])
    parser.add_argument("--replicates", type=int, default=300)
    parser.add_argument("--others", action="store_true", help="what is reported beside the scores of labels")
    options = parser.parse_args()
    if options.others:
        others(options.samples, options.documents, options.replicates)
        return
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
