"""Parts of a job, done by workers on a Ray cluster: each reads its rows and writes its part by itself.

What they share is the folder of the job, on storage that all nodes see: the model lies there, and what they have done.
Ray is imported here only.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import socket
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from framing import errors
from framing.errors import ClusterError, ConfigError, FramingError, FramingWarning, first_line
from framing.model.encoders.backends import OPENVINO, TORCH
from framing.model.persistence import load_model, save_model
from framing.model.student.cascade import ONLY, Fast
from framing.predictor import Predictor
from framing.stream.job import Job
from framing.stream.pieces import parquet_piece
from framing.stream.work import Work, passed_on, version

_MODEL = "model"
_DEATHS = 3  # of workers at one part: what kills three kills the next
_TAIL = 1 << 16  # bytes at the end of a Parquet file, where its description is
_ANSWERS = 20  # seconds in which a cluster takes a connection
_STORE = 100 << 20  # bytes of ray's memory for objects: ours are names and numbers


@dataclass(frozen=True)
class Order:
    """What a worker is told.

    Parameters
    ----------
    work
        What is done with rows.
    job
        Where they go.
    session
        The run that it works for.
    source
        Where the rows are.
    tail
        What its end looks like, to see that it is the same file on each node.
    origin
        Where the model came from.
    fast
        How the model's student is asked.
    version, backends
        What must be the same on each node.
    """

    work: Work
    job: Job
    session: str
    source: Path
    tail: str
    origin: str
    fast: Fast
    version: str
    backends: list[str]

    @classmethod
    def of(cls, work: Work, job: Job, predictor: Predictor, source: Path) -> Order:
        """Begin a run of a job, and put the model where its workers find it."""
        job = Job(job.output.absolute(), job.identity)
        for left in job.folder.glob("*.tries"):
            left.unlink()
        whole = predictor.classifier
        fast: Fast = False
        if predictor.fast is not None:
            fast = predictor.fast if predictor.fast == ONLY else whole.fast_loss or True
            whole = replace(whole, tasks={**whole.tasks, **whole.without_student().tasks})
        save_model(whole, job.folder / _MODEL)
        source = source.absolute()
        backends = job.identity["backend"]
        return cls(work, job, job.begin_session(), source, _tail(source), predictor.origin, fast, version(), backends)

    def ready(self) -> Predictor:
        """Return the predictor, loaded by a worker.

        Raises
        ------
        ClusterError
            Its node does not see the files, or would score otherwise.
        ModelError, EncoderError, ConfigError
            The model cannot be loaded there.
        """
        node = platform.node()
        for path, is_there in (
            (self.job.folder, self.job.is_session(self.session)),
            (self.source, _tail(self.source) == self.tail),
        ):
            if not is_there:
                raise ClusterError(
                    f"node {node} does not see {path} as it is here: workers read and write by themselves, so that IN "
                    "and OUT must lie on storage that all nodes share, under the same name"
                )
        backend = OPENVINO if any(name.startswith(OPENVINO) for name in self.backends) else TORCH
        predictor = Predictor(
            load_model(self.job.folder / _MODEL).read_with(backend).with_student(self.fast), self.origin
        )
        there = (version(), predictor.classifier.keep_vectors(False).backends)
        here = (self.version, self.backends)
        if there != here:
            told, expected = (f"{number} ({', '.join(names)})" for number, names in (there, here))
            raise ClusterError(
                f"node {node} has another framing, or computes vectors otherwise: {told}, expected {expected}; install "
                "the same on all nodes, or give --backend torch"
            )
        return predictor

    def do(self, predictor: Predictor, number: int) -> int:
        """Score a part, put it in its place, and return how many of its sentences a student passed on.

        Raises
        ------
        InputError
            Its rows cannot be read.
        ClusterError
            The run that it is for has ended.
        """
        first = number * self.work.part
        found = parquet_piece(self.source, first, self.work.part)
        piece = [(f"{self.work.source}, row {row}", content) for row, (_, content) in enumerate(found, first + 1)]
        found_here = self.work.predictions(predictor, piece)
        if not self.job.is_session(self.session):
            raise ClusterError(f"{self.job.output}: the run has ended")
        self.job.keep(number, found_here.to_rows())
        return passed_on(found_here)


class _Worker:
    """Scores parts, and says of each what came of it; the model is loaded with the first one."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.predictor: Predictor | None = None

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
        return {"told": [json.dumps(self._do(int(number))) for number in batch["number"]]}

    def _do(self, number: int) -> dict[str, Any]:
        """Do a part; an expected error is told as text, since ray would wrap it."""
        error, passed = None, 0
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", FramingWarning)
            try:
                passed = self._try(number)
            except FramingError as failed:
                error = [type(failed).__name__, str(failed)]
            except OSError as failed:
                told = f"{self.order.job.folder}: cannot be written on node {platform.node()} ({first_line(failed)})"
                error = ["OutputError", told]
        ours = [one for one in caught if issubclass(one.category, FramingWarning)]
        warned = dict.fromkeys((one.category.__name__, str(one.message)) for one in ours)
        return {"number": number, "passed": passed, "error": error, "warned": list(warned)}

    def _try(self, number: int) -> int:
        job, size = self.order.job, self.order.work.part
        if job.is_done(number):  # and the news of it was lost with a node
            return 0
        # The session first: without it the folder may be another one, or another's.
        if self.predictor is None and not job.is_session(self.order.session):
            self.order.ready()
        tries = job.part(number).with_suffix(".tries")
        with tries.open("ab") as marks:
            marks.write(b".")
        if tries.stat().st_size > _DEATHS:
            rows = f"rows {number * size + 1:,} to {(number + 1) * size:,}"
            raise ClusterError(
                f"{self.order.work.source}, {rows}: {_DEATHS} workers died of them, of their memory perhaps; a smaller "
                "--part, fewer --workers, or ray's own logs may help. What is done is kept"
            )
        if self.predictor is None:
            self.predictor = self.order.ready()
        passed = self.order.do(self.predictor, number)
        tries.unlink(missing_ok=True)
        return passed


def score_parts(order: Order, numbers: Sequence[int], workers: int | None, done: Callable[[int, int], None]) -> None:
    """Have parts scored.

    Parameters
    ----------
    order
        What the workers are told.
    numbers
        The parts.
    workers
        Processes; default as many as the cluster has processors.
    done
        Called with each part's number, and how many of its sentences a student passed on, once it is in its place.

    Raises
    ------
    ConfigError
        There are fewer processors than workers.
    ClusterError
        The cluster cannot be reached, a node does not see the files or would score otherwise, or workers die.
    InputError
        A row cannot be read.
    """
    own = sys.stdout
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), _cluster(workers) as n_workers:
        import ray.data

        logging.getLogger("ray.data").setLevel(logging.CRITICAL + 1)
        ray.data.DataContext.get_current().enable_progress_bars = False
        try:
            parts = ray.data.from_items([{"number": number} for number in numbers], override_num_blocks=len(numbers))
            pool = ray.data.ActorPoolStrategy(size=min(n_workers, len(numbers)))
            told = parts.map_batches(_Worker, fn_constructor_args=(order,), batch_size=1, compute=pool, num_cpus=1)
            for row in told.iter_rows():
                with redirect_stdout(own):
                    done(*_taken(json.loads(row["told"])))
        except ray.exceptions.RayTaskError:  # a defect, with its traceback
            raise
        except ray.exceptions.RayError as error:
            raise ClusterError(f"the workers of ray failed ({first_line(error)}); what is done is kept") from None
    if lost := [number for number in numbers if not order.job.is_done(number)]:
        raise ClusterError(f"{order.job.output}: {len(lost)} parts are missing; start again to have them done")


def _taken(said: dict[str, Any]) -> tuple[int, int]:
    for kind, text in said["warned"]:
        warnings.warn(text, getattr(errors, kind), stacklevel=2)
    if said["error"]:
        kind, text = said["error"]
        raise getattr(errors, kind)(text)
    return int(said["number"]), int(said["passed"])


@contextmanager
def _cluster(workers: int | None) -> Iterator[int]:
    """Within it ray is connected; gives how many workers there are to be. What was started here ends with it."""
    # What ray reads of the environment when it starts: nothing is sent to its makers, nothing is said on the terminal.
    for name, value in (("RAY_USAGE_STATS_ENABLED", "0"), ("RAY_BACKEND_LOG_LEVEL", "fatal")):
        os.environ.setdefault(name, value)
    with _silenced():
        import ray

        was_there = ray.is_initialized()
        if not was_there:
            _connect(ray, workers)
    try:
        n_cpus = int(ray.cluster_resources().get("CPU", 0))
        if n_cpus < (workers or 1):
            raise ConfigError(f"{workers or 1} workers: ray has {n_cpus} processors; name fewer with --workers")
        yield workers or n_cpus
    finally:
        if not was_there:
            ray.shutdown()


@contextmanager
def _silenced() -> Iterator[None]:
    """Within it standard error goes nowhere: ray tells there, from below Python, that it was told to be silent."""
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _connect(ray: Any, workers: int | None) -> None:
    address = os.environ.get("RAY_ADDRESS", "")
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    if address in ("", "local"):
        address = "local"
        options |= {"num_cpus": workers, "include_dashboard": False, "object_store_memory": _STORE}
    elif "://" in address:
        raise ConfigError(
            f"RAY_ADDRESS={address}: expected HOST:PORT or auto, on a machine of the cluster; a client's address does "
            "not do"
        )
    try:
        host, _, port = address.rpartition(":")
        if host:  # ray itself goes on asking for minutes
            socket.create_connection((host, int(port)), timeout=_ANSWERS).close()
        ray.init(address=address, **options)
    except Exception as error:  # ray raises that very class where a node takes too long to start
        ray.shutdown()
        if address == "local":
            where, way = "ray cannot be started here", "try again, or take the local engine"
        else:
            where, way = f"RAY_ADDRESS={address}: no cluster of ray", "see whether it is up: ray status"
        raise ClusterError(f"{where} ({first_line(error)}); {way}") from None


def _tail(path: Path) -> str:
    """Return a digest of a file's end and its length; nothing where there is no such file."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - _TAIL))
            return f"{size} {hashlib.sha256(stream.read()).hexdigest()}"
    except OSError:
        return ""
