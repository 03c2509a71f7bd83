"""A sweep: one parent run, its children, the best of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from framing.app.messages import past_hydra, say
from framing.app.options import FORCE
from framing.app.promotion import promote_checked, told_promotion
from framing.tracking import Store, end_run, find_run, list_runs, start_run, store_uri

# How the runs of a sweep, possibly in other processes, learn which run they are part of.
PARENT = "FRAMING_PARENT_RUN"


class SweepCallback(Callback):
    """Open one parent run for a sweep; close it, and promote its best child, at the end."""

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Open the parent run and hand its id to the runs of the sweep."""
        with past_hydra():
            self.store = Store(store_uri(config.tracking.uri))
            overrides = " ".join(o for o in config.hydra.overrides.task if not o.startswith("tracking."))
            experiment = experiment_of(config.tracking.experiment, config.hydra.runtime.choices)
            self.run_id = start_run(self.store, f"sweep {overrides}"[:250], experiment)
            os.environ[PARENT] = f"{self.store.uri}#{self.run_id}"

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Close the parent run; with ``promote=true``, promote the best child."""
        with past_hydra():
            os.environ.pop(PARENT)
            end_run(self.store, self.run_id, "FINISHED")
            children = [run for run in list_runs(self.store) if run.parent == self.run_id]
            say(f"sweep {self.run_id[:8]}: {len(children)} runs; compare them with: framing runs, framing ui")
            if config.promote and children:
                promote_run(self.store, children[0].run_id, force=config.promote == FORCE)


def experiment_of(named: str | None, choices: Mapping[str, Any]) -> str:
    """Return the experiment of a run: the one named, else that of the experiment file, else ``framing``."""
    return named or choices.get("experiment") or "framing"


def promote_run(store: Store, run_id: str, *, force: bool) -> None:
    """Make a run's model the champion, and say so."""
    run = find_run(store, run_id)
    say(told_promotion(store, run, promote_checked(store, run, force=force)))
