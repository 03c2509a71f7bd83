"""Texts that a spreadsheet would take for formulas and run: how they are written into CSV, and read back from ours."""

from __future__ import annotations

import re

# Spreadsheets of East Asia take the wide forms too. A number is none that runs, whatever its sign.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def guarded(cell: str) -> str:
    """Return a cell's text with an apostrophe in front where it would be a formula.

    A text with apostrophes before such a beginning gets one more, so that ``unguarded`` gives back any text.

    Examples
    --------
    >>> [guarded(text) for text in ("=cmd()", "-1.5", "- he said", "'=x", "plain")]
    ["'=cmd()", '-1.5', "'- he said", "''=x", 'plain']
    """
    return f"'{cell}" if _is_formula(cell) else cell


def unguarded(cell: str) -> str:
    """Return what ``guarded`` was given.

    Examples
    --------
    >>> [unguarded(guarded(text)) for text in ("=cmd()", "'=x", "'tis", "-1.5")]
    ['=cmd()', "'=x", "'tis", '-1.5']
    """
    return cell[1:] if cell.startswith("'") and _is_formula(cell[1:]) else cell


def _is_formula(cell: str) -> bool:
    return _FORMULA.match(cell) is not None and _NUMBER.fullmatch(cell) is None
