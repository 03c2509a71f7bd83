"""Samples that were picked: what is noticed, and that honest ones are seldom suspected."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from framing.errors import FramingWarning
from framing.measure.balance import imbalance
from framing.measure.design import Design
from framing.records import Prediction, Sentence
from framing.shares.balance import warn_of_imbalance
from framing.shares.corpus import Corpus, corpus_of
from framing.shares.draw import draw_units
from framing.shares.gold import Gold
from framing.shares.suggest import draw_spread, inclusion_probabilities, reasons

N = 900


def corpus() -> tuple[Corpus, list[Prediction], np.ndarray]:
    """Nine hundred rows in 300 documents of three outlets; the model tells a frame that one row in five has."""
    rng = np.random.default_rng(3)
    doubt = rng.normal(size=N)
    y = (doubt + rng.normal(size=N) > 1.2).astype(float)
    proba = 1 / (1 + np.exp(2.4 - 1.8 * doubt))
    says = []
    for i in range(N):
        place = {"doc_id": f"d{i // 3}", "position": i % 3, "source": "ABC"[i // 3 % 3], "date": f"{2010 + i // 90}"}
        text = "It is so. " * int(rng.integers(1, 12)) + str(i)
        says.append(Prediction(Sentence(text, **place), {"doubt": float(proba[i])}, ()))
    found, rows = corpus_of(says)
    return found, rows, y


FOUND, ROWS, Y = corpus()


def suspected(draw: Callable[[np.random.Generator], Gold], times: int = 150) -> float:
    rng, seen = np.random.default_rng(0), 0
    for _ in range(times):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", FramingWarning)
            warn_of_imbalance(draw(rng), FOUND, ROWS)
        seen += bool(caught)
    return seen / times


def drawn(rng: np.random.Generator, weights: np.ndarray | None = None) -> Gold:
    p = None if weights is None else weights / weights.sum()
    rows = np.sort(rng.choice(N, 150, replace=False, p=p))
    return Gold(rows, Y[rows, None], np.full(150, 150 / N), np.zeros(150, dtype=np.intp))


def by_outlet(rng: np.random.Generator) -> Gold:
    chosen = draw_units([p.sentence.source for p in ROWS], 150, seed=int(rng.integers(10**9)))
    return Gold(chosen.chosen, Y[chosen.chosen, None], chosen.probability, chosen.stratum)


def enriched(rng: np.random.Generator) -> Gold:
    chosen = draw_units([""] * N, 150, FOUND.proba[:, 0], int(rng.integers(10**9)))
    return Gold(chosen.chosen, Y[chosen.chosen, None], chosen.probability, chosen.stratum)


def whole_documents(rng: np.random.Generator) -> Gold:
    rows = np.flatnonzero(np.isin(np.arange(N) // 3, rng.choice(300, 50, replace=False)))
    return Gold(rows, Y[rows, None], np.full(150, 50 / 300), np.zeros(150, dtype=np.intp))


P = inclusion_probabilities(reasons(FOUND.proba, exclusive=False), 100)


def suggested(rng: np.random.Generator) -> Gold:
    chosen = draw_spread(P, np.random.default_rng(1).permutation(N), int(rng.integers(10**9)))
    return Gold(chosen.chosen, Y[chosen.chosen, None], chosen.probability, chosen.stratum)


@pytest.mark.parametrize("draw", [drawn, by_outlet, enriched, whole_documents, suggested])
def test_honest_samples_are_suspected_in_at_most_one_of_twenty(draw):
    assert suspected(draw) < 0.08  # 150 samples: .05 and twice its error


def test_what_was_picked_by_what_it_is_or_where_it_stands_is_mostly_noticed():
    assert suspected(lambda rng: drawn(rng, 1 + 3 * Y)) > 0.8
    assert suspected(lambda rng: drawn(rng, np.array([len(p.sentence.text) for p in ROWS], dtype=float))) > 0.8
    assert suspected(lambda rng: drawn(rng, np.linspace(0.2, 1, N))) > 0.8


def test_what_was_picked_among_rows_that_look_alike_is_not_noticed():
    level = np.digitize(FOUND.proba[:, 0], np.quantile(FOUND.proba[:, 0], np.linspace(0, 1, 16)[1:-1]))
    weights = np.ones(N)
    for band in range(15):
        there = level == band
        weights[there] = np.where(Y[there] == 1, 3.0, 1.0)
        weights[there] /= weights[there].mean()
    assert suspected(lambda rng: drawn(rng, weights)) < 0.1


def test_it_is_said_what_differs_and_how_rare_that_is():
    rows = np.argsort(-FOUND.proba[:, 0])[:150]
    gold = Gold(rows, Y[rows, None], np.full(150, 150 / N), np.zeros(150, dtype=np.intp))
    with pytest.warns(FramingWarning, match=r"^sheet: were these rows really drawn .* mean of the model's probability"):
        warn_of_imbalance(gold, FOUND, ROWS, "sheet")


def test_one_document_and_what_does_not_vary_are_no_reason_for_doubt():
    p = imbalance(np.ones((6, 1)), np.arange(3), Design(np.full(3, 0.5), np.zeros(3, dtype=np.intp)))[1]
    assert p.tolist() == [1.0]
    says = [replace(ROWS[0], sentence=Sentence("It is so."))] * 2
    found, rows = corpus_of(says[:1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_imbalance(Gold(np.array([0]), np.ones((1, 1)), np.ones(1), np.zeros(1, dtype=np.intp)), found, rows)
