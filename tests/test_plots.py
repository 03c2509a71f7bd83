"""The figures of a run show the numbers they are made from."""

from __future__ import annotations

import numpy as np
import pytest

from framing.report.plots import corpus_figure, frames_figure, stance_figure
from tests.command import framing
from tests.small import BOOK, sentences


def test_precision_recall_and_reliability_of_each_frame(tmp_path):
    rng = np.random.default_rng(0)
    Y = (rng.random((200, 2)) < 0.4).astype(float)
    proba = np.clip(0.5 * Y + rng.random((200, 2)) / 2, 0, 1)
    Y[:50, 1] = np.nan  # not coded
    figure = frames_figure(Y, proba, ["fast_gain", "risk"], {"fast_gain": 0.5})
    left, right = figure.axes
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == [
        f"fast gain (AP 1.00, n = {int(Y[:, 0].sum())})",
        f"risk (AP 1.00, n = {int(np.nansum(Y[:, 1]))})",
    ]
    dots = [line for line in left.lines if line.get_linestyle() == "None"]
    assert [line.get_xydata().tolist() for line in dots] == [[[1.0, 1.0]]]  # all found, all right at 0.5
    observed = [line.get_ydata() for line in right.lines if line.get_marker() == "o"]
    assert [len(shares) for shares in observed] == [10, 7]  # bins of twenty rows
    assert np.mean(observed[0]) == pytest.approx(Y[:, 0].mean())
    figure.savefig(tmp_path / "frames.png")
    assert (tmp_path / "frames.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_in_coded_data(tmp_path):
    figure = corpus_figure(sentences(5), BOOK)
    left, middle, right = figure.axes
    bars = dict(zip([t.get_text() for t in left.get_yticklabels()], [b.get_width() for b in left.patches], strict=True))
    assert bars == {"gain": 10, "risk": 10, "gain +\nrisk": 5, "none": 5}
    heights = {c.get_label(): [bar.get_height() for bar in c] for c in middle.containers}
    assert heights == {"with a frame": [10, 10, 5], "without": [0, 0, 5]}  # favor, against, neutral
    assert sum(bar.get_height() for bar in right.patches) == 30
    figure.savefig(tmp_path / "corpus.png")
    assert (tmp_path / "corpus.png").read_bytes().startswith(b"\x89PNG")


def test_the_confusion_matrix_counts_rows_and_shares(tmp_path):
    y = np.array([0] * 30 + [1] * 10 + [2] * 20)
    proba = np.eye(3)[np.where(np.arange(60) < 15, 1, y)] * 0.8 + 0.2 / 3
    figure = stance_figure(np.eye(3)[y], proba, ["favor", "against", "neutral"], {})
    matrix = figure.axes[0]
    assert [text.get_text().split("\n") for text in matrix.texts] == [
        *(["15", "50%"], ["15", "50%"], ["0", "0%"]),
        *(["0", "0%"], ["10", "100%"], ["0", "0%"]),
        *(["0", "0%"], ["0", "0%"], ["20", "100%"]),
    ]
    assert [label.get_text() for label in matrix.get_yticklabels()] == ["favor", "against", "neutral"]
    figure.savefig(tmp_path / "stance.png")


def test_more_labels_than_colours_are_still_told_apart():
    y = np.arange(80) % 8
    figure = stance_figure(np.eye(8)[y], np.full((80, 8), 1 / 8), [f"class_{k}" for k in range(8)], {})
    curves = [line for line in figure.axes[1].lines if line.get_marker() == "o"]
    assert len({(line.get_color(), line.get_linestyle()) for line in curves}) == 8


def test_describe_draws_on_demand(tmp_path):
    (tmp_path / "coded.jsonl").write_text('{"text": "It pays.", "frames": ["economic_opportunity"]}\n')
    assert framing("data", "describe", "coded.jsonl", "--figure", "coded.png", cwd=tmp_path).code == 0
    assert (tmp_path / "coded.png").read_bytes().startswith(b"\x89PNG")
    refused = framing("data", "describe", "coded.jsonl", "--figure", "coded.doc", cwd=tmp_path)
    assert (refused.code, refused.err) == (1, "error: coded.doc: unknown kind of figure; expected .png, .svg or .pdf\n")
