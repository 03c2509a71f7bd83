"""Signals that end a command as Ctrl-C does: what is under way is closed."""

from __future__ import annotations

import signal
from typing import Any, NoReturn


def stop_as_by_ctrl_c(*names: str) -> None:
    """Let signals of these names, as far as the system has them, raise ``KeyboardInterrupt``."""
    for name in names:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)


def _interrupt(number: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt
