"""The report: one HTML file that says who frames what, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from framing.records import Prediction
from framing.report.grouping import grouped_by_sentence, holder_of
from framing.report.html import templates
from framing.report.matrix import Cell
from framing.report.numbering import sentence_numbers
from framing.report.page.axes import Axis, dated, make_axis
from framing.report.page.choice import chosen_documents, chosen_sentences, cut
from framing.report.page.examples import frame_examples
from framing.report.page.limits import ModelAbout, about_model, in_words, model_limits
from framing.report.page.looks import FrameLook, frame_looks
from framing.report.page.sentences import link_of, list_data, script_json, sentence_view
from framing.report.page.silence import Silences, silences
from framing.report.page.trend import HEIGHT, WIDTH, per_cent, trends

__all__ = ["ModelAbout", "about_model", "report_page"]

MAX_TARGETS = 4
MAX_SILENCES = 15
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)), "\ufffd")


def report_page(
    predictions: Sequence[Prediction],
    by: str = "holder",
    *,
    period: str | None = None,
    title: str = "Who frames what",
    model: ModelAbout | None = None,
    files: Sequence[str] = (),
    created: str = "",
    similar: Mapping[int, Sequence[tuple[str, str]]] | None = None,
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
    similar
        By the number of a sentence similar coded ones: text and codes.

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
    axes = _axes(predictions, first, by, period)
    matrix = axes[0].matrix
    looks = frame_looks(matrix.frames, about.titles)
    targets = _targets(predictions)
    examples = [frame_examples(first, look.name, about.thresholds) for look in looks]
    documents = chosen_documents(first)
    in_article = {i for rows in documents.values() for i in rows}
    numbers = sentence_numbers(first)
    chosen = chosen_sentences(first, _cells(axes, first), [i for e in examples for i in (*e.typical, *e.contested)])
    html = templates().get_template("report/report.html").render(
        title=title,
        created=created,
        files=files,
        about=about,
        limits=model_limits(about),
        looks=looks,
        look_of={look.name: look for look in looks},
        targets=targets,
        more_targets=len(matrix.targets) - len(targets),
        axes=axes,
        in_short=_in_short(axes[0], looks),
        first=first,
        numbers=numbers,
        n_documents=len({p.sentence.doc_id for p in first if p.sentence.doc_id}),
        articles={
            name: [sentence_view(i, numbers[i], groups[i], looks, (similar or {}).get(i, ())) for i in rows]
            for name, rows in documents.items()
        },
        in_article=in_article,
        examples=examples,
        quiet=[(axis.by, _silences(axis, first, groups, looks, targets)) for axis in axes if _can_be_quiet(axis)],
        trends=[trend for axis in axes if axis.by == "date" for trend in trends(axis.matrix)],
        attributed=any(p.holder is not None or p.sentence.holder is not None for p in first),
        has_open=any(p.abstained for p in predictions),
        has_highlights=any(p.highlights for p in first),
        data=script_json(list_data(chosen, groups, numbers, looks, targets, axes, in_article)),
        n_listed=len(chosen),
        max_silences=MAX_SILENCES,
        size=(WIDTH, HEIGHT),
        per_cent=per_cent,
        in_words=in_words,
        cut=cut,
        shade=_shade,
        link_of=link_of,
        holder_of=holder_of,
    )
    return html.translate(_CONTROLS).encode("utf-8", "replace").decode("utf-8")


def _axes(predictions: Sequence[Prediction], first: Sequence[Prediction], by: str, period: str | None) -> list[Axis]:
    """Return the way that was asked for, then the others that have something to compare."""
    axes = [make_axis(predictions, first, by, period if by == "date" else None)]
    for other in ("holder", "source"):
        if other != by:
            axis = make_axis(predictions, first, other, None)
            axes += [axis] if axis.several else []
    if by != "date":
        time = dated(predictions, first, period)
        axes += [time] if time is not None and time.several else []
    return axes


def _targets(predictions: Sequence[Prediction]) -> tuple[str, ...]:
    """Return the targets that most sentences were asked about."""
    counts: dict[str, int] = {}
    for p in predictions:
        if p.stance_proba and p.sentence.target:
            counts[p.sentence.target] = counts.get(p.sentence.target, 0) + 1
    most = sorted(counts, key=lambda target: -counts[target])[:MAX_TARGETS]
    return tuple(target for target in counts if target in most)


def _cells(axes: Sequence[Axis], first: Sequence[Prediction]) -> list[list[int]]:
    cells: dict[tuple[int, int, str], list[int]] = {}
    for number, axis in enumerate(axes):
        for i, p in enumerate(first):
            for frame in p.frames or ("",):
                cells.setdefault((number, axis.of_sentence[i], frame), []).append(i)
    return [cells[key] for key in sorted(cells)]


def _shade(axis: Axis, cell: Cell) -> float:
    """Return how dark a cell is, 0 to 0.6: by the lower bound of its share, beside the largest of its matrix."""
    most = max((c.share.low for row in axis.rows for c in row.frames.values() if c.count), default=0.0)
    return round(0.6 * cell.share.low / most, 2) if cell.count and most else 0.0


def _in_short(axis: Axis, looks: Sequence[FrameLook]) -> list[tuple[FrameLook, list[tuple[int, Any]]]]:
    """Return for each frame the rows that convey it most surely: by the lower bound of their share."""
    found = []
    for look in looks:
        rows = [
            (n, row.frames[look.name])
            for n, row in enumerate(axis.rows)
            if row.frames[look.name].count and not (axis.folded and n == len(axis.rows) - 1)
        ]
        rows.sort(key=lambda item: (-item[1].share.low, item[0]))
        found.append((look, rows[:2]))
    return found


def _can_be_quiet(axis: Axis) -> bool:
    return axis.by in ("holder", "source") and axis.several


def _silences(
    axis: Axis,
    first: Sequence[Prediction],
    groups: Sequence[Sequence[Prediction]],
    looks: Sequence[FrameLook],
    targets: Sequence[str],
) -> Silences:
    titles = {look.name: look.title for look in looks}
    names = [name for n, name in enumerate(axis.names) if axis.rows[n].name and not (axis.folded and n == len(axis.names) - 1)]

    def conveyed(i: int) -> Iterable[str]:
        own = [titles[name] for name in first[i].frames if name in titles]
        yield from own
        for p in groups[i]:
            if p.stance_proba and p.sentence.target in targets and p.stance not in (None, "neutral"):
                yield f"{p.stance}: {p.sentence.target}"
                yield from (f"{title} with {p.stance}: {p.sentence.target}" for title in own)

    return silences(
        ((axis.names[axis.of_sentence[i]], p.sentence.doc_id or i, conveyed(i)) for i, p in enumerate(first)), names
    )

