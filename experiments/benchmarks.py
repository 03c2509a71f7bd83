"""Run public benchmarks, baseline and system in the same run, for the tables of this folder's reports.

    python experiments/benchmarks.py gvfc_headlines BENCHMARKS
    python experiments/benchmarks.py ccf_frames BENCHMARKS encoder=minilm
    python experiments/benchmarks.py persuasion_2021 BENCHMARKS encoder=mpnet_tuned
    python experiments/benchmarks.py ccf_frames BENCHMARKS encoder=multilingual words=tfidf --language fr --both --C 1 4

BENCHMARKS is a folder that holds ``ccf_climate_frames``, ``gvfc_headline_frames`` and ``semeval2021_persuasion``; the
data sets are not part of this project. The recipe is that of ``configs/experiment/NAME.yaml``, changed by the options
that follow, which are those of ``framing train``. Each call is a run of the MLflow experiment of that name. Of several
``--C`` the one with the best validation score of the training rows is taken.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from framing import Codebook, Sentence, train
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import frame_estimates, stance_estimates, with_intervals
from framing.resources import resource
from framing.tracking import Store, open_run, store_uri
from framing.training import TrainingResult

FOLDERS = {
    "ccf_frames": "ccf_climate_frames",
    "gvfc_headlines": "gvfc_headline_frames",
    "persuasion_2021": "semeval2021_persuasion",
}
SHOWN = {"ccf_frames": "macro_f1_two_class", "gvfc_headlines": "accuracy", "persuasion_2021": "micro_f1"}


def gvfc_headlines(folder: Path, options: argparse.Namespace) -> dict[str, Estimate]:
    """Nine exclusive frames; train on four folds, score the pooled predictions for the fifth."""
    rows = _read(folder / "all.jsonl")
    names = sorted({_name(row["label"]) for row in rows})
    book = Codebook.from_dict({"name": "gvfc", "frames": names, "exclusive": True})
    sentences = [Sentence(row["text"], frames=(_name(row["label"]),), group=row["text"].lower()) for row in rows]
    y = np.array([names.index(s.frames[0]) for s in sentences])
    fold = np.array([row["fold"] for row in rows])
    P, B = np.zeros((len(rows), len(names))), np.zeros((len(rows), len(names)))
    for k in range(5):
        part = np.flatnonzero(fold != k)
        test = [sentences[i] for i in np.flatnonzero(fold == k)]
        result = _system([sentences[i] for i in part], book, options)
        P[fold == k] = result.classifier.tasks["frames"].predict_proba(test)
        B[fold == k] = _tfidf([sentences[i].text for i in part], y[part], [s.text for s in test])
        _say(f"fold {k}: {(P[fold == k].argmax(1) == y[fold == k]).mean():.3f}")
    W = bootstrap_weights(np.unique([s.group for s in sentences], return_inverse=True)[1])
    return _paired(stance_estimates(y, P, names, W), stance_estimates(y, B, names, W))


def ccf_frames(folder: Path, options: argparse.Namespace) -> dict[str, Estimate]:
    """Eight frames; official training and validation parts of each frame, texts that are in both left out."""
    everything = _read(folder / "train.jsonl")
    rows = [row for row in everything if row["lang"] == options.language]
    names = list(rows[0]["official_split"]) if len(rows[0]["official_split"]) == 8 else _ccf_names(rows)
    book = Codebook.from_dict({"name": "ccf", "frames": names})
    part = _ccf_parts(rows, names)
    Y = np.array([[float(name in row["frames"]) for name in names] for row in rows])
    taught = _ccf_taught(rows, part, names)
    own = {s.text for s in taught}
    if options.both:
        others = [row for row in everything if row["lang"] != options.language]
        taught += [s for s in _ccf_taught(others, _ccf_parts(others, names), names) if s.text not in own]
    result = _system(taught, book, options, judged=lambda s: s.text in own)
    task = result.classifier.tasks["frames"]
    scored = [i for i in range(len(rows)) if "validation" in part[i]]
    P = task.predict_proba([Sentence(rows[i]["text"]) for i in scored])
    D = task.decide(P)
    T = np.where(part[scored] == "validation", Y[scored], np.nan)
    B = np.zeros_like(P)
    for j in range(len(names)):
        fit = np.flatnonzero(part[:, j] == "train")
        B[:, j] = _tfidf([rows[i]["text"] for i in fit], Y[fit, j].astype(int), [rows[i]["text"] for i in scored])[:, 1]
    W = bootstrap_weights(np.unique([_ccf_group(rows[i]) for i in scored], return_inverse=True)[1])
    return _paired(frame_estimates(T, P, D, names, W), frame_estimates(T, B, B >= 0.5, names, W))


def persuasion_2021(folder: Path, options: argparse.Namespace) -> dict[str, Estimate]:
    """Twenty techniques, any number; one threshold for all, the best for micro-F1 on held-out training texts.

    With ``thresholds=GOAL`` among the options the model's own thresholds are taken instead.
    """
    parts = {name: _read(folder / f"{name}.jsonl") for name in ("train", "validation", "test")}
    taught = parts["train"] + parts["validation"]
    names = sorted({_name(label) for rows in parts.values() for row in rows for label in row["labels"]})
    counts = {name: sum(name in map(_name, row["labels"]) for row in taught) for name in names}
    known = [name for name in names if counts[name] >= 5]
    book = Codebook.from_dict({"name": "persuasion", "frames": known})
    sentences = [
        Sentence(
            row["text"], frames=tuple(n for n in map(_name, row["labels"]) if n in known), group=row["text"].lower()
        )
        for row in taught
    ]
    result = _system(sentences, book, options)
    held, task = result.held_out["frames"], result.classifier.tasks["frames"]
    threshold = _best_micro(held.Y, held.proba)
    if _own_thresholds(options):
        threshold = np.array([task.thresholds_[name] for name in known])
    columns = [names.index(name) for name in known]
    Y = np.array([[float(name in map(_name, row["labels"])) for name in names] for row in parts["test"]])
    P, B, D = np.zeros_like(Y), np.zeros_like(Y), np.zeros_like(Y, dtype=bool)
    P[:, columns] = task.predict_proba([Sentence(row["text"]) for row in parts["test"]])
    D[:, columns] = P[:, columns] >= threshold
    train_y = np.array([[int(name in map(_name, row["labels"])) for name in names] for row in taught])
    for j in range(len(names)):
        if train_y[:, j].sum() > 0:
            B[:, j] = _tfidf([row["text"] for row in taught], train_y[:, j], [row["text"] for row in parts["test"]])[
                :, 1
            ]
    W = bootstrap_weights(np.arange(len(Y)))
    return _paired(frame_estimates(Y, P, D, names, W), frame_estimates(Y, B, B >= 0.5, names, W))


def _system(
    sentences: list[Sentence],
    book: Codebook,
    options: argparse.Namespace,
    judged: Callable[[Sentence], bool] = lambda sentence: True,
) -> TrainingResult:
    """Train on the sentences with the encoder that was asked for; nothing is chosen on other rows.

    Of several ``C`` the one is taken whose held-out predictions for the judged sentences, by an outer cross-validation
    within these rows, score best.
    """
    results = []
    for strength in options.C:
        recipe = options.recipe | {"head": clone(options.recipe["head"]).set_params(C=strength)}
        result = train(sentences, book, **recipe)
        results.append((_validation(result, judged, SHOWN[options.name]), strength, result))
        if len(options.C) > 1:
            _say(f"C={strength:g}: {SHOWN[options.name]} {results[-1][0]:.4f} on held-out training rows")
    _, strength, result = max(results, key=lambda each: each[0])
    options.chosen.append(strength)
    return result


def _recipe(name: str, overrides: Sequence[str]) -> tuple[dict[str, Any], str]:
    """Return the parts of a training and the system's name, from the experiment's configuration."""
    with initialize_config_dir(str(resource("configs").absolute()), version_base="1.3"):
        config = compose("train", [f"experiment={name}", *overrides], return_hydra_config=True)
    choices = config.hydra.runtime.choices
    system = choices["encoder"].replace("_", " ") + ("" if choices["words"] == "none" else f" + {choices['words']}")
    made = instantiate({key: value for key, value in config.items() if key != "hydra"}, _convert_="all")
    parts = {key: made[key] for key in ("encoder", "head", "words", "split", "tasks", "thresholds", "seed")}
    return parts | {"words": parts["words"] or None}, system


def _validation(result: TrainingResult, judged: Callable[[Sentence], bool], path: str) -> float:
    held = result.held_out["frames"]
    rows = np.flatnonzero([judged(sentence) for sentence in held.sentences])
    if path == "accuracy":
        return float((held.proba[rows].argmax(axis=1) == held.Y[rows].argmax(axis=1)).mean())
    W = np.ones((1, len(rows)))
    return frame_estimates(held.Y[rows], held.proba[rows], held.decided[rows], held.labels, W)[path].value


def _tfidf(texts: Sequence[str], y: NDArray[np.intp], test: Sequence[str]) -> NDArray[np.float64]:
    """Return the probabilities of the baseline: words and word pairs, balanced logistic regression, no tuning."""
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, max_features=12_000, sublinear_tf=True)
    X = vectorizer.fit_transform(texts)
    head = LogisticRegression(C=4, class_weight="balanced", max_iter=2000).fit(X, y)
    return head.predict_proba(vectorizer.transform(test))


def _own_thresholds(options: argparse.Namespace) -> bool:
    return any(option.startswith("thresholds=") for option in options.overrides)


def _best_micro(Y: NDArray[np.float64], P: NDArray[np.float64]) -> float:
    grid = np.linspace(0.05, 0.95, 91)
    return float(max(grid, key=lambda t: 2 * ((t <= P) & (Y > 0)).sum() / max(1, (t <= P).sum() + (Y > 0).sum())))


def _paired(system: dict[str, Estimate], baseline: dict[str, Estimate]) -> dict[str, Estimate]:
    named = {f"system/{path}": estimate for path, estimate in system.items()}
    named |= {f"baseline/{path}": estimate for path, estimate in baseline.items()}
    return named | {f"gain/{path}": system[path] - baseline[path] for path in system}


def _ccf_parts(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> NDArray[np.str_]:
    """Return the official part of each row for each frame; a text that is validated is not taught."""
    text = [" ".join(row["text"].lower().split()) for row in rows]
    part = np.array([[row["official_split"].get(name, "") for name in names] for row in rows])
    for j in range(len(names)):
        test = {text[i] for i in np.flatnonzero(part[:, j] == "validation")}
        part[[i for i in range(len(rows)) if part[i, j] == "train" and text[i] in test], j] = "repeated"
    return part


def _ccf_taught(rows: Sequence[dict[str, Any]], part: NDArray[np.str_], names: Sequence[str]) -> list[Sentence]:
    """Return the rows that are in the training part of some frame, coded for these frames alone."""
    taught = []
    for row, parts in zip(rows, part, strict=True):
        coded = tuple(name for name, p in zip(names, parts, strict=True) if p == "train")
        if coded:
            frames = tuple(frame for frame in row["frames"] if frame in coded)
            taught.append(Sentence(row["text"], frames=frames, coded=coded, group=_ccf_group(row)))
    return taught


def _ccf_group(row: dict[str, Any]) -> str:
    return f"{row['media']} {row['date']} {row['title']}"


def _ccf_names(rows: Sequence[dict[str, Any]]) -> list[str]:
    return sorted({name for row in rows for name in row["official_split"]})


def _name(label: str) -> str:
    """Make a label's name one that a codebook takes."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", label).strip("_").lower()
    return name if name[0].isalpha() else f"_{name}".replace("_2nd", "second")


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=FOLDERS)
    parser.add_argument("benchmarks", type=Path, help="folder that holds the data sets")
    parser.add_argument("--language", choices=("en", "fr"), default="en", help="for ccf_frames")
    parser.add_argument("overrides", nargs="*", help="options of framing train, such as encoder=mpnet encoder.epochs=5")
    parser.add_argument("--C", type=float, nargs="+", default=[1.0], help="of several, validation takes one")
    parser.add_argument("--both", action="store_true", help="ccf_frames: learn from the other language too")
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_intermixed_args()
    options.recipe, system = _recipe(options.name, options.overrides)
    options.chosen = []  # the C of each training
    folder = options.benchmarks / FOLDERS[options.name]
    if not folder.is_dir():
        _say(f"skipped: {folder} is not there; this data set is not part of the project")
        return
    started, cpu = time.time(), time.process_time()
    scores = globals()[options.name](folder, options)
    cost = {"cost/minutes": (time.time() - started) / 60, "cost/cpu_minutes": (time.process_time() - cpu) / 60}
    skipped = ("name", "benchmarks", "store", "recipe")
    params = {
        key: " ".join(map(str, value)) if isinstance(value, list) else value
        for key, value in vars(options).items()
        if key not in skipped
    }
    if _own_thresholds(options):
        params["thresholds"] = options.recipe["thresholds"]
    with open_run(Store(store_uri(options.store)), system, options.name, params | {"system": system}) as run:
        run.log(with_intervals(scores) | cost)
    path = SHOWN[options.name]
    for who in ("baseline", "system", "gain"):
        estimate = scores[f"{who}/{path}"]
        print(options.name, system, who, path, f"{estimate.value:.3f} {estimate.interval()}", flush=True)
    print(f"{cost['cost/minutes']:.1f} minutes", flush=True)


if __name__ == "__main__":
    main()
