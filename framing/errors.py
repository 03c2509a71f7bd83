"""The errors that a user can cause and mend.

FramingError                 one line: what came, what was expected, where, what to do
├── InputError               a file, a row or a text
├── CodebookError            a codebook that cannot be used
├── ConfigError              an option of a run
├── ModelError               a saved model that is missing, damaged or unsafe
├── EncoderError             weights of a sentence encoder that cannot be found or trusted
├── StoreError               the tracking store
├── MissingExtraError        a library that only some work takes is not installed
├── OutputError              a place that cannot be written
└── ClusterError             machines that work together

The command line prints the message of any of these on one line and ends with exit code 1;
anything else is a defect of the package and keeps its traceback.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

# What steers a terminal, or turns the direction of what it shows; line breaks and tabs are for the caller.
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_COLOUR = re.compile(r"(\x1b\[[0-9;]*m)")


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


class MissingExtraError(FramingError):
    """A library is not installed that predicting does not take, but this does."""


class OutputError(FramingError):
    """A result cannot be written where it should go."""


class ClusterError(FramingError):
    """A cluster cannot be reached, or what works on it fails."""


class FramingWarning(UserWarning):
    """Something the user should know that does not stop the work."""


class FramingNote(FramingWarning):
    """How something was read: good to know, and nothing to mend where it is right."""


class ShownOnce:
    """What shows our own warnings (``warnings.showwarning``), a line each, and each only once.

    The runs of a sweep read the same files. Warnings of libraries are for developers (``python -W``) and are not shown.

    Parameters
    ----------
    in_its_syntax
        Puts a message in the syntax of the command that runs.
    is_new
        Whether a message has not been shown elsewhere, such as by another process of the same sweep.
    """

    def __init__(
        self, in_its_syntax: Callable[[str], str] = str, is_new: Callable[[str], bool] = lambda message: True
    ) -> None:
        self.in_its_syntax = in_its_syntax
        self.is_new = is_new
        self._shown: set[str] = set()

    def __call__(self, message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        """Show a warning on standard error."""
        text = str(message)
        if not issubclass(category, FramingWarning) or text in self._shown:
            return
        self._shown.add(text)
        if self.is_new(text):
            kind = "note" if issubclass(category, FramingNote) else "warning"
            print(f"{kind}: {self.in_its_syntax(one_line(text))}", file=sys.stderr)


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


def one_line(told: object) -> str:
    r"""Return a message on one line, with what would steer a terminal shown as an escape.

    Examples
    --------
    >>> print(one_line("a\x1b[2J.txt: no\nsuch file"))
    a\x1b[2J.txt: no such file
    """
    # Some of them count as white space.
    line = " ".join(re.sub(r"[\x1c-\x1f\x85]", lambda found: ascii(found[0])[1:-1], str(told)).split())
    return _STEERING.sub(lambda found: ascii(found[0])[1:-1], line)


def harmless(text: str, colour: bool = False) -> str:
    r"""Return text without what would steer a terminal; line breaks and tabs stay, and colours where they are wanted.

    Examples
    --------
    >>> harmless("a\x1b[31mb\x1b[2Jc\u202ed", colour=True)
    'a\x1b[31mb[2Jcd'
    """
    parts = _COLOUR.split(text) if colour else [text]
    return "".join(part if number % 2 else _STEERING.sub("", part) for number, part in enumerate(parts))
