"""Tables as other tools write them: quotation marks, delimiters, columns without a name, cells of any length."""

from __future__ import annotations

import csv
import io
import warnings
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from framing.corpus.dataset import read_sentences
from framing.corpus.readers import READERS, SUFFIXES, Source, read_rows
from framing.errors import FramingWarning, InputError
from tests.command import framing


def table(text: str, form: str = "csv") -> list[dict[str, Any]]:
    """Read a table that gives no cause for a warning."""
    return [row for _, row in read_rows(Source(f"rows.{form}", text.encode()), form)]


def told(text: str, form: str = "csv") -> tuple[list[dict[str, Any]], str]:
    """Read a table that gives cause for one warning; return its rows and the warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        rows = table(text, form)
    (warning,) = caught
    assert issubclass(warning.category, FramingWarning)
    return rows, str(warning.message)


def refused(text: str, form: str = "csv") -> str:
    with pytest.raises(InputError) as caught:
        table(text, form)
    return str(caught.value)


def cells(*rows: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows of the columns that the first one names."""
    header, *body = rows
    return [dict(zip(header, row, strict=True)) for row in body]


def test_the_endings_are_those_of_the_formats():
    assert SUFFIXES == (".jsonl", ".json", ".csv", ".tsv", ".xlsx", ".parquet") == tuple(f".{form}" for form in READERS)


def test_a_source_is_read_from_memory_under_its_name():
    frame = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.table({"text": ["It rains."]}), frame)
    for form, content, place in [
        ("jsonl", b'\n{"text": "It rains."}', "line 2"),
        ("csv", b"text\nIt rains.", "line 2"),
        ("tsv", b"text\n\nIt rains.\n", "line 3"),
        ("parquet", frame.getvalue().to_pybytes(), "row 1"),
    ]:
        rows = list(read_rows(Source("standard input", content), form))
        assert rows == [(f"standard input, {place}", {"text": "It rains."})], form


# Quotation marks between tabs


SWALLOWING = [
    ("frames\ttext", 'rain\t"It rained, they said.', "sun\tThe sun came out.", 'rain\tThen it rained again."'),
    ("text\tframes", '"It rained.\train', "The sun came out.\tsun", 'Then it rained again."\train'),
    ("doc\ttext\tframes", 'a\t"It rained.\train', "b\tThe sun came out.\tsun", 'c\tIt poured."\train'),
]


@pytest.mark.parametrize("lines", SWALLOWING)
def test_between_tabs_a_quote_that_would_swallow_whole_rows_is_text(lines):
    rows, warning = told("\n".join((*lines, lines[2])), "tsv")
    assert rows == cells(*(tuple(line.split("\t")) for line in (*lines, lines[2])))
    assert warning == (
        "rows.tsv, line 2: a quotation mark would make one row of lines 2 to 4, which look like rows of their own; "
        "quotation marks are read as part of the text in this file"
    )


def test_between_tabs_a_quote_that_swallows_the_next_row_or_the_rest_of_the_file_is_text_too():
    rows, warning = told('frames\ttext\nrain\t"It rained.\nsun\tThe sun came."\n', "tsv")
    assert [row["text"] for row in rows] == ['"It rained.', 'The sun came."']
    assert "lines 2 to 3" in warning
    assert table('frames\ttext\nrain\t"It rained.\nsun\tThe sun came.\n', "tsv") == cells(
        ("frames", "text"), ("rain", '"It rained.'), ("sun", "The sun came.")
    )


@pytest.mark.parametrize("text", ['"Never," she said.', '"Never" and "ever"', '"A "ruse""?', '"', '"Open'])
def test_between_tabs_a_cell_that_begins_with_a_quotation_keeps_its_marks(text):
    rows = cells(("text", "frames"), (text, "none"), ("It rains.", "rain"))
    assert table(f"text\tframes\n{text}\tnone\nIt rains.\train\n", "tsv") == rows


def test_between_tabs_a_quotation_over_two_columns_is_text():
    rows = cells(("previous", "text", "frames"), ('"It rained.', 'Then the sun came."', "sun"))
    assert table('previous\ttext\tframes\n"It rained.\tThen the sun came."\tsun\n', "tsv") == rows


def test_one_file_has_one_way_with_quotes_and_says_so_where_cells_could_be_read_otherwise():
    rows, warning = told('text\tframes\n"It rains."\train\n"Never," she said.\tnone\n', "tsv")
    assert [row["text"] for row in rows] == ['"It rains."', '"Never," she said.']
    assert warning == (
        "rows.tsv, line 2: a cell in quotation marks, in a file where others begin with one that does not close; "
        "quotation marks are read as part of the text in this file"
    )


GENUINE = [
    ["The vote\nis on Monday.", "none"],
    ["The vote,\nhe said,\r\nis on Monday, or Tuesday.\n\nNone knows.", "none"],
    ['He said "no"\nand left.', "none"],
    ["However,\nthe port,\nthe town,\nand Rome,", "none"],
    ["“No money in it,”\nsaid the clerk.\n2,500 came,\nor 2,000", ""],
    ["Paris,\n\nLima,\nRome,", ""],
]


@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize("columns", [(0, 1), (1, 0), (0, 1, 0), (1, 0, 1), (0, 0), (0, 1, 1)])
def test_a_cell_over_several_lines_reads_without_a_warning(columns, delimiter):
    rows = [(f"column {number}", *(str(row[column]) for column in columns))[1:] for number, row in enumerate(GENUINE)]
    header = tuple("abc"[: len(columns)])
    content = io.StringIO(newline="")
    csv.writer(content, delimiter=delimiter).writerows([header, *rows, *[("It rains.", "rain", "sun")[: len(columns)]]])
    assert table(content.getvalue(), {",": "csv", "\t": "tsv"}[delimiter])[:-1] == cells(header, *rows)


def test_a_table_of_one_column_may_have_posts_of_several_lines():
    posts = 'text\nRain again.\n"It rains.\n\nStay at home."\n"Sun!\nsays the clerk"\n'
    assert [row["text"] for row in table(posts)] == [
        "Rain again.",
        "It rains.\n\nStay at home.",
        "Sun!\nsays the clerk",
    ]


# Quotation marks between commas


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        # the text last, first, in the middle; one row swallowed, or two; a label seen, or only its shape
        (("frames,text", 'rain,"It rained.', "sun,The sun came.", 'rain,Rain again."', "sun,Sun."), "2 to 4"),
        (("frames,text", 'rain,"It rained.', 'sun,The sun came."', "rain,Rain again."), "2 to 3"),
        (("text,frames", '"It rained.,rain', 'The sun came.",sun', "Rain again.,rain"), "2 to 3"),
        (("text,frames", "Rain.,rain", '"It rained.,none', "Snow.,rain;snow", 'The sun came.",rain'), "3 to 5"),
        (("doc_id,text,frames", 'a,"It rained.,rain', 'b,The sun came.",sun', "c,Rain again.,rain"), "2 to 3"),
        # labels with a space, seen elsewhere
        (("text,frames", '"It rained.,heavy rain', 'The sun came.",sun', "Rain again.,heavy rain"), "2 to 3"),
        # not coded: the cell of the label is empty
        (("text,frames", '"It rained.,', 'The sun came.",', "Rain again.,"), "2 to 3"),
        (("text,frames,note", '"It rained,,', 'The sun came",,', "Rain again,,"), "2 to 3"),
        (("text,frames", "Rain again,", '"It rained.,', "Snow.,", 'The sun came.",'), "3 to 5"),
        # in one column nothing but the sentences
        (("text", '"It rained.', "The sun came out.", 'Rain again."', "Snow."), "2 to 4"),
    ],
)
def test_between_commas_rows_that_a_quote_swallowed_are_told(lines, places):
    _, warning = told("\n".join(lines))
    first = places.split()[0]
    assert warning == (
        f"rows.csv, line {first}: lines {places} are read as one row, since a quote opens there, but look like rows "
        "of their own; is a quote not closed?"
    )


def test_swallowed_rows_are_told_once_a_file():
    row = 'rain,"It rained.\nsun,The sun came."\n'
    rows, warning = told("frames,text\n" + row * 3 + "sun,Sun.\n")
    assert len(rows) == 4
    assert warning.endswith("is a quote not closed? (2 more like these)")


def test_a_swallowing_row_with_too_many_cells_says_which_lines_it_took():
    assert refused('frames,text,frame_2\nrain,"It rained.,rain\nsun,The sun came.",sun,rain\n') == (
        "rows.csv, line 2: 4 cells where the header has 3 columns (lines 2 to 3, since a quote opens there; is it not "
        "closed?)"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.tsv", 'frames\ttext\nnone\t"It rained.\nnone\tThe sun came.\nnone\tThen it rained again."\n'),
        ("rows.csv", 'frames,text\nnone,"It rained.\nnone,The sun came.\nnone,Rain again."\nnone,Snow.\n'),
    ],
)
def test_data_check_ends_with_1_where_a_quote_may_have_swallowed_rows(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    answer = framing("data", "check", name, cwd=tmp_path)
    assert answer.code == 1
    assert answer.out.startswith(f"error: {name}, line 2: ")
    assert answer.err.startswith(f"error: {name}: 1 error, 0 remarks in ")


# Delimiters


@pytest.mark.parametrize(
    ("form", "delimiter", "shown"),
    [
        ("csv", ";", "';', not by ','"),
        ("csv", "\t", "tabs, not by ','"),
        ("csv", "|", "'|', not by ','"),
        ("tsv", ",", "',', not by tabs"),
        ("tsv", ";", "';', not by tabs"),
    ],
)
def test_another_delimiter_is_recognised_by_the_header_and_told(form, delimiter, shown):
    lines = (("text", "frames", "share"), ("The port he said would pay", "rain", "0.5"), ("It rains", "", "1"))
    rows, warning = told("\n".join(delimiter.join(line) for line in lines), form)
    assert rows == cells(*lines)
    assert warning == f"rows.{form}: the cells are separated by {shown}; read so (if that is wrong: --delimiter)"


def test_a_spreadsheet_with_decimal_commas_and_semicolons_between_cells_reads():
    rows, _ = told('text;frames;share\r\nRain, he said, again;none;0,5\r\n"Sun; at last";"rain;sun";1,5\r\n')
    assert rows == cells(
        ("text", "frames", "share"), ("Rain, he said, again", "none", "0,5"), ("Sun; at last", "rain;sun", "1,5")
    )


def test_a_spreadsheets_own_line_names_the_delimiter():
    assert list(read_rows(Source("rows.csv", b"\xef\xbb\xbfsep=;\r\ntext;frames\r\nRain, again;rain\r\n"), "csv")) == [
        ("rows.csv, line 3", {"text": "Rain, again", "frames": "rain"})
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        # labels between semicolons, decimal commas in quotes, a pipe in a text: the commas stay the table's
        (
            "text,frames\nRain.,rain;sun\nSun.,sun;rain\n",
            [("text", "frames"), ("Rain.", "rain;sun"), ("Sun.", "sun;rain")],
        ),
        ('text,share\nRain|sun.,"0,5"\n', [("text", "share"), ("Rain|sun.", "0,5")]),
        ("text,frames;old\nRain.,rain\n", [("text", "frames;old"), ("Rain.", "rain")]),
        # one column: a semicolon in its name, or in its texts, separates nothing
        ("text\nRain; then sun\nSun; then rain\n", [("text",), ("Rain; then sun",), ("Sun; then rain",)]),
        (
            "text; as coded\nRain.\nSun.\nSnow; again.\n",
            [("text; as coded",), ("Rain.",), ("Sun.",), ("Snow; again.",)],
        ),
        ('"text;frames"\n"Rain; sun"\n', [("text;frames",), ("Rain; sun",)]),
        # two delimiters would do: none is chosen
        ("text;frames|note\nRain.;a|b\n", [("text;frames|note",), ("Rain.;a|b",)]),
    ],
)
def test_where_a_doubt_is_left_the_delimiter_is_the_expected_one(text, rows):
    assert table(text) == cells(*rows)


# Columns


def test_columns_without_a_name_and_without_content_are_left_out():
    rows = cells(("text", "frames"), ("Rain.", "rain"), ("Sun.", "sun"))
    assert table("text,frames,,\nRain.,rain,,\nSun.,sun,, \n") == rows
    assert table("text;frames;\nRain.;rain;\nSun.;sun;\n".replace(";", "\t"), "tsv") == rows
    assert table("text,,frames\nRain.,,rain\nSun.,,sun\n") == rows
    assert table(",text,frames\n,Rain.,rain\n,Sun.,sun\n") == rows
    # a spreadsheet cuts empty cells short, or writes more of them than the header has
    assert table("text,frames,,\nRain.,rain\nSun.,sun,\n") == rows
    assert table("text,frames\nRain.,rain,\nSun.,sun,,,\n") == rows
    assert table(",,\ntext,frames,\nRain.,rain,\nSun.,sun,\n") == rows


def test_the_number_of_a_row_may_stand_in_a_first_column_without_a_name():
    assert table(",text\n0,Rain.\n1,Sun.\n") == cells(("", "text"), ("0", "Rain."), ("1", "Sun."))


def test_content_in_a_column_without_a_name_is_an_error_with_its_line():
    rest = ", which has no name in the header; name the column, or quote a text that has a delimiter in it"
    assert refused("text,frames,,\nRain.,rain,,\nRain, he said,none,\n") == (
        f"rows.csv, line 3: 'none' stands in column 3{rest}"
    )
    assert refused("text,,frames\nRain.,x,rain\n") == f"rows.csv, line 2: 'x' stands in column 2{rest}"
    assert refused("text,frames\nRain.,rain,,x\n") == "rows.csv, line 2: 4 cells where the header has 2 columns"
    assert refused("text,frames,\nRain.\n") == "rows.csv, line 2: 1 cells where the header has 3 columns"


def test_a_name_that_stands_twice_is_an_error_empty_columns_or_not():
    assert refused("text,note,note,\nRain.,a,b,\n") == (
        "rows.csv, line 1: a column name stands twice in the header: text, note, note, "
    )
    assert refused(" , \nRain.,rain\n") == "rows.csv, line 1: the header has no names"


# Cells of any length, and what else a file can hold


def test_a_cell_of_any_length_is_read_and_the_limit_of_csv_is_as_before():
    before = csv.field_size_limit()
    article = "word " * 60_000
    assert table(f'text,article\nRain.,{article}\nSun.,"{article}\n"\n')[1]["article"] == article + "\n"
    assert table(f"text\tarticle\nRain.\t{article}\n", "tsv")[0]["article"] == article
    rows, _ = told(f"text;article\nRain.;{article}\n")
    assert rows[0]["article"] == article
    refused(f'text,article\nRain.,"{article}\n')
    assert csv.field_size_limit() == before


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_within_and_between_rows(end):
    text = f'text,frames{end}{end}"It{end}rains.",rain{end} {end}Sun.,sun'.replace(f"{end} {end}", end * 2)
    rows = list(read_rows(Source("rows.csv", ("\ufeff" + text).encode()), "csv"))
    assert rows == [
        ("rows.csv, line 3", {"text": f"It{end}rains.", "frames": "rain"}),
        ("rows.csv, line 6", {"text": "Sun.", "frames": "sun"}),
    ]


def test_mixed_line_ends_are_right_rows_or_one_line():
    assert table('text,frames\r\n"It\rrains.",rain\n"Sun\r\nagain.",sun\r') == cells(
        ("text", "frames"), ("It\rrains.", "rain"), ("Sun\r\nagain.", "sun")
    )
    assert refused("text,frames\nIt\rrains.,rain\n") == "rows.csv, line 2: 1 cells where the header has 2 columns"
    assert refused('{"text": "Rain."}\r{"text": "Sun."}', "jsonl").startswith(
        "rows.jsonl, line 1: broken JSON (Extra data at column 1"
    )


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_a_header_alone_has_no_rows(form):
    for text in ("text\n", "\ufefftext", "text,frames\r\n\r\n", '"text","frames"'):
        assert list(read_rows(Source("rows", text.encode()), "csv")) == []


@pytest.mark.parametrize("form", ["jsonl", "csv", "tsv"])
def test_a_nul_byte_is_named_with_its_line(form):
    assert refused("text\nRain.\nSu\0n.\n", form) == (
        f"rows.{form}, line 3: a NUL byte; is the file damaged, or no text? Save it anew as UTF-8"
    )


def test_a_parquet_error_without_a_text_is_told_by_its_type(tmp_path, monkeypatch):
    import pyarrow.parquet

    def silent(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(pyarrow.parquet, "read_table", silent)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"a\.parquet: not a readable Parquet file \(OSError\)$"):
        read_sentences(tmp_path / "a.parquet")


def test_a_parquet_file_with_text_that_is_no_text_is_one_line(tmp_path):
    file = tmp_path / "rows.parquet"
    damaged = pyarrow.Array.from_buffers(
        pyarrow.string(), 1, [None, pyarrow.py_buffer(b"\0\0\0\0\2\0\0\0"), pyarrow.py_buffer(b"\xff\xfe")]
    )
    pyarrow.parquet.write_table(pyarrow.table({"text": damaged}), file)
    with pytest.raises(InputError) as caught:
        list(read_rows(Source.from_file(file), "parquet"))
    assert str(caught.value).startswith(f"{file}: not a readable Parquet file (")
    assert "\n" not in str(caught.value)
