"""Candidates of a parsed sentence: each verb, noun, adjective or preposition that may attribute content to somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from framing.holders import words
from framing.holders.attribution import Candidate
from framing.holders.mentions import antecedent_of, mention_of
from framing.holders.quotes import Quoted

_SUBJECTS = ("nsubj", "nsubjpass", "csubj")
_CLAUSES = ("ccomp", "xcomp", "pcomp")
_NO_WORD = ("SPACE", "PUNCT", "SYM", "X")


@dataclass(frozen=True)
class Sight:
    """A parsed sentence and what of it is quoted.

    Parameters
    ----------
    doc
        The parse.
    quoted
        What of the sentence is quoted.
    sentence
        Its number in the document.
    """

    doc: Any
    quoted: Quoted
    sentence: int

    def length(self, tokens: Any) -> float:
        """Return the share of the sentence's letters that some tokens have."""
        return sum(len(token) for token in tokens) / max(1, sum(len(token) for token in self.doc))

    def quoted_share(self, tokens: Any) -> float:
        """Return the share of some tokens' letters in quotation marks."""
        total = sum(len(token) for token in tokens)
        return sum(len(token) for token in tokens if self.quoted.mask[token.idx]) / total if total else 0.0


def candidates(sight: Sight) -> Iterator[Candidate]:
    """Yield what may attribute a sentence's content, in the order of its words."""
    for token in sight.doc:
        if token.pos_ in ("VERB", "AUX"):
            yield from _of_verb(sight, token)
        elif token.pos_ == "NOUN" and token.lemma_.lower() in words.NOUNS:
            yield from _of_noun(sight, token)
        elif token.pos_ == "ADJ" and token.lemma_.lower() in words.ADJECTIVES:
            yield from _of_adjective(sight, token)
        if token.lower_ == "according" or (token.lower_ == "per" and token.i == 0):
            yield from _of_preposition(sight, token, "according")
        elif token.lower_ in ("in", "to", "for", "by") and token.dep_ == "prep":
            yield from _of_view(sight, token)


def _of_verb(sight: Sight, verb: Any) -> Iterator[Candidate]:
    if verb.dep_ in ("aux", "auxpass") or (verb.lemma_ == "be" and not _has_clause(verb)):
        return
    subject, how = subject_of(verb)
    passive = any(child.dep_ in ("nsubjpass", "auxpass") for child in verb.children)
    found = list(_features_of_verb(sight, verb, passive))
    by = _agent(verb)
    if by is not None:
        yield _candidate(sight, by, verb, [*found, ("kind_agent", 1.0)])
    if passive and verb.lemma_.lower() in words.VERBS:
        yield Candidate(None, _cue(verb), dict([*found, ("kind_passive", 1.0), ("who_nobody", 1.0)]))
    if subject is not None:
        yield _candidate(sight, subject, verb, [*found, (f"how_{how}", 1.0), ("kind_verb", 1.0)])
    elif verb.lemma_.lower() in words.SURE and not passive:
        yield Candidate(None, _cue(verb), dict([*found, ("kind_bare", 1.0), ("who_nobody", 1.0)]))


def subject_of(verb: Any) -> tuple[Any, str]:
    """Return who does what a verb says, and by which way through the parse; ``(None, "")`` where nobody."""
    how = "own"
    node = verb
    for _ in range(6):
        for child in node.children:
            if child.dep_ in ("nsubj", "nsubjpass") and child.lower_ != "there":
                if child.tag_ in ("WP", "WDT"):
                    return (antecedent_of(child) or child), "relative"
                return child, how
        if node.dep_ in ("acl", "relcl") and node.head.pos_ in ("NOUN", "PROPN", "PRON"):
            # "people saying that"; but of "a decision to", whoever has it.
            return (node.head, "noun") if node.tag_ != "VB" else _owner(node.head)
        if node.dep_ not in ("conj", "xcomp", "advcl", "pcomp", "prep", "acl", "ccomp", "aux") or node.head is node:
            return None, ""
        if node.dep_ == "ccomp" and node.tag_ not in ("VBG", "VB"):
            return None, ""
        how = node.dep_ if how == "own" else how
        node = node.head
    return None, ""


def _owner(noun: Any) -> tuple[Any, str]:
    for child in noun.children:
        if child.dep_ == "poss":
            return child, "owner"
    if noun.dep_ in ("dobj", "attr", "pobj") and noun.head.pos_ in ("VERB", "AUX"):
        for child in noun.head.children:
            if child.dep_ in ("nsubj", "nsubjpass"):
                return child, "owner"
    return None, ""


def _agent(verb: Any) -> Any:
    for child in verb.children:
        if child.dep_ == "agent" or (child.dep_ == "prep" and child.lower_ == "by"):
            for inner in child.children:
                if inner.dep_ == "pobj":
                    return inner
    return None


def _has_clause(verb: Any) -> bool:
    return any(child.dep_ == "ccomp" for child in verb.children)


def _features_of_verb(sight: Sight, verb: Any, passive: bool) -> Iterator[tuple[str, float]]:
    lemma = verb.lemma_.lower()
    clause = _content(verb, _CLAUSES)
    has_clause = any(child.dep_ == "ccomp" for child in verb.children)
    yield f"lemma_{lemma}", 1.0
    if has_clause:
        yield f"clause_{lemma}", 1.0
    children = {child.dep_ for child in verb.children}
    for name in ("ccomp", "xcomp", "dobj", "prep", "dative", "acomp", "oprd", "neg", "prt", "mark", "attr"):
        if name in children:
            yield f"has_{name}", 1.0
    for child in verb.children:
        if child.dep_ in ("prep", "prt"):
            yield f"with_{lemma}_{child.lower_}", 1.0
    whole = [token for token in verb.subtree if token.i != verb.i and token.pos_ != "PUNCT"]
    subject = {token.i for child in verb.children if child.dep_ in _SUBJECTS for token in child.subtree}
    rest = [token for token in whole if token.i not in subject]
    yield from _of_the_lengths(sight, rest, clause)
    yield from _of_the_place(sight, verb)
    if passive:
        yield "passive", 1.0
    modal = next((child.lower_ for child in verb.children if child.tag_ == "MD"), "")
    if modal:
        yield "modal", 1.0
    for name, group in (("say", words.SAY), ("think", words.THINK), ("fear", words.FEAR), ("want", words.WANT)):
        if lemma in group:
            yield f"class_{name}", 1.0
            yield f"class_{name}_{'clause' if has_clause else 'plain'}", 1.0
    if lemma in words.SURE:
        yield "sure", 1.0


def _of_the_lengths(sight: Sight, rest: list[Any], clause: list[Any]) -> Iterator[tuple[str, float]]:
    content, inner = sight.length(rest), sight.length(clause)
    yield "content", content
    yield "clause", inner
    for edge in (0.4, 0.5, 0.6):
        if content >= edge:
            yield f"content_{edge}", 1.0
        if inner >= edge:
            yield f"clause_{edge}", 1.0
    yield "content_quoted", sight.quoted_share(rest)
    if rest and not clause and sight.quoted_share(rest) > 0.3:
        yield "quoted_without_clause", 1.0


def _of_the_place(sight: Sight, token: Any) -> Iterator[tuple[str, float]]:
    """Yield where a cue stands in the sentence and in the parse."""
    doc, mask = sight.doc, sight.quoted.mask
    yield f"tag_{token.tag_}", 1.0
    yield f"dep_{token.dep_}", 1.0
    depth, node = 0, token
    while node.head is not node and depth < 6:
        node, depth = node.head, depth + 1
    yield "depth", float(depth)
    if depth == 0:
        yield "root", 1.0
    yield "at", token.i / max(1, len(doc))
    if mask[token.idx]:
        yield "cue_quoted", 1.0
    around = doc[max(0, token.i - 4) : token.i + 6].text
    if any(mark in around for mark in '“”"') and not mask[token.idx]:
        yield "mark_near", 1.0
    if token.i + 1 < len(doc) and token.nbor().text in (":", ",", "that"):
        yield f"before_{token.nbor().text}", 1.0


def _content(token: Any, kinds: tuple[str, ...]) -> list[Any]:
    parts = [inner for child in token.children if child.dep_ in kinds for inner in child.subtree]
    return [inner for inner in parts if inner.pos_ != "PUNCT" and inner.i != token.i]


def _of_noun(sight: Sight, noun: Any) -> Iterator[Candidate]:
    whole = [token for token in noun.subtree if token.i > noun.i and token.pos_ != "PUNCT"]
    clause = _content(noun, ("acl", "ccomp", "relcl"))
    found = [(f"noun_{noun.lemma_.lower()}", 1.0), *_of_the_lengths(sight, whole, clause), *_of_the_place(sight, noun)]
    if noun.head.lemma_ == "be" and noun.dep_ in ("nsubj", "attr"):
        found.append(("noun_is", 1.0))
    for child in noun.children:
        if child.dep_ == "poss":
            yield _candidate(sight, child, noun, [*found, ("kind_noun_poss", 1.0)])
        elif child.dep_ == "prep" and child.lower_ in ("by", "of", "from", "among"):
            for inner in child.children:
                if inner.dep_ == "pobj":
                    yield _candidate(sight, inner, noun, [*found, (f"kind_noun_{child.lower_}", 1.0)])
    owner, _ = _owner(noun)
    if owner is not None and owner.dep_ != "poss":
        yield _candidate(sight, owner, noun, [*found, ("kind_noun_verb", 1.0)])
    if clause:
        yield Candidate(None, noun.text, dict([*found, ("kind_noun_bare", 1.0), ("who_nobody", 1.0)]))


def _of_adjective(sight: Sight, adjective: Any) -> Iterator[Candidate]:
    subject, how = subject_of(adjective.head if adjective.dep_ in ("acomp", "oprd") else adjective)
    if subject is None:
        return
    whole = [token for token in adjective.subtree if token.i > adjective.i and token.pos_ != "PUNCT"]
    found = [
        (f"adjective_{adjective.lemma_.lower()}", 1.0),
        ("kind_adjective", 1.0),
        (f"how_{how}", 1.0),
        *_of_the_lengths(sight, whole, _content(adjective, _CLAUSES)),
        *_of_the_place(sight, adjective),
    ]
    yield _candidate(sight, subject, adjective, found)


def _of_preposition(sight: Sight, token: Any, kind: str) -> Iterator[Candidate]:
    inner = [
        noun
        for child in (token, *token.children)
        if child is token or child.dep_ in ("prep", "aux", "mark")
        for noun in child.children
        if noun.dep_ == "pobj"
    ]
    for noun in inner[:1]:
        beside = {word.i for word in token.subtree}
        rest = [word for word in sight.doc if word.i not in beside and word.pos_ != "PUNCT"]
        found = [(f"kind_{kind}", 1.0), *_of_the_lengths(sight, rest, []), *_of_the_place(sight, token)]
        cue = "according to" if token.lower_ == "according" else token.text
        mention = mention_of(noun, sight.sentence)
        yield Candidate(mention, cue, dict([*found, *_of_the_source(sight, noun)]))


def _of_view(sight: Sight, token: Any) -> Iterator[Candidate]:
    """Yield who has the view in "in X's view", "in the words of X", "for X,"."""
    for noun in token.children:
        if noun.dep_ != "pobj":
            continue
        if noun.lemma_.lower() in words.VIEWS:
            owner = _owner(noun)[0] or next(
                (x for child in noun.children if child.lower_ == "of" for x in child.children if x.dep_ == "pobj"), None
            )
            if owner is not None:
                rest = [
                    word for word in sight.doc if word.i not in {w.i for w in token.subtree} and word.pos_ != "PUNCT"
                ]
                found = [("kind_according", 1.0), ("kind_view", 1.0), *_of_the_lengths(sight, rest, [])]
                yield _candidate(sight, owner, noun, found)
        elif token.head.lemma_.lower() in words.SEEMING and noun.pos_ in ("NOUN", "PROPN", "PRON"):
            rest = [word for word in token.head.subtree if word.i not in {w.i for w in token.subtree}]
            found = [("kind_according", 1.0), ("kind_seeming", 1.0), *_of_the_lengths(sight, rest, [])]
            yield _candidate(sight, noun, token.head, found)


def _candidate(sight: Sight, who: Any, cue: Any, features: list[tuple[str, float]]) -> Candidate:
    mention = mention_of(who, sight.sentence)
    found = dict([*features, *_of_the_source(sight, who)])
    if who.i > cue.i:
        found["after_cue"] = 1.0
    return Candidate(mention, _cue(cue), found)


def _of_the_source(sight: Sight, who: Any) -> Iterator[tuple[str, float]]:
    if who.tag_ in ("WP", "WDT"):
        who = antecedent_of(who) or who
    kind = {"PROPN": "name", "PRON": "pronoun"}.get(who.pos_, "noun")
    yield f"who_{kind}", 1.0
    lemma = who.lemma_.lower()
    if kind != "name":
        yield f"who_{who.lower_ if kind == 'pronoun' else lemma}", 1.0
    if kind == "noun" and lemma in words.DOCUMENTS:
        yield "who_document", 1.0
    if who.tag_ in ("NNS", "NNPS"):
        yield "who_plural", 1.0
    if sight.quoted.mask[who.idx]:
        yield "who_quoted", 1.0


def _cue(token: Any) -> str:
    particle = next((child.text for child in token.children if child.dep_ == "prt"), None)
    return token.text if particle is None else f"{token.text} {particle}"
