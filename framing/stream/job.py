"""A job in parts: what is done lies in a folder beside the result, and is not done again after a kill.

The folder ``OUT.parts`` holds ``job.json``, what the job is of (input, model, options), and one JSONL file for each
part that is done. A part is put in its place whole, so that it is there or not; put together they are the result.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from framing.errors import OutputError
from framing.files import temporary_beside, write_whole
from framing.installed import need
from framing.report.formats import jsonl_text
from framing.stream.columns import write_parquet

OUT_FORMATS = (".parquet", ".jsonl")
JOB = "job.json"
_SESSION = "session"
_PARTS = "[0-9]*.jsonl"
_BLOCK = 1 << 20


class Progress(NamedTuple):
    """Rows that are done, those among them that an earlier run did, and those that this one passed to the encoder."""

    n_rows: int
    n_before: int
    n_passed: int | None = None


class Job:
    """The parts of one result.

    Parameters
    ----------
    output
        Where the result will be.
    identity
        What the result depends on, ready for JSON.
    """

    def __init__(self, output: Path, identity: Mapping[str, Any]) -> None:
        self.output, self.identity = output, dict(identity)
        self.folder = output.with_name(f"{output.name}.parts")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within it, no other process works at this result; what is there of it is of the same job.

        Where it fails before a part is done, nothing is left of it.

        Raises
        ------
        OutputError
            It cannot be written, is there already, another process is at it, or its parts are of another job.
        """
        from filelock import FileLock, Timeout

        if self.output.suffix.lower() not in OUT_FORMATS:
            raise OutputError(f"{self.output}: expected a name that ends in {' or '.join(OUT_FORMATS)}")
        if self.output.suffix.lower() == ".parquet":
            need("pyarrow")
        if self.output.exists() and not self.folder.exists():
            raise OutputError(f"{self.output}: is there already; remove it, or name another file")
        try:
            self.folder.mkdir(exist_ok=True)
            with FileLock(self.folder / "lock", timeout=0):
                self._check()
                try:
                    yield
                except BaseException:
                    # Else another option, given to mend what failed, would be refused for the sake of nothing.
                    if not any(self.folder.glob(_PARTS)):
                        shutil.rmtree(self.folder, ignore_errors=True)
                    raise
        except Timeout:
            raise OutputError(f"{self.output}: another process is writing it") from None
        except OSError as error:
            raise OutputError(f"{self.output}: cannot be written ({error.strerror})") from None

    def _check(self) -> None:
        file = self.folder / JOB
        if not file.exists():
            write_whole(file, (json.dumps(self.identity, indent=2) + "\n").encode())
            return
        try:
            began = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            raise OutputError(f"{file}: damaged; remove the folder to begin anew") from None
        # As JSON gives it back: a tuple is a list there.
        asked = json.loads(json.dumps(self.identity))
        if changed := [name for name in asked if began.get(name) != asked[name]]:
            raise OutputError(
                f"{self.output}: was begun with another {', '.join(changed)}; remove {self.folder} to begin anew, or "
                "name another file"
            )

    def part(self, number: int) -> Path:
        """Return where a part is, or will be."""
        return self.folder / f"{number:08d}.jsonl"

    def is_done(self, number: int) -> bool:
        """Say whether a part is there."""
        return self.part(number).exists()

    def keep(self, number: int, rows: list[dict[str, Any]]) -> None:
        """Put a part in its place, whole."""
        write_whole(self.part(number), jsonl_text(rows).encode("utf-8"))

    def begin_session(self) -> str:
        """Begin a run whose parts are done by other processes, and return its name, by which they know that it goes on.

        What they need of it they find in the job's folder.
        """
        name = uuid.uuid4().hex
        write_whole(self.folder / _SESSION, name.encode())
        return name

    def is_session(self, name: str) -> bool:
        """Say whether a run goes on: a worker that outlives it must not write into a later one."""
        try:
            return (self.folder / _SESSION).read_text(encoding="utf-8") == name
        except OSError:
            return False

    def finish(self, n_parts: int) -> None:
        """Put the parts together, in order, and remove them."""
        parts = [self.part(number) for number in range(n_parts)]
        with temporary_beside(self.output) as new:
            if self.output.suffix.lower() == ".parquet":
                write_parquet(parts, new)
            else:
                with new.open("wb") as whole:
                    for part in parts:
                        with part.open("rb") as stream:
                            shutil.copyfileobj(stream, whole, _BLOCK)
            new.chmod(parts[0].stat().st_mode)
            new.replace(self.output)
        # The job goes last: a run that finds it knows that the result is to be put together again.
        for part in parts:
            part.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)
