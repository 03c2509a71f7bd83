"""Where predictions come from: the model, its version, its thresholds, and the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from framing import __version__
from framing.model.decisions.rule import Decisions, Rule
from framing.model.framing import FramingClassifier
from framing.model.student.cascade import FastFrames


def provenance_of(
    classifier: FramingClassifier, origin: str, rule: Rule, found: Mapping[str, Decisions], day: date | None = None
) -> dict[str, Any]:
    """Return what a result can say of where it comes from, by name, ready for JSON.

    Parameters
    ----------
    classifier, origin
        The model, and where that came from.
    rule, found
        The rule that was asked for, and what was decided by it.
    day
        When; default today.

    Returns
    -------
    dict
        ``model``, ``codebook`` with its digest, ``data`` (the digest of what was learned), ``framing`` (its version),
        ``thresholds`` by label, options of the rule that replace the model's own, and ``date``. Where a student was
        asked first, ``fast`` says which way, of how many ``sentences`` and how many were ``passed_on`` to the encoder.
    """
    data = classifier.info.get("data") or {}
    thresholds = {label: round(float(p), 4) for one in found.values() for label, p in one.thresholds.items()}
    asked = {"goal": rule.goal, "adapt_priors": rule.adapt_priors or None, "abstain": rule.abstain}
    frames = classifier.tasks.get("frames")
    passed = found["frames"].passed if "frames" in found else None
    fast = None
    if isinstance(frames, FastFrames) and passed is not None:
        fast = {
            "way": frames.way,
            "loss": frames.student.loss,
            "sentences": len(passed),
            "passed_on": int(passed.sum()),
        }
        if frames.only:
            del fast["loss"]
    told = {
        "model": origin,
        "codebook": f"{classifier.codebook.name} {classifier.codebook.digest[:12]}",
        "data": str(data.get("digest", ""))[:12] or None,
        "framing": __version__,
        "thresholds": thresholds,
        **asked,
        "fast": fast,
        "date": (day or date.today()).isoformat(),
    }
    return {name: value for name, value in told.items() if value is not None}
