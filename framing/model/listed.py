"""The files of a model folder, which may come from anybody: none is opened but those that ``model.json`` lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from framing.errors import CodebookError, ModelError, first_line
from framing.files import sha256

MODEL_JSON = "model.json"


def plain_file(folder: Path, name: str) -> Path:
    """Return a file of the folder; what a link leads to outside of it, a pipe or a device is none.

    Raises
    ------
    ModelError
        There is no such file.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise ModelError(f"model {folder}: {name} is missing; train or copy the model again")
    return path


def check_files(folder: Path, files: Mapping[str, str]) -> None:
    """Compare the files that are listed with their sha256.

    Raises
    ------
    ModelError
        One is missing or damaged.
    """
    for name, digest in files.items():
        # The card is for people: they may edit it.
        if name != "README.md" and sha256(plain_file(folder, name)) != digest:
            raise ModelError(f"model {folder}: {name} is damaged (its sha256 is not the one in {MODEL_JSON})")


def file_to_load(folder: Path, content: Mapping[str, Any], name: str) -> Path:
    """Return a file that is to be loaded, as whose digest was compared: no other is ever opened.

    Raises
    ------
    ModelError
        It is not listed.
    """
    if name not in content["files"]:
        raise ModelError(
            f"model {folder}: {name} is not among the files of {MODEL_JSON}; train or copy the model again"
        )
    return folder / name


@contextmanager
def damaged(folder: Path, name: str) -> Iterator[None]:
    """Within it, whatever is wrong with the content of a file is a ``ModelError`` of one line."""
    try:
        yield
    except KeyError as error:
        raise ModelError(f"model {folder}: damaged {name} (no {error}); train or copy the model again") from None
    except (ValueError, TypeError, AttributeError, OverflowError, OSError, CodebookError) as error:
        reason = first_line(error)
        raise ModelError(f"model {folder}: damaged {name} ({reason}); train or copy the model again") from None
