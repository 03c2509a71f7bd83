"""``framing test-model``: whether a model does what it should on sentences of which that is known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from framing.cli.files import terminal_width, write_result
from framing.cli.options import STORE, output_format
from framing.errors import InputError
from framing.resources import SHIPPED

if TYPE_CHECKING:
    from framing.behaviour import SuiteResults


@click.command("test-model")
@click.argument("model", required=False)
@STORE
@click.option(
    "--suite", "file", metavar="FILE.yaml", default=SHIPPED, show_default=True, help="Tests to run, a YAML file."
)
@click.option("--min-pass", type=click.FloatRange(0, 1), metavar="SHARE", help="Exit code 1 where fewer cases pass.")
@click.option("--failures", is_flag=True, help="Also list the cases that failed.")
@output_format("table", "json", to_file=False)
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
        write_result(_suite_text(results, failures), None)
    share = results.rates()["all", "all"].value
    if min_pass is not None and share < min_pass:
        raise InputError(f"{share:.3f} of the cases pass, fewer than --min-pass {min_pass:g}")


def _suite_text(results: SuiteResults, failures: bool) -> str:
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
