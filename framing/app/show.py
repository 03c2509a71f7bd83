"""``framing config show``: the configuration that a command line stands for, and what else could be chosen."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from framing.app.defaults import flat_options, shown_options
from framing.app.messages import one_line_errors
from framing.app.overrides import with_options_first, with_quoted_paths
from framing.errors import ConfigError
from framing.resources import resource

_FOLDER = ("-cd", "--config-dir")
_GROUPS = ("encoder", "head", "words", "split", "experiment", "tracking")
_LONGEST = 100  # characters that tell what a choice is for


@dataclass(frozen=True)
class Shown:
    """A configuration.

    Parameters
    ----------
    config
        All of it, resolved.
    chosen
        By group, the file that is taken.
    offered
        By group, what each file is for, in its own first line; nothing where it has none.
    differs
        The options that were typed, or differ from the choices' own, flat.
    """

    config: dict[str, Any]
    chosen: dict[str, str | None]
    offered: dict[str, dict[str, str]]
    differs: dict[str, Any]


def shown_config(typed: Sequence[str]) -> Shown:
    """Return the configuration of a ``framing train`` command line, without running it.

    Parameters
    ----------
    typed
        What would follow ``framing train``: overrides, and ``-cd DIR``.

    Raises
    ------
    ConfigError
        An option or a choice that there is not.
    """
    words = with_options_first(with_quoted_paths(list(typed)))
    folders, overrides = _folders_and_overrides(words)
    searched = ",".join(f"'file://{folder}'" for folder in folders)
    with one_line_errors(), initialize_config_dir(str(resource("configs")), version_base="1.3"):
        whole = compose("train", [*overrides, f"hydra.searchpath=[{searched}]"], return_hydra_config=True)
        task = list(whole.hydra.overrides.task)
        taken = {key: value for key, value in whole.hydra.runtime.choices.items() if not key.startswith("hydra/")}
        chosen = {key: taken[key] for key in sorted(taken, key=_rank_of_group)}
        config: dict[str, Any] = OmegaConf.to_container(whole, resolve=False)  # type: ignore[assignment]
        del config["hydra"]
        config = OmegaConf.to_container(OmegaConf.create(config), resolve=True)  # type: ignore[assignment]
        groups = {key: value for key, value in chosen.items() if key not in ("experiment", "tracking")}
        differs = shown_options(config, groups, task)
    places = [str(resource("configs")), *folders]
    offered = {group: _choices_shown(group, places) for group in sorted(chosen, key=_rank_of_group)}
    plain = {key: value for key, value in differs.items() if key not in groups}
    return Shown(config, chosen, offered, plain)


def _rank_of_group(group: str) -> tuple[int, str]:
    """Put first the groups that are chosen most often."""
    return (_GROUPS.index(group) if group in _GROUPS else len(_GROUPS)), group


def _folders_and_overrides(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the folders of configurations that were named, and the overrides."""
    folders, overrides, rest = [], [], iter(words)
    for word in rest:
        if word in _FOLDER:
            folder = Path(next(rest, ""))
            if not folder.is_dir():
                raise ConfigError(f"-cd {folder}: no such folder of configurations")
            folders.append(str(folder.absolute()))
        elif word.startswith("-"):
            raise ConfigError(f"{word}: no such option; expected -cd DIR and KEY=VALUE")
        else:
            overrides.append(word)
    return folders, overrides


def _choices_shown(group: str, places: Sequence[str]) -> dict[str, str]:
    """Return the files of a group by name; of two that are called the same, the one of the later place counts."""
    files = {file.stem: file for place in places for file in sorted((Path(place) / group).glob("*.yaml"))}
    return {name: _purpose_of(files[name]) for name in sorted(files)}


def _purpose_of(file: Path) -> str:
    """Return the first sentence of a file where it begins with a comment."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("# @package")]
    comment = itertools.takewhile(lambda line: line.startswith("#"), lines)
    told = re.split(r"(?<=[.?])\s", " ".join(line.lstrip("# ").strip() for line in comment))[0]
    return textwrap.shorten(told, _LONGEST, placeholder=" ...")


def config_text(shown: Shown) -> str:
    """Return a configuration as text: the choices with their options, what differs, and what each group offers."""
    lines = ["# Chosen"]
    for group, choice in shown.chosen.items():
        if group in ("tracking", "experiment") or choice is None:
            continue
        options = shown.config.get(group)
        inner = {key: value for key, value in options.items() if key != "_target_"} if isinstance(options, dict) else {}
        told = (
            yaml.safe_dump(inner, default_flow_style=True, width=10**6, sort_keys=False).strip()[1:-1] if inner else ""
        )
        lines.append(f"{group}: {choice}" + (f"   # {told}" if told else ""))
    lines += ["", "# Set otherwise than the choices have it" if shown.differs else ""]
    lines += [f"{key}: {value}" for key, value in shown.differs.items()]
    lines += ["", "# Offered (KEY=NAME; * is chosen)"]
    for group, names in shown.offered.items():
        lines.append(f"{group}:")
        width = max(map(len, names), default=0)
        for name, purpose in names.items():
            mark = "*" if shown.chosen.get(group) == name else " "
            lines.append(f" {mark} {name:<{width}}  {purpose}".rstrip())
    lines += [
        "",
        f"# All {len(flat_options(shown.config))} options with values: --all; what they mean: framing train --help",
    ]
    return "\n".join(lines) + "\n"
