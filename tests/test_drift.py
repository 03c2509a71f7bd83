"""Whether new material is of the kind that a model knows: what is told, and what is only chance."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from framing import Prediction, Sentence
from framing.errors import InputError
from framing.measure.drift import Measured, drift, measured
from framing.model.persistence import save_model
from framing.report.drift import drift_text
from tests.command import framing
from tests.small import model


def material(share: float, shift: float, documents: int = 60, each: int = 4, seed: int = 0) -> Measured:
    """Return documents whose sentences are alike, with a share of a frame, and vectors moved by some deviations."""
    generator = np.random.default_rng(seed)
    of = np.repeat(np.arange(documents), each)
    own = generator.normal(size=documents) * 0.3 + share
    found = (generator.random(len(of)) < own[of]).astype(float)
    centres = generator.normal(size=(documents, 5)) + shift
    return Measured(of, {"share/gain": found}, centres[of] + generator.normal(size=(len(of), 5)) * 0.1)


def test_another_kind_of_text_and_another_share_are_told_apart():
    before = material(0.3, 0.0, seed=1)
    assert drift(before, material(0.3, 1.0, seed=2)).changed == ("text",)
    assert drift(before, material(0.8, 0.0, seed=3)).changed == ("share/gain",)


def test_material_that_is_alike_raises_an_alarm_in_one_of_twenty_at_most():
    alarms = [
        bool(drift(material(0.3, 0.0, seed=2 * k), material(0.3, 0.0, seed=2 * k + 1)).changed) for k in range(100)
    ]
    assert sum(alarms) <= 10  # of 100 with a chance of 5 %, more than ten come in one of a hundred


def test_long_documents_are_one_document_each():
    # A hundred sentences of one document are no hundred signs: of ten documents a side, one speaks of gain throughout.
    before = Measured(np.repeat(np.arange(10), 100), {"share/gain": np.zeros(1000)})
    once = np.zeros(1000)
    once[:100] = 1.0
    found = drift(before, Measured(np.repeat(np.arange(10), 100), {"share/gain": once}))
    assert found.figures["share/gain"].value == pytest.approx(0.1)
    assert found.changed == ()


def test_sparse_vectors_are_compared_as_dense_ones_are():
    one, two = material(0.3, 0.0, seed=1), material(0.3, 0.4, seed=2)
    dense = drift(one, two).text
    thin = drift(*(Measured(side.documents, side.figures, sparse.csr_matrix(side.vectors)) for side in (one, two))).text
    assert dense is not None and thin is not None
    assert thin.value == pytest.approx(dense.value)
    assert thin.p == dense.p


def test_the_energy_distance_is_that_of_its_definition():
    # Documents at 0 and 1 against documents at 2: 2 (2 + 1) / 2 - (0 + 1 + 1 + 0) / 4 - 0 = 2.5, in deviations of
    # all forty: a quarter at 0, a quarter at 1, half at 2 have a variance of 11/16.
    one = Measured(np.arange(20), {"share/gain": np.zeros(20)}, np.tile([[0.0], [1.0]], (10, 1)))
    two = Measured(np.arange(20), {"share/gain": np.zeros(20)}, np.full((20, 1), 2.0))
    text = drift(one, two).text
    assert text is not None
    assert text.value == pytest.approx(2.5 / (11 / 16) ** 0.5)


def test_what_a_few_documents_share_is_found_among_many_wide_directions():
    generator = np.random.default_rng(5)
    wide = generator.normal(size=(400, 6)) * 10
    narrow = generator.normal(size=(400, 1))
    narrow[200:260] += 4.0  # 60 of the 200 new documents
    vectors = np.hstack([wide, narrow])
    before, now = (Measured(np.arange(200), {"share/gain": np.zeros(200)}, part) for part in np.split(vectors, 2))
    text = drift(before, now).text
    assert text is not None
    assert text.told


def test_documents_that_are_all_the_same_are_no_drift():
    same = Measured(np.arange(20), {"share/gain": np.zeros(20)}, np.ones((20, 8)))
    assert drift(same, same).changed == ()


def test_what_a_model_said_is_measured_by_sentence_and_document():
    said = [
        Prediction(Sentence("A.", doc_id="x"), {"gain": 0.5}, ("gain",), stance="favor", stance_proba={"favor": 1.0}),
        Prediction(Sentence("B.", doc_id="x"), {"gain": 0.0}, abstained=("gain",), stance_proba={"favor": 0.4}),
        Prediction(Sentence("C."), {"gain": 1.0}, ("gain",), stance="favor", stance_proba={"favor": 1.0}),
    ]
    found = measured(said)
    assert found.documents.tolist() == [0, 0, 1]
    assert {name: values.round(6).tolist() for name, values in found.figures.items()} == {
        "share/gain": [1, 0, 1],
        "proba/gain": [0.5, 0, 1],
        "uncertainty": [1, 0, 0],
        "stance/favor": [1, 0, 1],
        "abstained": [0, 1, 0],
    }


def test_labels_left_open_on_one_side_alone_are_compared():
    said = [Prediction(Sentence(f"{i}.", doc_id=str(i)), {"gain": 0.4}) for i in range(40)]
    doubted = [Prediction(one.sentence, one.proba, abstained=("gain",)) for one in said]
    for before, now, value in ((said, doubted, 1.0), (doubted, said, -1.0)):
        found = drift(measured(before), measured(now))
        assert (found.figures["abstained"].value, found.changed) == (value, ("abstained",))


def test_predictions_of_other_labels_and_of_none_are_refused():
    gain, risk, none = (
        measured([Prediction(Sentence(f"{i}.", doc_id=str(i)), {name: 0.4} if name else {}) for i in range(40)])
        for name in ("gain", "risk", "")
    )
    with pytest.raises(InputError, match="'gain' is only in the reference; compare predictions of one model"):
        drift(gain, risk)
    with pytest.raises(InputError, match="'gain' is only in the new material"):
        drift(none, gain)
    with pytest.raises(InputError, match="nothing is predicted in both"):
        drift(none, none)


def test_documents_of_another_length_are_named_as_a_reason():
    generator = np.random.default_rng(0)
    long, short = (
        Measured(np.repeat(np.arange(60), n), {"share/gain": np.ones(60 * n)}, generator.normal(size=(60 * n, 20)))
        for n in (20, 1)
    )
    found = drift(long, short)
    assert found.changed == ("text",)
    assert "Documents have 1.0 sentences on average, 20.0 before" in " ".join(drift_text(found, 80, "new").split())


def test_few_documents_are_refused_by_their_side():
    many, few = material(0.3, 0.0), material(0.3, 0.0, documents=9)
    with pytest.raises(InputError, match="the new material has 9 documents; expected 10 or more"):
        drift(many, few)
    with pytest.raises(InputError, match="the reference has 9 documents"):
        drift(few, many)


@pytest.fixture
def corpora(tmp_path):
    save_model(model(LogisticRegression()), tmp_path / "model")
    sentences = {
        "before.jsonl": ["Warships near Alder threaten the harbour.", "New markets bring profit."],
        "alike.jsonl": ["New markets bring profit.", "Warships near Alder threaten the harbour."],
        "now.jsonl": ["Warships threaten it.", "Missiles near Alder threaten the town."],
    }
    for name, texts in sentences.items():
        rows = [{"text": texts[k % 2], "doc_id": f"{name}{k}"} for k in range(60)]
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def test_the_command_tells_what_changed_and_what_to_do(corpora):
    answer = framing("drift", "before.jsonl", "now.jsonl", "--model", "model", cwd=corpora)
    assert answer.code == 0
    assert "60 sentences of 60 documents before, 60 of 60 now" in answer.out
    assert "Text: of another kind" in answer.out
    assert "\n  framing data sample now.jsonl -n 300 -o sample.jsonl\n" in answer.out
    alike = framing("drift", "before.jsonl", "alike.jsonl", "--model", "model", "--fail", cwd=corpora)
    assert alike.code == 0
    assert "No change that could be told from chance" in alike.out
    failed = framing("drift", "before.jsonl", "now.jsonl", "--model", "model", "--fail", "-o", "d.json", cwd=corpora)
    assert failed.code == 1
    assert failed.err.startswith("error: now.jsonl: changed against before.jsonl: text, ")
    told = json.loads((corpora / "d.json").read_text())
    assert told["changed"][0] == "text"
    assert told["figures"]["share/gain"]["first"] == 0.5


def test_predictions_are_compared_without_a_model_and_their_text_is_not(corpora):
    for name in ("before", "now"):
        assert framing("predict", f"{name}.jsonl", "--model", "model", "-o", f"{name}p.jsonl", cwd=corpora).code == 0
    answer = framing("drift", "beforep.jsonl", "nowp.jsonl", cwd=corpora)
    assert answer.code == 0
    assert "The text itself was not compared: name the model (--model)" in " ".join(answer.out.split())
    assert "gain found" in answer.out
    assert "What the model says changed while the text is" not in answer.out  # nobody looked at the text


def test_an_empty_or_missing_side_is_one_line(corpora):
    (corpora / "none.jsonl").write_text("")
    for given, said in (("none.jsonl", "none.jsonl"), ("missing.jsonl", "missing.jsonl: no such file")):
        answer = framing("drift", "before.jsonl", given, "--model", "model", cwd=corpora)
        assert answer.code in (1, 2)
        assert said in answer.err
        assert len(answer.err.strip().splitlines()) == 1
