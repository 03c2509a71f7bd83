"""The worked example of ``docs/study.md``, run: ``python -m tests.study`` writes anew what its commands print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "study.md"
WIDTH = "100"
_BLOCK = re.compile(r"```console\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A block of the page: what is typed, and what is printed on it."""

    commands: tuple[str, ...]
    printed: str | None


def steps(page: str) -> list[Step]:
    """The blocks of the page, in order."""
    return [
        Step(tuple(line.removeprefix("$ ") for line in typed.splitlines()), printed or None)
        for typed, printed in _BLOCK.findall(page)
    ]


def played(steps_of_page: list[Step], folder: Path) -> Iterator[str]:
    """Type each block in a clone, and give back what it prints: results first, then what was told beside them."""
    for name in ("docs", "data", "seeds"):
        (folder / name).symlink_to(ROOT / name)
    here = folder
    for step in steps_of_page:
        printed = ""
        for command in step.commands:
            first, *rest = shlex.split(command)
            if first == "mkdir":
                (here / rest[0]).mkdir()
            elif first == "cd":
                here = here / rest[0]
            else:
                printed += _typed(first, rest, here)
        yield printed


def _typed(first: str, rest: list[str], here: Path) -> str:
    if first == "python":
        done = subprocess.run([sys.executable, *rest], cwd=here, capture_output=True, text=True, check=True)
        return done.stdout
    assert first == "framing", first
    from tests.command import framing

    answer = framing(*rest, cwd=here)
    assert answer.code == 0, (rest, answer.err)
    return shown(answer.out) + (shown(answer.err) if not answer.out else "")


def shown(text: str) -> str:
    """What differs from run to run is left out: names of runs, and where they are kept."""
    lines = [line.rstrip() for line in text.splitlines()]
    kept = [line for line in lines if not re.match(r"training |model saved|run [0-9a-f]{8}|.*%\|", line)]
    return "\n".join(kept).strip("\n") + "\n" if kept else ""


def write() -> None:
    """Write the page anew."""
    os.environ["COLUMNS"] = WIDTH
    page = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        printed = iter(list(played(steps(page), Path(folder))))

    def block(found: re.Match[str]) -> str:
        said = next(printed)
        return f"```console\n{found[1]}```\n" + (f"\n```text\n{said}```\n" if said else "")

    PAGE.write_text(_BLOCK.sub(block, page), encoding="utf-8")


if __name__ == "__main__":
    write()
