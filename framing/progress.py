"""Progress bars: on standard error, and only where a person watches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

Item = TypeVar("Item")


BAR_FROM = 65  # texts to read: fewer are read before a bar could be


def track(items: Iterable[Item], description: str, total: int | None = None, draw: bool = True) -> Iterator[Item]:
    """Iterate with a progress bar, drawn only when standard error is a terminal, and where ``draw`` says so."""
    from tqdm import tqdm

    return iter(tqdm(items, desc=description, total=total, disable=None if draw else True, leave=False))


def bar(total: int, description: str) -> Any:
    """Return a progress bar to update by hand, drawn only when standard error is a terminal."""
    from tqdm import tqdm

    return tqdm(desc=description, total=total, disable=None, leave=False)
