"""``framing.train`` in Python: parts by name, and what is done with the result."""

from __future__ import annotations

import pytest
from sklearn.svm import SVC

from framing import Predictor, train
from framing.app.named import GROUPS, part_named
from framing.errors import ConfigError
from framing.model.encoders import EncoderTuner
from framing.tracking import Store, champions, list_runs, store_uri
from tests.conftest import ROOT
from tests.small import BOOK, sentences

ASKED = "Warships threaten the harbour."


@pytest.fixture(scope="module")
def result():
    return train(sentences(), BOOK, encoder="tfidf", head="svm", tasks=["frames"], seed=3)


@pytest.mark.parametrize("group", GROUPS)
def test_every_choice_of_the_command_line_is_a_name_in_python(group):
    for path in (ROOT / "configs" / group).glob("*.yaml"):
        assert part_named(group, path.stem) is not None or path.stem == "none"
    assert isinstance(part_named("encoder", "minilm_tuned", 7), EncoderTuner)
    assert part_named("encoder", "minilm_tuned", 7).seed == 7


def test_a_name_that_there_is_not_is_an_error_with_those_that_there_are():
    with pytest.raises(ConfigError) as caught:
        train(sentences(), BOOK, encoder="tfidf", head="svn")
    assert str(caught.value) == (
        "head=svn: unknown choice 'svn'; expected one of: knn, logreg, mlp, svm (did you mean 'svm'?); an object of "
        "your own is taken too"
    )


def test_a_result_prints_its_table_and_answers(result):
    heads = result.classifier.tasks["frames"].heads_["embedding"]
    assert all(isinstance(head, SVC) and head.random_state == 3 for head in heads)
    shown = repr(result).splitlines()
    assert shown[0] == "frames of held-out rows: 60 rows in 10 groups"
    assert shown[2].split()[:3] == ["label", "n", "predicted"]
    predictor = result.predictor()
    assert predictor.predict([ASKED])[0].frames == ("risk",)
    assert repr(predictor) == "<Predictor of harbour (frames: gain, risk), from a training in this session>"


def test_a_result_is_saved_recorded_and_promoted(result, store_file, tmp_path, capsys):
    assert Predictor.load(result.save(tmp_path / "model")).predict([ASKED])[0].frames == ("risk",)
    store = Store(store_uri(str(store_file)))
    run_id = result.log(str(store_file), experiment="notebook")
    assert result.log(str(store_file)) == run_id  # one training, one run
    (run,) = list_runs(store)
    assert (run.run_id, run.name, run.experiment, run.status) == (run_id, "tfidf-svm", "notebook", "FINISHED")
    few = {"encoder": "tfidf", "head": "svm", "words": "none", "split": "grouped", "seed": "3", "data": "a list"}
    assert {key: run.params[key] for key in few} == few
    assert (run.params["head.C"], run.params["split.by"], run.params["calibrate"]) == ("3", "group", "None")
    assert result.promote(str(store_file)).champion.uri == "models:/harbour@champion"
    assert capsys.readouterr().out == f"harbour version 1 (tfidf-svm, run {run_id[:8]}) is now the champion\n"
    assert champions(store)["harbour"].run_id == run_id
    loaded = Predictor.load(store=str(store_file))
    assert loaded.predict_proba([ASKED]).tolist() == result.predictor().predict_proba([ASKED]).tolist()
    assert repr(loaded).endswith(f"from models:/harbour@champion of sqlite:///{store_file}>")
