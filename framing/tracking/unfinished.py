"""Runs whose process is gone: a kill leaves them RUNNING, and the next command closes them."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

HOST_TAG, PROCESS_TAG = "framing.host", "framing.process"


def process_tags() -> dict[str, str]:
    """Return by what a later command knows whether the process of a run is still there."""
    return {HOST_TAG: platform.node(), PROCESS_TAG: f"{os.getpid()} {_begun(os.getpid())}".strip()}


def is_gone(tags: dict[str, str]) -> bool:
    """Whether a run is of this machine and its process has ended; not where one cannot know."""
    number, _, begun = tags.get(PROCESS_TAG, "").partition(" ")
    if os.name != "posix" or tags.get(HOST_TAG) != platform.node() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:  # another user's, so it is there
        return False
    return bool(begun) and _begun(int(number)) not in ("", begun)  # the number has been given to another process


def close_gone(store: Any, runs: Iterable[Any]) -> set[str]:
    """End as KILLED the RUNNING runs of MLflow's whose process is gone; return their ids.

    A store that is only read stays as it is.
    """
    from mlflow.exceptions import MlflowException

    closed = set()
    for run in runs:
        if run.info.status == "RUNNING" and is_gone(run.data.tags):
            with suppress(MlflowException):
                store.client.set_terminated(run.info.run_id, "KILLED")
                closed.add(run.info.run_id)
    return closed


def _begun(number: int) -> str:
    """Return when a process began, in ticks since the machine did; nothing where the system does not tell."""
    try:
        # The name, in brackets, may hold spaces.
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
