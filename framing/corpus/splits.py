"""Split sentences so that what belongs together stays on one side."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from framing.arrays import Fold, Rows
from framing.errors import ConfigError, FramingNote, InputError
from framing.periods import iso_date
from framing.records import Sentence

TIME = "time"
_MOST_REPEATS = 100
# What may stay together, and what is to be done where there is too little of it.
_TOO_FEW = {
    "group": "give more rows a 'group' or 'doc_id' of their own (rows with the same text stay together too)",
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
    repeats
        How often the rows are divided anew: from 2 on, scores are also told as a mean over all of these folds.

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
    repeats: int = 1

    def __post_init__(self) -> None:
        if self.n_splits < 2:
            raise ConfigError(f"split.n_splits={self.n_splits}: at least 2 folds are needed")
        if self.by not in _TOO_FEW:
            hint = "; rows before and after a date: split=time" if self.by == TIME else ""
            raise ConfigError(f"split.by={self.by}: expected 'group', 'source' or 'target'{hint}")
        if not 1 <= self.repeats <= _MOST_REPEATS:
            raise ConfigError(f"split.repeats={self.repeats}: expected 1 to {_MOST_REPEATS}")

    @property
    def inside(self) -> GroupedFolds:
        """How a training part is divided once more, to calibrate and to find thresholds."""
        return self

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

    def folds(self, sentences: Sequence[Sentence], strata: Sequence[str], groups: Rows) -> list[Fold]:
        """Return the folds of sentences; parameters and errors are those of ``split``."""
        return self.split(strata, groups)

    def again(self, strata: Sequence[str], groups: Rows) -> Iterator[list[Fold]]:
        """Give the folds of each further repeat; parameters and errors are those of ``split``."""
        for repeat in range(1, self.repeats):
            state = None if self.random_state is None else self.random_state + repeat
            yield replace(self, random_state=state).split(strata, groups)

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


@dataclass(frozen=True)
class TimeSplit(GroupedFolds):
    """One division by date: what was published before is learned from, what came after is tested.

    Parameters
    ----------
    n_splits, by, random_state, repeats
        As for ``GroupedFolds``, of the folds inside the learned part, which calibrate; ``by`` is ``"time"``, and there
        is nothing to repeat.
    after
        The first date of what is tested, ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; by default the one from which on
        about a share of ``test_size`` of the dated rows are.
    test_size
        See ``after``.

    Notes
    -----
    In neither part are rows without a date that can be read, rows whose date is too coarse to say, and later rows of a
    group (a document, or one that repeats a text) that began before: what is tested must be new. How many is told in
    one line. The model that is kept learns from all rows.

    Examples
    --------
    >>> rows = [Sentence(f"Row {i}.", date=f"2026-0{i}-01") for i in range(1, 6)] + [Sentence("No date.")]
    >>> split = TimeSplit(n_splits=2, after="2026-04")
    >>> split.parts(rows, split.groups(rows))
    (array([0, 1, 2]), array([3, 4]), '2026-04')
    """

    by: str = TIME
    after: str | int | None = None
    test_size: float = 0.2

    def __post_init__(self) -> None:
        if self.by != TIME:
            raise ConfigError(f"split.by={self.by}: this is the split by time; take split=grouped, source or target")
        if self.repeats != 1:
            raise ConfigError(f"split.repeats={self.repeats}: a split by time divides the rows in one way; leave it 1")
        if not 0 < self.test_size < 1:
            raise ConfigError(f"split.test_size={self.test_size}: expected a share between 0 and 1")
        if self.after is not None and iso_date(str(self.after)) is None:
            raise ConfigError(f"split.after={self.after}: expected a date, such as 2026, 2026-03 or 2026-03-01")
        _ = self.inside

    @property
    def inside(self) -> GroupedFolds:
        """See ``GroupedFolds``."""
        return GroupedFolds(self.n_splits, random_state=self.random_state)

    def folds(self, sentences: Sequence[Sentence], strata: Sequence[str], groups: Rows) -> list[Fold]:
        """Return the one fold; errors are those of ``parts``."""
        before, tested, _ = self.parts(sentences, groups)
        return [(before, tested)]

    def dated(self, sentences: Sequence[Sentence]) -> TimeSplit:
        """Return the same split with its date; parameters and errors are those of ``parts``.

        Warns
        -----
        FramingNote
            Where the parts begin and how many rows are in them, or in neither.
        """
        before, tested, after = self.parts(sentences, self.groups(sentences))
        told = f"learned from {len(before):,} rows before {after}, tested on {len(tested):,} from then on"
        undated = sum(iso_date(s.date) is None for s in sentences)
        more = len(sentences) - len(before) - len(tested) - undated
        left = [f"{undated:,} without a date that can be read"] if undated else []
        left += [f"{more:,} of a document that began before, or of a date too coarse to say"] if more else []
        told += f"; in neither: {', '.join(left)}" if left else ""
        warnings.warn(f"split=time: {told}", FramingNote, stacklevel=3)
        return replace(self, after=after)

    def parts(self, sentences: Sequence[Sentence], groups: Rows) -> tuple[Rows, Rows, str]:
        """Return the rows before, those that are tested, and the date between.

        Raises
        ------
        InputError
            No row has a date, or all are on one side.
        """
        dates = [iso_date(s.date) for s in sentences]
        known = sorted(date for date in dates if date)
        if not known:
            other = next((s.date for s in sentences if s.date), None)
            came = f"; the first date is {other[:40]!r}" if other else ""
            raise InputError(
                f"split=time, but none of {len(dates):,} rows has a 'date' that can be read, such as 2026-03-01 or "
                f"2026-03{came}"
            )
        after = (
            iso_date(str(self.after)) if self.after is not None else known[-max(1, round(self.test_size * len(known)))]
        )
        assert after is not None
        side = np.array([_side(date, after) for date in dates])
        began_before = np.isin(groups, groups[side == _BEFORE])
        before, tested = np.flatnonzero(side == _BEFORE), np.flatnonzero((side == _AFTER) & ~began_before)
        if not len(before) or not len(tested):
            where = "after" if len(before) else "before"
            raise InputError(
                f"split=time: no row is dated {where} {after}"
                f"{' in a document of its own' if where == 'after' and (side == _AFTER).any() else ''}; dates are "
                f"{known[0]} to {known[-1]}; set split.after between them"
            )
        return before, tested, after


_BEFORE, _AFTER, _UNKNOWN = range(3)


def _side(date: str | None, after: str) -> int:
    """Return the side of a date; of one that is too coarse to say, such as a year for a month in it, none."""
    if date is None or (len(date) < len(after) and after.startswith(date)):
        return _UNKNOWN
    return _AFTER if date >= after else _BEFORE
