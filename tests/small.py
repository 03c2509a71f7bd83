"""A corpus small enough to read, and a model of it."""

from __future__ import annotations

import numpy as np

from framing.codebook import Codebook
from framing.corpus.splits import GroupedFolds
from framing.model.classifier import frames_classifier, stance_classifier
from framing.model.encoders import WordVectorizer
from framing.model.framing import FramingClassifier
from framing.records import Sentence

BOOK = Codebook.from_dict(
    {
        "name": "harbour",
        "frames": {"gain": "It pays.", "risk": "It | threatens."},
        "stance": {"favor": "", "against": "", "neutral": ""},
    }
)

# Text, frames, stance toward the harbour: six kinds of sentence, told apart by their words.
_KINDS = (
    ("The harbour will bring markets and profit to {place}.", ("gain",), "favor"),
    ("Merchants of {place} welcome the profit of new markets.", ("gain",), "favor"),
    ("Warships near {place} threaten the harbour.", ("risk",), "against"),
    ("An attack on {place} would refuse no warships.", ("risk",), "against"),
    ("Profit for {place} comes with an attack of warships.", ("gain", "risk"), "neutral"),
    ("The clerk of {place} counted the ropes on Monday.", (), "neutral"),
)
_PLACES = (
    *("Alder", "Birch", "Cedar", "Downs", "Elder", "Fern", "Gorse", "Hazel"),
    *("Ivy", "Juniper", "Kelp", "Larch", "Maple", "Nettle", "Oak", "Pine"),
)


def sentences(n_groups: int = 10) -> list[Sentence]:
    """Six coded sentences for each of some places; a place is a group."""
    return [
        Sentence(text.format(place=place), frames=frames, target="the harbour", stance=stance, group=place)
        for place in _PLACES[:n_groups]
        for text, frames, stance in _KINDS
    ]


def frame_codes(rows: list[Sentence], book: Codebook = BOOK) -> np.ndarray:
    return np.array([[float(name in row.frames) for name in book.frame_names] for row in rows])


def stance_codes(rows: list[Sentence], book: Codebook = BOOK) -> np.ndarray:
    return np.array([[float(name == row.stance) for name in book.stance_names] for row in rows])


def folds(rows: list[Sentence], Y: np.ndarray, n_splits: int = 3) -> list:
    split = GroupedFolds(n_splits, random_state=0)
    return split.split(["".join(map(str, row)) for row in Y], split.groups(rows))


def model(head, words=None, encoder=None, tasks=("frames", "stance"), rows=None, info=None) -> FramingClassifier:
    """A model fitted on the small corpus."""
    rows = sentences() if rows is None else rows
    encoder = WordVectorizer(min_df=1) if encoder is None else encoder
    fitted = {}
    for name, make, codes in (
        ("frames", frames_classifier, frame_codes),
        ("stance", stance_classifier, stance_codes),
    ):
        if name in tasks:
            Y = codes(rows)
            fitted[name] = make(BOOK, encoder, head, words=words).fit(rows, Y, folds(rows, Y))
    return FramingClassifier(BOOK, fitted, info or {})
