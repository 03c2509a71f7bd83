"""``framing train``: a configuration becomes a tracked run."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from framing.app.messages import CHOICES, one_line_errors, past_hydra, say
from framing.app.options import APP_KEYS, INPUT_KEYS, check_parts, check_plain, with_moved_classes
from framing.app.overrides import with_quoted_paths
from framing.app.record import run_note, run_params, run_tags, score_lines, tables, write_record
from framing.app.sweep import PARENT, promote_run
from framing.model.persistence import check_model_folder, save_model
from framing.resources import resource
from framing.tracking import Store, end_run, open_run, store_uri
from framing.training import Recipe, fit_training, prepare, tuning_seconds


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
    sys.argv = ["framing train", *with_quoted_paths(overrides)]
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
    choices = {key: HydraConfig.get().runtime.choices.get(key) for key in CHOICES}
    check_plain(config, choices)
    parts = instantiate(with_moved_classes(config), _convert_="all")
    parts["words"] = parts["words"] or None
    tracking = {key: parts.pop(key) for key in APP_KEYS}["tracking"]
    check_parts(parts)
    store = Store(store_uri(tracking["uri"]))
    if config["output"]:
        check_model_folder(config["output"])
    training = prepare(**{key: parts.pop(key) for key in INPUT_KEYS}, recipe=Recipe(**parts))
    name = f"{choices['encoder']}-{choices['head']}" + ("" if choices["words"] == "none" else f"+{choices['words']}")
    parent = os.environ.get(PARENT, "").rpartition("#")[2] or None
    experiment = HydraConfig.get().runtime.choices.get("experiment") or tracking["experiment"]
    say(f"training {name} on {len(training.dataset):,} rows; store {store.uri}")
    if seconds := tuning_seconds(training):
        say(f"tuning the encoder first, about {max(1, round(seconds / 60))} min on this machine")
    with open_run(store, name, experiment, run_params(config, choices), parent) as run:
        paths = [config["data"]] if isinstance(config["data"], str) else config["data"]
        named, data = "+".join(Path(path).stem for path in paths), ", ".join(paths)
        dataset = training.dataset
        run.log_data(named, training.data_digest, source=data, rows=len(dataset), columns=dataset.column_names)
        result = fit_training(training)
        with tempfile.TemporaryDirectory(prefix="framing-run-") as scratch:
            folder = Path(scratch)
            write_record(folder, result, config)
            if config["output"]:  # before the store is asked, which may have gone away meanwhile
                say(f"model saved in {save_model(result.classifier, config['output'])}")
            run.log(result.metrics, folder, run_note(name, result, config), run_tags(training, result))
    if HydraConfig.get().mode != RunMode.MULTIRUN:  # a sweep has a line a score
        say("\n" + tables(result, shutil.get_terminal_size((100, 24)).columns))
    say(score_lines(result))
    if config["promote"] and parent is None:
        promote_run(store, run.run_id)
    elif parent is None:
        say(f"run {run.run_id[:8]}; make it the default with: framing promote {run.run_id[:8]}")
    return result.metrics[result.primary]
