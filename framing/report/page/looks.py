"""How a frame looks on the page: a colour, and beside it two cues that need none, a letter and a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framing.report.html import COLOURS

# Styles of a line beneath a sentence; together with the colours thirty frames differ.
_LINES = ("solid", "dashed", "dotted", "double", "wavy")
_OFFSET = 3  # pixels between the lines of a sentence that conveys several frames


@dataclass(frozen=True)
class FrameLook:
    """A frame as the page shows it.

    Parameters
    ----------
    name, title
        The label, and the label as people write it.
    tag
        One to three characters that stand for it beside a sentence.
    colour
        Three numbers, ``"0, 158, 115"``.
    line
        A style of ``text-decoration``.
    offset
        Pixels between the text and the line.
    """

    name: str
    title: str
    tag: str
    colour: str
    line: str
    offset: int


def frame_looks(labels: Sequence[str], titles: Mapping[str, str]) -> tuple[FrameLook, ...]:
    """Return the look of each frame, in order.

    Examples
    --------
    >>> [look.tag for look in frame_looks(["gain", "risk", "rivalry"], {})]
    ['G', 'R', 'RI']
    """
    looks: list[FrameLook] = []
    for number, name in enumerate(labels):
        title = titles.get(name) or name.replace("_", " ").strip() or name
        tag = _free_tag(title, number, {look.tag for look in looks})
        line = _LINES[(number % len(_LINES) + number // len(COLOURS)) % len(_LINES)]
        offset = _OFFSET * (1 + number % 3)
        looks.append(FrameLook(name, title, tag, COLOURS[number % len(COLOURS)], line, offset))
    return tuple(looks)


def _free_tag(title: str, number: int, taken: set[str]) -> str:
    """Return the shortest beginning of a title that is not taken; where all are, the frame's number."""
    letters = "".join(character for character in title.upper() if character.isalnum())
    beginnings = [letters[:size] for size in (1, 2, 3) if len(letters) >= size]
    return next((tag for tag in beginnings if tag not in taken), str(number + 1))
