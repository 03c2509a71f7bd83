"""A sample that may have been picked: what of that can be seen, and what cannot."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence

import numpy as np

from framing.arrays import Values
from framing.errors import FramingWarning
from framing.measure.balance import imbalance
from framing.measure.design import Design
from framing.measure.shares import simultaneous
from framing.periods import iso_date, period_number
from framing.records import Prediction
from framing.shares.corpus import Corpus
from framing.shares.gold import Gold

# A little less than one in twenty, the more so where documents were drawn: of few of them t is not quite Student's.
_LEVEL, _LEVEL_OF_DOCUMENTS = 0.03, 0.02
_SOURCES = 6
_DATED = 0.9  # share of rows with a readable year, from which it is compared


def warn_of_imbalance(gold: Gold, corpus: Corpus, rows: Sequence[Prediction], origin: str = "gold") -> None:
    """Say so where coded rows look as if they had been picked.

    Compared are the model's mean probabilities, and, apart from these, outlets, years, lengths and places in the
    document. Of honest samples at most one in twenty is suspected.

    Not everything can be seen: who picks rows by what they are, among those that look alike to the model, leaves no
    trace, and of a weak model or a small sample hardly one. That the probabilities are those of the draw has to be
    known, and not found out.

    Parameters
    ----------
    gold, corpus
        The coded rows, and the predictions they are of.
    rows
        The predictions as records.
    origin
        What the coded rows are called.

    Warns
    -----
    FramingWarning
        Naming what differs most, and how rare that is by chance.
    """
    design = Design(gold.probability, corpus.units[gold.rows], gold.strata)
    level = _LEVEL if design.n_units == len(gold.rows) else _LEVEL_OF_DOCUMENTS
    told = []
    names = [f"the model's probability of {label}" for label in corpus.labels]
    for family, values in ((names, corpus.proba), _known_of(rows)):
        if not family:
            continue
        here, p = imbalance(values, gold.rows, design)
        worst = int(p.argmin())
        if p[worst] < 1 - simultaneous(1 - level / 2, len(family)):
            told.append(
                f"the mean of {family[worst]} is {here[worst]:.3g} in it and {values[:, worst].mean():.3g} in all, by "
                f"chance in one of {1 / max(p[worst], 1e-6):,.0f} samples"
            )
    if told:
        warnings.warn(
            f"{origin}: were these rows really drawn as their probabilities say? {'; '.join(told)}. Of honest samples "
            "up to one in twenty is suspected",
            FramingWarning,
            stacklevel=3,
        )


def _known_of(rows: Sequence[Prediction]) -> tuple[list[str], Values]:
    """Return what is known of every row beside the model's answers, and its names; what does not vary is left out."""
    found: dict[str, Values] = {
        "the number of characters (log)": np.log([max(1, len(p.sentence.text)) for p in rows]),
        "the place in the document": np.array([float(p.sentence.position) for p in rows]),
    }
    sources = Counter(p.sentence.source for p in rows if p.sentence.source)
    for source, _ in sources.most_common(_SOURCES if len(sources) > 2 else 1):
        found[f"source {source!r}"] = np.array([float(p.sentence.source == source) for p in rows])
    years = [_year_of(p) for p in rows]
    known = [year for year in years if year is not None]
    if len(known) > _DATED * len(rows):
        middle = float(np.mean(known))
        found["the order of the year"] = np.array([middle if year is None else year for year in years])
        found["the order of the year"] = np.unique(found["the order of the year"], return_inverse=True)[1].astype(
            float
        )  # one old year is no trend
    varying = {name: values for name, values in found.items() if np.ptp(values) > 0}
    return list(varying), np.column_stack([*varying.values()]) if varying else np.zeros((len(rows), 0))


def _year_of(prediction: Prediction) -> float | None:
    year = (iso_date(prediction.sentence.date) or "")[:4]
    return float(period_number(year)) if year.isdecimal() and len(year) == 4 else None
