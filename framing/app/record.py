"""What a run keeps: its parameters and scores, its files, tags."""

from __future__ import annotations

import json
import platform
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from framing.app.behaved import behaviour_line, behaviour_table
from framing.app.description import MAIN
from framing.corpus.codes import codes_digest
from framing.corpus.dataset import dataset_digest
from framing.measure.verdicts import rule_in_words
from framing.model.persistence import save_model
from framing.report.plots import frames_figure, stance_figure
from framing.report.score_figure import score_figure
from framing.report.scores import COLUMNS_IN_WORDS, scores_text
from framing.scores import HIGH, LOW, scores_of
from framing.tracking import (
    CODEBOOK_TAG,
    CONFIG_PREFIX,
    DATA_TAG,
    MODEL_FOLDER,
    MODEL_TAG,
    SCORED_TAG,
    SCORES_TABLE,
    make_servable,
    model_name,
)
from framing.training import TaskPredictions, Training, TrainingResult

_BEHAVIOUR = "behaviour.json"
_REPEATED_WORDS = {"macro_f1": "macro-F1", "mean_ap": "mean average precision"}
_PAGE = 80  # characters of a line in a file
# Rows of the tables that MLflow shows beside each other: more, and its page is slow.
_SHOWN_ROWS = 1000
# The figure of held-out predictions, by task; that of the frames where none is named.
_FIGURES = {"stance": stance_figure}


def run_params(shown: Mapping[str, Any], flat: Mapping[str, Any]) -> dict[str, str]:
    """Return the few options that tell a run from others, then all of them under a prefix that sorts last."""
    named = dict(shown) | {f"{CONFIG_PREFIX}{key}": value for key, value in flat.items()}
    return {key: str(value)[:6000] for key, value in named.items()}


def run_metrics(result: TrainingResult) -> dict[str, float]:
    """Return the scores, the primary one first; intervals as numbers of their own only for the main scores.

    The UI draws a chart for each number; all intervals are in the table of scores.
    """
    main = {path for path in result.metrics if path.endswith(MAIN)} | {result.primary}
    bounds = {f"{path}{end}" for path in scores_of(result.metrics) if path not in main for end in (LOW, HIGH)}
    return {path: value for path, value in result.metrics.items() if path not in bounds}


def data_used(training: Training, data: str, others: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return which data a run read, what for, and their digests: as ``Run.log_data`` takes them.

    Parameters
    ----------
    training
        What was prepared.
    data, others
        What the user called the data, and what calibrates (``calibrate``) or is scored.
    """
    columns = training.dataset.column_names
    learned = {"rows": len(training.dataset), "columns": columns, "source": data}
    used = [{"name": _stems(data), "digest": training.data_digest, **learned, "context": "train"}]
    if training.calibrate is not None:
        place, digest = others.get("calibrate", "calibrate"), dataset_digest(training.calibrate)
        rows = {"rows": len(training.calibrate), "columns": training.calibrate.column_names}
        used.append({"name": _stems(place), "digest": digest, "source": place, **rows, "context": "calibrate"})
    for name, sentences in training.evaluate.items():
        place = others.get(name, name)
        rows = {"rows": len(sentences), "columns": columns}
        used.append(
            {"name": _stems(place), "digest": codes_digest(sentences), "source": place, **rows, "context": name}
        )
    return used


def _stems(paths: str) -> str:
    return "+".join(Path(path).stem for path in paths.split(", "))


def write_record(folder: Path, result: TrainingResult, config: Mapping[str, Any]) -> None:
    """Write the files of a run: configuration, split, scores, figures, held-out predictions, model."""
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(dict(config), sort_keys=False), encoding="utf-8")
    with (folder / "predictions.jsonl").open("w", encoding="utf-8") as stream:
        for prediction in result.predictions:
            stream.write(json.dumps(prediction.to_row(), ensure_ascii=False) + "\n")
    with (folder / "split.jsonl").open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in result.split)
    (folder / "scores.txt").write_text(tables(result, _PAGE), encoding="utf-8")
    (folder / SCORES_TABLE).write_text(json.dumps(scores_table(result)), encoding="utf-8")
    figures, tables_shown = folder / "figures", folder / "predictions"
    figures.mkdir()
    tables_shown.mkdir()
    score_figure(result.summaries).savefig(figures / "scores.png", dpi=110)
    for name, held_out in result.held_out.items():
        draw = _FIGURES.get(held_out.kind.task, frames_figure)
        draw(held_out.Y, held_out.proba, held_out.labels, result.classifier.tasks[name].thresholds_).savefig(
            figures / f"{name}.png", dpi=110
        )
        table = json.dumps(predictions_table(held_out), ensure_ascii=False)
        (tables_shown / f"{name}.json").write_text(table, encoding="utf-8")
    if (behaviour := behaviour_table(result)) is not None:
        (folder / _BEHAVIOUR).write_text(json.dumps(behaviour), encoding="utf-8")
    make_servable(save_model(result.classifier, folder / MODEL_FOLDER), result.classifier)


def run_tags(training: Training, result: TrainingResult, model: str | None = None) -> dict[str, str]:
    """Return what the UI can filter and show: the score with its interval, and what the run was made of."""
    shown = [SCORES_TABLE, *(f"predictions/{task}.json" for task in result.held_out)]
    asked = {"behaviour": behaviour_line(result).removeprefix("behaviour: ")} if behaviour_table(result) else {}
    shown += [_BEHAVIOUR] if asked else []
    return {
        "score": str(scores_of(result.metrics)[result.primary]),
        CODEBOOK_TAG: f"{training.codebook.name} {training.codebook.digest[:12]}",
        DATA_TAG: training.data_digest,
        SCORED_TAG: str(result.estimates[result.primary].n),
        **asked,
        "framing.python": platform.python_version(),
        "mlflow.loggedArtifacts": json.dumps([{"path": path, "type": "table"} for path in shown]),
        **({MODEL_TAG: model_name(model)} if model else {}),
    }


def tables(result: TrainingResult, width: int) -> str:
    """Return the table of each task, of held-out rows and of each file that was scored, and what verdicts mean."""
    told = [scores_text(summary, _title(path), width) for path, summary in result.summaries.items()]
    told += _repeated_lines(result, width)
    return "\n".join([*told, textwrap.fill(f"{COLUMNS_IN_WORDS} {rule_in_words()}", width)]) + "\n"


def _repeated_lines(result: TrainingResult, width: int) -> list[str]:
    """Return the scores of a repeated cross-validation, a line a task; none where it was not repeated."""
    scores = scores_of(result.metrics)
    lines = []
    for task in result.held_out:
        named = {path.split("/", 2)[2]: score for path, score in scores.items() if path.startswith(f"repeated/{task}/")}
        if named:
            split = result.classifier.info["split"]
            folds = f"{split['repeats']} times {split['n_splits']} folds"
            told = ", ".join(f"{_REPEATED_WORDS.get(name, name)} {score}" for name, score in named.items())
            meaning = f"{task}, mean over {folds}, with intervals that know that folds overlap (Nadeau and Bengio): "
            lines.append(textwrap.fill(meaning + told + ".", width, break_on_hyphens=False) + "\n")
    return lines


def _title(path: str) -> str:
    name, _, task = path.rpartition("/")
    return f"{task} of held-out rows" if name == "validation" else f"{task} of {name}"


def scores_table(result: TrainingResult) -> dict[str, Any]:
    """Return every score with its interval and what it was computed on, as MLflow writes tables."""
    intervals = scores_of(result.metrics)
    bounds = {f"{path}{end}" for path in intervals for end in (LOW, HIGH)}
    rows = []
    for path, value in result.metrics.items():
        if path not in bounds:
            score = intervals.get(path)
            n = result.estimates[path].n if path in result.estimates else None
            rows.append([path, *map(_finite, (value, score and score.low, score and score.high)), n])
    return {"columns": ["score", "value", "low", "high", "n"], "data": rows}


def predictions_table(held_out: TaskPredictions) -> dict[str, Any]:
    """Return what was held out, row by row, for two runs beside each other in the UI: the first thousand rows."""
    labels = np.array(held_out.labels)
    rows = []
    for sentence, y, proba, decided in zip(
        held_out.sentences, held_out.Y, held_out.proba, held_out.decided, strict=False
    ):
        coded, found = (", ".join(labels[np.flatnonzero(marks == 1)]) or "none" for marks in (y, decided))
        surest = f"{labels[proba.argmax()]} {proba.max():.2f}"
        rows.append([sentence.text, sentence.target or "", coded, found, "yes" if coded == found else "no", surest])
        if len(rows) == _SHOWN_ROWS:
            break
    return {"columns": ["text", "target", "coded", "predicted", "agree", "likeliest"], "data": rows}


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)


def main_scores_head(result: TrainingResult) -> str:
    """Say what the lines of main scores mean, as far as they are there."""
    meanings = {
        "flip_rate": "swap: the share of decisions that change with the names",
        "stance_blind": "stance_blind: the same without the target",
        "stance_gain": "stance_gain: what the target adds",
        "/seen/": "seen, unseen: toward targets of the training, and others",
        "consistency": "consistency: rows decided as a further target asks",
    }
    told = [meaning for part, meaning in meanings.items() if any(part in path for path in result.metrics)]
    return textwrap.fill(f"Main scores with 95 % intervals{': ' if told else ''}{'; '.join(told)}", _PAGE)


def score_lines(result: TrainingResult) -> str:
    """Return the main scores with their intervals, a line each."""
    scores = {path: score for path, score in scores_of(result.metrics).items() if path.endswith(MAIN)}
    width = max(34, *map(len, scores))
    return "\n".join(f"{path:<{width}} {score.value:.3f}  {score.interval}" for path, score in scores.items())
