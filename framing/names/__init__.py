"""Names in a sentence with their kinds, and the sentence with others in their place."""

from framing.names.finder import FINDERS, KINDS, OTHER, Name, find_names, usual_finder
from framing.names.replace import KEEP, MODES, READ_AS, SWAP, Entities, Swap, SwappedNames, swaps_of

__all__ = [
    "FINDERS",
    "KEEP",
    "KINDS",
    "MODES",
    "OTHER",
    "READ_AS",
    "SWAP",
    "Entities",
    "Name",
    "Swap",
    "SwappedNames",
    "find_names",
    "swaps_of",
    "usual_finder",
]
