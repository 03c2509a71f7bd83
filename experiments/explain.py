"""Which words carried a frame: are they those in which minimal pairs differ? Runs for explain.md.

    python experiments/explain.py              # the shipped model; and a frozen encoder that never saw the pairs

Of each pair of ``data/pairs.jsonl`` the sentence with the frame is explained. Each row is a run of the MLflow
experiment ``explain``.
"""

from __future__ import annotations

import argparse
import difflib
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from framing import Codebook, Predictor, Sentence
from framing.corpus.dataset import read_sentences
from framing.corpus.splits import GroupedFolds
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import with_intervals
from framing.model.classifier import TaskClassifier, frames_classifier
from framing.model.encoders import SentenceEncoder
from framing.model.explain import explain_task, is_content, word_spans
from framing.model.occlusion import label_scores, left_out
from framing.records import Highlight
from framing.resources import codebook_path, data_path
from framing.tracking import Store, open_run, store_uri

PAIRS = 100
TOP = 3
Array = NDArray[np.float64]


class Pair(NamedTuple):
    """The sentence of a pair that has the frame, and its characters that the other sentence does not have."""

    sentence: Sentence
    frame: str
    changed: set[int]


def pairs(seed: int) -> list[Pair]:
    """Draw the pairs: those whose codes differ in exactly one frame, by the order of their names."""
    named = defaultdict(list)
    for sentence in read_sentences(f"{data_path('shipped')}/pairs.jsonl"):
        if sentence.frames is not None and sentence.extra.get("pair"):
            named[sentence.extra["pair"]].append(sentence)
    found = []
    for name in sorted(named):
        one, other = named[name]
        differing = set(one.frames or ()) ^ set(other.frames or ())
        if len(differing) == 1:
            frame = differing.pop()
            has, lacks = (one, other) if frame in (one.frames or ()) else (other, one)
            found.append(Pair(has, frame, _changed(has.text, lacks.text)))
    return random.Random(seed).sample(found, PAIRS)


def _changed(text: str, other: str) -> set[int]:
    spans = _words(text)
    words, others = ([t[a:b].lower() for a, b in _words(t)] for t in (text, other))
    blocks = difflib.SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    changed = [n for kind, start, end, *_ in blocks if kind != "equal" for n in range(start, end)]
    return {i for n in changed for i in range(*spans[n])}


def _words(text: str) -> list[tuple[int, int]]:
    return [(a, b) for a, b in word_spans(text) if any(map(str.isalnum, text[a:b]))]


def shipped() -> TaskClassifier:
    """Return the frames of the model that ships; it has learned from the pairs."""
    return Predictor.load("shipped").classifier.tasks["frames"]


def frozen() -> TaskClassifier:
    """Return logistic regression on vectors as they are, of a corpus without the file of the pairs."""
    book = Codebook.load(codebook_path("shipped"))
    rows = [s for s in read_sentences(data_path("shipped"), book) if s.extra["style"] != "pairs"]
    rows = [s for s in rows if s.frames is not None and s.coded is None]
    Y = np.array([[float(name in (s.frames or ())) for name in book.frame_names] for s in rows])
    split = GroupedFolds(5, random_state=0)
    folds = split.split(["".join(map(str, row)) for row in Y], split.groups(rows))
    head = LogisticRegression(class_weight="balanced", solver="newton-cg", max_iter=2000)
    return frames_classifier(book, SentenceEncoder(), head).fit(rows, Y, list(folds))


def explained(task: TaskClassifier, drawn: Sequence[Pair]) -> Iterator[tuple[str, list[list[Highlight]], float]]:
    """Give each way to explain: its name, the words of each sentence with their weights, and how far the sum is off."""
    sentences = [pair.sentence for pair in drawn]
    found = [told[pair.frame] for told, pair in zip(explain_task(task, sentences), drawn, strict=True)]
    columns = [task.labels.index(pair.frame) for pair in drawn]
    true = label_scores(task, sentences)[np.arange(len(drawn)), columns]
    sums = np.array([told.bias + told.rest + sum(h.weight for h in told.words) for told in found])
    yield "exact parts", [list(told.words) for told in found], float(np.abs(sums - true).max())
    falls = left_out(task, sentences, [_words(s.text) for s in sentences])
    yield (
        "words left out",
        [
            [Highlight(*span, float(w[j])) for span, w in zip(spans, weights, strict=True)]
            for j, (spans, weights, _) in zip(columns, falls, strict=True)
        ],
        float("nan"),
    )


def measured(drawn: Sequence[Pair], weighed: Sequence[Sequence[Highlight]], content: bool) -> dict[str, Array]:
    """Return figures of each pair: of the words with the highest weights, and of as many drawn at random."""
    rows = []
    for pair, highlights in zip(drawn, weighed, strict=True):
        text = pair.sentence.text
        words = [h for h in highlights if any(map(str.isalnum, text[h.start : h.end]))]
        words = [h for h in words if is_content(text[h.start : h.end])] if content else words
        changed = [bool(pair.changed & set(range(h.start, h.end))) for h in words]
        order = sorted(range(len(words)), key=lambda i: (-words[i].weight, i))[:TOP]
        top = [changed[i] for i in order]
        n, others = len(words), changed.count(False)
        missed = comb(others, min(TOP, n)) / comb(n, min(TOP, n))
        rows.append((any(top), top[0], np.mean(top), 1 - missed, np.mean(changed)))
    names = ("hit", "first", "share", "random_hit", "random_share")
    return {name: np.array(column, dtype=float) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0, help="of the draw of the pairs [default: 0]")
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    drawn = pairs(options.seed)
    W = bootstrap_weights(np.arange(len(drawn)))
    store = Store(store_uri(options.store))
    for model, made in (("shipped", shipped), ("frozen, never saw the pairs", frozen)):
        task = made()
        for way, weighed, off in explained(task, drawn):
            for words, content in (("all", False), ("content words", True)):
                params = {"model": model, "way": way, "words": words, "seed": options.seed, "pairs": len(drawn)}
                columns = measured(drawn, weighed, content)
                means = {name: W @ column / W.sum(axis=1) for name, column in columns.items()}
                scores = {f"pairs/{name}": Estimate(float(v[0]), v[1:]) for name, v in means.items()}
                logged = with_intervals(scores) | ({} if np.isnan(off) else {"pairs/sum_off": off})
                print(model, way, words, *(f"{k} {v:.2g}" for k, v in logged.items()), sep="; ", flush=True)
                with open_run(store, f"{model}, {way}", "explain", params) as run:
                    run.log(logged)


if __name__ == "__main__":
    main()
