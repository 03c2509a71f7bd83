"""The champion of a codebook: what becomes it, what does not, and that stores of before go on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from framing import Predictor
from framing.errors import ConfigError
from framing.tracking import MODEL_FOLDER, RunSummary, Store, champions, list_runs, open_run, store_uri
from tests.command import QUICK, framing
from tests.small import BOOK

ASKED = "Warships threaten the harbour."


def store_in(folder: Path) -> Store:
    return Store(store_uri(str(folder / "mlflow.db")))


def newest(folder: Path) -> RunSummary:
    return max(list_runs(store_in(folder)), key=lambda run: run.started)


@pytest.fixture(scope="module")
def project(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the trained folder, whose champion is ``harbour version 1``, for a module that writes."""
    folder = tmp_path_factory.mktemp("project")
    return Path(shutil.copytree(trained, folder, dirs_exist_ok=True))


def test_the_registered_model_is_called_as_the_codebook_and_says_how_to_use_it(trained):
    store = store_in(trained)
    (champion,) = champions(store).values()
    assert (champion.model, champion.version, champion.uri) == ("harbour", 1, "models:/harbour@champion")
    model = store.client.get_registered_model("harbour")
    in_short_lines = (
        f"    export MLFLOW_TRACKING_URI='{store.uri}'\n    framing predict article.txt --model '{champion.uri}'\n"
    )
    assert in_short_lines in model.description
    version = store.client.get_model_version("harbour", 1)
    assert version.tags["codebook"].startswith("harbour ")
    assert version.tags["score"] == "1.000 [1.000, 1.000] validation/frames/macro_f1"
    assert version.tags["data"].startswith("corpus ")
    assert version.description.startswith(f"tfidf-logreg, run {champion.run_id[:8]}: 1.000 [1.000, 1.000] ")
    assert store.client.get_run(champion.run_id).data.tags["champion"] == "harbour version 1"


def test_a_worse_run_is_refused_by_a_paired_comparison_and_promoted_by_force(project):
    before = champions(store_in(project))["harbour"]
    # It knows one word, which most sentences have.
    answer = framing("train", *QUICK, "head=svm", "encoder.max_features=1", "promote=true", cwd=project)
    assert answer.code == 1
    run = newest(project)
    assert (run.status, run.score is not None) == ("FINISHED", True)  # the training itself is kept
    *_, told = answer.err.splitlines()
    called = f"harbour version 1 (tfidf-logreg, run {before.run_id[:8]})"
    assert told.startswith(
        f"error: run {run.run_id[:8]} (tfidf-svm) is not promoted: it is worse than the champion, {called}: -"
    )
    assert " in macro-F1 of frames on 60 rows, p 0.0" in told
    assert told.endswith(f"to promote it all the same: framing promote {run.run_id[:8]} --force")
    assert champions(store_in(project))["harbour"] == before
    forced = framing("promote", run.run_id[:8], "--force", cwd=project)
    assert forced.out == (
        f"harbour version 2 (tfidf-svm, run {run.run_id[:8]}) is now the champion; it replaces {called}\n"
    )
    tags = {run.run_id: store_in(project).client.get_run(run.run_id).data.tags for run in list_runs(store_in(project))}
    assert [run_id for run_id in tags if "champion" in tags[run_id]] == [run.run_id]
    # A better one needs no force.
    back = framing("promote", before.run_id[:8], cwd=project)
    assert back.out.startswith("harbour version 3 (tfidf-logreg, ")
    assert "it replaces harbour version 2 (tfidf-svm, " in back.out


def test_a_run_of_other_data_or_without_a_task_is_refused(project):
    lines = (project / "corpus.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (project / "less.jsonl").write_text("".join(lines[:48]), encoding="utf-8")
    for more, told in (
        (["data=less.jsonl"], "on held-out rows: other data (corpus, 60 rows, digest "),
        (["tasks=[frames]"], "it does not know stance, which the champion does, harbour version "),
    ):
        answer = framing("train", *QUICK, *more, "promote=true", cwd=project)
        assert answer.code == 1
        assert told in answer.err.splitlines()[-1]
    answer = framing("train", *QUICK, "tasks=[frames]", "promote=force", cwd=project)
    assert answer.code == 0, answer.err
    assert "is now the champion; it replaces harbour version " in answer.err
    refused = framing("train", *QUICK, "promote=perhaps", cwd=project)
    assert refused.err == "error: promote=perhaps: expected true, false or force\n"


def test_another_codebook_has_a_champion_of_its_own_and_none_is_guessed(trained, tmp_path, monkeypatch):
    folder = Path(shutil.copytree(trained, tmp_path / "copy"))
    book = yaml.safe_load((folder / "book.yaml").read_text()) | {"name": "ports/2026"}
    (folder / "ports.yaml").write_text(yaml.safe_dump(book, sort_keys=False))
    answer = framing("train", *QUICK, "codebook=ports.yaml", "promote=true", cwd=folder)
    assert answer.code == 0, answer.err
    found = champions(store_in(folder))
    assert {name: champion.version for name, champion in found.items()} == {"harbour": 1, "ports-2026": 1}
    assert [run.champion for run in list_runs(store_in(folder))] == [True, True]
    monkeypatch.chdir(folder)
    with pytest.raises(ConfigError, match=r"name one as the model: models:/harbour@champion, models:/ports-2026@cham"):
        Predictor.load()
    assert Predictor.load("models:/ports-2026@champion").predict([ASKED])[0].frames == ("risk",)


def test_a_name_of_ones_own_for_the_registered_model(workplace):
    answer = framing("train", *QUICK, "tasks=[frames]", "promote=true", "tracking.model=mine", cwd=workplace)
    assert answer.code == 0, answer.err
    assert answer.err.splitlines()[-1].startswith("mine version 1 (tfidf-logreg, run ")
    assert list(champions(store_in(workplace))) == ["mine"]


@pytest.fixture
def old_store(workplace: Path, trained: Path) -> Path:
    """A store as 0.2.0.dev made it: all options flat, no MLflow files in the model, registered as ``framing``."""
    store, before = store_in(workplace), store_in(trained)
    (made,) = list_runs(before)
    params = {key: value for key, value in made.params.items() if not key.startswith("tracking.")}
    files = workplace / "files"
    shutil.copytree(trained / "mlartifacts" / "framing" / made.run_id / "artifacts", files)
    for name in ("MLmodel", "serve.py", "requirements.txt", "conda.yaml", "python_env.yaml", "input_example.json"):
        (files / MODEL_FOLDER / name).unlink()
    (files / "scores.json").unlink()
    scores = dict.fromkeys(("validation/frames/macro_f1", "validation/frames/gain/f1"), 1.0)
    bounds = {f"{path}_{end}": 1.0 for path in scores for end in ("low", "high")}
    tags = {"framing.codebook": made.codebook, "framing.data_digest": made.digest, "framing.scored_rows": "60"}
    with open_run(store, "tfidf-logreg", "framing", params) as run:
        run.log_data("corpus", made.digest, source="corpus.jsonl", rows=60, columns=["text"])
        run.log(scores | bounds, files, "**tfidf-logreg** on `corpus.jsonl`, seed 0.", tags)
    shutil.rmtree(files)
    store.client.create_registered_model("framing")
    source = store.client.get_run(run.run_id).info.artifact_uri + "/model"
    store.client.create_model_version("framing", source=source, run_id=run.run_id)
    store.client.set_registered_model_alias("framing", "champion", 1)
    return workplace


def test_a_store_of_before_goes_on_under_its_name_and_its_runs_stand_with_new_ones(old_store, monkeypatch):
    monkeypatch.chdir(old_store)
    assert Predictor.load().origin.startswith("models:/framing@champion of ")
    (old,) = list_runs(store_in(old_store))
    assert (old.champion, old.params["head.C"], old.params["split.by"]) == (True, "1", "group")
    answer = framing("train", *QUICK, "head.C=3", "promote=true", cwd=old_store)
    assert answer.code == 0, answer.err  # the old run was compared with it
    new = newest(old_store)
    assert new.like == old.like  # one table of framing runs
    assert f"framing version 2 (tfidf-logreg, run {new.run_id[:8]}) is now the champion; it replaces" in answer.err
    assert list(champions(store_in(old_store))) == ["framing"]
    compared = framing("compare", old.run_id[:8], new.run_id[:8], "--format", "json", "--no-log", cwd=old_store)
    assert json.loads(compared.out)["tasks"]["frames"]["n"] == 60
    assert Predictor.load(f"runs:/{old.run_id}").codebook == BOOK
