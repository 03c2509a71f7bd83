"""``framing train``: all that follows the word goes to Hydra."""

from __future__ import annotations

import signal
from typing import Any, NoReturn

import click


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("overrides", nargs=-1, type=click.UNPROCESSED)
def train(overrides: tuple[str, ...]) -> None:
    """Train a model; all that follows goes to Hydra (framing train --help)."""
    signal.signal(signal.SIGTERM, _interrupt)  # an ended job is a killed run too
    from framing.app.run import run

    run(list(overrides))


def _interrupt(number: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt
