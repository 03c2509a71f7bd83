"""Compare two runs on a coded file: the paired difference of each score, with its 95 % interval.

    python experiments/compare.py RUN RUN FILE [--store URI]

Both models are scored on the same bootstrap resamples of documents, so the interval is that of the difference.
"""

from __future__ import annotations

import argparse

from framing import Predictor
from framing.corpus.dataset import read_sentences
from framing.training import evaluate_classifier

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("first", help="a run's id, its beginning, or a name that only one run has")
    parser.add_argument("second", help="the run that is taken away from the first")
    parser.add_argument("file", help="coded sentences")
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    sentences = read_sentences(options.file)
    first, second = (
        evaluate_classifier(Predictor.load(f"runs:/{run}", options.store).classifier, sentences).estimates
        for run in (options.first, options.second)
    )
    for path in ("test/frames/macro_f1", "test/frames/mean_ap", "test/stance/macro_f1"):
        if path in first and path in second:
            difference = first[path] - second[path]
            low, high = difference.interval()
            scores = f"{first[path].value:.3f} - {second[path].value:.3f}"
            print(f"{path:<24} {scores} = {difference.value:+.3f} [{low:+.3f}, {high:+.3f}]")
