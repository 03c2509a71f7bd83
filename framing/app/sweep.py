"""A sweep: one parent run, its children, the best of them. The same command again goes on where one was cut off."""

from __future__ import annotations

import hashlib
import json
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from framing.app.messages import past_hydra, say
from framing.app.options import FORCE
from framing.app.overrides import quoted
from framing.app.promotion import promote_checked, told_promotion
from framing.app.sweep_summary import BEST_TAG, Summary, summarised, write_summary
from framing.corpus.columns import spoken
from framing.errors import FramingError, ShownOnce, one_line
from framing.files import scratch_folder
from framing.tracking import (
    SWEEP_TAG,
    Store,
    add_to_run,
    children_of,
    end_run,
    find_run,
    reopen_run,
    start_run,
    store_uri,
    unfinished_sweep,
)

# How the runs of a sweep, possibly in other processes, learn which run they are part of.
PARENT = "FRAMING_PARENT_RUN"
# And which of their options are varied: the others are the same in each.
SWEPT = "FRAMING_SWEPT"
# What makes a sweep no other one: where it is recorded, what becomes of its models, how many runs at a time.
_NOT_MADE_OF = ("promote=", "output=", "tracking.", "n_jobs=")
_NOT_ASKED = ("n_jobs", "n_trials", "max_batch_size")
# Not only here: a callback is made by Hydra, and the process that has one ends it.
_UNDER_WAY: list[Sweep] = []


@dataclass
class Sweep:
    """A sweep that is under way.

    Parameters
    ----------
    store, run_id
        Where its parent run is.
    swept
        The options that are varied.
    command
        The command, as words.
    promote
        As the configuration has it.
    since
        When it was begun, or went on, in milliseconds: what failed before has been run again.
    """

    store: Store
    run_id: str
    swept: list[str]
    command: list[str]
    promote: bool | str
    since: int

    def found(self) -> Summary:
        """Return what it found so far."""
        return summarised(self.store, self.run_id, self.swept, self.command, self.since)

    def end(self, found: Summary, status: str, reason: str = "") -> None:
        """Close the parent run, with what was found on it."""
        with scratch_folder("sweep") as scratch:
            tags = write_summary(scratch, found)
            for run_id in found.once_best:
                add_to_run(self.store, run_id, None, "", {BEST_TAG: ""})
            if found.ranked:
                best = {BEST_TAG: f"best of {len(found.ranked)}"}
                add_to_run(self.store, found.ranked[0].run_id, None, "", best)
            scores = {f"best/{run.metric}": run.score for run in found.ranked[:1] if run.score is not None}
            add_to_run(self.store, self.run_id, scratch, "", tags, scores)
        end_run(self.store, self.run_id, status, "" if found.ranked else reason)


class SweepCallback(Callback):
    """Open one parent run for a sweep; close it, and promote its best child, at the end."""

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Open the parent run, or the one of the same sweep that was cut off, and hand its id to its runs."""
        with past_hydra():
            if str(config.hydra.sweeper.get("_target_")).endswith(".OptunaSweeper"):
                _set_up_optuna(config)
            store = Store(store_uri(config.tracking.uri))
            typed = [o for o in config.hydra.overrides.task if not o.startswith(_NOT_MADE_OF)]
            swept = _swept(typed, config.hydra.sweeper.get("params") or {})
            asked = {**swept, **dict(o.partition("=")[::2] for o in typed)}
            experiment = experiment_of(config.tracking.experiment, config.hydra.runtime.choices)
            key = _digest_of_options([typed, _asked_of(config.hydra.sweeper)])
            run_id = unfinished_sweep(store, experiment, key)
            if run_id is not None:
                done = sum(run.status == "FINISHED" for run in children_of(store, run_id))
                reopen_run(store, run_id)
                say(f"sweep {run_id[:8]} goes on; {done} of its runs are finished already")
            else:
                name = " ".join(["sweep", *(f"{key}={value}" for key, value in swept.items())])[:250]
                run_id = start_run(store, name, experiment, tags={SWEEP_TAG: key}, params=asked)
            folders = [
                source.path for source in config.hydra.runtime.config_sources if source.provider == "command-line"
            ]
            options = [word for folder in folders for word in ("-cd", folder)]
            command = ["framing", "train", "-m", *options, *config.hydra.overrides.hydra, *typed]
            since = round(time.time() * 1000)
            _UNDER_WAY.append(Sweep(store, run_id, list(swept), _without_mode(command), config.promote, since))
            with read_write(config), open_dict(config):
                for name, value in ((PARENT, run_id), (SWEPT, " ".join(swept))):
                    config.hydra.overrides.hydra.append(quoted(f"++hydra.job.env_set.{name}={value}"))

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Close the parent run; with ``promote=true``, promote the best child."""
        with past_hydra():
            sweep = _UNDER_WAY.pop()
            found = sweep.found()
            failed = [run for run in found.others if run.status == "FAILED"]
            sweep.end(found, "FAILED" if failed else "FINISHED")
            say(found.text)
            if failed:
                raise FramingError(
                    f"{len(failed)} of {len(failed) + len(found.ranked)} runs of sweep {sweep.run_id[:8]} failed: "
                    f"{'; '.join(sorted({run.failure for run in failed}))}; mended, the same command runs only these"
                )
            if sweep.promote and found.ranked:
                promote_run(sweep.store, found.ranked[0].run_id, force=sweep.promote == FORCE)


def end_cut_off_sweep(status: str, reason: str = "") -> None:
    """Close the sweep that is under way in this process, if there is one: it did not come to its end."""
    while _UNDER_WAY:
        sweep = _UNDER_WAY.pop()
        try:
            sweep.end(sweep.found(), status, reason)
        except FramingError as error:  # what cut it off may be that the store is gone
            say(one_line(error))
        say(f"sweep {sweep.run_id[:8]} is {status}; the same command goes on where it was")


@contextmanager
def warnings_of_a_sweep(folder: Path) -> Iterator[None]:
    """Within it, a process of its own says a warning as the command does, and only if no other run has said it."""
    if isinstance(warnings.showwarning, ShownOnce):
        yield
        return

    def is_new(message: str) -> bool:
        mark = folder / ".said" / hashlib.sha256(message.encode()).hexdigest()[:32]
        mark.parent.mkdir(parents=True, exist_ok=True)
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    with warnings.catch_warnings():
        warnings.showwarning = ShownOnce(lambda message: spoken(message, True), is_new)
        yield


def experiment_of(named: str | None, choices: Mapping[str, Any]) -> str:
    """Return the experiment of a run: the one named, else that of the experiment file, else ``framing``."""
    return named or choices.get("experiment") or "framing"


def promote_run(store: Store, run_id: str, *, force: bool) -> None:
    """Make a run's model the champion, and say so."""
    run = find_run(store, run_id)
    say(told_promotion(store, run, promote_checked(store, run, force=force)))


def made_of(config: Mapping[str, Any], digests: Sequence[str]) -> str:
    """Return a digest of what a run is made of: its options and its data, not where it is kept."""
    options = {key: value for key, value in config.items() if key not in ("tracking", "promote", "output", "n_jobs")}
    return _digest_of_options([options, list(digests)])


def _digest_of_options(told: Any) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _swept(typed: Sequence[str], params: Mapping[str, str]) -> dict[str, str]:
    """Return the options that a sweep varies, with what was asked of each."""
    parser = OverridesParser.create()
    overrides = parser.parse_overrides([*(f"{key}={value}" for key, value in params.items()), *typed])
    return {o.key_or_group: str(o.input_line).partition("=")[2] for o in overrides if o.is_sweep_override()}


def _asked_of(sweeper: DictConfig) -> Any:
    options: Any = OmegaConf.to_container(sweeper, resolve=True)
    return {key: value for key, value in options.items() if key not in _NOT_ASKED}


def _without_mode(command: Sequence[str]) -> list[str]:
    return [word for word in command if not word.startswith(("hydra.mode=", "hydra.sweep.dir=", "hydra.run.dir="))]


def _set_up_optuna(config: DictConfig) -> None:
    """Make of Optuna's defaults what suits: scores are better the higher, and a run that fails is only that one."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    typed = {o.partition("=")[0] for o in config.hydra.overrides.hydra}
    sweeper = config.hydra.sweeper
    with read_write(sweeper), open_dict(sweeper):
        sweeper.direction = "maximize"
        if "hydra.sweeper.max_failure_rate" not in typed:
            sweeper.max_failure_rate = 1.0
        if "hydra.sweeper.n_jobs" not in typed and config.hydra.runtime.choices.get("hydra/launcher") == "basic":
            sweeper.n_jobs = 1  # two at a time pays where two run at a time
        # The same seed proposes the same again: so a sweep that was cut off goes on where it was.
        if sweeper.sampler.get("seed", 0) is None:
            sweeper.sampler.seed = config.seed
