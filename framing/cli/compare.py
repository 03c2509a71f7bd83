"""``framing compare``: which of some runs is better, and whether the rows are enough to say so."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import check_figure, read_input, terminal_width, write_figure, write_result
from framing.cli.options import COLUMN, STORE, output_format, pairs
from framing.files import scratch_folder
from framing.installed import need

if TYPE_CHECKING:
    from framing.app.compare import Comparison
    from framing.tracking import RunSummary, Store

# Options that change nothing of the model.
_BESIDE = ("evaluate", "output", "promote", "tracking", "swap_test", "test_model", "n_jobs")


@click.command()
@click.argument("wanted", metavar="RUN RUN...", nargs=-1, required=True)
@STORE
@click.option(
    "--on", "file", metavar="FILE", help="Compare the models on these coded rows instead of the held-out ones."
)
@output_format("table", "json", to_file=False)
@click.option("-o", "--output", metavar="FIGURE", help="Draw the differences here: .png, .pdf or .svg.")
@click.option("--no-log", is_flag=True, help="Do not add the comparison to the runs in the store.")
@COLUMN
def compare(
    wanted: tuple[str, ...],
    store: str | None,
    file: str | None,
    form: str,
    output: str | None,
    no_log: bool,
    columns: tuple[str, ...],
) -> None:
    """Compare runs with the first of them on the rows that all held out, by label, with intervals and p-values.

    Both are scored on the same 2,000 resamples of documents. The comparison is added to the compared runs: a tag, and
    table, figure and JSON in their folder compare. RUN is an id, its beginning, or a name.
    """
    need("mlflow")
    from framing.app.compare import codebook_of, compare_on, compare_runs
    from framing.report.formats import json_text
    from framing.tracking import Store, find_run, store_uri

    if len(wanted) < 2:
        raise click.UsageError("name two runs or more; see `framing runs`")
    if output is not None:
        check_figure(output)
    opened = Store(store_uri(store))
    if file is None:
        found = compare_runs(opened, wanted)
    else:
        rows = read_input(file, pairs(columns, "--column"), codebook=codebook_of(opened, find_run(opened, wanted[0])))
        found = compare_on(opened, wanted, rows, Path(file).name)
    told = json_text(_as_data(found))
    write_result(told if form == "json" else _as_text(found, terminal_width()), None)
    if output is not None and len(drawn := _write_figures(found, Path(output))) > 1:
        click.echo(f"A figure a task: {', '.join(map(str, drawn))}", err=True)
    if not no_log:
        _log(opened, found)


def _as_text(found: Comparison, width: int) -> str:
    from framing.report.differences import LEGEND, differences_text

    first = found.runs[0]
    lines = [f"Each against the first, {_called(first)}, on rows {found.rows}.", ""]
    for task, part in found.tasks.items():
        more = f" ({part.left_out:,} more were not held out by all)" if part.left_out else ""
        lines += [f"{task}: {part.n:,} rows in {part.n_groups:,} groups{more}", ""]
        for run, of_run in zip(found.runs[1:], part.found, strict=True):
            lines.append(differences_text(_called(run) + _other_options(first, run, width), of_run, width))
    return "\n".join([*lines, textwrap.fill(LEGEND, width)]) + "\n"


def _as_data(found: Comparison) -> dict[str, Any]:
    ids = [run.run_id for run in found.runs]
    tasks = {
        task: {
            "n": part.n,
            "groups": part.n_groups,
            "differences": {
                run_id: {name: asdict(one) | {"told": one.told} for name, one in of_run.items()}
                for run_id, of_run in zip(ids[1:], part.found, strict=True)
            },
        }
        for task, part in found.tasks.items()
    }
    return {"first": ids[0], "others": ids[1:], "rows": found.rows, "tasks": tasks}


def _write_figures(found: Comparison, output: Path) -> list[Path]:
    """Draw a figure a task; the second and later ones go beside the first, under the task's name."""
    from framing.report.differences import differences_figure

    names = [_called(run) for run in found.runs[1:]]
    files = []
    for number, (task, part) in enumerate(found.tasks.items()):
        place = output if number == 0 else output.with_stem(f"{output.stem}-{task}")
        title = f"{task}: against {_called(found.runs[0])}, {part.n:,} rows"
        write_figure(differences_figure(names, part.found, title), str(place))
        files.append(place)
    return files


def _log(store: Store, found: Comparison) -> None:
    """Add the comparison to the runs that were compared."""
    from framing.report.formats import json_text
    from framing.tracking import add_to_run

    name = "-".join(run.run_id[:8] for run in found.runs)
    with scratch_folder("compare") as scratch:
        folder = scratch
        (folder / f"{name}.txt").write_text(_as_text(found, 80), encoding="utf-8")
        (folder / f"{name}.json").write_text(json_text(_as_data(found)), encoding="utf-8")
        _write_figures(found, folder / f"{name}.png")
        for number, run in enumerate(found.runs):
            tags = {"framing.compared": _tag(found, number)} if number else {}
            add_to_run(store, run.run_id, folder, "compare", tags)


def _tag(found: Comparison, number: int) -> str:
    """Return the main difference of a run from the first, as the UI shows it."""
    task, part = next(iter(found.tasks.items()))
    one = part.found[number - 1].get("macro_f1")
    if one is None:
        return f"no macro-F1 of {task} to compare with {found.runs[0].run_id[:8]}"
    against = f"{one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}] in macro-F1 of {task}"
    return f"{against} against {found.runs[0].run_id[:8]}, Holm p {one.adjusted:.3f}"


def _other_options(first: RunSummary, other: RunSummary, width: int) -> str:
    """Return in what options a run differs from the first, on a line of its own; nothing where in none."""
    keys = dict.fromkeys([*first.params, *other.params])
    pairs = [(key, *(run.params.get(key, "–") for run in (first, other))) for key in keys]
    told = [f"{key} {one} → {two}" for key, one, two in pairs if one != two and key.partition(".")[0] not in _BESIDE]
    line = textwrap.fill(f"differs: {', '.join(told)}", width, subsequent_indent="  ")
    return f"\n{line}" if told else ""


def _called(run: RunSummary) -> str:
    return f"{run.run_id[:8]} {run.name}"
