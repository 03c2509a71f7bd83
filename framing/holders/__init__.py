"""Who says, thinks or fears what a sentence conveys."""

from framing.holders.attribution import Attribution
from framing.holders.finder import HolderFinder

__all__ = ["Attribution", "HolderFinder"]
