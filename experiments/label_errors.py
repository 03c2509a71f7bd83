"""How many of the first fifty suspects of ``framing data errors`` are wrong, where wrong codes were planted.

    python experiments/label_errors.py BENCHMARKS

BENCHMARKS is a folder that holds ``gvfc_headline_frames`` and ``ccf_climate_frames``; the data sets are not part of
this project. One of ten rows gets another code: a class in the place of its own, a frame less or a frame more. Prints
the precision of the first fifty with its 95 % interval over five drawings, beside what the surest disagreements of
model and coder would give, and the first ten suspects of the data as they are.
"""

from __future__ import annotations

import json
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np

from framing import Codebook, Sentence
from framing.measure.disagreement import worst_disagreements
from framing.training.label_errors import cross_validated, label_errors

N_SEEDS, SHARE, FIRST = 5, 0.1, 50


def gvfc(folder: Path) -> tuple[list[Sentence], Codebook]:
    rows = [json.loads(line) for line in (folder / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    names = sorted({row["label"] for row in rows})
    book = Codebook.from_dict({"name": "gvfc", "frames": names, "exclusive": True})
    named = {title: book.frame_called(title) for title in names}
    found = [Sentence(row["text"], frames=(named[row["label"]],), group=row["text"].lower()) for row in rows]
    return found, book


def ccf(folder: Path) -> tuple[list[Sentence], Codebook]:
    rows = [json.loads(line) for line in (folder / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["lang"] == "en"]
    names = sorted({name for row in rows for name in row["frames"]})
    book = Codebook.from_dict({"name": "ccf", "frames": names})
    return [Sentence(row["text"], frames=tuple(row["frames"]), doc_id=row["title"]) for row in rows], book


def planted(sentences: list[Sentence], book: Codebook, seed: int) -> tuple[list[Sentence], set[int]]:
    """Give one of ten rows another code, and return which."""
    rng = np.random.default_rng(seed)
    chosen = set(rng.choice(len(sentences), round(SHARE * len(sentences)), replace=False).tolist())
    rows = []
    for i, sentence in enumerate(sentences):
        frames = list(sentence.frames or ())
        if i in chosen:
            others = [name for name in book.frame_names if name not in frames]
            if book.exclusive:
                frames = [str(rng.choice(others))]
            elif frames and (not others or rng.random() < 0.5):
                frames.remove(str(rng.choice(frames)))
            else:
                frames.append(str(rng.choice(others)))
        rows.append(replace(sentence, frames=tuple(frames)))
    return rows, chosen


def main() -> None:
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    for name, load, place in (("gvfc", gvfc, "gvfc_headline_frames"), ("ccf", ccf, "ccf_climate_frames")):
        sentences, book = load(folder / place)
        scores: dict[str, list[float]] = {"confident learning": [], "surest disagreements": []}
        for seed in range(N_SEEDS):
            rows, wrong = planted(sentences, book, seed)
            predicted = cross_validated(rows, book, tasks=["frames"], seed=seed)
            number = {(s.text, s.doc_id, s.frames): i for i, s in enumerate(rows)}
            found = [
                number[e.sentence.text, e.sentence.doc_id, e.sentence.frames] for e in label_errors(predicted, book)
            ]
            part = predicted["frames"]
            surest = worst_disagreements(part.Y, part.proba, part.decided)[0]
            asked = {"confident learning": found, "surest disagreements": surest}
            for way, order in asked.items():
                scores[way].append(np.mean([i in wrong for i in order[:FIRST]]))
            print(name, seed, len(found), {way: told[-1] for way, told in scores.items()}, flush=True)
        for way, told in scores.items():
            half = 2.776 * np.std(told, ddof=1) / np.sqrt(N_SEEDS)
            print(f"{name}, {way}: {np.mean(told):.2f} [{np.mean(told) - half:.2f}, {np.mean(told) + half:.2f}]")
        for one in label_errors(cross_validated(sentences, book, tasks=["frames"]), book)[:12]:
            print(f"{one.quality:.3f} {one.coded} -> {one.suggested}: {one.sentence.text}", flush=True)


if __name__ == "__main__":
    main()
