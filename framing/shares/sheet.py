"""A sheet to code in: the sentence and its context, nothing of what a model said or of how it was drawn."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from framing.codebook import Codebook
from framing.errors import InputError
from framing.records import Sentence
from framing.report.formats import csv_text

SHEET_SUFFIXES = (".csv", ".xlsx", ".json")
_CONTEXT = ("headline", "previous", "text")
_PLACE = ("doc_id", "position")
_WIDE = {"text": 70, "headline": 30, "previous": 40, "comment": 30, "position": 9}
_LONGEST_LIST = 255  # characters that a spreadsheet takes in a cell's own list


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


def sheet_xlsx(sample: Sequence[Sentence], codebook: Codebook) -> bytes:
    """Return a sheet as a workbook (XLSX): lists to choose from in the cells to code in, all others locked.

    A codebook whose frames exclude each other has one cell a sentence, with its frames and ``none`` to choose from;
    else each frame has a cell, ``yes`` or ``no``. A sentence that has a target has a cell for the stance too. A second
    sheet has the definitions.

    Raises
    ------
    InputError
        openpyxl is not installed.
    """
    try:
        import openpyxl
    except ImportError:
        raise InputError(
            "an XLSX sheet needs openpyxl: pip install 'framing-classifier[xlsx]'; or name a .csv sheet"
        ) from None
    book = openpyxl.Workbook()
    choices = _choices_of(codebook, any(s.target for s in sample))
    places = (*_PLACE, *_CONTEXT, *(("target",) if any(s.target for s in sample) else ()))
    _fill_sheet(book.active, sample, places, choices)
    meanings = book.create_sheet("codebook")
    for label in (*codebook.frames, *codebook.stance):
        meanings.append([label.name, label.definition])
    meanings.column_dimensions["A"].width, meanings.column_dimensions["B"].width = 28, 120
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _choices_of(codebook: Codebook, with_stance: bool) -> dict[str, tuple[str, ...]]:
    """Return the columns to code in, each with what can be chosen; none: any text."""
    names = codebook.frame_names
    frames = {"frames": (*names, "none")} if codebook.exclusive else dict.fromkeys(names, ("yes", "no"))
    stance = {"stance": codebook.stance_names} if with_stance and codebook.stance_names else {}
    return {**frames, **stance, "comment": ()}


def _fill_sheet(
    sheet: Any, sample: Sequence[Sentence], places: Sequence[str], choices: Mapping[str, tuple[str, ...]]
) -> None:
    """Write what stands there and the cells to code in."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font, PatternFill, Protection

    sheet.title = "sheet"
    columns = (*places, *choices)
    sheet.append(columns)
    for number, sentence in enumerate(sample, 2):
        for column, name in enumerate(places, 1):
            cell = sheet.cell(number, column)
            value = getattr(sentence, name)
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                cell.data_type = "s"  # a text that begins with = is none that runs
            else:
                cell.value = value
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        for column in range(len(places) + 1, len(columns) + 1):
            cell = sheet.cell(number, column)
            cell.protection, cell.fill = Protection(locked=False), PatternFill("solid", start_color="FFF7DC")
    for cell in sheet[1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True)
        sheet.column_dimensions[cell.column_letter].width = _WIDE.get(str(cell.value), 16)
    sheet.freeze_panes = sheet.cell(2, 1)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    _add_lists(sheet, len(places), choices, len(sample))


def _add_lists(sheet: Any, before: int, choices: Mapping[str, tuple[str, ...]], n: int) -> None:
    """Let a cell take only what can be chosen; a list that is too long for a cell stands in a sheet of its own."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    lists = None
    for number, (name, words) in enumerate(choices.items(), 1):
        if not words:
            continue
        formula = f'"{",".join(words)}"'
        if len(formula) > _LONGEST_LIST:
            lists = lists or sheet.parent.create_sheet("lists")
            for i, word in enumerate(words, 1):
                lists.cell(i, number, word)
            letter = get_column_letter(number)
            formula = f"lists!${letter}$1:${letter}${len(words)}"
        rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
        rule.errorTitle, rule.error = name, "Choose one of the list: " + ", ".join(words)[:180]
        letter = get_column_letter(before + number)
        rule.add(f"{letter}2:{letter}{n + 1}")
        sheet.add_data_validation(rule)


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
