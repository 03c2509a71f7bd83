"""The report: one HTML file that says who frames what, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from framing.records import Prediction, Sentence
from framing.report.grouping import attributed_to
from framing.report.html import as_read, templates
from framing.report.numbering import grouped_by_sentence, sentence_numbers
from framing.report.page.axes import all_axes, main_targets
from framing.report.page.choice import cells_of, chosen_documents, chosen_sentences
from framing.report.page.examples import frame_examples
from framing.report.page.limits import ModelAbout, about_model, decided_by, marked_share, model_limits
from framing.report.page.looks import FrameLook, frame_looks
from framing.report.page.sentences import SentenceView, link_of, list_data, script_json, sentence_view
from framing.report.page.summary import axis_silences, in_short, shade, voices
from framing.report.page.trend import HEIGHT, LEFT, RIGHT, WIDTH, per_cent, trends
from framing.report.plain import cut

__all__ = ["ModelAbout", "about_model", "report_page"]

# Of HTML's forbidden characters none is let through.
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)), "\ufffd")
# What the templates call.
_TOOLS = {
    "max_silences": 15,
    "size": (WIDTH, HEIGHT),
    "edges": (LEFT, WIDTH - RIGHT),
    "per_cent": per_cent,
    "cut": cut,
    "shade": shade,
    "link_of": link_of,
    "attributed_to": attributed_to,
}


def report_page(
    predictions: Sequence[Prediction],
    by: str = "holder",
    *,
    period: str | None = None,
    title: str = "Who frames what",
    model: ModelAbout | None = None,
    files: Sequence[str] = (),
    created: str = "",
    own_rule: bool = True,
    provenance: Mapping[str, Any] | None = None,
    similar: Sequence[Sequence[tuple[Sentence, float]]] = (),
) -> str:
    """Return a whole HTML page; it needs nothing from the network, and the same predictions give the same page.

    Parameters
    ----------
    predictions
        What a model said, sentence by sentence; of several targets one prediction each.
    by
        What the rows of the first matrix are: ``"holder"``, ``"source"``, ``"date"``, another field, or a column of
        your own.
    period
        Of dates: ``"year"``, ``"month"`` or ``"day"``. Default: by their span.
    title
        What stands at the top.
    model
        What is known of the model (``about_model``); without it the page cannot say how good it is.
    files
        Names of what was read.
    created
        When the page was made, where that should be told.
    own_rule
        Whether the model's own rule made the decisions: its scores are of that one. Where its thresholds show that
        another one did, this is not needed.
    provenance
        Where the predictions come from, as ``Predictions.provenance`` says it; it stands at the head.
    similar
        Of each sentence the coded ones most like it, as ``Predictor.similar`` finds them.

    Raises
    ------
    InputError
        There is no such column, or by date: no date that can be read.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> said = Prediction(Sentence("It pays, Lund said."), {"gain": 0.9}, ("gain",), holder="Lund")
    >>> page = report_page([said])
    >>> page.startswith("<!doctype html>"), "Lund" in page
    (True, True)
    """
    about = model or ModelAbout("")
    groups = grouped_by_sentence(predictions)
    first = [group[0] for group in groups]
    numbers = sentence_numbers(first)
    axes = all_axes(groups, by, period)
    matrix = axes[0].matrix
    looks = frame_looks(matrix.frames, about.titles)
    targets = main_targets(predictions)
    examples = [frame_examples(first, look.name, about.thresholds) for look in looks]
    documents = chosen_documents(first)
    in_article = {i for rows in documents.values() for i in rows}
    view = partial(_view, numbers, groups, looks, similar)
    wanted = [i for one in examples for i in (*one.typical, *one.contested)]
    chosen = chosen_sentences(first, cells_of(axes, first), wanted)
    to_compare = [axis for axis in axes if axis.by in ("holder", "source") and axis.several]
    own_rule = own_rule and all(decided_by(value, first, name) for name, value in about.thresholds.items())
    told = {"title": title, "created": created, "files": files, "about": about, "limits": model_limits(about)}
    html = (
        templates()
        .get_template("report/report.html")
        .render(
            **told,
            provenance=as_read(provenance or {}),
            **_TOOLS,
            looks=looks,
            look_of={look.name: look for look in looks},
            targets=targets,
            more_targets=len(matrix.targets) - len(targets),
            axes=axes,
            in_short=in_short(axes[0], looks),
            voices=[one for axis in axes if axis.by == "source" and axis.several for one in voices(axis, first)],
            own_rule=own_rule,
            marked={look.name: marked_share(first, look.name) for look in looks},
            first=first,
            numbers=numbers,
            n_documents=len({p.sentence.doc_id for p in first if p.sentence.doc_id}),
            articles={name: [view(i) for i in rows] for name, rows in documents.items()},
            in_article=in_article,
            examples=examples,
            quiet=[(axis.by, axis_silences(axis, first, groups, looks, targets)) for axis in to_compare],
            trends=[trend for axis in axes if axis.by == "date" for trend in trends(axis.matrix)],
            data=script_json(list_data(chosen, groups, numbers, looks, targets, axes, in_article)),
            n_listed=len(chosen),
        )
    )
    return str(html).translate(_CONTROLS).encode("utf-8", "replace").decode("utf-8")


def _view(
    numbers: Sequence[int],
    groups: Sequence[Sequence[Prediction]],
    looks: Sequence[FrameLook],
    similar: Sequence[Sequence[tuple[Sentence, float]]],
    i: int,
) -> SentenceView:
    """Return one sentence of an article as it is shown, with the coded ones most like it where there are some."""
    return sentence_view(i, numbers[i], groups[i], looks, similar[i] if similar else ())
