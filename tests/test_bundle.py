"""A replication package: what is in it, and what is said of one that was changed."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framing.bundle.manifest import other_versions, versions_text
from framing.records import Prediction, Sentence
from framing.shares.draw import draw_sentences
from tests.command import framing

N = 240
MEASURED = ("--predictions", "said.jsonl", "--gold", "sheet.jsonl", "--codebook", "book.yaml")


def put_study(folder: Path) -> None:
    """240 predictions in 80 documents of two outlets; 120 drawn and coded, 60 of them by a second coder."""
    rng = np.random.default_rng(0)
    says, codes = [], {}
    for i in range(N):
        p = {"gain": float(rng.uniform()), "risk": float(rng.uniform()) ** 3}
        place = {"doc_id": f"d{i // 3}", "position": i % 3, "source": ("Herald", "Post")[i // 3 % 2]}
        sentence = Sentence(f"The quay of pier {i} was inspected.", **place, extra={"desk": "ports"})
        codes[sentence.text] = tuple(name for name, chance in p.items() if rng.uniform() < chance)
        says.append(Prediction(sentence, p, tuple(name for name, chance in p.items() if chance > 0.5)))
    drawn = draw_sentences([p.sentence for p in says], [p.sentence.source for p in says], 120)
    coded = [replace(s, frames=codes[s.text]) for s in drawn]
    blind = [replace(s, sample_probability=None, extra={"comment": "The quay of pier"}) for s in coded]
    second = [replace(s, frames=() if i % 9 == 0 else s.frames) for i, s in enumerate(blind[:60])]
    for name, rows in (("said", says), ("drawn", drawn), ("sheet", blind), ("second", second)):
        lines = [json.dumps(row.to_row()) + "\n" for row in rows]
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def made(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study, and its package in ``package``. Read it, do not write in it."""
    folder = tmp_path_factory.mktemp("study")
    put_study(folder)
    shutil.copy(trained / "book.yaml", folder)
    options = ("--sample", "drawn.jsonl", "--second", "second.jsonl", "--by", "source", "--differences")
    answer = framing(
        "bundle",
        run_of(trained),
        "--store",
        str(trained / "mlflow.db"),
        "-o",
        "package",
        *MEASURED,
        *options,
        cwd=folder,
    )
    assert (answer.code, answer.err) == (0, "21 files in package\n"), answer.err
    return folder


def run_of(trained: Path) -> str:
    return framing("runs", "--format", "csv", cwd=trained).out.splitlines()[1].split(",")[1]


@pytest.fixture
def package(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "package", tmp_path / "package"))


def checked(package: Path) -> tuple[int, list[str]]:
    answer = framing("bundle", "--check", "package", cwd=package.parent)
    assert answer.err.count("\n") == answer.code
    return answer.code, answer.out.splitlines()


def listed_anew(package: Path, *names: str) -> None:
    """What somebody does who changes a file, and its digest with it."""
    manifest = json.loads((package / "bundle.json").read_text())
    for name in names:
        content = (package / name).read_bytes()
        manifest["files"][name]["sha256"] = hashlib.sha256(content).hexdigest()
    (package / "bundle.json").write_text(json.dumps(manifest))


def test_a_package_as_it_was_made_comes_out_again(package):
    code, found = checked(package)
    assert (code, [line.split()[0] for line in found]) == (0, ["same"] * 5)
    assert found[0] == "same    20 files: as they were made"
    assert found[3] == "same    agreement.csv: 15 values, computed again"


def test_no_word_of_the_texts_is_in_it(package):
    for path in (path for path in package.rglob("*") if path.suffix in (".jsonl", ".json", ".csv", ".md", ".txt")):
        said = path.read_text(encoding="utf-8")
        assert ("inspected" not in said, "counted the ropes" not in said) == (True, True), path


def test_its_methods_have_the_figures_that_a_reviewer_asks_for(package):
    said = (package / "METHODS.md").read_text(encoding="utf-8")
    for part in (
        'codebook "harbour" (version 1, digest ',
        "A classifier (tfidf, logreg, seed 0) was trained on 60 coded rows",
        "In held-out rows of other documents than it learned from it reached macro-F1 ",
        "240 sentences of 80 documents",
        "random sample of 120 sentences, drawn with known probabilities within 2 strata",
        "Two coders coded 60 of these independently (Krippendorff's alpha: gain 0.",
        "We found gain in ",
    ):
        assert part in said, said
    assert "    framing train encoder=tfidf head=logreg data=corpus.jsonl" in (package / "README.md").read_text()


def test_one_changed_number_of_a_prediction_is_found_and_so_is_the_share_that_it_changes(package):
    path = package / "predictions.jsonl"
    first, *rest = path.read_text().splitlines(keepends=True)
    row = json.loads(first)
    row["proba"]["gain"], row["predicted_frames"] = 0.999, ["gain"]
    path.write_text(json.dumps(row) + "\n" + "".join(rest))
    code, found = checked(package)
    assert (code, sum("predictions.jsonl: was changed" in line for line in found)) == (1, 1)
    assert any(line.startswith("differs shares.csv: gain corrected, share: 0.") for line in found)


def test_who_changes_the_digest_too_does_not_change_what_comes_out(package):
    path = package / "shares.csv"
    lines = path.read_text().splitlines(keepends=True)
    cells = lines[3].split(",")
    was, cells[5] = cells[5], "0.9"
    path.write_text("".join([*lines[:3], ",".join(cells), *lines[4:]]))
    listed_anew(package, "shares.csv")
    code, found = checked(package)
    assert code == 1
    assert [line for line in found if line.startswith("differs")] == [
        f"differs shares.csv: gain corrected, share: 0.9 there, {was} computed again"
    ]


def test_a_missing_row_is_counted(package):
    path = package / "coded.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    code, found = checked(package)
    assert (code, "differs coded.jsonl: has 119 rows, was made with 120" in found) == (1, True)


def test_a_coded_row_that_is_no_row_of_the_corpus_is_told(package):
    path = package / "predictions.jsonl"
    rows = path.read_text().splitlines(keepends=True)
    drawn = json.loads((package / "coded.jsonl").read_text().splitlines()[0])["text_sha256"]
    path.write_text("".join(row for row in rows if drawn not in row))
    code, found = checked(package)
    assert code == 1
    assert any(
        "shares.csv: cannot be computed again: coded.jsonl: 1 of 120 sentences are not among" in f for f in found
    )


def test_another_version_is_said_and_is_no_difference(package):
    path = package / "versions.txt"
    path.write_text("# Python 3.1.4, Plan 9\nnumpy==0.1\n")
    listed_anew(package, "versions.txt")
    code, found = checked(package)
    assert code == 0
    (note,) = [line for line in found if line.startswith("note")]
    assert note.startswith("note    2 versions are others here: Python 3.1.4, Plan 9 there, Python 3.")
    assert "numpy: 0.1 there, " in note


def test_versions_here_are_those_here():
    assert other_versions(versions_text()) == []


def test_another_codebook_is_told(package):
    path = package / "codebook.yaml"
    path.write_text(path.read_text().replace("It pays.", "It pays well."))
    listed_anew(package, "codebook.yaml")
    code, found = checked(package)
    assert (code, any("codebook.yaml: another codebook (" in line for line in found)) == (1, True)


def test_a_missing_file_and_one_too_many_are_told(package):
    (package / "held_out.jsonl").unlink()
    (package / "notes.txt").write_text("mine")
    code, found = checked(package)
    assert code == 1
    assert {"differs held_out.jsonl: is missing", "differs notes.txt: was not in it when it was made"} <= set(found)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no bundle.json in it; expected what framing bundle wrote"),
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        ("\udcff", "cannot be read"),
        ('{"files": {}, "question": {}, "codebook": "", "format": 99}', "format 99, this version reads up to 1"),
        ('{"files": {"../x": {}}, "question": {}, "codebook": ""}', "names a file outside of the package, '../x'"),
    ],
)
def test_what_is_no_package_is_told_in_one_line(tmp_path, content, said):
    (tmp_path / "package").mkdir()
    if content is not None:
        (tmp_path / "package" / "bundle.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    answer = framing("bundle", "--check", "package", cwd=tmp_path)
    assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1)
    assert said in answer.err


def measured(folder: Path, *options: str) -> str:
    answer = framing("bundle", "-o", "new", *MEASURED, *options, cwd=folder)
    assert answer.code == 1 and not (folder / "new").exists(), answer.err
    return answer.err


def test_without_a_run_what_was_measured_is_put_together(tmp_path, trained):
    put_study(tmp_path)
    shutil.copy(trained / "book.yaml", tmp_path)
    salt = ("--salt", "a long secret of our group")
    answer = framing("bundle", "-o", "new", *MEASURED, "--sample", "drawn.jsonl", *salt, cwd=tmp_path)
    assert answer.code == 0, answer.err
    told = (tmp_path / "new" / "coded.jsonl").read_text()
    text = json.loads((tmp_path / "drawn.jsonl").read_text().splitlines()[0])["text"]
    assert ("text_hmac" in told, hashlib.sha256(text.encode()).hexdigest() in told) == (True, False)
    assert framing("bundle", "--check", "new", cwd=tmp_path).code == 0
    assert (
        "new: is there already; name a new folder"
        in framing("bundle", "-o", "new", *MEASURED, "--sample", "drawn.jsonl", cwd=tmp_path).err
    )
    shutil.rmtree(tmp_path / "new")
    assert "nobody says how these rows were drawn" in measured(tmp_path)


def test_what_is_interrupted_leaves_nothing(tmp_path, trained, monkeypatch):
    def interrupt(*given: object) -> str:
        raise KeyboardInterrupt

    put_study(tmp_path)
    shutil.copy(trained / "book.yaml", tmp_path)
    monkeypatch.setattr("framing.bundle.make.methods_text", interrupt)
    before = sorted(path.name for path in tmp_path.iterdir())
    answer = framing("bundle", "-o", "new", *MEASURED, "--sample", "drawn.jsonl", cwd=tmp_path)
    assert (answer.code, sorted(path.name for path in tmp_path.iterdir())) == (130, before)


def test_codes_of_another_codebook_than_the_runs_are_refused(tmp_path, trained):
    put_study(tmp_path)
    (tmp_path / "book.yaml").write_text((trained / "book.yaml").read_text().replace("It pays.", "It pays well."))
    store = ("--store", str(trained / "mlflow.db"), "--sample", "drawn.jsonl")
    answer = framing("bundle", run_of(trained), "-o", "new", *MEASURED, *store, cwd=tmp_path)
    assert (answer.code, "--codebook book.yaml: is not the run's (" in answer.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "new"), "name a RUN, or --predictions and --gold, or both"),
        (("3f9c",), "name the folder to write, -o DIR"),
        (("-o", "new", "--predictions", "x"), "--predictions and --gold: name both, or none"),
        (("3f9c", "--check", "new"), "takes no RUN"),
        (("3f9c", "-o", "new", "--salt", "short"), "5 characters can be guessed"),
    ],
)
def test_what_cannot_be_meant_is_told(tmp_path, words, said):
    answer = framing("bundle", *words, cwd=tmp_path)
    assert answer.code in (1, 2)
    assert said in answer.err


def test_a_run_alone_is_put_together_too(tmp_path, trained):
    store = ("--store", str(trained / "mlflow.db"))
    assert framing("bundle", run_of(trained), *store, "-o", "new", cwd=tmp_path).code == 0
    assert not (tmp_path / "new" / "shares.csv").exists()
    answer = framing("bundle", "--check", "new", cwd=tmp_path)
    assert (answer.code, answer.out.splitlines()[-1].startswith("same    scores.json: ")) == (0, True)
