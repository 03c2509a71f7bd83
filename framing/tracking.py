"""The tracking store: runs, their models, and which of them is the champion. The only room that imports MLflow."""

from __future__ import annotations

import http.client
import importlib.metadata
import json
import logging
import os
import sqlite3
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from framing.errors import StoreError

REGISTERED_MODEL = "framing"
CHAMPION = "champion"
MODEL_FOLDER = "model"
_PRIMARY = "framing.primary_metric"
_PARENT = "mlflow.parentRunId"
# The UI's runs table shows no scores, and folds a sweep into one row, unless a view of the experiment says otherwise.
_VIEW = "scores"
_VIEW_TAG = f"mlflow.sharedViewState.{_VIEW}"
_VIEW_WIDTHS = {
    "params.`encoder`": 90,
    "params.`head`": 90,
    "params.`words`": 90,
    "tags.`score`": 170,
    "metrics.`validation/frames/macro_f1`": 210,
    "metrics.`validation/frames/macro_f1_low`": 230,
    "metrics.`validation/frames/macro_f1_high`": 230,
}
# Seconds that a store has for its first answer.
_PATIENCE = 5


def store_uri(uri: str | None = None) -> str:
    """Return the tracking store's address: what was given, else ``MLFLOW_TRACKING_URI``, else ``./mlflow.db``.

    A path becomes an SQLite address, and a relative one absolute, so that a later ``cd`` changes nothing.

    Examples
    --------
    >>> store_uri("sqlite:////data/mlflow.db")
    'sqlite:////data/mlflow.db'
    >>> store_uri("http://localhost:5000/")
    'http://localhost:5000'
    """
    uri = uri or os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db"
    if "://" not in uri:
        uri = f"sqlite:///{Path(uri).expanduser()}"
    if uri.startswith("sqlite:///"):
        return f"sqlite:///{Path(uri.removeprefix('sqlite:///')).absolute()}"
    return uri.rstrip("/")


@dataclass(frozen=True)
class RunSummary:
    """One run, as ``framing runs`` shows it."""

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


class Run:
    """An open run. Figures go in with ``log``; ``Store.run`` closes it with the right status."""

    def __init__(self, store: Store, run_id: str) -> None:
        self.store = store
        self.run_id = run_id

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
            client.set_tag(self.run_id, _PRIMARY, primary)
        entries = [Metric(path, float(value), now, 0) for path, value in metrics.items()]
        for start in range(0, len(entries), 500):
            client.log_batch(self.run_id, metrics=entries[start : start + 500])
        if tags:
            client.log_batch(self.run_id, tags=[RunTag(key, value) for key, value in tags.items()])
        if files is not None:
            client.log_artifacts(self.run_id, str(files))
        if note is not None:
            client.set_tag(self.run_id, "mlflow.note.content", note)

    def log_data(self, name: str, digest: str, source: str, rows: int, columns: list[str]) -> None:
        """Record which data the run read."""
        from mlflow.entities import Dataset, DatasetInput, InputTag

        dataset = Dataset(
            name=name,
            digest=digest[:36],
            source_type="local",
            source=json.dumps({"uri": source}),
            schema=json.dumps({"mlflow_colspec": [{"name": column, "type": "string"} for column in columns]}),
            profile=json.dumps({"num_rows": rows, "sha256": digest}),
        )
        inputs = [DatasetInput(dataset, [InputTag("mlflow.data.context", "train")])]
        self.store.client.log_inputs(self.run_id, datasets=inputs)


class Store:
    """A tracking store and its model registry.

    Parameters
    ----------
    uri
        As ``store_uri`` returns it. Nothing is created before the first run is.

    Raises
    ------
    StoreError
        The store cannot be reached; known within seconds.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._probe()

    @cached_property
    def client(self) -> Any:
        """The MLflow client of this store."""
        # By default MLflow reports usage, retries for minutes, and prints links among the results.
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
        os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
        from mlflow import MlflowClient

        # What goes wrong comes as an exception; its trace in the log would be said twice.
        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            return MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)
        except Exception as error:
            raise self._error(error) from None

    @property
    def database(self) -> Path | None:
        """The SQLite file, where the store is one."""
        return Path(self.uri.removeprefix("sqlite:///")) if self.uri.startswith("sqlite:///") else None

    @property
    def exists(self) -> bool:
        """Whether there is anything to read."""
        return self.database is None or (self.database.is_file() and self.database.stat().st_size > 0)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Turn MLflow's errors into ours."""
        try:
            yield
        except Exception as error:
            if not type(error).__module__.startswith(("mlflow.", "sqlalchemy.")):
                raise
            raise self._error(error) from None

    @contextmanager
    def run(self, name: str, experiment: str, params: Mapping[str, Any], parent: str | None = None) -> Iterator[Run]:
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
        from mlflow.entities import Param

        run_id = self.start(name, experiment, parent)
        status = "FAILED"
        try:
            entries = [Param(key, str(value)[:6000]) for key, value in params.items()]
            for start in range(0, len(entries), 100):
                self.client.log_batch(run_id, params=entries[start : start + 100])
            with self._answering():
                yield Run(self, run_id)
            status = "FINISHED"
        except KeyboardInterrupt:
            status = "KILLED"
            raise
        finally:
            self.end(run_id, status)

    def start(self, name: str, experiment: str, parent: str | None = None) -> str:
        """Open a run that ``end`` closes, and return its id."""
        tags = {**_code_version(), **({_PARENT: parent} if parent else {})}
        with self._answering():
            if self.database is not None:
                self.database.parent.mkdir(parents=True, exist_ok=True)
            found = self.client.get_experiment_by_name(experiment)
            # Beside the database, so that a store is one folder; the library's default follows the current one.
            place = self.database and (self.database.parent / "mlartifacts" / experiment).as_uri()
            experiment_id = (
                found.experiment_id
                if found
                else self.client.create_experiment(experiment, place, tags={_VIEW_TAG: _runs_view()})
            )
            run_id: str = self.client.create_run(experiment_id, run_name=name, tags=tags).info.run_id
            return run_id

    def end(self, run_id: str, status: str) -> None:
        """Close a run with a status: FINISHED, FAILED or KILLED."""
        with self._answering():
            self.client.set_terminated(run_id, status)

    def runs(self, experiment: str | None = None) -> list[RunSummary]:
        """Return training runs, best primary score first, runs without a score last.

        Raises
        ------
        StoreError
            There is no store yet, or no such experiment.
        """
        self._require()
        champion = self.champion_run()
        found, token = [], None
        with self._answering():
            experiments = self._experiments(experiment)
            while True:
                page = self.client.search_runs(list(experiments), max_results=1000, page_token=token)
                found += [self._summary(run, experiments, champion) for run in page]
                if not (token := page.token):
                    break
        found.sort(key=lambda run: (run.score is None, -(run.score or 0), -run.started))
        return found

    def find_run(self, wanted: str) -> RunSummary:
        """Return the run with an id, the beginning of an id, or a name that only one run has.

        Raises
        ------
        StoreError
            None or several fit.
        """
        runs = self.runs()
        fitting = [run for run in runs if run.run_id == wanted] or [
            run for run in runs if run.name == wanted or (len(wanted) >= 4 and run.run_id.startswith(wanted))
        ]
        if len(fitting) != 1:
            several = ", ".join(run.run_id[:8] for run in fitting[:8])
            problem = (
                f"{len(fitting)} runs fit ({several}); give the id" if fitting else "no such run; see `framing runs`"
            )
            raise StoreError(f"run {wanted!r} in {self.uri}: {problem}")
        return fitting[0]

    def promote(self, run: RunSummary) -> int:
        """Register a finished run's model as a new version of ``framing`` and make it the champion."""
        if run.status != "FINISHED":
            raise StoreError(f"run {run.run_id[:8]} ({run.name}) is {run.status}: only a finished run can be promoted")
        with self._answering():
            if not any(file.path == MODEL_FOLDER for file in self.client.list_artifacts(run.run_id)):
                raise StoreError(
                    f"run {run.run_id[:8]} ({run.name}) has no model; promote one of its children or train again"
                )
            if not self._found(self.client.get_registered_model, REGISTERED_MODEL):
                self.client.create_registered_model(REGISTERED_MODEL)
            source = self.client.get_run(run.run_id).info.artifact_uri + f"/{MODEL_FOLDER}"
            version = self.client.create_model_version(REGISTERED_MODEL, source=source, run_id=run.run_id).version
            self.client.set_registered_model_alias(REGISTERED_MODEL, CHAMPION, version)
        return int(version)

    def champion_run(self) -> str | None:
        """Return the id of the champion's run, or ``None``."""
        if not self.exists:
            return None
        with self._answering():
            version = self._found(self.client.get_model_version_by_alias, REGISTERED_MODEL, CHAMPION)
        return version.run_id if version else None

    @contextmanager
    def model(self, uri: str) -> Iterator[Path]:
        """Bring a model from ``models:/NAME@ALIAS``, ``models:/NAME/VERSION`` or ``runs:/ID`` and lend its folder.

        Raises
        ------
        StoreError
            There is no such model.
        """
        from mlflow.artifacts import download_artifacts
        from mlflow.exceptions import MlflowException

        self._require()
        with tempfile.TemporaryDirectory(prefix="framing-model-") as scratch:
            try:
                folder = download_artifacts(self._source(uri), dst_path=scratch, tracking_uri=self.uri)
            except (MlflowException, OSError, ValueError) as error:
                raise StoreError(
                    f"{uri}: not in the store {self.uri} ({_first_line(error)}); see `framing runs`"
                ) from None
            yield Path(folder)

    def _source(self, uri: str) -> str:
        """Return the address of the files that a model's name means in this store.

        MLflow would look a ``models:/`` name up in the store of its environment.
        """
        kind, _, name = uri.partition(":/")
        if kind == "runs":
            run_id, _, path = name.partition("/")
            return f"{self.client.get_run(self.find_run(run_id).run_id).info.artifact_uri}/{path or MODEL_FOLDER}"
        model, at, alias = name.partition("@")
        if at:
            return str(self.client.get_model_version_by_alias(model, alias).source)
        model, _, version = name.partition("/")
        if not version.isdigit():
            raise ValueError("expected models:/NAME@ALIAS or models:/NAME/VERSION")
        return str(self.client.get_model_version(model, version).source)

    def training_link(self, base: str, experiment: str | None = None) -> str:
        """Return the address of the runs table of an experiment in the UI, by default the one used last."""
        used, view = "0", ""
        if experiment is not None:
            self._require()
        if self.exists:
            with self._answering():
                found = list(self._experiments(experiment))
                latest = self.client.search_runs(found, max_results=1, order_by=["attributes.start_time DESC"])
                used = latest[0].info.experiment_id if latest else found[0]
                # The UI complains of a view that is not there: an experiment may be older, or made by other hands.
                if _VIEW_TAG in self.client.get_experiment(used).tags:
                    view = f"&viewStateShareKey={_VIEW}"
        # Without the workflow type the UI opens its page for traces of language models.
        return f"{base}/#/experiments/{used}/runs?workflowType=machine_learning{view}"

    def serve(self, host: str, port: int) -> int:
        """Run the MLflow UI on this store until it is stopped; return its exit code."""
        command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", self.uri, "--host", host]
        environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
        return subprocess.run([*command, "--port", str(port)], env=environment, check=False).returncode

    def _summary(self, run: Any, experiments: Mapping[str, str], champion: str | None) -> RunSummary:
        metric = run.data.tags.get(_PRIMARY, "")
        metrics = run.data.metrics
        return RunSummary(
            run_id=run.info.run_id,
            name=run.info.run_name,
            experiment=experiments[run.info.experiment_id],
            status=run.info.status,
            started=run.info.start_time,
            metric=metric,
            score=metrics.get(metric),
            low=metrics.get(f"{metric}_low"),
            high=metrics.get(f"{metric}_high"),
            params=dict(run.data.params),
            parent=run.data.tags.get(_PARENT),
            champion=run.info.run_id == champion,
        )

    def _experiments(self, wanted: str | None) -> dict[str, str]:
        """Return the names of experiments by id: of one, or of all."""
        names: dict[str, str] = {e.experiment_id: e.name for e in self.client.search_experiments()}
        if wanted is not None and wanted not in names.values():
            raise StoreError(f"store {self.uri}: no experiment {wanted!r}; there are: {', '.join(names.values())}")
        return {number: name for number, name in names.items() if wanted in (None, name)}

    @staticmethod
    def _found(ask: Callable[..., Any], *wanted: str) -> Any:
        """Ask the registry; ``None`` where it has no such thing."""
        from mlflow.exceptions import MlflowException

        try:
            return ask(*wanted)
        except MlflowException as error:
            if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                return None
            raise

    def _require(self) -> None:
        if not self.exists:
            raise StoreError(f"no tracking store at {self.uri}; train first (framing train), or name one with --store")

    def _probe(self) -> None:
        """Find out within seconds whether the store can be reached, and create nothing."""
        if self.database is not None:
            self._probe_sqlite(self.database)
        elif urllib.parse.urlparse(self.uri).scheme in ("http", "https"):
            self._probe_server()
        else:
            raise StoreError(
                f"store {self.uri}: unknown kind of address; expected sqlite:///PATH, a path, or http(s)://HOST:PORT"
            )

    def _probe_server(self) -> None:
        """Ask a server whether it is well; one that takes the call and stays silent is found out too."""
        try:
            with urllib.request.urlopen(f"{self.uri}/health", timeout=_PATIENCE):
                return
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (401, 403):  # a guard answers before the server; MLflow has its own ways to log in
                return
            raise self._error(f"it answers {error.code} where an MLflow server says that it is well") from None
        except TimeoutError:
            raise self._error(f"no answer within {_PATIENCE} seconds") from None
        except urllib.error.URLError as error:
            raise self._error(error.reason) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise self._error(f"not an address or not an MLflow server: {_first_line(error)}") from None

    def _probe_sqlite(self, file: Path) -> None:
        if file.is_dir():
            raise StoreError(f"store {self.uri}: a folder; name the database in it, such as {file / 'mlflow.db'}")
        if file.exists():
            try:
                with closing(sqlite3.connect(file, timeout=_PATIENCE)) as connection:
                    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            except sqlite3.Error as error:
                raise self._error(error) from None
            # MLflow would add its tables to anybody's database.
            if tables and "experiments" not in tables:
                raise self._error("a database of something else: it has no table 'experiments'")
            return
        # The folder is made with the first run; now it is enough that it could be.
        folder = next(parent for parent in file.parents if parent.exists())
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise self._error(f"{folder} cannot be written: {error.strerror}") from None

    def _error(self, reason: object) -> StoreError:
        for error in (reason, getattr(reason, "__cause__", None)):
            reason = getattr(error, "orig", None) or reason  # what the database itself said
        start = "" if self.database is not None else "start the server (mlflow server), or "
        return StoreError(
            f"store {self.uri}: cannot be used ({_first_line(reason)}); {start}name another store with --store "
            "(framing train: tracking.uri=...)"
        )


def _runs_view() -> str:
    """Return the view of the runs table as the UI saves one: columns, their order and widths, best score first."""
    columns = list(_VIEW_WIDTHS)
    view = {
        "selectedColumns": columns,
        "columnOrder": columns,
        "columnWidths": _VIEW_WIDTHS,
        "orderByKey": "tags.`score`",
        "orderByAsc": False,
    }
    # Twice: older versions of the UI read the view itself, newer ones the one inside, which they list by its name.
    return json.dumps({**view, "name": _VIEW, "createdAt": _milliseconds(), "state": json.dumps(view)})


def _first_line(reason: object) -> str:
    return (str(reason).splitlines() or [type(reason).__name__])[0]


def _code_version() -> dict[str, str]:
    version = importlib.metadata.version("framing-classifier")
    tags = {"framing.version": version, "mlflow.source.name": "framing train", "mlflow.source.type": "LOCAL"}
    source = Path(__file__).resolve().parent.parent
    if (source / ".git").exists():
        git = ["git", "-C", str(source), "rev-parse", "HEAD"]
        commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
        if commit:
            tags["mlflow.source.git.commit"] = commit
    return tags


def _milliseconds() -> int:
    from mlflow.utils.time import get_current_time_millis

    return int(get_current_time_millis())
