"""Read the sentences of a document by their parses: who may hold each, and what speaks for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from framing.holders import words
from framing.holders.attribution import Mention, Named, Reading
from framing.holders.clauses import Sight, candidates
from framing.holders.context import Place, inherited, likeliest, place_features, speakers
from framing.holders.mentions import mention_of, names_in
from framing.holders.quotes import quoted
from framing.text import english

_WHO = english.TITLES | english.SPEAKERS | words.MALE | words.FEMALE


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
    own, places = [], []
    for number, (doc, mark, speaker) in enumerate(zip(docs, marks, speakers(texts), strict=True)):
        found = list(candidates(Sight(doc, mark, number)))
        own.append(found if speaker is None else [speaker, *found])
        strength, likely = likeliest(own[-1])
        names = [name for name in names_in(doc, number) if not mark.mask[name.head]] or _subjects(
            doc, number, mark.mask
        )
        places.append(Place(doc.text, mark, starts[number], strength, likely, tuple(names[:1])))
    return [
        Reading(
            (*own[number], *inherited(number, places)),
            place_features(number, places) | _word_features(doc, marks[number].mask),
            tuple(_introduced(doc, number, marks[number].mask)),
        )
        for number, doc in enumerate(docs)
    ]


def _subjects(doc: Any, number: int, mask: Sequence[bool]) -> list[Mention]:
    return [
        mention_of(token, number)
        for token in doc
        if token.dep_ == "nsubj" and token.pos_ in ("PRON", "NOUN") and not mask[token.idx]
    ]


def _word_features(doc: Any, mask: Sequence[bool]) -> dict[str, float]:
    found = {}
    for token in doc:
        plain = not mask[token.idx]
        if token.lower_ in words.FIRST and plain:
            found["i"] = 1.0
        if token.lower_ in ("you", "your") and plain:
            found["you"] = 1.0
        if token.lower_ in words.ADVERBS:
            found["adverb"] = 1.0
        if token.dep_ == "ROOT":
            found[f"root_{token.lemma_.lower()}"] = 1.0
            found[f"root_tag_{token.tag_}"] = 1.0
        if token.tag_ == "MD" and plain:
            found["would" if token.lower_ in ("would", "could", "might", "should") else "modal"] = 1.0
    return found


def _introduced(doc: Any, number: int, mask: Sequence[bool]) -> Iterator[Named]:
    """Yield names and, outside quotations, pronouns, with the words that say who somebody is."""
    for mention in names_in(doc, number):
        head = next(token for token in doc if token.idx == mention.head)
        around = [child for child in head.children if child.dep_ in ("compound", "appos", "amod", "nmod")]
        if head.dep_ == "appos" and head.head.pos_ == "NOUN":
            around.append(head.head)
        titles = {token.lower_.rstrip(".") for token in around} & _WHO
        subject = head.dep_ in ("nsubj", "nsubjpass") and not mask[head.idx]
        yield Named(mention, tuple(sorted(titles)), subject)
    for token in doc:
        if token.lower_ in ("he", "she") and not mask[token.idx]:
            yield Named(mention_of(token, number), (), token.dep_ == "nsubj")
        elif token.tag_ == "NN" and token.dep_ == "nsubj" and token.lemma_.lower() in _WHO and not mask[token.idx]:
            yield Named(mention_of(token, number), (token.lower_,), True)
