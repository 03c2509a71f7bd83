"""Predictions as HTML: a fragment for notebooks, a page for the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from framing.records import Prediction, Sentence
from framing.report.grouping import attributed_to
from framing.report.highlights import pieces
from framing.report.matrix import Matrix, stance_text
from framing.report.numbering import SentenceRow, sentence_rows
from framing.report.plain import is_near, stance_said

# Okabe and Ito's palette: told apart by colour-blind readers too.
COLOURS = ("0, 158, 115", "213, 94, 0", "0, 114, 178", "204, 121, 167", "230, 159, 0", "86, 180, 233")


def predictions_table(
    predictions: Sequence[Prediction],
    labels: Sequence[str],
    targets: Sequence[str] = (),
    thresholds: Mapping[str, float] | None = None,
) -> str:
    """Return a coloured table, one row a sentence, as an HTML fragment that carries its own style.

    Of several targets, the stance has a column a target. With ``thresholds`` by label, a frame whose probability
    misses its own by less than a fifth is marked.
    """
    return _render("table.html", predictions, labels, targets, thresholds=thresholds or {})


def predictions_page(
    predictions: Sequence[Prediction],
    labels: Sequence[str],
    title: str,
    targets: Sequence[str] = (),
    provenance: Mapping[str, Any] | None = None,
) -> str:
    """Return a whole HTML page with the coloured table; it needs nothing from the network.

    ``provenance`` is what stands above it of where the predictions come from, by name; by its thresholds those frames
    are marked that were nearly found.
    """
    thresholds = (provenance or {}).get("thresholds", {})
    told = as_read(provenance or {})
    return _render("page.html", predictions, labels, targets, title=title, provenance=told, thresholds=thresholds)


def as_read(provenance: Mapping[str, Any]) -> dict[str, str]:
    """Return where predictions come from as people read it, by name.

    Examples
    --------
    >>> as_read({"model": "mine", "thresholds": {"gain": 0.4, "risk": 0.3}})
    {'model': 'mine', 'thresholds': 'gain 0.4, risk 0.3'}
    """
    return {name: _value_as_read(value) for name, value in provenance.items()}


def _value_as_read(value: Any) -> str:
    """Return what people read of a value: numbers by name as a list."""
    return ", ".join(f"{name} {one}" for name, one in value.items()) if isinstance(value, Mapping) else str(value)


def _render(
    template: str, predictions: Sequence[Prediction], labels: Sequence[str], targets: Sequence[str], **more: Any
) -> str:
    colours = {label: COLOURS[number % len(COLOURS)] for number, label in enumerate(labels)}
    documents: dict[str, list[SentenceRow]] = {}
    for row in sentence_rows(predictions, targets):
        documents.setdefault(row.first.sentence.doc_id, []).append(row)
    return (
        templates()
        .get_template(template)
        .render(
            documents=documents,
            labels=labels,
            colours=colours,
            pieces=pieces,
            stance_said=stance_said,
            is_near=is_near,
            with_marks=any(prediction.highlights for prediction in predictions),
            targets=targets if len(targets) > 1 else (),
            attributed_to=attributed_to,
            with_holders=any(p.holder is not None or attributed_to(p) for p in predictions),
            with_open=any(prediction.abstained for prediction in predictions),
            with_stance=any(prediction.stance_proba for prediction in predictions),
            with_codes=any(is_coded(prediction.sentence) for prediction in predictions),
            **more,
        )
    )


def matrix_table(matrix: Matrix) -> str:
    """Return a matrix as a coloured table: the fuller a cell's colour, the larger the share."""
    colours = {label: COLOURS[number % len(COLOURS)] for number, label in enumerate(matrix.frames)}
    return str(templates().get_template("matrix.html").render(matrix=matrix, colours=colours, stance_text=stance_text))


def is_coded(sentence: Sentence) -> bool:
    """Say whether a coder has said something of a sentence."""
    return sentence.frames is not None or sentence.stance is not None


@lru_cache(maxsize=1)
def templates() -> Any:
    """Return jinja2's environment of the templates beside this module: whatever is put in is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("framing.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
