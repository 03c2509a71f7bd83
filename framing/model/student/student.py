"""A student of a model's frames: its network, and what is known of where it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from framing.model.decisions.decoders import Decoder
from framing.model.student.certainty import LIKELIEST, Agreement, Certainty
from framing.model.student.network import StudentNetwork

# Macro-F1 that a cascade may lose, as the model's own probabilities of documents the student had not seen let expect.
LOSS = 0.004
_RULES = 16  # so many are remembered


@dataclass(frozen=True)
class Student:
    """What was distilled from a model.

    Parameters
    ----------
    network
        From texts to probabilities of the model's frames.
    agreement
        How it agreed with the model on documents that it had not seen.
    loss
        Macro-F1 that a cascade may lose, as expected by the model's probabilities, in (0, 1).
    told
        What people are told of it: how many sentences and documents it was distilled on, their digest.
    """

    network: StudentNetwork
    agreement: Agreement
    loss: float = LOSS
    told: Mapping[str, Any] = field(default_factory=dict)
    _found: dict[tuple[float, ...], Certainty] = field(default_factory=dict, repr=False, compare=False)

    def certainty(self, decoder: Decoder, thresholds: Mapping[str, float]) -> Certainty:
        """Return where it may decide, and what it is worth, where the model decides by these thresholds."""
        of_labels = [LIKELIEST if decoder.exclusive else thresholds[label] for label in decoder.labels]
        key = tuple(of_labels)
        found = self._found.get(key)
        if found is None:
            found = self.agreement.certainty(of_labels, self.loss)
            if len(self._found) >= _RULES:
                self._found.clear()
            self._found[key] = found
        return found
