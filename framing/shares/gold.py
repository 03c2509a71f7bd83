"""What people coded, found again among the predictions, and whether it may be used as a sample of them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from framing.arrays import Codes, Proba, Rows, Values
from framing.errors import FramingWarning, InputError
from framing.measure.matching import document_name, normalised
from framing.measure.shares import simultaneous
from framing.records import Prediction, Sentence
from framing.shares.draw import CODEBOOK, STRATUM

CROSS_FITTED = "cross_fitted"
_UNLIKELY = 0.001  # a difference between sample and corpus that chance brings about this rarely is none of chance
_FAR = 2.0  # times too many or too few rows that the weights may add up to


@dataclass(frozen=True)
class Gold:
    """Coded rows among predictions.

    Parameters
    ----------
    rows
        The number of the prediction that each coded row is of, shape (n_coded,).
    codes
        What was coded, shape (n_coded, n_labels): 1, 0, or nan where nobody looked.
    probability
        With which each was drawn, shape (n_coded,).
    strata
        What was drawn from apart, shape (n_coded,).
    """

    rows: Rows
    codes: Codes
    probability: Values
    strata: Rows


def gold_of(
    predicted: Sequence[Prediction],
    coded: Sequence[Sentence],
    labels: Sequence[str],
    *,
    sample: Sequence[Sentence] | None = None,
    is_random: bool = False,
    codebook: str | None = None,
    origin: str = "gold",
) -> Gold:
    """Find coded rows among predictions, and refuse those that are no sample of them.

    Parameters
    ----------
    predicted
        A prediction a sentence of the corpus.
    coded
        What people coded; rows without codes are left out.
    labels
        The columns of the codes.
    sample
        What ``draw_sentences`` gave, where the coded rows do not say themselves how they were drawn.
    is_random
        Whether rows that do not say it were drawn with equal probability.
    codebook
        The digest of today's codebook; rows that name another are refused.
    origin
        What the rows are called in messages.

    Raises
    ------
    InputError
        Nothing is coded, a row is not among the predictions (the text was split otherwise since) or twice, it was
        coded by another codebook, or nobody says how it was drawn; or the sample cannot be one of this corpus.

    Warns
    -----
    FramingWarning
        A part of what was drawn is not coded, or the weights do not add up.

    Examples
    --------
    >>> corpus = [Prediction(Sentence(text), {"gain": 0.4}) for text in ("One.", "Two.")]
    >>> gold = gold_of(corpus, [Sentence("Two.", frames=("gain",), sample_probability=0.5)], ["gain"])
    >>> gold.rows.tolist(), gold.codes.tolist(), gold.probability.tolist()
    ([1], [[1.0]], [0.5])
    """
    known = [s for s in coded if s.frames is not None]
    if not known:
        raise InputError(f"{origin}: no row has codes in 'frames'; an empty cell is not coded, 'none' is none present")
    _same_codebook(known if sample is None else sample, codebook, origin)
    drawn = known if sample is None else beside_sample(known, sample, origin)
    rows = places_of(known, [p.sentence for p in predicted], origin)
    if len(rows) < len(coded) and any(s.sample_probability is not None for s in coded):
        _say_of_gold(
            f"{origin}: {len(coded) - len(rows):,} of {len(coded):,} rows are not coded; the others stand for them"
        )
    codes = np.array([[_code(s, label) for label in labels] for s in known])
    gold = Gold(rows, codes, _drawn_with(drawn, len(predicted), is_random, origin), _strata(drawn))
    _adds_up(gold, len(predicted), origin)
    return gold


def check_balance(gold: Gold, proba: Proba, labels: Sequence[str], units: Rows, origin: str = "gold") -> None:
    """Refuse coded rows whose predictions, weighted, are not those of the corpus: they are no sample of it.

    Parameters
    ----------
    gold
        The coded rows.
    proba
        What was predicted of every row, shape (n_rows, n_labels).
    labels
        Its columns.
    units
        The document of every row, shape (n_rows,).
    origin
        As of ``gold_of``.

    Raises
    ------
    InputError
        Chance alone would bring about such a difference in one of a thousand samples.
    """
    from scipy.special import stdtrit

    from framing.measure.design import Design

    design = Design(gold.probability, units[gold.rows], gold.strata)
    weights = design.weights / design.weights.sum()
    here = weights @ proba[gold.rows]
    deviations = design.deviations(weights[:, None] * (proba[gold.rows] - here))
    # Of a rare frame a sample may have hardly a likely row, and would think itself exact: the corpus knows better.
    plain = proba.std(axis=0) * np.sqrt((weights**2).sum())
    error = np.maximum(np.sqrt((deviations**2).sum(axis=0)), plain)
    bound = stdtrit(max(1, design.n_units - 1), (1 + simultaneous(1 - _UNLIKELY, len(labels))) / 2)
    for label, mean, whole, one in zip(labels, here, proba.mean(axis=0), error, strict=True):
        if one > 0 and abs(mean - whole) > bound * one:
            raise InputError(
                f"{origin}: is no random sample of the predictions: the model's mean probability of {label} is "
                f"{mean:.3f} "
                f"in it and {whole:.3f} in all (chance would allow {bound * one:.3f}); draw one with framing data "
                f"sample"
            )


def places_of(wanted: Sequence[Sentence], among: Sequence[Sentence], origin: str, *, once: bool = True) -> Rows:
    """Return the row of each sentence among others, by text, document and position, and by target where it has rows.

    With ``once`` a row that is wanted twice is refused.

    Raises
    ------
    InputError
        One is not there, could be several, or is the same as another one.

    Examples
    --------
    >>> corpus = [Sentence("Yes.", doc_id="a"), Sentence("No.", doc_id="a"), Sentence("Yes.", doc_id="b")]
    >>> places_of([Sentence("Yes.", doc_id="b"), Sentence("No.")], corpus, "gold").tolist()
    [2, 1]
    """
    toward: dict[tuple[str, str, int, str], list[int]] = {}
    exact: dict[tuple[str, str, int], list[int]] = {}
    by_document: dict[tuple[str, str], list[int]] = {}
    by_text: dict[str, list[int]] = {}
    for i, s in enumerate(among):
        text, document = normalised(s.text), document_name(s.doc_id)
        toward.setdefault((text, document, s.position, normalised(s.target or "")), []).append(i)
        exact.setdefault((text, document, s.position), []).append(i)
        by_document.setdefault((text, document), []).append(i)
        by_text.setdefault(text, []).append(i)
    rows: list[int] = []
    missing: list[Sentence] = []
    unclear: list[Sentence] = []
    for s in wanted:
        text = normalised(s.text)
        # A document that is named has to be the one; without a name, the text alone has to tell.
        place = text, document_name(s.doc_id), s.position
        ways = (exact.get(place), toward.get((*place, normalised(s.target or ""))), by_document.get(place[:2]))
        found = next((way for way in ways if way and len(way) == 1), None) or (
            by_text.get(text) if not s.doc_id else None
        )
        if found and len(found) == 1:
            rows.append(found[0])
        else:
            (unclear if any(ways) or found else missing).append(s)
    if missing:
        raise InputError(
            f"{origin}: {len(missing):,} of {len(wanted):,} sentences are not among the predictions, the first "
            f"{_in_quotes(missing[0])}: text or segmentation changed since they were coded; predict the file the "
            f"sample was "
            "drawn from"
        )
    if unclear:
        raise InputError(
            f"{origin}: {_in_quotes(unclear[0])} stands several times in the predictions; keep doc_id and position in "
            "both files"
        )
    if once and len(set(rows)) < len(rows):
        twice = wanted[next(i for i, row in enumerate(rows) if row in rows[:i])]
        raise InputError(f"{origin}: {_in_quotes(twice)} is coded twice; settle it first, or give one coder's rows")
    return np.array(rows, dtype=np.intp)


def beside_sample(coded: Sequence[Sentence], sample: Sequence[Sentence], origin: str) -> list[Sentence]:
    """Return coded rows that say themselves how they were drawn, and of what outlet and date they are.

    Parameters
    ----------
    coded
        What came back in a sheet, perhaps of several coders.
    sample
        What ``draw_sentences`` gave.
    origin
        What the rows are called in messages.

    Raises
    ------
    InputError
        A row is not in the sample, or could be several.

    Examples
    --------
    >>> drawn = Sentence("It pays.", source="Herald", sample_probability=0.1, extra={"sample_stratum": "1"})
    >>> beside_sample([Sentence("It pays.", frames=())], [drawn], "sheet")[0].sample_probability
    0.1
    """
    found = []
    for row, i in zip(coded, places_of(coded, sample, f"{origin} (in --sample)", once=False), strict=True):
        drawn = sample[i]
        extra = {**drawn.extra, **row.extra}
        known = {name: getattr(row, name) or getattr(drawn, name) for name in ("doc_id", "source", "date", "group")}
        known["position"] = drawn.position
        found.append(replace(row, **known, sample_probability=drawn.sample_probability, extra=extra))
    return found


def _same_codebook(rows: Sequence[Sentence], digest: str | None, origin: str) -> None:
    told = {str(s.extra[CODEBOOK]) for s in rows if s.extra.get(CODEBOOK)}
    if digest is not None and any(not digest.startswith(one) for one in told):
        raise InputError(
            f"{origin}: drawn for codebook {sorted(told)[0]}, today's is {digest[:12]}: definitions or labels "
            f"changed since; "
            "name the old one with --codebook, or code again"
        )


def _drawn_with(drawn: Sequence[Sentence], n_rows: int, is_random: bool, origin: str) -> Values:
    given = [s.sample_probability for s in drawn]
    without = given.count(None)
    if not without:
        return np.array(given, dtype=float)
    if without < len(given):
        raise InputError(
            f"{origin}: {without:,} of {len(given):,} coded rows have no sample_probability, the others have"
        )
    if not is_random:
        raise InputError(
            f"{origin}: no sample_probability: nobody says how these rows were drawn, and a chosen set would give "
            f"wrong shares; "
            "draw with framing data sample, name its file with --sample, or say --gold-is-random if each had the "
            "same chance"
        )
    return np.full(len(given), len(given) / n_rows)


def _strata(drawn: Sequence[Sentence]) -> Rows:
    return np.unique([str(s.extra.get(STRATUM, "")) for s in drawn], return_inverse=True)[1].astype(np.intp)


def _adds_up(gold: Gold, n_rows: int, origin: str) -> None:
    ratio = float((1 / gold.probability).sum()) / n_rows
    said = (
        f"{origin}: by their probabilities these rows stand for {ratio * n_rows:,.0f}, there are {n_rows:,} predictions"
    )
    if not 1 / _FAR <= ratio <= _FAR:
        raise InputError(f"{said}; give the predictions of the corpus that the sample was drawn from")
    if not 0.8 <= ratio <= 1.25:
        _say_of_gold(f"{said}; a part of what was drawn may be missing")


def _code(sentence: Sentence, label: str) -> float:
    if sentence.coded is not None and label not in sentence.coded:
        return float("nan")
    return float(label in (sentence.frames or ()))


def _in_quotes(sentence: Sentence) -> str:
    text = sentence.text if len(sentence.text) <= 50 else sentence.text[:49] + "…"
    return f"{text!r}" + (f" ({sentence.doc_id}, {sentence.position})" if sentence.doc_id else "")


def _say_of_gold(text: str) -> None:
    warnings.warn(text, FramingWarning, stacklevel=3)


def count_cross_fitted(coded: Sequence[Prediction], learned: Sequence[Sentence], origin: str = "gold") -> int:
    """Return how many coded rows have a prediction of a fold that did not learn from them.

    Parameters
    ----------
    coded
        The predictions of the coded rows; the column ``cross_fitted`` says of which kind one is.
    learned
        What the model learned from.
    origin
        What the rows are called in messages.

    Raises
    ------
    InputError
        A coded row was learned from, and its prediction is the model's own: it would look better than it is elsewhere.

    Examples
    --------
    >>> one, other = Sentence("One.", extra={"cross_fitted": True}), Sentence("Two.")
    >>> count_cross_fitted([Prediction(one), Prediction(other)], [])
    1
    """
    texts = {normalised(s.text) for s in learned}
    marked = [str(p.sentence.extra.get(CROSS_FITTED)).lower() in ("true", "1", "yes") for p in coded]
    known = sum(normalised(p.sentence.text) in texts and not mark for p, mark in zip(coded, marked, strict=True))
    if known:
        raise InputError(
            f"{origin}: the model learned from {known:,} of {len(coded):,} coded rows, and is better on these than "
            f"elsewhere: "
            "give predictions of folds that did not, with a column cross_fitted that says true"
        )
    return sum(marked)
