"""Words that name somebody, read from a parse."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from framing.holders.attribution import Mention
from framing.holders.words import ABSTRACT, PRONOUNS
from framing.text import english

_RELATIVE = ("WP", "WDT", "WP$")
# What stands before a head word and belongs to its name.
_BEFORE = ("compound", "amod", "nmod", "det", "poss", "nummod", "quantmod", "advmod", "punct", "case")
_PLURAL = ("NNS", "NNPS")


def mention_of(token: Any, sentence: int) -> Mention:
    """Return what a noun or pronoun names: its noun phrase, of a name without the titles before it.

    A relative pronoun names what it stands for.
    """
    if token.tag_ in _RELATIVE and (antecedent := antecedent_of(token)) is not None:
        token = antecedent
    if token.pos_ == "PRON" or token.tag_ == "PRP$":
        number = PRONOUNS.get(token.lower_, ("", "?"))[1]
        last = _last_word(token)
        if last is token or last.pos_ == "PRON":
            return Mention(sentence, token.idx, token.idx + len(token), token.idx, token.text, "pronoun", number)
        end = last.idx + len(last)  # "some of the envoys"
        return Mention(sentence, token.idx, end, token.idx, token.doc[token.i : last.i + 1].text, "noun", number)
    first = _first(token)
    if token.pos_ == "PROPN":
        first = _without_titles(first, token)
    last = _last_word(token) if token.pos_ != "PROPN" else _last_of_name(token)
    start, end = first.idx, last.idx + len(last)
    number = "p" if token.tag_ in _PLURAL or any(child.dep_ == "conj" for child in token.children) else "s"
    kind = "name" if token.pos_ == "PROPN" else "noun"
    return Mention(sentence, start, end, token.idx, token.doc[first.i : last.i + 1].text, kind, number)


def is_abstract(lemma: str) -> bool:
    """Say whether a noun names nothing that could say or think: "approach", "weakness".

    Examples
    --------
    >>> is_abstract("approach"), is_abstract("ministry")
    (True, False)
    """
    return lemma in ABSTRACT or (lemma.endswith(("ness", "ism")) and lemma not in ("business", "witness"))


def antecedent_of(pronoun: Any) -> Any:
    """Return the word that a relative pronoun stands for; ``None`` where there is none."""
    node = pronoun
    for _ in range(6):
        if node.dep_ == "relcl":
            return node.head
        if node.head is node:
            return None
        node = node.head
    return None


def _first(token: Any) -> Any:
    first = token
    for child in reversed(list(token.lefts)):
        if child.dep_ not in _BEFORE or child.right_edge.i + 1 != first.i:
            break
        if child.dep_ == "punct" and child.text not in ("-", "–", "."):
            break
        first = child.left_edge
    return first


def _without_titles(first: Any, head: Any) -> Any:
    """Return where a name begins behind titles: "EU Trade Commissioner Ann Lee" begins at "Ann"."""
    if head.lower_.rstrip(".") in english.TITLES:  # "a Lt. Col. of the guard" has no other name
        return first
    words = list(head.doc[first.i : head.i + 1])
    cut = first
    for word in words[:-1]:
        if word.dep_ in ("det", "poss", "amod", "nmod", "compound", "case", "punct") and (
            word.lower_.rstrip(".") in english.TITLES
        ):
            cut = word.nbor()
    while cut.i < head.i and not cut.text[0].isalnum():  # of a title that the parser took apart, "MR" and "."
        cut = cut.nbor()
    # "The Kremlin" keeps its article, since that is how it is called; so does what the head names as an office.
    return cut if cut.pos_ == "PROPN" else first


def _last_word(token: Any) -> Any:
    """Return the last word of a common noun with its "of" or "in" phrase right behind it."""
    for child in token.rights:
        behind = child.dep_ == "prep" and child.i == token.i + 1 and child.lower_ != "as"
        if behind and child.right_edge.i - token.i <= 8:
            inner = child.subtree
            if not any(word.dep_ in ("relcl", "acl") or word.text in '"“”,;:' for word in inner):
                return child.right_edge
        break
    return token


def _last_of_name(token: Any) -> Any:
    """Return the last word of a name: "University of Oxford", "Smith Jr."."""
    last = token
    for child in token.rights:
        if child.i != last.i + 1:
            break
        institution = token.lower_ in english.INSTITUTIONS and child.dep_ == "prep" and child.lower_ == "of"
        if institution and child.right_edge.i - token.i <= 4:
            return child.right_edge
        if child.pos_ == "PROPN" and child.dep_ in ("flat", "npadvmod"):
            last = child
            continue
        break
    return last


def names_in(tokens: Iterable[Any]) -> list[Any]:
    """Return the head words of the names among some tokens, in order."""
    return [
        token
        for token in tokens
        if token.pos_ == "PROPN"
        and not (token.dep_ in ("compound", "nmod") and token.head.pos_ == "PROPN")
        and any(letter.isalpha() for letter in token.text)
    ]
