"""What a sweep found: its runs ranked, the best compared with the runner-up, as text, table and figure."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from framing.app.compare import compare_runs
from framing.errors import FramingError
from framing.report.differences import in_words
from framing.report.scores import columns_text
from framing.report.sweep_figure import sweep_figure
from framing.scores import Score
from framing.tracking import RunSummary, Store, children_of, taken_up

# On a run: that it is the best of its sweep; on the sweep, which that is.
BEST_TAG = "sweep"
_WIDTH = 100


@dataclass
class Summary:
    """What a sweep found.

    Parameters
    ----------
    run_id
        Of its parent run.
    swept
        The options that were varied.
    ranked
        Finished runs, best first.
    others
        Those that failed or were killed, and are not among the finished ones.
    compared
        What the comparison of the best with the runner-up says, a line each.
    command
        As words.
    once_best
        Ids of runs that were marked as the best before others were finished.
    """

    run_id: str
    swept: Sequence[str]
    ranked: list[RunSummary]
    others: list[RunSummary]
    compared: list[str]
    command: Sequence[str]
    once_best: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What the user is told at the end."""
        head = f"sweep {self.run_id[:8]}: {_told_counts(self.ranked, self.others)}"
        if not self.ranked:
            return head
        best = self.ranked[0].run_id[:8]
        told = [textwrap.fill(line, _WIDTH, subsequent_indent="  ") for line in self.compared]
        use = f"see them with: framing ui; use the best with: framing promote {best}"
        return "\n".join(["", f"{head}, best first", "", self.table(_WIDTH), "", *told, use])

    def table(self, width: int) -> str:
        """Return the finished runs as a table of text, best first."""
        rows = [[run.name, *self._values_of(run), run.run_id[:8], *_score_and_interval(run)] for run in self.ranked]
        return columns_text(["name", *self.swept, "run", "score", "95 % interval"], rows, width)

    def cells(self) -> dict[str, Any]:
        """Return all runs as MLflow writes tables."""
        columns = ["rank", "name", *self.swept, "score", "low", "high", "status", "failure", "run"]
        rows = [
            [
                rank,
                run.name,
                *(run.params.get(key, "") for key in self.swept),
                run.score,
                run.low,
                run.high,
                run.status,
                run.failure,
                run.run_id,
            ]
            for rank, run in [*enumerate(self.ranked, 1), *((None, run) for run in self.others)]
        ]
        return {"columns": columns, "data": rows}

    def note(self) -> str:
        """Return the description of the parent run, as Markdown."""
        lines = [
            f"**Sweep** over {', '.join(self.swept) or 'one configuration'}: {_told_counts(self.ranked, self.others)}."
        ]
        if self.ranked:
            best = self.ranked[0]
            lines += ["", f"Best: **{best.name}** (run {best.run_id[:8]}), {best.metric} **{_score_text(best)}**."]
            lines += [*("\n" + line for line in self.compared), "", *self._ranking()]
            lines += ["", "**Use the best**", "", f"    framing promote {best.run_id[:8]}"]
        if self.others:
            lines += ["", "| not finished | why |", "|---|---|"]
            lines += [
                f"| {_called_run(run)} | {run.status}: {run.failure.replace('|', chr(92) + '|')} |"
                for run in self.others
            ]
        return "\n".join(
            [*lines, "", "**Make it again**, or go on where it was cut off", "", f"    {shlex.join(self.command)}"]
        )

    def _ranking(self) -> list[str]:
        rows = [
            f"| {rank} | {run.name} | {' | '.join([*self._values_of(run), _score_text(run)])} | {run.run_id[:8]} |"
            for rank, run in enumerate(self.ranked[:30], 1)
        ]
        columns = ["", "name", *self.swept, "score, 95 % interval", "run"]
        return [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|", *rows]

    def _values_of(self, run: RunSummary) -> list[str]:
        return [_few_digits(run.params.get(key, "")) for key in self.swept]


def summarised(store: Store, parent: str, swept: Sequence[str], command: Sequence[str], since: int) -> Summary:
    """Return what a sweep found, read from the store.

    Of runs from before it went on, those alone count that were taken up: others failed, or are made of something else,
    such as of data that have been mended.
    """
    children, kept = children_of(store, parent), taken_up(store, parent, since)
    finished = [run for run in children if run.status == "FINISHED" and run.score is not None]
    ranked = [run for run in finished if run.started >= since or run.run_id in kept]
    others = [run for run in children if run.status != "FINISHED" and run.started >= since]
    once_best = [run.run_id for run in finished if run not in ranked[:1]]
    return Summary(parent, swept, ranked, others, _best_compared(store, ranked), command, once_best)


def write_summary(folder: Path, found: Summary) -> dict[str, str]:
    """Write the files of a sweep's parent, and return its tags."""
    (folder / "sweep.json").write_text(json.dumps(found.cells(), ensure_ascii=False), encoding="utf-8")
    tags = {
        "mlflow.note.content": found.note(),
        "mlflow.loggedArtifacts": json.dumps([{"path": "sweep.json", "type": "table"}]),
    }
    if found.ranked:
        best = found.ranked[0]
        (folder / "figures").mkdir()
        names = [" ".join(filter(None, [run.run_id[:8], *found._values_of(run)])) for run in found.ranked]
        scores = [Score(run.score or 0.0, *_interval_of(run)) for run in found.ranked]
        sweep_figure(names, scores, best.metric, found.swept).savefig(folder / "figures" / "sweep.png", dpi=110)
        tags[BEST_TAG] = f"best of {len(found.ranked)}: {best.run_id[:8]}, {_score_text(best)}"
    return tags


def _best_compared(store: Store, ranked: Sequence[RunSummary]) -> list[str]:
    """Compare the best run with the runner-up on the rows that both held out."""
    if len(ranked) < 2:
        return []
    best, second = ranked[:2]
    pair = f"The best, {_called_run(best)}, against the second, {_called_run(second)}"
    if best.like != second.like:
        return [f"{pair}: other data, codebook or split, so their scores are not of one kind."]
    try:
        found = compare_runs(store, [second.run_id, best.run_id])
    except FramingError as error:
        return [f"{pair}: {error}"]
    lines = []
    for task, part in found.tasks.items():
        said = in_words({name: one for name, one in part.found[0].items() if "/" not in name})
        lines.append(f"{pair}, {task}, paired on {part.n:,} rows in {part.n_groups:,} groups: {' '.join(said)}")
    if len(ranked) > 2:
        lines.append(f"The best of {len(ranked)} is chosen by these scores, which flatter it a little.")
    return lines


def _few_digits(value: str) -> str:
    """Return a number that was drawn from a range with four digits, anything else as it is."""
    try:
        return f"{float(value):.4g}" if "." in value and len(value) > 6 else value
    except ValueError:
        return value


def _called_run(run: RunSummary) -> str:
    return f"{run.name} ({run.run_id[:8]})"


def _told_counts(ranked: Sequence[RunSummary], others: Sequence[RunSummary]) -> str:
    counts = {status: sum(run.status == status for run in others) for status in ("FAILED", "KILLED", "RUNNING")}
    more = "".join(f", {count} {status.lower()}" for status, count in counts.items() if count)
    return f"{len(ranked)} finished{more}"


def _interval_of(run: RunSummary) -> tuple[float, float]:
    value = run.score or 0.0
    return (value if run.low is None else run.low), (value if run.high is None else run.high)


def _score_text(run: RunSummary) -> str:
    return str(Score(run.score or 0.0, *_interval_of(run)))


def _score_and_interval(run: RunSummary) -> list[str]:
    score = Score(run.score or 0.0, *_interval_of(run))
    return [f"{score.value:.3f}", score.interval]
