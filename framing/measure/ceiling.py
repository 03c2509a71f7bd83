"""The coders' ceiling: what one coder scores against another, beside which a model's score is to be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from framing.measure.coders import coder_column
from framing.measure.matching import Unit, match_units, normalised
from framing.records import Sentence

# A column of lists: of each coder, a mapping with ``coder`` and what was coded.
CODERS = "coders"
_Codes = dict[str, bool]  # of the labels that a coder looked at, whether it is there
# Fewer rows that two coders share say nothing.
_ENOUGH = 20


@dataclass(frozen=True)
class Ceiling:
    """How far coders agree, in the score that models are given.

    Parameters
    ----------
    coders
        Their names.
    n
        Rows that at least two of them coded.
    f1
        By label, the F1 of one coder against another, over all pairs; labels that no coder gave are left out.
    """

    coders: tuple[str, ...]
    n: int
    f1: dict[str, float]

    @property
    def macro_f1(self) -> float:
        """Mean over the labels; nan where there is none."""
        return sum(self.f1.values()) / len(self.f1) if self.f1 else float("nan")


def coders_ceiling(sentences: Sequence[Sentence], labels: Sequence[str], field: str) -> Ceiling | None:
    """Return what one coder scores against another, where the rows say what each coded.

    Parameters
    ----------
    sentences
        Rows with a column ``coders`` (a list of ``{"coder": ..., "frames": [...], "stance": ...}``), or with a column
        that names the coder of each row, so that a sentence has several rows.
    labels
        Label names.
    field
        ``frames`` or ``stance``.

    Returns
    -------
    Ceiling or None
        None where fewer than twenty rows were coded by two coders.

    Notes
    -----
    F1 is the same whichever of two coders is taken as the truth. Over pairs, counts are added up.

    Examples
    --------
    >>> said = lambda *frames: [{"coder": f"c{i}", "frames": [f] if f else []} for i, f in enumerate(frames)]
    >>> rows = [Sentence("a", extra={"coders": said(*pair)}) for pair in (("gain", "gain"), ("gain", ""))] * 10
    >>> round(coders_ceiling(rows, ["gain"], "frames").f1["gain"], 3)  # both 10 times, one of them 20, the other 10
    0.667
    """
    units = [unit for unit in _coded_units(sentences, labels, field) if len(unit) > 1]
    if len(units) < _ENOUGH:
        return None
    both, either = dict.fromkeys(labels, 0), dict.fromkeys(labels, 0)
    for unit in units:
        for one, other in combinations(unit.values(), 2):
            for label in one.keys() & other.keys():
                both[label] += one[label] and other[label]
                either[label] += one[label] + other[label]
    coders = tuple(dict.fromkeys(coder for unit in units for coder in unit))
    return Ceiling(coders, len(units), {label: 2 * both[label] / either[label] for label in labels if either[label]})


def _coded_units(sentences: Sequence[Sentence], labels: Sequence[str], field: str) -> list[dict[str, _Codes]]:
    """Return of each sentence what each coder said."""
    if any(isinstance(s.extra.get(CODERS), list) for s in sentences):
        return [_codes_by_coder(s.extra.get(CODERS), labels, field) for s in sentences]
    column = coder_column(sentences)
    by_coder: dict[str, list[Sentence]] = defaultdict(list)
    for s in sentences if column else ():
        if coder := str(s.extra.get(column or "") or "").strip():
            by_coder[coder].append(s)
    return [unit for match in match_units(by_coder).units for unit in _codes_of_match(match, labels, field)]


def _codes_of_match(match: Unit, labels: Sequence[str], field: str) -> list[dict[str, _Codes]]:
    """Return what each coder said of a sentence, of its stances toward each target."""
    units: dict[str, dict[str, _Codes]] = defaultdict(dict)
    for occurrence in match:
        for s in occurrence.rows:
            if field == "frames" and s.frames is not None:
                looked = labels if s.coded is None else [label for label in labels if label in s.coded]
                units[""].setdefault(occurrence.coder, {label: label in s.frames for label in looked})
            elif field != "frames" and s.stance:
                said = {label: label == s.stance for label in labels}
                units[normalised(s.target or "")].setdefault(occurrence.coder, said)
    return list(units.values())


def _codes_by_coder(coders: Any, labels: Sequence[str], field: str) -> dict[str, _Codes]:
    """Return by coder what a cell of the column says; what is not of this form says nothing."""
    said = {}
    for entry in coders if isinstance(coders, list) else ():
        codes = entry.get(field) if isinstance(entry, Mapping) else None
        if field != "frames":
            codes = [codes] if isinstance(codes, str) else None
        if isinstance(codes, list | tuple):
            said[str(entry.get("coder"))] = {label: label in codes for label in labels}
    return said
