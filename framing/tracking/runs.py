"""Runs: open one, record in it, close it with the right status, list them by their score."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import framing
from framing.errors import StoreError, first_line, one_line, unknown
from framing.scores import scores_of
from framing.tracking.registry import MODEL_TAG, champions, unless_there
from framing.tracking.store import Store
from framing.tracking.unfinished import close_gone, process_tags
from framing.tracking.view import VIEW_TAG, runs_view

PRIMARY_TAG = "framing.primary_metric"
PARENT_TAG, FAILURE_TAG = "mlflow.parentRunId", "failure"
# What a run was made of, and how many rows its primary score is of.
DATA_TAG, CODEBOOK_TAG, SCORED_TAG = "framing.data_digest", "framing.codebook", "framing.scored_rows"
# Of the whole configuration among a run's parameters, so that it comes after the few that tell runs apart.
CONFIG_PREFIX = "yaml."
# What data were read for: to learn from.
TRAIN = "train"


@dataclass(frozen=True)
class RunSummary:
    """One run, as ``framing runs`` shows it.

    ``data``, ``digest`` and ``rows`` are the name, the digest and the length of what it learned from; ``codebook`` is
    its name and the beginning of its digest; ``scored`` the rows that the primary score is of; ``model`` the registered
    model that it is meant for, where that was named; ``failure`` why it is FAILED. Runs that were made before these
    were kept have them empty.
    """

    run_id: str
    name: str
    experiment: str
    status: str
    started: int
    metric: str
    score: float | None
    low: float | None
    high: float | None
    params: dict[str, str]
    parent: str | None
    champion: bool
    data: str = ""
    digest: str = ""
    rows: int | None = None
    codebook: str = ""
    scored: int | None = None
    model: str = ""
    failure: str = ""

    @property
    def like(self) -> tuple[Any, ...]:
        """What two runs must share for their scores to be of one kind: score, data, codebook, split, held-out rows."""
        options = ("split", "split.by", "split.after", "calibrate")
        return (self.metric, self.digest, self.codebook, self.scored, *(self.params.get(key) for key in options))


class Run:
    """An open run. Figures go in with ``log``; ``open_run`` closes it with the right status."""

    def __init__(self, store: Store, run_id: str) -> None:
        self.store = store
        self.run_id = run_id
        # Set where its end has been recorded, or cannot be.
        self.ended = False

    def log(
        self,
        metrics: Mapping[str, float],
        files: Path | None = None,
        note: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Record scores (the primary one first), a folder of files, a description and tags."""
        from mlflow.entities import Metric, RunTag

        client, now = self.store.client, _milliseconds()
        # A run's overview lists metrics in the order in which they arrived, and a batch holds 1,000 at most.
        if metrics:
            primary = next(iter(metrics))
            client.log_metric(self.run_id, primary, metrics[primary])
            client.set_tag(self.run_id, PRIMARY_TAG, primary)
        entries = [Metric(path, float(value), now, 0) for path, value in metrics.items()]
        for start in range(0, len(entries), 500):
            client.log_batch(self.run_id, metrics=entries[start : start + 500])
        if tags:
            client.log_batch(self.run_id, tags=[RunTag(key, value) for key, value in tags.items()])
        if files is not None:
            client.log_artifacts(self.run_id, str(files))
        if note is not None:
            client.set_tag(self.run_id, "mlflow.note.content", note)

    def log_data(
        self, name: str, digest: str, *, source: str, rows: int, columns: list[str], context: str = TRAIN
    ) -> None:
        """Record which data the run read, and what for."""
        from mlflow.entities import Dataset, DatasetInput, InputTag

        dataset = Dataset(
            name=name,
            digest=digest[:36],
            source_type="local",
            source=json.dumps({"uri": source}),
            schema=json.dumps({"mlflow_colspec": [{"name": column, "type": "string"} for column in columns]}),
            profile=json.dumps({"num_rows": rows, "sha256": digest}),
        )
        inputs = [DatasetInput(dataset, [InputTag("mlflow.data.context", context)])]
        self.store.client.log_inputs(self.run_id, datasets=inputs)


@contextmanager
def open_run(
    store: Store, name: str, experiment: str, params: Mapping[str, Any], parent: str | None = None
) -> Iterator[Run]:
    """Open a run, and end it as FINISHED, FAILED, or KILLED by Ctrl-C.

    Parameters
    ----------
    name, experiment
        Names of the run and of its experiment, which is made where missing.
    params
        The resolved configuration, flat.
    parent
        Id of the run that this one is a part of.
    """
    run = Run(store, start_run(store, name, experiment, parent))
    status, reason = "FAILED", ""
    try:
        with store.answering():
            log_params(store, run.run_id, params)
            yield run
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    except Exception as error:
        reason = one_line(first_line(error))
        raise
    finally:
        if not run.ended:
            end_run(store, run.run_id, status, reason)


def log_params(store: Store, run_id: str, params: Mapping[str, Any]) -> None:
    """Record the parameters of a run."""
    from mlflow.entities import Param

    entries = [Param(key, str(value)[:6000]) for key, value in params.items()]
    for start in range(0, len(entries), 100):
        store.client.log_batch(run_id, params=entries[start : start + 100])


def start_run(
    store: Store,
    name: str,
    experiment: str,
    parent: str | None = None,
    tags: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
) -> str:
    """Open a run that ``end_run`` closes, and return its id."""
    tags = {**_code_version(), **process_tags(), **({PARENT_TAG: parent} if parent else {}), **(tags or {})}
    store.prepare()
    with store.answering():
        found = store.client.get_experiment_by_name(experiment)
        experiment_id = found.experiment_id if found else _new_experiment(store, experiment)
        close_gone(store, store.client.search_runs([experiment_id], "attributes.status = 'RUNNING'"))
        run_id: str = store.client.create_run(experiment_id, run_name=name, tags=tags).info.run_id
        log_params(store, run_id, params or {})
        return run_id


def _new_experiment(store: Store, name: str) -> str:
    # Beside the database, so that a store is one folder; the library's default follows the current one.
    place = store.database and (store.database.parent / "mlartifacts" / _folder_name(name)).as_uri()
    made = unless_there(store.client.create_experiment, name, place, tags={VIEW_TAG: runs_view()})
    return str(made or store.client.get_experiment_by_name(name).experiment_id)


def _folder_name(experiment: str) -> str:
    """Return the name of one folder: an experiment may be called ``a/b`` or ``..``."""
    odd = set(experiment) & set("/\\") or not experiment.strip(".")
    return quote(experiment, safe="").replace(".", "%2E") if odd else experiment


def end_run(store: Store, run_id: str, status: str, reason: str = "") -> None:
    """Close a run with a status: FINISHED, FAILED or KILLED; of one that failed, say why."""
    with store.answering():
        if reason:
            store.client.set_tag(run_id, FAILURE_TAG, reason[:5000])
            store.client.set_tag(run_id, "mlflow.note.content", f"**{status}**: {reason}")
        store.client.set_terminated(run_id, status)


def add_to_run(
    store: Store,
    run_id: str,
    files: Path | None,
    folder: str,
    tags: Mapping[str, str],
    metrics: Mapping[str, float] | None = None,
) -> None:
    """Put the files of a folder, if one is given, tags and scores to a run that has ended."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    store.prepare()
    with store.answering():
        # Not by client.log_artifacts: for a run that this process has met, it recalls where another copy has its files.
        if files is not None:
            place = store.client.get_run(run_id).info.artifact_uri
            get_artifact_repository(place, tracking_uri=store.address).log_artifacts(str(files), folder or None)
        for key, value in tags.items():
            store.client.set_tag(run_id, key, value)
        for key, number in (metrics or {}).items():
            store.client.log_metric(run_id, key, number)


def list_runs(store: Store, experiment: str | None = None) -> list[RunSummary]:
    """Return training runs, best primary score first, runs without a score last.

    Raises
    ------
    StoreError
        There is no store yet, or no such experiment.
    """
    store.require()
    best = {champion.run_id for champion in champions(store).values()}
    found, token = [], None
    with store.answering():
        experiments = experiment_names(store, experiment)
        while True:
            page = store.client.search_runs(list(experiments), max_results=1000, page_token=token)
            killed = close_gone(store, page)
            found += [_summary(run, experiments, best, killed) for run in page]
            if not (token := page.token):
                break
    found.sort(key=lambda run: (run.score is None, -(run.score or 0), -run.started))
    return found


def find_run(store: Store, wanted: str) -> RunSummary:
    """Return the run with an id, the beginning of an id, or a name that only one run has.

    Raises
    ------
    StoreError
        None or several fit.
    """
    runs = list_runs(store)
    fitting = [run for run in runs if run.run_id == wanted] or [
        run for run in runs if run.name == wanted or (len(wanted) >= 4 and run.run_id.startswith(wanted))
    ]
    if len(fitting) != 1:
        several = ", ".join(run.run_id[:8] for run in fitting[:8])
        problem = f"{len(fitting)} runs fit ({several}); give the id" if fitting else "no such run; see `framing runs`"
        raise StoreError(f"run {wanted!r} in {store.uri}: {problem}")
    return fitting[0]


def experiment_names(store: Store, wanted: str | None) -> dict[str, str]:
    """Return the names of experiments by id: of one, or of all."""
    names: dict[str, str] = {e.experiment_id: e.name for e in store.client.search_experiments()}
    if wanted is not None and wanted not in names.values():
        raise StoreError(f"store {store.uri}: {unknown('experiment', wanted, names.values())}")
    return {number: name for number, name in names.items() if wanted in (None, name)}


def _summary(run: Any, experiments: Mapping[str, str], best: Collection[str], killed: Collection[str]) -> RunSummary:
    metric = run.data.tags.get(PRIMARY_TAG, "")
    metrics = run.data.metrics
    score = scores_of(metrics).get(metric)
    tags, scored = run.data.tags, run.data.tags.get(SCORED_TAG, "")
    used = _data_used(run.inputs)
    rows = json.loads(used.profile or "{}").get("num_rows") if used else None
    return RunSummary(
        run_id=run.info.run_id,
        name=run.info.run_name,
        experiment=experiments[run.info.experiment_id],
        status="KILLED" if run.info.run_id in killed else run.info.status,
        started=run.info.start_time,
        metric=metric,
        score=metrics.get(metric),
        low=score.low if score else None,
        high=score.high if score else None,
        params=_all_options(run.data.params),
        parent=run.data.tags.get(PARENT_TAG),
        champion=run.info.run_id in best,
        data=used.name if used else "",
        digest=tags.get(DATA_TAG, used.digest if used else ""),
        rows=rows,
        codebook=tags.get(CODEBOOK_TAG, ""),
        scored=int(scored) if scored.isdigit() else None,
        model=tags.get(MODEL_TAG, ""),
        failure=tags.get(FAILURE_TAG, ""),
    )


def _all_options(params: Mapping[str, str]) -> dict[str, str]:
    """Return a run's options by their names, also those that it has under the prefix of the whole configuration."""
    return {key.removeprefix(CONFIG_PREFIX): value for key, value in params.items()} | {
        key: value for key, value in params.items() if not key.startswith(CONFIG_PREFIX)
    }


def _data_used(inputs: Any) -> Any:
    """Return the data that a run learned from, among all that it read."""
    used = inputs.dataset_inputs if inputs else []
    learned = [one for one in used if any(tag.value == TRAIN for tag in one.tags)]
    return next((one.dataset for one in [*learned, *used]), None)


def _code_version() -> dict[str, str]:
    version = importlib.metadata.version("framing-classifier")
    tags = {"framing.version": version, "mlflow.source.name": "framing train", "mlflow.source.type": "LOCAL"}
    source = Path(framing.__file__).resolve().parent.parent
    if (source / ".git").exists():
        git = ["git", "-C", str(source), "rev-parse", "HEAD"]
        commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
        if commit:
            tags["mlflow.source.git.commit"] = commit
    return tags


def _milliseconds() -> int:
    from mlflow.utils.time import get_current_time_millis

    return int(get_current_time_millis())
