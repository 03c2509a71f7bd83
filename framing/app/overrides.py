"""What a user types after ``framing train``, made ready for Hydra's grammar."""

from __future__ import annotations

import shlex
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.errors import HydraException

# Options that hold a file or a folder; `evaluate.NAME` is one too.
PATHS = (
    "data",
    "calibrate",
    "codebook",
    "output",
    "tracking.uri",
    "encoder.model",
    "encoder.teacher",
    "encoder.unlabelled",
)
# Signs with which Hydra's grammar builds lists, sweeps and functions: with one of them, text may mean something else.
_SIGNS = frozenset("()[]{}=,\"'$")


def with_quoted_paths(overrides: list[str]) -> list[str]:
    """Put the names of files in quotes where Hydra would not read them as they stand.

    Hydra's grammar gives brackets, commas, quotes and equals signs a meaning, reads ``2024`` as a number, and knows no
    letters but the English ones. What names a file or folder that is there, and what can mean nothing else, is quoted.
    """
    return [quoted(o) if _is_to_quote(o) else o for o in overrides]


# Options of Hydra that take a word; that of --info may be missing, and what it takes is no override.
_WITH_VALUE = ("-cd", "--config-dir", "-cn", "--config-name", "-cp", "--config-path", "-c", "--cfg", "-p", "--package")
_INFO, _INFORMS = ("-i", "--info"), ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath")


def with_options_first(words: list[str]) -> list[str]:
    """Return what was typed with Hydra's options before the overrides: between overrides it would not know them.

    Examples
    --------
    >>> with_options_first(["head=svm", "-cd", "mine", "experiment=few", "-m"])
    ['-cd', 'mine', '-m', 'head=svm', 'experiment=few']
    """
    options: list[str] = []
    overrides: list[str] = []
    before = ""
    for word in words:
        belongs = before in _WITH_VALUE or (before in _INFO and word in _INFORMS)
        (options if belongs or word.startswith("-") else overrides).append(word)
        before = "" if belongs else word
    return [*options, *overrides]


def quoted(override: str) -> str:
    """Return ``KEY=VALUE`` with its value in Hydra's quotes."""
    key, _, value = override.partition("=")
    text = value.replace("${", "\\${")  # text, not a reference to another option
    return f"{key}={QuotedString(text, Quote.double).with_quotes()}"


def quoting_hint(override: str) -> str:
    """Say how an override of a path is typed in a shell; nothing for another one."""
    key, equals, value = override.partition("=")
    if not (equals and value and _takes_a_path(key)) or value[0] in "\"'":
        return ""
    return f"a name with such characters stands in quotes: {shlex.quote(quoted(override))}"


def _is_to_quote(override: str) -> bool:
    key, _, value = override.partition("=")
    if not (value.strip() and _takes_a_path(key)):
        return False
    try:
        read = OverridesParser.create().parse_override(override)
    except HydraException:
        return _exists(value) or not _SIGNS & set(value)
    is_plain = not read.is_sweep_override() and read.value() == value and "${" not in value
    return not is_plain and _exists(value)


def _takes_a_path(key: str) -> bool:
    key = key.lstrip("+")
    return key in PATHS or key.startswith("evaluate.")


def _exists(value: str) -> bool:
    try:
        return Path(value).exists()
    except (OSError, ValueError):  # a name that no file can have
        return False
