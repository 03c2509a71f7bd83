"""A parsed sentence, and what is read of a word in it that may attribute content to somebody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from framing.holders import words
from framing.holders.attribution import Candidate
from framing.holders.mentions import antecedent_of, is_abstract, mention_of
from framing.holders.quotes import Quoted


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

    @cached_property
    def tokens(self) -> tuple[Any, ...]:
        """The words and marks, in order."""
        return tuple(self.doc)

    @cached_property
    def _letters(self) -> int:
        return max(1, sum(map(len, self.tokens)))

    @cached_property
    def _in_marks(self) -> frozenset[int]:
        if not any(self.quoted.mask):
            return frozenset()
        return frozenset(token.i for token in self.tokens if self.quoted.mask[token.idx])

    @cached_property
    def _marks(self) -> tuple[int, ...]:
        return tuple(token.i for token in self.tokens if any(mark in token.text for mark in '“”"'))

    def is_quoted(self, token: Any) -> bool:
        """Say whether a word stands in quotation marks."""
        return token.i in self._in_marks

    def length(self, tokens: Iterable[Any]) -> float:
        """Return the share of the sentence's letters that some tokens have."""
        return sum(map(len, tokens)) / self._letters

    def quoted_share(self, tokens: Sequence[Any]) -> float:
        """Return the share of some tokens' letters in quotation marks."""
        if not self._in_marks or not tokens:
            return 0.0
        return sum(len(token) for token in tokens if token.i in self._in_marks) / sum(map(len, tokens))

    def without(self, *phrases: Any) -> list[Any]:
        """Return the words that stand outside some phrases, each given by its head."""
        beside = {word.i for phrase in phrases for word in phrase.subtree}
        return [word for word in self.tokens if word.i not in beside and word.pos_ != "PUNCT"]

    def lengths(self, rest: Sequence[Any], clause: Sequence[Any]) -> Iterator[tuple[str, float]]:
        """Yield how much of the sentence the words of a cue are, and of them those of a clause."""
        content, inner = self.length(rest), self.length(clause)
        yield "content", content
        yield "clause", inner
        for edge in (0.4, 0.5, 0.6):
            if content >= edge:
                yield f"content_{edge}", 1.0
            if inner >= edge:
                yield f"clause_{edge}", 1.0
        share = self.quoted_share(rest)
        yield "content_quoted", share
        if not clause and share > 0.3:
            yield "quoted_without_clause", 1.0

    def place(self, token: Any) -> Iterator[tuple[str, float]]:
        """Yield where a cue stands in the sentence and in the parse."""
        yield f"tag_{token.tag_}", 1.0
        yield f"dep_{token.dep_}", 1.0
        depth, node = 0, token
        while depth < 6 and node.head.i != node.i:
            node, depth = node.head, depth + 1
        yield "depth", float(depth)
        if depth == 0:
            yield "root", 1.0
        at = token.i
        yield "at", at / max(1, len(self.tokens))
        if token.i in self._in_marks:
            yield "cue_quoted", 1.0
        elif any(at - 4 <= mark < at + 6 for mark in self._marks):
            yield "mark_near", 1.0
        after = self.tokens[at + 1].text if at + 1 < len(self.tokens) else ""
        if after in (":", ",", "that"):
            yield f"before_{after}", 1.0

    def candidate(self, who: Any, cue: Any, features: Iterable[tuple[str, float]]) -> Candidate:
        """Return somebody to whom a cue attributes content."""
        found = dict([*features, *self._of_the_source(who)])
        if who.i > cue.i:
            found["after_cue"] = 1.0
        return Candidate(mention_of(who, self.sentence), cue_of(cue), found)

    def _of_the_source(self, who: Any) -> Iterator[tuple[str, float]]:
        if who.tag_ in ("WP", "WDT"):
            who = antecedent_of(who) or who
        kind = {"PROPN": "name", "PRON": "pronoun"}.get(who.pos_, "noun")
        yield f"who_{kind}", 1.0
        lemma = who.lemma_.lower()
        if kind != "name":
            yield f"who_{who.lower_ if kind == 'pronoun' else lemma}", 1.0
        if kind == "noun" and lemma in words.DOCUMENTS:
            yield "who_document", 1.0
        if kind == "noun" and is_abstract(lemma):
            yield "who_abstract", 1.0
        if who.tag_ in ("NNS", "NNPS"):
            yield "who_plural", 1.0
        if who.i in self._in_marks:
            yield "who_quoted", 1.0


def content_of(token: Any, kinds: Sequence[str]) -> list[Any]:
    """Return the words of a token's clauses of some kinds."""
    parts = [inner for child in token.children if child.dep_ in kinds for inner in child.subtree]
    return [inner for inner in parts if inner.pos_ != "PUNCT" and inner.i != token.i]


def cue_of(token: Any) -> str:
    """Return an attributing word as it stands, with its particle."""
    particle = next((child.text for child in token.children if child.dep_ == "prt"), None)
    return token.text if particle is None else f"{token.text} {particle}"
