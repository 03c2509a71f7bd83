"""``framing train``: all that follows the word goes to Hydra."""

from __future__ import annotations

import click

from framing.cli.stopping import stop_as_by_ctrl_c


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("overrides", nargs=-1, type=click.UNPROCESSED)
def train(overrides: tuple[str, ...]) -> None:
    """Train a model; all that follows goes to Hydra (framing train --help)."""
    stop_as_by_ctrl_c("SIGTERM")  # an ended job is a killed run too
    from framing.app.run import run

    run(list(overrides))
