"""Labels that a codebook does not know, told all at once."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from framing.codebook import Codebook, Label
from framing.errors import InputError, unknown

_SHOWN = 12


@dataclass(frozen=True)
class Strange:
    """A label of a row that the codebook does not know.

    Parameters
    ----------
    place
        Where the row stands.
    kind
        ``frame`` or ``stance``.
    label
        What stands there.
    """

    place: str
    kind: str
    label: str


def refuse_strange(origin: str, strange: Sequence[Strange], codebook: Codebook) -> None:
    """Refuse labels that the codebook does not know: all of them, with their counts and the nearest that it knows.

    Raises
    ------
    InputError
        There is one.
    """
    if not strange:
        return
    first = {(one.kind, one.label): one.place for one in reversed(strange)}
    counts = Counter((one.kind, one.label) for one in strange)
    if len(strange) == 1:
        one = strange[0]
        known = codebook.frame_names if one.kind == "frame" else codebook.stance_names
        more = "" if known else ", the codebook has no stance classes"
        raise InputError(f"{one.place}: {unknown(one.kind, one.label, known)}{more}")
    parts = []
    for (kind, label), count in counts.most_common(_SHOWN):
        labels = codebook.frames if kind == "frame" else codebook.stance
        rows = f"{count:,} row{'s' if count > 1 else ''}"
        place = first[kind, label].removeprefix(f"{origin}, ")
        near = _nearest(label, labels)
        parts.append(f"{kind} {label!r} in {rows} (first in {place}" + (f"; did you mean {near!r}?)" if near else ")"))
    rest = f"; and {len(counts) - _SHOWN:,} more" if len(counts) > _SHOWN else ""
    kinds = [f"frames: {', '.join(codebook.frame_names)}"] if any(kind == "frame" for kind, _ in counts) else []
    if any(kind == "stance" for kind, _ in counts):
        kinds.append(f"stance: {', '.join(codebook.stance_names) or 'none at all'}")
    raise InputError(
        f"{origin}: unknown labels: {', '.join(parts)}{rest}; codebook {codebook.name!r} has {'; '.join(kinds)}. "
        "Mend the rows, name these spellings in the codebook (also: [...]), or give the codebook that they are of "
        "(--codebook FILE, for train codebook=FILE)"
    )


def _nearest(spelling: str, labels: Sequence[Label]) -> str | None:
    """Return the name of the label that is spelt most like it."""
    names = {known.casefold(): label.name for label in labels for known in label.spellings}
    close = difflib.get_close_matches(spelling.casefold(), names, n=1)
    return names[close[0]] if close else None
