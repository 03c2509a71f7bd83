"""Training tells the truth: repeatable, nothing leaks, and a stance that ignores its target is found out."""

from __future__ import annotations

import json
import os
import signal
import time
import warnings
from dataclasses import replace
from threading import Event, Timer, get_ident

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from framing import Codebook, FramingWarning, Sentence, train
from framing.corpus.splits import GroupedFolds
from framing.errors import ConfigError, InputError
from framing.model.classifier import TaskClassifier, stance_classifier
from framing.model.decisions.rule import Rule
from framing.model.encoders import WordVectorizer
from framing.parallel import in_parallel, usual_jobs
from framing.resources import resource
from framing.training import Recipe, StanceOptions, evaluate_classifier, prepare
from tests.small import BOOK, sentences

QUICK = {
    "codebook": BOOK,
    "encoder": WordVectorizer(min_df=1),
    "head": LogisticRegression(C=10),
    "split": GroupedFolds(3, random_state=0),
}


def test_minilm_learns_the_shipped_frames_and_reads_new_sentences():
    rows = [json.loads(line) for line in (resource("data") / "plain.jsonl").read_text(encoding="utf-8").splitlines()]
    coded = [row for row in rows if "frames" in row][::2]
    slice_ = [Sentence(row["text"], frames=tuple(row["frames"]), group=row["group"]) for row in coded]
    result = train(slice_, tasks=["frames"], split=GroupedFolds(3, random_state=0))
    assert result.metrics["validation/frames/mean_ap"] > 0.6  # chance is the share of a frame, about .2
    gain, threat = result.classifier.predict(
        [
            Sentence("The agreement opens a lucrative market and will bring billions in investment and new jobs."),
            Sentence("Their missiles pose a serious threat to national security, intelligence officials warned."),
        ]
    )
    assert max(gain.proba, key=gain.proba.get) == "economic_opportunity"
    assert max(threat.proba, key=threat.proba.get) == "security_threat"


def test_two_trainings_with_one_seed_agree():
    first, second = (train(sentences(), **QUICK, seed=7) for _ in range(2))
    rows = sentences(3)
    assert [p.frames for p in first.classifier.predict(rows)] == [p.frames for p in second.classifier.predict(rows)]
    for task in ("frames", "stance"):
        one, other = (result.classifier.tasks[task].predict_proba(rows) for result in (first, second))
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert first.metrics == second.metrics


def test_folds_at_the_same_time_give_what_folds_one_after_the_other_give(monkeypatch):
    threads = set()
    fit = TaskClassifier.fit

    def seen(*arguments):
        threads.add(get_ident())
        return fit(*arguments)

    monkeypatch.setattr(TaskClassifier, "fit", seen)
    alone = train(sentences(), **QUICK, n_jobs=1)
    assert threads == {get_ident()}
    threads.clear()
    together = train(sentences(), **QUICK, n_jobs=2)
    assert threads and get_ident() not in threads
    assert together.metrics == alone.metrics
    assert together.predictions == alone.predictions


def test_what_fails_in_a_fold_is_said_as_it_is():
    with pytest.raises(ConfigError, match=r"head KNeighborsClassifier: .*n_neighbors"):
        train(sentences(), **{**QUICK, "head": KNeighborsClassifier(1000)}, n_jobs=2)


def test_filters_of_warnings_that_threads_set_do_not_stay():
    before = list(warnings.filters)
    list(in_parallel(lambda item: warnings.simplefilter("ignore", UserWarning), range(4), 2))
    assert warnings.filters == before


def test_ctrl_c_does_not_wait_for_folds_that_are_fitted():
    gate, interrupt = Event(), Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    # What is started in the background may ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        interrupt.start()
        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            list(in_parallel(lambda item: gate.wait(60), range(4), 2))
        assert time.monotonic() - start < 30
    finally:
        gate.set()
        signal.signal(signal.SIGINT, before)


def test_a_process_takes_the_processors_that_it_is_given(monkeypatch):
    monkeypatch.setattr("joblib.cpu_count", lambda: 4)
    for given, taken in (("1", 1), ("3", 3), ("64", 4), ("0", 4), ("many", 4), ("", 4)):
        monkeypatch.setenv("OMP_NUM_THREADS", given)
        assert usual_jobs() == taken
    with pytest.raises(ConfigError, match="n_jobs=0: expected 1 or more, or null"):
        Recipe(n_jobs=0)


def test_another_codebook_of_two_labels_trains_end_to_end():
    book = Codebook.from_dict({"name": "weather", "frames": ["wet", "windy"]})
    rows = [
        Sentence(f"{text} in {place}", frames=frames, group=place)
        for place in ("Ayr", "Bern", "Cork", "Deal", "Ely", "Fife")
        for text, frames in (
            ("rain soaked the fields", ("wet",)),
            ("gusts tore at roofs", ("windy",)),
            ("rain and gusts came together", ("wet", "windy")),
            ("a mild and quiet day", ()),
        )
    ]
    result = train(rows, **{**QUICK, "codebook": book}, tasks=["frames"])
    predicted = result.classifier.predict([Sentence("rain soaked us"), Sentence("a quiet day"), Sentence("gusts")])
    assert [p.frames for p in predicted] == [("wet",), (), ("windy",)]


def test_each_coded_row_is_predicted_once_by_a_fold_that_did_not_hold_it():
    rows = sentences()
    held_out = train(rows, **QUICK, tasks=["frames"]).held_out["frames"]
    assert held_out.sentences == rows
    assert not np.isnan(held_out.proba).any()
    assert [p.sentence for p in held_out.predictions] == rows


def test_the_split_is_told_row_by_row_and_no_group_is_cut():
    split = train(sentences(), **QUICK).split
    assert len(split) == 60 and all(row["learned"] for row in split)
    assert {row["frames_fold"] for row in split} == {0, 1, 2}
    assert len({(row["group"], row["frames_fold"]) for row in split}) == len({row["group"] for row in split}) == 10


def test_the_primary_metric_comes_first_and_each_has_its_interval():
    result = train(sentences(), **QUICK)
    assert result.primary == "validation/frames/macro_f1"
    values = [path for path in result.metrics if not path.endswith(("_low", "_high"))]
    assert {"validation/stance/macro_f1", "validation/stance_blind/macro_f1"} < set(values)
    for path in values:
        assert result.metrics[f"{path}_low"] <= result.metrics[f"{path}_high"]
    assert result.classifier.info["data"]["counts"]["frames"] == {"coded": 60, "groups": 10, "gain": 30, "risk": 30}


def opposed(n: int = 24) -> list[Sentence]:
    """One sentence, two targets, opposite stances: only the target tells them apart."""
    return [
        Sentence(f"Voices number {i} praise bridges and curse tunnels", target=target, stance=stance, group=str(i))
        for i in range(n)
        for target, stance in (("bridges", "favor"), ("tunnels", "against"), ("gardens", "neutral"))
    ]


def test_a_stance_that_lies_in_the_target_is_seen_with_it_and_not_without():
    result = train(opposed(), **QUICK, tasks=["stance"])
    assert result.metrics["validation/stance/macro_f1"] == 1.0
    assert result.metrics["validation/stance_blind/macro_f1"] < 0.5


def test_the_blind_baseline_ignores_the_target():
    rows = opposed()
    recipe = {key: value for key, value in QUICK.items() if key != "codebook"}
    training = prepare(rows, BOOK, recipe=Recipe(**recipe, tasks=["stance"]))
    task = training.tasks["stance"]
    blind = stance_classifier(BOOK, QUICK["encoder"], QUICK["head"], blind=True).fit(rows, task.Y, task.folds)
    seeing = stance_classifier(BOOK, QUICK["encoder"], QUICK["head"]).fit(rows, task.Y, task.folds)
    turned = [replace(row, target="tunnels") for row in rows]
    assert np.array_equal(blind.predict_proba(rows), blind.predict_proba(turned))
    assert not np.allclose(seeing.predict_proba(rows), seeing.predict_proba(turned))


def test_the_baseline_can_be_left_out():
    metrics = train(sentences(), **QUICK, stance=StanceOptions(blind_baseline=False)).metrics
    assert not any("stance_blind" in path for path in metrics)


def test_other_files_are_scored_and_change_nothing(tmp_path):
    file = tmp_path / "other.jsonl"
    file.write_text("".join(json.dumps(row.to_row()) + "\n" for row in sentences(4)), encoding="utf-8")
    without, beside = (
        train(sentences(), **QUICK),
        train(sentences(), **QUICK, evaluate={"dev": str(file), "test": None}),
    )
    assert beside.metrics["dev/frames/macro_f1"] == 1.0
    assert "dev/stance_blind/macro_f1" in beside.metrics
    assert beside.classifier.predict(sentences(2)) == without.classifier.predict(sentences(2))
    assert {path: value for path, value in beside.metrics.items() if not path.startswith("dev/")} == without.metrics


def test_labels_not_looked_at_are_left_out_of_learning_and_scoring():
    rows = [replace(row, coded=("gain",), frames=tuple(f for f in row.frames if f == "gain")) for row in sentences(4)]
    result = train(rows + sentences(), **QUICK, tasks=["frames"])
    assert result.classifier.info["data"]["counts"]["frames"]["risk"] == 30
    with pytest.warns(FramingWarning, match="no row is coded for risk"):
        scores = evaluate_classifier(result.classifier, rows).estimates
    assert scores["test/frames/macro_f1"].value == scores["test/frames/gain/f1"].value == 1.0
    assert np.isnan(scores["test/frames/risk/f1"].value)


def test_a_task_without_coded_rows_is_left_out_with_a_warning():
    rows = [replace(row, stance=None) for row in sentences()]
    with pytest.warns(FramingWarning, match="stance not trained: no row has both 'target' and 'stance'"):
        result = train(rows, **QUICK)
    assert set(result.classifier.tasks) == {"frames"}


@pytest.mark.parametrize(
    ("rows", "options", "error", "line"),
    [
        ([replace(r, frames=None, stance=None) for r in sentences()], {}, InputError, "no coded rows"),
        (
            [r for r in sentences() if "risk" not in r.frames] + sentences(1),
            {"tasks": ["frames"]},
            InputError,
            "frame 'risk' has 3 positives in 36 coded rows, 5 folds need at least 5: code more",
        ),
        (sentences(), {"tasks": []}, ConfigError, r"^tasks=\[\]: expected some of frames, stance$"),
        (sentences(), {"tasks": ["tone"]}, ConfigError, "unknown task 'tone'; expected one of: frames, stance"),
        (
            [
                replace(r, stance="neutral" if r.stance == "favor" and r.group > "Birch" else r.stance)
                for r in sentences()
            ],
            {"tasks": ["stance"]},
            InputError,
            "stance class 'favor' has 4 positives in 60 coded rows, 5 folds need at least 5: code more",
        ),
        (
            [replace(r, frames=(*r.frames, "gain") if "gain" not in r.frames else r.frames) for r in sentences()],
            {"tasks": ["frames"]},
            InputError,
            "frame 'gain' has 0 negatives in 60 coded rows, 5 folds need at least 5",
        ),
        (sentences(2), {}, InputError, "2 group"),
        (
            sentences(2),
            {"split": GroupedFolds(2), "tasks": ["frames"]},
            InputError,
            "the rows coded for frames form 2 groups, too few to cross-validate within a fold; give more rows",
        ),
        (sentences(), {"tasks": "frames"}, ConfigError, r"^tasks=frames: expected a list, such as tasks=\[frames\]$"),
        (
            sentences(),
            {"thresholds": "f2"},
            ConfigError,
            "^thresholds f2: no such goal of a threshold; expected f1, micro_f1, count",
        ),
        (sentences(), {"head": SVC(C=-1)}, ConfigError, "^head SVC: The 'C' parameter of SVC must be a float"),
        (sentences(), {"stance": StanceOptions(head=SVC(C=-1))}, ConfigError, "^head SVC: The 'C' parameter"),
        (
            sentences(),
            {"evaluate": {"dev": [Sentence("A quiet day.")]}},
            InputError,
            "^dev: none of 1 rows is coded for frames or stance; expected 'frames'",
        ),
        (
            sentences(),
            {"evaluate": {"validation": sentences(2)}},
            ConfigError,
            "^evaluate.validation: the name of the cross-validation's scores; choose another$",
        ),
    ],
)
def test_what_cannot_be_trained_is_said_in_a_line(rows, options, error, line):
    with pytest.raises(error, match=line):
        train(rows, **{**QUICK, "split": GroupedFolds(5), **options})


def test_a_set_without_codes_cannot_be_evaluated():
    classifier = train(sentences(), **QUICK).classifier
    with pytest.raises(InputError, match="test: none of 1 rows is coded for frames or stance"):
        evaluate_classifier(classifier, [Sentence("A quiet day.")])


def test_what_only_the_group_gives_away_is_not_learned():
    # A place is framed one way throughout, and each sentence names its place.
    places = list(dict.fromkeys(row.group for row in sentences(16)))
    rows = [
        Sentence(f"{place} {place} {place}, day {day}", frames=(("gain", "risk")[number % 2],), group=place)
        for number, place in enumerate(places)
        for day in range(6)
    ]
    result = train(rows, **{**QUICK, "encoder": WordVectorizer(max_n=1, min_df=1)}, tasks=["frames"])
    # Places it has not seen tell it nothing: half of them are right by chance.
    assert result.metrics["validation/frames/mean_ap"] < 0.65
    # Where other sentences of the place may be learned from, all is right.
    each_alone = [replace(row, group=str(i)) for i, row in enumerate(rows)]
    flattering = train(each_alone, **{**QUICK, "encoder": WordVectorizer(max_n=1, min_df=1)}, tasks=["frames"])
    assert flattering.metrics["validation/frames/mean_ap"] > 0.99


def test_a_label_that_was_coded_in_one_group_only_is_trained_and_validated():
    only_gain = [replace(r, coded=("gain",), frames=tuple({"gain"} & set(r.frames))) for r in sentences()]
    rows = [whole if whole.group == "Alder" else part for whole, part in zip(sentences(), only_gain, strict=True)]
    result = train(rows, **QUICK, tasks=["frames"])
    assert not np.isnan(result.held_out["frames"].proba).any()
    assert result.metrics["validation/frames/gain/f1"] == 1.0
    # The fold that holds the one group out has never seen the label.
    assert result.metrics["validation/frames/risk/recall"] == 0.0


def test_held_out_stances_are_records_with_one_class_each():
    held_out = train(sentences(), **QUICK, tasks=["stance"]).held_out["stance"]
    predictions = held_out.predictions
    assert [p.sentence for p in predictions] == sentences()
    assert [p.stance for p in predictions] == [held_out.labels[k] for k in held_out.proba.argmax(axis=1)]
    assert predictions[0].stance_proba == dict(zip(held_out.labels, held_out.proba[0], strict=True))


def test_a_stance_may_have_a_head_of_its_own():
    result = train(sentences(), **QUICK, stance=StanceOptions(head=SVC(), blind_baseline=False))
    assert {name: type(task.head).__name__ for name, task in result.classifier.tasks.items()} == {
        "frames": "LogisticRegression",
        "stance": "SVC",
    }


def test_a_goal_out_of_reach_is_told_once_for_each_label():
    rows = [replace(row, frames=("risk",) if i % 5 == 0 else row.frames) for i, row in enumerate(sentences())]
    with pytest.warns(FramingWarning) as caught:
        result = train(rows, **QUICK, tasks=["frames"], thresholds="precision>=0.999")
    told = [str(w.message) for w in caught if issubclass(w.category, FramingWarning)]
    assert 1 <= len(told) <= 2
    assert len({line.split(":")[0] for line in told}) == len(told)
    assert "precision>=0.999 was not reached; the threshold for precision 0." in told[0]
    assert result.classifier.tasks["frames"].goal == "precision>=0.999"


def test_scores_can_be_those_of_adapted_probabilities():
    classifier = train(sentences(), **QUICK).classifier
    rows = [row for row in sentences(16) if "gain" not in row.frames] + sentences(1)
    plain = evaluate_classifier(classifier, rows).estimates
    evaluation = evaluate_classifier(classifier, rows, rule=Rule(adapt_priors=True))
    adapted, shifts = evaluation.estimates, evaluation.shifts
    assert adapted["test/frames/gain/log_loss"].value != plain["test/frames/gain/log_loss"].value
    assert adapted["test/frames/macro_f1"].value == plain["test/frames/macro_f1"].value
    assert set(shifts) == {"frames"}
    assert adapted["test/stance/log_loss"].value == plain["test/stance/log_loss"].value
