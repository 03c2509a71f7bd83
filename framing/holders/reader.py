"""Read the sentences of a document by their parses: who may hold each, and what speaks for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from framing.holders import words
from framing.holders.attribution import Named, Reading
from framing.holders.clauses import candidates
from framing.holders.context import Place, inherited, likeliest, place_features, speakers
from framing.holders.mentions import mention_of, names_in
from framing.holders.people import PLURAL
from framing.holders.quotes import quoted
from framing.holders.sight import Sight
from framing.text import english

_WHO = english.TITLES | english.SPEAKERS | words.MALE | words.FEMALE
# Of several of these one says "they".
_SEVERAL = _WHO | english.INSTITUTIONS | english.TAILS | words.GROUPS


def readings(docs: Sequence[Any], starts: Sequence[bool]) -> list[Reading]:
    """Return what is seen in each parsed sentence of a document.

    Parameters
    ----------
    docs
        Parses, in the order of the document.
    starts
        For each whether a paragraph starts there.
    """
    texts = [doc.text for doc in docs]
    marks = quoted(texts, starts)
    sights, own, places = [], [], []
    for number, (doc, mark, speaker) in enumerate(zip(docs, marks, speakers(texts), strict=True)):
        sight = Sight(doc, mark, number)
        found = list(candidates(sight))
        sights.append(sight)
        own.append(found if speaker is None else [speaker, *found])
        strength, likely = likeliest(own[-1])
        named = [token for token in names_in(sight.tokens) if not sight.is_quoted(token)] or _subjects(sight)
        first = tuple(mention_of(token, number) for token in named[:1])
        places.append(Place(texts[number], mark, starts[number], strength, likely, first))
    return [
        Reading(
            (*own[number], *inherited(number, places)),
            place_features(number, places) | _word_features(sight),
            tuple(_introduced(sight)),
        )
        for number, sight in enumerate(sights)
    ]


def _subjects(sight: Sight) -> list[Any]:
    return [
        token
        for token in sight.tokens
        if token.dep_ == "nsubj" and token.pos_ in ("PRON", "NOUN") and not sight.is_quoted(token)
    ]


def _word_features(sight: Sight) -> dict[str, float]:
    found = {}
    for token in sight.tokens:
        lower, plain = token.lower_, not sight.is_quoted(token)
        if lower in words.FIRST and plain:
            found["i"] = 1.0
        if lower in ("you", "your") and plain:
            found["you"] = 1.0
        if lower in words.ADVERBS:
            found["adverb"] = 1.0
        if token.dep_ == "ROOT":
            found[f"root_{token.lemma_.lower()}"] = 1.0
            found[f"root_tag_{token.tag_}"] = 1.0
        if token.tag_ == "MD" and plain:
            found["would" if lower in ("would", "could", "might", "should") else "modal"] = 1.0
    return found


def _introduced(sight: Sight) -> Iterator[Named]:
    """Yield names and, outside quotations, pronouns, with the words that say who somebody is."""
    number = sight.sentence
    for head in names_in(sight.tokens):
        around = [child for child in head.children if child.dep_ in ("compound", "appos", "amod", "nmod")]
        if head.dep_ == "appos" and head.head.pos_ == "NOUN":
            around.append(head.head)
        titles = {token.lower_.rstrip(".") for token in around} & _WHO
        subject = head.dep_ in ("nsubj", "nsubjpass") and not sight.is_quoted(head)
        several = [PLURAL] if head.tag_ == "NNPS" else []
        yield Named(mention_of(head, number), (*sorted(titles), *several), subject)
    for token in sight.tokens:
        if sight.is_quoted(token):
            continue
        if token.lower_ in ("he", "she"):
            yield Named(mention_of(token, number), (), token.dep_ == "nsubj")
        elif token.tag_ == "NN" and token.dep_ == "nsubj" and token.lemma_.lower() in _WHO:
            yield Named(mention_of(token, number), (token.lower_,), True)
        elif token.tag_ == "NNS" and token.dep_ in ("nsubj", "nsubjpass", "agent") and token.lemma_.lower() in _SEVERAL:
            yield Named(mention_of(token, number), (PLURAL,), True)
