"""What guesses by a codebook's definitions alone are worth on headlines (``framing codebook start``).

    python experiments/start.py BENCHMARKS

BENCHMARKS is a folder that holds ``gvfc_headline_frames``; the data set is not part of this project. Definitions are
the project's own, a sentence a frame, written from the frames' names before any score was seen. Beside the guesses:
the largest class, and a logistic regression that learns from n coded headlines (means over ten drawings).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from framing import Codebook
from framing.measure.intervals import bootstrap_weights
from framing.measure.metrics import frame_estimates
from framing.model.encoders import SentenceEncoder
from framing.model.prototypes import guessed, likeness, prototypes, vectors

DEFINITIONS = {
    "Politics": "Politicians, parties, elections, lobbies and what they do about guns.",
    "Gun control": "Laws and rules that limit who may buy, own or carry guns, such as bans and background checks.",
    "Public opinion": "What people think or demand: polls, protests, marches, walkouts, boycotts.",
    "School or public space safety": "How schools and other public places are kept safe: guards, drills, arms.",
    "Race": "A person's race or ethnic group, racism, or white and black victims and shooters.",
    "Economic consequences": "What it costs or earns: sales, shares, companies, jobs, funding.",
    "Mental health": "The mental illness or state of mind of a shooter, and its treatment.",
    "Society": "Culture and society as causes or as what is touched: video games, films, families, communities.",
    "2nd Amendment rights": "The constitutional right to keep and bear arms, and those who defend it.",
}


def main() -> None:
    text = (Path(sys.argv[1]) / "gvfc_headline_frames" / "all.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    book = Codebook.from_dict({"name": "gvfc", "frames": DEFINITIONS, "exclusive": True})
    y = np.array([list(DEFINITIONS).index(row["label"]) for row in rows])
    Y, k = np.eye(len(DEFINITIONS))[y], len(DEFINITIONS)
    encoder = SentenceEncoder()
    P = prototypes(encoder, book)
    X = vectors(encoder, [row["text"] for row in rows])
    scores = likeness(X, P)
    found = np.array([labels[0] for labels in guessed(scores, exclusive=True)])
    W = bootstrap_weights(np.arange(len(rows)))
    told = frame_estimates(Y, 1 / (1 + np.exp(-scores)), np.eye(k)[found] == 1, book.frame_names, W)
    right = (W @ (found == y)) / W.sum(axis=1)
    low, high = np.quantile(right[1:], [0.025, 0.975])
    print(f"definitions: accuracy {right[0]:.3f} [{low:.3f}, {high:.3f}]", end="; ")
    print(*(f"{name} {told[name].score()}" for name in ("macro_f1", "mean_ap")), sep="; ")
    print(f"largest class: accuracy {np.bincount(y).max() / len(y):.3f}; mean AP by chance {1 / k:.3f}")
    for n in (30, 60, 100, 200):
        accuracies = []
        for seed in range(10):
            order = np.random.default_rng(seed).permutation(len(rows))
            head = LogisticRegression(class_weight="balanced", max_iter=300).fit(X[order[:n]], y[order[:n]])
            accuracies.append((head.predict(X[order[n:]]) == y[order[n:]]).mean())
        half = 2.262 * np.std(accuracies, ddof=1) / np.sqrt(10)
        mean = np.mean(accuracies)
        print(f"{n} coded: accuracy {mean:.3f} [{mean - half:.3f}, {mean + half:.3f}]")


if __name__ == "__main__":
    main()
