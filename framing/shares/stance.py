"""Stances measured as frames are: a row a sentence and target, a label a side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from framing.errors import InputError
from framing.records import Prediction, Sentence


def stances_predicted(predictions: Sequence[Prediction]) -> list[Prediction]:
    """Return predictions of the stance as if its classes were frames; those without one are left out.

    Raises
    ------
    InputError
        No prediction has a stance.

    Examples
    --------
    >>> sides = {"favor": 0.8, "against": 0.2}
    >>> says = Prediction(Sentence("It pays.", target="the pact"), stance="favor", stance_proba=sides)
    >>> one, = stances_predicted([says])
    >>> one.frames, one.proba["favor"], one.sentence.text
    (('favor',), 0.8, 'It pays. [the pact]')
    """
    found = []
    for p in predictions:
        if p.stance_proba:
            frames, left_open = ((p.stance,), ()) if p.stance else ((), tuple(p.stance_proba))
            found.append(Prediction(_toward(p.sentence), dict(p.stance_proba), frames, left_open))
    if not found:
        raise InputError("predictions: no stance in them; predict with --target")
    return found


def stances_coded(coded: Sequence[Sentence]) -> list[Sentence]:
    """Return coded stances as if they were frames; rows without one are left out.

    Examples
    --------
    >>> stances_coded([Sentence("It pays.", target="the pact", stance="favor"), Sentence("It rains.")])[0].frames
    ('favor',)
    """
    return [replace(_toward(s), frames=(s.stance,), coded=None) for s in coded if s.stance]


def _toward(sentence: Sentence) -> Sentence:
    """Return a sentence that is another one for each target."""
    return replace(sentence, text=f"{sentence.text} [{sentence.target}]")
