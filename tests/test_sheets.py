"""Sheets to code in: what coders get, and that what comes back is still a sample."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from framing.codebook import Codebook
from framing.corpus.dataset import read_sentences
from framing.records import Prediction, Sentence
from framing.report.formats import predictions_jsonl
from framing.shares.draw import draw_sentences
from framing.shares.sheet import sheet_xlsx
from tests.command import framing
from tests.small import BOOK

openpyxl = pytest.importorskip("openpyxl")
EXCLUSIVE = Codebook.from_dict({"name": "one", "exclusive": True, "frames": {"gain": "", "risk": ""}})
TEXTS = ["=1+1 is what they promise.", "It pays.", "It pays.", "A\x07 bell rang."]


def rows() -> list[Sentence]:
    """Four sentences of two documents, one of them twice the same; all are drawn."""
    corpus = [Sentence(text, doc_id=f"d{i // 2}", position=i % 2, source="Herald") for i, text in enumerate(TEXTS)]
    return draw_sentences(corpus, [""] * 4, 4)


def opened(content: bytes) -> object:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_each_frame_has_a_cell_with_yes_and_no_to_choose():
    sheet = opened(sheet_xlsx(rows(), BOOK)).worksheets[0]
    header = [cell.value for cell in sheet[1]]
    assert header == ["doc_id", "position", "headline", "previous", "text", "gain", "risk", "comment"]
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules == {"F2:F5": '"yes,no"', "G2:G5": '"yes,no"'}


def test_frames_that_exclude_each_other_have_one_cell():
    sheet = opened(sheet_xlsx(rows(), EXCLUSIVE)).worksheets[0]
    (rule,) = sheet.data_validations.dataValidation
    assert (sheet["F1"].value, rule.formula1) == ("frames", '"gain,risk,none"')


def test_a_stance_is_chosen_where_there_is_a_target():
    sheet = opened(sheet_xlsx([Sentence("It pays.", target="the port")], BOOK)).worksheets[0]
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert (sheet["F2"].value, sheet["I1"].value, rules["I2"]) == ("the port", "stance", '"favor,against,neutral"')


def test_only_the_cells_to_code_in_can_be_changed_and_no_text_runs():
    sheet = opened(sheet_xlsx(rows(), BOOK)).worksheets[0]
    assert sheet.protection.sheet
    assert [sheet.cell(2, column).protection.locked for column in (1, 5, 6, 8)] == [True, True, False, False]
    assert (sheet["E2"].value, sheet["E2"].data_type) == (TEXTS[0], "s")


def test_a_list_too_long_for_a_cell_stands_in_a_sheet_of_its_own():
    names = [f"consequence_number_{i}" for i in range(20)]
    book = opened(sheet_xlsx(rows(), Codebook.from_dict({"name": "many", "exclusive": True, "frames": names})))
    (rule,) = book.worksheets[0].data_validations.dataValidation
    assert rule.formula1 == "lists!$A$1:$A$21"
    assert [cell.value for cell in book["lists"]["A"]] == [*names, "none"]


def put_corpus(folder: Path) -> None:
    lines = [json.dumps({"text": f"The port pays {i}.", "doc_id": f"d{i // 3}", "position": i % 3}) for i in range(60)]
    (folder / "corpus.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "book.yaml").write_text("name: harbour\nframes: {gain: It pays., risk: It threatens.}\n")


def drawn(folder: Path, sheet: str, *more: str) -> None:
    options = ("-n", "20", "-o", "s.jsonl", "--coding-sheet", sheet, "--codebook", "book.yaml", *more)
    answer = framing("data", "sample", "corpus.jsonl", *options, cwd=folder)
    assert answer.code == 0, answer.err


def back(folder: Path, *files: str) -> list[Sentence]:
    options = ("--sample", "s.jsonl", "--codebook", "book.yaml", "-o", "coded.jsonl")
    answer = framing("data", "import", *files, *options, cwd=folder)
    assert answer.code == 0, answer.err
    return read_sentences(folder / "coded.jsonl")


def test_a_workbook_that_comes_back_coded_is_still_a_sample(tmp_path):
    put_corpus(tmp_path)
    drawn(tmp_path, "sheet.xlsx", "--double", "0.25")
    for name, n in (("sheet", 20), ("sheet-second", 5)):
        book = openpyxl.load_workbook(tmp_path / f"{name}.xlsx")
        assert book.worksheets[0].max_row == n + 1
        for number in range(2, n + 2):
            book.worksheets[0].cell(number, 6).value = "yes" if number % 2 else "no"
            book.worksheets[0].cell(number, 7).value = "no"
        book.worksheets[0].cell(n + 1, 6).value = book.worksheets[0].cell(n + 1, 7).value = None  # not coded
        book.save(tmp_path / f"{name}.xlsx")
    found = back(tmp_path, "sheet.xlsx")
    assert [s.frames for s in found] == [*([(), ("gain",)] * 9), (), None]
    assert {(s.sample_probability, s.extra["sample_stratum"]) for s in found} == {(0.333333333333, "1")}
    assert (
        framing("data", "agreement", "sheet.xlsx", "sheet-second.xlsx", "--codebook", "book.yaml", cwd=tmp_path).code
        == 0
    )


def test_what_label_studio_exports_is_still_a_sample(tmp_path):
    put_corpus(tmp_path)
    drawn(tmp_path, "tasks.json")
    tasks = json.loads((tmp_path / "tasks.json").read_text())
    for number, task in enumerate(tasks):
        choices = {"choices": ["gain"] if number % 2 else ["none"]}
        result = [{"type": "choices", "from_name": "frames", "to_name": "text", "value": choices}]
        task |= {"id": number + 1, "annotations": [{"id": number, "completed_by": 3, "result": result}]}
    (tmp_path / "export.json").write_text(json.dumps(tasks))
    found = back(tmp_path, "export.json")
    assert [s.frames for s in found] == [(), ("gain",)] * 10
    assert {s.sample_probability for s in found} == {0.333333333333}
    assert [s.doc_id for s in found] == [s.doc_id for s in read_sentences(tmp_path / "s.jsonl")]


def test_a_sheet_of_another_sample_is_refused(tmp_path):
    put_corpus(tmp_path)
    drawn(tmp_path, "sheet.csv")
    (tmp_path / "s.jsonl").write_text((tmp_path / "s.jsonl").read_text().replace("The port", "A port"))
    answer = framing("data", "import", "sheet.csv", "--sample", "s.jsonl", cwd=tmp_path)
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert "sheet.csv (in --sample): 20 of 20 sentences are not among" in answer.err


def test_a_sheet_of_a_kind_that_is_not_known_is_refused_before_the_draw(tmp_path):
    put_corpus(tmp_path)
    answer = framing(
        "data", "sample", "corpus.jsonl", "-n", "20", "-o", "s.jsonl", "--coding-sheet", "s.ods", cwd=tmp_path
    )
    assert (answer.code, (tmp_path / "s.jsonl").exists()) == (1, False)
    assert "s.ods: unknown kind of sheet; expected .csv, .xlsx or .json (Label Studio)" in answer.err


def test_a_sample_of_predictions_by_another_codebook_is_not_drawn_for_the_shipped_one(tmp_path):
    said = [Prediction(Sentence(f"Mast {i}."), {"landscape": 0.9, "fairness": 0.1}, ("landscape",)) for i in range(9)]
    (tmp_path / "wind.jsonl").write_text(predictions_jsonl(said), encoding="utf-8")
    (tmp_path / "wind.yaml").write_text("name: wind\nframes: [landscape, fairness]\n")
    command = ("data", "sample", "wind.jsonl", "-n", "4", "-o", "s.jsonl", "--coding-sheet", "s.csv")
    answer = framing(*command, cwd=tmp_path)
    assert (answer.code, answer.err) == (
        1,
        "error: wind.jsonl: predicted are landscape, fairness, but codebook 'geopolitical-framing' has "
        "economic_opportunity, security_threat, skepticism_of_intent; name theirs: --codebook FILE\n",
    )
    assert not (tmp_path / "s.jsonl").exists()
    assert not (tmp_path / "s.csv").exists()
    assert framing(*command, "--codebook", "wind.yaml", cwd=tmp_path).code == 0
