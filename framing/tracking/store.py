"""The tracking store: where it is, whether it can be used, and what it says when it cannot."""

from __future__ import annotations

import http.client
import logging
import os
import re
import sqlite3
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from framing.errors import FramingWarning, StoreError, first_line
from framing.installed import need
from framing.tracking.database import PATIENCE, State, build, mlflow_address, state_of
from framing.tracking.moved import mend_places
from framing.tracking.patient import PatientClient, patiently

# Modules whose errors are those of a store.
_OF_STORES = ("mlflow.", "sqlalchemy.", "alembic.", "sqlite3", "requests.", "urllib3.")


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
        """The MLflow client of this store, which has to be there: MLflow would make it, and not in one piece."""
        self.require()
        quiet_mlflow()
        from mlflow import MlflowClient

        try:
            if self.database is None:
                return MlflowClient(tracking_uri=self.address, registry_uri=self.address)
            return PatientClient(patiently(MlflowClient)(tracking_uri=self.address, registry_uri=self.address))
        except Exception as error:
            raise self.error(error) from None

    @property
    def address(self) -> str:
        """The address as MLflow takes it; ``uri`` is for people."""
        return self.uri if self.database is None else mlflow_address(self.database)

    @property
    def shown_uri(self) -> str:
        """The address without a password, for what is written down."""
        return re.sub("//[^/@]*@", "//", self.uri)

    @property
    def database(self) -> Path | None:
        """The SQLite file, where the store is one."""
        return Path(self.uri.removeprefix("sqlite:///")) if self.uri.startswith("sqlite:///") else None

    @property
    def exists(self) -> bool:
        """Whether there is anything to read."""
        return self.database is None or (self.database.is_file() and self.database.stat().st_size > 0)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Within it, turn the errors of MLflow and its database into ours."""
        try:
            yield
        except Exception as error:
            if not type(error).__module__.startswith(_OF_STORES):
                raise
            raise self.error(error) from None

    def require(self) -> None:
        """Raise where there is nothing to read."""
        if not self.exists:
            raise StoreError(f"no tracking store at {self.uri}; train first (framing train), or name one with --store")
        if self.database is not None and self._state() is State.HALF_BUILT:
            raise StoreError(
                f"store {self.uri}: half-built and empty, its first training was cut off; the next training builds it "
                "anew (framing train), or name another store with --store"
            )

    def prepare(self) -> None:
        """Make the store ready for a run: built where it is missing, its places mended where it was moved.

        Raises
        ------
        StoreError
            It cannot be built or written.

        Warns
        -----
        FramingWarning
            A half-built store was in the way. It was moved aside.
        """
        if self.database is None:
            return
        self._probe_sqlite(self.database)  # it may have become something else since
        quiet_mlflow()
        with self.answering():
            try:
                aside = build(self.database)
            except OSError as error:
                raise self.error(error) from None
            mended = mend_places(self.database)
        if aside is not None:
            warnings.warn(
                f"store {self.uri}: was half-built and empty, its first training had been cut off; it is now "
                f"{aside.name}, and a new one was built",
                FramingWarning,
                stacklevel=3,
            )
        if mended:
            folder = self.database.parent
            print(f"store {self.uri}: moved or copied; its runs' files are now those in {folder}", file=sys.stderr)

    def _probe(self) -> None:
        """Find out within seconds whether the store can be reached, and create nothing."""
        if self.database is not None:
            self._probe_sqlite(self.database)
        elif urllib.parse.urlparse(self.uri).scheme in ("http", "https"):
            self._probe_server()
        else:
            if urllib.parse.urlparse(self.uri).scheme.startswith(("postgresql", "mysql", "mssql")):
                raise StoreError(
                    f"store {self.shown_uri}: a database has no place for models; start a server before it (mlflow "
                    "server --backend-store-uri ... --artifacts-destination FOLDER), and name its http:// address"
                )
            raise StoreError(
                f"store {self.uri}: unknown kind of address; expected sqlite:///PATH, a path, or http(s)://HOST:PORT"
            )

    def _probe_server(self) -> None:
        """Ask a server whether it is well; one that takes the call and stays silent is found out too."""
        try:
            with urllib.request.urlopen(f"{self.uri}/health", timeout=PATIENCE):
                return
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (401, 403):  # a guard answers before the server; MLflow has its own ways to log in
                return
            raise self.error(f"it answers {error.code} where an MLflow server says that it is well") from None
        except TimeoutError:
            raise self.error(f"no answer within {PATIENCE} seconds") from None
        except urllib.error.URLError as error:
            raise self.error(error.reason) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise self.error(f"not an address or not an MLflow server: {first_line(error)}") from None

    def _probe_sqlite(self, file: Path) -> None:
        state = self._state()
        if state is State.FOREIGN:  # MLflow would add its tables to anybody's database
            raise self.error("a database of something else: it has no table 'experiments'")
        if state is State.DAMAGED:
            raise self.error("damaged: it holds runs but no experiment, and is left as it is; restore a copy of it")
        if file.exists():
            return
        # The folder is made with the first run; now it is enough that it could be.
        folder = next(parent for parent in file.parents if parent.exists())
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise self.error(f"{folder} cannot be written: {error.strerror}") from None

    def _state(self) -> State:
        """Look at what the SQLite file is now."""
        file = Path(self.uri.removeprefix("sqlite:///"))
        try:
            if file.is_dir():
                raise StoreError(f"store {self.uri}: a folder; name the database in it, such as {file / 'mlflow.db'}")
            if file.exists() and not file.is_file():
                raise self.error("neither a file nor a folder")
            return state_of(file)
        except (sqlite3.Error, OSError) as error:
            raise self.error(error) from None

    def error(self, reason: object) -> StoreError:
        """Return the error that says that the store cannot be used, why, and what to do."""
        for error in (reason, getattr(reason, "__cause__", None)):
            reason = getattr(error, "orig", None) or reason  # what the database itself said
        start = "" if self.database is not None else "start the server (mlflow server), or "
        return StoreError(
            f"store {self.uri}: cannot be used ({first_line(reason)}); {start}name another store with --store "
            "(framing train: tracking.uri=...)"
        )


def quiet_mlflow() -> None:
    """Keep MLflow from reporting usage, retrying for minutes, and printing links among the results.

    Raises
    ------
    MissingExtraError
        MLflow is not installed.
    """
    need("mlflow")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    import mlflow  # noqa: F401  (it sets the levels of its loggers itself)

    # What goes wrong comes as an exception; its trace in the log would be said twice.
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
