"""``framing drift``: whether new material is still of the kind that a model knows."""

from __future__ import annotations

from pathlib import Path

import click

from framing.cli.files import check_exists, check_output, terminal_width, write_result
from framing.cli.options import OUTPUT, output_format
from framing.cli.reading import Reading, reading_options
from framing.errors import InputError


@click.command()
@click.argument("reference")
@click.argument("new")
@click.option("--fail", is_flag=True, help="Exit code 1 where a change is told from chance.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of resamples and permutations.")
@OUTPUT
@output_format("table", "json")
@reading_options(explain=None)
def drift(reference: str, new: str, fail: bool, seed: int, output: str | None, form: str, reading: Reading) -> None:
    """Compare new material with what a model knows: its text, and what the model says of it.

    REFERENCE and NEW are what predict reads, or what it wrote as JSON Lines: of such files the text is compared only
    where --model names the model. All differences are tested together, by whole documents: of a hundred comparisons of
    material that is alike, five raise an alarm at most.
    """
    from framing.measure.drift import drift as compared
    from framing.measure.drift import measured
    from framing.model.similar import sentence_vectors
    from framing.report.drift import drift_json, drift_text

    for file in (reference, new):
        check_exists(file)
    if output is not None:
        check_output(Path(output))
    sides = []
    for file in (reference, new):
        predictor, predictions = reading.predictions([file])
        if not predictions:
            raise InputError(f"{file}: no sentence in it; expected documents to compare")
        vectors = None
        if predictor is not None:
            vectors = sentence_vectors(predictor.classifier, [one.sentence for one in predictions])
        sides.append(measured(predictions, vectors))
    found = compared(sides[0], sides[1], seed)
    write_result(drift_json(found) if form == "json" else drift_text(found, terminal_width(), new), output)
    if fail and found.changed:
        raise InputError(f"{new}: changed against {reference}: {', '.join(found.changed)}")
