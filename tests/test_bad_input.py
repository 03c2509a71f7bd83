"""Bad input: one line that says what came, what was expected, where and what to do; nothing written, exit code 1."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import skops.io

from framing.model.persistence import FORMAT
from framing.tracking import Store, champion_run, list_runs, store_uri
from tests.command import QUICK, contents, framing

CODED = '{"text": "Profit.", "frames": ["gain"], "group": "a"}\n'
HELP = " (options and choices: framing train --help)"
OTHER_STORE = "name another store with --store (framing train: tracking.uri=...)"

# What a folder holds, besides the corpus and its codebook.
FILES: dict[str, bytes] = {
    "empty.jsonl": b"\n",
    "latin.jsonl": CODED.encode() + '{"text": "Café"}\n'.encode("latin-1"),
    "broken.jsonl": CODED.encode() + b'{"text": "Profit.", "frames": [}\n',
    "list.jsonl": b'["Profit."]\n',
    "misspelt.jsonl": b'{"text": "Profit.", "frame": ["gain"]}\n',
    "label.jsonl": CODED.encode() + CODED.replace("gain", "security").encode(),
    "no_text.jsonl": b'{"sentence": "Profit.", "frames": ["gain"]}\n',
    "blank_text.jsonl": b'{"text": " ", "frames": ["gain"]}\n',
    "long.jsonl": json.dumps({"text": "word " * 400_000, "frames": []}).encode() + b"\n",
    "uncoded.jsonl": b'{"text": "Profit."}\n{"text": "Risk."}\n',
    "one_group.jsonl": CODED.encode() * 6 + b'{"text": "A clerk.", "frames": ["risk"], "group": "a"}\n' * 6,
    "cells.csv": b"text,frames\nProfit.,gain,more\n",
    "empty.txt": b"",
    "figures.txt": b"12 34\n***\n",
    "latin.txt": "Profit für Öl\n".encode("latin-1"),
    "empty.html": b"<html><body></body></html>",
    "picture.png": b"\x89PNG",
    "plain.txt": b"Profit.\n",
    "kept.jsonl": b"kept\n",
    "broken.yaml": b"name: x\nframes: [gain\nstance: y\n",
    "no_frames.yaml": b"name: x\n",
    "typo.yaml": b"name: x\nframes: [gain]\nstances: [for, against]\n",
    "configs/head/broken.yaml": b"_target_: sklearn.svm.SVC\nC: [1\n",
    "configs/head/odd.yaml": b"_target_: sklearn.svm.Svc\n",
    "text.db": b"not a database, but long enough to look like one " * 9,
}


@pytest.fixture
def folder(with_champion: Path) -> Path:
    """A folder with a champion in its store and much that is wrong beside it."""
    for name, content in FILES.items():
        (with_champion / name).parent.mkdir(parents=True, exist_ok=True)
        (with_champion / name).write_bytes(content)
    (with_champion / "few.jsonl").write_text(
        "".join(
            line + "\n"
            for number, line in enumerate((with_champion / "corpus.jsonl").read_text().splitlines())
            if '"risk"' not in line or number < 6
        )
    )
    return with_champion


def refused(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run a command that must fail as it should; return its line."""
    before = contents(folder)
    answer = framing(*arguments, cwd=folder, stdin=stdin)
    assert contents(folder) == before  # the store too, byte for byte
    assert (answer.code, answer.out) == (1, "")
    *progress, last = answer.err.splitlines()
    assert all(line.startswith("model: ") for line in progress)
    assert last.startswith("error: ")
    return last.removeprefix("error: ")


DATA = [
    ("missing.jsonl", "missing.jsonl: no such file"),
    ("empty.jsonl", "empty.jsonl: the file is empty"),
    ("latin.jsonl", "latin.jsonl, line 2: not UTF-8 (byte 0xe9); save the file as UTF-8 and try again"),
    ("broken.jsonl", "broken.jsonl, line 2: broken JSON (Expecting value at column 32)"),
    ("list.jsonl", "list.jsonl, line 1: expected one JSON object a line, got list"),
    ("misspelt.jsonl", "misspelt.jsonl, line 1: unknown column 'frame'; did you mean 'frames'?"),
    ("no_text.jsonl", "no_text.jsonl: no column 'text'; the columns are: 'sentence', 'frames'"),
    ("blank_text.jsonl", "blank_text.jsonl, line 1: no text; every row needs a sentence in 'text'"),
    ("long.jsonl", "long.jsonl, line 1: 'text' has 2,000,000 characters, a sentence has at most 10,000; "),
    ("cells.csv", "cells.csv, line 2: 3 cells where the header has 2 columns"),
    ("picture.png", "picture.png: unknown kind of "),
]
CODES = [
    ("label.jsonl", "label.jsonl, line 2: unknown frame 'security'; expected one of: gain, risk"),
]


@pytest.mark.parametrize(("name", "line"), [*DATA, *CODES])
@pytest.mark.parametrize("command", ["train", "data check"])
def test_data_that_cannot_be_read_is_named_with_its_place(folder, command, name, line):
    arguments = {
        "train": ("train", *QUICK, f"data={name}"),
        "data check": ("data", "check", name, "--codebook", "book.yaml"),
    }[command]
    assert refused(folder, *arguments).startswith(line)


@pytest.mark.parametrize(("name", "line"), DATA)
@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_a_file_to_predict_or_to_score_is_refused_with_the_same_words(folder, command, name, line):
    output = ("--output", "kept.jsonl") if command == "predict" else ()
    assert refused(folder, command, name, "--model", "model", *output).startswith(line)


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (
            ["data=uncoded.jsonl"],
            "no coded rows: no row has 'frames' or both 'target' and 'stance'",
        ),
        (
            ["data=few.jsonl", "tasks=[frames]"],
            "frame 'risk' has 3 positives in 33 coded rows, 5 folds need at least 5: code more, lower split.n_splits, "
            "or take the label out of the codebook",
        ),
        (
            ["data=one_group.jsonl"],
            "the coded rows form 1 group(s), but 5 folds need at least 5; give more rows a 'group' or 'doc_id' of "
            "their own, or set split.n_splits lower",
        ),
        (["split=source"], "split.by=source, but 60 of 60 rows have no 'source'"),
        (["evaluate.dev=missing.jsonl"], "missing.jsonl: no such file"),
        (["columns.text=satz"], "corpus.jsonl: columns.text=satz, but the columns are: 'text', 'target', 'frames'"),
        (["codebook=missing.yaml"], "codebook missing.yaml: no such file"),
        (["codebook=broken.yaml"], "codebook broken.yaml, line 3: not valid YAML (expected ',' or ']', but got ':')"),
        (["codebook=no_frames.yaml"], "no_frames.yaml: a codebook is a mapping with 'name:' and 'frames:'"),
        (["codebook=typo.yaml"], "typo.yaml: unknown key 'stances'; expected one of: "),
        (["encoder=minilm", "encoder.model=nowhere/x"], "encoder nowhere/x: not found (tried folder nowhere/x; "),
    ],
)
def test_data_and_codebook_that_do_not_serve_say_what_is_missing(folder, overrides, line):
    assert refused(folder, "train", *QUICK, *overrides).startswith(line)


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (["head=xgb"], "head=xgb: unknown choice 'xgb'; expected one of: knn, logreg, mlp, svm" + HELP),
        (["hed=svm"], "hed: no such option; did you mean 'head'?" + HELP),
        (
            ["head.CC=1"],
            "head.CC: no such option; did you mean 'head.C'? Other arguments of the head: +head.NAME=VALUE" + HELP,
        ),
        (["+head.CC=1"], "head: LogisticRegression.__init__() got an unexpected keyword argument 'CC'" + HELP),
        (
            ["+foo=1"],
            "unknown option 'foo'; expected one of: data, codebook, columns, evaluate, calibrate, coders, encoder, ",
        ),
        (["columns.txt=satz"], "columns.txt: no such option; did you mean 'columns.text'?" + HELP),
        (["head"], "head: not an option; expected KEY=VALUE (missing EQUAL at '<EOF>')" + HELP),
        (["head.C=["], "head.C=[: not an option; expected KEY=VALUE (no viable alternative at input '[')" + HELP),
        (["words=null"], "a choice is a name, such as head=svm or words=none" + HELP),
        (["~head"], "head: cannot be left out"),
        (["-cd", "nowhere"], "Additional config directory '{folder}/nowhere' not found" + HELP),
        (
            ["-cd", "configs", "head=broken"],
            "{folder}/configs/head/broken.yaml, line 3: not valid YAML (expected ',' or ']', but got '<stream end>')",
        ),
        (["-cd", "configs", "head=odd"], "head: Error loading 'sklearn.svm.Svc':; "),
        (["experiment=mine"], "experiment=mine: unknown choice 'mine'; expected one of: "),
        (["split.n_splits=1"], "split.n_splits=1: at least 2 folds are needed"),
        (["split.by=month"], "split.by=month: expected 'group', 'source' or 'target'"),
        (
            ["split=target", "tasks=[stance]"],
            "the coded rows form 1 group(s), but 5 folds need at least 5; code rows toward more targets, or set "
            "split.n_splits lower",
        ),
        (
            ["head.C=-1"],
            "head: The 'C' parameter of LogisticRegression must be a float in the range (0.0, inf]. Got -1 instead.",
        ),
        (["stance.head=svm"], "stance.head=svm: expected a scikit-learn object; choose one with +head@stance.head="),
        (["tasks=[frames,tone]"], "tasks: unknown task 'tone'; expected one of: frames, stance"),
        (["tasks=frames"], "tasks=frames: expected a list, such as tasks=[frames,stance]"),
        (["seed=-1"], "seed=-1: expected a whole number, 0 or more"),
        (["promote=maybe"], "promote=maybe: expected true, false or force"),
        (["evaluate=corpus.jsonl"], "evaluate=corpus.jsonl: expected files by name, such as evaluate.dev=FILE"),
        (["evaluate.dev=5"], "evaluate.dev=5: expected a file, a folder, or a list of these"),
        (["--run", "-m"], "Only one of --run, --multirun, "),
    ],
)
def test_an_option_that_is_wrong_says_what_was_expected(folder, overrides, line):
    quick = [] if overrides[0].startswith("-") else QUICK
    assert refused(folder, "train", *quick, *overrides).startswith(line.replace("{folder}", str(folder)))


@pytest.mark.parametrize(
    ("override", "line"),
    [
        ("output=plain.txt/model", "{folder}/plain.txt/model: a model cannot be saved here (File exists); choose "),
        ("output=configs", "{folder}/configs: holds something that is not a model; choose a new or empty folder"),
        ("output=5", "output=5: expected a folder"),
        ("hydra.run.dir=plain.txt/run", "plain.txt/run: cannot be written (Not a directory); run in a folder of your"),
        (
            "tracking.uri=plain.txt/a.db",
            "store sqlite:///{folder}/plain.txt/a.db: cannot be used ({folder}/plain.txt cannot be written: Not a "
            "directory); " + OTHER_STORE,
        ),
        (
            "tracking.uri=text.db",
            "store sqlite:///{folder}/text.db: cannot be used (file is not a database); " + OTHER_STORE,
        ),
        (
            "tracking.uri=http://127.0.0.1:9",
            "store http://127.0.0.1:9: cannot be used ([Errno 111] Connection refused); start the server (mlflow "
            "server), or " + OTHER_STORE,
        ),
        (
            "tracking.uri=ftp://host",
            "store ftp://host: unknown kind of address; expected sqlite:///PATH, a path, or http(s)://HOST:PORT",
        ),
    ],
)
def test_a_place_that_cannot_take_the_result_is_known_before_the_work(folder, override, line):
    assert refused(folder, "train", *QUICK, override).startswith(line.replace("{folder}", str(folder)))


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["missing.txt"], "missing.txt: no such file"),
        (["empty.txt"], "empty.txt: the file is empty"),
        (["figures.txt"], "figures.txt: no sentence in it"),
        (["latin.txt"], "latin.txt, line 1: not UTF-8 (byte 0xfc); save the file as UTF-8 and try again"),
        (["empty.html"], "empty.html: no text found in this HTML page"),
        (["configs"], "configs: a folder; name the files in it, such as configs/*.txt"),
        (["plain.txt", "missing.txt"], "missing.txt: no such file"),
        (
            ["picture.png"],
            "picture.png: unknown kind of file '.png'; expected .txt, .md, .html, .htm, .jsonl, .json, .csv, .tsv, "
            ".xlsx, .parquet, or - for standard input",
        ),
        (
            ["plain.txt", "--threshold", "rsk=0.4"],
            "threshold rsk=0.4: unknown frame or side of the stance 'rsk'; expected one of: gain, risk",
        ),
        (["corpus.jsonl", "--column", "text=satz"], "corpus.jsonl: columns.text=satz, but the columns are: "),
        (["plain.txt", "--output", "."], ".: is a folder; name a file"),
        (
            ["plain.txt", "--output", "plain.txt/out.html"],
            "plain.txt/out.html: cannot be written (Not a directory); choose another place",
        ),
        (
            ["plain.txt", "--output", "none/out.html"],
            "none/out.html: cannot be written (No such file or directory); choose another place",
        ),
        (["plain.txt", "--model", "nowhere"], "model nowhere: no such folder; expected a folder that holds model.json"),
        (
            ["plain.txt", "--model", "configs"],
            "model configs: no model.json in this folder; it is not a saved model",
        ),
        (
            ["plain.txt", "--model", "models:/framing/9"],
            "models:/framing/9: not in the store sqlite:///{folder}/mlflow.db (Model Version (name=framing, version=9) "
            "not found); see `framing runs`",
        ),
        (
            ["plain.txt", "--model", "runs:/abcdef"],
            "run 'abcdef' in sqlite:///{folder}/mlflow.db: no such run; see `framing runs`",
        ),
        (
            ["plain.txt", "--store", "none.db"],
            "no model: the store sqlite:///{folder}/none.db has no champion. Train one with `framing train "
            "promote=true`, promote a run with `framing promote RUN`, or name a model folder",
        ),
        (
            ["plain.txt", "--store", "text.db"],
            "store sqlite:///{folder}/text.db: cannot be used (file is not a database); " + OTHER_STORE,
        ),
    ],
)
def test_predict_says_what_it_cannot_read_load_or_write(folder, arguments, line):
    assert refused(folder, "predict", *arguments).startswith(line.replace("{folder}", str(folder)))


@pytest.mark.parametrize(
    ("stdin", "line"),
    [
        (b"", "standard input: no sentence in it"),
        (b"Caf\xe9", "standard input, line 1: not UTF-8 (byte 0xe9); save the file as UTF-8 and try again"),
    ],
)
def test_standard_input_that_is_no_text_is_named_as_such(folder, stdin, line):
    assert refused(folder, "predict", "-", stdin=stdin) == line


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("uncoded.jsonl", "uncoded.jsonl: none of 2 rows is coded for frames or stance; expected 'frames' (or "),
        ("label.jsonl", "label.jsonl, line 2: unknown frame 'security'; expected one of: gain, risk"),
        ("plain.txt", "plain.txt: none of 1 rows is coded for frames or stance; expected 'frames' (or "),
    ],
)
def test_evaluate_wants_rows_coded_with_the_models_labels(folder, name, line):
    assert refused(folder, "evaluate", name).startswith(line)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["runs", "--store", "none.db"],
            "no tracking store at sqlite:///{folder}/none.db; train first (framing train)",
        ),
        (
            ["runs", "--experiment", "mine"],
            "store sqlite:///{folder}/mlflow.db: unknown experiment 'mine'; expected one of: ",
        ),
        (["promote", "mine"], "run 'mine' in sqlite:///{folder}/mlflow.db: no such run; see `framing runs`"),
        (
            ["ui", "--experiment", "mine"],
            "store sqlite:///{folder}/mlflow.db: unknown experiment 'mine'; expected one of: ",
        ),
        (["ui", "--store", "http://127.0.0.1:9"], "store http://127.0.0.1:9: cannot be used ([Errno 111] Connection"),
        (["data", "check", "corpus.jsonl", "--codebook", "no.yaml"], "codebook no.yaml: no such file"),
        (["data", "describe", "missing.jsonl"], "missing.jsonl: no such file"),
    ],
)
def test_what_the_store_or_the_data_does_not_hold_is_named(folder, arguments, line):
    assert refused(folder, *arguments).startswith(line.replace("{folder}", str(folder)))


def test_a_folder_without_a_store_stays_without_one(workplace):
    (workplace / "mlflow.db").unlink()
    for arguments in (["train", *QUICK, "data=missing.jsonl"], ["runs"]):
        refused(workplace, *arguments)
    assert framing("predict", "corpus.jsonl", cwd=workplace).code == 0  # with the model that ships
    assert not (workplace / "mlflow.db").exists()


def test_what_shows_only_in_the_middle_of_a_run_ends_it_as_failed_and_leaves_the_champion(folder):
    store = Store(store_uri(str(folder / "mlflow.db")))
    (champion,) = list_runs(store)
    answer = framing("train", *QUICK, "head=knn", "head.n_neighbors=1000", "promote=true", cwd=folder)
    start, line = answer.err.splitlines()
    assert (answer.code, start.split()[:2]) == (1, ["training", "tfidf-knn"])
    assert "Expected n_neighbors <= n_samples_fit, but n_neighbors = 1000" in line
    assert [(run.name, run.status) for run in list_runs(store)] == [
        ("tfidf-logreg", "FINISHED"),
        ("tfidf-knn", "FAILED"),
    ]
    assert champion_run(store) == champion.run_id


def test_a_target_for_a_model_without_stance_is_refused(folder):
    content = json.loads((folder / "model" / "model.json").read_text())
    del content["tasks"]["stance"]
    (folder / "model" / "model.json").write_text(json.dumps(content))
    line = refused(folder, "predict", "plain.txt", "--model", "model", "--target", "the harbour")
    assert line.startswith("a target was given, but this model was trained without stance; train one with tasks=[")


class Odd:
    """A type that no model has."""


def damaged(folder: Path, how: str) -> None:
    """Damage the model in a folder."""
    description, heads = folder / "model" / "model.json", folder / "model" / "frames" / "heads.skops"
    content = json.loads(description.read_text())
    if how == "half a description":
        description.write_bytes(description.read_bytes()[:200])
    elif how == "half a head":
        heads.write_bytes(heads.read_bytes()[:200])
    elif how == "no head":
        heads.unlink()
    elif how == "newer format":
        description.write_text(json.dumps({**content, "format": FORMAT + 1}))
    elif how == "no tasks":
        description.write_text(json.dumps({key: value for key, value in content.items() if key != "tasks"}))
    elif how == "untrusted type":
        skops.io.dump({"heads": Odd()}, heads)
        content["files"]["frames/heads.skops"] = hashlib.sha256(heads.read_bytes()).hexdigest()
        description.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("how", "line"),
    [
        ("half a description", "model model: damaged model.json ("),
        ("half a head", "model model: frames/heads.skops is damaged (its sha256 is not the one in model.json)"),
        ("no head", "model model: frames/heads.skops is missing; train or copy the model again"),
        (
            "newer format",
            f"model model: format {FORMAT + 1}, this version reads up to {FORMAT}; it was saved by framing",
        ),
        ("no tasks", "model model: damaged model.json (tasks: expected it to be there); train or copy the model again"),
        (
            "untrusted type",
            f"model file model/frames/heads.skops: holds the type {Odd.__module__}.Odd, which is not trusted and "
            "might run code; nothing was loaded",
        ),
    ],
)
def test_a_damaged_newer_or_unsafe_model_is_not_loaded(folder, how, line):
    damaged(folder, how)
    for command in (["predict", "plain.txt", "--output", "kept.jsonl"], ["evaluate", "corpus.jsonl"]):
        assert refused(folder, *command, "--model", "model").startswith(line)
