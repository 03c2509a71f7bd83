"""Which options of a run are worth showing: those that were chosen, or differ from what the choices have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import OmegaConf

from framing.app.messages import CHOICES
from framing.resources import resource

# Where a run is kept and what becomes of it is no property of the model.
_NOT_SHOWN = ("tracking", "promote", "output", "evaluate", "test_model", "n_jobs")
_ALWAYS = ("data", "seed")


def flat_options(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration flat: ``head.C``. Of the columns only renamed ones: the same names tell nothing."""
    flat: dict[str, Any] = {}

    def walk(prefix: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                walk(f"{prefix}.{key}" if prefix else key, inner)
        else:
            flat[prefix] = value

    columns = {key: name for key, name in config.get("columns", {}).items() if key != name}
    walk("", {**config, "columns": columns})
    return flat


def shown_options(config: Mapping[str, Any], choices: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """Return the few options that tell a run from others: choices, data, seed, what was typed, what is not default.

    Parameters
    ----------
    config
        The resolved configuration.
    choices
        The files that were taken, by group.
    overrides
        What was typed on the command line.
    """
    flat, usual = flat_options(config), flat_options(_usual(choices, config["seed"]))
    typed = {override.partition("=")[0].lstrip("+~") for override in overrides}
    shown = {
        key: value
        for key, value in flat.items()
        if key.partition(".")[0] not in _NOT_SHOWN and (key in typed or key not in usual or usual[key] != value)
    }
    return {**choices, **{key: flat[key] for key in _ALWAYS}, **shown}


def config_folders() -> list[str]:
    """Return the folders of configurations that were named on the command line (``-cd``)."""
    sources = HydraConfig.get().runtime.config_sources
    return [source.path for source in sources if source.provider == "command-line"]


def _usual(choices: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return the configuration of these choices with nothing else set; with the seed, which others follow."""
    overrides = [f"{key}={choice}" for key, choice in choices.items()] + [f"seed={seed}"]
    try:
        if GlobalHydra.instance().is_initialized():
            usual = compose("train", overrides)
        else:  # a run of a sweep in a process of its own
            searched = ",".join(f"'file://{folder}'" for folder in config_folders())
            with initialize_config_dir(str(resource("configs")), version_base="1.3"):
                usual = compose("train", [*overrides, f"hydra.searchpath=[{searched}]"])
    except HydraException:  # a choice with a name that a command line cannot have: everything is shown
        return {}
    return OmegaConf.to_container(usual, resolve=True)  # type: ignore[return-value]


def run_choices() -> dict[str, Any]:
    """Return the files that were taken for this run, by group."""
    return {key: HydraConfig.get().runtime.choices.get(key) for key in CHOICES}
