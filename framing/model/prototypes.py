"""A start without codes: how like a sentence is to what the codebook says of each label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from framing.arrays import Codes, Proba, Values
from framing.codebook import Codebook
from framing.errors import InputError

ENOUGH = 30  # coded rows from which likenesses become probabilities
_LEAST = 5  # positives and negatives of a label for that
_STANDS_OUT = 1.5  # standard deviations from which a label is guessed where nothing is calibrated


def prototypes(encoder: Any, codebook: Codebook) -> Values:
    """Return a vector for each label: the mean of its definition's and its examples' directions.

    Parameters
    ----------
    encoder
        A transformer from texts to vectors.
    codebook
        Its labels have a definition or examples.

    Returns
    -------
    ndarray of shape (n_labels, n_dimensions)

    Raises
    ------
    InputError
        A label has neither.
    """
    texts = {}
    for label in codebook.frames:
        title = (label.title or label.name).replace("_", " ")
        told = [f"{title}: {label.definition}"] if label.definition else []
        texts[label.name] = [*told, *label.examples]
    if empty := [name for name, own in texts.items() if not own]:
        raise InputError(
            f"codebook {codebook.name}: {', '.join(empty)} has neither a definition nor examples; write some first"
        )
    flat = [text for own in texts.values() for text in own]
    X = _directions(vectors(encoder.fit(flat), flat))
    ends = np.cumsum([len(own) for own in texts.values()])
    return _directions(np.vstack([part.mean(axis=0) for part in np.split(X, ends[:-1])]))


def vectors(encoder: Any, texts: Sequence[str]) -> Values:
    """Return the vectors of texts, shape (n_texts, n_dimensions), also where an encoder gives sparse ones."""
    found = encoder.transform(list(texts))
    return np.asarray(found.toarray() if hasattr(found, "toarray") else found, dtype=float)


def likeness(X: Values, P: Values) -> Values:
    """Return how far the cosine of each sentence and label lies above the label's mean, in standard deviations.

    Parameters
    ----------
    X, P
        Vectors of sentences and of labels, shapes (n_sentences, n_dimensions) and (n_labels, n_dimensions).

    Examples
    --------
    >>> likeness(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0]])).tolist()
    [[1.0], [-1.0]]
    """
    cosines = _directions(X) @ _directions(P).T
    return np.asarray((cosines - cosines.mean(axis=0)) / np.maximum(cosines.std(axis=0), 1e-9))


def guessed(scores: Values, exclusive: bool) -> list[list[int]]:
    """Return the numbers of the labels that stand out in each row; of exclusive labels the one that does most.

    Examples
    --------
    >>> guessed(np.array([[2.0, 1.6], [0.4, -1.0]]), exclusive=False), guessed(np.array([[0.4, -1.0]]), exclusive=True)
    ([[0, 1], []], [[0]])
    """
    if exclusive:
        return [[int(row.argmax())] for row in scores]
    return [np.flatnonzero(row >= _STANDS_OUT).tolist() for row in scores]


def calibrated(coded: Values, Y: Codes, scores: Values, seed: int = 0) -> tuple[Proba, Proba]:
    """Turn likenesses into probabilities: a logistic regression a label on its likeness alone (Platt 1999).

    Parameters
    ----------
    coded, Y
        Likenesses and codes of the coded rows, shape (n_coded, n_labels); nan where not coded.
    scores
        Likenesses of all rows, shape (n_rows, n_labels).
    seed
        Of the folds.

    Returns
    -------
    tuple of ndarray
        Probabilities of the coded rows, each by a regression that has not seen it, and of all rows. A label with fewer
        than five positives or negatives has its share.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    held_out, proba = np.zeros(Y.shape), np.zeros(scores.shape)
    for j, column in enumerate(Y.T):
        known = np.flatnonzero(~np.isnan(column))
        y = column[known].astype(int)
        share = y.mean() if len(y) else 0.0
        held_out[:, j], proba[:, j] = share, share
        if min(y.sum(), len(y) - y.sum()) < _LEAST:
            continue
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        x, head = coded[known, j : j + 1], LogisticRegression()
        held_out[known, j] = cross_val_predict(head, x, y, cv=folds, method="predict_proba")[:, 1]
        proba[:, j] = head.fit(x, y).predict_proba(scores[:, j : j + 1])[:, 1]
    return held_out, proba


def _directions(X: Values) -> Values:
    return X / np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-12)


def codes_of(rows: Sequence[tuple[str, ...]], names: Sequence[str]) -> Codes:
    """Return label sets as an array of 1 and 0, shape (n_rows, n_labels)."""
    return np.array([[float(name in row) for name in names] for row in rows])
