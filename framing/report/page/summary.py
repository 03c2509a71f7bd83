"""What a page says of a matrix beyond its numbers: what stands out, how dark a cell is, what is not said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from framing.model.decisions.decoders import NEUTRAL
from framing.records import Prediction
from framing.report.grouping import attributed_to
from framing.report.matrix import Cell
from framing.report.page.axes import Axis
from framing.report.page.looks import FrameLook
from framing.report.page.silence import Silences, silences

MAX_VOICES = 5


@dataclass(frozen=True)
class Voices:
    """Whom an outlet lets speak.

    Parameters
    ----------
    source
        The outlet.
    sentences, attributed
        How many it has, and how many of them are somebody else's content.
    holders
        Those whose sentences are most, with how many.
    others
        How many more holders there are.
    """

    source: str
    sentences: int
    attributed: int
    holders: tuple[tuple[str, int], ...]
    others: int


def voices(axis: Axis, first: Sequence[Prediction]) -> list[Voices]:
    """Return whom each outlet of an axis lets speak; nothing where nobody looked for holders."""
    counts = [Counter[str]() for _ in axis.rows]
    for row, p in zip(axis.of_sentence, first, strict=True):
        if holder := attributed_to(p):
            counts[row][holder] += 1
    if not any(counts):
        return []
    most = [sorted(count.items(), key=lambda item: (-item[1], item[0]))[:MAX_VOICES] for count in counts]
    return [
        Voices(name, row.sentences, count.total(), tuple(top), len(count) - len(top))
        for name, row, count, top in zip(axis.names, axis.rows, counts, most, strict=True)
    ]


def in_short(axis: Axis, looks: Sequence[FrameLook]) -> list[tuple[FrameLook, list[tuple[int, Cell]]]]:
    """Return for each frame the rows with the largest shares; those of few sentences count less."""
    found = []
    for look in looks:
        rows = [
            (n, row.frames[look.name])
            for n, row in enumerate(axis.rows)
            if row.frames[look.name].count and not (axis.folded and n == len(axis.rows) - 1)
        ]
        rows.sort(key=lambda item: (-_weight(item[1]), item[0]))
        found.append((look, rows[:2]))
    return found


def shade(axis: Axis, cell: Cell) -> float:
    """Return how full the colour of a cell is, 0 to 0.6: by its weight, beside the largest of its matrix."""
    most = max((_weight(c) for one in axis.rows for c in one.frames.values()), default=0.0)
    return round(0.6 * _weight(cell) / most, 2) if most else 0.0


def _weight(cell: Cell) -> float:
    """Return a share that is smaller the fewer sentences it is of: as if two more did not convey the frame."""
    return cell.count / (cell.decided + 2)


def axis_silences(
    axis: Axis,
    first: Sequence[Prediction],
    groups: Sequence[Sequence[Prediction]],
    looks: Sequence[FrameLook],
    targets: Sequence[str],
) -> Silences:
    """Find what the rows of a matrix do not say: frames, sides toward targets, and both together."""
    titles = {look.name: look.title for look in looks}
    names = [
        name
        for n, name in enumerate(axis.names)
        if axis.rows[n].name and not (axis.folded and n == len(axis.names) - 1)
    ]

    def conveyed(i: int) -> Iterable[str]:
        own = [titles[name] for name in first[i].frames if name in titles]
        yield from own
        for p in groups[i]:
            if p.stance_proba and p.sentence.target in targets and p.stance not in (None, NEUTRAL):
                yield f"{p.stance}: {p.sentence.target}"
                yield from (f"{title} with {p.stance}: {p.sentence.target}" for title in own)

    return silences(
        ((axis.names[axis.of_sentence[i]], p.sentence.doc_id or i, conveyed(i)) for i, p in enumerate(first)), names
    )
