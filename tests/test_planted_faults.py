"""Faults planted in coded rows are found: by ``framing data audit``, and in short before a training."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from framing import Sentence, train
from framing.app.audited import audit_lines
from framing.corpus.overlaps import Overlap, overlaps
from framing.corpus.splits import GroupedFolds
from framing.model.encoders import WordVectorizer
from framing.training import Recipe, prepare
from tests.command import framing
from tests.small import BOOK

STORY = (
    "The council of the old town voted late last night to close the eastern harbour for good.",
    "Fishermen who have moored their boats there for forty years said that they had heard nothing of it.",
    "A spokeswoman told reporters on the steps that the money would go to the new railway instead.",
)


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    """A terminal of 80 characters."""
    monkeypatch.setenv("COLUMNS", "80")


def rows(n: int = 60, **columns) -> list[Sentence]:
    """Every second row is a gain, which no column tells; each of ten words of its own."""
    return [
        Sentence(
            " ".join(f"w{i}x{k}" for k in range(12)),
            frames=("gain",) if i % 2 else ("risk",),
            group=f"g{i}",
            **{key: value(i) for key, value in columns.items()},
        )
        for i in range(n)
    ]


def prepared(sentences: list[Sentence], **options):
    recipe = Recipe(encoder=WordVectorizer(), tasks=["frames"], split=options.pop("split", None))
    return prepare(sentences, BOOK, recipe=recipe, **options)


def written(folder: Path, name: str, sentences: list[Sentence]) -> str:
    (folder / name).write_text("".join(json.dumps(s.to_row()) + "\n" for s in sentences), encoding="utf-8")
    (folder / "book.yaml").write_text(yaml.safe_dump(BOOK.to_dict()), encoding="utf-8")
    return name


def audited(folder: Path, *arguments: str) -> str:
    answer = framing("data", "audit", *arguments, "--codebook", "book.yaml", "--no-near", cwd=folder)
    assert answer.code == 0, answer.err
    assert max(map(len, answer.out.splitlines())) <= 80
    return answer.out


def test_rows_without_a_fault_have_no_finding(tmp_path):
    sound = rows(source=lambda i: "AB"[i // 2 % 2], extra=lambda i: {"coder": "AB"[i // 2 % 2]})
    assert audit_lines(prepared(sound)) == []
    out = audited(tmp_path, written(tmp_path, "sound.jsonl", sound))
    assert not re.search(r"\]\s+high", out)
    assert out.endswith("On both sides of the groups of a cross-validation: nothing was found.\n")


def test_a_text_in_two_files_is_found_whatever_its_capitals_and_spaces(tmp_path):
    test = [replace(rows()[7], text=rows()[7].text.upper() + " .", group="t"), Sentence("w1", frames=("risk",))]
    written(tmp_path, "train.jsonl", rows()), written(tmp_path, "test.jsonl", test)
    out = audited(tmp_path, "train.jsonl", "test.jsonl")
    assert "1 text (the same words on both sides), rows in test.jsonl: 1, train.jsonl: 1" in out
    assert "  train.jsonl 8; test.jsonl 1: w7x0 w7x1" in out
    coded = [*test, Sentence("w2", frames=("gain",)), Sentence("w3", frames=("risk",))]
    dev = {"dev": str(tmp_path / written(tmp_path, "dev.jsonl", coded))}
    result = train(rows(), BOOK, encoder=WordVectorizer(min_df=1), tasks=["frames"], evaluate=dev)
    line = "evaluate.dev: 1 of 4 rows are learned from too (1 by their text): its scores flatter"
    assert result.audit == [line]
    assert repr(result).startswith(f"audit: {line}\nframes of held-out rows")


def test_a_text_in_two_parts_of_a_column_is_found(tmp_path):
    split = rows(extra=lambda i: {"split": "train" if i < 50 else "test", "part": "all"})
    split[55] = replace(split[55], text=split[3].text)
    out = audited(tmp_path, written(tmp_path, "all.jsonl", split))
    assert "On both sides of column 'split':" in out
    assert "  rows 4, 56: w3x0" in out
    answer = framing(
        "data", "audit", "all.jsonl", "--split", "part", "--codebook", "book.yaml", "--no-near", cwd=tmp_path
    )
    assert (answer.code, "--split part: the column has 1 value(s); expected 2 to 20" in answer.err) == (1, True)


def test_a_source_that_tells_the_label_is_found_and_gone_where_sources_stay_together(tmp_path):
    told = rows(source=lambda i: ("A", "B", "C", "D", "E", "F")[i % 6])
    (line,) = audit_lines(prepared(told))
    assert line == (
        "frames: source alone tells gain (AUC 1.000 [1.000, 1.000]), risk (AUC 1.000 [1.000, 1.000]), .5 is chance; "
        "a model can learn it in the place of the label; split=source shows what is left without it"
    )
    assert audit_lines(prepared(told, split=GroupedFolds(3, by="source", random_state=0))) == []
    assert "source alone   gain    1.000" in audited(tmp_path, written(tmp_path, "told.jsonl", told))


def test_a_coder_who_codes_otherwise_is_found(tmp_path):
    told = rows(extra=lambda i: {"coder": "AB"[i % 2]})
    (line,) = audit_lines(prepared(told))
    assert line.startswith("frames: coder alone tells gain (AUC 1.000")
    assert line.endswith("coders may code differently: framing data agreement")
    assert "coder alone    gain    1.000" in audited(tmp_path, written(tmp_path, "told.jsonl", told))


def test_a_date_that_tells_the_label_is_found(tmp_path):
    told = rows(date=lambda i: f"{2001 + i % 2}-05-01")
    assert "frames: date alone tells gain" in audit_lines(prepared(told))[0]
    assert "date alone" in audited(tmp_path, written(tmp_path, "told.jsonl", told))


def test_a_wire_copy_in_another_group_is_found(tmp_path):
    copied = rows()
    for number, text in enumerate(STORY):
        copied[number] = replace(copied[number], text=text, doc_id="wire.txt", group="")
        copied[30 + number] = replace(copied[30 + number], text=f"Yesterday, {text}", doc_id="paper.txt", group="")
    assert audit_lines(prepared(copied)) == [
        "1 pair of documents that are copies is in several groups ('paper.txt' and 'wire.txt'): what is learned there "
        "is tested here; give them one 'group'"
    ]
    out = audited(tmp_path, written(tmp_path, "copied.jsonl", copied))
    assert "1 pair of documents (a copy, such as a wire story in two papers)" in out
    assert "words in a row" not in out  # told once


def test_a_document_that_groups_cut_is_found(tmp_path):
    cut = [replace(row, doc_id="1.txt" if i in (4, 40) else "") for i, row in enumerate(rows())]
    assert audit_lines(prepared(cut)) == [
        "1 document is in several groups (1.txt): what is learned there is tested here; give them one 'group'"
    ]
    out = audited(tmp_path, written(tmp_path, "cut.jsonl", cut))
    assert "1 document (one doc_id or group on both sides)\n  rows 5, 41: 1.txt\n" in out


def test_one_sentence_in_common_is_words_and_no_copy():
    shared = [
        *(Sentence(text, doc_id="a") for text in STORY),
        Sentence(f"Yesterday, {STORY[0]}", doc_id="b"),
        *(Sentence(text.lower()[::-1], doc_id="b") for text in STORY),
    ]
    assert overlaps(shared, ["train"] * 3 + ["test"] * 4) == [
        Overlap("words", (0, 3), "the council of the old town voted late last night")
    ]
    assert overlaps(shared, ["train"] * 7) == []
    assert overlaps([], []) == []


def test_files_that_cannot_be_audited_are_told(tmp_path):
    written(tmp_path, "a.jsonl", rows(4))
    (tmp_path / "empty.jsonl").write_text("")
    for files, code, told in (
        (("a.jsonl", "a.jsonl"), 2, "a file is named twice"),
        (("a.jsonl", "empty.jsonl"), 1, "empty.jsonl"),
        (("a.jsonl", "none.jsonl"), 1, "none.jsonl"),
    ):
        answer = framing("data", "audit", *files, "--codebook", "book.yaml", "--no-near", cwd=tmp_path)
        assert (answer.code, told in answer.err) == (code, True), answer.err
