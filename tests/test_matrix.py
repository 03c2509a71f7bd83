"""The matrix: who conveys which frame how often, with what certainty, and takes which side."""

from __future__ import annotations

import time

import pytest

from framing.errors import FramingWarning, InputError
from framing.predictions import Predictions
from framing.records import Prediction, Sentence
from framing.report.matrix import cell_text, frame_matrix


def said(
    who: str | None, *frames: str, doc: str = "", abstained=(), stance=None, target=None, text="It rains.", **more
):
    """One prediction of a model that knows `gain` and `risk`."""
    proba = dict.fromkeys(("gain", "risk"), 0.5)
    sides = {"favor": 0.5, "against": 0.5} if target else None
    sentence = Sentence(text, doc_id=doc, target=target, **more)
    return Prediction(sentence, proba, frames, tuple(abstained), stance, sides, holder=who)


def column(matrix, frame):
    return [(row.name, row.frames[frame].count, row.frames[frame].share.value) for row in matrix.rows]


def test_a_row_is_a_holder_and_a_cell_the_share_of_its_sentences_most_sentences_first():
    matrix = frame_matrix([said("Lund"), said("Kremlin", "gain"), said("Lund", "gain"), said("Berg"), said("Lund")])
    assert column(matrix, "gain") == [("Lund", 1, 0.333333), ("Berg", 0, 0.0), ("Kremlin", 1, 1.0)]
    assert (matrix.by, matrix.frames, matrix.targets) == ("holder", ("gain", "risk"), ())


def test_a_coded_holder_comes_before_one_that_was_found_then_the_outlet_then_the_author():
    rows = [said("found", holder="coded"), said("found"), said(None, source="Gazette"), said(None)]
    assert [row.name for row in frame_matrix(rows).rows] == ["Gazette", "author", "coded", "found"]


def test_frames_of_a_sentence_count_once_however_many_targets_and_stances_count_by_target():
    rows = [
        said("Lund", "gain", target="tax", stance="favor"),
        said("Lund", "gain", target="port", stance="against"),
        said("Lund", target="tax", stance="favor", text="It snows."),
        said("Lund", target="port", abstained=("stance",), text="It snows."),
    ]
    row = frame_matrix(rows).rows[0]
    assert (row.sentences, row.frames["gain"].count, row.frames["gain"].share.value) == (2, 1, 0.5)
    assert row.stances == {"tax": {"favor": 2, "against": 0}, "port": {"favor": 0, "against": 1}}
    assert row.abstained == {"port": 1}


def test_the_same_sentence_twice_with_the_same_target_is_two_sentences():
    assert frame_matrix([said("Lund", target="tax", stance="favor")] * 2).rows[0].sentences == 2


def test_what_is_left_open_is_neither_present_nor_absent():
    rows = [said("Lund", "gain"), said("Lund"), said("Lund", abstained=("gain",)), said("Berg", abstained=("gain",))]
    lund, berg = frame_matrix(rows).rows
    assert (lund.frames["gain"].count, lund.frames["gain"].share.value, lund.frames["gain"].abstained) == (1, 0.5, 1)
    assert cell_text(berg.frames["gain"]) == "?1"
    assert lund.frames["risk"].abstained == 0


def test_a_single_sentence_has_the_interval_of_one_trial():
    (row,) = frame_matrix([said("Lund", "gain")]).rows
    assert row.frames["gain"].share == pytest.approx((1.0, 0.206543, 1.0), abs=1e-5)  # Wilson, 1 of 1
    assert row.frames["risk"].share == pytest.approx((0.0, 0.0, 0.793457), abs=1e-5)


def test_an_interval_is_wide_where_documents_differ_though_sentences_are_many():
    by_document = [said("Lund", *(["gain"] if doc < 3 else []), doc=str(doc)) for doc in range(6) for _ in range(50)]
    mixed = [said("Lund", *(["gain"] if i % 2 else []), doc=str(i % 3)) for i in range(300)]
    wide, narrow = (frame_matrix(rows).rows[0].frames["gain"].share for rows in (by_document, mixed))
    assert wide.value == narrow.value == 0.5
    assert wide.low < 0.2 and wide.high > 0.8
    assert narrow.low > 0.44 and narrow.high < 0.56


def test_groups_are_drawn_where_rows_say_what_belongs_together():
    rows = [said("Lund", *(["gain"] if i % 20 < 10 else []), doc=str(i), group=str(i % 20 // 5)) for i in range(200)]
    (row,) = frame_matrix(rows).rows
    assert row.documents == 200
    assert row.frames["gain"].share.low < 0.2 and row.frames["gain"].share.high > 0.8  # of four groups two have it


def test_sentences_of_one_document_are_drawn_one_by_one():
    rows = [said("Lund", *(["gain"] if i % 4 == 0 else []), doc="a.txt") for i in range(40)]
    (row,) = frame_matrix(rows).rows
    assert row.documents == 1
    assert 0.1 <= row.frames["gain"].share.low < 0.25 < row.frames["gain"].share.high <= 0.41


def test_the_seed_alone_decides_the_draw_and_rows_do_not_depend_on_each_other():
    rows = [said("Lund", *(["gain"] if i % 3 else []), doc=str(i % 7)) for i in range(60)]
    alone, beside = frame_matrix(rows), frame_matrix([*rows, said("Berg", doc="x")])
    assert alone.rows[0] == beside.rows[0] == frame_matrix(rows).rows[0]


@pytest.mark.parametrize(
    ("dates", "period", "names"),
    [
        (("2026-03-02", "2026-02-27", "2026-03-02"), "day", ["2026-02-27", "2026-03-02"]),
        (("2026-03-02T23:10:00Z", "2025-02-27", "2026-03"), "month", ["2025-02", "2026-03"]),
        (("2019", "2026-03-02"), "year", ["2019", "2026"]),
        (("20190301", "20260302"), "year", ["2019", "2026"]),
    ],
)
def test_dates_come_in_their_order_by_a_period_that_fits_the_span(dates, period, names):
    matrix = frame_matrix([said(None, date=date) for date in dates], by="date")
    assert (matrix.period, [row.name for row in matrix.rows]) == (period, names)


def test_a_date_that_cannot_be_read_is_a_row_without_a_name_and_told():
    rows = [said(None, date="2026-03-02"), said(None, date="yesterday"), said(None)]
    with pytest.warns(FramingWarning, match=r"2 of 3 sentences have no date that says the day"):
        matrix = frame_matrix(rows, by="date")
    assert [matrix.shown(row) for row in matrix.rows] == ["2026-03-02", "without a date"]


@pytest.mark.parametrize(
    ("by", "more", "message"),
    [
        ("date", {}, "by date: none of 1 sentences has a date in 'date' that can be read; the first says 'May'"),
        ("paper", {}, "by: unknown column 'paper'; expected one of: holder, .*papers .did you mean 'papers'"),
        ("holder", {"frames": ["gian"]}, "frames: unknown frame 'gian'; expected one of: gain, risk"),
        ("holder", {"period": "week"}, "unknown period 'week'; expected one of: year, month, day"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(by, more, message):
    with pytest.raises(InputError, match=message):
        frame_matrix([said(None, date="May", extra={"papers": "x"})], by=by, **more)


def test_a_column_of_ones_own_makes_rows_and_an_empty_cell_has_no_name():
    rows = [said(None, extra={"desk": 7}), said(None, extra={"desk": None}), said(None)]
    matrix = frame_matrix(rows, by="desk")
    assert [(matrix.shown(row), row.sentences) for row in matrix.rows] == [("7", 1), ("without a desk", 2)]


def test_of_nothing_comes_an_empty_matrix_that_shows_itself_all_the_same():
    matrix = frame_matrix([])
    assert (matrix.rows, matrix.to_rows()) == ((), [])
    assert list(matrix.to_pandas().columns) == ["sentences", "documents"]
    assert "sentences" in matrix.text(80) and "<table" in matrix._repr_html_()


def test_frames_can_be_chosen_and_a_model_that_knows_none_has_no_columns():
    assert frame_matrix([said("Lund")], frames=["risk"]).frames == ("risk",)
    assert frame_matrix([Prediction(Sentence("It rains."))]).frames == ()


def test_the_matrix_is_a_data_frame_text_and_html():
    rows = [said("Lund & Co", "gain", target="tax", stance="favor"), said("Berg", text="It snows.")]
    matrix = Predictions(rows, ("gain", "risk")).matrix()
    frame = matrix.to_pandas()
    assert frame.index.name == "holder"
    assert frame.loc["Lund & Co", ["sentences", "share_gain", "count_gain", "stance_favor (tax)"]].tolist() == [
        1,
        1,
        1,
        1,
    ]
    assert frame.loc["Berg"].isna()["stance_favor (tax)"]
    assert "100 % [21, 100]" in matrix.text(120) and "favor 1" in matrix.text(120)
    assert frame_matrix([said("Lund", abstained=("gain",)), said("Berg", "gain")]).rows[0].frames["gain"].decided == 1
    html = matrix._repr_html_()
    assert "Lund &amp; Co" in html and "21 to 100" in html


def test_thousands_of_holders_take_seconds():
    rows = [said(f"holder {i * i % 4999}", *(["gain"] if i % 3 == 0 else []), doc=str(i // 25)) for i in range(10_000)]
    start = time.process_time()
    assert len(frame_matrix(rows).rows) == len({i * i % 4999 for i in range(10_000)})
    assert time.process_time() - start < 10
