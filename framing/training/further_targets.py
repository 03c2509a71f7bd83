"""Further stance rows, made of coded ones, teach a stance to see its target.

In news most sentences have one target, and their tone gives its stance away: a model can do without the target, and
does. Rows that say otherwise of the same sentence make it look: another name of the target (same stance), its opposite
(favor and against swapped), and the target of a sentence about something else (neutral).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from framing.arrays import Codes, Rows
from framing.corpus.readers import Source, format_of, read_rows
from framing.corpus.splits import target_key
from framing.errors import InputError
from framing.model.decisions.decoders import NEUTRAL
from framing.records import Sentence
from framing.text.english import FUNCTION_WORDS

OPPOSITES = {"favor": "against", "against": "favor", NEUTRAL: NEUTRAL}
_DRAWS = 20  # targets that are looked at until one has no word of the sentence


@dataclass(frozen=True)
class OtherNames:
    """Other phrases for one target.

    Parameters
    ----------
    same
        Names of the same thing: who favors the target favors them.
    opposite
        What undoes or hinders it: who favors the target is against them.
    """

    same: tuple[str, ...] = ()
    opposite: tuple[str, ...] = ()


@dataclass(frozen=True)
class FurtherTargets:
    """Makes further rows of coded stances, for what is learned; never for what is scored.

    Parameters
    ----------
    labels
        The stance classes, the columns of the codes.
    names
        Other names by target, lower-case. Of each row one name of the same thing and one opposite are drawn.
    off_target
        For this share of the rows, in [0, 1], a row with the target of another one, with which the sentence has no word
        in common: neutral.
    seed
        Of the draws.

    Examples
    --------
    >>> rows = [Sentence("Tariffs hurt farmers.", target="tariffs", stance="against")]
    >>> further = FurtherTargets(("against", "favor"), {"tariffs": OtherNames(opposite=("free trade",))})
    >>> sentences, Y, origin = further(rows, np.array([[1.0, 0.0]]))
    >>> [(s.target, s.stance) for s in sentences], Y.tolist(), origin.tolist()
    ([('tariffs', 'against'), ('free trade', 'favor')], [[1.0, 0.0], [0.0, 1.0]], [0, 0])
    """

    labels: Sequence[str]
    names: Mapping[str, OtherNames]
    off_target: float = 0.0
    seed: int = 0

    def __call__(self, sentences: Sequence[Sentence], Y: Codes) -> tuple[list[Sentence], Codes, Rows]:
        """Return the rows and those made of them, their codes, and the number of the row that each was made of."""
        rng = np.random.default_rng(self.seed)
        pool = sorted({sentence.target for sentence in sentences if sentence.target})
        made: list[Sentence] = []
        origin = list(range(len(sentences)))
        for number, sentence in enumerate(sentences):
            other = self.names.get(target_key(sentence.target), OtherNames())
            stance = sentence.stance or ""
            for phrases, code in ((other.same, stance), (other.opposite, OPPOSITES.get(stance))):
                if phrases and code in self.labels:
                    made.append(replace(sentence, target=phrases[rng.integers(len(phrases))], stance=code))
            if NEUTRAL in self.labels and rng.random() < self.off_target:
                drawn = [pool[i] for i in rng.integers(len(pool), size=_DRAWS)]
                known = _content_words(f"{sentence.text} {sentence.headline} {sentence.previous} {sentence.target}")
                words = ((target, _content_words(target)) for target in drawn)
                if off := next((target for target, own in words if own and not own & known), None):
                    made.append(replace(sentence, target=off, stance=NEUTRAL))
            origin += [number] * (len(sentences) + len(made) - len(origin))
        codes = np.array([[float(s.stance == label) for label in self.labels] for s in made])
        return [*sentences, *made], np.vstack([Y, codes.reshape(-1, len(self.labels))]), np.array(origin)


def read_names(file: str | Path) -> dict[str, OtherNames]:
    """Read other names of targets: a table with the columns ``target``, ``same`` and ``opposite``.

    The last two are lists, or text with ``;`` between the phrases.

    Raises
    ------
    InputError
        The file cannot be read, has no such columns, or something in it is no text.
    """
    path = Path(file)
    found: dict[str, OtherNames] = {}
    for place, row in read_rows(Source.from_file(path), format_of(path)):
        target = row.get("target")
        if not isinstance(target, str) or not target.strip():
            raise InputError(f"{place}: target is {target!r}; expected the name of a target")
        found[target_key(target)] = OtherNames(*(_phrases(place, name, row.get(name)) for name in ("same", "opposite")))
    return found


def _phrases(place: str, name: str, value: object) -> tuple[str, ...]:
    phrases = value.split(";") if isinstance(value, str) else value or []
    if not isinstance(phrases, list) or not all(isinstance(phrase, str) for phrase in phrases):
        raise InputError(f"{place}: {name} is {value!r}; expected a list of phrases")
    return tuple(phrase.strip() for phrase in phrases if phrase.strip())


def _content_words(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", text.casefold())) - FUNCTION_WORDS
