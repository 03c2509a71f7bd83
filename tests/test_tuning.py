"""Tuned encoders: they learn the codes, from the training part alone, the same way each time, and survive a kill."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from framing import Predictor, Sentence, train
from framing.corpus.splits import GroupedFolds
from framing.errors import ConfigError, EncoderError, InputError, OutputError
from framing.model.classifier import frames_classifier
from framing.model.encoders import SentenceEncoder, tuning
from framing.model.encoders.adapters import ADAPTER_FILES
from framing.model.encoders.lessons import Lesson
from framing.model.encoders.reading import Reading
from framing.model.encoders.reference import REFERENCES
from framing.model.encoders.tuning import EncoderTuner
from framing.model.encoders.weights import find_weights
from framing.model.persistence import load_model, save_model
from tests.small import BOOK, folds, frame_codes, sentences

STEPS = {"rank": 4, "epochs": 2, "rows_per_step": 8, "learning_rate": 0.02, "cache": False}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A BERT of two narrow layers that nobody has trained, with MiniLM's words."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = AutoTokenizer.from_pretrained(find_weights("sentence-transformers/all-MiniLM-L6-v2")[0])
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config).save_pretrained(folder / "bert")
    tokenizer.save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"))
    pooling = Pooling(transformer.get_embedding_dimension(), "mean")
    SentenceTransformer(modules=[transformer, pooling], device="cpu").save(str(folder / "model"))
    return str(folder / "model")


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "cache"))


def lesson(rows: list[Sentence]) -> Lesson:
    return Lesson([s.text for s in rows], frame_codes(rows), False, GroupedFolds().groups(rows))


def tuned_on(rows: list[Sentence], tiny: str, **options: object) -> np.ndarray:
    encoder = EncoderTuner(tiny, **{**STEPS, **options}).tune([lesson(rows)])
    return encoder.transform([s.text for s in sentences(3)])


class BlindFolds(GroupedFolds):
    """Folds that do not look at the codes, so that other codes do not move them."""

    def split(self, strata, groups):
        return super().split(["" for _ in strata], groups)


def fitted(rows: list[Sentence], tiny: str, **options: object):
    encoder = EncoderTuner(tiny, **{**STEPS, **options})
    return train(rows, BOOK, encoder=encoder, head=LogisticRegression(), split=BlindFolds(4, random_state=0))


def test_vectors_learn_to_part_the_frames(tiny):
    rows = sentences(14)
    y = frame_codes(rows)[:, 1] > 0

    def parted(encoder: SentenceEncoder) -> float:
        X = encoder.transform([s.text for s in rows])
        X = X / np.linalg.norm(X, axis=1, keepdims=True)
        return float(np.linalg.norm(X[y].mean(axis=0) - X[~y].mean(axis=0)) / X.std())

    before = parted(SentenceEncoder(tiny, cache=False))
    after = parted(EncoderTuner(tiny, **{**STEPS, "epochs": 8}).tune([lesson(rows)]))
    assert after > 1.5 * before


def test_nothing_of_the_held_out_part_reaches_the_encoder_or_the_heads(tiny):
    rows = sentences(16)
    once = fitted(rows, tiny)
    held = {s.text for s in once.held_out["frames"].sentences}
    assert 0 < len(held) < len(rows) / 2
    other = [
        Sentence(s.text, frames=() if s.frames else ("gain", "risk"), target=s.target, stance="favor", group=s.group)
        if s.text in held
        else s
        for s in rows
    ]
    again = fitted(other, tiny)
    assert {s.text for s in again.held_out["frames"].sentences} == held, "the folds moved, the test says nothing"
    for task in ("frames", "stance"):
        one, two = (r.classifier.tasks[task] for r in (once, again))
        for a, b in zip(one.heads_["embedding"], two.heads_["embedding"], strict=True):
            np.testing.assert_array_equal(a.coef_, b.coef_)
    # What they are for, they do reach: calibration and thresholds.
    assert once.classifier.tasks["frames"].calibrations_ != again.classifier.tasks["frames"].calibrations_


def text_of(reading: Reading) -> str:
    return reading if isinstance(reading, str) else reading[0]


@pytest.mark.parametrize("cross_fit", [False, True])
def test_no_encoder_scores_a_group_that_it_was_tuned_on(tiny, monkeypatch, cross_fit):
    seen, asked = [], []
    tune, transform = EncoderTuner.tune, SentenceEncoder.transform

    def spy(self: EncoderTuner, lessons: list[Lesson]) -> SentenceEncoder:
        encoder = tune(self, lessons)
        seen.append((encoder.adapter, {text_of(reading) for lesson in lessons for reading in lesson.texts}))
        return encoder

    def watch(self: SentenceEncoder, texts: list[Reading]) -> np.ndarray:
        asked.append((self.adapter, {text_of(reading) for reading in texts}))
        return transform(self, texts)

    monkeypatch.setattr(EncoderTuner, "tune", spy)
    monkeypatch.setattr(SentenceEncoder, "transform", watch)
    rows = sentences(16)
    result = fitted(rows, tiny, epochs=1, cross_fit=cross_fit)
    assert len(seen) == (5 if cross_fit else 1)
    held = {s.text for s in result.held_out["frames"].sentences}
    assert (held == {s.text for s in rows}) == cross_fit
    for adapter, taught in seen[:4] if cross_fit else seen:
        scored = set().union(*(texts for a, texts in asked if a == adapter)) - taught
        assert scored and not scored & taught
        places = [text.split(" of ")[1].split()[0].rstrip(".") for text in taught if "Merchants of" in text]
        assert not any(place in text for place in places for text in scored)


def test_the_same_seed_gives_the_same_adapter_and_another_another(tiny, tmp_path, monkeypatch):
    first = tuned_on(sentences(), tiny)
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "elsewhere"))
    np.testing.assert_array_equal(first, tuned_on(sentences(), tiny))
    assert np.abs(first - tuned_on(sentences(), tiny, seed=1)).max() > 1e-4


class Killed(BaseException):
    """Stands for a process that dies."""


def test_killed_and_started_again_it_goes_on_and_ends_the_same(tiny, tmp_path, monkeypatch):
    whole = tuned_on(sentences(), tiny)
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "elsewhere"))

    class Deadly:
        def __init__(self, limit: int | None) -> None:
            self.n, self.limit, self.steps = 0, limit, 0

        def __enter__(self) -> Deadly:
            return self

        def __exit__(self, *error: object) -> None:
            return None

        def update(self, n: int) -> None:
            self.n += n
            self.steps += 1
            if self.limit is not None and self.n > self.limit:
                raise Killed

    bars = [Deadly(9), Deadly(None)]
    monkeypatch.setattr(tuning, "bar", lambda *_: bars[0])
    with pytest.raises(Killed):
        tuned_on(sentences(), tiny)
    assert not list(tmp_path.glob("elsewhere/adapters/*/adapter"))
    monkeypatch.setattr(tuning, "bar", lambda *_: bars[1])
    np.testing.assert_allclose(tuned_on(sentences(), tiny), whole, atol=1e-5)
    assert 0 < bars[1].steps < bars[1].n, "it began anew"
    assert not list(tmp_path.glob("elsewhere/adapters/*/checkpoint-*")), "the checkpoints were left behind"


def test_what_is_finished_is_not_done_twice(tiny, monkeypatch):
    first = tuned_on(sentences(), tiny)
    monkeypatch.setattr(EncoderTuner, "_train_adapter", lambda *_: pytest.fail("trained again"))
    np.testing.assert_array_equal(first, tuned_on(sentences(), tiny))


def test_it_stops_early_when_the_held_out_loss_no_longer_falls(tiny, monkeypatch):
    counted = []
    bar = tuning.bar
    monkeypatch.setattr(tuning, "bar", lambda *args: counted.append(bar(*args)) or counted[-1])
    rng = np.random.default_rng(0)
    rows = [Sentence(s.text, frames=("gain",) if rng.random() < 0.5 else (), group=s.group) for s in sentences()]
    tuned_on(rows, tiny, epochs=40, patience=2, hold_out=0.3, learning_rate=0.05)
    assert counted[0].n < counted[0].total / 2


def test_what_was_not_coded_teaches_nothing(tiny):
    rows = sentences()
    Y = frame_codes(rows)
    Y[::2, 1] = np.nan
    one = EncoderTuner(tiny, **STEPS).tune([Lesson([s.text for s in rows], Y, False, GroupedFolds().groups(rows))])
    assert one.adapter != EncoderTuner(tiny, **STEPS).tune([lesson(rows)]).adapter
    X = one.transform([rows[0].text])
    assert np.isfinite(X).all()


@pytest.mark.parametrize("beside_frozen", [False, True])
def test_saved_the_adapter_is_a_small_file_and_loaded_it_says_the_same(tiny, tmp_path, beside_frozen):
    rows = sentences(12)
    result = fitted(rows, tiny, beside_frozen=beside_frozen)
    sets = ["embedding", "frozen"] if beside_frozen else ["embedding"]
    assert list(result.classifier.tasks["stance"].heads_) == sets
    folder = save_model(result.classifier, tmp_path / "model")
    vectors = [name for name, _ in REFERENCES[: 1 + beside_frozen]]  # to compare with, of each encoder
    assert sorted(path.name for path in (folder / "encoder").iterdir()) == sorted([*ADAPTER_FILES, *vectors])
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 500_000
    content = (folder / "model.json").read_text(encoding="utf-8")
    assert json.loads(content)["encoder"]["adapter"] == "encoder" and "cache/adapters" not in content
    for path in (folder / "encoder").glob("*.json"):
        assert str(tmp_path) not in path.read_text(encoding="utf-8")
    moved = folder.rename(tmp_path / "moved")
    before = result.classifier.predict(rows)
    loaded = load_model(moved)
    for file in sorted(moved.rglob("*"), reverse=True):  # as a download from a store goes away
        file.rmdir() if file.is_dir() else file.unlink()
    after = Predictor(loaded).predict(rows)
    for one, two in zip(before, after, strict=True):
        assert one.frames == two.frames and one.stance == two.stance
        assert one.proba == pytest.approx(two.proba)
        assert one.stance_proba == pytest.approx(two.stance_proba)


def test_a_damaged_adapter_is_refused(tiny, tmp_path):
    folder = save_model(fitted(sentences(12), tiny).classifier, tmp_path / "model")
    (folder / "encoder" / "adapter_model.safetensors").write_bytes(b"nothing")
    with pytest.raises(Exception, match=r"adapter_model\.safetensors is damaged"):
        load_model(folder)


def test_a_stance_is_read_with_its_target(tiny):
    rows = sentences(12)
    classifier = fitted(rows, tiny).classifier
    stance = classifier.tasks["stance"].features_["embedding"]
    assert stance.texts_read(rows[:1]) == [(rows[0].text, "the harbour")]


def test_sentences_coded_for_their_stance_alone_are_learned_from_too(tiny):
    rows = sentences(12)
    more = [replace(s, text=f"{s.text} Rain falls.", frames=None) for s in rows]
    classifier = fitted([*rows, *more], tiny).classifier
    for features in (task.features_["embedding"] for task in classifier.tasks.values()):
        assert np.isfinite(features.transform(rows)).all()


def test_a_training_that_went_astray_is_told_and_kept_nowhere(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path))
    with pytest.raises(EncoderError, match=r"no numbers any more after .* take a lower encoder.learning_rate than 1e"):
        fitted(sentences(12), tiny, learning_rate=1e35)
    assert not list(tmp_path.glob("adapters/*/adapter"))


@pytest.mark.parametrize(
    "options, line",
    [
        ({"rank": 0}, "encoder.rank=0: expected a number above 0"),
        ({"hold_out": 1.0}, r"encoder.hold_out=1.0: expected a share in \[0, 1\)"),
        ({"layers": "some"}, "encoder.layers=some: expected attention or all"),
        ({"contrastive": -1}, "encoder.contrastive=-1: expected 0 or more"),
        ({"precision": "half"}, "encoder.precision=half: expected float32 or bfloat16"),
    ],
)
def test_an_option_out_of_bounds_is_refused_before_the_work(options, line):
    with pytest.raises(ConfigError, match=line):
        train(sentences(), BOOK, encoder=EncoderTuner(**options))


def test_a_cache_that_cannot_be_written_is_told_in_one_line(tiny, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "file" / "below"))
    with pytest.raises(OutputError, match=r"an adapter cannot be kept here .* set FRAMING_CACHE"):
        tuned_on(sentences(), tiny)


def test_a_tuner_is_no_encoder_and_heads_are_not_fitted_on_untuned_vectors(tiny):
    rows = sentences()
    Y = frame_codes(rows)
    classifier = frames_classifier(BOOK, EncoderTuner(tiny), LogisticRegression())
    with pytest.raises(ConfigError, match=r"^EncoderTuner\(.*\): no encoder yet; tune it first"):
        classifier.fit(rows, Y, folds(rows, Y))
    assert not hasattr(EncoderTuner(tiny), "transform")


def test_a_held_out_part_too_small_to_validate_with_is_told_before_the_tuning(tiny, monkeypatch):
    monkeypatch.setattr(EncoderTuner, "_train_adapter", lambda *_: pytest.fail("trained first"))
    with pytest.raises(InputError, match=r"^the part held out from tuning has 1 group\(s\) of rows coded for frames"):
        train(sentences(5), BOOK, encoder=EncoderTuner(tiny, **STEPS), split=GroupedFolds(5, random_state=0))
