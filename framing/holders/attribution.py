"""Whose the content of a sentence is, and what a reader of sentences hands to the decision about that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attribution:
    """Whose content a sentence conveys.

    Parameters
    ----------
    proba
        Probability that the sentence mainly conveys what somebody other than its author says, thinks or fears.
    holder
        Who that is, a pronoun or a title resolved within the document ("he" becomes "Steve Witkoff"); ``None`` where
        the author speaks, or somebody who is named nowhere.
    span
        Characters of the sentence that name the holder, ``text[start:end]``; ``None`` where it names nobody, as in a
        quotation that goes on.
    cue
        The attributing words as they stand: ``"said"``, ``"according to"``, ``"fear"``.
    attributed
        Whether the sentence is somebody's other than its author's, though nobody may be named.

    Examples
    --------
    >>> Attribution(0.9, "Steve Witkoff", (0, 2), "said").holder
    'Steve Witkoff'
    """

    proba: float
    holder: str | None = None
    span: tuple[int, int] | None = None
    cue: str | None = None
    attributed: bool = False


@dataclass(frozen=True)
class Mention:
    """Words of a sentence that may name a holder.

    Parameters
    ----------
    sentence
        Number of the sentence in what is read together.
    start, end
        Its characters there.
    head
        Character at which its head word begins.
    text
        The words, without what describes them ("Steve Witkoff").
    kind
        ``"name"``, ``"pronoun"``, ``"noun"`` or ``"none"``.
    number
        ``"s"`` or ``"p"``; ``"?"`` where the words do not tell.
    """

    sentence: int
    start: int
    end: int
    head: int
    text: str
    kind: str
    number: str = "?"


@dataclass(frozen=True)
class Candidate:
    """Somebody to whom a sentence may attribute its content, and what speaks for that.

    Parameters
    ----------
    mention
        Who; ``None`` where the words attribute it to nobody who is named ("is expected to").
    cue
        The attributing words, if any.
    features
        What the decision reads.
    """

    mention: Mention | None
    cue: str | None
    features: Mapping[str, float]


@dataclass(frozen=True)
class Named:
    """Somebody who is named, or meant by a pronoun, in a sentence.

    Parameters
    ----------
    mention
        The name or pronoun.
    titles
        Words beside it that say who that is, in lower case: ``"envoy"``, ``"mr"``.
    is_subject
        Whether it is the subject of a clause outside quotations.
    """

    mention: Mention
    titles: tuple[str, ...] = ()
    is_subject: bool = False


@dataclass(frozen=True)
class Reading:
    """What a reader saw in one sentence.

    Parameters
    ----------
    candidates
        Who may be its holder.
    features
        What the decision reads of the sentence itself.
    named
        Who is named in it.
    """

    candidates: tuple[Candidate, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    named: tuple[Named, ...] = ()
