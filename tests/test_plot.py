"""`framing plot`: a figure for print and the numbers behind it, or one line that says why not."""

from __future__ import annotations

import csv
import json
import os

import numpy as np
import pytest

from framing.measure.agreement import Agreement
from framing.measure.intervals import Estimate
from framing.measure.judged import Judged
from framing.records import Prediction, Sentence
from framing.report.charts import agreement_chart, matrix_chart, trend_chart
from framing.report.curves import pr_chart, reliability_chart
from framing.report.formats import predictions_jsonl
from framing.report.matrix import frame_matrix
from framing.report.print_style import figure_bytes
from tests.command import framing

DATES = ("2026-01-05", "2026-02-05", "2026-04-05", "2026-04-06")


def said(who: str, date: str | None, *frames: str, number: int = 0) -> Prediction:
    sides = {"favor": 0.75, "against": 0.125, "neutral": 0.125}
    sentence = Sentence(f"It costs $5 & more, {number}.", doc_id=str(number), date=date, target="the tax")
    return Prediction(
        sentence, {"gain": 0.5, "fast_risk": 0.5}, frames, (), "favor", sides, holder=who, holder_proba=0.5
    )


@pytest.fixture
def predictions(tmp_path):
    rows = [
        said("Lund & <Co> $1", date, *(["gain"] if i % 2 else ["fast_risk"]), number=i)
        for i, date in enumerate(DATES * 3)
    ]
    (tmp_path / "p.jsonl").write_text(predictions_jsonl([*rows, said("Berg", DATES[0])]), encoding="utf-8")
    return tmp_path


def table(file) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def texts(figure) -> set[str]:
    from matplotlib.text import Text

    return {text.get_text() for text in figure.findobj(Text)}


@pytest.mark.parametrize(("suffix", "begins"), [("svg", b"<?xml"), ("PDF", b"%PDF"), ("png", b"\x89PNG")])
def test_the_matrix_is_drawn_from_predictions_without_a_model_in_the_format_of_the_name(predictions, suffix, begins):
    answer = framing("plot", "matrix", "p.jsonl", "-o", f"f.{suffix}", "--data", "d.csv", cwd=predictions)
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert (predictions / f"f.{suffix}").read_bytes().startswith(begins)
    rows = table(predictions / "d.csv")
    first = {"holder": "Lund & <Co> $1", "sentences": "12", "documents": "12", "kind": "frame", "label": "gain"}
    assert first.items() <= rows[0].items() and (rows[0]["count"], rows[0]["share"]) == ("6", "0.5")
    assert [row["label"] for row in rows[:5]] == ["gain", "fast_risk", "favor", "against", "neutral"]


def test_text_in_an_svg_is_text_and_the_same_input_gives_the_same_bytes(predictions):
    drawn = []
    for name in ("a.svg", "b.svg"):
        assert framing("plot", "matrix", "p.jsonl", "-o", name, cwd=predictions).code == 0
        drawn.append((predictions / name).read_bytes())
    assert drawn[0] == drawn[1]
    assert b"Lund &amp; &lt;Co&gt; $1  (12)" in drawn[0] and b"dc:date" not in drawn[0]


def test_a_trend_has_a_gap_where_nothing_was_published(predictions):
    answer = framing("plot", "trend", "p.jsonl", "-o", "f.pdf", "--data", "d.csv", "--frame", "gain", cwd=predictions)
    assert (answer.code, answer.err) == (0, "")
    rows = [row for row in table(predictions / "d.csv") if row["kind"] == "frame"]
    assert [(row["date"], row["sentences"]) for row in rows] == [("2026-01", "4"), ("2026-02", "3"), ("2026-04", "6")]
    matrix = frame_matrix([said("Lund", date, number=i) for i, date in enumerate(DATES)], by="date")
    figure = trend_chart(matrix).figure
    runs = [list(line.get_xdata()) for line in figure.axes[0].lines if line.get_color() == "#009E73"]
    assert [len(run) for run in runs] == [2, 1]  # January and February; April


def test_names_say_how_many_sentences_and_what_is_not_drawn():
    rows = [said(f"holder {n:02}", None, number=n) for n in range(25)]
    told = texts(matrix_chart(frame_matrix(rows), top=20).figure)
    assert "holder 19  (1)" in told and "holder 20  (1)" not in told
    assert any("5 more rows are not shown" in text for text in told)
    assert {"gain", "fast risk", "stance: the tax", "favor", "neutral", "against"} <= told


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("n_frames", [1, 2, 7])
def test_a_figure_is_as_wide_as_a_column_or_two_whatever_the_number_of_frames(width, n_frames):
    frames = [f"frame_{n}" for n in range(n_frames)]
    rows = [Prediction(Sentence(str(n), date=d), dict.fromkeys(frames, 0.5)) for n, d in enumerate(DATES)]
    for chart in (matrix_chart(frame_matrix(rows), width), trend_chart(frame_matrix(rows, by="date"), width)):
        assert chart.figure.get_size_inches()[0] == {"single": 3.5, "double": 7.0}[width]
        figure_bytes(chart.figure, ".png", 50)


def test_curves_tell_the_average_precision_and_draw_the_decided_point():
    y, p = np.array([1.0, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.1])
    label = Judged("fast_gain", y, p, (p > 0.5).astype(float), np.ones((3, 4)))
    never = Judged("never", np.zeros(4), p, np.zeros(4), np.ones((3, 4)))
    chart = pr_chart([label, never])
    assert {"fast gain", "AP 0.83 [0.83, 0.83], 2 of 4 rows", "no row has it"} <= texts(chart.figure)
    (decided,) = [row for row in chart.rows if row["decided"]]
    assert (decided["recall"], decided["precision"]) == (1.0, 0.666667)
    bins = reliability_chart([label]).rows
    assert [(row["probability"], row["share"], row["rows"]) for row in bins] == [(0.625, 0.5, 4)]


def test_the_intervals_of_a_reliability_curve_know_that_rows_of_a_document_resemble_each_other():
    y, p = np.repeat([1.0, 0.0], 50), np.full(100, 0.5)
    drawn = np.ones((3, 100))
    drawn[1:, :50] = [[2.0], [0.0]]  # each of the two documents twice, the other not at all
    drawn[1:, 50:] = [[0.0], [2.0]]
    (row,) = reliability_chart([Judged("gain", y, p, y, drawn)]).rows
    assert row["share_low"] < 0.05 and row["share_high"] > 0.95


def test_a_frame_that_nothing_decided_leaves_the_scale_and_is_a_dash():
    rows = [Prediction(Sentence("1", date="2025", doc_id=str(n)), {"gain": 0.9}, ("gain",)) for n in range(2)]
    rows.append(Prediction(Sentence("2", date="2026", doc_id="x"), {"risk": 0.5}))
    matrix = frame_matrix(rows, by="date")
    assert " –" in texts(matrix_chart(matrix).figure) and " open" not in texts(matrix_chart(matrix).figure)
    assert all(np.isfinite(axes.get_ylim()).all() for axes in trend_chart(matrix).figure.axes)
    assert trend_chart(matrix).figure.axes[0].get_ylim()[1] == pytest.approx(1.03)


def test_stances_have_shares_without_intervals_as_their_rows_are_not_independent(predictions):
    chart = matrix_chart(frame_matrix([said("Lund", None, number=n) for n in range(2)]))
    favor = next(row for row in chart.rows if row["label"] == "favor")
    assert (favor["share"], favor["share_low"]) == (1.0, None)


def test_agreement_says_where_alpha_is_not_defined():
    estimate = Estimate(0.5, np.array([0.4, 0.6]))
    one = Agreement(12, {"a": 1, "b": 2}, Estimate(0.9, np.array([0.9])), estimate, estimate, estimate)
    undefined = Estimate(np.nan, np.array([np.nan]))
    nan = Agreement(12, {"a": 0, "b": 0}, Estimate(1.0, np.array([1.0])), undefined, estimate, undefined)
    chart = agreement_chart({"gain": one, "fast_risk": nan})
    assert {"gain  (12)", "fast risk  (12)", "not defined: all codes are equal"} <= texts(chart.figure)
    assert chart.csv().splitlines()[2] == "fast_risk,12,1.0,,,"


def test_a_models_curves_come_from_coded_rows(trained, tmp_path):
    for kind in ("pr", "reliability"):
        output, data = tmp_path / f"{kind}.svg", tmp_path / f"{kind}.csv"
        files = ("-o", str(output), "--data", str(data), "--model", "model")
        answer = framing("plot", kind, "corpus.jsonl", *files, cwd=trained)
        assert (answer.code, answer.out) == (0, ""), answer.err
        assert {row["label"] for row in table(data)} == {"gain", "risk", "favor", "against", "neutral"}
        assert b"<text" in output.read_bytes()


def test_articles_and_tables_are_predicted_first(trained, tmp_path):
    (tmp_path / "a.txt").write_text("Warships threaten the harbour. The clerk counted ropes.", encoding="utf-8")
    answer = framing(
        *("plot", "matrix", str(tmp_path / "a.txt"), "corpus.jsonl", "--by", "group", "--target", "the harbour"),
        *("--model", "model", "-o", str(tmp_path / "m.png"), "--data", str(tmp_path / "m.csv")),
        cwd=trained,
    )
    assert answer.code == 0, answer.err
    rows = table(tmp_path / "m.csv")
    assert {row["group"] for row in rows} > {"Alder", ""} and {row["target"] for row in rows} == {"", "the harbour"}


def test_coders_agreement_is_drawn_from_their_files(tmp_path):
    for name, frames in (("ann", "economic_opportunity"), ("ben", "none")):
        lines = f"text,frames\nIt pays.,{frames}\nIt rains.,none\nIt is a gain.,economic_opportunity\n"
        (tmp_path / f"{name}.csv").write_text(lines, encoding="utf-8")
    answer = framing("plot", "agreement", "ann.csv", "ben.csv", "-o", "a.svg", "--data", "a.csv2", cwd=tmp_path)
    assert answer.code == 0, answer.err
    assert table(tmp_path / "a.csv2")[0]["units"] == "3"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("matrix", "p.jsonl", "-o", "f.gif"), "f.gif: unknown kind of figure; expected .png, .svg or .pdf"),
        (("matrix", "p.jsonl", "-o", "f"), "f: unknown kind of figure"),
        (("matrix", "p.jsonl", "-o", "there/f.svg"), "there/f.svg: cannot be written (No such file or directory)"),
        (("matrix", "p.jsonl", "-o", "f.svg", "--data", "no/d.csv"), "no/d.csv: cannot be written"),
        (
            ("matrix", "p.jsonl", "-o", "f.svg", "--by", "outlet"),
            "by: unknown column 'outlet'; expected one of: holder",
        ),
        (("matrix", "p.jsonl", "-o", "f.svg", "--frame", "gian"), "unknown frame 'gian'; expected one of: gain"),
        (
            ("trend", "undated.jsonl", "-o", "f.svg"),
            "by date: none of 1 sentences has a date in 'date' that can be read",
        ),
        (("trend", "p.jsonl", "empty.jsonl", "-o", "f.svg"), "empty.jsonl: the file is empty"),
        (("trend", "no.jsonl", "-o", "f.svg"), "no.jsonl: no such file"),
        (("matrix", "bare.jsonl", "-o", "f.svg"), "bare.jsonl: no frame and no stance in these predictions"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_one_line_and_nothing_is_left(predictions, arguments, message):
    (predictions / "empty.jsonl").write_bytes(b"")
    (predictions / "undated.jsonl").write_text(predictions_jsonl([said("Lund", None)]), encoding="utf-8")
    bare = Prediction(Sentence("It rains."))
    (predictions / "bare.jsonl").write_text(json.dumps(bare.to_row()) + "\n", encoding="utf-8")
    before = sorted(os.listdir(predictions))
    answer = framing("plot", *arguments, cwd=predictions)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("error: ") and answer.err.count("\n") == 1 and message in answer.err
    assert sorted(os.listdir(predictions)) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("matrix", "-", "-o", "f.svg"), "a figure is drawn of files"),
        (("matrix", "p.jsonl", "-o", "f.svg", "--target", "tax"), "--target: p.jsonl is predicted already"),
        (("matrix", "p.jsonl", "a.txt", "-o", "f.svg"), "a.txt: has no predictions, other files have"),
        (("matrix", "p.jsonl"), "Missing option '-o'"),
    ],
)
def test_a_command_that_makes_no_sense_is_told(predictions, arguments, message):
    answer = framing("plot", *arguments, cwd=predictions)
    assert answer.code == 2 and message in answer.err
