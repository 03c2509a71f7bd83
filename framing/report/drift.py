"""What differs between two sets of documents, as a table and in words."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict
from typing import Any

from framing.measure.compare import Difference
from framing.measure.drift import Drift
from framing.report.scores import columns_text

_COLUMNS = ("mean of", "before", "now", "change, 95 %", "Holm p", "least told")
_OTHER_LENGTH = 1.5  # times the sentences of a document: the mean of fewer varies more


def drift_text(found: Drift, width: int, new: str) -> str:
    """Return what differs as a table, and what follows from it in words.

    Parameters
    ----------
    found
        The differences.
    width
        Characters of a line.
    new
        What the new material is called, in the command that draws a sample of it.
    """
    (rows, documents), (rows_now, documents_now) = found.n
    lines = [
        f"{rows:,} sentences of {documents:,} documents before, {rows_now:,} of {documents_now:,} now",
        columns_text(_COLUMNS, [_figure_cells(name, one) for name, one in found.figures.items()], width),
    ]
    said = [_about_text(found), *_what_to_do(found, new)]
    said.append(
        "Holm p: how often chance alone makes a difference this large, corrected for all that is compared; documents "
        "are resampled whole. Least told: the least true change that is told in four cases of five."
    )
    return "\n\n".join([*lines, "\n".join(_filled_line(line, width) for line in said)]) + "\n"


def drift_json(found: Drift) -> str:
    """Return all figures as JSON."""
    told: dict[str, Any] = {
        "reference": dict(zip(("sentences", "documents"), found.n[0], strict=True)),
        "new": dict(zip(("sentences", "documents"), found.n[1], strict=True)),
        "text": None if found.text is None else asdict(found.text) | {"told": found.text.told},
        "figures": {name: asdict(one) | {"told": one.told} for name, one in found.figures.items()},
        "changed": list(found.changed),
    }
    return json.dumps(told, indent=2) + "\n"


def _figure_cells(name: str, one: Difference) -> list[str]:
    kind, _, label = name.partition("/")
    named = {"share": f"{label} found", "proba": f"{label} probability"}.get(kind, kind).replace("_", " ")
    p = "<0.001" if one.adjusted < 0.001 else f"{one.adjusted:.3f}"
    change = f"{one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
    return [named, f"{one.first:.3f}", f"{one.other:.3f}", change, p, f"{one.detectable:.3f}"]


def _filled_line(line: str, width: int) -> str:
    """Fold a line, but for a command that is to be copied."""
    return line if line.startswith(" ") else textwrap.fill(line, width, subsequent_indent="  ")


def _about_text(found: Drift) -> str:
    if found.text is None:
        return "The text itself was not compared: name the model (--model) whose vectors are to be."
    one = found.text
    p = "p < 0.001" if one.adjusted < 0.001 else f"p {one.adjusted:.3f}"
    kind = "of another kind" if one.told else "of the same kind, as far as can be told"
    said = f"Text: {kind} (energy distance {one.value:.4f}; by chance below {one.by_chance:.4f}; Holm {p})."
    before, now = (rows / documents for rows, documents in found.n)
    if one.told and max(before, now) > _OTHER_LENGTH * min(before, now):
        said += f" Documents have {now:.1f} sentences on average, {before:.1f} before: that alone may be the reason."
    return said


def _what_to_do(found: Drift, new: str) -> list[str]:
    if not found.changed:
        return [
            "No change that could be told from chance. The model's scores were measured on other rows all the same."
        ]
    less_sure = any(name in found.changed and found.figures[name].value > 0 for name in ("uncertainty", "abstained"))
    if "text" in found.changed or less_sure:
        said = "The model reads other text than before" if "text" in found.changed else "The model is less sure"
        said += ": its scores and thresholds may no longer hold. Code a new sample before the shares are used:"
    else:
        same = " while the text is of the same kind" if found.text is not None else ""
        said = f"What the model says changed{same}. That can be news, or the model's fault; codes tell:"
    return [said, f"  framing data sample {new} -n 300 -o sample.jsonl"]
