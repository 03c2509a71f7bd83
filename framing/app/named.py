"""Parts of a recipe by the names that they have on the command line: ``encoder="minilm_tuned"``, ``head="svm"``."""

from __future__ import annotations

import importlib
from typing import Any

import yaml

from framing.errors import ConfigError, unknown
from framing.resources import resource

GROUPS = ("encoder", "head", "words", "split")


def part_named(group: str, name: str, seed: int = 0) -> Any:
    """Return the object that a choice of the configs stands for.

    Parameters
    ----------
    group, name
        A folder of the configs and a file in it: what is typed as ``head=svm``.
    seed
        What the file calls ``${seed}``.

    Raises
    ------
    ConfigError
        There is no such choice.

    Examples
    --------
    >>> part_named("head", "svm").kernel
    'rbf'
    >>> part_named("words", "none") is None
    True
    """
    folder = resource("configs") / group
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known:
        raise ConfigError(f"{group}={name}: {unknown('choice', name, known)}; an object of your own is taken too")
    content = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return None if content is None else _made(content, seed)


def _made(content: Any, seed: int) -> Any:
    """Return a configuration in which what names a class has become an object of it."""
    if content == "${seed}":
        return seed
    if not isinstance(content, dict):
        return content
    values = {key: _made(value, seed) for key, value in content.items() if key != "_target_"}
    if "_target_" not in content:
        return values
    module, _, name = content["_target_"].rpartition(".")
    return getattr(importlib.import_module(module), name)(**values)
