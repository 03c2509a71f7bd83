"""A student settles frames without the encoder, where it is certain."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from framing.codebook import Codebook
from framing.errors import ConfigError, FramingWarning, InputError, ModelError
from framing.model.classifier import frames_classifier
from framing.model.decisions.rule import Rule
from framing.model.encoders import SentenceEncoder
from framing.model.framing import FramingClassifier
from framing.model.persistence import load_model, save_model
from framing.model.student.certainty import Agreement, margins
from framing.model.student.learning import EPOCHS
from framing.model.student.network import SHAPES, StudentNetwork
from framing.model.student.student import LOSS, Student
from framing.predictor import Predictor
from framing.records import Sentence
from framing.stream import labelled
from framing.training.distilling import calibration, distil
from tests.command import framing
from tests.small import folds, frame_codes, model, sentences
from tests.test_hostile_models import reason
from tests.test_persistence import edit, fix_digests
from tests.tiny import WIDTH, tiny_encoder

# "profit" is a gain and "warships" a risk for sure, "attack" nobody knows, all else is neither.
WORDS = {"[UNK]": (-6, -6), "profit": (6, -6), "warships": (-6, 6), "attack": (0, 0)}
FACTS = {"sentences": 60, "judged_sentences": 30, "judged_documents": 5, "epochs": 1, "seed": 0}
FACTS |= {"digest": "0" * 64, "passed_on": 0.25}


def network() -> StudentNetwork:
    """A network by hand: the mean of a text's tokens, of which those that are not known hardly count."""
    tokens = np.array(list(WORDS.values()), dtype=np.int8)
    arrays = {
        "tokens": tokens,
        "scale": np.ones(2),
        "weights": np.array([-15.0, 0, 0, 0]),
        "windows": np.zeros((6, 1)),
        "windows_bias": np.zeros(1),
        # What is pooled: the strongest window and their mean, then the mean of vectors; kept positive by an offset.
        "hidden": np.array([[0, 0], [0, 0], [1, 0], [0, 1]]),
        "hidden_bias": np.full(2, 9.0),
        "scores": np.eye(2),
        "scores_bias": np.full(2, -9.0),
    }
    arrays = {name: arrays[name] if name == "tokens" else arrays[name].astype(np.float32) for name in SHAPES}
    return StudentNetwork(list(WORDS), arrays, exclusive=False)


def student() -> Student:
    """It agreed with its model where it was certain, and half the time where its odds were even."""
    p = np.repeat([0.003, 0.5, 0.5, 0.997], [700, 50, 50, 200])
    told = np.repeat([0.002, 0.002, 0.998, 0.998], [700, 50, 50, 200])
    agreement = Agreement.of(np.column_stack([p, p]), np.column_stack([told, told]), exclusive=False)
    return Student(network(), agreement, 0.05, FACTS)


@pytest.fixture(scope="module")
def taught():
    """The small model with the student made by hand."""
    found = model(LogisticRegression())
    found.student = student()
    return found


@pytest.fixture(scope="module")
def saved(taught, tmp_path_factory):
    return save_model(taught, tmp_path_factory.mktemp("student") / "model")


SURE, OPEN, NONE = "Profit for Fern.", "An attack on Fern.", "The clerk of Fern."


def test_a_network_reads_tokens_by_their_weight_and_texts_do_not_touch():
    scores = network().scores([SURE, "warships", "", "profit warships"])
    assert scores.round(3).tolist() == [[6, -6], [-6, 6], [-6, -6], [0, 0]]
    together = network().predict_proba([NONE] * 70 + [SURE])
    assert together[-1].round(2).tolist() == [1, 0]
    assert together[:70].max() < 0.01


def test_windows_are_of_three_tokens_and_end_with_their_text():
    net = network()
    net.arrays["windows"] = np.zeros((6, 1), dtype=np.float32)
    net.arrays["windows"][4, 0] = 1.0  # what the token after this one says of the first label
    net.arrays["hidden"] = np.zeros((4, 2), dtype=np.float32)
    net.arrays["hidden"][0, 0] = 1.0
    assert net.scores(["attack profit", "attack", "profit attack", "profit"])[:, 0].round(3).tolist() == [6, 0, 0, 0]


def test_exclusive_probabilities_sum_to_one_and_compete_with_the_likeliest_other():
    net = StudentNetwork(list(WORDS), network().arrays, exclusive=True)
    assert net.predict_proba([SURE, "attack"]).round(3).tolist() == [[1, 0], [0.5, 0.5]]
    assert margins(np.array([[0.6, 0.3, 0.1]]), exclusive=True).round(2).tolist() == [[0.67, 0.33, 0.14]]


def test_what_was_never_wrong_is_settled_and_even_odds_are_passed_on():
    found = student().agreement.certainty([0.5, 0.5], 0.05)
    proba = np.array([[0.997, 0.003], [0.5, 0.003], [0.003, 0.003]])
    assert found.settled(proba, exclusive=False).tolist() == [True, False, True]
    assert (round(found.passed, 3), [round(of.f1, 2) for of in found.worth]) == (0.1, [1.0, 1.0])


def test_of_exclusive_labels_a_sentence_is_settled_where_the_likeliest_is_sure():
    sure = np.tile([[0.98, 0.01, 0.01], [0.01, 0.98, 0.01], [0.01, 0.01, 0.98]], (100, 1))
    torn = np.tile([[0.5, 0.49, 0.01]], (20, 1))  # the model is for the second
    told = np.vstack([sure, np.tile([[0.01, 0.98, 0.01]], (20, 1))])
    found = Agreement.of(np.vstack([sure, torn]), told, exclusive=True).certainty([0.5] * 3, 0.02)
    assert found.settled(np.vstack([sure[:3], torn[:1]]), exclusive=True).tolist() == [True, True, True, False]


def test_without_sentences_that_have_a_label_all_is_passed_on():
    nothing = np.full((50, 1), 0.001)
    found = Agreement.of(nothing, nothing, exclusive=False).certainty([0.5], 0.01)
    assert (found.passed, found.settled(nothing, exclusive=False).any()) == (1.0, False)
    assert found.worth[0].threshold == 0.5  # alone; of the best expected F1 it would be one that all of these reach


def test_a_decision_costs_what_the_models_probability_says():
    # The student says no of ten sentences; the model is for it, at .5 (near its threshold) or at .99.
    p = np.repeat([0.003, 0.3, 0.997], [80, 10, 10])[:, None]
    lost = []
    for sure in (0.5, 0.99):
        told = np.repeat([0.003, sure, 0.997], [80, 10, 10])[:, None]
        lost.append(Agreement.of(p, told, exclusive=False).certainty([0.45], 0.9).worth[0])
    # F1: 2 * 15.1 / (15.3 + 20) less 2 * 9.97 / (15.3 + 10); 2 * 19.9 / (20.1 + 20) less 2 * 9.97 / (20.1 + 10)
    assert [round(of.f1 - of.fast_f1, 2) for of in lost] == [0.07, 0.33]


def test_alone_it_decides_from_where_f1_is_expected_to_be_best():
    p = np.repeat([0.1, 0.3], [90, 10])[:, None]
    told = np.repeat([0.003, 0.9], [90, 10])[:, None]
    (worth,) = Agreement.of(p, told, exclusive=False).certainty([0.5], 0.01).worth
    assert 0.1 < worth.threshold <= 0.3 and round(worth.only_f1, 2) == 0.93


def test_a_cascade_has_the_students_word_where_it_is_certain_and_the_models_elsewhere(taught):
    rows = [Sentence(SURE), Sentence(OPEN), Sentence(NONE)]
    found = taught.with_student(True).judge(rows, Rule())["frames"]
    plain = taught.judge(rows, Rule())["frames"]
    assert found.passed.tolist() == [False, True, False]
    assert found.proba[1].tolist() == plain.proba[1].tolist()
    assert found.present[0].tolist() == [True, False]
    assert found.proba[0].round(2).tolist() == [1, 0] != plain.proba[0].round(2).tolist()


def test_the_student_alone_asks_no_encoder_and_knows_no_stance(taught):
    fast = Predictor(taught.with_student("only"))
    (one,) = fast.predict([OPEN])
    assert (one.proba, one.stance) == (pytest.approx({"gain": 0.5, "risk": 0.5}, abs=1e-4), None)
    assert fast.predict([OPEN]).provenance["fast"] == {"way": "only", "sentences": 1, "passed_on": 0}
    with pytest.raises(ModelError, match="fast=only is the student, which knows frames alone; leave the target out"):
        fast.predict([OPEN], target="the harbour")


def test_a_stance_is_the_encoders_in_a_cascade(taught):
    plain, fast = Predictor(taught), Predictor(taught.with_student(True))
    one, other = (p.predict([SURE], target="the harbour")[0].stance_proba for p in (plain, fast))
    assert one == other


@pytest.mark.parametrize(
    ("how", "asked", "told"),
    [
        (True, {"abstain": 0.1}, "abstain 0.1: it holds for the encoder's probabilities"),
        (True, {"adapt_priors": "document"}, "adapt_priors document: it holds"),
        (True, {"explain": True}, "explain is of the encoder"),
        ("only", {"goal": "count"}, "goal count: it holds .* with fast=cascade a goal may be given"),
    ],
)
def test_what_needs_the_encoder_everywhere_is_refused_in_a_line(taught, how, asked, told):
    with pytest.raises(ConfigError, match=told):
        Predictor(taught.with_student(how)).predict([SURE], **asked)


def test_a_model_whose_stance_is_left_out_is_not_saved_without_it(taught, tmp_path):
    with pytest.raises(ModelError, match="with fast=only a model has no stance, which would be lost"):
        save_model(taught.with_student("only"), tmp_path / "only")
    assert not (tmp_path / "only").exists()
    read = load_model(save_model(taught.with_student(0.5), tmp_path / "fast"))
    assert (sorted(read.tasks), read.student.loss) == (["frames", "stance"], 0.05)


def test_another_threshold_moves_what_is_passed_on(taught):
    fast = Predictor(taught.with_student(True))
    assert fast.predict([SURE], thresholds={"gain": 0.9999}).provenance["fast"]["passed_on"] == 1
    assert fast.predict([SURE, NONE], goal="count").provenance["fast"]["passed_on"] == 0


def test_a_student_is_saved_with_its_model_and_read_again(taught, saved):
    read = load_model(saved)
    assert read.student.network.scores([SURE]).tolist() == taught.student.network.scores([SURE]).tolist()
    assert (read.student.agreement.student == taught.student.agreement.student).all()
    assert (read.student.loss, read.student.told) == (0.05, FACTS)
    assert (
        "of 30 sentences of 5 documents that it did not see (digest of all 0000000000000000…) 25.0% would go"
        in (saved / "README.md").read_text()
    )


def test_how_much_may_be_lost_can_be_said_and_stands_in_the_provenance(taught):
    told = [Predictor(taught.with_student(how)).predict([OPEN]).provenance["fast"] for how in (True, 0.5)]
    assert [(one["loss"], one["passed_on"]) for one in told] == [(0.05, 1), (0.5, 0)]


def test_a_model_without_a_student_says_how_to_make_one():
    with pytest.raises(ModelError, match=r"has no student .* framing distil MODEL --texts FILE -o FOLDER"):
        model(LogisticRegression(), tasks=("frames",)).with_student(True)
    with pytest.raises(ConfigError, match=r"fast=quick: expected cascade .*such as 0\.01"):
        Predictor.load("shipped", fast="quick")
    with pytest.raises(ConfigError, match=r"fast=\['only'\]: expected"):
        Predictor.load("shipped", fast=["only"])


@pytest.fixture
def folder(saved, tmp_path):
    """A copy of the saved model to damage."""
    import shutil

    return Path(shutil.copytree(saved, tmp_path / "model"))


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"loss": 2.0, "encoder_tokens": None, "told": FACTS}, "expected loss, encoder_tokens, and sentences"),
        (
            {"loss": 0.01, "encoder_tokens": None, "told": {**FACTS, "sentences": "many"}},
            "expected loss, encoder_tokens, and sentences",
        ),
        (
            {"loss": 0.01, "encoder_tokens": None, "told": {**FACTS, "digest": "x"}},
            "expected loss, encoder_tokens, and sentences",
        ),
        ({"loss": 0.01, "encoder_tokens": 1, "told": FACTS}, "expected loss, encoder_tokens, and sentences"),
        ([], "expected loss, encoder_tokens, and sentences"),
    ],
)
def test_a_hostile_description_of_a_student_is_refused(folder, told, why):
    edit(folder, lambda content: content.update(student=told))
    assert why in reason(folder, "student")


def test_a_student_is_left_out_where_the_encoder_has_other_tokens_here_and_the_model_reads_on(folder):
    edit(folder, lambda content: content["student"].update(encoder_tokens="0f"))
    with pytest.warns(FramingWarning, match=r"its student is left out, .* \(tokenizer\.json\) are others"):
        read = Predictor.load(folder)
    assert read.predict([SURE])[0].proba is not None
    with pytest.raises(ModelError, match="has no student"):
        read.classifier.with_student(True)


def test_a_student_of_features_that_it_does_not_read_is_refused(tmp_path):
    found = model(LogisticRegression(), tasks=("frames",))
    for part in (found.tasks["frames"].features_, found.tasks["frames"].heads_):
        part["words"] = part.pop("embedding")
    found.student = student()
    assert "features are called embedding" in reason(save_model(found, tmp_path / "model"), "student")


def damage(folder, name, content):
    (folder / "student" / name).write_bytes(content)
    fix_digests(folder)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("agreement.safetensors", b"", "agreement.safetensors"),
        ("vocabulary.txt", b"profit\nprofit\n", "different tokens"),
        ("vocabulary.txt", b"\xff\n", "utf-8"),
        ("network.safetensors", b"no tensors", "network.safetensors"),
    ],
)
def test_a_damaged_file_of_a_student_is_refused(folder, name, content, why):
    damage(folder, name, content)
    assert why in reason(folder, "student")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("scores_bias", np.full(2, np.nan, dtype=np.float32), "no number"),
        ("scores_bias", np.zeros(3, dtype=np.float32), r"shape (3,), expected (2,)"),
        ("windows", np.zeros((7, 1), dtype=np.float32), "do not go together"),
        ("weights", np.full(4, 99, dtype=np.float32), "from -20 to 20"),
        ("hidden", np.zeros((4, 2), dtype=np.float64), "no number of 8 to 32 bits"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(folder, name, value, why):
    from safetensors.numpy import save

    damage(folder, "network.safetensors", save({**network().arrays, name: value}))
    assert why in reason(folder, "student")


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"student": np.zeros((5, 2), dtype=np.uint8)}, "expected student and model"),
        (dict.fromkeys(("student", "model"), np.zeros((5, 3), dtype=np.uint8)), "of 2 labels"),
        (dict.fromkeys(("student", "model"), np.full((5, 2), 160, dtype=np.uint8)), "no cells below 160"),
        (dict.fromkeys(("student", "model"), np.zeros((5, 2), dtype=np.float32)), "no cells"),
        (dict.fromkeys(("student", "model"), np.zeros((0, 2), dtype=np.uint8)), "no cells"),
    ],
)
def test_cells_that_do_not_fit_are_refused(folder, cells, why):
    from safetensors.numpy import save

    damage(folder, "agreement.safetensors", save(cells))
    assert why in reason(folder, "student")


def test_a_changed_student_is_found_by_its_digest(folder):
    (folder / "student" / "agreement.safetensors").write_text("[]")
    with pytest.raises(ModelError, match=r"student/agreement\.safetensors is damaged"):
        load_model(folder)


def test_exclusive_scores_are_calibrated_with_one_slope():
    scores = np.random.default_rng(0).normal(0, 2, (200, 3))
    odds = scores * 0.5 + [0, 1, -1]
    wanted = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    slopes, bias = calibration(scores, wanted, exclusive=True)
    assert (slopes.round(2).tolist(), bias.round(2).tolist()) == ([0.5, 0.5, 0.5], [0, 1, -1])


@pytest.fixture(scope="module")
def distilled(tmp_path_factory):
    """A folder with a model of a tiny encoder, and what ``framing distil`` made of it."""
    folder = tmp_path_factory.mktemp("distilled")
    (folder / "tiny").mkdir()
    encoder = SentenceEncoder(tiny_encoder(folder / "tiny", "Bert", **WIDTH), cache=False)
    save_model(model(LogisticRegression(C=100), encoder=encoder), folder / "model")
    rows = [{"text": f"{s.text[:-1]}, {end}.", "doc_id": s.group} for s in sentences(16) for end in ("once", "twice")]
    (folder / "texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    write_rows = "".join(json.dumps(s.to_row()) + "\n" for s in sentences(4))
    (folder / "coded.jsonl").write_text(write_rows, encoding="utf-8")
    answer = framing("distil", "model", "--texts", "texts.jsonl", "-o", "fast", "--epochs", "30", cwd=folder)
    assert answer.code == 0, answer.err
    return folder, answer


def test_a_distilled_model_tells_what_its_student_is_worth_and_agrees_with_itself_without(distilled):
    folder, answer = distilled
    assert [line.split()[0] for line in answer.out.splitlines() if line.strip()][-3:-1] == ["gain", "risk"]
    assert "documents that it did not see go to the encoder" in " ".join(answer.out.split())
    plain, fast = (Predictor.load(folder / "fast", fast=how) for how in (False, "only"))
    texts = [s.text for s in sentences(3)]
    difference = plain.predict_proba(texts) - fast.predict_proba(texts)
    assert abs(difference).mean() < 0.2  # of a model that is certain; 0.5 by chance
    assert Predictor.load(folder / "model").predict_proba(texts).tolist() == plain.predict_proba(texts).tolist()


def test_each_command_tells_how_many_sentences_went_to_the_encoder(distilled, tmp_path):
    folder, _ = distilled
    (tmp_path / "a.jsonl").write_text((folder / "texts.jsonl").read_text())
    told = framing("predict", "--model", f"{folder}/fast", "--fast", "a.jsonl", "--no-holders", cwd=tmp_path)
    assert (told.code, "fast: of 192 sentences" in told.err) == (0, True)
    told = framing("score", "a.jsonl", "b.jsonl", "--model", f"{folder}/fast", "--fast=only", cwd=tmp_path)
    assert (told.code, "of 192 sentences all are the student's" in told.err) == (0, True)
    told = framing("evaluate", f"{folder}/coded.jsonl", "--model", f"{folder}/fast", "--fast", cwd=tmp_path)
    assert (told.code, "frames/fast_loss" in told.out) == (0, True), told.err
    told = framing("predict", "--model", f"{folder}/model", "--fast=only", "a.jsonl", cwd=tmp_path)
    assert (told.code, "has no student" in told.err) == (1, True)


def test_each_row_names_the_way_and_no_number_of_those_it_was_read_with(saved, tmp_path, monkeypatch):
    monkeypatch.setattr(labelled, "PIECE", 1)
    rows = "".join(json.dumps({"text": text}) + "\n" for text in (SURE, OPEN))
    (tmp_path / "rows.jsonl").write_text(rows, encoding="utf-8")
    asked = ("--fast", "--provenance", "--format", "jsonl", "--no-holders")
    answer = framing("predict", "rows.jsonl", *asked, "--model", str(saved), cwd=tmp_path)
    told = [json.loads(line)["provenance"]["fast"] for line in answer.out.splitlines()]
    assert told == [{"way": "cascade", "loss": 0.05}] * 2
    assert "fast: of 2 sentences 1 went to the encoder" in answer.err


def test_without_rows_that_are_coded_for_frames_there_is_nothing_to_be_fast_at(distilled, tmp_path):
    folder, _ = distilled
    rows = [{"text": SURE, "target": "Fern", "stance": "favor"}, {"text": OPEN, "target": "Fern", "stance": "against"}]
    (tmp_path / "stance.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for how in ("--fast", "--fast=only"):
        told = framing("evaluate", "stance.jsonl", "--model", f"{folder}/fast", how, cwd=tmp_path)
        assert (told.code, "is coded for frames" in told.err, "of 0" in told.err) == (1, True, False), told.err


def test_what_cannot_be_scored_leaves_nothing_that_would_stand_in_the_way_of_what_can(distilled, tmp_path):
    folder, _ = distilled
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": SURE}) + "\n")
    score = ("score", "a.jsonl", "b.jsonl", "--model", f"{folder}/fast", "--fast=only")
    for asked, why in ((("--abstain", "0.1"), "abstain 0.1: it holds"), (("--target", "Fern"), "a target was given")):
        told = framing(*score, *asked, cwd=tmp_path)
        assert (told.code, why in told.err, list(tmp_path.glob("b.jsonl*"))) == (1, True, []), told.err
    assert framing(*score, cwd=tmp_path).code == 0


def test_a_label_that_the_model_hardly_gives_is_named_since_for_it_all_is_passed_on(distilled, tmp_path):
    folder, _ = distilled
    without = [s for s in sentences(16) if "risk" not in (s.frames or ())]
    rows = [
        {"text": f"{s.text[:-1]}, {end}.", "doc_id": s.group} for s in without for end in ("once", "twice", "again")
    ]
    (tmp_path / "none.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = framing("distil", f"{folder}/model", "--texts", "none.jsonl", "-o", "fast", "--epochs", "1", cwd=tmp_path)
    said = " ".join(told.out.split())
    assert "100.0% of" in said and "risk to fewer than 10 of them" in said, told.out + told.err


def test_too_few_texts_and_models_of_words_are_refused(distilled, taught):
    folder, _ = distilled
    with pytest.raises(InputError, match="60 different texts of 10 documents: a student needs at least 100 of 3"):
        distil(load_model(folder / "model"), sentences())
    with pytest.raises(ModelError, match="reads words alone"):
        distil(taught, sentences(16))
    with pytest.raises(ConfigError, match="loss 1: expected"):
        distil(taught, sentences(16), loss=1)


def test_a_student_of_exclusive_frames_decides_for_one_of_them(distilled):
    folder, _ = distilled
    encoder = load_model(folder / "model").tasks["frames"].features_["embedding"].encoder_
    book = Codebook.from_dict({"name": "one", "exclusive": True, "frames": {"gain": "", "risk": "", "other": ""}})
    rows = [replace(row, frames=(row.frames or ("other",))[:1]) for row in sentences(16)]
    codes = frame_codes(rows, book)
    task = frames_classifier(book, encoder, LogisticRegression(C=100)).fit(rows, codes, folds(rows, codes))
    found = FramingClassifier(book, {"frames": task})
    texts = [replace(row, text=f"{row.text[:-1]}, {end}.", target=None) for row in rows for end in ("once", "twice")]
    found.student = distil(found, texts, epochs=30, loss=0.1)
    plain, fast, only = (Predictor(found.with_student(how)).predict(texts[:36]) for how in (False, True, "only"))
    assert fast.provenance["fast"]["passed_on"] < 36 and [len(one.frames) for one in only] == [1] * 36
    assert sum(one.frames == other.frames for one, other in zip(plain, only, strict=True)) > 30


def test_what_the_student_costs_is_told_by_the_same_resamples(distilled):
    folder, _ = distilled
    answer = framing("evaluate", "coded.jsonl", "--model", "fast", "--fast=only", "--format", "json", cwd=folder)
    scores = json.loads(answer.out)
    plain = json.loads(framing("evaluate", "coded.jsonl", "--model", "fast", "--format", "json", cwd=folder).out)
    loss = plain["test/frames/macro_f1"] - scores["test/frames/macro_f1"]
    assert abs(scores["test/frames/fast_loss"] - loss) < 1e-5


def test_the_commands_defaults_are_those_of_the_function():
    from framing.cli.distil import distil as command

    defaults = {option.name: option.default for option in command.params}
    assert (defaults["loss"], defaults["epochs"], defaults["seed"]) == (LOSS, EPOCHS, 0)
