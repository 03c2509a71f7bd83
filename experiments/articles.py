"""Do probabilities adapted to each article decide better, how strong is its prior, where do thresholds stay?

    python experiments/articles.py REAL_NEWS --refit natural               # within train.jsonl, held out: to choose by
    python experiments/articles.py REAL_NEWS --refit natural --part check  # the same heads, on documents kept aside
    python experiments/articles.py REAL_NEWS --part check --model FOLDER   # a model as it is

REAL_NEWS is a folder with ``train.jsonl``, ``calibrate.jsonl`` and ``check.jsonl``, coded sentences with ``source`` and
``doc_id``, and ``unlabelled.jsonl``, sentences of the same documents that nobody coded: they help to estimate a
document's shares and are not scored. The texts are not part of this project; without them the script says so and stops.

``--refit`` fits heads anew on the vectors of the model's encoders, on ``train.jsonl`` without the documents that are
scored. They are calibrated, and their thresholds chosen for F1, on ``calibrate.jsonl``, whose shares are natural
(``natural``), or on the held-out rows of other folds (``training``). An encoder that was tuned on these rows would
flatter itself. Each rule is a run of the MLflow experiment ``articles``; gains over no adapting are paired over the
resamples of documents.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import betaln
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from framing import Predictor, Sentence
from framing.corpus.dataset import read_sentences
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import average_precision, f1, recall, with_intervals
from framing.model.classifier import TaskClassifier
from framing.model.decisions.heads import Calibration, fit_head, head_scores
from framing.model.decisions.priors import STRENGTH, adapt_documents, adapt_to_priors
from framing.model.decisions.thresholds import F1, Curve
from framing.tracking import Store, open_run, store_uri

Array = NDArray[Any]
STRENGTHS = (4, 8, 16, 32, 64, 128)


@dataclass(frozen=True)
class Judged:
    """Sentences of whole documents: probabilities, and each row's thresholds; codes (nan where nobody coded)."""

    Y: Array
    P: Array
    thresholds: Array
    trained: Array  # shares of the labels in what calibrated
    documents: Array


def rules(judged: Judged) -> Iterator[tuple[str, str, Array, Array]]:
    """Yield each rule's name and strength, its probabilities and its decisions."""
    P, T, documents = judged.P, judged.thresholds, judged.documents
    yield "none", "–", P, P >= T
    batch = _moved(judged, lambda p, shares: adapt_to_priors(p, shares)[0])
    yield "batch, thresholds stay", "–", batch, batch >= T
    for strength in STRENGTHS:
        Q = _moved(judged, lambda p, shares, s=strength: adapt_documents(p, shares, documents, s)[0])
        yield "document", str(strength), Q, Q >= T
        if strength == STRENGTH:
            each = range(int(documents.max()) + 1)
            own = np.vstack([_expected_f1(Q[documents == k]) for k in each])[documents]
            yield "document, highest F1 expected of it", str(strength), Q, own <= Q
            yield "document, highest F1 expected of all", str(strength), Q, _expected_f1(Q) <= Q


def _moved(judged: Judged, adapt: Any) -> Array:
    both = (np.column_stack([1 - p, p]) for p in judged.P.T)
    pairs = zip(both, judged.trained, strict=True)
    return np.column_stack([adapt(p, np.array([1 - share, share]))[:, 1] for p, share in pairs])


def _expected_f1(Q: Array) -> Array:
    """Return for each label the probability from which on deciding gives the highest F1 to be expected."""
    ranked = -np.sort(-Q, axis=0)
    expected = 2 * np.cumsum(ranked, axis=0) / (np.arange(1, len(Q) + 1)[:, None] + ranked.sum(axis=0))
    return ranked[expected.argmax(axis=0), np.arange(Q.shape[1])]


def estimates(Y: Array, P: Array, D: Array, documents: Array, W: Array) -> dict[str, Estimate]:
    """Score coded rows: over all, in documents where half of the coded rows have a label, and where none has it."""
    n = np.bincount(documents)
    share = np.column_stack([np.bincount(documents, y) / n for y in Y.T])[documents]
    p = np.clip(P, 1e-6, 1 - 1e-6)
    loss = -(Y * np.log(p) + (1 - Y) * np.log(1 - p))
    labels = range(Y.shape[1])
    absent = share == 0
    found = {
        "macro_f1": [f1(Y[:, j], D[:, j], W) for j in labels],
        "log_loss": [W @ loss[:, j] / W.sum(axis=1) for j in labels],
        "mean_ap": [average_precision(Y[:, j], P[:, j], W) for j in labels],
        "rich_recall": [recall(Y[:, j] * (share[:, j] >= 0.5), D[:, j], W) for j in labels],
        "none_decided": [W @ (D[:, j] * absent[:, j]) / np.maximum(W @ absent[:, j], 1) for j in labels],
    }
    means = {path: np.mean(values, axis=0) for path, values in found.items()}
    return {path: Estimate(float(mean[0]), mean[1:], len(Y)) for path, mean in means.items()}


def strength_of_codes(Y: Array, documents: Array) -> float:
    """Return the strength that the codes themselves have: of a beta-binomial, by maximum likelihood."""
    n = np.bincount(documents)
    hits = np.bincount(documents, Y)
    hits, n = hits[n > 1], n[n > 1]
    share = hits.sum() / n.sum()

    def loss(log_strength: float) -> float:
        a, b = np.exp(log_strength) * share, np.exp(log_strength) * (1 - share)
        return -float((betaln(hits + a, n - hits + b) - betaln(a, b)).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 7), method="bounded").x))


def refitted(X: Array, Y: Array, documents: Array, parts: dict[str, Array], part: str, natural: bool) -> Judged:
    """Score documents by heads that learned from others.

    ``parts`` has the row numbers of ``train``, ``calibrate`` and ``scored``: the part's documents, coded rows or not.
    """
    train, scored = parts["train"], parts["scored"]
    n_labels = Y.shape[1]
    P, T = np.zeros((2, len(X), n_labels))
    folds = [
        (train[learned], train[held])
        for learned, held in GroupKFold(5, shuffle=True, random_state=0).split(train, groups=documents[train])
    ]
    fitted = [_heads(X, Y, learned) for learned, _ in folds]
    held_out = np.zeros((len(X), n_labels, 2))
    for (_, held), heads in zip(folds, fitted, strict=True):
        held_out[held] = _scores(heads, X[held])
    if part != "train":
        folds, fitted = [(train, scored)], [_heads(X, Y, train)]
    for (_, held), heads in zip(folds, fitted, strict=True):
        rows = scored[np.isin(documents[scored], documents[held])]
        others = train[~np.isin(documents[train], documents[rows])]
        by = parts["calibrate"] if natural else others
        calibrating, found = (_scores(heads, X[by]) if natural else held_out[by]), _scores(heads, X[rows])
        for j in range(n_labels):
            calibration = Calibration.fit([calibrating[:, j]], Y[by, j].astype(int))
            P[rows, j] = calibration.apply([found[:, j]])[:, 1]
            T[rows, j] = Curve.fit(Y[by, j], calibration.apply([calibrating[:, j]])[:, 1]).choose(F1)
    trained = Y[parts["calibrate"] if natural else train].mean(axis=0)
    return Judged(Y[scored], P[scored], T[scored], trained, np.unique(documents[scored], return_inverse=True)[1])


def _heads(X: Array, Y: Array, rows: Array) -> list[Any]:
    head = LogisticRegression(C=1, class_weight="balanced", max_iter=1000)
    return [fit_head(head, X[rows], y.astype(int)) for y in Y[rows].T]


def _scores(heads: list[Any], X: Array) -> Array:
    return np.stack([head_scores(head, X, 2) for head in heads], axis=1)


def _judged(task: TaskClassifier, read: dict[str, list[Sentence]], codes: Any, options: argparse.Namespace) -> Judged:
    coded = Counter(sentence.doc_id for sentence in read[options.part])
    documents = {document for document, n in coded.items() if n >= options.at_least}
    scored = [sentence for sentence in read[options.part] + read["unlabelled"] if sentence.doc_id in documents]
    if not options.refit:
        thresholds = [task.thresholds_[label] for label in task.labels]
        trained = np.array([summary.shares[1] for summary in task.held_out_ or ()])
        T = np.tile(thresholds, (len(scored), 1))
        return Judged(codes(scored), task.predict_proba(scored), T, trained, _numbers(scored))
    rows: list[Sentence] = []
    parts = {}
    for name, sentences in (("train", read["train"]), ("calibrate", read["calibrate"]), ("scored", scored)):
        parts[name] = np.arange(len(rows), len(rows) + len(sentences))
        rows += sentences
    X = np.hstack([features.transform(rows) for features in task.features_.values()])
    return refitted(X, codes(rows), _numbers(rows), parts, options.part, options.refit == "natural")


def _numbers(rows: Sequence[Sentence]) -> Array:
    return np.unique([sentence.doc_id for sentence in rows], return_inverse=True)[1]


def _read(file: Path, book: Any) -> list[Sentence]:
    if not file.is_file():
        return []
    rows = read_sentences(file, book)
    return [replace(s, doc_id=f"{s.source}|{s.doc_id or i}", extra={}) for i, s in enumerate(rows)]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of coded real news")
    parser.add_argument("--model", default="shipped", help="model folder [default: the shipped model]")
    parser.add_argument("--part", choices=("train", "check"), default="train", help="whose documents are scored")
    parser.add_argument("--refit", choices=("natural", "training"), help="fit heads anew, calibrated at these shares")
    parser.add_argument("--at-least", type=int, default=3, help="coded sentences of a document [default: 3]")
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    needed = [f"{options.part}.jsonl", *(["train.jsonl", "calibrate.jsonl"] if options.refit else [])]
    if missing := [name for name in needed if not (options.folder / name).is_file()]:
        _say(f"skipped: {options.folder} has no {missing[0]}; real news is not part of this project")
        return
    predictor = Predictor.load(options.model)
    names = predictor.labels
    read = {
        n: _read(options.folder / f"{n}.jsonl", predictor.codebook)
        for n in ("train", "calibrate", "check", "unlabelled")
    }

    def codes(rows: Sequence[Sentence]) -> Array:
        known = [[float(name in s.frames) if s.frames is not None else np.nan for name in names] for s in rows]
        return np.array(known).reshape(len(rows), len(names))

    task = predictor.classifier.tasks["frames"]
    judged = _judged(task, read, codes, options)
    coded = ~np.isnan(judged.Y).any(axis=1)
    Y, documents = judged.Y[coded], judged.documents[coded]
    size = {"documents": int(documents.max()) + 1, "sentences": len(Y), "with uncoded": len(coded)}
    print(*(f"{count:,} {what}" for what, count in size.items()), sep=", ")
    for j, name in enumerate(names):
        told = f"{strength_of_codes(Y[:, j], documents):.1f}"
        print(
            f"{name}: share {Y[:, j].mean():.3f}, in what calibrated {judged.trained[j]:.3f}, strength of codes {told}"
        )
    W = bootstrap_weights(documents)
    store = Store(store_uri(options.store))
    given = {"model": options.model, "part": options.part, "refit": options.refit or "no", "at_least": options.at_least}
    baseline: dict[str, Estimate] = {}
    for rule, strength, P, D in rules(judged):
        found = estimates(Y, P[coded], D[coded], documents, W)
        baseline = baseline or found
        gains = {f"gain/{path}": estimate - baseline[path] for path, estimate in found.items()}
        scores = {f"system/{path}": estimate for path, estimate in found.items()} | gains
        with open_run(store, rule, "articles", given | size | {"rule": rule, "strength": strength}) as run:
            run.log(with_intervals(scores))
        told = (
            f"{path} {e.value:.4f} ({gains[f'gain/{path}'].value:+.4f} {gains[f'gain/{path}'].interval()})"
            for path, e in found.items()
        )
        print(f"{rule} {strength}", *told, sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
