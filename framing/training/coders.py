"""What is learned of several coders: their majority, each coding with its share, or one coder's codes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from framing.codebook import Codebook
from framing.corpus.dataset import load_dataset, sentences_of
from framing.errors import FramingNote, FramingWarning
from framing.measure.ceiling import CODERS
from framing.measure.coders import coder_column
from framing.measure.consensus import MAJORITY, SOFT, coders_agree

if TYPE_CHECKING:
    from datasets import Dataset

_WAYS = {
    MAJORITY: "what most coders said; ties are not coded",
    SOFT: "each coding, weighted by the share of the coders who gave it",
}


def one_coding(
    dataset: Dataset, codebook: Codebook, how: str | None, origin: str, *, may_be_one: bool = False
) -> tuple[Dataset, dict[str, Any]]:
    """Make one coding of several, and say what became of them.

    Parameters
    ----------
    dataset
        The rows as they were read.
    codebook
        The labels.
    how
        ``majority``, ``soft`` or the name of a coder; None leaves the rows as they are.
    origin
        What the rows are called in messages.
    may_be_one
        Rows that say of no coder are one coding already, and stay as they are, unless a coder is named.

    Returns
    -------
    tuple
        The rows, and what a model says of its coders; nothing where rows stay as they are.

    Raises
    ------
    InputError
        Nothing says who coded, or there is no coder of that name.
    """
    sentences = sentences_of(dataset)
    if how is None:
        column = coder_column(sentences)
        names = {str(s.extra.get(column)) for s in sentences if s.extra.get(column)} if column else set()
        if len(names) > 1 and len({s.text for s in sentences}) < len(sentences):
            told = (
                f"{origin}: {len(names)} coders, each row is learned from as it is; coders=majority (or soft, or a "
                "coder's name) makes one coding of them"
            )
            warnings.warn(told, FramingNote, stacklevel=4)
        return dataset, {}
    if (
        may_be_one
        and how in _WAYS
        and coder_column(sentences) is None
        and not any(CODERS in s.extra for s in sentences)
    ):
        return dataset, {}
    found = coders_agree(sentences, codebook, how, origin=origin)
    if found.tied:
        told = (
            f"{origin}: coders={how}: {found.tied:,} of {found.shared:,} rows with several coders are tied, and left "
            "uncoded where they are"
        )
        warnings.warn(told, FramingWarning, stacklevel=4)
    said = {"how": how, "in_words": way_in_words(how), "coders": list(found.coders), "rows": len(found.sentences)}
    return load_dataset(found.sentences, codebook), {**said, "shared": found.shared, "tied": found.tied}


def way_in_words(how: str) -> str:
    """Say what was learned of several coders.

    Examples
    --------
    >>> way_in_words("ann")
    'the codes of ann'
    """
    return _WAYS.get(how, f"the codes of {how}")
