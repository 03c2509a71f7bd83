"""The sentences that test holders say what they should."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby
from pathlib import Path

SEEDS = Path(__file__).parent.parent / "seeds"
ROWS = [json.loads(line) for line in (SEEDS / "holders.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_mention_stands_in_its_sentence():
    assert all(row["mention"] in row["text"] for row in ROWS if row["mention"])


def test_a_sentence_of_the_author_has_no_construction_and_names_no_holder():
    for row in ROWS:
        own = row["holder"] == "author"
        assert own == (row["construction"] == "none"), row["text"]
        assert not (own and row["mention"]), row["text"]


def test_passages_are_whole_and_in_order():
    for _, rows in groupby(ROWS, key=lambda row: row["doc_id"]):
        positions = [row["position"] for row in rows]
        assert positions == list(range(len(positions)))


def test_each_construction_has_two_dozen_sentences_and_the_readme_tells_the_truth():
    assert min(Counter(row["construction"] for row in ROWS).values()) >= 24
    pairs = [[coder["holder"] for coder in row["coders"]] for row in ROWS]
    agreed = [(one == "author") == (two == "author") for one, two in pairs]
    named = [(one.lower(), two.lower()) for one, two in pairs if "author" not in (one, two)]
    told = (SEEDS / "README.md").read_text(encoding="utf-8")
    assert f"{len(ROWS)} sentences in {len({row['doc_id'] for row in ROWS})} passages" in told
    assert f"{sum(agreed)} of {len(ROWS)} the same" in told
    assert f"{sum(one == two for one, two in named)} of {len(named)}\n  holders" in told
