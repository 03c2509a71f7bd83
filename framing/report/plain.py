"""Text that fits where it is shown, and does nothing to who shows it."""

from __future__ import annotations

from collections.abc import Mapping

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


# A probability below it is more often wrong than right, as probabilities are calibrated on held-out rows.
_CLEAR = 0.5


def is_clear(stance: str | None, proba: Mapping[str, float]) -> bool:
    """Say whether a stance that is decided is more likely right than wrong, by its calibrated probability."""
    return stance is not None and proba[stance] >= _CLEAR


# A probability that reaches so much of its threshold, and not all, is near.
_NEAR = 0.8


def is_near(p: float, threshold: float | None) -> bool:
    """Say whether a probability misses its threshold by less than a fifth of it; nothing is near to no threshold.

    Examples
    --------
    >>> is_near(0.4, 0.5), is_near(0.39, 0.5), is_near(0.5, 0.5), is_near(0.4, None)
    (True, False, False, False)
    """
    return threshold is not None and _NEAR * threshold - 1e-9 <= p < threshold


def stance_said(stance: str | None, proba: Mapping[str, float]) -> str:
    """Return a stance with its probability; ``?`` where it was left open.

    Examples
    --------
    >>> stance_said("favor", {"favor": 0.71, "neutral": 0.29}), stance_said("favor", {"favor": 0.43, "neutral": 0.37})
    ('favor 0.71', 'unclear (favor .43)')
    """
    if stance is None:
        return "?"
    p = f"{proba[stance]:.2f}"
    return f"{stance} {p}" if is_clear(stance, proba) else f"unclear ({stance} {p[1:]})"
