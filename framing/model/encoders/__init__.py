"""Encoders: from a list of texts to one vector each."""

from framing.model.encoders.multilingual import MultilingualEncoder
from framing.model.encoders.sentence import SentenceEncoder
from framing.model.encoders.tuning import EncoderTuner
from framing.model.encoders.words import WordVectorizer

__all__ = ["EncoderTuner", "MultilingualEncoder", "SentenceEncoder", "WordVectorizer"]
