"""Candidates beside nouns and prepositions: "X's warning that", "in the view of X", "for X", "according to X"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from framing.holders import words
from framing.holders.attribution import Candidate
from framing.holders.sight import Sight, content_of
from framing.text import english

_CLAUSES = ("acl", "ccomp", "relcl")
# Of whom a claim, a fear, an answer is.
_OF = ("by", "of", "from", "among", "in", "within")


def of_noun(sight: Sight, noun: Any) -> Iterator[Candidate]:
    """Yield who has a claim, a fear or a plan."""
    whole = [token for token in noun.subtree if token.i > noun.i and token.pos_ != "PUNCT"]
    clause = content_of(noun, _CLAUSES)
    is_that = noun.dep_ in ("nsubj", "attr") and noun.head.pos_ in ("AUX", "VERB")
    if is_that and not clause and (clause := content_of(noun.head, ("ccomp",))):
        whole = [*whole, *clause]  # "their fear is that"
    found = [(f"noun_{noun.lemma_.lower()}", 1.0), *sight.lengths(whole, clause), *sight.place(noun)]
    if is_that and noun.head.lemma_ == "be":
        found.append(("noun_is", 1.0))
    told = any(token.lower_ == "that" and token.dep_ == "mark" for token in clause)
    owners = list(_owners(noun))
    for owner, way in owners:
        more = [(f"kind_noun_{way}", 1.0), *([("kind_noun_that", 1.0)] if told else [])]
        yield sight.candidate(owner, noun, [*found, *more])
    if clause and not owners:
        yield Candidate(None, noun.text, dict([*found, ("kind_noun_bare", 1.0), ("who_nobody", 1.0)]))


def _owners(noun: Any) -> Iterator[tuple[Any, str]]:
    for child in noun.children:
        if child.dep_ == "poss":
            yield child, "poss"
        elif child.dep_ == "prep" and child.lower_ in _OF:
            for inner in child.children:
                if inner.dep_ == "pobj":
                    yield inner, child.lower_
    came = noun.dep_ == "nsubj" and noun.head.lemma_ in ("come", "be")
    for child in noun.head.children if came else ():  # "from the envoy came a warning that"
        if child.dep_ == "prep" and child.lower_ == "from":
            yield from ((inner, "from") for inner in child.children if inner.dep_ == "pobj")
    owner, _ = owner_of(noun)
    if owner is not None and owner.dep_ != "poss":
        yield owner, "verb"


def owner_of(noun: Any) -> tuple[Any, str]:
    """Return who has what a noun names: its possessor, else who does what is done with it; ``(None, "")``."""
    for child in noun.children:
        if child.dep_ == "poss":
            return child, "owner"
    if noun.dep_ in ("dobj", "attr", "pobj") and noun.head.pos_ in ("VERB", "AUX"):
        for child in noun.head.children:
            if child.dep_ in ("nsubj", "nsubjpass"):
                return child, "owner"
    return None, ""


def of_preposition(sight: Sight, token: Any) -> Iterator[Candidate]:
    """Yield who comes after "according to" or a leading "per"."""
    beside = (token, *(child for child in token.children if child.dep_ in ("prep", "aux", "mark")))
    noun = next((noun for child in beside for noun in child.children if noun.dep_ == "pobj"), None)
    if noun is None:
        return
    found = [("kind_according", 1.0), *sight.lengths(sight.without(token), []), *sight.place(token)]
    one = sight.candidate(noun, token, found)
    yield Candidate(one.mention, "according to" if token.lower_ == "according" else token.text, one.features)


def of_view(sight: Sight, token: Any) -> Iterator[Candidate]:
    """Yield who has the view in "in X's view", "by the count of X", "to X it seems", "for X, the deal is"."""
    noun = next((noun for noun in token.children if noun.dep_ == "pobj"), None)
    if noun is None or token.head.pos_ not in ("VERB", "AUX", "ADJ", "NOUN", "ADV"):
        return
    if noun.lemma_.lower() in words.VIEWS and token.lower_ in ("in", "by", "on", "to"):
        owner = owner_of(noun)[0] or next(
            (x for child in noun.children if child.lower_ == "of" for x in child.children if x.dep_ == "pobj"), None
        )
        if owner is not None:
            found = [("kind_according", 1.0), ("kind_view", 1.0), *sight.lengths(sight.without(token), [])]
            yield sight.candidate(owner, noun, found)
    elif noun.pos_ not in ("NOUN", "PROPN", "PRON") or noun.lower_ in english.QUANTITIES:
        return
    elif token.head.lemma_.lower() in words.SEEMING and token.lower_ in ("to", "for"):
        beside = {word.i for word in token.subtree}
        rest = [word for word in token.head.subtree if word.i not in beside]
        yield sight.candidate(
            noun, token.head, [("kind_according", 1.0), ("kind_seeming", 1.0), *sight.lengths(rest, [])]
        )
    elif token.lower_ == "for" and token.i == 0 and token.head.dep_ == "ROOT":
        found = [("kind_for", 1.0), *sight.lengths(sight.without(token), [])]
        found.append((f"for_{'be' if token.head.lemma_ == 'be' else 'verb'}", 1.0))
        yield sight.candidate(noun, token, found)
