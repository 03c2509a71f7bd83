"""The errors that a user can cause and mend.

FramingError                 one line: what came, what was expected, where, what to do
├── InputError               a file, a row or a text
├── CodebookError            a codebook that cannot be used
├── ConfigError              an option of a run
├── ModelError               a saved model that is missing, damaged or unsafe
├── EncoderError             weights of a sentence encoder that cannot be found or trusted
├── StoreError               the tracking store
└── OutputError              a place that cannot be written

The command line prints the message of any of these on one line and ends with exit code 1;
anything else is a defect of the package and keeps its traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class FramingError(Exception):
    """Base of all expected errors."""


class InputError(FramingError):
    """A file, a row or a text cannot be used."""


class CodebookError(FramingError):
    """A codebook is malformed or does not fit."""


class ConfigError(FramingError):
    """An option of a run is unknown or makes no sense."""


class ModelError(FramingError):
    """A saved model is missing, damaged, of another format or unsafe to load."""


class EncoderError(FramingError):
    """The weights of a sentence encoder cannot be found or are not what they should be."""


class StoreError(FramingError):
    """The tracking store cannot be reached or does not hold what was asked for."""


class OutputError(FramingError):
    """A result cannot be written where it should go."""


class FramingWarning(UserWarning):
    """Something the user should know that does not stop the work."""


class FramingNote(FramingWarning):
    """How something was read: good to know, and nothing to mend where it is right."""


def unknown(what: str, value: object, known: Iterable[object]) -> str:
    """Return what every error says of a name that there is not: what came, what was expected, the nearest one.

    Examples
    --------
    >>> unknown("frame", "gian", ["gain", "risk"])
    "unknown frame 'gian'; expected one of: gain, risk (did you mean 'gain'?)"
    """
    names = [str(name) for name in known]
    if not names:
        return f"unknown {what} {str(value)!r}; expected none"
    close = difflib.get_close_matches(str(value), names, n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    return f"unknown {what} {str(value)!r}; expected one of: {', '.join(names)}{hint}"


def first_line(reason: object) -> str:
    """Return the first line of what an error says; the name of its type where it says nothing.

    Examples
    --------
    >>> first_line(MemoryError())
    'MemoryError'
    """
    return (str(reason).splitlines() or [type(reason).__name__])[0]
