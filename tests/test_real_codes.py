"""The codes of real sentences that lie in data/real: valid, without a word of text, and no part of the corpus."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from framing import Codebook
from framing.corpus.codes import codes_digest
from framing.corpus.dataset import read_sentences
from framing.corpus.labels import with_label_names
from framing.sharing.columns import MOST_WORDS
from framing.sharing.dehydrate import codes_jsonl, read_codes
from tests.conftest import ROOT

REAL = ROOT / "data" / "real"
FILES = ("train.jsonl", "calibrate.jsonl")
TARGETS = ("train_targets.jsonl", "calibrate_targets.jsonl")
KEYS = {
    *("target", "frames", "stance", "holder", "doc_id", "source", "register", "year", "open", "sampling", "coders"),
    *("text_sha256", "text_characters", "headline_sha256", "previous_sha256"),
}


@pytest.fixture(scope="module")
def codes() -> dict:
    return {name: read_codes(REAL / name) for name in (*FILES, *TARGETS)}


@pytest.mark.parametrize("name", [*FILES, *TARGETS])
def test_labels_and_stances_are_the_codebooks(codes, name):
    book = Codebook.load(ROOT / "seeds" / "codebook.yaml")
    sentences = codes[name].sentences
    assert with_label_names(sentences, book) == sentences
    assert all(s.frames is not None or (s.target and s.stance) for s in sentences)
    assert {s.stance for s in sentences} <= {*book.stance_names, None}
    said = [coding for s in sentences for coding in s.extra.get("coders", [])]
    assert {frame for coding in said for frame in coding.get("frames") or []} <= set(book.frame_names)
    assert {coding.get("stance") or None for coding in said} <= {*book.stance_names, None}


@pytest.mark.parametrize("name", [*FILES, *TARGETS])
def test_no_text_stands_in_the_codes(name):
    for line in (REAL / name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert set(row) <= KEYS
        assert re.fullmatch("[0-9a-f]{64}", row["text_sha256"])
        assert all(re.fullmatch("[0-9a-f]{32}", row.get(k, "0" * 32)) for k in ("headline_sha256", "previous_sha256"))
        coders = row.get("coders", [])
        said = [coding.get(name) or "" for coding in (row, *coders) for name in ("target", "holder")]
        assert max(len(words.split()) for words in said) <= MOST_WORDS
        assert {key for coding in coders for key in coding} <= {"coder", "frames", "stance", "holder", "target"}
        assert len(row.get("register", "").split()) <= 14


def test_files_are_as_the_command_writes_them_and_of_a_modest_size(codes):
    for name in codes:
        assert codes_jsonl(codes[name].rows, codes[name].kind) == (REAL / name).read_text(encoding="utf-8")
    assert sum((REAL / name).stat().st_size for name in codes) < 16_000_000


def test_further_targets_are_of_sentences_of_their_part_and_new_to_them(codes):
    def place(row: Any) -> tuple[str, str, str]:
        return row.codes.source, row.codes.doc_id, row.text

    sheet = (REAL / "README.md").read_text(encoding="utf-8").lower()
    calibrated = {(s.source, s.doc_id) for s in codes["calibrate.jsonl"].sentences}
    for part, name in zip(FILES, TARGETS, strict=True):
        known: dict[Any, set[str]] = {}
        for row in codes[part].rows:
            known.setdefault(place(row), set()).add(row.codes.target or "")
        for row in codes[name].rows:
            assert row.codes.frames is None and row.codes.target not in known[place(row)]
            assert ((row.codes.source, row.codes.doc_id) in calibrated) == (part == "calibrate.jsonl")
        stances = Counter(s.stance for s in codes[name].sentences)
        assert f"favor {stances['favor']:,}, against {stances['against']:,}, neutral {stances['neutral']:,}" in sheet
        assert f"{len(codes[name].rows):,} rows" in sheet


def test_no_sentence_is_coded_for_frames_twice(codes):
    texts = [row.text for name in FILES for row in codes[name].rows if row.codes.frames is not None]
    assert len(texts) == len(set(texts))


def test_frames_are_calibrated_on_natural_draws_only(codes):
    framed = [s for s in codes["calibrate.jsonl"].sentences if s.frames is not None]
    assert {s.extra["sampling"] for s in framed} == {"random", "unrelated"}


def test_the_data_sheet_names_every_source_and_counts_the_rows(codes):
    sheet = (REAL / "README.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"^\| `([^`]+/[^`]+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$", sheet, flags=re.MULTILINE))
    sentences = [s for name in FILES for s in codes[name].sentences]
    assert {s.source for s in sentences} == set(named)
    assert {s.source for s in sentences if s.extra["open"]} == {k for k, v in named.items() if v.startswith("open")}
    for name in FILES:
        own = [s for s in codes[name].sentences if s.frames is not None]
        documents = len({(s.source, s.doc_id) for s in own})
        assert f"| `{Path(name).stem}` | {len(own):,} | {documents:,} |" in sheet
    assert "Language-model coders" in sheet


def test_they_are_no_part_of_the_written_corpus():
    written = read_sentences(ROOT / "data")
    assert {s.extra["coded_by"] for s in written} == {"authors"}


def test_the_digest_of_the_codes_is_the_same_with_texts(codes):
    (rows,) = (codes[name].sentences for name in FILES[1:])
    filled = [
        s.__class__(**{**vars(s), "text": f"Sentence {i}.", "start": i, "end": i + 9}) for i, s in enumerate(rows)
    ]
    assert codes_digest(filled) == codes_digest(rows)
    assert codes_digest(rows[1:]) != codes_digest(rows)


def make(*arguments: str) -> str:
    """What make would run."""
    done = subprocess.run(["make", "--dry-run", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return " ".join(done.stdout.replace("\\\n", " ").split())


@pytest.mark.parametrize(("target", "experiment"), [("model", "default_model"), ("model-large", "large_model")])
def test_make_model_hydrates_the_codes_and_learns_from_them(target, experiment):
    real = make("--always-make", target, "REAL_NEWS=texts")
    for name in FILES:
        assert f"framing data hydrate data/real/{name} --texts texts -o demo/real/{name}" in real
    mixture = "'data=[shipped,demo/real/train.jsonl,demo/real/train_targets.jsonl]'"
    mixture += " 'calibrate=[demo/real/calibrate.jsonl,demo/real/calibrate_targets.jsonl]'"
    assert f"train experiment={experiment} {mixture} tracking.uri=demo/model.db output=framing/{experiment}" in real


def test_without_the_texts_make_says_so_and_touches_no_model_that_ships():
    written = make("--always-make", "model", "REAL_NEWS=")
    assert "The texts of data/real are missing" in written
    assert "output=demo/model_written" in written
    assert "output=framing/" not in written
    assert "The texts of data/real are missing" in make("--always-make", "model-large", "REAL_NEWS=")
    assert "framing train" not in make("--always-make", "model-large", "REAL_NEWS=")


def test_make_codes_takes_all_coded_files_of_a_folder(tmp_path):
    for name in ("train.jsonl", "train_2.jsonl", "calibrate.jsonl", "check.jsonl"):
        (tmp_path / name).write_text("")
    run = make("--always-make", "codes", f"REAL_NEWS={tmp_path}")
    assert f"framing data dehydrate {tmp_path}/train.jsonl {tmp_path}/train_2.jsonl --no-sketch" in run
    assert "check.jsonl" not in run
