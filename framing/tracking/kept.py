"""A run that could not be recorded, kept in a folder until the store is back.

``run.json``  what the store is to know of it: name, experiment, parameters, scores, tags, description, data
``files/``    its files, the model's folder among them
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from framing.errors import InputError
from framing.files import write_whole
from framing.tracking.registry import MODEL_FOLDER
from framing.tracking.runs import Run, end_run, log_params, start_run
from framing.tracking.store import Store

_FILE, _FILES = "run.json", "files"


@dataclass
class RunRecord:
    """What a store is to know of a run, beside its files.

    Parameters
    ----------
    name, experiment, parent
        As of ``open_run``.
    params, metrics, tags
        By name; the primary score is the first.
    note
        The description, without how to use the run, which only its id and store say.
    data
        What ``Run.log_data`` takes of each of the data that it read.
    run_id, store
        Where it was begun, if it was.
    """

    name: str
    experiment: str
    params: Mapping[str, str]
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    data: list[dict[str, Any]] = field(default_factory=list)
    parent: str | None = None
    run_id: str = ""
    store: str = ""


def keep_run(folder: Path, record: RunRecord, files: Path) -> Path:
    """Write a run into a folder of its own, and return the folder.

    Parameters
    ----------
    folder
        Where; one that is there already is left alone, and the next free name taken. Where it cannot be written (the
        store's disk is full, and it lies on it), a new folder among the system's temporary files is.
    record, files
        What the store would have been told, and the folder of the run's files, which are moved.

    Raises
    ------
    OSError
        Neither can be written.
    """
    try:
        return _kept_in(folder, record, files)
    except OSError:
        return _kept_in(Path(tempfile.mkdtemp(prefix="framing-kept-")) / folder.name, record, files)


def _kept_in(folder: Path, record: RunRecord, files: Path) -> Path:
    number, place = 1, folder
    while place.exists():
        number += 1
        place = folder.with_name(f"{folder.name}-{number}")
    place.mkdir(parents=True)
    try:
        _write_record(place, record)
        shutil.move(str(files), place / _FILES)
    except OSError:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return place


def push_run(folder: Path, store: Store) -> str:
    """Record a kept run in a store, and return its id; pushed again, it is the same run.

    Raises
    ------
    InputError
        The folder holds no kept run.
    StoreError
        The store cannot be used.
    """
    record = kept_record(folder)
    store.prepare()
    begun = record.run_id if record.store == store.uri else ""
    with store.answering():
        run_id = begun if begun and _is_there(store, begun) else ""
    run_id = run_id or start_run(store, record.name, record.experiment, record.parent)
    if record.run_id:  # how it is used is told with its id and store
        record.note = record.note.replace(record.run_id, run_id).replace(record.store, store.shown_uri)
    record.run_id, record.store = run_id, store.uri
    _write_record(folder, record)
    with store.answering():
        log_params(store, run_id, record.params)
        run = Run(store, run_id)
        for used in record.data:
            run.log_data(**used)
        run.log(record.metrics, folder / _FILES, record.note, record.tags)
    end_run(store, run_id, "FINISHED")
    return run_id


def kept_record(folder: Path) -> RunRecord:
    """Return what a folder keeps of a run.

    Raises
    ------
    InputError
        It holds no kept run.
    """
    try:
        record = RunRecord(**json.loads((folder / _FILE).read_text(encoding="utf-8")))
        if not (folder / _FILES / MODEL_FOLDER).is_dir():
            raise InputError(f"{folder}: its files are gone: {folder / _FILES / MODEL_FOLDER} is missing")
        return record
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{folder}: holds no run that was kept ({type(error).__name__}); expected the folder that the training "
            f"named, with {_FILE} and {_FILES}/"
        ) from None


def _write_record(folder: Path, record: RunRecord) -> None:
    told = json.dumps(asdict(record), indent=2, ensure_ascii=False) + "\n"
    write_whole(folder / _FILE, told.encode())


def _is_there(store: Store, run_id: str) -> bool:
    from mlflow.exceptions import MlflowException

    try:
        return bool(store.client.get_run(run_id).info.lifecycle_stage == "active")
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return False
        raise
