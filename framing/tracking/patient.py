"""An MLflow client that waits while others write: an SQLite file takes one writer at a time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

# Seconds to try again where the database is busy, on top of the twenty that it waits by itself each time.
_PATIENCE = 180
# Times to try again where two have looked for a row at once, and both then made it: it is found the next time.
_OVERTAKEN = 5


class PatientClient:
    """MLflow's client; a call that finds the database busy, or that another writer overtakes, is made again.

    What was refused has been rolled back, and a parameter, a score or a tag that is there already is not there twice.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        return patiently(attribute) if callable(attribute) else attribute


def patiently(ask: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that asks again while the database is busy, or another writes the same at the same time."""

    def asking(*arguments: Any, **options: Any) -> Any:
        until, overtaken = time.monotonic() + _PATIENCE, 0
        while True:
            try:
                return ask(*arguments, **options)
            except Exception as error:
                overtaken += _is_overtaken(error)
                again = _is_locked(error) or (_is_overtaken(error) and overtaken <= _OVERTAKEN)
                if not again or time.monotonic() > until:
                    raise
            # Not all of those that wait at the same time.
            time.sleep(random.uniform(0.05, 1))

    return asking


def _is_locked(error: Exception) -> bool:
    told = str(error)
    return "database is locked" in told or "database table is locked" in told


def _is_overtaken(error: Exception) -> bool:
    # An experiment or a model that is there already is for the caller to know.
    known = getattr(error, "error_code", "") == "RESOURCE_ALREADY_EXISTS"
    return "UNIQUE constraint failed" in str(error) and not known
