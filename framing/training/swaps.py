"""The test with other names: whether frames and stance stay when names are put in the place of others of their kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Decided, Proba, Rows
from framing.corpus.splits import GroupedFolds
from framing.errors import ModelError
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.invariance import flip_rate, mean_shift, shift_by_name
from framing.model.classifier import TaskClassifier
from framing.names import KINDS, Swap, swaps_of, usual_finder
from framing.records import Sentence

# Where fewer sentences have a name of a kind, nothing is said of that kind.
_FEWEST = 20
FLIP_RATE = "flip_rate"


@dataclass(frozen=True)
class SwapPlan:
    """Sentences with other names in them, to be judged.

    Parameters
    ----------
    sentences
        Those that the swaps' row numbers mean.
    swaps
        By kind of name.
    """

    sentences: Sequence[Sentence]
    swaps: Mapping[str, list[Swap]]

    @classmethod
    def of(
        cls,
        sentences: Sequence[Sentence],
        classifier: TaskClassifier,
        *,
        most: int | None = None,
        n: int = 1,
        finder: str | None = None,
        seed: int = 0,
    ) -> SwapPlan:
        """Return a plan for a task.

        Parameters
        ----------
        sentences
            Sentences, with a target for a stance.
        classifier
            The task; names are swapped in the context too where it reads that.
        most
            At most so many sentences, drawn at random; default all.
        n
            How many other names are tried in each sentence.
        finder
            How names are found; default the usual one here.
        seed
            Seed of the draws.
        """
        features = getattr(classifier, "features_", classifier.features)
        context = sorted({field for each in features.values() for field in each.context})
        rows = np.arange(len(sentences))
        if most is not None and len(rows) > most:
            rows = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
        chosen = [sentences[int(i)] for i in rows]
        swaps: dict[str, list[Swap]] = {}
        for kind in KINDS:
            found = swaps_of(
                chosen, kind, n=n, finder=finder or usual_finder(), fields=("text", "target", *context), seed=seed
            )
            if len({swap.row for swap in found}) >= _FEWEST:
                swaps[kind] = [Swap(int(rows[swap.row]), swap.sentence, swap.name) for swap in found]
        return cls(sentences, swaps)

    def judged(self, classifier: TaskClassifier, rows: Rows | None = None) -> list[JudgedSwaps]:
        """Return what a fitted task says before and after, by kind; of some rows alone where these are given."""
        kept = None if rows is None else set(rows.tolist())
        found = []
        for kind, swaps in self.swaps.items():
            asked = [swap for swap in swaps if kept is None or swap.row in kept]
            if not asked:
                continue
            numbers, at = np.unique([swap.row for swap in asked], return_inverse=True)
            before = classifier.predict_proba([self.sentences[int(i)] for i in numbers])
            after = classifier.predict_proba([swap.sentence for swap in asked])
            decided = classifier.decide(before)
            found.append(JudgedSwaps(kind, asked, before[at], after, decided[at], classifier.decide(after)))
        return found


@dataclass(frozen=True)
class JudgedSwaps:
    """What a task says of sentences before and after the names of one kind were swapped.

    Parameters
    ----------
    kind
        The kind of names.
    swaps
        Shape (n_swaps,).
    before, after, decided_before, decided_after
        Probabilities and decisions, each of shape (n_swaps, n_labels).
    """

    kind: str
    swaps: Sequence[Swap]
    before: Proba
    after: Proba
    decided_before: Decided
    decided_after: Decided


def swap_estimates(judged: Sequence[JudgedSwaps], sentences: Sequence[Sentence], seed: int = 0) -> dict[str, Estimate]:
    """Score what changed with the names, with intervals over documents.

    Parameters
    ----------
    judged
        Of each kind, in one part or in several (those of folds).
    sentences
        Those that the swaps' row numbers mean.
    seed
        Seed of the bootstrap.

    Returns
    -------
    dict of Estimate
        ``swap/KIND/flip_rate``, the share of swaps that change any decision, and ``swap/KIND/shift``, how far the
        probability moves that moves most; ``n`` is the number of swaps.
    """
    estimates = {}
    for kind in KINDS:
        parts = [part for part in judged if part.kind == kind]
        if not parts:
            continue
        W = _weights_of_swaps([swap.row for part in parts for swap in part.swaps], sentences, seed)
        before, after = (np.vstack([getattr(part, name) for part in parts]) for name in ("before", "after"))
        said, says = (np.vstack([getattr(part, f"decided_{name}") for part in parts]) for name in ("before", "after"))
        estimates[f"swap/{kind}/{FLIP_RATE}"] = flip_rate(said, says, W)
        estimates[f"swap/{kind}/shift"] = mean_shift(before, after, W)
    return estimates


def name_estimates(
    judged: JudgedSwaps, sentences: Sequence[Sentence], labels: Sequence[str], seed: int = 0
) -> dict[str, Estimate]:
    """Return how a label's probability moves where a name comes in, beside the mean over names, by ``NAME/LABEL``."""
    W = _weights_of_swaps([swap.row for swap in judged.swaps], sentences, seed)
    moves = shift_by_name(judged.before, judged.after, [swap.name for swap in judged.swaps], W)
    return {f"{name}/{label}": move for name, of in moves.items() for label, move in zip(labels, of, strict=True)}


def check_flips(metrics: Mapping[str, float], most: float | None) -> None:
    """Refuse a model that reads names.

    Raises
    ------
    ModelError
        A flip rate of the validation is over the bound.

    Examples
    --------
    >>> check_flips({"validation/frames/swap/person/flip_rate": 0.02}, 0.05)
    """
    rates = {p: v for p, v in metrics.items() if p.startswith("validation/") and p.endswith(f"/{FLIP_RATE}")}
    if most is not None and rates and max(rates.values()) > most:
        worst = max(rates, key=rates.__getitem__)
        raise ModelError(
            f"{worst} is {rates[worst]:.3f}, more than swap_test.max_flip_rate={most:g}: labels follow names; train "
            "with preprocess.entities=typed or swap, or raise the bound. The run is recorded as failed"
        )


def _weights_of_swaps(rows: Sequence[int], sentences: Sequence[Sentence], seed: int) -> np.ndarray:
    groups = GroupedFolds().groups(sentences)[list(rows)]
    return bootstrap_weights(np.unique(groups, return_inverse=True)[1], seed=seed)
