"""Are probabilities better calibrated, and adapted to a corpus, than the heads' own? A run for tuning.md.

    python experiments/calibration.py dev.jsonl [--model FOLDER]

Scores a model's frames on the sentences of a coded file that were drawn at random (all where none says ``sampling``):
the heads' own logistic of their scores, the calibrated probability, and that one moved to the shares estimated from
the very sentences, without their codes. Each label is a run of the MLflow experiment ``calibration``; gains are
paired over the resamples of documents, below 0 is better.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.special import expit

from framing import Predictor
from framing.corpus.dataset import read_sentences
from framing.corpus.splits import GroupedFolds
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import frame_estimates, with_intervals
from framing.model.decisions.rule import Rule
from framing.tracking import Store, open_run, store_uri


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="coded real sentences")
    parser.add_argument("--model", default="shipped", help="model folder [default: the shipped model]")
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    predictor = Predictor.load(options.model)
    rows = read_sentences(options.file, predictor.codebook)
    rows = [s for s in rows if s.extra.get("sampling") == "random"] or rows
    task = predictor.classifier.tasks["frames"]
    names = list(predictor.labels)
    Y = np.array([[float(name in (s.frames or ())) for name in names] for s in rows])
    W = bootstrap_weights(GroupedFolds().groups(rows))
    scores = task.scores(rows)
    raw = np.column_stack([expit(s[0][:, 1] - s[0][:, 0]) for s in scores])
    adapted = task.judge(rows, Rule(adapt_priors=True)).proba
    kinds = {"raw": raw, "calibrated": task.predict_proba(rows), "adapted": adapted}
    found = {kind: frame_estimates(Y, P, P >= 0.5, names, W) for kind, P in kinds.items()}
    store = Store(store_uri(options.store))
    for label in (*names, "mean"):
        named: dict[str, Estimate] = {}
        for path in ("log_loss", "brier"):
            of = {kind: e[path if label == "mean" else f"{label}/{path}"] for kind, e in found.items()}
            named |= {f"{path}/{kind}": estimate for kind, estimate in of.items()}
            named[f"{path}/calibrated_gain"] = of["calibrated"] - of["raw"]
            named[f"{path}/adapted_gain"] = of["adapted"] - of["calibrated"]
            named[f"{path}/whole_gain"] = of["adapted"] - of["raw"]
        with open_run(
            store, label, "calibration", {"model": options.model, "label": label, "sentences": len(rows)}
        ) as run:
            run.log(with_intervals(named))
        print(label, *(f"{k} {v.value:.3f} {v.interval()}" for k, v in named.items()), sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
