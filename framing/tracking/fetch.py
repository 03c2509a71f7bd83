"""A model's files by its name in the store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from framing.errors import StoreError, first_line
from framing.files import scratch_folder
from framing.scores import HIGH, LOW
from framing.tracking.moved import local_path, place_beside
from framing.tracking.registry import MODEL_FOLDER
from framing.tracking.runs import RunSummary, find_run
from framing.tracking.store import Store

# The table of all of a run's scores, as MLflow writes tables: `columns` and `data`.
SCORES_TABLE = "scores.json"


@contextmanager
def fetched_model(store: Store, uri: str) -> Iterator[Path]:
    """Bring a model from ``models:/NAME@ALIAS``, ``models:/NAME/VERSION`` or ``runs:/ID`` and lend its folder.

    Raises
    ------
    StoreError
        There is no such model, or its files are gone.
    """
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    store.require()
    with scratch_folder("model") as scratch:
        try:
            source = _source(store, uri)
            if store.database is not None:
                source = place_beside(store.database, source)
                _check_there(store.database, uri, source)
            folder = download_artifacts(source, dst_path=str(scratch), tracking_uri=store.address)
        except (MlflowException, OSError, ValueError) as error:
            raise StoreError(f"{uri}: not in the store {store.uri} ({first_line(error)}); see `framing runs`") from None
        yield Path(folder)


def _source(store: Store, uri: str) -> str:
    """Return the address of the files that a model's name means in this store.

    MLflow would look a ``models:/`` name up in the store of its environment.
    """
    kind, _, name = uri.partition(":/")
    if kind == "runs":
        run_id, _, path = name.partition("/")
        return f"{store.client.get_run(find_run(store, run_id).run_id).info.artifact_uri}/{path or MODEL_FOLDER}"
    model, at, alias = name.partition("@")
    if at:
        return str(store.client.get_model_version_by_alias(model, alias).source)
    model, _, version = name.partition("/")
    if not version.isdigit():
        raise ValueError("expected models:/NAME@ALIAS or models:/NAME/VERSION")
    return str(store.client.get_model_version(model, version).source)


def _check_there(database: Path, uri: str, source: str) -> None:
    """Say which files are gone, before MLflow says it less clearly."""
    path = local_path(source)
    if path is not None and not path.exists():
        raise StoreError(
            f"{uri}: its files are gone from {path}; where the store was moved, put its folder mlartifacts beside "
            f"{database}"
        )


def fetched_text(store: Store, run: RunSummary, path: str) -> str:
    """Return a text file that a run keeps, such as ``predictions.jsonl``.

    Raises
    ------
    StoreError
        The run keeps no such file, or it is gone.
    """
    with fetched_model(store, f"runs:/{run.run_id}/{path}") as file:
        return file.read_text(encoding="utf-8")


def run_note(store: Store, run: RunSummary) -> str:
    """Return what a run says of itself, as Markdown; empty where it says nothing."""
    with store.answering():
        return str(store.client.get_run(run.run_id).data.tags.get("mlflow.note.content", ""))


def all_metrics(store: Store, run: RunSummary) -> dict[str, float]:
    """Return all scores of a run, with ``_low`` and ``_high``; of most, the intervals are only in its table."""
    with store.answering():
        metrics: dict[str, float] = dict(store.client.get_run(run.run_id).data.metrics)
    try:
        rows = json.loads(fetched_text(store, run, SCORES_TABLE))["data"]
    except StoreError:  # a run of earlier versions, or of an experiment, has all in the store
        return metrics
    for path, value, low, high, *_ in rows:
        kept = {path: value, f"{path}{LOW}": low, f"{path}{HIGH}": high}
        metrics |= {name: number for name, number in kept.items() if number is not None}
    return metrics
