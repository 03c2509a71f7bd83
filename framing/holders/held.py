"""Whose each sentence is, under one name over documents: found, resolved, and put into predictions."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from framing.errors import FramingWarning
from framing.holders.aliases import Aliases, aliases_of
from framing.holders.finder import HolderFinder
from framing.holders.forms import key_of
from framing.holders.names import AUTHOR, UNNAMED, acronyms_in, names_by_key, unified
from framing.records import Prediction, Sentence

_UNPARSED = (
    "holders: without a parser only quotation marks and reporting verbs are seen, and many holders are missed; "
    "pip install 'framing-classifier[holders]' brings more"
)
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Held:
    """Whose a sentence is.

    Parameters
    ----------
    holder
        Their name, the same over documents; "unnamed" where nothing tells who that is ("they say", "is reported to");
        the sentence's source, or "author", where it is nobody else's.
    proba
        Probability that the sentence is the content of somebody other than its author; ``None`` where that was not
        asked.
    span
        Characters of the sentence that name the holder.
    cue
        The attributing words.
    """

    holder: str
    proba: float | None = None
    span: tuple[int, int] | None = None
    cue: str | None = None


def holders_of(
    sentences: Sequence[Sentence], aliases: Aliases | None = None, finder: HolderFinder | None = None
) -> list[Held]:
    """Return whose each sentence is.

    Parameters
    ----------
    sentences
        Those of a document in its order give each other context.
    aliases
        A user's names: a YAML file, or a mapping of names to their variants.
    finder
        What finds them; by default the one that ships, loaded once.

    Raises
    ------
    InputError
        The aliases cannot be used.

    Warns
    -----
    FramingWarning
        No parser is installed.
    """
    chosen = aliases_of(aliases)
    finder = finder or _finder()
    if not finder.parsed:
        warnings.warn(_UNPARSED, FramingWarning, stacklevel=3)
    with _ONE_AT_A_TIME:  # a parser is not made for several threads
        found = finder.find(sentences)
    names = _under_one_name(sentences, [one.holder for one in found], chosen)
    return [
        Held(UNNAMED if one.attributed and one.holder is None else name, one.proba, one.span, one.cue)
        for name, one in zip(names, found, strict=True)
    ]


def _under_one_name(
    sentences: Sequence[Sentence], mentions: Sequence[str | None], aliases: Mapping[str, str]
) -> list[str]:
    """Return the one name of each mention; without one, the outlet's."""
    homes = documents_of(sentences)
    acronyms: dict[str, dict[str, str]] = {}
    for home, sentence in zip(homes, sentences, strict=True):
        if "(" in sentence.text:
            acronyms.setdefault(home, {}).update(acronyms_in(sentence.text))
    # An outlet that another one cites goes by the name that its own sentences have.
    outlets = {sentence.source: sentence.source for sentence in sentences if sentence.source}
    chosen = names_by_key(outlets) | names_by_key(aliases)
    at = [number for number, mention in enumerate(mentions) if mention]
    names = unified([mention for mention in mentions if mention], [homes[number] for number in at], chosen, acronyms)
    by_number = dict(zip(at, names, strict=True))
    own = [outlet(sentence) for sentence in sentences]
    return [by_number.get(number) or chosen.get(key_of(name), name) for number, name in enumerate(own)]


def with_holders(predictions: Sequence[Prediction], held: Sequence[Held]) -> list[Prediction]:
    """Return predictions with their holders; where several targets were asked about, one holder for all of them.

    Parameters
    ----------
    predictions
        Sentence by sentence, each as often as there are targets.
    held
        Whose each sentence is.
    """
    each = len(predictions) // max(1, len(held))
    of_each = [one for one in held for _ in range(each)]
    return [
        replace(prediction, holder=one.holder, holder_proba=one.proba, holder_span=one.span, cue=one.cue)
        for prediction, one in zip(predictions, of_each, strict=True)
    ]


def outlet(sentence: Sentence) -> str:
    """Return whose a sentence is that is attributed to nobody.

    Examples
    --------
    >>> outlet(Sentence("It rained.", source="The Globe")), outlet(Sentence("It rained."))
    ('The Globe', 'author')
    """
    return sentence.source or AUTHOR


def documents_of(sentences: Sequence[Sentence]) -> list[str]:
    r"""Return the document of each sentence; one by itself is a document of its own, whose name is its number.

    Sentences without the name of a document are of one where they have a place in it.

    Examples
    --------
    >>> documents_of([Sentence("One.", start=0, end=4), Sentence("Two."), Sentence("Three.", doc_id="a")])
    ['(the document)', '\x001', 'a']
    """
    return [
        sentence.doc_id or ("(the document)" if sentence.start is not None or sentence.position else f"\0{number}")
        for number, sentence in enumerate(sentences)
    ]


@lru_cache(maxsize=1)
def _finder() -> HolderFinder:
    return HolderFinder.load()
