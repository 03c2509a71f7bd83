"""The commands of docs/tutorial.md: run one after another; what they print is compared with the page, or put there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
import tempfile
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from tests.command import framing

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "tutorial.md"
WIDTH = "100"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w.])[+-]?\d*\.\d+")


@dataclass
class Step:
    """A command of the page as it is typed, maybe over several lines, and what the page says that it prints."""

    typed: str
    printed: str

    @property
    def command(self) -> str:
        """The command on one line."""
        return re.sub(r"\s*\\\n\s*", " ", self.typed)


def steps(page: str) -> list[Step]:
    """Return the commands of a page in their order."""
    found = []
    for block in _BLOCK.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            typed = re.match(r"(?:.*\\\n)*.*", part)[0]
            found.append(Step(typed, part[len(typed) :].strip("\n")))
    return found


def prepare(folder: Path, page: str) -> None:
    """Put into a folder what the reader is told to put there."""
    for file in ("tram.csv", "article.txt"):
        shutil.copy(PAGE.parent / "tutorial" / file, folder)
    (written,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    (folder / "mine" / "experiment").mkdir(parents=True)
    (folder / "mine" / "experiment" / "tram.yaml").write_text(written, encoding="utf-8")


def run(command: str, folder: Path) -> str:
    """Run a command of the page and return what it prints, as it is the same each time."""
    words = shlex.split(command.replace("$PWD", str(folder)))
    if words[0] == "framing":
        with (
            patch("framing.tracking.ui._run_with_us", lambda *arguments: 0),  # all of `framing ui` but the server
            patch.dict(os.environ, COLUMNS=WIDTH),
        ):
            answer = framing(*words[1:], cwd=folder)
        assert answer.code == 0, (command, answer.err)
        parts = [answer.err.strip("\n"), answer.out.strip("\n")]
        in_order = reversed(parts) if words[1] == "ui" else parts  # as they come on the screen
        return _same_each_time("\n".join(filter(None, in_order)), folder)
    if words[0] == "curl":
        return _served(json.loads(words[-1]), folder)
    assert words[:4] == [f"MLFLOW_TRACKING_URI=sqlite:///{folder}/mlflow.db", "mlflow", "models", "serve"], command
    return ""


def _served(body: dict, folder: Path) -> str:
    """Answer as ``mlflow models serve`` does, in this process."""
    from fastapi.testclient import TestClient
    from mlflow.pyfunc import load_model
    from mlflow.pyfunc.scoring_server import init

    with patch.dict(os.environ, MLFLOW_TRACKING_URI=f"sqlite:///{folder}/mlflow.db"), chdir(folder):
        answer = TestClient(init(load_model("models:/tram@champion"))).post("/invocations", json=body)
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.json())


def _same_each_time(printed: str, folder: Path) -> str:
    """Return what was printed with ids, places and times that are the same each time."""
    printed = printed.replace(str(folder), "/home/you/tram")
    printed = re.sub(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", "2026-03-02 10:15", printed)
    ids = dict.fromkeys(re.findall(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8}\b", printed))
    return re.sub("|".join(ids) or "(?!)", lambda found: _alias(found[0]), printed)


_ALIASES: dict[str, str] = {}


def _alias(run_id: str) -> str:
    """Return an id for the page: the first that is seen is always the same, and so on."""
    return _ALIASES.setdefault(run_id, f"{0x3F9C21AB + 0x0A1B2C3D * len(_ALIASES) & 0xFFFFFFFF:08x}")


def alike(printed: str, on_page: str) -> bool:
    """Whether two texts say the same; scores may differ a little from machine to machine."""
    numbers = [[float(number) for number in _NUMBER.findall(text)] for text in (printed, on_page)]
    words = [" ".join(re.sub(r"[-\s]+", " ", _NUMBER.sub("#", text)).split()) for text in (printed, on_page)]
    near = len(numbers[0]) == len(numbers[1]) and all(abs(a - b) <= 0.03 for a, b in zip(*numbers, strict=True))
    return words[0] == words[1] and near


def main() -> None:
    """Write what the commands print into the page."""
    page = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        prepare(folder, page)

        def printed(block: re.Match[str]) -> str:
            lines = []
            for step in steps(block[0]):
                told = run(step.command, folder)
                lines.append(f"$ {step.typed}" + (f"\n{told}" if told else ""))
                sys.stderr.write(lines[-1] + "\n")
            return "```console\n" + "\n".join(lines) + "\n```"

        PAGE.write_text(_BLOCK.sub(printed, page), encoding="utf-8")


if __name__ == "__main__":
    main()
