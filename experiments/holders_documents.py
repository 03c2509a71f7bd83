"""Articles and sentences whose holders are known, as ``holders.py`` learns from them and scores on them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from framing import Sentence
from framing.holders import plain
from framing.holders.attribution import Mention, Reading
from framing.holders.finder import passages
from framing.holders.mentions import mention_of
from framing.holders.reader import readings
from framing.text.pipeline import parses
from framing.text.segment import segment

AUTHORS = ("author", "speaker", "")


@dataclass(frozen=True)
class Truth:
    """What is known of a sentence: whether it is attributed, and the head of its source."""

    attributed: bool
    mainly: bool = False  # the narrower sense: content covers half of all characters
    named: bool = False  # an annotator marked a source
    place: tuple[int, int] | None = None  # sentence and character of its head word
    head: str = ""  # the head word, in lower case
    pronoun: bool = False
    cue: str = ""
    holder: tuple[str, ...] = ()  # a coder's words


@dataclass(frozen=True)
class Document:
    """Sentences that were read together, by each reader, and what is known of them."""

    name: str
    kind: str
    texts: tuple[str, ...]
    truths: tuple[Truth | None, ...]  # None: context only
    seen: dict[str, list[Reading]]


def polnear(path: Path) -> Iterator[Document]:
    """Read and parse the articles of PolNeAR."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sentences = segment(row["text"], row["doc_id"])
        (passage,) = passages(sentences)
        docs = list(parses(passage.texts))
        truths = tuple(_truths(row, sentences, docs))
        seen = {"parsed": readings(docs, passage.starts), "plain": plain.readings(passage.texts, passage.starts)}
        yield Document(row["doc_id"], "polnear", passage.texts, truths, seen)


def _truths(row: dict[str, Any], sentences: Sequence[Sentence], docs: Sequence[Any]) -> Iterator[Truth]:
    covered = np.zeros(len(row["text"]) + 1, bool)
    for attribution in row["attributions"]:
        for start, end in attribution["content"]:
            covered[start:end] = True
    heads = [_head(attribution["source"], sentences, docs) for attribution in row["attributions"]]
    for sentence in sentences:
        shared = [
            sum(max(0, min(end, sentence.end) - max(start, sentence.start)) for start, end in attribution["content"])
            for attribution in row["attributions"]
        ]
        main = int(np.argmax(shared)) if shared else 0
        if not shared or shared[main] == 0:
            yield Truth(False)
            continue
        attribution = row["attributions"][main]
        mainly = bool(covered[sentence.start : sentence.end].mean() >= 0.5)
        rest = np.ones(len(covered), bool)
        for start, end in [*attribution["source"], *attribution["cue"]]:
            rest[start:end] = False
        rest = rest[sentence.start : sentence.end]
        apart = covered[sentence.start : sentence.end][rest]
        if not mainly and (not len(apart) or apart.mean() < 0.5):
            yield Truth(False)
            continue
        cue = " ".join(row["text"][start:end] for start, end in attribution["cue"]).lower()
        found = heads[main]
        place, head, pronoun = found if found is not None else (None, "", False)
        yield Truth(True, mainly, bool(attribution["source"]), place, head, pronoun, cue)


def _head(source: Any, sentences: Sequence[Sentence], docs: Sequence[Any]) -> tuple[tuple[int, int], str, bool] | None:
    """Return place and word of a source's head, by the parse: the word whose own head stands outside."""
    if not source:
        return None
    first, last = source[0][0], source[-1][1]
    for number, (sentence, doc) in enumerate(zip(sentences, docs, strict=True)):
        if sentence.start <= first < sentence.end:
            inside = [token for token in doc if first <= token.idx + sentence.start < last and token.pos_ != "PUNCT"]
            numbers = {token.i for token in inside}
            for token in inside:
                if token.head.i not in numbers or token.head is token:
                    mention = mention_of(token, number)
                    return (number, mention.head), token.lower_, mention.kind == "pronoun"
    return None


def coded(path: Path, limit: int | None = None) -> Iterator[Document]:
    """Read and parse coded sentences, each with the sentence before."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if not row["source"].startswith("networkdynamics/")]
    rows.sort(key=lambda row: hashlib.sha1(row["id"].encode()).hexdigest())
    for row in rows[:limit]:
        (passage,) = passages([Sentence(row["text"], previous=row["previous"])])
        docs = list(parses(passage.texts))
        holders = [one.get("holder") or "author" for one in row["coders"]]
        settled = row["holder"] or "author"
        truths: list[Truth | None] = [None] * len(docs)
        other = not is_author(settled)
        truths[-1] = Truth(other, other, True, None, "", False, "|".join(holders), words_of(settled))
        seen = {"parsed": readings(docs, passage.starts), "plain": plain.readings(passage.texts, passage.starts)}
        name = f"{row['source']} {row['doc_id']}"
        yield Document(name, "coded", passage.texts, tuple(truths), seen)


def ours(path: Path) -> Iterator[Document]:
    """Read and parse sentences of our own that train, each by itself."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sentence = Sentence(row["text"], start=0, end=len(row["text"]))
        (passage,) = passages([sentence])
        docs = list(parses(passage.texts))
        found = None
        if row["mention"]:
            found = _head([(row["start"], row["start"] + len(row["mention"]))], [sentence], docs)
        place, head, pronoun = found if found is not None else (None, "", False)
        other = row["holder"] != "author"
        seen = {"parsed": readings(docs, passage.starts), "plain": plain.readings(passage.texts, passage.starts)}
        yield Document(row["id"], "own", passage.texts, (Truth(other, other, other, place, head, pronoun),), seen)


def is_author(holder: str) -> bool:
    return holder.lower() in AUTHORS or holder.lower().endswith("speaker")


def words_of(holder: str) -> tuple[str, ...]:
    return tuple(word.strip(".,").removesuffix("'s").removesuffix("’s") for word in holder.lower().split())


def is_right(mention: Mention | str | None, truth: Truth, texts: Sequence[str]) -> bool:
    """Say whether a mention is the source: the same head word, at its place or as the same name.

    Of a coder's words, the last word of a resolved holder must be among them.
    """
    if mention is None:
        return not truth.named
    if isinstance(mention, str):
        return words_of(mention)[-1] in truth.holder
    words = texts[mention.sentence][mention.head : mention.end].split()
    head = words[0].lower().rstrip(".,'’") if words else ""
    if truth.holder:
        return head in truth.holder
    if truth.place == (mention.sentence, mention.head):
        return True
    return not truth.pronoun and mention.kind != "pronoun" and bool(head) and head == truth.head.rstrip(".,'’")
