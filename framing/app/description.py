"""What a run says of itself, above its numbers: what it is, how good, how to make it again, how to use it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from framing.measure.summary import TaskSummary
from framing.measure.verdicts import rule_in_words
from framing.model.card import validation_meaning
from framing.scores import scores_of
from framing.tracking import MODEL_FOLDER
from framing.training import Training, TrainingResult

# Scores of all labels that are told first, by the end of their path.
MAIN = ("/macro_f1", "/consistency", "/flip_rate")
_OVERALL = (*MAIN, "/mean_ap", "/accuracy")


def described(name: str, training: Training, result: TrainingResult, data: str, made_by: Sequence[str]) -> list[str]:
    """Return the description of a run as lines of Markdown, without how to use it.

    Parameters
    ----------
    name
        The run's.
    training, result
        What was trained, and what came of it.
    data
        What was read, as the user called it.
    made_by
        The command, as words; none where there was no command.
    """
    tasks = " and ".join(training.tasks)
    lines = [
        f"**{name}**: {tasks} of the codebook *{training.codebook.name}*, learned from `{data}` "
        f"({len(training.dataset):,} rows, digest `{training.data_digest[:12]}`), seed {training.seed}.",
        "",
        _in_short(result),  # the UI folds what comes after a few lines
        "",
        *_overall_table(result),
    ]
    for path, summary in result.summaries.items():
        if path.startswith("validation/"):
            lines += ["", *_label_table(path, summary)]
    lines += ["", f"{rule_in_words()} {validation_meaning(result.classifier.info)}"]
    if any("/stance_blind/" in path for path in result.metrics):
        lines += ["", "`stance_blind`: the same model without the target; `stance_gain`: what it adds."]
    if made_by:
        lines += ["", "**Make it again**", "", f"    {shlex.join(made_by)}"]
    return lines


def usage(run_id: str, store: str) -> list[str]:
    """Return how a run's model is used, as lines of Markdown."""
    uri = f"runs:/{run_id}"
    return [
        "",
        "**Use it**",
        "",
        f"    framing predict article.txt --model {uri} --store {shlex.quote(store)}",
        "",
        "    from framing import Predictor",
        f"    predictor = Predictor.load({uri!r}, store={store!r})",
        '    predictor.predict(["The deal would open new markets."])',
        "",
        f"For MLflow it is `{uri}/{MODEL_FOLDER}`: "
        f"`MLFLOW_TRACKING_URI={shlex.quote(store)} mlflow models serve -m {uri}/{MODEL_FOLDER} --env-manager local`.",
    ]


def _in_short(result: TrainingResult) -> str:
    """Return the main score of each task that was held out, and how many of its labels are usable."""
    told = []
    for path, summary in result.summaries.items():
        if path.startswith("validation/") and "macro_f1" in summary.overall:
            usable = sum(row.verdict.word == "usable" for row in summary.labels)
            told.append(
                f"{path.rpartition('/')[2]}: macro-F1 **{summary.overall['macro_f1']}**, {usable} of "
                f"{len(summary.labels)} labels usable, {summary.n:,} rows held out in {summary.n_groups:,} groups"
            )
    return "; ".join(told)


def _overall_table(result: TrainingResult) -> list[str]:
    rows = ["| score | value, 95 % interval | n |", "|---|---|---|"]
    for path, score in scores_of(result.metrics).items():
        if path.endswith(_OVERALL):
            n = result.estimates[path].n if path in result.estimates else None
            rows.append(f"| {path} | {score} | {'' if n is None else format(n, ',')} |")
    return rows


def _label_table(path: str, summary: TaskSummary) -> list[str]:
    task = path.rpartition("/")[2]
    return [
        f"| {task}, held out | n | F1, 95 % interval | precision | recall | verdict |",
        "|---|---|---|---|---|---|",
        *(
            f"| {row.label} | {row.n or 0:,} | {row.f1} | {row.precision:.2f} | {row.recall:.2f} | {row.verdict.word} |"
            for row in summary.labels
        ),
    ]
