"""``framing config show``: what a training would be configured as."""

from __future__ import annotations

import click

from framing.cli.files import write_result


@click.group()
def config() -> None:
    """Look at configurations."""


@config.command(context_settings={"ignore_unknown_options": True})
@click.option("--all", "everything", is_flag=True, help="The whole configuration as YAML, instead of what was chosen.")
@click.argument("overrides", nargs=-1, type=click.UNPROCESSED, metavar="[-cd DIR] [KEY=VALUE]...")
def show(everything: bool, overrides: tuple[str, ...]) -> None:
    """Show what framing train would run with these words: what is chosen, what is set, and what else there is.

    Nothing is trained or written. -cd DIR adds a folder of your own choices.
    """
    import yaml

    from framing.app.show import config_text, shown_config

    shown = shown_config(overrides)
    told = yaml.safe_dump(shown.config, sort_keys=False, allow_unicode=True) if everything else config_text(shown)
    write_result(told, None)
