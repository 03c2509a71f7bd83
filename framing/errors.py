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


def first_line(reason: object) -> str:
    """Return the first line of what an error says; the name of its type where it says nothing.

    Examples
    --------
    >>> first_line(MemoryError())
    'MemoryError'
    """
    return (str(reason).splitlines() or [type(reason).__name__])[0]
