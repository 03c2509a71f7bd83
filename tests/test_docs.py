"""What the documentation shows is what the code does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from framing import Codebook
from framing.cli.main import cli
from framing.corpus.audit import describe_sentences
from framing.corpus.dataset import read_sentences
from tests.command import framing
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(group: click.Group = cli, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command, by what a user types after ``framing``."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            if command.invoke_without_command:  # one that does something by itself too
                yield f"{above}{name}", command
            yield from commands(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


COMMANDS = dict(commands())


def test_the_data_sheet_counts_what_is_in_the_data():
    book = Codebook.load(ROOT / "seeds" / "codebook.yaml")
    counted = describe_sentences(read_sentences(ROOT / "data", book), book)
    assert counted in (ROOT / "data" / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_every_command_and_no_other():
    shown = re.findall(
        r"^\$ (?:.*\| )?framing ((?:config|data|plot|codebook|runs) [a-z]+|[\w-]+)", README, flags=re.MULTILINE
    )
    assert set(shown) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does_and_what_each_option_is_for(name, tmp_path):
    assert COMMANDS[name].help
    assert [o.name for o in COMMANDS[name].params if isinstance(o, click.Option) and not o.help] == []
    if name != "train":  # its help is Hydra's
        assert framing(*name.split(), "--help", cwd=tmp_path).out.startswith(f"Usage: framing {name} ")


def test_every_link_of_the_documentation_leads_somewhere():
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "data/README.md", "seeds/README.md")]
    for page in [*pages, *(ROOT / "experiments").glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), (Path(page).name, link)


def test_the_documentation_is_built_as_pages_that_fetch_nothing(tmp_path):
    pytest.importorskip("material", reason="needs the extra docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True)
    assert built.returncode == 0, built.stderr.decode()
    for page in ("index.html", "tutorial.html"):
        told = (tmp_path / page).read_text(encoding="utf-8")
        assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=\"?https?://", told)
    assert (tmp_path / "tutorial" / "tram.csv").is_file()


def test_a_codebook_of_the_readme_can_be_used(tmp_path):
    (written,) = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
    (tmp_path / "guns.yaml").write_text(written, encoding="utf-8")
    book = Codebook.load(tmp_path / "guns.yaml")
    assert book.frame_names == ("Economic_consequences", "rights")
    assert (book.frame_called("2nd Amendment rights"), book.frame_called("2a")) == ("rights", "rights")
