"""A sheet to code in: the sentence and its context, nothing of what a model said or of how it was drawn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

import numpy as np

from framing.codebook import Codebook
from framing.records import Sentence
from framing.report.formats import csv_text

SHEET_SUFFIXES = (".csv", ".json")
_CONTEXT = ("headline", "previous", "text")
_PLACE = ("doc_id", "position")


def sheet_csv(sample: Sequence[Sentence]) -> str:
    """Return a sheet as CSV: what stands there, where it stands, and empty cells for the codes.

    Labels go into ``frames`` with ``;`` between them, ``none`` where there is none of them; a sentence that has a
    target has a cell for the stance too.

    Examples
    --------
    >>> print(sheet_csv([Sentence("It pays.", doc_id="a.txt", sample_probability=0.1)]), end="")
    doc_id,position,headline,previous,text,frames,comment
    a.txt,0,,,It pays.,,
    """
    to_code = ("target", "stance") if any(s.target for s in sample) else ()
    columns = (*_PLACE, *_CONTEXT, "frames", *to_code, "comment")
    filled = {*_PLACE, *_CONTEXT, "target"}
    return csv_text(columns, [[getattr(s, name) if name in filled else "" for name in columns] for s in sample])


def sheet_label_studio(sample: Sequence[Sentence]) -> str:
    """Return a sheet as the tasks that Label Studio imports (JSON)."""
    tasks = [{"data": {name: getattr(s, name) for name in (*_PLACE, *_CONTEXT)}} for s in sample]
    return json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"


def label_studio_config(codebook: Codebook) -> str:
    """Return the labelling interface for such tasks: the frames as choices, their definitions as hints.

    Examples
    --------
    >>> from framing.codebook import Label
    >>> book = Codebook("b", frames=(Label("gain", "It pays."),))
    >>> "<Choice value='gain' hint='It pays.'/>" in label_studio_config(book)
    True
    """
    choices = [f"<Choice value='{escape(f.name)}' hint='{escape(f.definition)}'/>" for f in codebook.frames]
    none = [] if codebook.exclusive else ["<Choice value='none'/>"]
    kind = "single" if codebook.exclusive else "multiple"
    lines = [
        "<View>",
        "  <Header value='$headline'/>",
        "  <Text name='previous' value='$previous'/>",
        "  <Text name='text' value='$text'/>",
        f"  <Choices name='frames' toName='text' choice='{kind}' required='true'>",
        *(f"    {choice}" for choice in (*choices, *none)),
        "  </Choices>",
        "</View>",
    ]
    return "\n".join(lines) + "\n"


def second_coder(sample: Sequence[Sentence], share: float, seed: int = 0) -> list[Sentence]:
    """Return a random share of a sample, at least one row, for a second coder; in order.

    Examples
    --------
    >>> len(second_coder([Sentence(text) for text in "abcde"], 0.4))
    2
    """
    n = max(1, round(share * len(sample)))
    chosen = np.sort(np.random.default_rng(seed + 1).choice(len(sample), n, replace=False))
    return [sample[i] for i in chosen]
