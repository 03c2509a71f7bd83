"""Score who is said to hold a sentence, and decide as rules do, for ``holders.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from holders_documents import Document, is_author, is_right, words_of

from framing.holders.attribution import Mention
from framing.measure.intervals import Estimate, bootstrap_weights

# Cues of what is thought, felt or wanted and not said: a set of words, so that a group of the report means the same.
BELIEFS = frozenset(
    [
        "think",
        "believe",
        "fear",
        "worry",
        "hope",
        "expect",
        "see",
        "consider",
        "view",
        "feel",
        "know",
        "doubt",
        "want",
        "suspect",
        "concern",
        "belief",
        "regard",
        "thought",
        "knew",
        "knows",
        "saw",
        "felt",
        "seen",
        "viewed",
        "known",
    ]
)


@dataclass(frozen=True)
class Judged:
    """Sentences of one kind as decided: truth and decision, each of shape (n,)."""

    attributed: np.ndarray
    mainly: np.ndarray
    proba: np.ndarray
    decided: np.ndarray
    right: np.ndarray  # the holder
    documents: np.ndarray
    named: np.ndarray
    groups: dict[str, np.ndarray]


def judged(documents: Sequence[Document], reader: str, probas: Any, picks: Any, decided: Any, kind: str) -> Judged:
    """Bring together what was decided and what is known."""
    rows: list[tuple[Any, ...]] = []
    for number, (document, p, pick, said) in enumerate(zip(documents, probas, picks, decided, strict=True)):
        for at, truth in enumerate(document.truths):
            if truth is not None and document.kind == kind:
                reading = document.seen["parsed"][at]
                rows.append((truth, p[at], said[at], is_right(pick[at], truth, document.texts), number, reading))
    truths = [row[0] for row in rows]
    share = np.array([row[5].features["quoted"] for row in rows])
    belief = np.array(
        [bool(BELIEFS & {stem for word in truth.cue.split() for stem in _stems(word)}) for truth in truths]
    )
    pronoun = np.array([truth.pronoun for truth in truths])
    groups = {"direct": share >= 0.5, "indirect": (share < 0.5) & ~belief, "belief": belief & (share < 0.5)}
    return Judged(
        np.array([truth.attributed for truth in truths]),
        np.array([truth.mainly for truth in truths]),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
        np.unique([row[4] for row in rows], return_inverse=True)[1],
        np.array([truth.named and (truth.place is not None or bool(truth.holder)) for truth in truths]),
        groups | {"pronoun": pronoun},
    )


def _stems(word: str) -> tuple[str, ...]:
    return word, word.removesuffix("s"), word.removesuffix("ed"), word.removesuffix("d"), word.removesuffix("ing")


def estimates(found: Judged, W: np.ndarray) -> dict[str, Estimate]:
    """Return precision and recall of what is attributed, and how often the holder is right; recall by construction."""
    Y, D = found.attributed, found.decided
    both = Y & D & found.named
    counts = {
        "precision": (Y & D, D),
        "recall": (Y & D, Y),
        "mainly_precision": (found.mainly & D, D),
        "mainly_recall": (found.mainly & D, found.mainly),
        "mainly_holder": (found.mainly & both & found.right, found.mainly & both),
        "holder": (both & found.right, both),
        **{f"{name}_recall": (Y & D & group, Y & group) for name, group in found.groups.items()},
        **{f"{name}_holder": (both & found.right & group, both & group) for name, group in found.groups.items()},
    }
    scores = {}
    for name, (hits, of) in counts.items():
        with np.errstate(invalid="ignore", divide="ignore"):
            values = (W @ hits) / (W @ of)
        scores[name] = Estimate(float(values[0]), values[1:], int(of.sum()))
    errors = (found.proba - Y) ** 2
    brier = W @ errors / W.sum(axis=1)
    return scores | {"brier": Estimate(float(brier[0]), brier[1:], len(Y))}


def by_rules(document: Document) -> tuple[list[float], list[Mention | None], list[bool]]:
    """Decide as rules do: half quoted, or the content of a reporting verb or "according to"; whoever spoke last."""
    probas, picks, decided = [], [], []
    last: Mention | None = None
    for reading in document.seen["parsed"]:
        plain_ones = [
            candidate
            for candidate in reading.candidates
            if candidate.mention is not None
            and "cue_quoted" not in candidate.features
            and (
                ("kind_verb" in candidate.features and {"class_say", "has_ccomp"} <= set(candidate.features))
                or "kind_according" in candidate.features
            )
        ]
        quoted = reading.features["quoted"] >= 0.5
        speaks = [one for one in reading.candidates if "kind_verb" in one.features and "class_say" in one.features]
        speaks = [one for one in speaks if "cue_quoted" not in one.features]
        best = (plain_ones or (speaks if quoted else []) or [None])[0]
        last = best.mention if best is not None else last
        said = quoted or any(one.features.get("content", 0.0) >= 0.5 for one in plain_ones)
        probas.append(float(said))
        picks.append(last if said else None)
        decided.append(said)
    return probas, picks, decided


def coders_agree(documents: Sequence[Document]) -> dict[str, Estimate]:
    """Return how the first two coders agree: the second scored as if the first were right."""
    Y, D, right, of = [], [], [], []
    for number, document in enumerate(documents):
        truth = next(truth for truth in document.truths if truth is not None)
        holders = truth.cue.split("|")
        if len(holders) > 1:
            Y.append(not is_author(holders[0]))
            D.append(not is_author(holders[1]))
            right.append(bool(set(words_of(holders[0])[-1:]) & set(words_of(holders[1]))))
            of.append(number)
    every = np.ones(len(Y), bool)
    known = np.unique([documents[n].name for n in of], return_inverse=True)[1]
    found = Judged(np.array(Y), np.array(Y), np.array(D, float), np.array(D), np.array(right), known, every, {})
    return estimates(found, bootstrap_weights(known))
