"""The behavioural suite in a training: what the finished model was asked, in its run and its card."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from framing.behaviour import ALL, Case, check_suite, read_suite, run_suite
from framing.errors import InputError
from framing.resources import SHIPPED, resource
from framing.scores import Score, with_bounds
from framing.training import Training, TrainingResult

PASS_RATE = "behaviour/pass_rate"
_WEAK, _NAMED = 0.8, 3  # a test that fewer pass is named, so many of them


def suite_for(file: str | Path | None, training: Training) -> list[Case]:
    """Return the cases that a model of this training will be asked; none where there is no suite for its labels.

    Parameters
    ----------
    file
        A YAML file; ``shipped`` is the package's own, which other codebooks are not asked; ``None`` leaves it out.
    training
        What will be trained.

    Raises
    ------
    InputError
        A file of the user's cannot be read, or expects a label that the model will not know.
    """
    if file is None:
        return []
    cases = _shipped_suite() if file == SHIPPED else read_suite(file)
    try:
        return check_suite(cases, training.codebook, training.tasks)
    except InputError:
        if file == SHIPPED:
            return []
        raise


@lru_cache(maxsize=1)
def _shipped_suite() -> list[Case]:
    return read_suite(resource("seeds/behaviour.yaml"))


def ask_suite(result: TrainingResult, cases: Sequence[Case], file: str | Path | None) -> None:
    """Ask the finished model, and put what came out into its scores and its card; nothing without cases."""
    if not cases:
        return
    found = run_suite(result.classifier, cases)
    result.metrics |= with_bounds(PASS_RATE, found.rates()[ALL, ALL])
    result.classifier.info["behaviour"] = {"suite": str(file), "tests": found.to_dict()["rates"]}


def behaviour_table(result: TrainingResult) -> dict[str, Any] | None:
    """Return the pass rates as MLflow writes tables; ``None`` where nothing was asked."""
    told = result.classifier.info.get("behaviour")
    if told is None:
        return None
    columns = ["kind", "name", "n", "value", "low", "high"]
    return {"columns": columns, "data": [[test[column] for column in columns] for test in told["tests"]]}


def behaviour_line(result: TrainingResult, width: int = 10_000) -> str:
    """Say how many cases pass, and which tests are weakest; nothing where nothing was asked."""
    told = result.classifier.info.get("behaviour")
    if told is None:
        return ""
    (whole,) = (test for test in told["tests"] if test["kind"] == ALL)
    weak = sorted(
        (test for test in told["tests"] if test["name"] != ALL and test["value"] < _WEAK), key=lambda t: t["value"]
    )
    named = ", ".join(f"{test['name']} ({test['value']:.2f} of {test['n']})" for test in weak[:_NAMED])
    score = Score(whole["value"], whole["low"], whole["high"])
    line = f"behaviour: {score} of {whole['n']} cases pass" + (f"; weakest: {named}" if named else "")
    return textwrap.fill(line, width, subsequent_indent="  ")
