"""One measurement from beginning to end: predictions and coded rows become a table of shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framing.errors import InputError
from framing.records import Prediction, Sentence
from framing.shares.balance import warn_of_imbalance
from framing.shares.corpus import Corpus, Groups, corpus_of, groups_of
from framing.shares.gold import Gold, beside_sample, check_balance, count_cross_fitted, gold_of
from framing.shares.stance import stances_coded, stances_predicted
from framing.shares.table import ShareTable, share_table


@dataclass(frozen=True)
class Question:
    """What is asked of predictions and coded rows.

    Parameters
    ----------
    by
        Each makes a table: names of columns, with commas between those that are crossed.
    frames
        The frames to measure; none: all.
    beyond
        Whether the shares are those of what the corpus is a sample of.
    together, differences
        As of ``share_table``.
    is_random
        Whether coded rows that do not say how they were drawn were drawn with equal probability.
    stance
        Whether the shares of the stance are asked for, a row a sentence and target.
    """

    by: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    beyond: bool = False
    together: bool = False
    differences: bool = False
    is_random: bool = False
    stance: bool = False


@dataclass(frozen=True)
class Study:
    """Predictions and coded rows that belong together.

    Parameters
    ----------
    question
        What is asked of them.
    corpus, gold
        What is predicted, and what is coded of it.
    groupings
        By what the shares are told apart.
    cross_fitted
        Coded rows that the model learned from, their prediction made by a fold that did not.
    """

    question: Question
    corpus: Corpus
    gold: Gold
    groupings: tuple[Groups, ...]
    cross_fitted: int = 0

    def table(self) -> ShareTable:
        """Return the shares."""
        return share_table(
            self.corpus,
            self.gold,
            self.groupings,
            finite=not self.question.beyond,
            together=self.question.together,
            differences=self.question.differences,
            cross_fitted=self.cross_fitted,
        )


def study_of(
    predictions: Sequence[Prediction],
    coded: Sequence[Sentence],
    question: Question,
    *,
    sample: Sequence[Sentence] | None = None,
    codebook: str | None = None,
    learned: Sequence[Sentence] = (),
    origin: str = "gold",
) -> Study:
    """Put predictions and coded rows together.

    Parameters
    ----------
    predictions
        What a model said of the corpus.
    coded, sample, codebook, origin
        As of ``gold_of``.
    question
        What is asked.
    learned
        What the model learned from.

    Raises
    ------
    InputError
        As of ``corpus_of``, ``groups_of``, ``gold_of``, ``check_balance`` and ``count_cross_fitted``.

    Warns
    -----
    FramingWarning
        As of ``gold_of`` and ``warn_of_imbalance``.

    Examples
    --------
    >>> says = [Prediction(Sentence(f"No. {i}"), {"gain": i / 99}) for i in range(100)]
    >>> even = ((f"No. {i}", ("gain",) if i > 50 else ()) for i in range(0, 100, 2))
    >>> codes = [Sentence(text, frames=frames, sample_probability=0.5) for text, frames in even]
    >>> study = study_of(says, codes, Question())
    >>> study.table().rows[0].coded_only.value
    0.48
    """
    if question.stance:
        taken = [s for s in coded if s.stance]
        coded = stances_coded(taken if sample is None else beside_sample(taken, sample, origin))
        if not coded:
            raise InputError(f"{origin}: no row has codes in 'stance'")
        predictions, sample = stances_predicted(predictions), None
    corpus, rows = corpus_of(predictions, question.frames)
    groupings = tuple(groups_of(rows, names) for by in question.by if (names := names_of(by)))
    gold = gold_of(
        rows,
        coded,
        corpus.labels,
        sample=sample,
        is_random=question.is_random,
        codebook=codebook,
        origin=origin,
    )
    check_balance(gold, corpus.proba, corpus.labels, corpus.units, origin)
    warn_of_imbalance(gold, corpus, rows, origin)
    crossed = count_cross_fitted([rows[i] for i in gold.rows], learned, origin)
    return Study(question, corpus, gold, groupings, crossed)


def names_of(by: str) -> list[str]:
    """Return the names of columns in a text with commas between them.

    Examples
    --------
    >>> names_of("source, month")
    ['source', 'month']
    """
    return [name.strip() for name in by.split(",") if name.strip()]
