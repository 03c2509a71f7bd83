"""Split sentences so that what belongs together stays on one side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Fold, Rows
from framing.errors import ConfigError, InputError
from framing.records import Sentence

# What may stay together, and what is to be done where there is too little of it.
_TOO_FEW = {
    "group": "give more rows a 'group' or 'doc_id' of their own",
    "source": "add rows of more sources",
    "target": "code rows toward more targets",
}


def target_key(target: str | None) -> str:
    """Return what targets have in common that are one: the same words, whatever their case and white space.

    Examples
    --------
    >>> target_key(" The  Port deal") == target_key("the port deal")
    True
    """
    return " ".join((target or "").casefold().split())


@dataclass(frozen=True)
class GroupedFolds:
    """Cross-validation folds, stratified on the label set, that never cut a group.

    Parameters
    ----------
    n_splits
        Number of folds, at least 2.
    by
        What stays together: ``"group"`` (the sentence's ``group``, else its document), ``"source"`` or ``"target"``.
    random_state
        Seed of the shuffle.

    Notes
    -----
    By group and by source, rows with the same text stay together too.

    By target, whole targets (``target_key``) are left out: what is a stance worth toward a target that was never
    learned from? Rows toward one target stay together and nothing else ties them: if document or text did as well,
    targets that meet in one sentence would chain nearly all rows into one group. So where a sentence is coded toward
    two targets, its text can be on both sides, and its document too. That is meant, since the text then tells
    nothing new but what the other target changes; scores of *frames* on such folds flatter. Rows without a target
    keep their group and their text, as by group, and are tied to no row that has one. Intervals of validation scores
    then resample whole targets.

    Examples
    --------
    >>> rows = [Sentence("It pays.", target="the deal", group="1"), Sentence("It pays.", target="the ban", group="1"),
    ...         Sentence("Good.", target="The Deal", group="2"), Sentence("Rain.", group="1")]
    >>> GroupedFolds(by="target").groups(rows).tolist()
    [0, 1, 0, 2]
    >>> GroupedFolds().groups(rows).tolist()
    [0, 0, 1, 0]
    """

    n_splits: int = 5
    by: str = "group"
    random_state: int | None = None

    def __post_init__(self) -> None:
        if self.n_splits < 2:
            raise ConfigError(f"split.n_splits={self.n_splits}: at least 2 folds are needed")
        if self.by not in _TOO_FEW:
            raise ConfigError(f"split.by={self.by}: expected 'group', 'source' or 'target'")

    def groups(self, sentences: Sequence[Sentence]) -> Rows:
        """Return the group number of each sentence, shape (n_sentences,)."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        n = len(sentences)
        if self.by == "source" and (missing := sum(not s.source for s in sentences)):
            raise InputError(f"split.by=source, but {missing:,} of {n:,} rows have no 'source'")
        # Rows and what ties them are nodes of one graph; a group is a connected component.
        tied = [(i, tie) for i, sentence in enumerate(sentences) for tie in self._ties(i, sentence)]
        nodes = {tie: n + i for i, tie in enumerate(dict.fromkeys(tie for _, tie in tied))}
        rows, ends = np.array([i for i, _ in tied], dtype=int), np.array([nodes[tie] for _, tie in tied], dtype=int)
        graph = coo_array((np.ones(len(tied)), (rows, ends)), shape=(n + len(nodes),) * 2)
        components = connected_components(graph, directed=False)[1][:n]
        return np.unique(components, return_inverse=True)[1]

    def _ties(self, row: int, sentence: Sentence) -> list[tuple[str, str]]:
        """Return what ties a row to others, by kind, so that a group named like a text is not one."""
        if self.by == "target" and (key := target_key(sentence.target)):
            return [("target", key)]
        name = sentence.source if self.by == "source" else sentence.group or sentence.doc_id or f"\0row {row}"
        return [("group", name), ("text", " ".join(sentence.text.lower().split()))]

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
                f"{_TOO_FEW[self.by]}, or set split.n_splits lower"
            )
        splitter = StratifiedGroupKFold(self.n_splits, shuffle=True, random_state=self.random_state)
        codes = np.unique(np.asarray(strata), return_inverse=True)[1]
        # A rare combination of labels cannot be in each fold; scikit-learn would warn or refuse.
        counts = np.bincount(codes)
        rare = counts[codes] < self.n_splits
        # Together they may be enough for a stratum of their own; else they join the largest.
        codes = np.where(rare, -1 if rare.sum() >= self.n_splits else counts.argmax(), codes)
        return list(splitter.split(np.zeros(len(codes)), codes, groups))
