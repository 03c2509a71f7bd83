"""The student of the model that ships: taught, and what it costs. Runs for speed.md.

    python experiments/student.py make FOLDER FURTHER...   # teach it, and save it with the model that ships
    python experiments/student.py measure FILE...          # macro-F1 with and without it, on coded sentences

FOLDER has real sentences, ``unlabelled.jsonl``, ``train.jsonl`` and ``check.jsonl``; their texts are not part of this
project, and without them the script says so and stops. Of ``check`` no text is learned from. FURTHER are more files of
sentences to learn from.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from framing import Predictor
from framing.measure.intervals import bootstrap_weights
from framing.model.persistence import save_model
from framing.records import Sentence
from framing.resources import SHIPPED, model_path, resource
from framing.training.distilling import distil

NEEDED = ("unlabelled.jsonl", "train.jsonl", "check.jsonl")
FRAMES = ("economic_opportunity", "security_threat", "skepticism_of_intent")


def read(file: Path) -> list[Sentence]:
    """Return the sentences of a file, with their document and frames."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [
        Sentence(
            row["text"],
            doc_id=f"{row.get('source', '')} {row.get('doc_id') or row.get('source_id') or row['text']}",
            frames=tuple(row["frames"]) if isinstance(row.get("frames"), list) else None,
        )
        for row in rows
        if "text" in row
    ]


def texts(folder: Path, further: list[Path]) -> tuple[list[Sentence], list[Sentence]]:
    """Return what the student is taught on and judged by, and what it is taught on only."""
    held_out = {row.text for row in read(folder / "check.jsonl")}
    files = [folder / "train.jsonl", *sorted(resource("data").glob("*.jsonl")), *further]
    own = [row for row in read(folder / "unlabelled.jsonl") if row.text not in held_out]
    return own, [row for file in files for row in read(file) if row.text not in held_out]


def make(folder: Path, files: list[Path]) -> None:
    """Teach a student and save it with the model that ships."""
    model = Predictor.load(SHIPPED).classifier
    own, further = texts(folder, files)
    model.student = distil(model, own, further=further, told=lambda step: print(step, file=sys.stderr))
    save_model(model, model_path(SHIPPED))
    print(model.student.told)


def f1_of(Y: np.ndarray, decided: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Return the macro-F1 under each weighting of the rows."""
    found = W @ (Y & decided), W @ Y, W @ decided
    return (2 * found[0] / np.maximum(found[1] + found[2], 1e-12)).mean(axis=1)


def measure(file: Path) -> None:
    """Print the macro-F1 of the model and of what its student makes of it, with paired intervals over documents."""
    rows = [row for row in read(file) if row.frames is not None]
    Y = np.array([[frame in row.frames for frame in FRAMES] for row in rows])
    groups = np.unique([row.doc_id for row in rows], return_inverse=True)[1]
    W = bootstrap_weights(groups, seed=0)
    scores, decided = {}, {}
    for how in (False, True, 0.01, "only"):
        found = Predictor.load(SHIPPED, fast=how).predict(rows)
        decided[how] = np.array([[frame in one.frames for frame in FRAMES] for one in found])
        scores[how] = f1_of(Y, decided[how], W)
        loss = scores[False] - scores[how]
        low, high = np.percentile(loss[1:], [2.5, 97.5])
        passed = found.provenance.get("fast", {}).get("passed_on", len(rows)) / len(rows)
        same = (decided[how] == decided[False]).all(axis=1).mean()
        print(
            f"{file.name}, {len(rows):,} rows, fast={how}: macro-F1 {scores[how][0]:.4f}, loss {loss[0]:.4f} "
            f"({low:.4f} to {high:.4f}), passed on {passed:.3f}, the same frames {same:.4f}"
        )


def main() -> None:
    """Make or measure, where the texts are there."""
    what, *paths = sys.argv[1:] or [""]
    if what not in ("make", "measure") or not paths:
        sys.exit(__doc__)
    places = [Path(path) for path in paths]
    needed = [places[0] / name for name in NEEDED] if what == "make" else []
    for place in (*places, *needed):
        if not place.exists():
            sys.exit(f"{place}: no such sentences here; nothing is made or measured")
    if what == "make":
        make(places[0], places[1:])
    else:
        for place in places:
            measure(place)


if __name__ == "__main__":
    main()
