"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

MODEL = click.option(
    "--model",
    metavar="DIR|models:/NAME@ALIAS|runs:/ID",
    help="Model to use.  [default: the store's champion, else the model that ships: shipped]",
)
STORE = click.option(
    "--store", metavar="URI", help="Tracking store.  [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]"
)
COLUMN = click.option(
    "--column",
    "columns",
    metavar="FIELD=NAME",
    multiple=True,
    help="Your own column name, e.g. text=sentence; FIELD= leaves a field alone.",
)
INPUT_FORMATS = ("auto", "text", "lines", "md", "html", "jsonl", "csv", "tsv", "parquet")
INPUT_FORMAT = click.option(
    "--input-format",
    metavar="FORMAT",
    type=click.Choice(INPUT_FORMATS),
    default="auto",
    help=f"What the input is, whatever its name says: {', '.join(INPUT_FORMATS[1:])}; lines: each line is a sentence, "
    "as in a list of headlines or posts.  [default: by the name; standard input: by how it begins]",
)
THRESHOLD = click.option(
    "--threshold", "thresholds", metavar="LABEL=P", multiple=True, help="Replace the model's threshold of a frame."
)
CODEBOOK = click.option(
    "--codebook", default="shipped", show_default=True, help="Codebook to check the labels against."
)
GOAL = click.option(
    "--goal",
    metavar="GOAL",
    help="Thresholds for f1, count, 'precision>=0.9' or 'recall>=0.9'.  [default: the model's]",
)
ADAPT = click.option(
    "--adapt-priors", is_flag=True, help="Move the frames' probabilities to their shares as estimated from the input."
)


def pairs(values: Sequence[str], option: str, number: bool = False) -> dict[str, Any]:
    """Return what was given as ``KEY=VALUE``, several times over, as a mapping; values are names, or numbers.

    A name may be empty.
    """
    given: dict[str, Any] = {}
    for value in values:
        key, equals, right = value.partition("=")
        try:
            if not (key and equals):
                raise ValueError
            given[key] = float(right) if number else right
        except ValueError:
            raise click.UsageError(f"{option} {value}: expected {'LABEL=P' if number else 'FIELD=NAME'}") from None
    return given
