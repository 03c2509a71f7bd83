"""The codebook: which labels there are and what they mean."""

from framing.codebook.codebook import Codebook
from framing.codebook.labels import Label

__all__ = ["Codebook", "Label"]
