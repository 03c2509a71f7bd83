"""The material of the invented study: the project's written corpus as articles, and what its coders said of them.

``material.py articles`` writes ``articles.csv``, a row an article, as a press archive exports it; ``material.py code``
does what two coders do with a sheet, in your own study over some days.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "data"
OUTLETS = {"news": "agency and dailies", "state_media": "state media", "regional": "regional press"}


def sentences(name: str) -> list[dict]:
    """Return the coded sentences of a part of the corpus, in order, each once."""
    rows = map(json.loads, (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    return [row for row in rows if "frames" in row]


def write_articles() -> None:
    """Write a row an article: when and where it appeared, its title and its text."""
    articles = defaultdict(list)
    for name, outlet in OUTLETS.items():
        for row in sentences(name):
            articles[row["doc_id"], outlet, row["date"], row["headline"]].append(row["text"])
    with Path("articles.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["id", "outlet", "published", "title", "body"])
        table.writerows([*about, "\n\n".join(texts)] for about, texts in articles.items())


def fill_in(sheet: Path, codes: dict[str, list[str]]) -> None:
    """Write into the cells ``frames`` of a sheet what a coder says of each sentence."""
    with sheet.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        said = next(frames for text, frames in codes.items() if row["text"] in text)
        row["frames"] = "; ".join(said) or "none"
    with sheet.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, rows[0])
        table.writeheader()
        table.writerows(rows)


def code() -> None:
    """Fill in both sheets."""
    fill_in(Path("sheet.csv"), {row["text"]: row["frames"] for name in OUTLETS for row in sentences(name)})
    second = HERE / "second_coder.json"
    fill_in(Path("sheet-second.csv"), json.loads(second.read_text(encoding="utf-8")))


if __name__ == "__main__":
    {"articles": write_articles, "code": code}[sys.argv[1]]()
