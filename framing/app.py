"""`framing train`: a configuration becomes a tracked run. The only room that knows Hydra."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hydra
import yaml
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.experimental.callback import Callback
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from framing.errors import ConfigError, FramingError, OutputError
from framing.model.persistence import check_model_folder, save_model
from framing.report.plots import frames_figure, stance_figure
from framing.resources import resource
from framing.tracking import MODEL_FOLDER, Store, store_uri
from framing.training import Training, TrainingResult, prepare

# How the runs of a sweep, possibly in other processes, learn which run they are part of.
_PARENT = "FRAMING_PARENT_RUN"
_APP_KEYS = ("tracking", "promote", "output")


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
    os.environ.pop(_PARENT, None)
    sys.argv = ["framing train", *overrides]
    status = "FAILED"
    try:
        with _one_line_errors():
            _train()
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        # A sweep that came to its end has closed its parent run itself.
        if parent := os.environ.pop(_PARENT, None):
            uri, _, run_id = parent.rpartition("#")
            Store(uri).end(run_id, status)


@hydra.main(version_base="1.3", config_path=str(resource("configs")), config_name="train")
def _train(cfg: DictConfig) -> float:
    """Train one model inside a tracked run; the score is what sweepers optimise (higher is better)."""
    config: dict[str, Any] = OmegaConf.to_container(cfg, resolve=True)  # type: ignore[assignment]
    parts = instantiate(cfg, _convert_="all")
    parts["words"] = parts["words"] or None
    tracking = {key: parts.pop(key) for key in _APP_KEYS}["tracking"]
    store = Store(store_uri(tracking["uri"]))
    if config["output"]:
        check_model_folder(config["output"])
    training = prepare(**parts)
    choices = {key: HydraConfig.get().runtime.choices[key] for key in ("encoder", "head", "words", "split")}
    name = f"{choices['encoder']}-{choices['head']}" + ("" if choices["words"] == "none" else f"+{choices['words']}")
    parent = os.environ.get(_PARENT, "").rpartition("#")[2] or None
    experiment = HydraConfig.get().runtime.choices.get("experiment") or tracking["experiment"]
    _say(f"training {name} on {len(training.dataset):,} rows; store {store.uri}")
    with store.run(name, experiment, _params(config, choices), parent) as run:
        data = str(config["data"])
        run.log_data(Path(data).stem, training.data_digest, data, len(training.dataset), training.dataset.column_names)
        result = training.fit()
        with tempfile.TemporaryDirectory(prefix="framing-run-") as scratch:
            folder = Path(scratch)
            _write_record(folder, result, training, config)
            run.log(result.metrics, folder, _note(name, result, config), _tags(training, result))
    if config["output"]:
        _say(f"model saved in {save_model(result.classifier, config['output'])}")
    _say(_summary(result))
    if config["promote"] and parent is None:
        _promote(store, run.run_id)
    elif parent is None:
        _say(f"run {run.run_id[:8]}; make it the default with: framing promote {run.run_id[:8]}")
    return result.metrics[result.primary]


class SweepCallback(Callback):
    """Open one parent run for a sweep; close it, and promote its best child, at the end.

    Hydra turns what goes wrong in here into warnings, so a store that cannot be reached is left for the first
    run to report.
    """

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Open the parent run and hand its id to the runs of the sweep."""
        try:
            store = Store(store_uri(config.tracking.uri))
        except FramingError:
            return
        overrides = " ".join(config.hydra.overrides.task)
        experiment = config.hydra.runtime.choices.get("experiment") or config.tracking.experiment
        self.store, self.run_id = store, store.start(f"sweep {overrides}"[:250], experiment)
        os.environ[_PARENT] = f"{store.uri}#{self.run_id}"

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Close the parent run; with ``promote=true``, promote the best child."""
        if os.environ.pop(_PARENT, None) is None:
            return
        self.store.end(self.run_id, "FINISHED")
        children = [run for run in self.store.runs() if run.parent == self.run_id]
        _say(f"sweep {self.run_id[:8]}: {len(children)} runs; compare them with: framing runs, framing ui")
        if config.promote and children:
            _promote(self.store, children[0].run_id)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Turn what Hydra, OmegaConf and YAML say into one line of ours."""
    try:
        yield
    except FramingError:
        raise
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{mark.name}, line {mark.line + 1}: " if mark else ""
        raise ConfigError(f"{where}not valid YAML ({getattr(error, 'problem', None) or error})") from None
    except (HydraException, OmegaConfBaseException) as error:
        cause = error.__cause__
        if isinstance(cause, FramingError):
            raise ConfigError(str(cause)) from None
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        # Hydra adds its own trace of keys; the first lines say what is wrong, the cause why.
        told = "; ".join(line for line in lines if not line.startswith(("full_key:", "object_type=", "set_struct")))
        reason = (
            f" ({str(cause).splitlines()[0]})"
            if cause and str(cause) and str(cause).splitlines()[0] not in told
            else ""
        )
        raise ConfigError(f"{told}{reason}; see `framing train --help` for options and choices") from None
    except PermissionError as error:
        raise OutputError(
            f"{error.filename}: cannot be written ({error.strerror}); run in a folder of your own"
        ) from None


def _params(config: Mapping[str, Any], choices: Mapping[str, str]) -> dict[str, Any]:
    """Return the choices, then the resolved configuration flat: ``head=svm``, ``head.C=3``."""
    flat: dict[str, Any] = dict(choices)

    def walk(prefix: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                walk(f"{prefix}.{key}", inner)
        else:
            flat[prefix] = value

    for key, value in config.items():
        # A column that has its own name would bury what differs under what never does.
        walk(key, {k: v for k, v in value.items() if k != v} if key == "columns" else value)
    return flat


def _write_record(folder: Path, result: TrainingResult, training: Training, config: Mapping[str, Any]) -> None:
    """Write the files of a run: configuration, figures, held-out predictions, model."""
    (folder / "config.yaml").write_text(yaml.safe_dump(dict(config), sort_keys=False), encoding="utf-8")
    with (folder / "predictions.jsonl").open("w", encoding="utf-8") as stream:
        for prediction in result.predictions:
            stream.write(json.dumps(prediction.to_row(), ensure_ascii=False) + "\n")
    figures = folder / "figures"
    figures.mkdir()
    for name, held_out in result.held_out.items():
        draw = stance_figure if name == "stance" else frames_figure
        draw(held_out.Y, held_out.proba, held_out.labels, result.classifier.tasks[name].thresholds_).savefig(
            figures / f"{name}.png", dpi=110
        )
    save_model(result.classifier, folder / MODEL_FOLDER)


def _note(name: str, result: TrainingResult, config: Mapping[str, Any]) -> str:
    """Return the description that the UI shows above a run."""
    rows = ["| score | value | 95 % interval |", "|---|---|---|"]
    for path, value in result.metrics.items():
        if path.endswith(("/macro_f1", "/mean_ap")):
            low, high = result.metrics[f"{path}_low"], result.metrics[f"{path}_high"]
            rows.append(f"| {path} | {value:.3f} | {low:.3f} to {high:.3f} |")
    return "\n".join(
        [
            f"**{name}** on `{config['data']}`, seed {config['seed']}.",
            "",
            *rows,
            "",
            "`validation`: grouped cross-validation of the whole procedure, calibration and thresholds inside each "
            "fold. "
            "`stance_blind`: the same model without the target.",
        ]
    )


def _tags(training: Training, result: TrainingResult) -> dict[str, str]:
    primary = result.primary
    low, high = result.metrics[f"{primary}_low"], result.metrics[f"{primary}_high"]
    return {
        "score": f"{result.metrics[primary]:.3f} [{low:.3f}, {high:.3f}]",
        "framing.codebook": f"{training.codebook.name} {training.codebook.digest[:12]}",
        "framing.data_digest": training.data_digest,
        "framing.python": platform.python_version(),
    }


def _summary(result: TrainingResult) -> str:
    lines = []
    for path, value in result.metrics.items():
        if path.endswith("/macro_f1"):
            low, high = result.metrics[f"{path}_low"], result.metrics[f"{path}_high"]
            lines.append(f"{path:<34} {value:.3f}  [{low:.3f}, {high:.3f}]")
    return "\n".join(lines)


def _promote(store: Store, run_id: str) -> None:
    version = store.promote(store.find_run(run_id))
    _say(f"run {run_id[:8]} is now framing version {version}, the champion")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
