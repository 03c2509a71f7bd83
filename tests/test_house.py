"""The house stays one that can be read: small files, small functions, every room on its floor."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILES = sorted((ROOT / "framing").rglob("*.py"))


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function, its docstring left out."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = first.end_lineno - first.lineno + 1 if documented else 0
    return function.end_lineno - function.lineno + 1 - docstring


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_is_read_in_one_sitting_and_a_function_on_one_page(file: Path):
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 350
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [f.name for f in functions if code_lines(f) > 60] == []


def test_every_room_has_its_floor_in_the_import_contract_and_its_line_for_newcomers():
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    floors = {room for layer in contract[0]["layers"] for room in layer.replace(" ", "").split("|")}
    rooms = {
        path.stem for path in (ROOT / "framing").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert rooms - {"__init__"} == floors
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [room for room in sorted(floors) if f"`{room}" not in told] == []


def test_no_private_name_means_two_things():
    homes: dict[str, set[str]] = {}
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            # Not _repr_html_, which notebooks ask for.
            private = isinstance(node, ast.FunctionDef | ast.ClassDef) and re.fullmatch(r"_[^_].*[^_]", node.name)
            if private:
                homes.setdefault(node.name, set()).add(str(file.relative_to(ROOT)))
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
