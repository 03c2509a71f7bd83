"""``framing evaluate --swap``: what changes where names are put in the place of others of their kind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from framing.cli.files import terminal_width
from framing.errors import InputError

if TYPE_CHECKING:
    from framing.measure.intervals import Estimate
    from framing.predictor import Predictor
    from framing.records import Sentence

# Other names tried in each sentence, and how many names are shown of each kind.
_SWAPS, _NAMES = 3, 2


def swap_text(predictor: Predictor, sentences: Sequence[Sentence], form: str) -> str:
    """Swap names in sentences, and return what changes by kind of name, as a table or as JSON."""
    from framing.measure.metrics import with_intervals
    from framing.names import usual_finder
    from framing.training.evaluate import named
    from framing.training.swaps import SwapPlan, name_estimates, swap_estimates

    scores: dict[str, Estimate] = {}
    moves: dict[str, Estimate] = {}
    for task, classifier in predictor.classifier.tasks.items():
        asked = [sentence for sentence in sentences if sentence.target or task != "stance"]
        judged = SwapPlan.of(asked, classifier, n=_SWAPS).judged(classifier)
        scores |= named(swap_estimates(judged, asked), task)
        for part in judged:
            moves |= named(name_estimates(part, asked, classifier.labels), f"{task}/swap/{part.kind}/names")
    if not scores:
        raise InputError("--swap: fewer than 20 sentences have a name of any one kind; give more")
    if form == "json":
        told = {"finder": usual_finder(), **with_intervals(scores | moves, with_n=True)}
        return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    return "\n".join([_rates_table(scores), f"Names were found by {usual_finder()}.", *_moves_lines(moves)]) + "\n"


def _rates_table(scores: Mapping[str, Estimate]) -> str:
    from framing.report.table import rows_text
    from framing.scores import interval_text

    rows = []
    for path, flips in scores.items():
        if path.endswith("/flip_rate"):
            task, _, kind, _ = path.split("/")
            shift = scores[f"{task}/swap/{kind}/shift"]
            interval = interval_text(*flips.interval())
            rows.append((task, kind, f"{flips.n:,}", f"{flips.value:.3f}", interval, f"{shift.value:.3f}"))
    return rows_text(["task", "names swapped", "n", "flip rate", "95 % interval", "shift"], rows, terminal_width())


def _moves_lines(moves: Mapping[str, Estimate]) -> list[str]:
    """Return the table of the names that move a label most, where any is in enough sentences."""
    from framing.report.table import rows_text
    from framing.scores import interval_text

    of_kind: dict[tuple[str, str], list[tuple[str, str, Estimate]]] = {}
    for path, move in moves.items():
        task, _, kind, _, name, label = path.split("/")
        of_kind.setdefault((task, kind), []).append((name, label, move))
    rows = [
        (task, name, label, f"{move.value:+.3f}", interval_text(*move.interval()))
        for (task, _), found in of_kind.items()
        for name, label, move in sorted(found, key=lambda row: -abs(row[2].value))[:_NAMES]
    ]
    if not rows:
        return []
    table = rows_text(["task", "name put in", "label", "moves", "95 % interval"], rows, terminal_width())
    return ["", "The names that move a label most, beside the mean over names:", "", table.rstrip("\n")]
