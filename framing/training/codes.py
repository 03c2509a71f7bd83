"""Codes as arrays: which rows are coded for a task, and what a fold should get a like share of."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from framing.codebook import Codebook
from framing.corpus.columns import one_hot_hint
from framing.errors import InputError
from framing.records import Sentence


def is_coded(sentence: Sentence, task: str, book: Codebook) -> bool:
    """Say whether a sentence has a code for a task: frames, or a stance toward a target."""
    if task == "frames":
        return sentence.frames is not None
    return bool(book.stance and sentence.stance is not None and sentence.target)


def codes_of(sentences: Sequence[Sentence], task: str, book: Codebook) -> NDArray[np.float64]:
    """Return the codes, shape (n_sentences, n_labels): 1, 0, or nan where a label was not coded."""
    if task == "stance":
        return np.array([[float(s.stance == name) for name in book.stance_names] for s in sentences])
    codes = np.array([[float(name in (s.frames or ())) for name in book.frame_names] for s in sentences])
    for row, sentence in zip(codes, sentences, strict=True):
        if sentence.coded is not None:
            row[[name not in sentence.coded for name in book.frame_names]] = np.nan
    return codes


def strata_of(Y: NDArray[np.float64]) -> list[str]:
    """Name the label set of each row, so that folds get a like share of each."""
    return ["".join("?" if np.isnan(value) else str(int(value)) for value in row) for row in Y]


def check_coded(name: str, sentences: Sequence[Sentence], tasks: Collection[str], book: Codebook) -> None:
    """Make sure that there is something to score."""
    if not any(is_coded(sentence, task, book) for task in tasks for sentence in sentences):
        hint = one_hot_hint(sentences, book) if "frames" in tasks else ""
        raise InputError(
            f"{name}: none of {len(sentences):,} rows is coded for {' or '.join(tasks)}; "
            "expected 'frames' (or 'target' and 'stance') in some rows" + (f"; {hint}" if hint else "")
        )
