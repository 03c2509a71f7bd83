"""The command line, run in this process: it starts at once, and its answer can be read."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

from framing import cli
from framing.errors import FramingWarning

# A training of a second on the small corpus.
QUICK = ("encoder=tfidf", "head=logreg", "data=corpus.jsonl", "codebook=book.yaml")


@dataclass(frozen=True)
class Answer:
    """What a command left: exit code, standard output and standard error."""

    code: int
    out: str
    err: str


def framing(*arguments: str, cwd: Path, stdin: bytes = b"") -> Answer:
    """Run ``framing ARGUMENTS`` in a folder. An unexpected error, or a library's warning, comes up as it is."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    argv, source, environment, handler = sys.argv, sys.stdin, dict(os.environ), signal.getsignal(signal.SIGTERM)
    sys.argv, sys.stdin = ["framing", *arguments], io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    try:
        with (
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("always", FramingWarning)
            cli.main()
    except SystemExit as stop:
        code = stop.code
    finally:
        sys.argv, sys.stdin = argv, source
        os.environ.clear()
        os.environ.update(environment)
        signal.signal(signal.SIGTERM, handler)
    assert isinstance(code, int)
    return Answer(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder and what is in it; Hydra's folder of scratch is left out."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        name: path.read_bytes() for path in files if not (name := str(path.relative_to(folder))).startswith("outputs/")
    }
