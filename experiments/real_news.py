"""What do real, coded sentences add to the written corpus, and how many are enough? Runs for real_news.md.

    python experiments/real_news.py curve FOLDER      # the encoder tuned anew on ever more real sentences
    python experiments/real_news.py mixture FOLDER    # written, real, both; weighted; with what was read before
    python experiments/real_news.py models FOLDER MODEL...    # finished models on check, by slice, and their shares
    python experiments/real_news.py article FILE MODEL...     # one whole article against its codes

MODEL is a shipped one, or NAME=FOLDER.

FOLDER holds ``train.jsonl``, ``calibrate.jsonl`` and ``check.jsonl``, and where there is one, ``dev.jsonl``. Each
configuration is a run of the MLflow experiments real_news_curve, real_news_mixture, real_news_models and
real_news_article. What has been tuned before is not tuned again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from framing import Codebook, Predictor, Sentence, train
from framing.corpus.dataset import read_sentences
from framing.corpus.splits import GroupedFolds
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import frame_estimates, with_intervals
from framing.model.decisions.rule import Rule
from framing.model.encoders import EncoderTuner, SentenceEncoder
from framing.resources import SHIPPED, codebook_path, data_path
from framing.sharing.digests import Digester
from framing.text.segment import segment
from framing.tracking import Store, open_run, store_uri

SIZES = (500, 1000, 2000, 4000, 8000)
EPOCHS = 2
ENCODERS: dict[str, dict[str, Any]] = {
    "minilm": {"precision": "bfloat16"},
    "mpnet": {"model": "sentence-transformers/all-mpnet-base-v2", "learning_rate": 5e-4, "precision": "bfloat16"},
}
CODES = Path(__file__).parent / "article_codes.jsonl"


def curve(folder: Path, book: Codebook, store: Store, encoder: str) -> None:
    """Tune on whole documents drawn at random, a larger part holding the smaller; alone and with the written corpus."""
    real, written = _rows(folder / "train.jsonl", book), _written(book)
    for with_written in (False, True):
        for size in (*SIZES, len(real)):
            rows = _sample(real, size) + (written if with_written else [])
            params = {"real_sentences": min(size, len(real)), "written_corpus": "yes" if with_written else "no"}
            _train(store, "real_news_curve", {"encoder": encoder, **params}, rows, folder)


def mixture(folder: Path, book: Codebook, store: Store, encoder: str, only: Sequence[str] = ()) -> None:
    """Compare what is trained on, with one encoder and one rule."""
    real, written = _rows(folder / "train.jsonl", book), _written(book)
    mixtures: dict[str, tuple[list[Sentence], dict[str, Any]]] = {
        "written": (written, {}),
        "real": (real, {}),
        "both": (written + real, {}),
        "both, written rows weigh a third": ([replace(s, weight=1 / 3) for s in written] + real, {}),
        "both, written rows weigh as they look": (_weighed_by_looks(written, real, book) + real, {}),
        "both, coders who differ count half each": (written + _both_coders(real), {}),
        "real, reads the sentence before": (real, {"context": ["previous"]}),
        "real, reads headline and sentence before": (real, {"context": ["headline", "previous"]}),
        "both, and what the large model says of 8,000 others": (written + real, {"taught": _unlabelled(folder)}),
    }
    for name, (rows, options) in mixtures.items():
        if not only or name in only:
            _train(store, "real_news_mixture", {"encoder": encoder, "mixture": name}, rows, folder, **options)


def models(folder: Path, names: Sequence[str], book: Codebook, store: Store) -> None:
    """Score finished models on ``check`` and dev, by slice; and compare predicted shares with true ones."""
    for name, predictor in _named(names):
        for part in ("check", "dev"):
            if not (folder / f"{part}.jsonl").is_file():
                continue
            rows = [s for s in _rows(folder / f"{part}.jsonl", book) if s.frames is not None]
            decisions = predictor.classifier.tasks["frames"].judge(rows, Rule())
            slices = np.array([str(s.extra.get("sampling") or part).partition(":")[0] for s in rows])
            for which in ("all", *sorted(set(slices))):
                chosen = np.flatnonzero((slices == which) | (which == "all"))
                found = _scores([rows[i] for i in chosen], decisions.proba[chosen], decisions.present[chosen], book)
                params = {"model": name, "set": part, "slice": which, "sentences": len(chosen)}
                _record(store, "real_news_models", params, {f"scored/{path}": e for path, e in found.items()})


def article(file: Path, names: Sequence[str], store: Store) -> None:
    """Count what models find of the clear frames of one article, and what they raise that is not there."""
    codes = {row["text_sha256"]: row for row in map(json.loads, CODES.read_text(encoding="utf-8").splitlines())}
    sentences = segment(file.read_text(encoding="utf-8"), file.name)
    digests = [Digester().digest(s.text) for s in sentences]
    if missing := set(codes) - set(digests):
        sys.exit(f"{file}: {len(missing)} of {len(codes)} coded sentences are not in it; expected the article itself")
    for name, predictor in _named(names):
        for rule in (False, "document"):
            predicted = predictor.predict(sentences, adapt_priors=rule)
            found = false = clear = 0
            for digest, p in zip(digests, predicted, strict=True):
                coded = codes[digest]
                clear += len(coded["frames"])
                found += len(set(p.frames) & set(coded["frames"]))
                false += len(set(p.frames) - set(coded["frames"]) - set(coded["open"]))
            params = {"model": name, "adapted": "yes" if rule else "no"}
            with open_run(store, name, "real_news_article", params) as run:
                run.log({"article/clear": clear, "article/found": found, "article/false": false})
            print(name, params, f"found {found} of {clear}, {false} false", flush=True)


def _named(names: Sequence[str]) -> Iterator[tuple[str, Predictor]]:
    for name, _, folder in (name.partition("=") for name in names):
        yield name, Predictor.load(folder or name)


def _train(
    store: Store,
    experiment: str,
    params: dict[str, Any],
    rows: list[Sentence],
    folder: Path,
    taught: Path | None = None,
    **more: Any,
) -> None:
    teacher: dict[str, Any] = {"teacher": "shipped-large", "unlabelled": str(taught)} if taught else {}
    encoder = EncoderTuner(epochs=EPOCHS, hold_out=0, **ENCODERS[params["encoder"]], **teacher)
    evaluate = {n: str(folder / f"{n}.jsonl") for n in ("check", "dev") if (folder / f"{n}.jsonl").is_file()}
    calibrate = [replace(s, target=None, stance=None) for s in read_sentences(folder / "calibrate.jsonl")]
    result = train(
        rows,
        encoder=encoder,
        tasks=["frames"],
        calibrate=calibrate,
        evaluate=evaluate,
        split=GroupedFolds(5, random_state=0),
        **more,
    )
    _record(store, experiment, params, result.estimates)


def _record(store: Store, experiment: str, params: dict[str, Any], found: dict[str, Estimate]) -> None:
    with open_run(store, " ".join(map(str, params.values())), experiment, params) as run:
        run.log(with_intervals(found))
    shown = {path: round(e.value, 3) for path, e in found.items() if path.endswith(("macro_f1", "mean_ap"))}
    print(experiment, params, shown, flush=True)


def _scores(rows: list[Sentence], proba: Any, present: Any, book: Codebook) -> dict[str, Estimate]:
    Y = np.array([[float(name in (s.frames or ())) for name in book.frame_names] for s in rows])
    W = bootstrap_weights(GroupedFolds().groups(rows))
    found = frame_estimates(Y, proba, present, book.frame_names, W)
    for name in book.frame_names:
        true, predicted = found[f"{name}/share"], found[f"{name}/predicted_share"]
        ratio = predicted.replicates / np.maximum(true.replicates, 1e-9)
        found[f"{name}/share_ratio"] = Estimate(predicted.value / max(true.value, 1e-9), ratio)
    return found


def _rows(file: Path, book: Codebook) -> list[Sentence]:
    return read_sentences(file, book)


def _written(book: Codebook) -> list[Sentence]:
    return [s for s in read_sentences(data_path(SHIPPED), book) if s.frames is not None]


def _sample(rows: list[Sentence], size: int, seed: int = 0) -> list[Sentence]:
    """Return whole documents in an order drawn at random, until there are enough sentences."""
    groups = GroupedFolds().groups(rows)
    order = np.random.default_rng(seed).permutation(groups.max() + 1)
    rank = np.argsort(order)[groups]
    return [rows[i] for i in sorted(np.argsort(rank, kind="stable")[:size])]


def _weighed_by_looks(written: list[Sentence], real: list[Sentence], book: Codebook) -> list[Sentence]:
    """Weigh written rows, a third on average, by how real they look and how well a model of the real ones agrees."""
    X, Z = (SentenceEncoder().transform([s.text for s in rows]) for rows in (written, real))
    is_real = np.repeat([0, 1], [len(X), len(Z)])
    looks = LogisticRegression(class_weight="balanced", max_iter=1000)
    weights = cross_val_predict(looks, np.vstack([X, Z]), is_real, cv=5, method="predict_proba")[: len(X), 1]
    for name in book.frame_names:
        model = LogisticRegression(max_iter=1000).fit(Z, [name in (s.frames or ()) for s in real])
        has = np.array([name in (s.frames or ()) for s in written])
        weights *= np.where(has, *model.predict_proba(X).T[::-1])
    weights = np.clip(weights / weights.mean() / 3, 0.01, 1)
    return [replace(s, weight=float(w)) for s, w in zip(written, weights, strict=True)]


def _unlabelled(folder: Path, size: int = 8000) -> Path:
    """Return a file of sentences that nobody has coded, drawn at random from ``unlabelled.jsonl``."""
    source, drawn = folder / "unlabelled.jsonl", folder / f"unlabelled_{size}.jsonl"
    if source.is_file() and not drawn.is_file():
        lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
        chosen = np.random.default_rng(0).permutation(len(lines))[:size]
        drawn.write_text("".join(lines[i] for i in sorted(chosen)), encoding="utf-8")
    return drawn


def _both_coders(rows: list[Sentence]) -> list[Sentence]:
    """Give a sentence twice, at half the weight, where its first two coders differ."""
    mixed = []
    for s in rows:
        coders = [tuple(c["frames"]) for c in s.extra.get("coders") or []][:2]
        if len(coders) == 2 and set(coders[0]) != set(coders[1]):
            mixed += [replace(s, frames=frames, weight=0.5) for frames in coders]
        else:
            mixed.append(s)
    return mixed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("curve", "mixture", "models", "article"))
    parser.add_argument("place", type=Path, help="folder of real, coded sentences; for `article` the article's file")
    parser.add_argument("names", nargs="*", help="models to score; for `mixture` those to train [default: all]")
    parser.add_argument("--encoder", choices=ENCODERS, default="minilm", help="what is tuned [default: minilm]")
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    store, book = Store(store_uri(options.store)), Codebook.load(codebook_path(SHIPPED))
    wanted = options.place if options.what == "article" else options.place / "check.jsonl"
    if not wanted.is_file():
        sys.exit(f"{wanted}: not there; the sentences are not part of this repository (data/real/README.md says why)")
    if options.what == "article":
        article(options.place, options.names, store)
    elif options.what == "models":
        models(options.place, options.names, book, store)
    elif options.what == "mixture":
        mixture(options.place, book, store, options.encoder, options.names)
    else:
        curve(options.place, book, store, options.encoder)


if __name__ == "__main__":
    main()
