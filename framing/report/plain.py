"""Text that fits where it is shown, and does nothing to who shows it."""

from __future__ import annotations

# Control characters, which a terminal would obey; for ``str.translate``.
CONTROLS = dict.fromkeys((*range(32), *range(127, 160)))


def cut(text: str, size: int) -> str:
    """Return a text's beginning where it is longer than so many characters.

    Examples
    --------
    >>> cut("gain or loss", 6), cut("gain", 4)
    ('gain…', 'gain')
    """
    return text if len(text) <= size else text[: size - 1].rstrip() + "…"
