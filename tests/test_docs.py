"""What the documentation shows is what the code does."""

from __future__ import annotations

import re

from command import framing
from conftest import ROOT

from framing import Codebook
from framing.corpus.audit import describe_sentences
from framing.corpus.dataset import read_sentences
from framing.leakage import audit_sentences


def test_the_data_sheet_counts_what_is_in_the_data():
    book = Codebook.load(ROOT / "seeds" / "codebook.yaml")
    counted = describe_sentences(read_sentences(ROOT / "data", book), book)
    assert counted in (ROOT / "data" / "README.md").read_text(encoding="utf-8")


def test_each_command_of_the_readme_exists(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"^\$ (?:.*\| )?framing (data \w+|\w+)", text, flags=re.MULTILINE))
    assert {"predict", "train", "runs", "promote", "evaluate", "ui", "data check", "data describe"} == commands
    for command in commands - {"train"}:
        assert framing(*command.split(), "--help", cwd=tmp_path).code == 0


def test_names_and_label_words_are_no_better_than_told():
    book = Codebook.load(ROOT / "seeds" / "codebook.yaml")
    audit = audit_sentences(read_sentences(ROOT / "data", book), book)
    assert set(audit.auc) >= {"names", "style", "topic", "words of the label's name"}
    for estimates in audit.auc["words of the label's name"].values():
        low, high = estimates.interval()
        assert low < 0.5 < high or high < 0.6  # a frame's own name does not give it away
    assert audit.near_duplicates == []
