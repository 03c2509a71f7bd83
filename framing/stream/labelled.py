"""Sentences that are labelled a piece at a time, so that the first rows are there before the last are scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from framing.holders.held import Aliases, Held, holders_of, with_holders
from framing.holders.parts import parted
from framing.model.decisions.rule import Rule
from framing.predictions import Predictions
from framing.predictor import Predictor
from framing.records import Prediction, Sentence

PIECE = 512  # sentences: with an encoder some seconds of work


@dataclass
class Labelled:
    """Sentences and what a predictor is asked about them; iterating labels them, a piece at a time.

    Who conveys a sentence is found at first, in all of them: "he" and a quotation that goes on need the document.

    Parameters
    ----------
    predictor
        What labels them.
    sentences
        What is labelled; with ``split_quotes`` the quoted and the narrated part of each.
    targets, rule, holders, aliases, split_quotes, explain
        As of ``Predictor.predict``; a rule without ``adapt_priors``, which takes all sentences together.
    piece
        Sentences at once.

    Raises
    ------
    ModelError
        A sentence has a target, and the model knows no stance.
    """

    predictor: Predictor
    sentences: Sequence[Sentence]
    targets: Sequence[str] | None = None
    rule: Rule = field(default_factory=Rule)
    holders: bool = False
    aliases: Aliases | None = None
    split_quotes: bool = False
    explain: bool = False
    piece: int = field(default_factory=lambda: PIECE)

    def __post_init__(self) -> None:
        # Of all at first: it may be the last sentence that has a target.
        targeted = self.sentences if self.targets else [sentence for sentence in self.sentences if sentence.target]
        self.predictor.classifier.check_stance(targeted)
        self.held: Sequence[Held] = ()
        if self.holders or self.split_quotes:
            self.held = holders_of(self.sentences, self.aliases)
        if self.split_quotes:
            self.sentences, self.held = parted(self.sentences, self.held)

    def __iter__(self) -> Iterator[Predictions]:
        for first in range(0, max(1, len(self.sentences)), self.piece):
            here = slice(first, first + self.piece)
            found = self.predictor.predict(
                self.sentences[here], targets=self.targets, explain=self.explain, **vars(self.rule)
            )
            if self.held:
                found[:] = with_holders(found, self.held[here])
            yield found

    def stand_ins(self) -> Iterator[Prediction]:
        """Give predictions with the fields that those of the sentences will have, one for each set of fields."""
        seen = set()
        frames = dict.fromkeys(self.predictor.labels, 0.0)
        tasks, book = self.predictor.classifier.tasks, self.predictor.codebook
        sides = dict.fromkeys(book.stance_names, 0.0) if "stance" in tasks else None
        for number, sentence in enumerate(self.sentences):
            held = self.held[number] if self.held else None
            shape = (_fields_of(sentence), None if held is None else _fields_of(held))
            if shape in seen:
                continue
            seen.add(shape)
            asked = bool(self.targets) or bool(sentence.target)
            found = Prediction(
                sentence if not self.targets else sentence.with_target(self.targets[0]),
                proba=frames,
                stance_proba=sides if asked else None,
                highlights={} if self.explain else None,
            )
            yield with_holders([found], [held])[0] if held is not None else found


def _fields_of(record: Any) -> tuple[str, ...]:
    """Return the fields of a record that say something, and a user's own columns."""
    values: Mapping[str, Any] = vars(record)
    own = tuple(values.get("extra", ()))
    return (*(name for name, value in values.items() if name != "extra" and value not in ("", None)), *own)
