"""What never occurs in the coded rows counts as in scikit-learn, and the calibration error lies in its interval."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.linear_model import LogisticRegression

from framing.corpus.audit import describe_sentences
from framing.errors import FramingWarning
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import calibration_error, frame_estimates, stance_estimates, with_intervals
from framing.records import Sentence
from framing.report.plots import corpus_figure
from framing.training import evaluate_classifier
from tests.command import framing
from tests.small import BOOK, model, sentences

LABELS = ("rain", "sun", "wind")


def frames_with(absent, n=40):
    """Codes in which some labels never occur, probabilities, and decisions that find them all the same."""
    rng = np.random.default_rng(1)
    Y, proba = (rng.random((n, 3)) < 0.4).astype(float), rng.random((n, 3)).round(2)
    Y[:, absent] = 0
    return Y, proba, proba >= 0.5


@pytest.mark.parametrize("absent", [[2], [0, 1], [0, 1, 2]])
@pytest.mark.parametrize("found", [True, False])
def test_an_absent_label_counts_as_in_scikit_learn(absent, found):
    Y, proba, decided = frames_with(absent)
    decided = decided & (found or Y.any(axis=0))
    W = bootstrap_weights(np.arange(len(Y)), 50)
    estimates = frame_estimates(Y, proba, decided, LABELS, W)
    options = {"average": "macro", "zero_division": 0}
    with pytest.warns(UserWarning, match="No positive class"):
        expected = {"mean_ap": sk.average_precision_score(Y, proba, average="macro")}
    expected["macro_f1"] = sk.f1_score(Y, decided, **options)
    expected["micro_f1"] = sk.f1_score(Y, decided, average="micro", zero_division=0)
    pairs = list(zip(Y.T, decided.T, strict=True))
    expected["macro_f1_two_class"] = np.mean([sk.f1_score(y, d, labels=[0, 1], **options) for y, d in pairs])
    assert {name: estimates[name].value for name in expected} == pytest.approx(expected)
    for label in np.array(LABELS)[absent]:
        for score in ("f1", "precision", "recall", "ap"):
            assert (estimates[f"{label}/{score}"].value, estimates[f"{label}/{score}"].interval()) == (0, (0, 0))
            assert estimates[f"{label}/{score}"].n == 0
    assert estimates["macro_f1"].n == 40


def test_a_rare_label_is_no_absent_one_in_a_resample_without_it():
    Y, proba, decided = frames_with([])
    Y[:, 2], decided[:, 2] = 0, False
    Y[7, 2], decided[7, 2] = 1, True
    W = bootstrap_weights(np.arange(40), 200)
    rare = frame_estimates(Y, proba, decided, LABELS, W)["wind/f1"]
    drawn = W[1:, 7] > 0
    assert 0 < drawn.sum() < 200
    assert np.isnan(rare.replicates[~drawn]).all()  # undefined there, and left out of the interval
    assert (rare.value, rare.interval(), rare.n) == (1, (1, 1), 1)


def test_a_label_that_was_never_found_has_a_precision_of_0():
    Y, proba, _ = frames_with([])
    scores = frame_estimates(Y, proba, np.zeros((40, 3), dtype=bool), LABELS, bootstrap_weights(np.arange(40), 20))
    assert (scores["sun/precision"].value, scores["sun/precision"].interval()) == (0, (0, 0))
    assert scores["sun/precision"].n == Y[:, 1].sum()


@pytest.mark.parametrize("classes_there", [(0, 1), (1,)])
def test_an_absent_stance_class_counts_as_in_scikit_learn(classes_there):
    rng = np.random.default_rng(2)
    y, proba = rng.choice(classes_there, 50), rng.dirichlet((1, 1, 1), 50)
    scores = stance_estimates(y, proba, LABELS, bootstrap_weights(np.arange(50), 50))
    expected = sk.f1_score(y, proba.argmax(axis=1), labels=[0, 1, 2], average="macro", zero_division=0)
    assert scores["macro_f1"].value == pytest.approx(expected)
    assert (scores["wind/recall"].value, scores["wind/recall"].n, scores["accuracy"].n) == (0, 0, 50)
    assert not np.isnan(scores["macro_f1"].interval()).any()


def test_n_is_told_on_demand_only():
    scores = {"f1": Estimate(0.5, np.array([0.5]), 3)}
    assert list(with_intervals(scores)) == ["f1", "f1_low", "f1_high"]
    assert with_intervals(scores, with_n=True)["f1_n"] == 3
    assert (scores["f1"] - scores["f1"]).n == 3


def test_it_is_said_which_labels_never_occur_or_were_not_coded():
    fitted = model(LogisticRegression(), tasks=("frames",))
    never = [Sentence(s.text, frames=("gain",) if "gain" in s.frames else (), group=s.group) for s in sentences(3)]
    with pytest.warns(FramingWarning, match="^dev/frames: risk never occurs in the coded rows: its F1") as told:
        scores = evaluate_classifier(fitted, never, "dev").estimates
    assert len(told) == 1
    assert scores["dev/frames/macro_f1"].value == pytest.approx(scores["dev/frames/gain/f1"].value / 2)
    some = [Sentence(s.text, frames=s.frames, coded=("gain",), group=s.group) for s in never]
    with pytest.warns(
        FramingWarning, match="^dev/frames: no row is coded for risk: it has no scores and is in no mean"
    ):
        scores = evaluate_classifier(fitted, some, "dev").estimates
    assert scores["dev/frames/macro_f1"].value == scores["dev/frames/gain/f1"].value
    assert not [path for path in with_intervals(scores) if "risk" in path]


def test_evaluate_shows_what_each_score_is_computed_on(trained, tmp_path):
    rows = [{"text": s.text, "frames": [f for f in s.frames if f == "gain"], "group": s.group} for s in sentences(4)]
    (tmp_path / "coded.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    model_folder = str(trained / "model")
    answer = framing("evaluate", "coded.jsonl", "--all", "--model", model_folder, cwd=tmp_path)
    assert answer.code == 0, answer.err
    assert "warning: test/frames: risk never occurs in the coded rows" in answer.err
    table = {line.split()[0]: line.split()[1:] for line in answer.out.splitlines() if "/" in line}
    assert table["frames/macro_f1"][-1] == "24"
    assert table["frames/gain/f1"][-1] == "12"
    assert table["frames/risk/ap"] == ["0.000", "[0.000,", "0.000]", "0"]
    answer = framing("evaluate", "coded.jsonl", "--model", model_folder, "--format", "json", cwd=tmp_path)
    assert json.loads(answer.out)["test/frames/gain/f1_n"] == 12


def _calibration(seed, n, error, rows_a_document=1):
    """A calibration error and its interval: probabilities that are right, or too high by some error."""
    rng = np.random.default_rng(seed)
    documents = np.arange(n) // rows_a_document
    truth = 0.2 + 0.6 * rng.random(documents.max() + 1)[documents]
    y = (rng.random(n) < truth).astype(float)
    values = calibration_error(y, truth + error, bootstrap_weights(documents, 100, seed))
    return Estimate(float(values[0]), values[1:])


@pytest.mark.parametrize("rows_a_document", [1, 4])
@pytest.mark.parametrize("error", [0.0, 0.1])
def test_resamples_of_a_calibration_error_do_not_lean_to_one_side(error, rows_a_document):
    found = [_calibration(seed, 200, error, rows_a_document) for seed in range(40)]
    shares = [np.mean(e.replicates > e.value + 1e-12) + np.mean(abs(e.replicates - e.value) < 1e-12) / 2 for e in found]
    assert 0.35 < np.mean(shares) < 0.68
    covered = [low - 1e-6 <= error <= high + 1e-6 for low, high in (e.interval() for e in found)]
    assert np.mean(covered) >= 0.9


def test_rows_that_a_resample_repeats_do_not_look_like_more_rows():
    y, proba = np.repeat([1.0, 0, 1, 0], [9, 1, 1, 9]), np.repeat([0.5, 0.5000001], 10)
    # Twice each row: the chance part is still that of ten rows a bin, 0.09 / 9.
    expected = np.sqrt(0.4**2 - 0.01)
    assert calibration_error(y, proba, np.full((1, 20), 2.0)) == pytest.approx([expected], abs=1e-6)


def test_an_interval_reaches_to_its_figure():
    assert Estimate(0.1, np.array([0.2, 0.3])).interval()[0] == 0.1
    assert Estimate(0.9, np.array([0.2, 0.3])).interval()[1] == 0.9


def test_sets_of_frames_are_counted_whatever_their_order():
    rows = [Sentence(f"s{i}", frames=f) for i, f in enumerate([("risk", "gain"), ("gain", "risk"), ("fog", "gain")])]
    text = describe_sentences(rows, BOOK)
    assert "  gain + risk        2  66.7%\n  gain + fog         1  33.3%\n" in text
    assert "  fog         1  33.3%\n  none        0   0.0%\n" in text  # not in the codebook, and counted all the same
    assert "stance" not in text  # nobody coded it
    ticks = [tick.get_text() for tick in corpus_figure(rows, BOOK).axes[0].get_yticklabels()]
    assert ticks == ["gain +\nrisk", "gain +\nfog"]


@pytest.mark.parametrize(
    ("row", "panels"),
    [
        (Sentence("s", frames=("gain",)), 2),
        (Sentence("s", target="the harbour", stance="favor"), 2),
        (Sentence("s"), 1),
        (Sentence("s", frames=(), target="the harbour", stance="favor"), 3),
    ],
)
def test_what_was_not_coded_has_no_panel(row, panels):
    assert len(corpus_figure([row], BOOK).axes) == panels
    assert ("frames:" in describe_sentences([row], BOOK)) == (row.frames is not None)


def test_a_stance_whose_sentence_was_not_coded_for_frames_is_drawn_as_such():
    rows = [Sentence("s", target="the harbour", stance="favor"), Sentence("t", frames=(), target="it", stance="favor")]
    middle = corpus_figure(rows, BOOK).axes[1]
    heights = {bars.get_label(): bars[0].get_height() for bars in middle.containers}
    assert heights == {"with a frame": 0, "without": 1, "frames not coded": 1}


def test_one_document_has_no_interval_and_that_is_said():
    fitted = model(LogisticRegression(), tasks=("frames",))
    with pytest.warns(FramingWarning, match="test/frames: the coded rows are of one document or group: with nothing"):
        evaluate_classifier(fitted, sentences(1))
