"""The list of what is in a replication package: digests, versions, and what was asked."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import framing
from framing.errors import InputError

MANIFEST, VERSIONS = "bundle.json", "versions.txt"
PREDICTIONS, CODED, SECOND, HELD_OUT = "predictions.jsonl", "coded.jsonl", "coded_twice.jsonl", "held_out.jsonl"
BOOK, SHARES, SCORES, AGREEMENT = "codebook.yaml", "shares.csv", "scores.json", "agreement.csv"
_FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What a package says of itself.

    Parameters
    ----------
    files
        By name the sha256, and of tables the rows.
    question
        What was asked of the coded rows, as of ``Question``; empty where nothing was measured.
    codebook
        The digest of the codebook.
    run
        The run: id, name, what it learned from and its digest, its command; empty where there is none.
    salted
        Whether digests of texts are salted.
    made_with
        The version of this package.
    format
        Of the package's own layout.
    """

    files: dict[str, dict[str, Any]]
    question: dict[str, Any]
    codebook: str
    run: dict[str, Any] = field(default_factory=dict)
    salted: bool = False
    made_with: str = framing.__version__
    format: int = _FORMAT

    def to_json(self) -> str:
        """Return it as the text of a file."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


def listed(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    r"""Return the digest of each file, and of tables how many rows they have.

    Examples
    --------
    >>> listed({"a.jsonl": b"{}\n{}\n"})["a.jsonl"]["rows"]
    2
    """
    return {name: entry_of(name, content) for name, content in sorted(files.items())}


def entry_of(name: str, content: bytes) -> dict[str, Any]:
    """Return what is listed of one file."""
    entry: dict[str, Any] = {"sha256": sha256(content).hexdigest()}
    return entry | ({"rows": content.count(b"\n")} if name.endswith(".jsonl") else {})


def read_manifest(folder: Path) -> Manifest:
    """Read the list of a package.

    Raises
    ------
    InputError
        There is none, it is damaged, or of a later version of this package.
    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = Manifest(**content)
        if found.format > _FORMAT:
            raise InputError(f"{path}: format {found.format}, this version reads up to {_FORMAT}; install a later one")
        names = list(found.files)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{folder}: no {MANIFEST} in it; expected what framing bundle wrote") from None
    except (OSError, UnicodeDecodeError, ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: cannot be read ({type(error).__name__}); take it from the original again") from None
    if outside := [name for name in names if Path(name).is_absolute() or ".." in Path(name).parts]:
        raise InputError(f"{path}: names a file outside of the package, {outside[0]!r}")
    return found


def versions_text() -> str:
    """Return the versions of what is installed, as ``pip install -r`` reads them."""
    names = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"]}
    lines = [f"{name}=={version}" for name, version in sorted(names.items(), key=lambda item: item[0].lower())]
    return "\n".join([f"# Python {platform.python_version()}, {platform.system()} {platform.machine()}", *lines]) + "\n"


def other_versions(text: str) -> list[str]:
    """Say which versions are others here than a list says.

    Examples
    --------
    >>> other_versions("no-such-package==1.0")
    ['no-such-package: 1.0 there, none here']
    """
    here = dict(line.split("==") for line in versions_text().splitlines() if "==" in line)
    there = dict(line.split("==") for line in text.splitlines() if line.count("==") == 1 and line[0] != "#")
    told = [f"{name}: {version} there, {here.get(name, 'none')} here" for name, version in there.items()]
    differ = [line for line, (name, version) in zip(told, there.items(), strict=True) if here.get(name) != version]
    first, python = text.partition("\n")[0], versions_text().partition("\n")[0]
    return [*([f"{first[2:]} there, {python[2:]} here"] if first[:2] == "# " and first != python else []), *differ]
