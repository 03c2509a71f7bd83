"""Training on a mixture: rows that weigh more or less, rows that only calibrate, sentences that a teacher labels."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from framing import FramingWarning, Sentence, train
from framing.corpus.splits import GroupedFolds
from framing.errors import ConfigError, InputError, ModelError
from framing.model.card import validation_meaning
from framing.model.decisions.heads import fit_head
from framing.model.encoders import EncoderTuner, WordVectorizer
from framing.model.persistence import load_model, save_model
from framing.training import Recipe, fit_training, prepare
from tests.small import BOOK, model, sentences
from tests.test_tuning import STEPS, tiny  # noqa: F401  (a fixture)

QUICK = {"encoder": WordVectorizer(min_df=1), "head": LogisticRegression(C=10, max_iter=1000), "split": GroupedFolds(2)}
LEARNED, APART = sentences(16)[:60], sentences(16)[60:]


def trained(rows=LEARNED, **options):
    return train(rows, BOOK, **{**QUICK, **options})


# Rows that only calibrate


def test_rows_apart_validate_and_are_not_learned_from():
    result = trained(calibrate=APART)
    assert result.held_out["frames"].sentences == APART
    assert result.classifier.info["calibrate"]["rows"] == len(APART)
    told = [(row["learned"], row["frames_fold"]) for row in result.split]
    assert told == [(True, None)] * len(LEARNED) + [(False, 0)] * len(APART)
    # Turned codes change what calibrates, not what the heads have learned.
    turned = [replace(s, frames=tuple({"gain", "risk"} - set(s.frames))) for s in APART]
    other = trained(calibrate=turned)
    one, two = (r.classifier.tasks["frames"] for r in (result, other))
    np.testing.assert_array_equal(one.scores(LEARNED)[0], two.scores(LEARNED)[0])
    assert one.calibrations_ != two.calibrations_


def test_probabilities_have_the_shares_of_the_rows_apart():
    rare = [s for i, s in enumerate(APART) if "gain" not in s.frames or i % 3 == 0]
    share = np.mean(["gain" in s.frames for s in rare])
    proba = trained(calibrate=rare).classifier.tasks["frames"].predict_proba(rare)[:, 0]
    assert proba.mean() == pytest.approx(share, abs=0.05)


def test_what_calibrates_is_not_learned_from():
    with pytest.warns(FramingWarning, match="calibrate: 6 of 66 rows of the data are in it too, or of groups that are"):
        result = trained([*LEARNED, *APART[:6]], calibrate=APART)
    assert result.classifier.info["data"]["counts"]["frames"]["coded"] == 60
    assert trained(calibrate=APART).classifier.info["data"]["digest"] == result.classifier.info["data"]["digest"]
    with pytest.raises(InputError, match="calibrate: all of 60 rows of the data are in it"):
        trained(calibrate=LEARNED)


def test_rows_apart_without_codes_of_a_task_are_refused():
    with pytest.raises(InputError, match=r"calibrate: no row is coded for stance .*set tasks=\[frames\]"):
        trained(calibrate=[replace(s, target=None, stance=None) for s in APART])


def test_rows_apart_need_some_of_each_label():
    with pytest.raises(InputError, match="calibrate: frame 'gain' has 0 positives in 12 coded rows, 2 folds need"):
        trained(calibrate=[s for s in APART if "gain" not in s.frames][:12], tasks=["frames"])


def test_the_card_says_what_validation_is_of():
    info = trained(calibrate=APART, tasks=["frames"]).classifier.info
    assert "rows given as `calibrate`" in validation_meaning(info)


def test_several_files_and_the_shipped_one_make_a_mixture(tmp_path):
    mine = tmp_path / "mine.jsonl"
    mine.write_text('{"text": "The pier will pay.", "frames": ["economic_opportunity"], "doc_id": "mine"}\n')
    recipe = Recipe(encoder=WordVectorizer(min_df=1), tasks=["frames"])
    mixed, alone = (prepare(data, recipe=recipe) for data in (["shipped", str(mine)], "shipped"))
    assert len(mixed.sentences) == len(alone.sentences) + 1
    assert mixed.sentences[-1].text == "The pier will pay."


# Weights


def test_a_row_of_weight_two_is_two_rows():
    twice = trained([*LEARNED, *LEARNED[:12]], calibrate=APART, tasks=["frames"], encoder=Words())
    weighed = [replace(s, weight=2.0 if i < 12 else 1.0) for i, s in enumerate(LEARNED)]
    once = trained(weighed, calibrate=APART, tasks=["frames"], encoder=Words())
    one, two = (r.classifier.tasks["frames"].scores(APART)[0] for r in (twice, once))
    np.testing.assert_allclose(one, two, atol=1e-2)


class Words(WordVectorizer):
    """Words whose numbers do not depend on how many rows there are."""

    def fit(self, texts, y=None):
        return super().fit(list(dict.fromkeys(texts)))


def test_a_row_of_weight_nothing_teaches_nothing():
    wrong = [replace(s, frames=(), weight=0.0, group=f"wrong {s.group}") for s in sentences(16)[90:]]
    calibrate = APART[:30]
    with_wrong, without = (
        trained(rows, calibrate=calibrate, tasks=["frames"], encoder=Words()) for rows in ([*LEARNED, *wrong], LEARNED)
    )
    assert with_wrong.metrics["validation/frames/macro_f1"] == without.metrics["validation/frames/macro_f1"]


def test_a_head_that_cannot_weigh_says_so():
    weighed = [replace(s, weight=0.5) for s in LEARNED]
    with pytest.raises(ConfigError, match="head KNeighborsClassifier: cannot weigh rows; take another"):
        trained(weighed, head=KNeighborsClassifier(3))


def test_several_classes_without_probabilities_are_weighed_too():
    X, y = np.arange(6.0)[:, None], np.array([0, 0, 1, 1, 2, 2])
    head = fit_head(SVC(), X, y, np.ones(6))
    assert head.predict(X).tolist() == fit_head(SVC(), X, y).predict(X).tolist()


@pytest.mark.parametrize("weight", ["-1", "inf"])
def test_a_weight_is_a_number_of_0_or_more(tmp_path, weight):
    file = tmp_path / "rows.csv"
    file.write_text(f"text,frames,weight\nThe pier pays.,gain,1\nThe pier will pay.,gain,{weight}\n")
    with warnings.catch_warnings(), pytest.raises(InputError, match=r"line 3.*weight .* not a number of 0 or more"):
        warnings.simplefilter("ignore")
        train(str(file), BOOK)


def test_weights_reach_the_encoder_too(tiny):  # noqa: F811
    tuner = EncoderTuner(tiny, **STEPS, hold_out=0)
    adapters = []
    for weight in (None, 1.0, 3.0):
        rows = [replace(s, weight=weight if "gain" in s.frames else None) for s in LEARNED]
        result = fit_training(prepare(rows, BOOK, calibrate=APART, recipe=Recipe(**{**QUICK, "encoder": tuner})))
        adapters.append(result.classifier.tasks["frames"].features_["embedding"].encoder_.transform(["A pier."]))
    np.testing.assert_allclose(adapters[0], adapters[1], atol=1e-6)
    assert np.abs(adapters[0] - adapters[2]).max() > 1e-4


# A teacher


@pytest.fixture
def teacher(tmp_path):
    return str(save_model(model(LogisticRegression(C=10, max_iter=1000)), tmp_path / "teacher"))


@pytest.fixture
def unlabelled(tmp_path):
    file = tmp_path / "unlabelled.csv"
    file.write_text("text\n" + "".join(f"{s.text} Rain falls.\n" for s in sentences(16)[48:90]))
    return str(file)


def test_what_a_teacher_says_moves_the_encoder_and_is_told_in_the_model(tiny, teacher, unlabelled, tmp_path):  # noqa: F811
    vectors = []
    for options in ({}, {"teacher": teacher, "unlabelled": unlabelled}):
        tuner = EncoderTuner(tiny, **STEPS, hold_out=0, **options)
        result = trained(encoder=tuner, calibrate=APART)
        vectors.append(result.classifier.tasks["frames"].features_["embedding"].encoder_.transform(["A pier."]))
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-4
    told = load_model(save_model(result.classifier, tmp_path / "taught")).info["tuning"]
    assert told["unlabelled"]["rows"] == 42
    assert len(told["teacher"]) == 64  # a digest, no place on this machine
    assert "Taught by another model on 42 unlabelled" in (tmp_path / "taught" / "README.md").read_text()


def test_sentences_that_calibrate_or_are_scored_are_not_taught(tiny, teacher, tmp_path):  # noqa: F811
    file = tmp_path / "unlabelled.csv"
    other = [f"Rain falls on pier {i}." for i in range(5)]
    file.write_text("text\n" + "".join(f"{text}\n" for text in [*other, APART[0].text, APART[1].text.upper()]))
    recipe = Recipe(**{**QUICK, "encoder": EncoderTuner(tiny, teacher=teacher, unlabelled=str(file))})
    with pytest.warns(
        FramingWarning, match=r"encoder\.unlabelled: 2 of 7 sentences are in what calibrates or is scored"
    ):
        prepared = prepare(LEARNED, BOOK, calibrate=APART, recipe=recipe)
    assert [s.text for s in prepared.unlabelled] == other
    file.write_text(f"text\n{APART[0].text}\n")
    with pytest.raises(InputError, match=r"encoder\.unlabelled: all of 1 sentences are in what calibrates"):
        prepare(LEARNED, BOOK, calibrate=APART, recipe=recipe)


def test_a_teacher_of_other_frames_is_refused(tiny, teacher, unlabelled):  # noqa: F811
    tuner = EncoderTuner(tiny, teacher=teacher, unlabelled=unlabelled)
    other = [Sentence(f"Pier {i}.", frames=("rain",) if i % 2 else (), group=str(i)) for i in range(20)]
    with pytest.raises(ModelError, match="it knows the frames gain, risk, the codebook has rain;"):
        train(other, type(BOOK).from_dict({"name": "weather", "frames": ["rain"]}), encoder=tuner, tasks=["frames"])


def test_a_teacher_needs_sentences_to_label(tiny, teacher):  # noqa: F811
    with pytest.raises(ConfigError, match=r"encoder.teacher=.*expected a model folder together with "):
        trained(encoder=EncoderTuner(tiny, teacher=teacher))


def test_an_encoder_may_learn_the_frames_alone_and_the_stance_reads_its_vectors(tiny):  # noqa: F811
    adapters = []
    for stance in ("favor", "against"):
        rows = [replace(s, stance=stance if i % 2 else s.stance) for i, s in enumerate(LEARNED)]
        result = trained(rows, encoder=EncoderTuner(tiny, **STEPS, hold_out=0, tasks=["frames"]), calibrate=APART)
        features = result.classifier.tasks["stance"].features_["embedding"]
        assert type(features).__name__ == "TargetFeatures"
        adapters.append(features.encoder_.transform(["A pier."]))
    np.testing.assert_array_equal(*adapters)
    with pytest.raises(ConfigError, match=r"encoder.tasks=\['stance'\]: expected some of frames"):
        trained(encoder=EncoderTuner(tiny, tasks=["stance"]), tasks=["frames"])
