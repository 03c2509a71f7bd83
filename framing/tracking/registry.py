"""The model registry: make a run's model the champion, and say which run's it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from framing.errors import StoreError
from framing.tracking.store import Store

if TYPE_CHECKING:
    from framing.tracking.runs import RunSummary

REGISTERED_MODEL = "framing"
CHAMPION = "champion"
MODEL_FOLDER = "model"


def promote(store: Store, run: RunSummary) -> int:
    """Register a finished run's model as a new version of ``framing`` and make it the champion."""
    if run.status != "FINISHED":
        raise StoreError(f"run {run.run_id[:8]} ({run.name}) is {run.status}: only a finished run can be promoted")
    store.require()
    store.prepare()
    with store.answering():
        if not any(file.path == MODEL_FOLDER for file in store.client.list_artifacts(run.run_id)):
            raise StoreError(
                f"run {run.run_id[:8]} ({run.name}) has no model; promote one of its children or train again"
            )
        if not _if_there(store.client.get_registered_model, REGISTERED_MODEL):
            unless_there(store.client.create_registered_model, REGISTERED_MODEL)
        source = store.client.get_run(run.run_id).info.artifact_uri + f"/{MODEL_FOLDER}"
        version = store.client.create_model_version(REGISTERED_MODEL, source=source, run_id=run.run_id).version
        store.client.set_registered_model_alias(REGISTERED_MODEL, CHAMPION, version)
    return int(version)


def champion_run(store: Store) -> str | None:
    """Return the id of the champion's run, or ``None``."""
    if not store.exists:
        return None
    store.require()
    with store.answering():
        version = _if_there(store.client.get_model_version_by_alias, REGISTERED_MODEL, CHAMPION)
    return version.run_id if version else None


def _if_there(ask: Callable[..., Any], *wanted: str) -> Any:
    """Ask the registry; ``None`` where it has no such thing."""
    from mlflow.exceptions import MlflowException

    try:
        return ask(*wanted)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def unless_there(create: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Create something; ``None`` where another process just has."""
    from mlflow.exceptions import MlflowException

    try:
        return create(*arguments, **options)
    except MlflowException as error:
        if error.error_code == "RESOURCE_ALREADY_EXISTS":
            return None
        raise
