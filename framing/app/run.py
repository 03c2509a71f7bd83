"""``framing train``: a configuration becomes a tracked run."""

from __future__ import annotations

import math
import os
import shlex
import shutil
import sys
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
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
from framing.app.messages import one_line_errors, past_hydra, reason_of, say
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
from framing.app.sweep import (
    PARENT,
    SWEPT,
    end_cut_off_sweep,
    experiment_of,
    made_of,
    promote_run,
    warnings_of_a_sweep,
)
from framing.behaviour import Case
from framing.errors import FramingWarning, StoreError, one_line
from framing.files import scratch_folder
from framing.model.persistence import check_model_folder, save_model
from framing.resources import resource
from framing.scores import scores_of
from framing.tracking import (
    MADE_OF_TAG,
    Run,
    RunRecord,
    Store,
    end_run,
    finished_child,
    keep_run,
    looked_at,
    open_run,
    start_run,
    store_uri,
    take_up,
)
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
    for name in (PARENT, SWEPT):
        os.environ.pop(name, None)
    sys.argv = ["framing train", *with_options_first(with_quoted_paths(overrides))]
    # A sweep that comes to its end closes its parent run itself.
    try:
        with one_line_errors():
            _main()
    except KeyboardInterrupt:
        end_cut_off_sweep("KILLED")
        raise
    except Exception as error:
        end_cut_off_sweep("FAILED", one_line(error))
        raise


@hydra.main(version_base="1.3", config_path=str(resource("configs")), config_name="train")
def _main(cfg: DictConfig) -> float:
    """Train one model; the score is what sweepers optimise (higher is better)."""
    if HydraConfig.get().mode == RunMode.MULTIRUN:
        return _child(cfg)
    with past_hydra():
        return _trained(_prepared(cfg))


def _asked_of_run() -> str:
    """Return what was asked of this run of a sweep and not of all its runs."""
    swept = os.environ.get(SWEPT, "").split()
    return " ".join(o for o in HydraConfig.get().overrides.task if o.lstrip("+~").partition("=")[0] in swept)


def _child(cfg: DictConfig) -> float:
    """Train a run of a sweep; one that fails is recorded as FAILED, with its reason, and the others go on."""
    with warnings_of_a_sweep(Path(HydraConfig.get().sweep.dir)):
        try:
            try:
                prepared = _prepared(cfg)
            except Exception as error:
                _record_failure(cfg, reason_of(error))
                raise
            return _trained(prepared)
        except Exception as error:
            say(f"FAILED: {reason_of(error)}; {_asked_of_run()}")
            # Hydra's own sweeper would leave the later batches out; others tell a failed trial from a bad one.
            if HydraConfig.get().sweeper._target_.endswith(".BasicSweeper"):
                return math.nan
            raise


@dataclass
class _Prepared:
    """A training of which everything is known but what comes of it."""

    config: dict[str, Any]
    training: Training
    store: Store
    record: RunRecord
    cases: Sequence[Case]


def _prepared(cfg: DictConfig) -> _Prepared:
    """Check the options, read the data."""
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
    return _Prepared(config, training, store, _begun_record(training, config, choices), cases)


def _trained(prepared: _Prepared) -> float:
    """Train inside a tracked run; in a sweep that goes on, a run that is finished already is not repeated."""
    config, training, store, record = prepared.config, prepared.training, prepared.store, prepared.record
    made = made_of(config, [training.codebook.digest, *(used["digest"] for used in record.data)])
    if record.parent and (not config["output"] or Path(config["output"]).exists()):
        done = finished_child(store, record.parent, made)
        if done is not None:
            take_up(store, done[0])
            say(f"run {done[0][:8]} ({record.name}) is finished already: {done[1]:.3f}")
            return done[1]
    say(f"training {record.name} on {len(training.dataset):,} rows; store {store.uri}")
    if seconds := tuning_seconds(training):
        say(f"tuning the encoder first, about {max(1, round(seconds / 60))} min on this machine")
    if HydraConfig.get().mode != RunMode.MULTIRUN or HydraConfig.get().job.num == 0:  # once for all of a sweep
        for line in audit_lines(training):
            say(f"audit: {line}")
    with open_run(store, record.name, record.experiment, record.params, record.parent) as run:
        for used in record.data:
            run.log_data(**used)
        # Asked now, while the store answers: an outage must not lose what is fitted.
        earlier = looked_at(store, training.data_digest)
        result = fit_training(training)
        ask_suite(result, prepared.cases, config["test_model"])
        result.classifier.info["looked_at"] = 1 + earlier
        if config["output"]:
            say(f"model saved in {save_model(result.classifier, config['output'])}")
        data = record.data[0]["source"]
        lines = described(record.name, training, result, data, _command(config))
        record.note = "\n".join([*lines, *usage(run.run_id, store.shown_uri)])
        record.metrics = run_metrics(result)
        record.tags = {**run_tags(training, result, config["tracking"]["model"]), MADE_OF_TAG: made}
        record.run_id, record.store = run.run_id, store.uri
        kept = _recorded(run, record, result, config)
        check_flips(result.metrics, training.swap_test.max_flip_rate)
    _told_of_result(result, record, run.run_id)
    if kept is not None:
        _told_of_outage(kept, bool(config["promote"]))
    elif config["promote"] and record.parent is None:
        promote_run(store, run.run_id, force=config["promote"] == FORCE)
    elif record.parent is None:
        say(f"run {run.run_id[:8]}; make it the default with: framing promote {run.run_id[:8]}")
    return result.metrics[result.primary]


def _told_of_result(result: TrainingResult, record: RunRecord, run_id: str) -> None:
    """Print the tables of a training; a run of a sweep has a line."""
    if HydraConfig.get().mode == RunMode.MULTIRUN:
        score = scores_of(result.metrics)[result.primary]
        path = result.primary.removeprefix("validation/")
        say(f"run {run_id[:8]} ({record.name}): {path} {score}; {_asked_of_run()}")
        return
    width = shutil.get_terminal_size((100, 24)).columns
    say("\n" + tables(result, width))
    if line := behaviour_line(result, width):
        say(line + "\n")
    say(main_scores_head(result))
    say(score_lines(result))


def _record_failure(cfg: DictConfig, reason: str) -> None:
    """Record a run of a sweep that failed before it was begun."""
    choices = HydraConfig.get().runtime.choices
    params = dict(o.lstrip("+~").partition("=")[::2] for o in HydraConfig.get().overrides.task)
    experiment = experiment_of(cfg.tracking.experiment, choices)
    with suppress(StoreError):  # what failed is then the store
        store = Store(store_uri(cfg.tracking.uri))
        name = f"{choices.get('encoder')}-{choices.get('head')}"
        end_run(store, start_run(store, name, experiment, os.environ.get(PARENT), params=params), "FAILED", reason)


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
        parent=os.environ.get(PARENT),
    )


def _recorded(run: Run, record: RunRecord, result: TrainingResult, config: Mapping[str, Any]) -> Path | None:
    """Record a finished training; return where it is kept if the store does not take it."""
    with scratch_folder("run") as scratch:
        files = scratch / "files"
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
