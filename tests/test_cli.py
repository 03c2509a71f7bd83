"""The command line: what goes in, what comes out where, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from framing import Predictor
from tests.command import contents, framing

PAGE = """<html><head><title>T</title></head><body><nav><a href="/">Home</a></nav>
<article><h1>Harbour news</h1><p>Merchants of Alder welcome the profit of new markets.</p>
<p>Warships near Birch threaten the harbour, the clerk of the town said on Monday evening.</p></article>
<footer>Imprint</footer></body></html>"""


@pytest.fixture
def folder(with_champion: Path) -> Path:
    """A folder with a champion and one input of each kind."""
    inputs = {
        "note.txt": "Warships near Alder threaten the harbour. Profit for Birch is near.\n",
        "note.md": "# Harbour news\n\n- Warships near Alder threaten the harbour.\n",
        "page.html": PAGE,
        "rows.jsonl": '{"text": "Warships near Alder.", "desk": "foreign", "target": "the harbour"}\n'
        '{"text": "A clerk."}\n',
        "rows.csv": "satz,desk\nWarships near Alder.,foreign\n",
    }
    for name, content in inputs.items():
        (with_champion / name).write_text(content, encoding="utf-8")
    return with_champion


def predicted(*arguments: str, cwd: Path, stdin: bytes = b"") -> list[dict]:
    answer = framing("predict", *arguments, "--format", "jsonl", cwd=cwd, stdin=stdin)
    assert answer.code == 0, answer.err
    return [json.loads(line) for line in answer.out.splitlines()]


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("note.txt", ["Warships near Alder threaten the harbour.", "Profit for Birch is near."]),
        ("note.md", ["Harbour news", "Warships near Alder threaten the harbour."]),
        ("rows.jsonl", ["Warships near Alder.", "A clerk."]),
    ],
)
def test_predict_reads_articles_as_sentences_and_tables_as_rows(folder, name, texts):
    assert [row["text"] for row in predicted(name, cwd=folder)] == texts


def test_predict_reads_the_main_text_of_a_page(folder):
    rows = predicted("page.html", cwd=folder)
    assert {"Home", "Imprint"}.isdisjoint(row["text"] for row in rows)
    assert [row["predicted_frames"] for row in rows if row["text"].startswith(("Merchants", "Warships"))] == [
        ["gain"],
        ["risk"],
    ]


def test_predict_reads_standard_input_as_a_document_without_a_name(folder):
    (row,) = predicted("-", cwd=folder, stdin="\ufeffWarships threaten Ålesund’s harbour.".encode())
    assert (row["text"], row["doc_id"], row["start"]) == ("Warships threaten Ålesund’s harbour.", "", 1)


def test_predict_reads_a_users_own_column(folder):
    (row,) = predicted("rows.csv", "--column", "text=satz", cwd=folder)
    assert (row["text"], row["desk"], row["predicted_frames"]) == ("Warships near Alder.", "foreign", ["risk"])


def test_several_files_follow_each_other_each_a_document(folder):
    rows = predicted("note.txt", "note.md", "rows.jsonl", cwd=folder)
    assert [(row["doc_id"], row["position"]) for row in rows] == [
        *(("note.txt", 0), ("note.txt", 1), ("note.md", 0), ("note.md", 1)),
        *(("", 0), ("", 0)),
    ]


def test_two_files_of_one_name_stay_two_documents(folder):
    (folder / "old").mkdir()
    (folder / "old" / "note.txt").write_text("Profit.")
    rows = predicted("note.txt", "old/note.txt", cwd=folder)
    assert [row["doc_id"] for row in rows] == ["note.txt", "note.txt", "old/note.txt"]


def test_a_jsonl_row_has_the_promised_keys_and_the_users_own_columns(folder):
    framed, plain = predicted("rows.jsonl", cwd=folder)
    promised = {
        "text",
        "doc_id",
        "position",
        "predicted_frames",
        "proba",
        "target",
        "predicted_stance",
        "stance_proba",
        "predicted_holder",
    }
    assert promised <= set(framed)
    assert promised <= set(plain)
    assert framed["desk"] == "foreign"
    assert list(framed["proba"]) == ["gain", "risk"]
    assert framed["predicted_stance"] == "against"
    assert framed["stance_proba"]["against"] == max(framed["stance_proba"].values())
    assert (plain["target"], plain["predicted_stance"], plain["stance_proba"]) == (None, None, None)


def test_the_csv_has_one_column_a_probability_and_the_word_none(folder):
    (folder / "two.jsonl").write_text(
        '{"text": "Profit for Alder comes with an attack of warships."}\n{"text": "The clerk counted the ropes."}\n'
    )
    answer = framing("predict", "two.jsonl", "--format", "csv", cwd=folder)
    both, none = csv.DictReader(io.StringIO(answer.out))
    assert (both["predicted_frames"], none["predicted_frames"]) == ("gain;risk", "none")
    expected = Predictor.load(folder / "model").predict_proba([both["text"]])[0]
    assert [float(both["proba_gain"]), float(both["proba_risk"])] == pytest.approx(expected, abs=1e-6)
    assert none["predicted_stance"] == ""


def test_the_table_marks_frames_and_shows_a_stance_where_there_is_a_target(folder):
    lines = framing("predict", "note.txt", cwd=folder).out.splitlines()
    assert lines[1].split() == ["#", "sentence", "gain", "risk"]
    (warships,) = [line for line in lines if "Warships" in line]
    assert warships.split()[0] == "1"
    assert warships.count("●") == 1
    targeted = framing("predict", "note.txt", "--target", "the harbour", cwd=folder).out.splitlines()
    assert targeted[1].split()[-1] == "stance"
    (warships,) = [line for line in targeted if "Warships" in line]
    assert warships.split()[-2] == "against"


def test_the_page_is_one_file_that_escapes_text_and_asks_the_network_for_nothing(folder):
    (folder / "odd.txt").write_text("Warships <script>alert(1)</script> near Alder.")
    page = framing("predict", "odd.txt", "note.txt", "--format", "html", cwd=folder).out
    assert page.startswith("<!doctype html>")
    assert "<title>Frames in odd.txt, note.txt</title>" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "http" not in page
    assert page.count("<tr>") == 1 + 2 + 3  # the head, two documents, three sentences


def test_the_model_is_told_on_standard_error_and_the_result_alone_is_on_standard_output(folder):
    answer = framing("predict", "note.txt", "--format", "jsonl", cwd=folder)
    assert answer.err == f"model: models:/harbour@champion of sqlite:///{folder}/mlflow.db\n"
    named = framing("predict", "note.txt", "--format", "jsonl", "--model", "model", cwd=folder)
    assert (named.out, named.err) == (answer.out, "")


def test_the_store_may_come_from_the_environment(folder, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", str(folder / "mlflow.db"))
    assert framing("predict", "-", cwd=elsewhere, stdin=b"Warships.").code == 0
    assert contents(elsewhere) == {}


def test_a_threshold_replaces_the_models_own(folder):
    (row,) = predicted("-", "--threshold", "risk=0", "--threshold", "gain=0", cwd=folder, stdin=b"A clerk.")
    assert row["predicted_frames"] == ["gain", "risk"]
    (row,) = predicted("-", "--threshold", "risk=1", cwd=folder, stdin=b"Warships near Alder threaten the harbour.")
    assert row["predicted_frames"] == []


def test_output_is_written_whole_with_the_usual_permissions_and_nothing_is_printed(folder):
    (folder / "out.jsonl").write_text("old")
    before = contents(folder)
    answer = framing("predict", "note.txt", "--format", "jsonl", "--output", "out.jsonl", cwd=folder)
    assert (answer.code, answer.out) == (0, "")
    shown = framing("predict", "note.txt", "--format", "jsonl", cwd=folder)
    assert contents(folder) == {**before, "out.jsonl": shown.out.encode()}
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((folder / "out.jsonl").stat().st_mode) == 0o666 & ~mask


def test_an_output_that_is_there_is_kept_when_the_run_fails(folder):
    (folder / "out.jsonl").write_text("old")
    before = contents(folder)
    answer = framing("predict", "note.txt", "--output", "out.jsonl", "--threshold", "risk=2", cwd=folder)
    assert answer.code == 1
    assert answer.err.splitlines()[-1] == "error: threshold risk=2.0: a probability in [0, 1] is needed"
    assert contents(folder) == before


def test_evaluate_gives_scores_with_intervals_as_table_and_as_json(folder):
    answer = framing("evaluate", "corpus.jsonl", "--format", "json", cwd=folder)
    assert answer.code == 0, answer.err
    scores = json.loads(answer.out)
    assert next(iter(scores)) == "test/frames/macro_f1"
    assert scores["test/frames/macro_f1_low"] <= scores["test/frames/macro_f1"] <= scores["test/frames/macro_f1_high"]
    assert scores["test/stance/accuracy"] == 1.0  # six kinds of sentence, told apart by their words
    table = framing("evaluate", "corpus.jsonl", "--all", cwd=folder).out.splitlines()
    assert table[1].split() == ["score", "value", "95", "%", "interval", "n"]
    assert table[3].split() == ["frames/macro_f1", "1.000", "[1.000,", "1.000]", "60"]


def test_evaluate_takes_thresholds(folder):
    answer = framing("evaluate", "corpus.jsonl", "--threshold", "gain=1", "--format", "json", cwd=folder)
    scores = json.loads(answer.out)
    assert scores["test/frames/gain/recall"] == 0
    assert scores["test/frames/risk/recall"] == 1


def test_data_check_ends_with_0_after_remarks_and_with_1_after_an_error_or_where_it_is_strict(tmp_path):
    fine, doubled = tmp_path / "fine.jsonl", tmp_path / "doubled.jsonl"
    row = '{"text": "The port deal pays for itself.", "frames": ["economic_opportunity"], "group": "a"}\n'
    fine.write_text(row)
    doubled.write_text(row + row)
    answer = framing("data", "check", "fine.jsonl", cwd=tmp_path)
    assert (answer.code, answer.out, answer.err) == (0, "fine.jsonl: 1 rows, no findings\n", "")
    answer = framing("data", "check", "doubled.jsonl", cwd=tmp_path)
    remark = "remark: rows 1, 2: the same text: 'The port deal pays for itself.'\n"
    assert (answer.code, answer.out) == (0, f"{remark}doubled.jsonl: 0 errors, 1 remark in 2 rows\n")
    answer = framing("data", "check", "doubled.jsonl", "--strict", cwd=tmp_path)
    assert (answer.code, answer.out) == (1, remark)
    assert answer.err == "error: doubled.jsonl: 0 errors, 1 remark in 2 rows\n"
    doubled.write_text(row + row.replace('["economic_opportunity"]', "[]"))
    answer = framing("data", "check", "doubled.jsonl", cwd=tmp_path)
    assert (answer.code, answer.out.splitlines()[0]) == (
        1,
        "error: rows 1, 2: the same text with different frames: 'The port deal pays for itself.'",
    )


def test_data_describe_counts_labels(workplace):
    answer = framing("data", "describe", "corpus.jsonl", "--codebook", "book.yaml", cwd=workplace)
    assert answer.code == 0
    lines = [line.split() for line in answer.out.splitlines()]
    assert lines[0] == ["60", "rows,", "60", "coded", "for", "frames,", "10", "groups"]
    assert ["gain", "30", "50.0%"] in lines
    assert ["none", "10", "16.7%"] in lines
    assert ["against", "20", "33.3%"] in lines


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Usage: framing [OPTIONS] COMMAND [ARGS]..."),
        (["prdict"], "Error: No such command 'prdict'."),
        (["predict"], "Error: Missing argument 'FILE... | -'."),
        (["predict", "a.txt", "--formt", "csv"], "Error: No such option '--formt'."),
        (["predict", "a.txt", "--format", "xml"], "'xml' is not one of 'table', 'jsonl', 'csv', 'html'."),
        (["predict", "a.txt", "--threshold", "risk"], "Error: --threshold risk: expected LABEL=P"),
        (["predict", "a.txt", "--threshold", "risk=high"], "Error: --threshold risk=high: expected LABEL=P"),
        (["predict", "a.txt", "--column", "text"], "Error: --column text: expected FIELD=NAME"),
        (["promote"], "Error: Missing argument 'RUN'."),
        (["data"], "Usage: framing data [OPTIONS] COMMAND [ARGS]..."),
        (["ui", "--port", "five"], "Error: Invalid value for '--port': 'five' is not a valid integer."),
        (["train", "--nonsense"], "framing train: error: unrecognized arguments: --nonsense"),
    ],
)
def test_a_wrong_use_of_the_command_line_ends_with_2_and_says_what_is_wrong(tmp_path, arguments, said):
    answer = framing(*arguments, cwd=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert contents(tmp_path) == {}


def test_ctrl_c_ends_with_130_and_one_word(folder, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Predictor, "predict", interrupted)
    answer = framing("predict", "note.txt", "--model", "model", "--output", "out.txt", cwd=folder)
    assert (answer.code, answer.err.split()) == (130, ["interrupted"])
    assert not (folder / "out.txt").exists()


def test_a_reader_that_goes_away_is_no_error(folder):
    # Far more than a pipe holds.
    (folder / "long.txt").write_text("Warships near Alder threaten the harbour. " * 2000)
    command = [sys.executable, "-c", "from framing.cli import main; main()", "predict", "long.txt", "--model", "model"]
    with subprocess.Popen(
        [*command, "--format", "jsonl"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().startswith('{"text": "Warships')
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_goal_risk_and_shares_of_the_command_line_arrive(folder):
    plain = predicted("corpus.jsonl", cwd=folder)
    assert len(predicted("corpus.jsonl", "--goal", "recall>=0.9", cwd=folder)) == len(plain)
    answer = framing("predict", "corpus.jsonl", "--adapt-priors", "--format", "jsonl", cwd=folder)
    assert answer.code == 0
    assert "shares of frames, in training → here: gain 0.500 → 0." in answer.err
    assert "shares of stance" not in answer.err
    assert len(answer.out.splitlines()) == len(plain)
    answer = framing("predict", "--adapt-documents", "note.txt", "corpus.jsonl", "--format", "jsonl", cwd=folder)
    assert answer.code == 0
    assert re.search(r"gain 0\.500 → 0\.\d{3}, risk .* \(mean of \d+ documents\)\n", answer.err)
    open_ = predicted("corpus.jsonl", "--abstain", "0.001", cwd=folder)
    assert all(row["abstained"] == ["gain", "risk", "stance"] and row["predicted_stance"] is None for row in open_)
    table = framing("predict", "corpus.jsonl", "--abstain", "0.001", "--format", "csv", cwd=folder).out
    assert next(csv.DictReader(io.StringIO(table)))["abstained"] == "gain;risk;stance"
    assert framing("evaluate", "corpus.jsonl", "--adapt-documents", cwd=folder).code == 0
    answer = framing("evaluate", "corpus.jsonl", "--adapt-priors", "--goal", "count", "--all", cwd=folder)
    assert answer.code == 0
    assert "shares of frames, in training → here: " in answer.err
    assert "gain/calibration_error" in answer.out


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--abstain", "1.5"], "abstain 1.5: the risk of an error is a number between 0 and 1, such as 0.1"),
        (
            ["--goal", "best"],
            "goal best: no such goal of a threshold; expected f1, micro_f1, count, or a bound such as",
        ),
        (["--abstain", "0.1", "--threshold", "gain=0.5"], "abstain 0.1: the risk decides, not a threshold; leave"),
    ],
)
def test_a_rule_that_cannot_be_is_one_line(folder, options, line):
    answer = framing("predict", "note.txt", *options, cwd=folder)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.splitlines()[-1].startswith(f"error: {line}")


def test_a_warning_is_said_once_whatever_reads_the_file_again(workplace):
    rows = (workplace / "corpus.jsonl").read_text(encoding="utf-8").replace('"doc_id"', '"document"')
    (workplace / "corpus.jsonl").write_text(rows.replace('"group": "Alder"', '"group": "NA"'), encoding="utf-8")
    answer = framing(
        *("train", "-m", "encoder=tfidf", "head=logreg,knn", "data=corpus.jsonl", "codebook=book.yaml"),
        *("tasks=[frames]", "evaluate.dev=corpus.jsonl"),
        cwd=workplace,
    )
    assert answer.code == 0, answer.err
    assert answer.err.count("column 'group' has 'NA' in 6 rows") == 1
