"""Sweeps in the store: which runs are parts of one, and one that was cut off goes on as the same."""

from __future__ import annotations

import time

from framing.tracking.runs import PARENT_TAG, PRIMARY_TAG, RunSummary, experiment_names, list_runs
from framing.tracking.store import Store
from framing.tracking.unfinished import close_gone, process_tags

# On the parent, what was asked for; on a child, what it was made of: by these they are found again.
SWEEP_TAG, MADE_OF_TAG = "framing.sweep", "framing.made_of"
# On a child that was finished when the sweep went on, and still counts: when that was, in milliseconds.
_TAKEN_UP_TAG = "framing.taken_up"
_CUT_OFF = ("KILLED", "FAILED")


def children_of(store: Store, parent: str) -> list[RunSummary]:
    """Return the runs of a sweep, best first, those without a score last."""
    return [run for run in list_runs(store) if run.parent == parent]


def taken_up(store: Store, parent: str, since: int) -> set[str]:
    """Return the ids of the runs of a sweep that were taken up as they are, from a moment in milliseconds on."""
    with store.answering():
        experiments = list(experiment_names(store, None))
        runs = store.client.search_runs(experiments, f"tags.`{PARENT_TAG}` = '{parent}'", max_results=10_000)
    return {str(run.info.run_id) for run in runs if int(run.data.tags.get(_TAKEN_UP_TAG, 0)) >= since}


def take_up(store: Store, run_id: str) -> None:
    """Say of a finished run that it belongs to the sweep as it goes on: it is made of what is asked for now."""
    with store.answering():
        store.client.set_tag(run_id, _TAKEN_UP_TAG, str(round(time.time() * 1000)))


def unfinished_sweep(store: Store, experiment: str, key: str) -> str | None:
    """Return the id of the newest sweep that was asked for the same and did not come to its end.

    Parameters
    ----------
    store, experiment
        Where it was recorded; neither need be there yet.
    key
        Its tag ``SWEEP_TAG``.
    """
    if not store.exists:
        return None
    with store.answering():
        found = store.client.get_experiment_by_name(experiment)
        if found is None:
            return None
        runs = store.client.search_runs(
            [found.experiment_id], f"tags.`{SWEEP_TAG}` = '{key}'", order_by=["attributes.start_time DESC"]
        )
        gone = close_gone(store, runs)
    if runs and (runs[0].info.status in _CUT_OFF or runs[0].info.run_id in gone):
        return str(runs[0].info.run_id)
    return None


def reopen_run(store: Store, run_id: str) -> None:
    """Make a run that has ended one that is under way, of this process."""
    store.prepare()
    with store.answering():
        store.client.update_run(run_id, status="RUNNING")
        for key, value in process_tags().items():
            store.client.set_tag(run_id, key, value)


def finished_child(store: Store, parent: str, made_of: str) -> tuple[str, float] | None:
    """Return id and primary score of a run of a sweep that was made of the same and is finished."""
    with store.answering():
        experiments = list(experiment_names(store, None))  # a sweep over experiment files has its runs in several
        same = f"tags.`{PARENT_TAG}` = '{parent}' AND tags.`{MADE_OF_TAG}` = '{made_of}'"
        for run in store.client.search_runs(experiments, f"{same} AND attributes.status = 'FINISHED'"):
            score = run.data.metrics.get(run.data.tags.get(PRIMARY_TAG, ""))
            if score is not None:
                return str(run.info.run_id), float(score)
    return None
