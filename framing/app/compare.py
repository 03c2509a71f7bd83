"""``framing compare``: runs on the same rows, each against the first."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from framing.arrays import Weights
from framing.codebook import Codebook
from framing.corpus.splits import TIME
from framing.errors import FramingWarning, InputError, StoreError
from framing.measure.compare import Difference, differences
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import compared_estimates
from framing.measure.nominal import nominal_estimates
from framing.predictor import Predictor
from framing.records import Sentence
from framing.tracking import MODEL_FOLDER, RunSummary, Store, fetched_text, find_run
from framing.training import TaskPredictions
from framing.training.divided import text_digest
from framing.training.predicted import common_rows, held_out_from_rows, predicted_rows
from framing.training.scoring import has_one_label

# Scores of all labels; each is a family of its own, the F1 of the labels another.
OVERALL_SCORES = ("macro_f1", "mean_ap", "accuracy")
_REPLICATES = 2000


@dataclass(frozen=True)
class RunRows:
    """A run, its codebook, and by task what it predicted."""

    run: RunSummary
    book: Codebook
    held_out: dict[str, TaskPredictions]


@dataclass(frozen=True)
class TaskComparison:
    """One task: rows and groups that all runs predicted, and of each run but the first its differences by score."""

    n: int
    n_groups: int
    left_out: int
    found: list[dict[str, Difference]]


@dataclass(frozen=True)
class Comparison:
    """The runs, the first of them the one that others are compared with, and by task what was found."""

    runs: list[RunSummary]
    tasks: dict[str, TaskComparison]
    rows: str


def kept_rows(store: Store, wanted: str) -> RunRows:
    """Return a run with the held-out predictions that it keeps.

    Raises
    ------
    StoreError
        There is no such run, or it keeps no predictions.
    """
    run = find_run(store, wanted)
    try:
        lines = fetched_text(store, run, "predictions.jsonl").splitlines()
        book = codebook_of(store, run)
    except StoreError as error:
        told = f"run {_short(run)} keeps no held-out predictions ({run.status}; a sweep's parent has none)"
        raise StoreError(f"{told}: {error}") from None
    by = run.params.get("split.by", "group").replace(TIME, "group")  # by time, documents stay together
    return RunRows(run, book, held_out_from_rows(map(json.loads, lines), book, by))


def compare_runs(store: Store, wanted: Sequence[str]) -> Comparison:
    """Compare runs on the rows that all of them held out, each with the first.

    Parameters
    ----------
    store, wanted
        Ids, beginnings of ids, or names of two runs or more.

    Raises
    ------
    InputError
        They learned from other data, by another codebook, or were validated in another way: what differs.
    StoreError
        There is no such run, or it keeps no predictions.
    """
    return compare_kept([kept_rows(store, name) for name in wanted])


def compare_kept(runs: Sequence[RunRows]) -> Comparison:
    """Compare runs whose rows are at hand, each with the first; errors are those of ``compare_runs``."""
    _check_distinct([one.run for one in runs])
    for other in runs[1:]:
        if reasons := _unlike(runs[0].run, other.run):
            raise InputError(
                f"runs {_short(runs[0].run)} and {_short(other.run)} cannot be compared: {'; '.join(reasons)}; score "
                "both on coded rows that neither learned from: --on FILE"
            )
    return Comparison([one.run for one in runs], _compared(runs), "held out by each run")


def compare_on(store: Store, wanted: Sequence[str], sentences: Sequence[Sentence], name: str) -> Comparison:
    """Compare the models of runs on coded rows; parameters and errors are those of ``compare_runs``.

    Parameters
    ----------
    sentences, name
        The rows, and what they are called.

    Warns
    -----
    FramingWarning
        Rows are among those that a run was trained on.
    """
    summaries = [find_run(store, one) for one in wanted]
    _check_distinct(summaries)
    runs = []
    for run in summaries:
        model = Predictor.load(f"runs:/{run.run_id}", store.uri).classifier
        runs.append(RunRows(run, model.codebook, predicted_rows(model, sentences, name)))
        _warn_of_learned(store, run, sentences, name)
    for other in runs[1:]:
        if reason := _other_labels(runs[0], other):
            raise InputError(f"runs {_short(runs[0].run)} and {_short(other.run)} cannot be compared: {reason}")
    return Comparison([one.run for one in runs], _compared(runs), f"of {name}")


def _warn_of_learned(store: Store, run: RunSummary, sentences: Sequence[Sentence], name: str) -> None:
    """Say so where a run learned from rows that it is to be scored on, or was calibrated by them."""
    try:
        kept = list(map(json.loads, fetched_text(store, run, "split.jsonl").splitlines()))
    except StoreError:
        return
    known = {row["text_sha256"] for row in kept}
    if used := sum(text_digest(s.text) in known for s in sentences):
        warnings.warn(
            f"{used:,} of {len(sentences):,} rows of {name} are among those of run {_short(run)}: what a model "
            "learned from, or was calibrated by, flatters it; compare on other rows",
            FramingWarning,
            stacklevel=3,
        )


def codebook_of(store: Store, run: RunSummary) -> Codebook:
    """Return the codebook of a run's model."""
    return Codebook.from_dict(json.loads(fetched_text(store, run, f"{MODEL_FOLDER}/model.json"))["codebook"])


def _compared(runs: Sequence[RunRows]) -> dict[str, TaskComparison]:
    tasks = {}
    for task in runs[0].held_out:
        if not all(task in one.held_out for one in runs):
            continue
        parts = common_rows([one.held_out[task] for one in runs])
        if not parts[0].sentences:
            raise InputError(f"{task}: no row was held out by all of these runs")
        if unlike := [run for run, part in zip(runs, parts, strict=True) if not np.array_equal(part.Y, parts[0].Y)]:
            raise InputError(
                f"{task}: runs {_short(runs[0].run)} and {_short(unlike[0].run)} cannot be compared: the same rows are "
                "coded otherwise in the second; train both on one file"
            )
        groups = np.unique(parts[0].groups, return_inverse=True)[1]
        W = bootstrap_weights(groups, _REPLICATES)
        estimates = [_estimates_for(part, runs[0].book, W) for part in parts]
        found: list[dict[str, Difference]] = [{} for _ in runs[1:]]
        families = [(name,) for name in OVERALL_SCORES] + [tuple(f"{label}/f1" for label in parts[0].labels)]
        for names in families:
            for told, new in zip(found, differences(estimates[0], estimates[1:], names), strict=True):
                told |= new
        most = max(len(one.held_out[task].sentences) for one in runs)
        tasks[task] = TaskComparison(
            len(parts[0].sentences), int(groups.max()) + 1, most - len(parts[0].sentences), found
        )
    if not tasks:
        raise InputError(f"runs {', '.join(_short(one.run) for one in runs)} have no task in common")
    return tasks


def _estimates_for(part: TaskPredictions, book: Codebook, W: Weights) -> Mapping[str, Estimate]:
    scores = compared_estimates(part.Y, part.proba, part.decided, part.labels, W)
    if has_one_label(part.kind, book):
        scores["accuracy"] = nominal_estimates(part.Y, part.decided, W)["accuracy"]
    return scores


def _check_distinct(runs: Sequence[RunSummary]) -> None:
    ids = [run.run_id for run in runs]
    if len(set(ids)) < len(ids):
        twice = next(run for run in runs if ids.count(run.run_id) > 1)
        raise InputError(f"run {_short(twice)} is named twice; a comparison needs two runs or more")


def _unlike(first: RunSummary, other: RunSummary) -> list[str]:
    """Say in what two runs differ that makes their held-out scores of two kinds."""
    reasons = []
    if first.digest != other.digest:
        one, two = (
            f"{run.data or '?'}, {run.rows or 0:,} rows, digest {run.digest[:12] or '?'}" for run in (first, other)
        )
        reasons.append(f"other data ({one} | {two})")
    if first.codebook != other.codebook:
        reasons.append(f"another codebook ({first.codebook or '?'} | {other.codebook or '?'})")
    for key in ("split.by", "split.after", "calibrate"):
        one, two = (run.params.get(key, "None") for run in (first, other))
        if one != two:
            reasons.append(f"another {key} ({one} | {two})")
    return reasons


def _other_labels(first: RunRows, other: RunRows) -> str:
    for kind in ("frame_names", "stance_names"):
        one, two = getattr(first.book, kind), getattr(other.book, kind)
        if one != two:
            return f"another codebook, with other labels ({', '.join(one) or 'none'} | {', '.join(two) or 'none'})"
    return ""


def _short(run: RunSummary) -> str:
    return f"{run.run_id[:8]} ({run.name})"
