"""A behavioural suite: what can be in it, and how a model comes out."""

from __future__ import annotations

import json

import pytest
from sklearn.linear_model import LogisticRegression

from framing import Codebook, Sentence, train
from framing.app.behaved import behaviour_line, behaviour_table
from framing.app.record import run_tags
from framing.behaviour import read_suite, run_suite
from framing.behaviour.run import Outcome, SuiteResults
from framing.behaviour.suite import Case
from framing.corpus.splits import GroupedFolds
from framing.errors import InputError
from framing.model.persistence import load_model, save_model
from framing.training import SwapTest
from tests.command import framing
from tests.conftest import ROOT
from tests.small import BOOK, model, sentences

SUITE = """tests:
  - kind: minimum
    name: gain
    has: gain
    cases:
      - Merchants welcome the profit of new markets.
      - {text: Warships threaten the harbour., has: risk, target: the harbour, stance: against}
  - kind: invariance
    name: places
    cases:
      - [The clerk of Alder counted the ropes., The clerk of Birch counted the ropes.]
  - kind: direction
    name: from gain to danger
    removes: gain
    adds: risk
    cases:
      - template: The {thing} will bring profit.
        to: Warships threaten the {thing}.
        fill: {thing: [harbour, market]}
"""


@pytest.fixture(scope="module")
def small():
    return model(LogisticRegression())


@pytest.fixture
def suite(tmp_path):
    def write(text: str):
        file = tmp_path / "suite.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_a_suite_is_read_with_its_lines_and_templates_are_filled(suite):
    cases = read_suite(suite(SUITE))
    assert [case.kind for case in cases] == ["minimum", "minimum", "invariance", "direction", "direction"]
    assert cases[1].has == ("risk",)
    assert cases[1].place.endswith("suite.yaml, line 7")
    assert [case.text for case in cases[3:]] == [f"The {thing} will bring profit." for thing in ("harbour", "market")]
    assert cases[3].template == cases[4].template


def test_a_model_that_knows_its_words_passes_and_a_template_counts_once(small, suite):
    results = run_suite(small, read_suite(suite(SUITE)))
    assert [outcome.failed for outcome in results.failures] == []
    assert results.sizes() == {
        ("minimum", "gain"): 2,
        ("minimum", "all"): 2,
        ("invariance", "places"): 1,
        ("invariance", "all"): 1,
        ("direction", "from gain to danger"): 1,
        ("direction", "all"): 1,
        ("all", "all"): 4,
    }


def test_half_of_a_template_is_half_a_case():
    cases = [Case("minimum", "n", "t", template=t) for t in ("a", "a", "b", "c")]
    results = SuiteResults([Outcome(case, failed) for case, failed in zip(cases, ("", "no", "", ""), strict=True)])
    assert round(results.rates()["all", "all"].value, 4) == 0.8333


def test_what_fails_is_told_with_its_line(small, suite):
    file = suite("tests:\n- kind: minimum\n  name: n\n  lacks: gain\n  cases:\n  - Profit of new markets.\n")
    (failed,) = run_suite(small, read_suite(file)).failures
    assert failed.failed.startswith("gain (0.")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty; expected a list 'tests'"),
        ("tests: [", "line 1: not valid YAML"),
        ("tests:\n- kind: minimal\n  name: n\n  cases: []", "line 2: unknown kind of test 'minimal'"),
        ("tests:\n- kind: minimum\n  name: n", "line 2: a test without 'cases'"),
        (
            "tests:\n- kind: minimum\n  name: n\n  cases: [A text.]",
            "line 4: nothing is expected; expected some of has, lacks",
        ),
        (
            "tests:\n- kind: invariance\n  name: n\n  cases: [A text.]",
            "line 4: a test of kind invariance compares two texts",
        ),
        (
            "tests:\n- kind: invariance\n  name: n\n  has: gain\n  cases: [[A, B]]",
            "line 4: 'has' means nothing in a test of",
        ),
        (
            "tests:\n- kind: invariance\n  name: n\n  cases: [[A, B, C]]",
            "expected a pair [text, changed text], got 3 texts",
        ),
        ("tests:\n- kind: minimum\n  name: n\n  stance: favor\n  cases: [A]", "line 5: a stance needs a 'target'"),
        ("tests:\n- kind: minimum\n  name: n\n  name: m\n  cases: [A]", "line 4: 'name' stands twice"),
        ("tests: &a\n- *a", "line 1: anchors and merge keys are not read (&a)"),
        (
            "tests:\n- kind: minimum\n  name: n\n  has: g\n  cases:\n  - {template: '{x}', fill: {y: [a]}}",
            "{x} has no words",
        ),
        (
            "tests:\n- kind: minimum\n  name: n\n  has: g\n  cases:\n  - {template: '{x', fill: {x: [a]}}",
            "is no template",
        ),
        ("test: []", "unknown key 'test'; expected one of: codebook, tests"),
    ],
)
def test_a_suite_that_cannot_be_says_where_and_why(suite, text, told):
    with pytest.raises(InputError) as refused:
        read_suite(suite(text))
    assert told in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "suite.yaml").write_bytes(b"\xff\xfe\x00tests")
    with pytest.raises(InputError, match=r"suite\.yaml: not UTF-8 \(byte 0\)"):
        read_suite(tmp_path / "suite.yaml")
    with pytest.raises(InputError, match="no such file"):
        read_suite(tmp_path / "other.yaml")


def test_a_label_that_the_model_does_not_know_is_named_with_its_line(small, suite):
    file = suite("tests:\n- kind: minimum\n  name: n\n  has: gian\n  cases:\n  - A text.\n")
    with pytest.raises(InputError, match=r"line 6: unknown frame 'gian'; expected one of: gain, risk"):
        run_suite(small, read_suite(file))


def test_cases_of_the_stance_are_left_out_where_there_is_none(suite):
    frames = model(LogisticRegression(), tasks=("frames",))
    assert len(run_suite(frames, read_suite(suite(SUITE))).outcomes) == 5
    file = suite("tests:\n- kind: minimum\n  name: n\n  stance: favor\n  target: it\n  cases: [A text.]\n")
    with pytest.raises(InputError, match="it has no stance"):
        run_suite(frames, read_suite(file))


def test_the_suite_that_ships_fits_the_shipped_codebook_and_repeats_no_sentence():
    book = Codebook.load(ROOT / "seeds" / "codebook.yaml")
    cases = read_suite(ROOT / "seeds" / "behaviour.yaml")
    assert len({case.template for case in cases}) == len(cases) >= 120
    labels = {label for case in cases for label in (*case.has, *case.lacks, *case.adds, *case.removes)}
    assert labels == set(book.frame_names)
    assert {case.stance or case.becomes for case in cases} - {None} <= set(book.stance_names)
    texts = [case.text for case in cases]
    assert len(set(texts)) == len(texts)
    assert [case.place for case in cases if case.text == case.to] == []


def test_the_command_shows_rates_in_eighty_columns_and_fails_below_a_bound(small, suite, tmp_path):
    save_model(small, tmp_path / "model")
    suite(SUITE)
    answer = framing("test-model", "model", "--suite", "suite.yaml", "--min-pass", "1", cwd=tmp_path)
    assert answer.code == 0, answer.err
    assert "from gain to danger" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80
    told = json.loads(framing("test-model", "model", "--suite", "suite.yaml", "--format", "json", cwd=tmp_path).out)
    assert told["rates"][-1]["value"] == 1
    suite("tests:\n- kind: minimum\n  name: n\n  lacks: gain\n  cases:\n  - Profit of new markets.\n")
    failed = framing("test-model", "model", "--suite", "suite.yaml", "--min-pass", "0.5", "--failures", cwd=tmp_path)
    assert (failed.code, failed.err) == (1, "error: 0.000 of the cases pass, fewer than --min-pass 0.5\n")
    assert "suite.yaml, line 6: gain" in failed.out


def test_a_training_asks_a_suite_and_its_card_and_run_say_how_it_did(suite, tmp_path):
    # The last case of the suite is wrong on purpose: warships are no gain.
    file = suite(SUITE + "  - {kind: minimum, name: wrong, has: gain, cases: [Warships threaten the harbour.]}\n")
    options = {"encoder": "tfidf", "split": GroupedFolds(2, random_state=0), "swap_test": SwapTest(0)}
    result = train(sentences(), BOOK, test_model=file, **options)
    told = result.classifier.info["behaviour"]
    assert told["suite"] == str(file)
    (whole,) = (test for test in told["tests"] if test["kind"] == "all")
    assert (whole["n"], whole["value"]) == (5, result.metrics["behaviour/pass_rate"])
    assert whole["value"] <= 0.8
    assert "; weakest: wrong (0.00 of 1)" in behaviour_line(result)
    card = (save_model(result.classifier, tmp_path / "model") / "README.md").read_text()
    assert "| minimum | wrong | 1 | 0.000 | 0.000 to 0.793 |" in card
    short, _, whole_table = card.partition("## All scores")
    assert "validation/frames/gain/f1" in short and "validation/frames/gain/precision" not in short
    assert "validation/frames/gain/precision" in whole_table
    assert "| all | all | 5 |" in card and "| minimum | gain |" not in card
    assert load_model(tmp_path / "model").info["behaviour"] == told
    assert run_tags(result.training, result)["behaviour"].startswith(f"{whole['value']:.3f} [")
    assert behaviour_table(result)["data"][-1][:3] == ["all", "all", 5]


def test_a_suite_of_other_labels_is_not_asked_and_one_of_the_users_is_refused_before_the_work(suite):
    rows = [Sentence(s.text, frames=s.frames, group=s.group) for s in sentences(4)]
    book = Codebook.from_dict({"name": "other", "frames": ["gain", "risk"]})
    options = {"encoder": "tfidf", "split": GroupedFolds(2, random_state=0), "tasks": ["frames"]}
    result = train(rows, book, swap_test=SwapTest(0), **options)
    assert "behaviour" not in result.classifier.info and behaviour_line(result) == ""
    assert behaviour_table(result) is None and "behaviour" not in run_tags(result.training, result)
    file = suite("tests: [{kind: minimum, name: n, has: danger, cases: [Warships came.]}]")
    with pytest.raises(InputError, match=r"suite\.yaml, line 1: unknown frame 'danger'"):
        train(rows, book, test_model=file, **options)
    with pytest.raises(InputError, match=r"none\.yaml: no such file"):
        train(rows, book, test_model="none.yaml", **options)
