"""The coders' ceiling: what one coder scores against another, beside which a model's score is to be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from framing.measure.coders import coder_column
from framing.records import Sentence

# A column of lists: of each coder, a mapping with ``coder`` and what was coded.
CODERS = "coders"
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
    units = [unit for unit in _coded_units(sentences, field) if len(unit) > 1]
    if len(units) < _ENOUGH:
        return None
    both, either = dict.fromkeys(labels, 0), dict.fromkeys(labels, 0)
    for unit in units:
        for one, other in combinations(unit.values(), 2):
            for label in labels:
                both[label] += label in one and label in other
                either[label] += (label in one) + (label in other)
    coders = tuple(dict.fromkeys(coder for unit in units for coder in unit))
    return Ceiling(coders, len(units), {label: 2 * both[label] / either[label] for label in labels if either[label]})


def _coded_units(sentences: Sequence[Sentence], field: str) -> list[dict[str, Collection[str]]]:
    """Return of each sentence what each coder said."""
    if any(isinstance(s.extra.get(CODERS), list) for s in sentences):
        return [_codes_by_coder(s.extra.get(CODERS), field) for s in sentences]
    column = coder_column(sentences)
    units: dict[tuple[Any, ...], dict[str, Collection[str]]] = defaultdict(dict)
    for s in sentences if column else ():
        said = s.frames if field == "frames" else (s.stance,) if s.stance else None
        if said is not None and s.extra.get(column or ""):
            units[s.text, s.doc_id, s.target if field != "frames" else None][str(s.extra[column or ""])] = said
    return list(units.values())


def _codes_by_coder(coders: Any, field: str) -> dict[str, Collection[str]]:
    """Return by coder what a cell of the column says; what is not of this form says nothing."""
    read: Callable[[Any], Collection[str] | None] = (
        (lambda v: v if isinstance(v, list | tuple) else None)
        if field == "frames"
        else (lambda v: (v,) if isinstance(v, str) else None)
    )
    said = {}
    for entry in coders if isinstance(coders, list) else ():
        if isinstance(entry, Mapping) and (codes := read(entry.get(field))) is not None:
            said[str(entry.get("coder"))] = codes
    return said
