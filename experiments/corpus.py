"""What do more sentences, and which kinds of them, add on real text? Runs for the tables of corpus.md.

    python experiments/corpus.py curve dev.jsonl       # five sizes, three seeds, linear heads on two encoders
    python experiments/corpus.py ablation dev.jsonl    # what each kind adds to the rest, paired
    python experiments/corpus.py tuned dev.jsonl --encoder mpnet    # all weights of an encoder tuned

Frames only. Each configuration is a run of the MLflow experiments corpus_curve, corpus_ablation and corpus_tuned.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from framing import Codebook, Sentence
from framing.corpus.dataset import read_sentences
from framing.corpus.splits import GroupedFolds
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import frame_estimates, with_intervals
from framing.model.classifier import frames_classifier
from framing.model.decisions.thresholds import F1, Curve
from framing.model.encoders import SentenceEncoder
from framing.model.framing import FramingClassifier
from framing.resources import SHIPPED, codebook_path, data_path
from framing.tracking import Store, open_run, store_uri
from framing.training import evaluate_classifier

ENCODERS = {"minilm": "sentence-transformers/all-MiniLM-L6-v2", "mpnet": "sentence-transformers/all-mpnet-base-v2"}
# Coarse kinds of sentences: the files of data/, and those of left_out/ that the corpus does without.
KINDS = {
    "plain sentences": ("plain",),
    "minimal pairs": ("pairs",),
    "spoken and state documents": ("briefings", "addresses", "state_media"),
    "press documents, off-topic and balance": ("news", "regional", "off_topic", "balance"),
    "archive and analysis documents": ("archive", "analysis"),
    "documents for the gaps": ("gaps",),
}
LEFT_OUT_DATA = Path(__file__).parent / "left_out"
LEFT_OUT = {"polished sentences": ("polished",), "sentences by register": ("reported", "official", "opinion")}
SHOWN = ("dev/frames/macro_f1", "dev/frames/mean_ap")


def curve(rows: list[Sentence], dev: list[Sentence], book: Codebook, store: Store, encoder: str, seeds: int) -> None:
    """Train on ever more whole groups; the estimates of the seeds are averaged, replicate by replicate."""
    for size in (500, 1000, 2000, 3000, len(rows)):
        runs = [_scores(_sample(rows, size, seed), dev, book, encoder) for seed in range(seeds)]
        mean = {path: _mean([scores[path] for scores in runs]) for path in runs[0]}
        _record(store, "corpus_curve", {"encoder": encoder, "sentences": size, "seeds": seeds}, mean)


def ablation(rows: list[Sentence], dev: list[Sentence], book: Codebook, store: Store, encoder: str) -> None:
    """Take each kind out, or in where it was left out; what it adds is paired, on the same resamples of documents."""
    whole = _scores(rows, dev, book, encoder)
    _record(store, "corpus_ablation", {"encoder": encoder, "kind": "whole corpus", "sentences": len(rows)}, whole)
    for kind, styles in {**KINDS, **LEFT_OUT}.items():
        if kind in KINDS:
            of_kind = [s for s in rows if s.extra["style"] in styles]
            low, high = _scores([s for s in rows if s.extra["style"] not in styles], dev, book, encoder), whole
        else:
            of_kind = _coded(*(f"{LEFT_OUT_DATA}/{style}.jsonl" for style in styles), book=book)
            low, high = whole, _scores(rows + of_kind, dev, book, encoder)
        adds = {f"adds/{path.removeprefix('dev/')}": high[path] - low[path] for path in SHOWN}
        params = {"encoder": encoder, "kind": kind, "sentences": len(of_kind)}
        _record(store, "corpus_ablation", params, (low if kind in KINDS else high) | adds)


def tuned(
    rows: list[Sentence], dev: list[Sentence], book: Codebook, store: Store, encoder: str, epochs: int, rate: float
) -> None:
    """Tune all weights on four fifths of the groups, with a linear layer on the mean token; thresholds on the rest.

    Nothing is chosen on dev: epochs and rate are given, and the last state counts.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    from framing.model.encoders.weights import find_weights

    torch.manual_seed(0)
    names = book.frame_names
    train, held = GroupedFolds(random_state=0).split([_set(s) for s in rows], GroupedFolds().groups(rows))[0]
    model = SentenceTransformer(find_weights(ENCODERS[encoder])[0], device="cpu")
    head = torch.nn.Linear(model.get_embedding_dimension(), len(names))
    parameters = [
        {"params": list(model.parameters()), "lr": rate, "weight_decay": 0.01},
        {"params": list(head.parameters()), "lr": 1e-3},
    ]
    optimizer = torch.optim.AdamW(parameters)
    batches = -(-len(train) // 16)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [rate, 1e-3], total_steps=epochs * batches, pct_start=0.1, anneal_strategy="linear"
    )

    def logits(sentences: Sequence[Sentence]) -> Any:
        features = model.preprocess([s.text for s in sentences])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = model[0](features)
            mask = out["attention_mask"].unsqueeze(-1)
            mean = (out["token_embeddings"] * mask).sum(1) / mask.sum(1)
        return head(mean.float())

    def codes(sentences: Sequence[Sentence]) -> Any:
        return torch.tensor([[float(name in (s.frames or ())) for name in names] for s in sentences])

    def probabilities(sentences: Sequence[Sentence]) -> np.ndarray:
        model.eval()
        with torch.no_grad():
            parts = [torch.sigmoid(logits(sentences[i : i + 32])) for i in range(0, len(sentences), 32)]
        return torch.cat(parts).double().numpy()

    loss_of = torch.nn.BCEWithLogitsLoss()
    rng = np.random.default_rng(0)
    for epoch in range(epochs):
        model.train()
        total = 0.0
        order = rng.permutation(train)
        for i in range(0, len(order), 16):
            batch = [rows[j] for j in order[i : i + 16]]
            loss = loss_of(logits(batch), codes(batch))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"{encoder}: epoch {epoch + 1} of {epochs}, loss {total / batches:.3f}", flush=True)
    rest = [rows[j] for j in held]
    Y, P = codes(rest).numpy().astype(int), probabilities(rest)
    thresholds = np.array([Curve.fit(y.astype(float), p).choose(F1) for y, p in zip(Y.T, P.T, strict=True)])
    proba = probabilities(dev)
    W = bootstrap_weights(GroupedFolds().groups(dev))
    scores = frame_estimates(codes(dev).numpy().astype(float), proba, proba >= thresholds, names, W)
    params = {"encoder": f"{encoder} tuned", "sentences": len(rows), "epochs": epochs, "rate": rate}
    _record(store, "corpus_tuned", params, {f"dev/frames/{path}": score for path, score in scores.items()})


def _scores(rows: list[Sentence], dev: list[Sentence], book: Codebook, encoder: str) -> dict[str, Estimate]:
    """Fit frames on all rows, thresholds on folds of them, and score on dev."""
    split = GroupedFolds(random_state=0)
    folds = split.split([_set(s) for s in rows], split.groups(rows))
    Y = np.array([[float(name in (s.frames or ())) for name in book.frame_names] for s in rows])
    head = LogisticRegression(C=1, class_weight="balanced", solver="newton-cg", max_iter=2000)
    fitted = frames_classifier(book, SentenceEncoder(ENCODERS[encoder]), head).fit(rows, Y, folds)
    return evaluate_classifier(FramingClassifier(book, {"frames": fitted}), dev, "dev").estimates


def _coded(*paths: str, book: Codebook) -> list[Sentence]:
    return [s for path in paths for s in read_sentences(path, book) if s.frames is not None]


def _set(sentence: Sentence) -> str:
    return " ".join(sorted(sentence.frames or ()))


def _sample(rows: list[Sentence], size: int, seed: int) -> list[Sentence]:
    """Draw whole groups until there are enough sentences."""
    ordered = sorted(rows, key=lambda s: s.group)
    groups = [list(members) for _, members in groupby(ordered, key=lambda s: s.group)]
    drawn: list[Sentence] = []
    for k in np.random.default_rng(seed).permutation(len(groups)):
        if len(drawn) < size:
            drawn += groups[k]
    return drawn[:size]


def _mean(estimates: Sequence[Estimate]) -> Estimate:
    return Estimate(float(np.mean([e.value for e in estimates])), np.mean([e.replicates for e in estimates], axis=0))


def _record(store: Store, experiment: str, params: dict[str, Any], scores: dict[str, Estimate]) -> None:
    name = " ".join(str(value) for value in params.values())
    with open_run(store, name, experiment, params) as run:
        run.log(with_intervals(scores))
    print(name, *(f"{path} {scores[path].value:.3f} {scores[path].interval()}" for path in SHOWN), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("curve", "ablation", "tuned"))
    parser.add_argument("dev", help="coded real sentences")
    parser.add_argument("--encoder", choices=ENCODERS, nargs="+", default=list(ENCODERS))
    parser.add_argument("--seeds", type=int, default=3, help="for the curve")
    parser.add_argument("--epochs", type=int, default=2, help="for tuning")
    parser.add_argument("--rate", type=float, default=3e-5, help="highest learning rate of the weights, for tuning")
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    book = Codebook.load(codebook_path(SHIPPED))
    rows = _coded(data_path(SHIPPED), book=book)
    dev = read_sentences(options.dev, book)
    store = Store(store_uri(options.store))
    for encoder in options.encoder:
        if options.what == "curve":
            curve(rows, dev, book, store, encoder, options.seeds)
        elif options.what == "ablation":
            ablation(rows, dev, book, store, encoder)
        else:
            tuned(rows, dev, book, store, encoder, options.epochs, options.rate)
