"""Split sentences so that what belongs together stays on one side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Fold, Rows
from framing.errors import ConfigError, InputError
from framing.records import Sentence


@dataclass(frozen=True)
class GroupedFolds:
    """Cross-validation folds, stratified on the label set, that never cut a group.

    Parameters
    ----------
    n_splits
        Number of folds, at least 2.
    by
        What stays together: ``"group"`` (the sentence's ``group``, else its document) or ``"source"``.
        Rows with the same text always stay together.
    random_state
        Seed of the shuffle.
    """

    n_splits: int = 5
    by: str = "group"
    random_state: int | None = None

    def __post_init__(self) -> None:
        if self.n_splits < 2:
            raise ConfigError(f"split.n_splits={self.n_splits}: at least 2 folds are needed")
        if self.by not in ("group", "source"):
            raise ConfigError(f"split.by={self.by}: expected 'group' or 'source'")

    def groups(self, sentences: Sequence[Sentence]) -> Rows:
        """Return the group number of each sentence, shape (n_sentences,)."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        n = len(sentences)
        if self.by == "source":
            if missing := sum(not s.source for s in sentences):
                raise InputError(f"split.by=source, but {missing:,} of {n:,} rows have no 'source'")
            names = [s.source for s in sentences]
        else:
            names = [s.group or s.doc_id or f"\0row {i}" for i, s in enumerate(sentences)]
        texts = [" ".join(s.text.lower().split()) for s in sentences]
        # Rows and what ties them are nodes of one graph; a group is a connected component.
        ties = {
            tie: n + i for i, tie in enumerate(dict.fromkeys([*(("g", g) for g in names), *(("t", t) for t in texts)]))
        }
        rows = np.tile(np.arange(n), 2)
        ends = np.array([ties["g", g] for g in names] + [ties["t", t] for t in texts])
        graph = coo_array((np.ones(2 * n), (rows, ends)), shape=(n + len(ties),) * 2)
        components = connected_components(graph, directed=False)[1][:n]
        return np.unique(components, return_inverse=True)[1]

    def split(self, strata: Sequence[str], groups: Rows) -> list[Fold]:
        """Return ``(train, test)`` row numbers of each fold.

        Parameters
        ----------
        strata
            What to spread evenly, one value a row, shape (n_sentences,).
        groups
            Group numbers, shape (n_sentences,).

        Raises
        ------
        InputError
            There are fewer groups than folds.
        """
        from sklearn.model_selection import StratifiedGroupKFold

        n_groups = len(np.unique(groups))
        if n_groups < self.n_splits:
            raise InputError(
                f"the coded rows form {n_groups} group(s), but {self.n_splits} folds need at least {self.n_splits}; "
                f"give more rows a 'group' or 'doc_id' of their own, or set split.n_splits lower"
            )
        splitter = StratifiedGroupKFold(self.n_splits, shuffle=True, random_state=self.random_state)
        codes = np.unique(np.asarray(strata), return_inverse=True)[1]
        # A rare combination of labels cannot be in each fold; scikit-learn would warn or refuse.
        counts = np.bincount(codes)
        rare = counts[codes] < self.n_splits
        # Together they may be enough for a stratum of their own; else they join the largest.
        codes = np.where(rare, -1 if rare.sum() >= self.n_splits else counts.argmax(), codes)
        return list(splitter.split(np.zeros(len(codes)), codes, groups))
