"""The paragraph on methods, with the figures that a reviewer asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import framing
from framing.codebook import Codebook
from framing.measure.agreement import Agreement
from framing.scores import Score
from framing.shares.study import Study
from framing.shares.table import TOO_FEW, ShareRow

_REFERENCES = """\
Angelopoulos, A. N., Duchi, J. C., & Zrnic, T. (2023). PPI++: Efficient prediction-powered inference. arXiv:2311.01453.
Egami, N., Hinck, M., Stewart, B. M., & Wei, H. (2023). Using imperfect surrogates for downstream inference:
  Design-based supervised learning for social science applications of large language models. NeurIPS 36.
Särndal, C.-E., Swensson, B., & Wretman, J. (1992). Model assisted survey sampling. Springer.
"""


@dataclass(frozen=True)
class Told:
    """What the paragraph is made of.

    Parameters
    ----------
    book
        The codebook.
    model
        What the model is, in words; empty where it is not known.
    learned
        Rows that it learned from.
    scores
        Its macro-F1 in held-out rows as ``macro-F1``, and the F1 of each label.
    study
        What was measured; None: nothing.
    agreement
        Of two coders, by label.
    """

    book: Codebook
    model: str = ""
    learned: int | None = None
    scores: Mapping[str, Score] = field(default_factory=dict)
    study: Study | None = None
    agreement: Mapping[str, Agreement] = field(default_factory=dict)


def methods_text(told: Told) -> str:
    """Return the paragraph; what only its author can know stands in square brackets.

    Examples
    --------
    >>> from framing.codebook import Label
    >>> print(methods_text(Told(Codebook("weather", (Label("rain"),)))).splitlines()[2][:60])
    Sentences were coded by the codebook "weather" (version 1, d
    """
    sentences = [
        f'Sentences were coded by the codebook "{told.book.name}" (version {told.book.version}, digest '
        f"{told.book.digest[:12]}) for {', '.join(told.book.frame_names)}.",
        *_of_model(told),
        *(_of_study(told, told.study) if told.study else ()),
        f"All was computed with framing-classifier {framing.__version__}; codes, predictions and versions are in the "
        "replication package.",
    ]
    parts = ["# Methods", " ".join(sentences), "## References" if told.study else "", _REFERENCES if told.study else ""]
    return "\n\n".join(part.rstrip("\n") for part in parts if part) + "\n"


def _of_model(told: Told) -> list[str]:
    if not told.model:
        return []
    rows = "" if told.learned is None else f" on {told.learned:,} coded rows [by whom they were coded]"
    said = [f"A classifier ({told.model}) was trained{rows}."]
    if told.scores:
        first, *rest = (f"{name} {_two(score)}" for name, score in told.scores.items())
        said.append(
            f"In held-out rows of other documents than it learned from it reached {first}"
            + (f", by label an F1 of {'; '.join(rest)}" if rest else "")
            + " (95 % intervals from resampled documents)."
        )
    return said


def _of_study(told: Told, study: Study) -> list[str]:
    table = study.table()
    overall = [row for row in table.rows if not row.by]
    rows, documents = len(study.corpus.units), len(set(study.corpus.units.tolist()))
    strata = len(set(study.gold.strata.tolist()))
    coded = len(study.gold.rows)
    said = [
        f"It was applied to {rows:,} sentences of {documents:,} documents. Its decisions were not counted as they are: "
        f"a random sample of {coded:,} sentences, drawn with known probabilities"
        + (f" within {strata} strata" if strata > 1 else "")
        + ", was coded by [whom, trained how] without sight of the model's answers.",
    ]
    if told.agreement:
        n = max(one.units for one in told.agreement.values())
        alphas = "; ".join(f"{name} {_two(one.alpha.score())}" for name, one in told.agreement.items())
        said.append(f"Two coders coded {n:,} of these independently (Krippendorff's alpha: {alphas}).")
    named = "of several labels together" if table.level > 0.95 else "of each share by itself"
    said += [
        "Shares are difference estimates (Särndal et al., 1992; with power tuning: Angelopoulos et al., 2023; cf. "
        "Egami et al., 2023): the mean of the model's probabilities, mended by their weighted errors on the coded "
        f"sentences. Their 95 % intervals, {named}, allow for sentences of one document being alike"
        + (", for strata" if strata > 1 else "")
        + (", and for the corpus being finite" if table.finite else "")
        + f". We found {'; '.join(map(_share_told, overall))}.",
    ]
    return said


def _share_told(row: ShareRow) -> str:
    if row.note == TOO_FEW:
        return f"{row.label}: too few coded sentences to say"
    low, high = 100 * row.corrected.low, 100 * row.corrected.high
    return (
        f"{row.label} in {100 * row.corrected.value:.1f} % [{low:.1f}, {high:.1f}] of the sentences (the model's "
        f"decisions alone: {100 * row.naive.value:.1f} %)"
    )


def _two(score: Score) -> str:
    if score.value != score.value:
        return "undefined (no variation)"
    return f"{score.value:.2f} [{score.low:.2f}, {score.high:.2f}]"
