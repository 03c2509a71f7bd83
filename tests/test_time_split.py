"""What came before a date is learned from, what came after is tested; and a cross-validation that is repeated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from framing import Sentence, train
from framing.corpus.splits import GroupedFolds, TimeSplit
from framing.errors import ConfigError, FramingNote, InputError
from framing.measure.metrics import frame_estimates
from framing.measure.repeated import corrected_mean
from framing.model.encoders import WordVectorizer
from framing.scores import scores_of
from framing.training import Recipe, SwapTest, prepare
from framing.training.repeated import repeated_scores
from framing.training.scoring import TaskPredictions
from framing.training.tasks import FRAMES
from tests.small import BOOK, sentences


def dated(dates: list[str | None]) -> list[Sentence]:
    return [Sentence(f"Row {i}.", date=date) for i, date in enumerate(dates)]


def parts(split: TimeSplit, rows: list[Sentence]) -> tuple[list[int], list[int], str]:
    before, tested, after = split.parts(rows, split.groups(rows))
    return before.tolist(), tested.tolist(), after


def by_year() -> list[Sentence]:
    """Six rows for each of ten places, which are groups; the places are told of from 2001 to 2010."""
    years = {name: f"{2001 + number}-05-01" for number, name in enumerate(dict.fromkeys(s.group for s in sentences()))}
    return [replace(s, date=years[s.group]) for s in sentences()]


def test_the_latest_fifth_of_the_dated_rows_is_tested():
    rows = dated([f"2026-01-{day:02}" for day in range(1, 11)])
    assert parts(TimeSplit(), rows) == (list(range(8)), [8, 9], "2026-01-09")
    assert parts(TimeSplit(test_size=0.5), rows[::-1]) == ([5, 6, 7, 8, 9], [0, 1, 2, 3, 4], "2026-01-06")


def test_a_date_may_be_a_year_a_month_or_a_day_and_what_is_too_coarse_is_in_neither_part():
    rows = dated(["2025", "2026-02", "2026-03-14", "2026-03-15", "2026-03", "2026", "2027", None, "1 May 2028", ""])
    assert parts(TimeSplit(after="2026-03-15"), rows) == ([0, 1, 2], [3, 6], "2026-03-15")
    assert parts(TimeSplit(after=2026), rows) == ([0], [1, 2, 3, 4, 5, 6], "2026")


def test_a_document_that_began_before_is_not_tested_nor_a_text_that_was_there():
    rows = [
        Sentence("One.", date="2025", doc_id="a"),
        Sentence("Two.", date="2026", doc_id="a"),
        Sentence("one.", date="2026", doc_id="b"),
        Sentence("Three.", date="2026", doc_id="c"),
    ]
    assert parts(TimeSplit(after="2026"), rows) == ([0], [3], "2026")


def test_what_is_where_is_told_in_one_line():
    rows = dated(["2025", "2025", "2026", None, "May"])
    with pytest.warns(FramingNote) as told:
        TimeSplit(after="2026").dated(rows)
    assert [str(w.message) for w in told] == [
        "split=time: learned from 2 rows before 2026, tested on 1 from then on; in neither: 2 without a date that "
        "can be read"
    ]


@pytest.mark.parametrize(
    ("dates", "after", "told"),
    [
        (
            [None, "1 May"],
            None,
            "none of 2 rows has a 'date' that can be read, such as 2026-03-01 or 2026-03; the first date is '1 May'",
        ),
        (["2025", "2024"], 2030, "no row is dated after 2030; dates are 2024 to 2025; set split.after between them"),
        (["2025", "2024"], "1999", "no row is dated before 1999"),
        (["2025"], None, "no row is dated before 2025"),
    ],
)
def test_dates_that_part_nothing_are_told(dates, after, told):
    with pytest.raises(InputError, match=f"split=time.*{told}"):
        parts(TimeSplit(after=after), dated(dates))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: TimeSplit(after="May 2026"), "split.after=May 2026: expected a date, such as 2026"),
        (lambda: TimeSplit(test_size=1), "split.test_size=1: expected a share between 0 and 1"),
        (lambda: TimeSplit(repeats=5), "split.repeats=5: a split by time divides the rows in one way"),
        (lambda: TimeSplit(by="source"), "split.by=source: this is the split by time"),
        (lambda: TimeSplit(n_splits=1), "split.n_splits=1: at least 2 folds"),
        (lambda: GroupedFolds(by="time"), "split.by=time: expected .*; rows before and after a date: split=time"),
        (lambda: GroupedFolds(repeats=0), "split.repeats=0: expected 1 to 100"),
    ],
)
def test_options_that_cannot_be_are_told(make, told):
    with pytest.raises(ConfigError, match=told):
        make()


def test_a_training_tests_on_what_came_after_and_keeps_a_model_of_all():
    with pytest.warns(FramingNote, match="learned from 48 rows before 2009-05-01, tested on 12 from then on$"):
        result = train(by_year(), BOOK, encoder="tfidf", split=TimeSplit(2, random_state=0), tasks=["frames"])
    assert result.estimates["validation/frames/macro_f1"].n == 12
    assert {s.date[:4] for s in result.held_out["frames"].sentences} == {"2009", "2010"}
    assert [row["frames_fold"] for row in result.split] == [None] * 48 + [0] * 12
    assert all(row["learned"] for row in result.split)
    assert result.classifier.info["data"]["counts"]["frames"]["coded"] == 60
    assert result.classifier.info["split"] == {"by": "time", "after": "2009-05-01"}


def test_nothing_of_later_rows_is_learned_before_they_are_tested():
    """Codes of what is tested may be anything: what is said of it stays."""
    rows = by_year()
    turned = [replace(s, frames=("risk",)) if s.date >= "2009" else s for s in rows]
    options = {"encoder": "tfidf", "split": TimeSplit(2, after="2009", random_state=0), "tasks": ["frames"]}
    with pytest.warns(FramingNote):
        one, other = (train(each, BOOK, **options).held_out["frames"] for each in (rows, turned))
    assert np.array_equal(one.proba, other.proba) and np.array_equal(one.decided, other.decided)
    assert not np.array_equal(one.Y, other.Y)


def test_a_label_that_came_late_cannot_be_learned():
    rows = [replace(s, frames=()) if s.date < "2009" and s.frames == ("risk",) else s for s in by_year()]
    rows = [replace(s, frames=("gain",)) if s.date < "2009" and len(s.frames) == 2 else s for s in rows]
    recipe = Recipe(encoder=WordVectorizer(), split=TimeSplit(2, after="2009"), tasks=["frames"])
    with (
        pytest.warns(FramingNote),
        pytest.raises(InputError, match="before 2009: frame 'risk' has 0 positives in 48 coded rows"),
    ):
        prepare(rows, BOOK, recipe=recipe)


def test_the_mean_over_folds_is_corrected_for_what_they_share():
    """s = .1 of J = 3 folds; t of two degrees of freedom is 4.3027; .1 * sqrt(1/3 + 1/4) = .0764."""
    score = corrected_mean([0.4, 0.5, 0.6], 25, 100)
    assert score == pytest.approx((0.5, 0.5 - 4.302653 * 0.0763763, 0.5 + 4.302653 * 0.0763763), abs=1e-5)
    many = corrected_mean([0.4, 0.5, 0.6] * 1000, 25, 100)
    assert many.high - many.value > 1.96 * 0.0816 * 0.5 * 0.99  # repeats do not shrink it below sqrt(n_test / n_train)
    assert np.isnan(corrected_mean([float("nan")], 1, 4)).all()


def test_a_score_of_folds_is_their_mean_and_a_label_that_a_fold_lacks_is_left_out():
    Y = np.array([[1, 0], [1, 0], [1, 1], [0, 1.0]])
    decided = np.array([[1, 0], [0, 0], [1, 1], [0, 1]], dtype=bool)
    part = TaskPredictions(
        FRAMES, BOOK.frame_names, [Sentence(str(i)) for i in range(4)], np.arange(4), Y, decided * 0.8 + 0.1, decided
    )
    first, last = np.array([0, 1]), np.array([2, 3])
    found = repeated_scores([([(last, first), (first, last)], part)], BOOK)
    assert found["gain/f1"].value == pytest.approx((2 / 3 + 1) / 2)
    assert (found["risk/f1"].value, np.isnan(found["risk/f1"].low)) == (1.0, True)  # in one fold alone
    assert found["macro_f1"].value == pytest.approx((2 / 3 + 1) / 2)
    assert frame_estimates(Y, part.proba, decided, part.labels, np.ones((1, 4)))["macro_f1"].value < 1


def test_repeats_are_scored_on_folds_of_their_own_and_leave_the_first_as_it_is():
    rows, options = sentences(), {"encoder": "tfidf", "tasks": ["frames"], "swap_test": SwapTest(0)}
    once = train(rows, BOOK, split=GroupedFolds(2, random_state=0), **options)
    again = train(rows, BOOK, split=GroupedFolds(2, random_state=0, repeats=3), **options)
    assert {path: again.metrics[path] for path in once.metrics} == once.metrics
    assert "frames, mean over 3 times 2 folds" in repr(again) and "mean over" not in repr(once)
    scores = scores_of(again.metrics)
    assert {path for path in scores if path.startswith("repeated/")} == {
        f"repeated/frames/{name}" for name in ("macro_f1", "mean_ap", "gain/f1", "risk/f1")
    }
    low, value, high = (scores["repeated/frames/macro_f1"][i] for i in (1, 0, 2))
    assert 0 <= low <= value <= high <= 1
    split = GroupedFolds(2, random_state=0, repeats=3)
    groups = split.groups(rows)
    tested = [[sorted(test.tolist()) for _, test in folds] for folds in split.again([""] * 60, groups)]
    assert len(tested) == 2 and tested[0] != tested[1]
    for folds in split.again([""] * 60, groups):
        assert all(not set(groups[train_rows]) & set(groups[test]) for train_rows, test in folds)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"split": GroupedFolds(2, repeats=2), "calibrate": sentences()}, "split.repeats=2: the rows of calibrate"),
        ({"split": GroupedFolds(2, repeats=2), "encoder": "minilm_tuned"}, "split.repeats=2: an encoder is tuned once"),
        ({"split": TimeSplit(2), "calibrate": sentences()}, "split=time: the rows of calibrate are what validates"),
    ],
)
def test_rows_that_validate_apart_have_no_use_for_it(options, told):
    with pytest.raises(ConfigError, match=told):
        train(sentences(), BOOK, **{"encoder": "tfidf", **options})
