"""What the package needs may be used and passed on with it: no licence that asks the same of its user's own code."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement

FREE = re.compile(r"MIT|BSD|Apache|PSF|Python Software|ISC|MPL|Mozilla|Zlib|Unlicense|HPND|CC0|0BSD|CNRI", re.I)
STRICT = re.compile(r"\b(A?GPL|GNU (Affero )?General)", re.I)
# Packages that offer a choice, or whose metadata say nothing; read by hand.
READ = {
    "tld": "MPL-1.1, GPL-2.0 or LGPL-2.1: a choice, taken as MPL-1.1",
    "huey": "MIT, by the licence file that comes with it",
    "skops": "MIT, by the licence file that comes with it",
}
# For tests alone: never shipped, and imported by nothing in framing/.
TESTS_ONLY = {"krippendorff": "GPL-3.0-or-later"}


def needed(extras: tuple[str, ...] = ()) -> set[str]:
    """Names of all installed packages that the package needs at run time, however far down."""
    found: set[str] = set()
    waiting = [Requirement(f"framing-classifier[{','.join(extras)}]")]
    while waiting:
        one = waiting.pop()
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue  # for another platform
        new = name not in found
        found.add(name)
        for text in requires if new or one.extras else ():
            part = Requirement(text)
            asked = part.marker is None or any(part.marker.evaluate({"extra": x}) for x in ("", *one.extras))
            if asked and re.sub(r"[-_.]+", "-", part.name).lower() not in found:
                waiting.append(part)
    return found - {"framing-classifier"}


def licence_of(name: str) -> str:
    told = distribution(name).metadata
    kinds = [kind.rpartition("::")[2] for kind in told.get_all("Classifier") or [] if kind.startswith("License")]
    return " / ".join([told.get("License-Expression") or "", (told.get("License") or "")[:200], *kinds])


@pytest.mark.parametrize("name", sorted(needed(("minilm", "multilingual", "holders", "errors"))))
def test_the_licence_of_what_is_needed_at_run_time_is_a_free_one(name):
    said = licence_of(name)
    if name.startswith(("nvidia-", "cuda-", "triton")) or name in READ:
        return  # brought by torch on some machines, under terms of their own
    assert FREE.search(said), said
    assert not STRICT.search(said), said


def test_what_only_tests_need_is_needed_by_nothing_else():
    assert not set(TESTS_ONLY) & needed(("minilm", "multilingual", "holders", "errors"))
