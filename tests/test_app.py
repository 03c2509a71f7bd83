"""From configuration to run: every option fits its constructor, overrides arrive."""

from __future__ import annotations

import inspect
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from hydra import compose, initialize_config_dir
from hydra.utils import get_class, instantiate

from framing import Predictor
from framing.app.options import APP_KEYS, INPUT_KEYS, check_parts
from framing.errors import StoreError
from framing.model.persistence import load_model
from framing.records import SENTENCE_FIELDS, Sentence
from framing.tracking import Store, list_runs, store_uri
from framing.tracking.runs import Run
from framing.training import Recipe, StanceOptions, prepare
from tests.command import QUICK, contents, framing
from tests.conftest import ROOT

CONFIGS = ROOT / "configs"
OPTIONS = sorted(path for group in ("encoder", "head", "words", "split") for path in (CONFIGS / group).glob("*.yaml"))
EXPERIMENTS = sorted(path.stem for path in (CONFIGS / "experiment").glob("*.yaml"))


def named(path: Path) -> str:
    return f"{path.parent.name}={path.stem}"


def composed(*overrides: str):
    with initialize_config_dir(str(CONFIGS), version_base="1.3"):
        return compose("train", overrides=list(overrides))


@pytest.mark.parametrize("path", OPTIONS, ids=named)
def test_the_keys_of_an_option_are_arguments_of_its_constructor(path):
    content = yaml.safe_load(path.read_text())
    if content is None:
        assert path.parent.name == "words"  # no words beside the embedding
        return
    inspect.signature(get_class(content.pop("_target_"))).bind_partial(**content)


@pytest.mark.parametrize("path", OPTIONS, ids=named)
def test_an_option_composes_into_an_object_that_has_its_values(path):
    group, content = path.parent.name, yaml.safe_load(path.read_text())
    made = instantiate(composed(named(path)), _convert_="all")[group]
    if content is None:
        assert not made
        return
    assert type(made) is get_class(content.pop("_target_"))
    values = {key: 0 if value == "${seed}" else value for key, value in content.items()}
    assert {key: getattr(made, key) for key in values} == values


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_composes_and_sweeps_over_choices_that_exist(name):
    with initialize_config_dir(str(CONFIGS), version_base="1.3"):
        config = compose("train", overrides=[f"experiment={name}"], return_hydra_config=True)
    made = instantiate(composed(f"experiment={name}"), _convert_="all")
    check_parts(made | {"words": made["words"] or None})
    assert isinstance(made["stance"], StanceOptions)
    for group, choices in (config.hydra.sweeper.params or {}).items():
        if (CONFIGS / group).is_dir():
            assert {f"{choice}.yaml" for choice in choices.split(",")} <= {p.name for p in (CONFIGS / group).iterdir()}
        else:
            assert group in config  # a plain value


def test_every_key_is_read_and_every_argument_has_a_key():
    config = composed()
    assert set(config) == {*INPUT_KEYS, *inspect.signature(Recipe).parameters, *APP_KEYS}
    assert [*INPUT_KEYS, "recipe"] == [*inspect.signature(prepare).parameters]
    assert set(config.stance) == {"_target_", *inspect.signature(StanceOptions).parameters}
    assert set(config.tracking) == {"uri", "experiment", "model"}


def test_columns_name_every_field_that_a_file_may_bring():
    columns = composed().columns
    # Offsets belong to documents that we split ourselves.
    assert set(columns) == set(SENTENCE_FIELDS)
    assert all(field == name for field, name in columns.items())


def test_help_shows_the_choices_and_cfg_prints_the_configuration_without_training(tmp_path):
    told = framing("train", "--help", cwd=tmp_path)
    assert told.code == 0
    assert "head: knn, logreg, mlp, svm" in told.out
    assert "framing train -m head=logreg,svm words=none,tfidf" in told.out
    assert len(told.out.splitlines()) <= 60  # a page
    assert max(map(len, told.out.splitlines())) <= 120
    for group in (path.name for path in CONFIGS.iterdir() if path.is_dir()):
        assert f"\n  {group} " in told.out  # each folder of choices is explained
    shown = framing("train", "--cfg", "job", "head=logreg", "head.C=2", cwd=tmp_path)
    assert yaml.safe_load(shown.out)["head"]["C"] == 2
    assert contents(tmp_path) == {}


def test_config_show_tells_what_is_chosen_what_is_set_and_what_is_offered(tmp_path):
    mine = tmp_path / "mine" / "experiment" / "few.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("# @package _global_\n# Frames alone.\ntasks: [frames]\n")
    shown = framing("config", "show", "head=svm", "experiment=few", "-cd", "mine", "head.C=2", cwd=tmp_path)
    assert shown.code == 0, shown.err
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    assert lines[0] == "# Chosen"
    assert "head: svm # kernel: rbf, C: 2, gamma: scale, class_weight: balanced, random_state: 0" in lines
    assert "tasks: ['frames']" in lines
    assert "head.C: 2" in lines
    assert "* few Frames alone." in lines
    assert "* svm A support vector machine with a radial kernel." in lines
    assert "* local A file or an address; null: $MLFLOW_TRACKING_URI, else ./mlflow.db" in lines
    whole = yaml.safe_load(framing("config", "show", "--all", "head=svm", cwd=tmp_path).out)
    assert (whole["head"]["kernel"], whole["seed"]) == ("rbf", 0)
    for typed, told in (
        ("head=swm", "head=swm: unknown choice 'swm'; expected one of: "),
        ("--cgf", "--cgf: no such option; expected -cd DIR and KEY=VALUE"),
        ("hed.C=1", "hed"),
    ):
        answer = framing("config", "show", typed, cwd=tmp_path)
        assert (answer.code, answer.err.startswith(f"error: {told}")) == (1, True), answer.err
    assert contents(tmp_path) == {"mine/experiment/few.yaml": mine.read_bytes()}


@pytest.mark.parametrize("path", OPTIONS, ids=named)
def test_a_choice_says_in_its_first_line_what_it_is(path):
    assert path.read_text().startswith("# ")


def test_one_name_in_four_places(workplace):
    answer = framing("train", *QUICK, "head.C=2", "tasks=[frames]", "output=model", cwd=workplace)
    assert answer.code == 0, answer.err
    (run,) = list_runs(Store(store_uri(str(workplace / "mlflow.db"))))
    assert run.params["head.C"] == "2"
    heads = Predictor.load(workplace / "model").classifier.tasks["frames"].heads_["embedding"]
    assert [head.C for head in heads] == [2, 2]


def test_own_columns_and_a_head_of_its_own_for_the_stance(workplace):
    rows = [json.loads(line) for line in (workplace / "corpus.jsonl").read_text().splitlines()]
    own = [{"satz": row.pop("text"), **row} for row in rows]
    (workplace / "own.jsonl").write_text("".join(json.dumps(row) + "\n" for row in own))
    answer = framing(
        *("train", *QUICK, "data=own.jsonl", "columns.text=satz", "+head@stance.head=svm", "output=model"),
        cwd=workplace,
    )
    assert answer.code == 0, answer.err
    (run,) = list_runs(Store(store_uri(str(workplace / "mlflow.db"))))
    renamed = {key: value for key, value in run.params.items() if key.startswith("columns.")}
    assert renamed == {"columns.text": "satz"}
    assert run.params["stance.head._target_"] == "sklearn.svm.SVC"
    described = json.loads((workplace / "model" / "model.json").read_text())["tasks"]
    assert {name: task["head"] for name, task in described.items()} == {"frames": "LogisticRegression", "stance": "SVC"}


def test_an_experiment_of_ones_own_is_also_the_experiment_of_its_run(workplace):
    mine = workplace / "mine" / "experiment" / "few.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text(
        "# @package _global_\ndefaults:\n  - override /encoder: tfidf\n  - override /head: knn\n"
        "head:\n  n_neighbors: 5\ntasks: [frames]\ndata: corpus.jsonl\ncodebook: book.yaml\n"
    )
    answer = framing("train", "-cd", "mine", "experiment=few", cwd=workplace)
    assert answer.code == 0, answer.err
    (run,) = list_runs(Store(store_uri(str(workplace / "mlflow.db"))), "few")
    assert (run.name, run.experiment, run.params["head.n_neighbors"]) == ("tfidf-knn", "few", "5")


def test_an_experiment_file_says_where_its_runs_stand_and_options_come_in_any_order(workplace):
    mine = workplace / "mine" / "experiment" / "few.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("# @package _global_\ntasks: [frames]\ntracking:\n  experiment: pilots\n")
    typed = ["experiment=few", "-cd", "mine", *QUICK]
    answer = framing("train", *typed, cwd=workplace)
    assert answer.code == 0, answer.err
    (run,) = list_runs(Store(store_uri(str(workplace / "mlflow.db"))))
    assert run.experiment == "pilots"
    shown = framing("train", *typed, "--cfg", "job", cwd=workplace)
    assert yaml.safe_load(shown.out)["tracking"]["experiment"] == "pilots"
    listed = framing(
        "train", *typed, "tracking.experiment=mine", "--cfg", "job", "--package", "tracking", cwd=workplace
    )
    assert "experiment: mine" in listed.out


def test_a_sweep_on_a_store_out_of_reach_runs_nothing(workplace):
    answer = framing("train", "-m", *QUICK, "head=logreg,knn", "tracking.uri=ftp://x", cwd=workplace)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        "error: store ftp://x: unknown kind of address; expected sqlite:///PATH, a path, or http(s)://HOST:PORT\n"
    )


def test_what_goes_wrong_at_the_end_of_a_sweep_is_an_error_too(workplace):
    with closing(sqlite3.connect(workplace / "mlflow.db")) as connection:
        connection.execute("DROP TABLE registered_model_aliases")
    answer = framing("train", "-m", *QUICK, "tasks=[frames]", "promote=true", cwd=workplace)
    assert answer.code == 1
    assert "no such table: registered_model_aliases" in answer.err.splitlines()[-1]
    assert answer.err.splitlines()[-1].startswith(f"error: store sqlite:///{workplace}/mlflow.db: cannot be used (")


def test_the_goal_of_the_thresholds_arrives_and_is_in_the_card(workplace):
    goal = 'thresholds="recall>=0.95"'
    answer = framing("train", *QUICK, goal, "tasks=[frames]", "output=model", cwd=workplace)
    assert answer.code == 0, answer.err
    card = (workplace / "model" / "README.md").read_text()
    assert "Thresholds are for recall>=0.95, on held-out training sentences.\n" in card
    assert json.loads((workplace / "model" / "model.json").read_text())["tasks"]["frames"]["goal"] == "recall>=0.95"
    for value, line in (
        (
            "best",
            "thresholds best: no such goal of a threshold; expected f1, micro_f1, count, or a bound such as "
            "precision>=0.9",
        ),
        ("0.9", "thresholds=0.9: expected f1, micro_f1, count, or a bound in quotes of its own, such as "),
    ):
        answer = framing("train", *QUICK, f"thresholds={value}", cwd=workplace)
        assert (answer.code, answer.err.startswith(f"error: {line}")) == (1, True), answer.err


def test_a_model_is_saved_before_a_store_that_has_gone_away_can_lose_it(workplace, monkeypatch):
    def gone(run, *figures, **more):
        raise StoreError("store http://tracking: cannot be used (Connection refused)")

    monkeypatch.setattr(Run, "log", gone)
    answer = framing("train", *QUICK, "tasks=[frames]", "output=model", cwd=workplace)
    assert answer.code == 0  # the record is kept too: `framing runs push`
    assert "store http://tracking: cannot be used (Connection refused)" in answer.err
    assert load_model(workplace / "model").predict([Sentence("Profit.")])
