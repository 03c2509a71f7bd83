"""Encoders: from a list of texts to one vector each."""

from typing import TYPE_CHECKING, Any

from framing.model.encoders.multilingual import MultilingualEncoder
from framing.model.encoders.sentence import SentenceEncoder
from framing.model.encoders.tuning import EncoderTuner

if TYPE_CHECKING:
    from framing.model.encoders.words import WordVectorizer

__all__ = ["EncoderTuner", "MultilingualEncoder", "SentenceEncoder", "WordVectorizer"]


def __getattr__(name: str) -> Any:
    """Import at first use what needs scikit-learn, which takes a second."""
    if name == "WordVectorizer":
        from framing.model.encoders.words import WordVectorizer

        return WordVectorizer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
