"""The model card: what a saved model is, for the people who use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Any

from framing.scores import scores_of

_WEAK_TEST = 0.8
# Scores that are told first, by the end of their path.
_MAIN = ("macro_f1", "mean_ap", "accuracy", "kappa", "calibration_error", "flip_rate", "consistency", "pass_rate")
_VALIDATION = (
    "`validation` is a grouped cross-validation of the whole procedure, calibration and thresholds inside each fold: "
    "it speaks of the procedure, not of this fit, and of text like the training text."
)
_VALIDATION_TUNED = (
    "`validation` is the part of the groups that the encoder was not tuned on, calibrated and thresholded by each "
    "other in folds: it speaks of text like the training text."
)
_VALIDATION_CROSS_FITTED = (
    "`validation` is all groups, each scored with an encoder that was not tuned on it, calibrated and thresholded by "
    "each other in folds: it speaks of the procedure, not of this fit, and of text like the training text."
)


_VALIDATION_APART = (
    "`validation` is the rows given as `calibrate`, which were not learned from, calibrated and thresholded by each "
    "other in folds: it speaks of text like theirs."
)


_VALIDATION_BY_TIME = (
    "`validation` is what was published from {after} on, read by a model of what came before, calibration and "
    "thresholds from before too: it speaks of the procedure, not of this fit, which learned from all rows."
)
_VALIDATION_TUNED_BY_TIME = (
    "`validation` is what was published from {after} on, which was not learned from, calibrated and thresholded by "
    "each other in folds: it speaks of what will be written next."
)
# What scores called ``repeated`` are of; in braces, how many folds.
REPEATED_MEANING = (
    "`repeated` is the mean over {folds}; its interval is the corrected resampled t of Nadeau and Bengio, as folds "
    "share most of what they learn from."
)


def model_card(content: dict[str, Any]) -> str:
    """Return the card of a model as Markdown.

    Parameters
    ----------
    content
        What ``model.json`` holds.
    """
    book, info = content["codebook"], content["info"]
    encoder = content["encoder"]
    lines = [
        f"# Framing model: {book['name']}",
        "",
        "Reads one sentence at a time and says which frames it conveys"
        + (" and which stance its holder takes toward a target." if "stance" in content["tasks"] else "."),
        "",
        f"- Encoder: {_encoder(encoder)}",
        *(f"- {name}: {_recipe(task)}" for name, task in content["tasks"].items()),
        *_data_lines(info),
        "- Made with " + ", ".join(f"{name} {version}" for name, version in content["versions"].items()),
        "",
        "## Labels",
        "",
        *_label_lines(content),
        *_score_lines(info),
        *_choice_lines(info),
        *_verdict_lines(info),
        *_behaviour_lines(info),
        *_student_lines(content.get("student")),
        "## Use",
        "",
        "```python",
        "from framing import Predictor",
        "",
        'Predictor.load("this folder").predict(["The deal would open new markets."])',
        "```",
        "",
        "Probabilities are calibrated on held-out training sentences. Text of another kind, or with another share of "
        "frames, moves them: check on coded sentences of your own before you count.",
        "",
        *_all_score_lines(info),
    ]
    return "\n".join(lines)


def validation_meaning(info: Mapping[str, Any]) -> str:
    """Say what scores called ``validation`` are of, in a sentence for cards and runs.

    Parameters
    ----------
    info
        A model's ``info``; it holds the options of tuning where the encoder was tuned.
    """
    split = info.get("split", {})
    if "after" in split:
        own = "tuning" in info and not info["tuning"].get("cross_fit")
        return (_VALIDATION_TUNED_BY_TIME if own else _VALIDATION_BY_TIME).format(after=split["after"])
    if "calibrate" in info:
        return _VALIDATION_APART
    if split.get("repeats", 1) > 1:
        folds = f"{split['repeats']} times {split['n_splits']} folds"
        return f"{_VALIDATION} {REPEATED_MEANING.format(folds=folds)}"
    if "tuning" not in info:
        return _VALIDATION
    return _VALIDATION_CROSS_FITTED if info["tuning"].get("cross_fit") else _VALIDATION_TUNED


def _encoder(encoder: dict[str, Any] | None) -> str:
    if encoder is None:
        return "words (TF-IDF)"
    tuned = ", tuned: a low-rank adapter in `encoder/`" if encoder.get("adapter") else ""
    name = encoder.get("model", encoder.get("kind"))
    return f"{name}, sha256 {encoder['sha256'][:12]}…{tuned}"


def _recipe(task: dict[str, Any]) -> str:
    return f"{task['head']} on {' and '.join(task['features'])}, {len(task['labels'])} labels"


def _data_lines(info: dict[str, Any]) -> list[str]:
    data = info.get("data", {})
    lines = []
    for task, counts in data.get("counts", {}).items():
        per_label = ", ".join(f"{k} {v:,}" for k, v in counts.items() if k not in ("coded", "groups"))
        lines.append(f"- Coded for {task}: {counts['coded']:,} rows in {counts['groups']:,} groups ({per_label})")
    if "digest" in data:
        lines.append(f"- Data digest: {data['digest'][:16]}…, seed {info.get('seed')}")
    if "coders" in info:
        told = info["coders"]
        lines.append(
            f"- Several coders ({', '.join(told['coders'])}): learned is {told['in_words']}; {told['shared']:,} of "
            f"{told['rows']:,} rows have several, {told['tied']:,} of these are in part not coded"
        )
    if "calibrate" in info:
        told = info["calibrate"]
        lines.append(f"- Calibrated on {told['rows']:,} rows that were not learned from, digest {told['digest'][:16]}…")
    if (info.get("tuning") or {}).get("teacher"):
        told = info["tuning"]["unlabelled"]
        lines.append(
            f"- Taught by another model on {told['rows']:,} unlabelled sentences, digest {told['digest'][:16]}…"
        )
    return lines


def _label_lines(content: dict[str, Any]) -> list[str]:
    thresholds = content["tasks"].get("frames", {}).get("thresholds", {})
    goal = content["tasks"].get("frames", {}).get("goal", "f1")
    rows = [f"Thresholds are for {goal}, on held-out training sentences.", ""] if thresholds else []
    rows += ["| label | threshold | meaning |", "|---|---|---|"]
    for kind in ("frames", "stance"):
        if kind not in content["tasks"]:
            continue
        for name, rules in content["codebook"][kind].items():
            number = f"{thresholds[name]:.3f}" if kind == "frames" and name in thresholds else "likeliest"
            meaning = rules["definition"].replace("|", "\\|")
            rows.append(f"| {name} | {number} | {meaning} |")
    return [*rows, ""]


def _score_lines(info: Mapping[str, Any]) -> list[str]:
    metrics = info.get("metrics", {})
    if not metrics:
        return []
    labels = {label for verdicts in info.get("verdicts", {}).values() for label in verdicts}
    return [
        "## Scores",
        "",
        validation_meaning(info),
        "`stance_blind` is the same model without the target. Other names are coded files that the model was scored "
        "on. `swap` is the share of decisions that change when other names are put in.",
        "",
        *_score_table(metrics, lambda path: _is_main(path, labels)),
        "",
    ]


def _is_main(path: str, labels: Set[str]) -> bool:
    """Say whether a score is told first: of all labels, and the F1 of each."""
    *above, last = path.split("/")
    if "stance_blind" in above:
        return last == "macro_f1"
    of_label = any(part in labels for part in above)
    return last == "f1" if of_label else last in _MAIN


def _all_score_lines(info: Mapping[str, Any]) -> list[str]:
    metrics = info.get("metrics", {})
    return ["## All scores", "", *_score_table(metrics, lambda path: True), ""] if metrics else []


def _score_table(metrics: Mapping[str, float], shown: Callable[[str], bool]) -> list[str]:
    rows = [
        f"| {path} | {value:.3f} | {low:.3f} to {high:.3f} |"
        for path, (value, low, high) in scores_of(metrics).items()
        if shown(path)
    ]
    return ["| score | value | 95 % interval |", "|---|---|---|", *rows]


def _choice_lines(info: Mapping[str, Any]) -> list[str]:
    """Say how much was chosen on the rows that the scores are of."""
    n = info.get("looked_at", 1)
    if n < 2:
        return []
    return [
        f"{n:,} trainings, this one among them, were validated on these data when this was saved, as far as the store "
        "knows. Where the best of them was chosen by its scores, these flatter it: the more were looked at, and the "
        "nearer they lie, the more. Rows that none of them saw tell (`framing evaluate`).",
        "",
    ]


def _verdict_lines(info: Mapping[str, Any]) -> list[str]:
    """Say what each label is worth on each set of rows, and what would help."""
    verdicts = info.get("verdicts", {})
    if not verdicts:
        return []
    rows = ["| rows | label | verdict | what would help |", "|---|---|---|---|"]
    for path, labels in verdicts.items():
        rows += [f"| {path} | {label} | {told['verdict']} | {told['advice']} |" for label, told in labels.items()]
    return ["## Verdicts", "", info["verdict_rule"], "", *rows, ""]


def _student_lines(student: dict[str, Any] | None) -> list[str]:
    """Say what was distilled from the model, and how much of its work that takes."""
    if student is None:
        return []
    told = student["told"]
    return [
        "## Student",
        "",
        f"`student/` was distilled from this model on {told['sentences']:,} sentences. With `--fast` it settles the "
        f"frames of what it is certain of; of {told['judged_sentences']:,} sentences of {told['judged_documents']:,} "
        f"documents that it did not see (digest of all {told['digest'][:16]}…) {told['passed_on']:.1%} would go to the "
        f"encoder, at a macro-F1 that is expected to be at most {student['loss']:g} lower (by the model's own "
        "probabilities). Other kinds of text may be passed on more "
        "often, and lose more: `framing evaluate --fast` on coded sentences says.",
        "",
    ]


def _behaviour_lines(info: Mapping[str, Any]) -> list[str]:
    """Say how the model did on sentences of which it is known what it should say: by kind, and each weak test."""
    behaviour = info.get("behaviour")
    if not behaviour:
        return []
    rows = [
        "| {kind} | {name} | {n} | {value:.3f} | {low:.3f} to {high:.3f} |".format(**test)
        for test in behaviour["tests"]
        if test["name"] == "all" or test["value"] < _WEAK_TEST
    ]
    return [
        "## Behaviour",
        "",
        "Written sentences of which it is known what a model should say (`framing test-model`): those that plainly "
        "have a label or none (minimum), pairs that differ in nothing that matters (invariance), pairs in which a "
        f"label comes or goes (direction). Beside each kind, the tests that fewer than {_WEAK_TEST:g} pass; a "
        "template counts once.",
        "",
        "| kind | test | cases | passed | 95 % interval |",
        "|---|---|---|---|---|",
        *rows,
        "",
    ]
