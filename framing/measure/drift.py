"""Is new material still of the kind that a model knows? Changes between two sets of documents, and what chance does.

Without codes nobody can tell whether a model is still right. What can be told is whether it reads text of another kind,
is less certain, or says something else more often: signs that its scores and thresholds may hold no longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse
from scipy.linalg import eigh
from sklearn.metrics import pairwise_distances

from framing.arrays import Rows, Values
from framing.errors import InputError
from framing.measure.compare import LEVEL, Difference, differences, holm
from framing.measure.intervals import Estimate, resampled_shares
from framing.records import Prediction

ABSTAINED = "abstained"
# Fewer documents on a side say nothing about documents.
LEAST = 10
# Documents on a side whose text is compared; more are drawn from.
_COMPARED = 1_000
_REPLICATES = 2_000
# Principal directions of the documents' vectors in which they are compared.
_DIRECTIONS = 32


@dataclass(frozen=True)
class Measured:
    """What a model said of some documents, as numbers.

    Parameters
    ----------
    documents
        Number of each sentence's document, shape (n_sentences,).
    figures
        By name, a number for each sentence, shape (n_sentences,): its mean is compared.
    vectors
        The sentences as the model sees them, shape (n_sentences, n_dimensions), dense or sparse; ``None`` where nobody
        looked.
    """

    documents: Rows
    figures: Mapping[str, Values]
    vectors: Any = None


@dataclass(frozen=True)
class TextDistance:
    """How far apart the texts of two sets of documents are.

    Parameters
    ----------
    value
        Energy distance between the documents' mean vectors, whitened; 0 where they are spread alike.
    by_chance
        What 95 of 100 random divisions of all documents stay below.
    p, adjusted
        How often a random division is as far apart, by itself and corrected with all else that was compared.
    """

    value: float
    by_chance: float
    p: float
    adjusted: float

    @property
    def told(self) -> bool:
        """Whether it is more than chance, after the correction."""
        return self.adjusted < 1 - LEVEL


@dataclass(frozen=True)
class Drift:
    """What differs between two sets of documents.

    Parameters
    ----------
    figures
        By name, the means before and now and their difference: ``"share/LABEL"``, ``"proba/LABEL"``, ``"uncertainty"``
        and ``"abstained"``.
    text
        How far apart the documents' vectors are; ``None`` where there are none.
    n
        Sentences and documents, of the reference and of the new material.
    """

    figures: Mapping[str, Difference]
    text: TextDistance | None
    n: tuple[tuple[int, int], tuple[int, int]]

    @property
    def changed(self) -> tuple[str, ...]:
        """What is told from chance, after the correction for all that was looked at; ``"text"`` first."""
        text = ("text",) if self.text is not None and self.text.told else ()
        return text + tuple(name for name, one in self.figures.items() if one.told)


def measured(predictions: Sequence[Prediction], vectors: Any = None) -> Measured:
    """Return what is compared of predictions.

    Parameters
    ----------
    predictions
        Those of one model; sentences without ``doc_id`` are documents of their own.
    vectors
        The sentences as the model sees them, shape (n_predictions, n_dimensions).

    Examples
    --------
    >>> from framing import Sentence
    >>> found = measured([Prediction(Sentence("Prices rose."), proba={"gain": 0.5}, frames=("gain",))])
    >>> {name: values.tolist() for name, values in found.figures.items()}
    {'share/gain': [1.0], 'proba/gain': [0.5], 'uncertainty': [1.0]}
    """
    known: dict[str, int] = {}
    documents = [
        known.setdefault(one.sentence.doc_id or f"\0{number}", len(known)) for number, one in enumerate(predictions)
    ]
    labels = list(predictions[0].proba) if predictions else []
    figures = {f"share/{label}": np.array([float(label in one.frames) for one in predictions]) for label in labels}
    proba = np.array([[one.proba.get(label, np.nan) for label in labels] for one in predictions])
    figures |= {f"proba/{label}": proba[:, k] for k, label in enumerate(labels)}
    if labels:
        figures["uncertainty"] = _entropy(proba).mean(axis=1)
    for side in predictions[0].stance_proba or () if all(one.stance_proba for one in predictions) else ():
        figures[f"stance/{side}"] = np.array([float(one.stance == side) for one in predictions])
    if any(one.abstained for one in predictions):
        figures[ABSTAINED] = np.array([float(bool(one.abstained)) for one in predictions])
    return Measured(np.array(documents), figures, vectors)


def _entropy(proba: Values) -> Values:
    """Return how undecided each probability is, in bits: 1 at one half, 0 where it is certain."""
    p = np.clip(proba, 1e-9, 1 - 1e-9)
    return -(p * np.log2(p) + (1 - p) * np.log2(1 - p))


def drift(reference: Measured, new: Measured, seed: int = 0) -> Drift:
    """Compare new material with a reference, by whole documents; all p-values are corrected together (Holm).

    Means have intervals from resamples of documents. The text is compared by the energy distance (Székely and Rizzo
    2013) between the documents' mean vectors in their 32 first principal
    directions, each of the same weight, with a permutation test over documents. A mean of few sentences varies more
    than one of many, so that documents which are much shorter or longer than before are told too.

    Parameters
    ----------
    reference, new
        What a model said of each.
    seed
        Of resamples, permutations, and of the draw where there are more than 1,000 documents on a side.

    Raises
    ------
    InputError
        A side has fewer than 10 documents, or the two have other labels.

    Examples
    --------
    >>> one, two = (Measured(np.arange(40), {"share/gain": np.tile(x, 20)}) for x in ([0.0, 0.0], [0.0, 1.0]))
    >>> found = drift(one, two)
    >>> found.figures["share/gain"].value, found.changed
    (0.5, ('share/gain',))
    """
    sides = (reference, new)
    counts = [len(np.unique(side.documents)) for side in sides]
    for name, count in zip(("the reference", "the new material"), counts, strict=True):
        if count < LEAST:
            raise InputError(
                f"{name} has {count} documents; expected {LEAST} or more, since sentences of one document are alike"
            )
    names = _names_compared(reference, new)
    before, now = (_mean_figures(side, names, seed + number) for number, side in enumerate(sides))
    (figures,) = differences(before, [now], names)
    text = None
    if reference.vectors is not None and new.vectors is not None:
        text = _text_distance(_document_means(reference, seed), _document_means(new, seed), seed)
    adjusted = holm([one.p for one in figures.values()] + ([text.p] if text is not None else []))
    figures = {
        name: replace(one, adjusted=p) for (name, one), p in zip(figures.items(), adjusted[: len(figures)], strict=True)
    }
    if text is not None:
        text = replace(text, adjusted=adjusted[-1])
    n = [(len(side.documents), count) for side, count in zip(sides, counts, strict=True)]
    return Drift(figures, text, (n[0], n[1]))


def _names_compared(reference: Measured, new: Measured) -> list[str]:
    """Return the figures of both; where one side left labels open, the other left none."""
    labels = [{name for name in side.figures if name.startswith(("share/", "proba/"))} for side in (reference, new)]
    if strange := sorted(labels[0] ^ labels[1]):
        raise InputError(
            f"the two have other labels: {strange[0].partition('/')[2]!r} is only in "
            f"{'the reference' if strange[0] in labels[0] else 'the new material'}; compare predictions of one model"
        )
    names = [name for name in reference.figures if name in new.figures or name == ABSTAINED]
    names += [ABSTAINED] if ABSTAINED in new.figures and ABSTAINED not in names else []
    if not names:
        raise InputError("nothing is predicted in both; expected predictions of frames or of the stance")
    return names


def _mean_figures(side: Measured, names: Sequence[str], seed: int) -> dict[str, Estimate]:
    """Return the mean of each figure with its resamples of documents."""
    n_documents = int(side.documents.max()) + 1
    none_open = {ABSTAINED: np.zeros(len(side.documents))}
    values = np.column_stack([{**none_open, **side.figures}[name] for name in names])
    sums = np.zeros((n_documents, len(names)))
    np.add.at(sums, side.documents, values)
    sizes = np.bincount(side.documents, minlength=n_documents)[:, None].repeat(len(names), axis=1).astype(float)
    drawn = resampled_shares(sums, sizes, _REPLICATES, seed)
    n = len(side.documents)
    return {name: Estimate(float(values[:, k].mean()), drawn[:, k], n) for k, name in enumerate(names)}


def _document_means(side: Measured, seed: int) -> Any:
    """Return the mean vector of each document, of 1,000 at most, sparse where the vectors are."""
    numbers, place = np.unique(side.documents, return_inverse=True)
    rows = np.arange(len(place))
    means = sparse.csr_matrix((1 / np.bincount(place)[place], (place, rows))) @ side.vectors
    if len(numbers) > _COMPARED:
        means = means[np.sort(np.random.default_rng(seed).choice(len(numbers), _COMPARED, replace=False))]
    return means


def _text_distance(one: Any, two: Any, seed: int) -> TextDistance:
    """Return the energy distance of two samples, and how often a random division of both is as far apart."""
    both = sparse.vstack([one, two]).tocsr() if sparse.issparse(one) else np.vstack([one, two])
    n_one, n_both = one.shape[0], both.shape[0]
    directions = min(_DIRECTIONS, n_both // 4, both.shape[1])
    distances = pairwise_distances(_whitened(both, directions))
    generator = np.random.default_rng(seed)
    is_first = np.zeros((_REPLICATES + 1, n_both))
    is_first[0, :n_one] = 1
    for row in is_first[1:]:
        row[generator.permutation(n_both)[:n_one]] = 1
    found = _energy(distances, is_first, n_one, n_both - n_one)
    p = float((1 + (found[1:] >= found[0] - 1e-12).sum()) / (1 + _REPLICATES))
    limit = float(np.quantile(found[1:], LEVEL))
    return TextDistance(float(found[0]), limit, p, p)


def _whitened(vectors: Any, directions: int) -> Values:
    """Return vectors in their first principal directions, each of the same weight: wide ones hide what few share."""
    products = vectors @ vectors.T  # between documents, which are fewer than words where the vectors are sparse
    gram = np.asarray(products.toarray() if sparse.issparse(products) else products, dtype=float)
    means = gram.mean(axis=0)
    n = len(gram)
    variances, axes = eigh(gram - means - means[:, None] + means.mean(), subset_by_index=(n - directions, n - 1))
    real = variances > 1e-9 * np.trace(gram)
    whitened: Values = axes[:, real] * np.sqrt(n)
    return whitened if real.any() else np.zeros((n, 1))


def _energy(distances: Values, is_first: Values, n_one: int, n_two: int) -> Values:
    within = is_first @ distances
    one = (within * is_first).sum(axis=1)
    across = within.sum(axis=1) - one
    two = distances.sum() - one - 2 * across
    return 2 * across / (n_one * n_two) - one / n_one**2 - two / n_two**2
