"""What the documentation shows is what the code does."""

from __future__ import annotations

import re

from framing import Codebook
from framing.corpus.audit import describe_sentences
from framing.corpus.dataset import read_sentences
from tests.command import framing
from tests.conftest import ROOT


def test_the_data_sheet_counts_what_is_in_the_data():
    book = Codebook.load(ROOT / "seeds" / "codebook.yaml")
    counted = describe_sentences(read_sentences(ROOT / "data", book), book)
    assert counted in (ROOT / "data" / "README.md").read_text(encoding="utf-8")


def test_each_command_of_the_readme_exists(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"^\$ (?:.*\| )?framing (data \w+|\w+)", text, flags=re.MULTILINE))
    assert {
        "predict",
        "train",
        "runs",
        "promote",
        "evaluate",
        "ui",
        "data check",
        "data describe",
        "data audit",
        "data agreement",
    } == commands
    for command in commands - {"train"}:
        assert framing(*command.split(), "--help", cwd=tmp_path).code == 0
