"""Tables as spreadsheets write them: other encodings, workbooks, packed files; lists of JSON beside them."""

from __future__ import annotations

import gzip
import io
import json
import warnings
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest

from framing.corpus.dataset import read_sentences
from framing.corpus.readers import Reading, Source, read_rows, source
from framing.errors import FramingNote, InputError
from tests.command import framing

GERMAN = "text;frames\r\nDie Brücke kostet viel.;none\r\nÜber den Hafen sagt er nichts.;none\r\n"


def read(content: bytes, form: str = "csv", **reading: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of a table, and what was told of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        rows = [row for _, row in read_rows(Source(f"rows.{form}", content, Reading(**reading)), form)]
    assert all(warning.category is FramingNote for warning in caught)
    return rows, [str(warning.message).removeprefix(f"rows.{form}: ") for warning in caught]


def refused(content: bytes, form: str = "csv", **reading: str) -> str:
    with pytest.raises(InputError) as caught:
        read(content, form, **reading)
    return str(caught.value)


# Encodings


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-16", "read as UTF-16-LE (by the mark at its front)"),
        ("utf-32", "read as UTF-32-LE (by the mark at its front)"),
        ("utf-16-le", "read as UTF-16-LE (by its bytes; line 2 has 'Brücke')"),
        ("utf-16-be", "read as UTF-16-BE (by its bytes; line 2 has 'Brücke')"),
        ("cp1252", "read as cp1252 (a guess; line 2 has 'Brücke')"),
        ("mac_roman", "read as mac_roman (a guess; line 2 has 'Brücke')"),
    ],
)
def test_another_encoding_is_found_and_told_with_a_word_to_judge_by(encoding, told):
    rows, notes = read(GERMAN.encode(encoding))
    assert [row["text"] for row in rows] == ["Die Brücke kostet viel.", "Über den Hafen sagt er nichts."]
    assert notes[0] == f"not UTF-8, {told}; if that is wrong: --encoding NAME"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "He said it’s over – “now”, for £5."),
        ("cp1252", "La sécurité d’abord, dit l’œuvre."),
        ("cp1250", "Wybory będą trudne, mówi żołnierz. Rząd obiecał więcej pieniędzy."),
        ("cp1250", "Vláda řekla, že přístav bude dražší."),
        ("cp1254", "Hükümet yeni iş vaat etti, dedi başkan."),
        ("cp1253", "Η κυβέρνηση υποσχέθηκε νέες θέσεις."),
        ("mac_roman", "He said it’s over – “now”."),
        ("cp1252", "El puerto traerá más años de crecimiento."),
        ("cp1251", "Правительство обещало новые рабочие места."),
        ("gb18030", "港口将带来三百个工作岗位，政府说。这座桥很贵，但是大家都需要它。"),
        ("cp932", "港は雇用をもたらすだろう。"),
    ],
)
def test_the_encodings_of_spreadsheets_around_the_world_are_told_apart(encoding, text):
    rows, notes = read(f'text,frames\n"{text}",none\n'.encode(encoding))
    assert rows == [{"text": text, "frames": "none"}]
    assert len(notes) == 1


def test_utf_8_is_told_of_nothing_with_its_mark_or_without():
    for encoding in ("utf-8", "utf-8-sig"):
        assert read("text,frames\nCafé.,none\n".encode(encoding)) == ([{"text": "Café.", "frames": "none"}], [])


def test_damaged_utf_8_is_an_error_and_no_other_encoding():
    damaged = "text\nCafé.\nÜber.\n".encode().replace("Ü".encode(), b"\xdc")
    assert refused(damaged) == (
        "rows.csv, line 3: not UTF-8 (byte 0xdc), though other letters are; mend it, or say what it is with --encoding"
    )


def test_a_picture_is_no_table():
    assert "rows.csv" in refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xd8\x81\x8d" * 4)


def test_json_is_unicode_and_nothing_is_guessed():
    assert refused('{"text": "Café"}'.encode("cp1252"), "jsonl").startswith("rows.jsonl, line 1: not UTF-8 (byte 0xe9)")
    assert read('{"text": "Café"}'.encode("utf-16"), "jsonl")[0] == [{"text": "Café"}]
    assert read('{"text": "Café"}'.encode("cp1252"), "jsonl", encoding="cp1252") == ([{"text": "Café"}], [])


def test_what_the_user_says_overrules():
    assert read("text|a;b\nÉté|1;2\n".encode("cp850"), encoding="cp850", delimiter="|") == (
        [{"text": "Été", "a;b": "1;2"}],
        [],
    )
    assert refused(b"text\n\x81", encoding="cp1252") == (
        "rows.csv, line 2: not CP1252 (byte 0x81); save the file as UTF-8 and try again"
    )
    for name in ("klingon", "rot13"):
        assert refused(b"text\na", encoding=name).startswith(f"--encoding {name}: unknown; expected such as utf-8")


def test_a_comma_in_the_name_of_a_column_does_not_hide_the_semicolons():
    rows, notes = read(b"text;seen, by whom;frames\nIt rains;ann;none\nThe sun shines;ben;none\n")
    assert rows[0] == {"text": "It rains", "seen, by whom": "ann", "frames": "none"}
    assert notes == ["the cells are separated by ';', not by ','; read so (if that is wrong: --delimiter)"]


def test_commands_take_encoding_and_delimiter_and_say_a_note(tmp_path):
    (tmp_path / "rows.csv").write_bytes(GERMAN.encode("cp1252"))
    answer = framing("data", "describe", "rows.csv", cwd=tmp_path)
    assert (answer.code, answer.err.count("\n")) == (0, 2)
    assert answer.err.startswith("note: rows.csv: not UTF-8, read as cp1252 (a guess; line 2 has 'Brücke');")
    assert answer.out.startswith("2 rows, 2 coded")
    answer = framing("data", "describe", "rows.csv", "--encoding", "cp1252", "--delimiter", ";", cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    answer = framing("data", "describe", "rows.csv", "--delimiter", "..", cwd=tmp_path)
    assert (answer.code, answer.err.splitlines()[-1]) == (
        2,
        "Error: --delimiter ..: expected one character, or tab",
    )


# Workbooks


def workbook(*sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_is_read_as_its_csv_would_be():
    content = workbook(
        [
            ["text", "frames", "wave", "date", "share", "ok", None],
            ["It rains, he said;\nagain.", "none", 3, date(2025, 1, 2), 0.5, True, None],
            [None, None, None, None, None, None, None],
            ["The sun shines.", None, 4, None, None, False],
        ]
    )
    places = [place for place, _ in read_rows(Source("rows.xlsx", content), "xlsx")]
    assert places == ["rows.xlsx, row 2", "rows.xlsx, row 4"]
    rows, notes = read(content, "xlsx")
    assert notes == []
    assert rows == [
        {
            "text": "It rains, he said;\nagain.",
            "frames": "none",
            "wave": "3",
            "date": "2025-01-02",
            "share": "0.5",
            "ok": "TRUE",
        },
        {"text": "The sun shines.", "frames": "", "wave": "4", "date": "", "share": "", "ok": "FALSE"},
    ]


def test_of_several_sheets_the_first_with_rows_is_read_and_the_others_are_told():
    content = workbook([], [["text"], ["It rains."]], [["text"], ["The sun shines."]])
    assert read(content, "xlsx") == (
        [{"text": "It rains."}],
        ["read sheet 'Sheet2'; not 'Sheet3' (another: --sheet NAME)"],
    )
    assert read(content, "xlsx", sheet="Sheet3") == ([{"text": "The sun shines."}], [])
    assert refused(content, "xlsx", sheet="Codes").startswith(
        "rows.xlsx: unknown sheet 'Codes'; expected one of: Sheet1"
    )
    assert refused(workbook([]), "xlsx") == "rows.xlsx: the file is empty"


def test_a_workbook_that_is_none_or_too_large_is_one_line():
    assert refused(b"text,frames", "xlsx") == "rows.xlsx: not a readable XLSX file (File is not a zip file)"
    assert refused(b"\xd0\xcf\x11\xe0\xa1", "xlsx").startswith("rows.xlsx: an old .xls file, or one with a password")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2**27)
    assert "bytes that unpack to 134,217,728, more than a sheet of codes" in refused(stream.getvalue(), "xlsx")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "no workbook")
    assert refused(stream.getvalue(), "xlsx").startswith("rows.xlsx: not a readable XLSX file (")


def test_the_size_that_a_sheet_claims_is_not_believed():
    content = workbook([["text"], ["It rains."]])
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, old.read(item).replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"'))
    assert read(stream.getvalue(), "xlsx") == ([{"text": "It rains."}], [])


def test_without_its_library_a_workbook_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    assert "openpyxl is needed: pip install 'framing-classifier[xlsx]'" in refused(workbook([["text"]]), "xlsx")


# Packed files


def test_gzip_is_unpacked_whatever_the_format(tmp_path):
    (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(b"text,frames\nIt rains.,none\n"))
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress(b'{"text": "The sun shines.", "frames": []}\n'))
    assert [s.text for s in read_sentences(tmp_path)] == ["It rains.", "The sun shines."]
    answer = framing("data", "describe", "rows.csv.gz", cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    packed = gzip.compress(b"text,frames\nIt rains.,none\n")
    answer = framing("predict", "-", "--model", "nowhere", cwd=tmp_path, stdin=packed)
    assert "standard input: read as csv" in answer.err or "nowhere" in answer.err


def test_what_gzip_cannot_unpack_is_one_line(tmp_path, monkeypatch):
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(b"text\n" + b"It rains.\n" * 99)[:-12])
    with pytest.raises(InputError, match=r"cut\.csv\.gz: cannot be unpacked by gzip \(.*\); is it damaged\?"):
        read_sentences(cut)
    monkeypatch.setattr(source, "MAX_UNPACKED", 2**20)
    cut.write_bytes(gzip.compress(b"a" * (2**20 + 1)))
    with pytest.raises(InputError, match=r"unpacks to more than 0 GiB; unpack and split it first"):
        read_sentences(cut)


# JSON


def test_a_list_of_objects_is_a_table():
    rows = [{"text": "It rains."}, {"text": "The sun shines."}]
    expected = [("rows.json, item 1", rows[0]), ("rows.json, item 2", rows[1])]
    for content in (rows, {"rows": rows, "version": 2}):
        assert list(read_rows(Source("rows.json", json.dumps(content, indent=1).encode()), "json")) == expected
    assert read(json.dumps(rows).encode(), "jsonl")[0] == rows
    lines = "\n".join(map(json.dumps, rows)).encode()
    assert read(lines, "json")[0] == rows
    assert read(b'{"text": "It rains."}', "json")[0] == rows[:1]
    assert read(b"[]", "json")[0] == []


def test_broken_json_is_told_with_its_line():
    assert refused(b'[{"text": "a"},\n {"text": }]', "json") == (
        "rows.json: broken JSON (Expecting value at line 2, column 11); expected a list of objects"
    )
    assert refused(b'"It rains."', "json") == "rows.json, item 1: expected a list of objects, got str"
    assert refused(b'[{"text": "a"}, {"text": "b", "text": "c"}]', "json") == "rows.json: the key 'text' stands twice"
    assert refused(b"[[1]]", "json") == "rows.json, item 1: expected a list of objects, got list"
