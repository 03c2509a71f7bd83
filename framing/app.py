"""`framing train`: a configuration becomes a tracked run. The only room that knows Hydra."""

from __future__ import annotations

import difflib
import errno
import inspect
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
from hydra.errors import HydraException, InstantiationException, MissingConfigException, OverrideParseException
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException

from framing.errors import ConfigError, FramingError, OutputError
from framing.model.persistence import check_model_folder, save_model
from framing.report.plots import frames_figure, stance_figure
from framing.resources import resource
from framing.tracking import MODEL_FOLDER, Store, store_uri
from framing.training import Training, TrainingResult, prepare

# How the runs of a sweep, possibly in other processes, learn which run they are part of.
_PARENT = "FRAMING_PARENT_RUN"
_APP_KEYS = ("tracking", "promote", "output")
_CHOICES = ("encoder", "head", "words", "split")
# What plain options hold; the objects that the others make check their own.
_PLAIN: tuple[tuple[str, Any, str], ...] = (
    ("data", str | list, "a file, a folder, or a list of these"),
    ("codebook", str, "a YAML file"),
    ("columns", dict, "names of columns, such as columns.text=sentence"),
    ("tasks", list, "a list, such as tasks=[frames,stance]"),
    ("stance", dict, "its options, such as stance.blind_baseline=false"),
    ("stance.blind_baseline", bool, "true or false"),
    ("context", list, "a list, such as context=[headline,previous]"),
    ("evaluate", dict, "files by name, such as evaluate.dev=FILE"),
    ("evaluate.*", str | list | None, "a file, a folder, or a list of these"),
    ("thresholds", str, "f1, count, or a bound in quotes of its own, such as thresholds='\"precision>=0.9\"'"),
    ("seed", int, "a whole number, 0 or more"),
    ("promote", bool, "true or false"),
    ("output", str | None, "a folder"),
    ("tracking.uri", str | None, "a file or an address"),
    ("tracking.experiment", str, "a name"),
)
_CANNOT_WRITE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENOSPC, errno.EDQUOT)
# How the lines begin in which Hydra says where it is.
_TRACE = ("full_key:", "object_type=", "set_struct")
_HELP = " (options and choices: framing train --help)"


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
            _main()
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
def _main(cfg: DictConfig) -> float:
    """Train one model; the score is what sweepers optimise (higher is better)."""
    if HydraConfig.get().mode == RunMode.MULTIRUN:
        return _train(cfg)  # of a run that fails Hydra says which it is, and goes on with the others
    with _past_hydra():
        return _train(cfg)


def _train(cfg: DictConfig) -> float:
    """Train inside a tracked run."""
    config: dict[str, Any] = OmegaConf.to_container(cfg, resolve=True)  # type: ignore[assignment]
    choices = {key: HydraConfig.get().runtime.choices.get(key) for key in _CHOICES}
    _check_plain(config, choices)
    parts = instantiate(cfg, _convert_="all")
    parts["words"] = parts["words"] or None
    tracking = {key: parts.pop(key) for key in _APP_KEYS}["tracking"]
    _check_parts(parts)
    store = Store(store_uri(tracking["uri"]))
    if config["output"]:
        check_model_folder(config["output"])
    training = prepare(**parts)
    name = f"{choices['encoder']}-{choices['head']}" + ("" if choices["words"] == "none" else f"+{choices['words']}")
    parent = os.environ.get(_PARENT, "").rpartition("#")[2] or None
    experiment = HydraConfig.get().runtime.choices.get("experiment") or tracking["experiment"]
    _say(f"training {name} on {len(training.dataset):,} rows; store {store.uri}")
    if seconds := training.tuning_seconds():
        _say(f"tuning the encoder first, about {max(1, round(seconds / 60))} min on this machine")
    with store.run(name, experiment, _params(config, choices), parent) as run:
        paths = [config["data"]] if isinstance(config["data"], str) else config["data"]
        named, data = "+".join(Path(path).stem for path in paths), ", ".join(paths)
        run.log_data(named, training.data_digest, data, len(training.dataset), training.dataset.column_names)
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
    """Open one parent run for a sweep; close it, and promote its best child, at the end."""

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Open the parent run and hand its id to the runs of the sweep."""
        with _past_hydra():
            self.store = Store(store_uri(config.tracking.uri))
            overrides = " ".join(o for o in config.hydra.overrides.task if not o.startswith("tracking."))
            experiment = config.hydra.runtime.choices.get("experiment") or config.tracking.experiment
            self.run_id = self.store.start(f"sweep {overrides}"[:250], experiment)
            os.environ[_PARENT] = f"{self.store.uri}#{self.run_id}"

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Close the parent run; with ``promote=true``, promote the best child."""
        with _past_hydra():
            os.environ.pop(_PARENT)
            self.store.end(self.run_id, "FINISHED")
            children = [run for run in self.store.runs() if run.parent == self.run_id]
            _say(f"sweep {self.run_id[:8]}: {len(children)} runs; compare them with: framing runs, framing ui")
            if config.promote and children:
                _promote(self.store, children[0].run_id)


class _Passing(BaseException):
    """Carries an error past Hydra."""

    def __init__(self, error: Exception) -> None:
        self.error = error


@contextmanager
def _past_hydra() -> Iterator[None]:
    """Let an error through Hydra, which would say it in words of its own, or in a callback hide it."""
    try:
        yield
    except Exception as error:
        raise _Passing(error) from error


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Turn what Hydra, OmegaConf and YAML say into one line of ours."""
    try:
        try:
            yield
        except _Passing as passing:
            raise passing.error from passing.error.__cause__
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{mark.name}, line {mark.line + 1}: " if mark else ""
        raise ConfigError(f"{where}not valid YAML ({getattr(error, 'problem', None) or error})") from None
    except (HydraException, OmegaConfBaseException) as error:
        if isinstance(error.__cause__, FramingError):
            raise error.__cause__ from None
        raise ConfigError(_told(error) + _HELP) from None
    except ValueError as error:
        # Hydra has no error of its own for these; any other is a defect.
        if str(error).startswith("Config group override"):
            raise ConfigError("a choice is a name, such as head=svm or words=none" + _HELP) from None
        if str(error).startswith(("Only one of --", "The --resolve flag")):
            raise ConfigError(str(error)) from None
        raise
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        raise OutputError(
            f"{error.filename or 'the files of the run'}: cannot be written ({error.strerror}); "
            "run in a folder of your own, or name others with hydra.run.dir=... and output=..."
        ) from None


def _told(error: Exception) -> str:
    """Say what was wrong with an option, and what was expected."""
    cause = error.__cause__
    lines = [line.strip().rstrip(".") for line in str(error).splitlines() if line.strip()]
    if isinstance(error, MissingConfigException) and error.missing_cfg_file:
        group, _, choice = error.missing_cfg_file.rpartition("/")
        expected = f"; expected one of: {', '.join(error.options)}" if error.options else ""
        return f"{group or 'config-name'}={choice}: no such choice{expected}"
    if isinstance(error, OverrideParseException):
        reason = next((line for line in lines if not line.startswith("Error parsing override")), lines[0])
        return f"{error.override}: not an option; expected KEY=VALUE ({reason})"
    if isinstance(cause, ConfigKeyError | ConfigAttributeError) and cause.parent_node is not None:
        above = str(cause.full_key).removesuffix(str(cause.key))
        known = [f"{above}{key}" for key in cause.parent_node if key != "hydra" and not str(key).startswith("_")]
        close = difflib.get_close_matches(str(cause.full_key), known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"expected one of: {', '.join(known)};"
        more = f" Other arguments of the {above[:-1]}: +{above}NAME=VALUE" if above[:-1] in _CHOICES else ""
        return f"{cause.full_key}: no such option; {hint}{more}".rstrip(";")
    # Hydra adds its own trace of keys; the cause, or else the other lines, say what is wrong.
    keys = [line.removeprefix("full_key: ") for line in lines if line.startswith("full_key: ")]
    why = str(cause).splitlines() if isinstance(error, InstantiationException) and cause and str(cause) else lines
    return ": ".join([*keys[:1], "; ".join(line for line in why if not line.startswith(_TRACE))])


def _check_plain(config: Mapping[str, Any], choices: Mapping[str, Any]) -> None:
    """Refuse an option of the wrong kind before anything is read or written."""
    known = (*inspect.signature(prepare).parameters, *_APP_KEYS)
    for key in config:
        if key not in known:
            raise ConfigError(f"{key}: no such option; expected one of: {', '.join(known)}")
    for key, choice in choices.items():
        if choice is None:
            raise ConfigError(f"{key}: cannot be left out")
    for path, kind, expected in _PLAIN:
        for name, value in _at(config, path):
            if not isinstance(value, kind) or (kind is int and not 0 <= value < 2**32):
                raise ConfigError(f"{name}={value}: expected {expected}")


def _at(config: Any, path: str, above: str = "") -> Iterator[tuple[str, Any]]:
    """Give the option at a path, or all below it where the path ends in a star."""
    first, _, rest = path.partition(".")
    for key in config if first == "*" else [first]:
        if key not in config:
            raise ConfigError(f"{above}{key}: cannot be left out")
        if rest:
            yield from _at(config[key], rest, f"{above}{key}.")
        else:
            yield f"{above}{key}", config[key]


def _check_parts(parts: Mapping[str, Any]) -> None:
    """Refuse what scikit-learn would refuse in the middle of a run."""
    estimators = {key: parts[key] for key in ("encoder", "head", "words")} | {"stance.head": parts["stance"].head}
    for key, part in estimators.items():
        if part is not None and not hasattr(part, "fit"):
            choice = key if key in _CHOICES else f"+{key.rpartition('.')[2]}@{key}"
            raise ConfigError(f"{key}={part}: expected a scikit-learn object; choose one with {choice}=NAME")
        if hasattr(part, "_parameter_constraints"):
            try:
                part._validate_params()
            except ValueError as error:
                raise ConfigError(f"{key}: {error}") from None


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
    rows = ["| score | value, 95 % interval |", "|---|---|"]
    for path, value in result.metrics.items():
        if path.endswith(("/macro_f1", "/mean_ap")):
            low, high = result.metrics[f"{path}_low"], result.metrics[f"{path}_high"]
            rows.append(f"| {path} | {value:.3f} [{low:.3f}, {high:.3f}] |")
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
