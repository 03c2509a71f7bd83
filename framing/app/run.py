"""``framing train``: a configuration becomes a tracked run."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from framing.app.audited import audit_lines
from framing.app.behaved import ask_suite, behaviour_line, suite_for
from framing.app.defaults import config_folders, flat_options, run_choices, shown_options
from framing.app.description import described, usage
from framing.app.messages import one_line_errors, past_hydra, say
from framing.app.options import APP_KEYS, FORCE, INPUT_KEYS, check_parts, check_plain, with_moved_classes
from framing.app.overrides import with_options_first, with_quoted_paths
from framing.app.record import (
    data_used,
    main_scores_head,
    run_metrics,
    run_params,
    run_tags,
    score_lines,
    tables,
    write_record,
)
from framing.app.sweep import PARENT, experiment_of, promote_run
from framing.errors import FramingWarning, StoreError
from framing.model.persistence import check_model_folder, save_model
from framing.resources import resource
from framing.tracking import Run, RunRecord, Store, end_run, keep_run, open_run, store_uri
from framing.training import Recipe, Training, TrainingResult, check_flips, fit_training, prepare, tuning_seconds


def run(overrides: list[str]) -> None:
    """Run ``framing train`` with Hydra's command line.

    Raises
    ------
    FramingError
        One line for whatever a user can mend: an unknown option, bad data, a store out of reach.
    KeyboardInterrupt
        Ctrl-C; the run has been ended as KILLED.
    """
    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors come to us instead of being printed over several lines
    os.environ.pop(PARENT, None)
    sys.argv = ["framing train", *with_options_first(with_quoted_paths(overrides))]
    status = "FAILED"
    try:
        with one_line_errors():
            _main()
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        # A sweep that came to its end has closed its parent run itself.
        if parent := os.environ.pop(PARENT, None):
            uri, _, run_id = parent.rpartition("#")
            end_run(Store(uri), run_id, status)


@hydra.main(version_base="1.3", config_path=str(resource("configs")), config_name="train")
def _main(cfg: DictConfig) -> float:
    """Train one model; the score is what sweepers optimise (higher is better)."""
    if HydraConfig.get().mode == RunMode.MULTIRUN:
        return _tracked_training(cfg)  # of a run that fails Hydra says which it is, and goes on with the others
    with past_hydra():
        return _tracked_training(cfg)


def _tracked_training(cfg: DictConfig) -> float:
    """Train inside a tracked run."""
    config: dict[str, Any] = OmegaConf.to_container(cfg, resolve=True)  # type: ignore[assignment]
    choices = run_choices()
    check_plain(config, choices)
    parts = instantiate(with_moved_classes(config), _convert_="all")
    parts["words"] = parts["words"] or None
    of_app = {key: parts.pop(key) for key in APP_KEYS}
    tracking, suite = of_app["tracking"], of_app["test_model"]
    check_parts(parts)
    store = Store(store_uri(tracking["uri"]))
    if config["output"]:
        check_model_folder(config["output"])
    training = prepare(**{key: parts.pop(key) for key in INPUT_KEYS}, recipe=Recipe(**parts))
    cases = suite_for(suite, training)
    record = _begun_record(training, config, choices)
    say(f"training {record.name} on {len(training.dataset):,} rows; store {store.uri}")
    if seconds := tuning_seconds(training):
        say(f"tuning the encoder first, about {max(1, round(seconds / 60))} min on this machine")
    if HydraConfig.get().mode != RunMode.MULTIRUN or HydraConfig.get().job.num == 0:  # once for all of a sweep
        for line in audit_lines(training):
            say(f"audit: {line}")
    with open_run(store, record.name, record.experiment, record.params, record.parent) as run:
        for used in record.data:
            run.log_data(**used)
        result = fit_training(training)
        ask_suite(result, cases, suite)
        if config["output"]:
            say(f"model saved in {save_model(result.classifier, config['output'])}")
        data = record.data[0]["source"]
        lines = described(record.name, training, result, data, _command(config))
        record.note = "\n".join([*lines, *usage(run.run_id, store.shown_uri)])
        record.metrics, record.tags = run_metrics(result), run_tags(training, result, tracking["model"])
        record.run_id, record.store = run.run_id, store.uri
        kept = _recorded(run, record, result, config)
        check_flips(result.metrics, training.swap_test.max_flip_rate)
    if HydraConfig.get().mode != RunMode.MULTIRUN:  # a sweep has a line a score
        width = shutil.get_terminal_size((100, 24)).columns
        say("\n" + tables(result, width))
        if line := behaviour_line(result, width):
            say(line + "\n")
        say(main_scores_head(result))
    say(score_lines(result))
    if kept is not None:
        _told_of_outage(kept, bool(config["promote"]))
    elif config["promote"] and record.parent is None:
        promote_run(store, run.run_id, force=config["promote"] == FORCE)
    elif record.parent is None:
        say(f"run {run.run_id[:8]}; make it the default with: framing promote {run.run_id[:8]}")
    return result.metrics[result.primary]


def _begun_record(training: Training, config: Mapping[str, Any], choices: Mapping[str, Any]) -> RunRecord:
    """Return what a run is before anything is learned: its name, its options, its data."""
    paths = {"data": config["data"], "calibrate": config["calibrate"], **config["evaluate"]}
    called = {name: path if isinstance(path, str) else ", ".join(path) for name, path in paths.items() if path}
    data = called.pop("data")
    shown = shown_options(config, choices, HydraConfig.get().overrides.task)
    return RunRecord(
        name=f"{choices['encoder']}-{choices['head']}" + ("" if choices["words"] == "none" else f"+{choices['words']}"),
        experiment=experiment_of(config["tracking"]["experiment"], HydraConfig.get().runtime.choices),
        params=run_params(shown, flat_options(config)),
        data=data_used(training, data, called),
        parent=os.environ.get(PARENT, "").rpartition("#")[2] or None,
    )


def _recorded(run: Run, record: RunRecord, result: TrainingResult, config: Mapping[str, Any]) -> Path | None:
    """Record a finished training; return where it is kept if the store does not take it."""
    with tempfile.TemporaryDirectory(prefix="framing-run-") as scratch:
        files = Path(scratch) / "files"
        write_record(files, result, config)
        try:
            with run.store.answering():
                run.log(record.metrics, files, record.note, record.tags)
            end_run(run.store, run.run_id, "FINISHED")
            run.ended = True
        except (StoreError, OSError) as error:
            run.ended = True  # that cannot be told the store either
            place = keep_run(Path(HydraConfig.get().runtime.output_dir) / "run", record, files)
            warnings.warn(f"the training is done, and the store did not take it: {error}", FramingWarning, stacklevel=2)
            return place
    return None


def _told_of_outage(kept: Path, promote: bool) -> None:
    say(
        f"model and record are kept in {kept}; when the store is back: framing runs push {shlex.quote(str(kept))}"
        + (", then framing promote RUN" if promote else "")
    )


def _command(config: Mapping[str, Any]) -> list[str]:
    """Return the command that trains the same again; where it is kept and what becomes of it is left out."""
    left_out = ("promote=", "output=", "tracking.")
    overrides = [o for o in HydraConfig.get().overrides.task if not o.startswith(left_out)]
    folders = [word for folder in config_folders() for word in ("-cd", folder)]
    return ["framing", "train", *folders, *overrides]
