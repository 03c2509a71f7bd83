"""``framing test-model``: does a model behave? And the test with other names of ``framing evaluate``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from framing.cli.files import terminal_width, write_result
from framing.cli.options import STORE, output_format
from framing.errors import InputError
from framing.resources import SHIPPED

if TYPE_CHECKING:
    from framing.behaviour import SuiteResults
    from framing.measure.intervals import Estimate
    from framing.predictor import Predictor
    from framing.records import Sentence

# Other names tried in each sentence, and how many names are shown of each kind.
_SWAPS, _NAMES = 3, 2


@click.command("test-model")
@click.argument("model", required=False)
@STORE
@click.option(
    "--suite", "file", metavar="FILE.yaml", default=SHIPPED, show_default=True, help="Tests to run, a YAML file."
)
@click.option("--min-pass", type=click.FloatRange(0, 1), metavar="SHARE", help="Exit code 1 where fewer cases pass.")
@click.option("--failures", is_flag=True, help="Also list the cases that failed.")
@output_format("table", "json")
def test_model(
    model: str | None, store: str | None, file: str, min_pass: float | None, failures: bool, form: str
) -> None:
    """Run a behavioural suite: sentences of which it is known what a model should say, and pairs of them.

    MODEL is what --model of predict takes. A template counts once, however often it is filled.
    """
    from framing.behaviour import read_suite, run_suite
    from framing.predictor import Predictor
    from framing.resources import resource

    cases = read_suite(resource("seeds/behaviour.yaml") if file == SHIPPED else file)
    results = run_suite(Predictor.load(model, store).classifier, cases)
    if form == "json":
        write_result(json.dumps(results.to_dict(), indent=2, ensure_ascii=False) + "\n", None)
    else:
        write_result(suite_text(results, failures), None)
    share = results.rates()["all", "all"].value
    if min_pass is not None and share < min_pass:
        raise InputError(f"{share:.3f} of the cases pass, fewer than --min-pass {min_pass:g}")


def suite_text(results: SuiteResults, failures: bool = False) -> str:
    """Return the table of a suite, and the cases that failed on demand."""
    from framing.report.table import rows_text

    sizes = results.sizes()
    rows = [
        (kind, name, f"{sizes[kind, name]:,}", f"{score.value:.3f}", score.interval)
        for (kind, name), score in results.rates().items()
    ]
    text = rows_text(["kind", "test", "n", "passed", "95 % interval"], rows, terminal_width())
    if failures:
        lines = [
            f"{outcome.case.place}: {outcome.failed}\n  {outcome.case.text}"
            + (f"\n  {outcome.case.to}" if outcome.case.to else "")
            for outcome in results.failures
        ]
        text += "\n" + "\n".join(lines) + ("\n" if lines else "")
    return text


def swap_text(predictor: Predictor, sentences: Sequence[Sentence], form: str) -> str:
    """Swap names in sentences, and return what changes by kind of name, as a table or as JSON."""
    from framing.measure.metrics import with_intervals
    from framing.names import usual_finder
    from framing.report.table import rows_text
    from framing.training.swaps import SwapPlan, name_estimates, swap_estimates

    rows: list[tuple[str, ...]] = []
    scores: dict[str, float] = {}
    names: list[tuple[str, str, str, str, Estimate]] = []
    for task, classifier in predictor.classifier.tasks.items():
        asked = [sentence for sentence in sentences if sentence.target or task != "stance"]
        judged = SwapPlan.of(asked, classifier, n=_SWAPS).judged(classifier)
        estimates = swap_estimates(judged, asked)
        scores |= {f"{task}/{path}": number for path, number in with_intervals(estimates, with_n=True).items()}
        for each in judged:
            by_name = name_estimates(each, asked)
            flips, shift = (estimates[f"swap/{each.kind}/{what}"] for what in ("flip_rate", "shift"))
            low, high = flips.interval()
            rows.append(
                (
                    task,
                    each.kind,
                    f"{flips.n:,}",
                    f"{flips.value:.3f}",
                    f"[{low:.3f}, {high:.3f}]",
                    f"{shift.value:.3f}",
                )
            )
            for name, shifts in by_name.items():
                for label, estimate in zip(classifier.labels, shifts, strict=True):
                    names.append((task, each.kind, name, label, estimate))
                    path = f"{task}/swap/{each.kind}/names/{name}/{label}"
                    scores |= with_intervals({path: estimate}, with_n=True)
    if not rows:
        raise InputError("--swap: fewer than 20 sentences have a name of any one kind; give more")
    if form == "json":
        return json.dumps({"finder": usual_finder(), **scores}, indent=2, ensure_ascii=False) + "\n"
    width = terminal_width()
    moved: list[tuple[str, ...]] = []
    for task, kind in dict.fromkeys((row[0], row[1]) for row in rows):
        of_kind = sorted((n for n in names if n[:2] == (task, kind)), key=lambda name: -abs(name[4].value))
        for _, _, name, label, estimate in of_kind[:_NAMES]:
            low, high = estimate.interval()
            moved.append((task, name, label, f"{estimate.value:+.3f}", f"[{low:+.3f}, {high:+.3f}]"))
    head = ["task", "names swapped", "n", "flip rate", "95 % interval", "shift"]
    told = f"\nnames found by {usual_finder()}; the names that move a label most, beside the mean over names:\n\n"
    return rows_text(head, rows, width) + (
        told + rows_text(["task", "name put in", "label", "moves", "95 % interval"], moved, width) if moved else ""
    )
