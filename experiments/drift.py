"""Does ``framing drift`` cry wolf, and what does it tell? Runs for drift.md.

    python experiments/drift.py FOLDER [--model shipped] [--times 1000]

FOLDER has ``check.jsonl``, coded real sentences of many documents and sources; their texts are not part of this
project, and without them the script says so and stops. The model reads them once. Then documents are drawn: twice from
the same (false alarms), or the second time with a share of documents of another kind (what is told).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framing import Predictor
from framing.corpus.dataset import read_sentences
from framing.measure.drift import Measured, drift, measured
from framing.measure.intervals import wilson
from framing.model.similar import sentence_vectors
from framing.tracking import Store, open_run, store_uri

SIZES = (50, 200, 500)
# Of the new documents, how many are of one source more.
SHARES = (0.1, 0.25, 0.5)


@dataclass(frozen=True)
class Material:
    """What a model said, and of which kind each document is."""

    whole: Measured
    kinds: np.ndarray

    def of(self, documents: np.ndarray) -> Measured:
        """Return some documents; one that is drawn twice is two documents."""
        rows = [np.flatnonzero(self.whole.documents == document) for document in documents]
        at = np.concatenate(rows)
        numbers = np.repeat(np.arange(len(rows)), [len(one) for one in rows])
        figures = {name: values[at] for name, values in self.whole.figures.items()}
        return Measured(numbers, figures, self.whole.vectors[at])


def material(path: Path, model: str) -> Material:
    """Read the sentences and what kind their documents are: the source that they are of."""
    predictor = Predictor.load(model)
    rows = read_sentences(path, predictor.codebook)
    predictions = predictor.predict(rows)
    whole = measured(predictions, np.asarray(sentence_vectors(predictor.classifier, rows)))
    kinds = {int(number): row.source for number, row in zip(whole.documents, rows, strict=True)}
    return Material(whole, np.array([kinds[number] for number in range(len(kinds))]))


def drawn(found: Material, size: int, share: float, times: int) -> Iterator[tuple[str, ...]]:
    """Yield what was told in each of some draws: new material has this share of documents of one source more."""
    generator = np.random.default_rng(0)
    everyone = np.arange(len(found.kinds))
    counts = Counter(found.kinds.tolist())
    large = [kind for kind, count in counts.most_common() if count >= 40]
    for number in range(times):
        picked = generator.permutation(everyone)
        before, now = picked[:size], picked[size : 2 * size]
        if share:
            kind = large[number % len(large)]
            others = np.flatnonzero(found.kinds == kind)
            before = before[found.kinds[before] != kind]
            now = now[found.kinds[now] != kind]
            more = round(share / (1 - share) * len(now))
            now = np.concatenate([now, generator.choice(others, more, replace=more > len(others))])
        yield drift(found.of(before), found.of(now), seed=number).changed


def main() -> None:
    """Draw, count the alarms, and log them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="shipped")
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    path = options.folder / "check.jsonl"
    if not path.exists():
        sys.exit(f"{path}: is not there; the real sentences are not part of this project")
    found = material(path, options.model)
    store = Store(store_uri(options.store))
    for size in SIZES:
        for share in (0.0, *SHARES):
            times = options.times if not share else options.times // 5
            alarms = list(drawn(found, size, share, times))
            told = {"any": [bool(one) for one in alarms], "text": ["text" in one for one in alarms]}
            told["shares"] = [any(name.startswith("share/") for name in one) for one in alarms]
            parts = {"documents": str(size), "one_source": f"{share:.0%}", "draws": str(times)}
            with open_run(store, f"{size}-{share:g}", "drift", parts) as run:
                for name, hits in told.items():
                    value = sum(hits) / times
                    low, high = (float(bound[0]) for bound in wilson(np.array([sum(hits)]), np.array([times])))
                    run.log({f"drift/{name}": value, f"drift/{name}_low": low, f"drift/{name}_high": high})
                    print(size, share, name, f"{value:.3f} [{low:.3f}, {high:.3f}]", flush=True)


if __name__ == "__main__":
    main()
