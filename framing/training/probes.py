"""Ask a fitted stance toward other targets than a row's own, to see whether it follows the target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from framing.arrays import Rows
from framing.corpus.raw import MISSING
from framing.corpus.splits import GroupedFolds
from framing.measure.consistency import off_target_consistency, opposite_consistency, paraphrase_consistency
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.model.classifier import TaskClassifier
from framing.records import Sentence


@dataclass(frozen=True)
class Probe:
    """One test: another target of a row.

    Parameters
    ----------
    column
        The column of the user's own that holds it.
    classes
        Classes of the stance without which the test means nothing.
    measure
        Gets decisions toward the row's own target and toward the other, weights, and the numbers of the classes.
    """

    column: str
    classes: tuple[str, ...]
    measure: Callable[..., Estimate]

    def target_of(self, sentence: Sentence) -> str:
        """Return the other target of a row, ``""`` where it has none; a number or a list is no target."""
        value = sentence.extra.get(self.column)
        target = value.strip() if isinstance(value, str) else ""
        return "" if target in MISSING else target


PROBES = (
    Probe("paraphrase", (), paraphrase_consistency),
    Probe("opposite", ("favor", "against"), opposite_consistency),
    Probe("off_target", ("neutral",), lambda own, other, W, neutral: off_target_consistency(other, W, neutral)),
)


def consistency_estimates(
    classifier: TaskClassifier, sentences: Sequence[Sentence], seed: int = 0
) -> dict[str, Estimate]:
    """Score how a stance follows its target, on the rows that name other targets.

    Parameters
    ----------
    classifier
        A fitted stance.
    sentences
        Rows with a target, coded or not. Their own columns ``paraphrase``, ``opposite`` and ``off_target`` hold another
        target each, a noun phrase, or nothing.
    seed
        Seed of the bootstrap, which draws groups of the rows that name some other target.

    Returns
    -------
    dict of Estimate
        ``paraphrase/consistency``, ``opposite/consistency`` and ``off_target/consistency``, as
        ``framing.measure.consistency`` defines them; the likeliest class is the decision. A test for which there are
        no rows, or whose classes (``favor`` and ``against``; ``neutral``) the codebook does not have, is left out.
    """
    probes = [probe for probe in PROBES if set(probe.classes) <= set(classifier.labels)]
    rows = [s for s in sentences if s.target and any(probe.target_of(s) for probe in probes)]
    if not rows:
        return {}
    W = bootstrap_weights(GroupedFolds().groups(rows), seed=seed)
    own = _decided(classifier, rows)
    found: dict[str, Estimate] = {}
    for probe in probes:
        asked = [i for i, sentence in enumerate(rows) if probe.target_of(sentence)]
        if not asked:
            continue
        other = _decided(classifier, [rows[i].with_target(probe.target_of(rows[i])) for i in asked])
        numbers = [classifier.labels.index(name) for name in probe.classes]
        estimate = probe.measure(own[asked], other, W[:, asked], *numbers)
        if estimate.n:
            found[f"{probe.column}/consistency"] = estimate
    return found


def _decided(classifier: TaskClassifier, sentences: Sequence[Sentence]) -> Rows:
    return classifier.predict_proba(sentences).argmax(axis=1)
