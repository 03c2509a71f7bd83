"""What Hydra, OmegaConf and YAML say of an option, in one line of ours."""

from __future__ import annotations

import difflib
import errno
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import yaml
from hydra.errors import HydraException, InstantiationException, MissingConfigException, OverrideParseException
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException

from framing.app.overrides import quoting_hint
from framing.errors import ConfigError, FramingError, OutputError, first_line, harmless, one_line, unknown

CHOICES = ("encoder", "head", "words", "split")
_CANNOT_WRITE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENOSPC, errno.EDQUOT)
# How the lines begin in which Hydra says where it is.
_TRACE = ("full_key:", "object_type=", "set_struct")
HELP = " (options and choices: framing train --help)"


class _Passing(BaseException):
    """Carries an error past Hydra."""

    def __init__(self, error: Exception) -> None:
        self.error = error


@contextmanager
def past_hydra() -> Iterator[None]:
    """Let an error through Hydra, which would say it in words of its own, or in a callback hide it."""
    try:
        yield
    except Exception as error:
        raise _Passing(error) from error


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what Hydra, OmegaConf and YAML say into one line of ours."""
    try:
        try:
            yield
        except _Passing as passing:
            raise passing.error from passing.error.__cause__
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{mark.name}, line {mark.line + 1}: " if mark else ""
        raise ConfigError(f"{where}not valid YAML ({getattr(error, 'problem', None) or error})") from None
    except (HydraException, OmegaConfBaseException) as error:
        if isinstance(error.__cause__, FramingError):
            raise error.__cause__ from None
        raise ConfigError(_told(error) + HELP) from None
    except ValueError as error:
        # Hydra has no error of its own for these; any other is a defect.
        if str(error).startswith("Config group override"):
            raise ConfigError("a choice is a name, such as head=svm or words=none" + HELP) from None
        if str(error).startswith(("No trials are completed", "Record does not exist")):
            raise ConfigError("no run of the sweep came to its end; why: framing runs --all") from None
        if str(error).startswith(("Only one of --", "The --resolve flag")):
            raise ConfigError(str(error)) from None
        raise
    except OSError as error:
        copying = isinstance(error, shutil.Error)  # of a folder; it has no number of its own
        if error.errno not in _CANNOT_WRITE and not copying:
            raise
        raise OutputError(
            f"{error.filename or 'the files of the run'}: cannot be written "
            f"({first_line(error.args[0][0][2] if copying else error.strerror)}); "
            "run in a folder of your own, or name others with hydra.run.dir=... and output=..."
        ) from None


def reason_of(error: Exception) -> str:
    """Return what an error says, in one line."""
    try:
        with one_line_errors():
            raise error
    except Exception as told:
        return one_line(str(told) or type(told).__name__)


def _told(error: Exception) -> str:
    """Say what was wrong with an option, and what was expected."""
    cause = error.__cause__
    lines = [line.strip().rstrip(".") for line in str(error).splitlines() if line.strip()]
    if isinstance(error, MissingConfigException) and error.missing_cfg_file:
        group, _, choice = error.missing_cfg_file.rpartition("/")
        place = f"{group or 'config-name'}={choice}"
        if group in ("hydra/sweeper", "hydra/launcher") and choice in ("optuna", "joblib"):
            return f"{place}: is not installed; pip install 'framing-classifier[sweeps]'"
        return f"{place}: {unknown('choice', choice, error.options)}" if error.options else f"{place}: no such choice"
    if isinstance(error, OverrideParseException):
        reason = next((line for line in lines if not line.startswith("Error parsing override")), lines[0])
        expected = quoting_hint(error.override or "") or "expected KEY=VALUE"
        return f"{error.override}: not an option; {expected} ({reason})"
    if ambiguous := re.match("Ambiguous value for argument '((.*?)=(.*))'$", lines[0]):
        override, key, values = ambiguous.groups()
        hint = quoting_hint(override)
        return f"{override}: several values; a list is {key}=[{values}]; to train with each, add -m" + (
            f"; {hint}" if hint else ""
        )
    if isinstance(cause, ConfigKeyError | ConfigAttributeError) and cause.parent_node is not None:
        above = str(cause.full_key).removesuffix(str(cause.key))
        known = [f"{above}{key}" for key in cause.parent_node if key != "hydra" and not str(key).startswith("_")]
        close = difflib.get_close_matches(str(cause.full_key), known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"expected one of: {', '.join(known)};"
        more = f" Other arguments of the {above[:-1]}: +{above}NAME=VALUE" if above[:-1] in CHOICES else ""
        return f"{cause.full_key}: no such option; {hint}{more}".rstrip(";")
    # Hydra adds its own trace of keys; the cause, or else the other lines, say what is wrong.
    keys = [line.removeprefix("full_key: ") for line in lines if line.startswith("full_key: ")]
    why = str(cause).splitlines() if isinstance(error, InstantiationException) and cause and str(cause) else lines
    return ": ".join([*keys[:1], "; ".join(line for line in why if not line.startswith(_TRACE))])


def say(text: str) -> None:
    """Tell the user something, on standard error."""
    print(harmless(text), file=sys.stderr, flush=True)
