"""Candidates of a parsed sentence: each verb, noun, adjective or preposition that may attribute content to somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from framing.holders import words
from framing.holders.attribution import Candidate
from framing.holders.mentions import antecedent_of
from framing.holders.phrases import of_noun, of_preposition, of_view, owner_of
from framing.holders.sight import Sight, content_of, cue_of
from framing.text import english

_SUBJECTS = ("nsubj", "nsubjpass", "csubj")
_CLAUSES = ("ccomp", "xcomp", "pcomp")
# What follows a passive that says what somebody says of its subject: "described as", "judged to be", "called".
_TOLD = ("as", "oprd", "xcomp", "ccomp", "quote")


def candidates(sight: Sight) -> Iterator[Candidate]:
    """Yield what may attribute a sentence's content, in the order of its words."""
    for token in sight.tokens:
        pos = token.pos_
        if pos in ("VERB", "AUX"):
            yield from _of_verb(sight, token)
        elif pos == "NOUN" and token.lemma_.lower() in words.NOUNS:
            yield from of_noun(sight, token)
        elif pos == "ADJ" and token.lemma_.lower() in words.ADJECTIVES:
            yield from _of_adjective(sight, token)
        lower = token.lower_
        if lower == "according" or (lower == "per" and token.i == 0):
            yield from of_preposition(sight, token)
        elif lower in ("in", "to", "for", "by", "on") and token.dep_ == "prep":
            yield from of_view(sight, token)


def _of_verb(sight: Sight, verb: Any) -> Iterator[Candidate]:
    if verb.dep_ in ("aux", "auxpass") or (verb.lemma_ == "be" and not any(c.dep_ == "ccomp" for c in verb.children)):
        return
    subject, how = subject_of(verb)
    children = {child.dep_ for child in verb.children}
    passive = bool(children & {"nsubjpass", "auxpass"})
    found = list(_features_of_verb(sight, verb, passive))
    by, agent = _agent(verb)
    if agent is not None:
        yield sight.candidate(agent, verb, [*found, *_features_of_agent(sight, verb, by)])
    elif passive and verb.lemma_.lower() in words.VERBS:
        yield Candidate(None, cue_of(verb), dict([*found, ("kind_passive", 1.0), ("who_nobody", 1.0)]))
    if subject is not None and verb.dep_ == "advcl" and verb.lemma_ in words.SEEING and _is_after_as(verb):
        rest = sight.without(verb)  # "as the pilots see it, the strait is too shallow"
        yield sight.candidate(subject, verb, [("kind_according", 1.0), ("kind_view", 1.0), *sight.lengths(rest, [])])
    elif subject is not None:
        yield sight.candidate(subject, verb, [*found, (f"how_{how}", 1.0), ("kind_verb", 1.0)])
    elif verb.lemma_.lower() in words.SURE and not passive:
        yield Candidate(None, cue_of(verb), dict([*found, ("kind_bare", 1.0), ("who_nobody", 1.0)]))


def _is_after_as(verb: Any) -> bool:
    return any(child.dep_ == "mark" and child.lower_ == "as" for child in verb.children)


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
            return (node.head, "noun") if node.tag_ != "VB" else owner_of(node.head)
        if node.dep_ not in ("conj", "xcomp", "advcl", "pcomp", "prep", "acl", "ccomp", "aux") or node.head is node:
            return None, ""
        if node.dep_ == "ccomp" and node.tag_ not in ("VBG", "VB"):
            return None, ""
        how = node.dep_ if how == "own" else how
        node = node.head
    return None, ""


def _agent(verb: Any) -> tuple[Any, Any]:
    for child in verb.children:
        if child.dep_ == "agent" or (child.dep_ == "prep" and child.lower_ == "by"):
            for inner in child.children:
                if inner.dep_ == "pobj" and inner.lower_ not in english.QUANTITIES:
                    return child, inner
    return None, None


def _features_of_agent(sight: Sight, verb: Any, by: Any) -> Iterator[tuple[str, float]]:
    """Yield what is told of an agent; what it says is its subject, too ("the deal was called a trap by officials")."""
    yield "kind_agent", 1.0
    beside = {word.i for word in by.subtree}
    told = [word for word in verb.subtree if word.i not in beside and word.i != verb.i and word.pos_ != "PUNCT"]
    yield from sight.lengths(told, [])
    ways = {child.lower_ if child.dep_ == "prep" else child.dep_ for child in (*verb.children, *by.children)}
    # The parser hangs a quotation or the name that something is called by on the agent.
    ways |= {"quote"} if sight.quoted_share(told) > 0.2 or sight.quoted_share(list(by.subtree)) > 0.2 else set()
    says = verb.lemma_.lower() in words.VERBS
    for way in _TOLD:
        if way in ways:
            yield f"agent_{way}_{'says' if says else 'does'}", 1.0
    if says:
        yield "agent_says", 1.0


def _features_of_verb(sight: Sight, verb: Any, passive: bool) -> Iterator[tuple[str, float]]:
    lemma = verb.lemma_.lower()
    clause = content_of(verb, _CLAUSES)
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
    yield from sight.lengths(rest, clause)
    yield from sight.place(verb)
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


def _of_adjective(sight: Sight, adjective: Any) -> Iterator[Candidate]:
    subject, how = subject_of(adjective.head if adjective.dep_ in ("acomp", "oprd") else adjective)
    if subject is None:
        return
    whole = [token for token in adjective.subtree if token.i > adjective.i and token.pos_ != "PUNCT"]
    found = [
        (f"adjective_{adjective.lemma_.lower()}", 1.0),
        ("kind_adjective", 1.0),
        (f"how_{how}", 1.0),
        *sight.lengths(whole, content_of(adjective, _CLAUSES)),
        *sight.place(adjective),
    ]
    yield sight.candidate(subject, adjective, found)
