"""Where results go: files that are whole or untouched, devices, pipes and links; names of files on the way in."""

from __future__ import annotations

import csv
import fcntl
import io
import os
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from framing import Prediction, Sentence
from framing.app.overrides import with_quoted_paths
from framing.cli.files import check_output, shown, write_result
from framing.corpus.dataset import read_sentences
from framing.errors import OutputError
from framing.files import is_replaced, scratch_beside, scratch_folder, temporary_beside, write_whole
from framing.model.persistence import save_model
from framing.report.formats import predictions_csv
from tests.command import contents, framing
from tests.small import model

QUICKEST = ("encoder=tfidf", "tasks=[frames]", "split.n_splits=2")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_pipe_is_written_into_and_stays_a_pipe(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    check_output(pipe)  # does not wait for a reader
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_result("Café.\n", str(pipe))
    reader.join(timeout=10)
    assert read == ["Café.\n"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_device_is_written_into_and_stays_a_device(tmp_path):
    device = tmp_path / "null"  # a node of the test's own, with the numbers of /dev/null
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        device.write_text("")
    except OSError:
        pytest.skip("device nodes cannot be made here")
    check_output(device)
    write_result("gone\n", str(device))
    assert stat.S_ISCHR(device.stat().st_mode)
    assert list(tmp_path.iterdir()) == [device]


def test_a_device_that_is_full_is_one_line(tmp_path):
    device = tmp_path / "full"  # likewise, of /dev/full
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 7))
        device.open("w").close()
    except OSError:
        pytest.skip("device nodes cannot be made here")
    with pytest.raises(OutputError) as caught:
        write_result("text\n", str(device))
    assert str(caught.value) == (f"{device}: cannot be written (No space left on device); choose another place")
    assert stat.S_ISCHR(device.stat().st_mode)


def test_only_a_file_or_nothing_yet_is_replaced(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("new")
    (tmp_path / "to_null").symlink_to(os.devnull)
    os.mkfifo(tmp_path / "pipe")
    assert [is_replaced(tmp_path / name) for name in ("file", "link", "dangling", "new")] == [True] * 4
    assert [is_replaced(tmp_path / name) for name in ("pipe", "to_null")] == [False] * 2


def test_a_link_stays_and_the_file_that_it_leads_to_is_replaced(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "old.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("there/old.csv")
    (tmp_path / "second.csv").symlink_to("link.csv")
    (tmp_path / "dangling.csv").symlink_to("there/new.csv")
    for name in ("second.csv", "dangling.csv"):
        check_output(tmp_path / name)
        write_result(name, str(tmp_path / name))
        assert (tmp_path / name).is_symlink()
    assert (tmp_path / "link.csv").is_symlink()
    assert contents(tmp_path / "there") == {"new.csv": b"dangling.csv", "old.csv": b"second.csv"}


def test_links_that_lead_nowhere_are_one_line(tmp_path):
    (tmp_path / "round").symlink_to("round")
    (tmp_path / "away").symlink_to("missing/file")
    (tmp_path / "to_folder").symlink_to(".")
    for name in ("round", "away", "to_folder"):
        for write in (lambda path: check_output(Path(path)), lambda path: write_result("x", path)):
            with pytest.raises(OutputError, match=r"cannot be written|is a folder"):
                write(str(tmp_path / name))


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_file_keeps_its_permissions(tmp_path, mode):
    file = tmp_path / "out.csv"
    file.write_text("old")
    file.chmod(mode)
    write_result("new", str(file))
    assert (file.read_text(), mode_of(file)) == ("new", mode)


def test_a_long_name_can_be_written(tmp_path):
    file = tmp_path / ("é" * 125 + ".csv")  # 254 bytes, where 255 are allowed
    check_output(file)
    write_result("new", str(file))
    assert file.read_text() == "new"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
def test_a_write_that_is_cut_short_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, error):
    (tmp_path / "out.csv").write_text("old")

    def cut_short(*_: object) -> None:
        raise error

    monkeypatch.setattr(Path, "replace", cut_short)
    with pytest.raises(OutputError if isinstance(error, OSError) else type(error)):
        write_result("new", str(tmp_path / "out.csv"))
    assert contents(tmp_path) == {"out.csv": b"old"}


def test_standard_output_by_its_name_is_not_replaced(tmp_path):
    # As with `framing predict ... --output /dev/stdout >> log`.
    (tmp_path / "log").write_text("before\n")
    script = "import sys; from framing.cli.files import write_result; write_result('after\\n', sys.argv[1])"
    with (tmp_path / "log").open("a") as log:
        subprocess.run([sys.executable, "-c", script, "/dev/fd/1"], stdout=log, check=True)
    assert (tmp_path / "log").read_text() == "before\nafter\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_standard_output_is_one_line(tmp_path, unbuffered):
    if not Path("/dev/full").is_char_device():
        pytest.skip("there is no device that is always full")
    command = [sys.executable, "-c", "from framing.cli import main; main()", "--version"]
    with Path("/dev/full").open("w") as full:  # opened, and given as an open file: no name is handed over
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": unbuffered}
        )
    assert done.returncode == 1
    assert done.stderr == "error: the result: cannot be written (No space left on device)\n"


def test_a_name_that_is_not_unicode_can_be_shown():
    assert shown("note.txt") == "note.txt"
    assert shown(os.fsdecode(b"caf\xe9.txt")) == "caf�.txt"


def test_an_article_whose_name_is_not_unicode_is_predicted(tmp_path):
    save_model(model(LogisticRegression()), tmp_path / "model")
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_text("Warships near Alder threaten the harbour.")
    for form in ("csv", "html"):
        answer = framing("predict", name, "--model", "model", "--format", form, cwd=tmp_path)
        assert answer.code == 0
        assert "caf�.txt" in answer.out


def test_the_ending_of_the_output_says_how_it_is_written_where_the_format_is_not_given(tmp_path):
    save_model(model(LogisticRegression()), tmp_path / "model")
    (tmp_path / "note.txt").write_text("Warships near Alder threaten the harbour.")
    begins = {"said.jsonl": '{"', "said.CSV": "text,", "said.html": "<!doctype html>", "said.out": "\n"}
    for name, begin in begins.items():
        assert framing("predict", "note.txt", "--model", "model", "-o", name, cwd=tmp_path).code == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begin)
    assert (
        framing("predict", "note.txt", "--model", "model", "-o", "a.csv", "--format", "jsonl", cwd=tmp_path).code == 0
    )
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").startswith('{"')


# A NUL is no character of a table.
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
TEXT = st.text(CHARACTERS, min_size=1, max_size=20).map(lambda text: f"A{text}.")


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(TEXT, min_size=1, max_size=4), own=st.text(CHARACTERS, max_size=10))
def test_any_text_comes_back_from_the_csv(tmp_path_factory, texts, own):
    file = tmp_path_factory.mktemp("csv") / "out.csv"
    predictions = [Prediction(Sentence(text, doc_id=text, extra={"own": own}), {"gain": 0.5}) for text in texts]
    written = predictions_csv(predictions)
    assert [row["text"] for row in csv.DictReader(io.StringIO(written, newline=""))] == texts
    file.write_text(written, encoding="utf-8", newline="")
    read = read_sentences(file)
    assert [(s.text, s.doc_id, s.extra["own"]) for s in read] == [(text, text, own) for text in texts]


# What spreadsheets take for the beginning of a formula, and apostrophes before it.
FORMULA = st.builds(lambda front, text: front + text, st.sampled_from([*"=+-@\t\r'", "'=", "''+", "＝"]), TEXT)


@settings(max_examples=50, deadline=None)
@given(text=FORMULA, own=FORMULA)
def test_a_formula_is_text_in_a_spreadsheet_and_comes_back_as_it_was(tmp_path_factory, text, own):
    file = tmp_path_factory.mktemp("csv") / "out.csv"
    written = predictions_csv([Prediction(Sentence(text, extra={own: own}), {"gain": 0.5})])
    cells = [cell for row in csv.reader(io.StringIO(written, newline="")) for cell in row]
    assert [cell for cell in cells if cell[:1] in set("=+-@\t\r＝")] == []
    file.write_text(written, encoding="utf-8", newline="")
    (read,) = read_sentences(file)
    assert (read.text, list(read.extra.values())[-1]) == (text, own)


def test_raw_leaves_formulas_and_numbers_are_never_touched():
    found = [Prediction(Sentence("=1+1", extra={"own": "-1.5e3"}), {"gain": 0.5})]
    header, row = csv.reader(io.StringIO(predictions_csv(found), newline=""))
    assert (row[0], row[header.index("own")]) == ("'=1+1", "-1.5e3")
    header, row = csv.reader(io.StringIO(predictions_csv(found, raw=True), newline=""))
    assert row[0] == "=1+1"


def test_a_character_that_no_table_can_hold_leaves_a_mark_in_the_csv():
    written = predictions_csv([Prediction(Sentence("Profit\0loss."), {"gain": 0.5})])
    assert "Profit\ufffdloss." in written


@pytest.mark.parametrize("text", ["One\rtwo.", "One.\r", "\rOne.", "One\r\ntwo.", "One\ntwo.", 'One "two", three.'])
def test_a_line_break_within_a_text_does_not_end_its_row(text):
    written = predictions_csv([Prediction(Sentence(text), {"gain": 0.5})], raw=True)
    header, row = csv.reader(io.StringIO(written, newline=""))
    assert (header[0], row[0]) == ("text", text)
    assert len(row) == len(header)


AWKWARD = [
    *("codes (final), v2.csv", "[old].csv", "{a}.csv", "a,b.csv", "a=b.csv", "coder's.csv", 'so "called".csv'),
    *("cost$.csv", "2024", "1e5", "null", "true", "~mine.csv", "a~b.csv", "kódy.csv", "编码.csv"),
    *(" first.csv", "a&b #1; c!.csv", "back\\slash.csv", "end\\", "choice(a)"),
]


@pytest.mark.parametrize("name", AWKWARD)
def test_a_file_that_is_there_is_read_as_its_name_stands(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path(name).touch()
    for key in ("data", "codebook", "+evaluate.mine", "output"):
        (override,) = with_quoted_paths([f"{key}={name}"])
        read = OverridesParser.create().parse_override(override)
        assert (read.get_key_element(), read.value()) == (key, name)


def test_what_is_plain_or_no_path_is_handed_over_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("plain.csv", "0", "true", "[frames]", "my codes.csv", "a.csv", "b.csv"):
        Path(name).touch()
    given = ["data=plain.csv", "data=my codes.csv", "seed=0", "promote=true", "tasks=[frames]", "data=a.csv,b.csv"]
    given += ["data=[a.csv,b.csv]", "data=", "-m", "output=${seed}", 'data="a.csv"', "~evaluate", "head.C=1,2"]
    assert with_quoted_paths(given) == given


def test_a_place_that_is_not_there_yet_may_have_letters_of_any_language(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert with_quoted_paths(["output=modèle~2"]) == ['output="modèle~2"']


def test_training_reads_a_file_with_brackets_and_commas_in_its_name(workplace):
    (workplace / "corpus.jsonl").rename(workplace / "codes (final), v2.jsonl")
    (workplace / "book.yaml").rename(workplace / "coder's [2].yaml")
    answer = framing(
        *("train", "data=codes (final), v2.jsonl", "codebook=coder's [2].yaml", *QUICKEST, "output=modèle"),
        cwd=workplace,
    )
    assert answer.code == 0, answer.err
    assert (workplace / "modèle" / "model.json").exists()


@pytest.mark.parametrize(
    ("override", "said"),
    [
        (
            "data=codes (final), v2.csv",
            """a name with such characters stands in quotes: 'data="codes (final), v2.csv"'""",
        ),
        ("output=model (2)", """a name with such characters stands in quotes: 'output="model (2)"'"""),
        ("evaluate.dev=a=b.csv", """a name with such characters stands in quotes: 'evaluate.dev="a=b.csv"'"""),
        ("codebook=a,b.yaml", """add -m; a name with such characters stands in quotes: 'codebook="a,b.yaml"'"""),
        ("head.C=1,2", "head.C=1,2: several values; a list is head.C=[1,2]; to train with each, add -m (options"),
        ("data=kódy.csv", "error: kódy.csv: no such file"),
        ("seed=(1", "error: seed=(1: not an option; expected KEY=VALUE ("),
    ],
)
def test_a_name_that_must_be_quoted_is_shown_quoted(tmp_path, override, said):
    answer = framing("train", override, "encoder=tfidf", cwd=tmp_path)
    assert (answer.code, answer.out) == (1, "")
    (line,) = answer.err.splitlines()
    assert said in line


def test_what_the_hint_shows_works(workplace):
    hint = framing("train", "output=model (2)", *QUICKEST, cwd=workplace).err
    quoted = hint.partition("in quotes: '")[2].partition("'")[0]
    assert yaml.safe_load(framing("train", "--cfg", "job", quoted, cwd=workplace).out)["output"] == "model (2)"


def test_what_a_killed_write_left_goes_with_the_next_and_a_living_one_keeps_its_file(tmp_path):
    with temporary_beside(tmp_path / "out.csv") as living:
        dead = tmp_path / ".out.csv-abcdefgh.part"
        dead.write_text("half a res")
        for kept in ("out.csv-abcdefgh.part", ".out.csv-mine", ".other.csv-abcdefgh.part"):
            (tmp_path / kept).write_text("somebody's")
        write_whole(tmp_path / "out.csv", b"whole")
        assert not dead.exists()
        assert living.exists()
    assert len(list(tmp_path.iterdir())) == 4


def test_temporary_files_of_a_killed_process_go_with_the_next_of_their_kind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = "import os, sys, tempfile\nfrom framing.files import scratch_folder\ntempfile.tempdir = sys.argv[1]\n"
    code += "with scratch_folder('run') as folder:\n    (folder / 'rows').write_text('a')\n    os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code, tmp_path], check=False)
    assert len(list(tmp_path.iterdir())) == 1
    with scratch_folder("other"):
        assert len(list(tmp_path.iterdir())) == 2
    with scratch_folder("run") as one, scratch_folder("run") as another:
        assert {one, another} == set(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_a_new_folder_that_another_process_sweeps_before_it_is_marked_is_made_again(tmp_path, monkeypatch):
    made = []

    def swept(**named):
        made.append(mkdtemp(**named))
        if len(made) == 1:
            Path(made[0]).rmdir()
        elif len(made) == 2:
            holding.append(os.open(made[1], os.O_RDONLY))
            fcntl.flock(holding[0], fcntl.LOCK_EX)
        return made[-1]

    mkdtemp, holding = tempfile.mkdtemp, []
    monkeypatch.setattr(tempfile, "mkdtemp", swept)
    with scratch_beside(tmp_path / "model") as folder:
        assert [str(folder)] == made[2:]
    os.close(holding[0])
