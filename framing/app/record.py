"""What a run keeps: its options flat, its files, a description, tags."""

from __future__ import annotations

import json
import platform
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from framing.measure.verdicts import rule_in_words
from framing.model.card import validation_meaning
from framing.model.persistence import save_model
from framing.report.plots import frames_figure, stance_figure
from framing.report.scores import scores_text
from framing.scores import scores_of
from framing.tracking import CODEBOOK_TAG, DATA_TAG, MODEL_FOLDER, SCORED_TAG
from framing.training import Training, TrainingResult


def run_params(config: Mapping[str, Any], choices: Mapping[str, str]) -> dict[str, Any]:
    """Return the choices, then the resolved configuration flat: ``head=svm``, ``head.C=3``."""
    flat: dict[str, Any] = dict(choices)

    def walk(prefix: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                walk(f"{prefix}.{key}", inner)
        else:
            flat[prefix] = value

    for key, value in config.items():
        # Log renamed columns only: identity mappings are the same in every run, and would drown what differs.
        walk(key, {k: v for k, v in value.items() if k != v} if key == "columns" else value)
    return flat


_PAGE = 80  # characters of a line in a file

# Scores that are told first, by the end of their path.
_MAIN = ("/macro_f1", "/consistency", "/flip_rate")
# The figure of held-out predictions, by task; that of the frames where none is named.
_FIGURES = {"stance": stance_figure}


def write_record(folder: Path, result: TrainingResult, config: Mapping[str, Any]) -> None:
    """Write the files of a run: configuration, figures, held-out predictions, model."""
    (folder / "config.yaml").write_text(yaml.safe_dump(dict(config), sort_keys=False), encoding="utf-8")
    with (folder / "predictions.jsonl").open("w", encoding="utf-8") as stream:
        for prediction in result.predictions:
            stream.write(json.dumps(prediction.to_row(), ensure_ascii=False) + "\n")
    (folder / "scores.txt").write_text(tables(result, _PAGE), encoding="utf-8")
    figures = folder / "figures"
    figures.mkdir()
    for name, held_out in result.held_out.items():
        draw = _FIGURES.get(held_out.kind.task, frames_figure)
        draw(held_out.Y, held_out.proba, held_out.labels, result.classifier.tasks[name].thresholds_).savefig(
            figures / f"{name}.png", dpi=110
        )
    save_model(result.classifier, folder / MODEL_FOLDER)


def run_note(name: str, result: TrainingResult, config: Mapping[str, Any]) -> str:
    """Return the description that the UI shows above a run."""
    scores = scores_of(result.metrics)
    blind = any("/stance_blind/" in path for path in scores)
    rows = ["| score | value, 95 % interval |", "|---|---|"]
    rows += [f"| {path} | {score} |" for path, score in scores.items() if path.endswith((*_MAIN, "/mean_ap"))]
    return "\n".join(
        [
            f"**{name}** on `{config['data']}`, seed {config['seed']}.",
            "",
            *rows,
            "",
            validation_meaning(result.classifier.info),
            *(["`stance_blind`: the same model without the target; `stance_gain`: what it adds."] if blind else []),
        ]
    )


def run_tags(training: Training, result: TrainingResult) -> dict[str, str]:
    """Return what the UI can filter and show: the score with its interval, and what the run was made of."""
    return {
        "score": str(scores_of(result.metrics)[result.primary]),
        CODEBOOK_TAG: f"{training.codebook.name} {training.codebook.digest[:12]}",
        DATA_TAG: training.data_digest,
        SCORED_TAG: str(result.estimates[result.primary].n),
        "framing.python": platform.python_version(),
    }


def tables(result: TrainingResult, width: int) -> str:
    """Return the table of each task, of held-out rows and of each file that was scored, and what verdicts mean."""
    told = [scores_text(summary, _title(path), width) for path, summary in result.summaries.items()]
    return "\n".join([*told, textwrap.fill(rule_in_words(), width)]) + "\n"


def _title(path: str) -> str:
    name, _, task = path.rpartition("/")
    return f"{task} of held-out rows" if name == "validation" else f"{task} of {name}"


def score_lines(result: TrainingResult) -> str:
    """Return the main scores with their intervals, a line each."""
    scores = {path: score for path, score in scores_of(result.metrics).items() if path.endswith(_MAIN)}
    width = max(34, *map(len, scores))
    return "\n".join(f"{path:<{width}} {score.value:.3f}  {score.interval}" for path, score in scores.items())
