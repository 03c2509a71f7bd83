"""Predictions and coded rows without their text, and read back with digests in its place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from framing.records import Prediction, Sentence
from framing.shares.draw import CODEBOOK, STRATUM
from framing.sharing.dehydrate import codes_jsonl, dehydrate, read_codes
from framing.sharing.digests import Digester

# What a model says that is no word of the text.
_SAID = ("predicted_frames", "proba", "abstained", "predicted_stance", "stance_proba")
_COMMENTS = ("comment",)


def predictions_jsonl(predictions: Sequence[Prediction], salt: str = "") -> tuple[str, list[str]]:
    """Return predictions without the text, one a line, and what was left out besides.

    Holders and targets go along as they do in ``dehydrate``; the words that name a holder do not.

    Examples
    --------
    >>> text, left_out = predictions_jsonl([Prediction(Sentence("It pays."), {"gain": 0.7}, ("gain",))])
    >>> "It pays" in text, "0.7" in text, left_out
    (False, True, [])
    """
    rows = []
    for p in predictions:
        results = p.results()
        said = {name: results[name] for name in _SAID if results[name] is not None}
        if p.holder is not None:
            said["predicted_holder"] = p.holder
        rows.append(replace(p.sentence, extra={**p.sentence.extra, **said}))
    return _without_text(rows, salt, _SAID)


def coded_jsonl(coded: Sequence[Sentence], salt: str = "") -> tuple[str, list[str]]:
    """Return coded rows without the text, one a line, and what was left out besides; rows without codes too."""
    return _without_text([s for s in coded if s.frames is not None or s.stance], salt, (STRATUM, CODEBOOK))


def read_predictions_of(path: Path) -> list[Prediction]:
    """Read what ``predictions_jsonl`` wrote; the text of a sentence is its digest.

    Raises
    ------
    InputError
        It is missing or damaged.
    """
    found = []
    for sentence in _with_digests(path):
        extra = dict(sentence.extra)
        said = {name: extra.pop(name, None) for name in (*_SAID, "predicted_holder")}
        found.append(
            Prediction(
                replace(sentence, extra=extra),
                said["proba"] or {},
                tuple(said["predicted_frames"] or ()),
                tuple(said["abstained"] or ()),
                stance=said["predicted_stance"],
                stance_proba=said["stance_proba"],
                holder=said["predicted_holder"],
            )
        )
    return found


def read_coded_of(path: Path) -> list[Sentence]:
    """Read what ``coded_jsonl`` wrote; the text of a sentence is its digest. Errors are those of the other."""
    return _with_digests(path)


def salted(text_digest: str, salt: str) -> str:
    """Return a digest that says nothing without the salt; without a salt it stays as it is."""
    return Digester(salt).digest(text_digest) if salt else text_digest


def _with_digests(path: Path) -> list[Sentence]:
    return [replace(row.codes, text=row.text) for row in read_codes(path).rows]


def _without_text(rows: Sequence[Sentence], salt: str, keep: Collection[str]) -> tuple[str, list[str]]:
    names = {name for s in rows for name in s.extra}
    without = [name for name in _COMMENTS if name in names]
    kept = [name for name in keep if name in names]
    codes, found = dehydrate(rows, salt, without=without, keep=kept, sketch=False)
    return codes_jsonl(codes.rows, codes.kind), [
        f"{name!r} {why}" for name, why in found.left_out.items() if name not in _COMMENTS
    ]
