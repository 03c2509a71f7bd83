"""Checking a replication package: is it as it was made, and does what it says come out again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from framing.bundle.manifest import (
    AGREEMENT,
    BOOK,
    HELD_OUT,
    MANIFEST,
    SCORES,
    SECOND,
    SHARES,
    VERSIONS,
    Manifest,
    entry_of,
    other_versions,
    read_manifest,
)
from framing.bundle.results import agreement_csv, agreement_in, question_of, scores_in, study_in, written_scores
from framing.codebook import Codebook
from framing.errors import FramingError
from framing.shares.text import shares_csv

_SHOWN = 5
_NEAR = 1e-6
_KEYS = ("by", "group", "against", "label", "estimator", "score")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    kind
        ``"same"``, ``"differs"``, or ``"note"`` for what need not matter, such as another version.
    text
        What was found, one line.
    """

    kind: str
    text: str


def check_bundle(folder: Path) -> list[Finding]:
    """Compare a package with its list, and compute again what can be.

    Raises
    ------
    InputError
        It is no package, or its list is damaged.
    """
    manifest = read_manifest(folder)
    found = [*_files_as_listed(folder, manifest), *_versions_here(folder)]
    found += _tried(BOOK, lambda: _codebook_same(folder, manifest))
    if manifest.question:
        found += _tried(SHARES, lambda: _shares_again(folder, manifest))
    if SECOND in manifest.files:
        found += _tried(AGREEMENT, lambda: _table_again(folder / AGREEMENT, agreement_csv(agreement_in(folder))))
    if HELD_OUT in manifest.files:
        found += _tried(SCORES, lambda: _scores_again(folder))
    return found


def _tried(name: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """Return what a check finds; that it cannot be made is a finding too."""
    try:
        return list(check())
    except (FramingError, OSError, ValueError, KeyError, TypeError) as error:
        return [Finding("differs", f"{name}: cannot be computed again: {error}")]


def _files_as_listed(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    right = 0
    for name, entry in manifest.files.items():
        path = folder / name
        if not path.is_file():
            yield Finding("differs", f"{name}: is missing")
            continue
        here = entry_of(name, path.read_bytes())
        if here.get("rows") != entry.get("rows"):
            yield Finding("differs", f"{name}: has {here.get('rows', 0):,} rows, was made with {entry['rows']:,}")
        elif here["sha256"] != entry["sha256"]:
            yield Finding("differs", f"{name}: was changed (sha256 {here['sha256'][:12]}, was {entry['sha256'][:12]})")
        else:
            right += 1
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    for name in sorted(there - {*manifest.files, MANIFEST}):
        yield Finding("differs", f"{name}: was not in it when it was made")
    if right == len(manifest.files):
        yield Finding("same", f"{right} files: as they were made")


def _versions_here(folder: Path) -> Iterator[Finding]:
    path = folder / VERSIONS
    if not path.is_file():
        return
    found = other_versions(path.read_text(encoding="utf-8", errors="replace"))
    if found:
        more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        yield Finding("note", f"{len(found)} versions are others here: {'; '.join(found[:_SHOWN])}{more}")
    else:
        yield Finding("same", f"{VERSIONS}: what is installed here")


def _codebook_same(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    digest = Codebook.load(folder / BOOK).digest
    if digest != manifest.codebook:
        yield Finding(
            "differs", f"{BOOK}: another codebook ({digest[:12]}) than the codes are of ({manifest.codebook[:12]})"
        )


def _shares_again(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    study = study_in(folder, question_of(manifest.question))
    yield from _table_again(folder / SHARES, shares_csv(study.table()))


def _scores_again(folder: Path) -> Iterator[Finding]:
    there, here = written_scores((folder / SCORES).read_text(encoding="utf-8")), scores_in(folder)
    known = [name for name in here if name in there]
    yield from _values_alike(
        SCORES, {(n, ""): str(there[n]) for n in known}, {(n, ""): str(here[n]) for n in known}, 1e-4
    )


def _table_again(path: Path, again: str) -> Iterator[Finding]:
    yield from _values_alike(path.name, _cells_by_row(path.read_text(encoding="utf-8")), _cells_by_row(again))


def _cells_by_row(content: str) -> dict[tuple[str, ...], str]:
    """Return the cells of a table by what their row is of, and their column."""
    cells: dict[tuple[str, ...], str] = {}
    for row in csv.DictReader(io.StringIO(content)):
        key = " ".join(value for name in _KEYS if (value := row.get(name)))
        cells |= {(key, name): value or "" for name, value in row.items() if name not in _KEYS}
    return cells


def _values_alike(
    name: str, there: dict[tuple[str, ...], str], here: dict[tuple[str, ...], str], near: float = _NEAR
) -> Iterator[Finding]:
    wrong = [key for key in dict.fromkeys([*there, *here]) if not _alike(there.get(key), here.get(key), near)]
    for key in wrong[:_SHOWN]:
        place = ", ".join(part for part in key if part)
        yield Finding(
            "differs", f"{name}: {place}: {there.get(key, 'none')} there, {here.get(key, 'none')} computed again"
        )
    if len(wrong) > _SHOWN:
        yield Finding("differs", f"{name}: and {len(wrong) - _SHOWN:,} more")
    if not wrong:
        yield Finding("same", f"{name}: {len(there):,} values, computed again")


def _alike(one: str | None, other: str | None, near: float) -> bool:
    if one == other or one is None or other is None:
        return one == other
    try:
        return abs(float(one) - float(other)) <= near
    except ValueError:
        return False
