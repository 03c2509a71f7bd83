"""A sentence's offsets point into the file as it was read; a sentence of a page has none."""

from pathlib import Path

import pytest

from framing import Sentence
from framing.cli.files import read_input
from framing.errors import InputError
from framing.text.document import document_sentences
from framing.text.segment import segment
from tests.command import framing


def as_read(path: Path, content: bytes) -> str:
    """Write bytes and read them as the documentation says."""
    path.write_bytes(content)
    with path.open(encoding="utf-8", newline="") as stream:
        return stream.read()


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("Port sold\r\n\r\nThe ferry waits. 🚢 A warship left.\r\n", id="CRLF"),
        pytest.param("Port sold\r\rThe ferry waits. A warship left.\r", id="CR"),
        pytest.param("\ufeffPort sold\n\nThe ferry waits. A warship left.", id="byte order mark"),
        pytest.param("\ufeffPort sold\r\n\r\nThe ferry\r\nwaits. A warship left.", id="byte order mark, CRLF, wrapped"),
        pytest.param("Port sold\fThe ferry waits.\fA warship left.", id="form feed"),
        pytest.param("Port sold\u2028The ferry waits.\u2029A warship left.", id="line and paragraph separator"),
        pytest.param("Port 👩🏽‍✈️ sold\n🇺🇦🚢 The ferry waits. A warship left. 🚢🚢", id="emoji of several characters"),
        pytest.param("Cafe\u0301 sold\nThe fe\u0301rry waits. A warship left.", id="combining marks"),
        pytest.param("Port sold\x85The\u00a0ferry waits.\tA warship left.\v", id="next line, tab, hard space"),
    ],
)
def test_offsets_point_into_the_file_as_python_reads_it(tmp_path, written):
    document = as_read(tmp_path / "a.txt", written.encode("utf-8"))
    assert document == written
    sentences = segment(document)
    assert len(sentences) == 3
    for sentence in sentences:
        assert document[sentence.start : sentence.end] == sentence.text
        assert "\ufeff" not in sentence.text


def test_offsets_count_each_line_break_as_written():
    assert [(s.start, s.end) for s in segment("Port sold\r\n\r\nIt waits.")] == [(0, 9), (13, 22)]
    assert [(s.start, s.end) for s in segment("Port sold\n\nIt waits.")] == [(0, 9), (11, 20)]
    assert [(s.start, s.end) for s in segment("\ufeffPort sold")] == [(1, 10)]


PAGE = """<html><body><nav><ul><li><a href="#a">The deal</a></li><li><a href="#b">The vote</a></li></ul></nav>
<article><h1>Port deal</h1><p>The port brings <b>jobs</b> <i>&amp; <b>trade</b></i> to the town, the mayor said.
Ships waited for days.</p><p>A warship shadowed the ferry on Monday, and caf&eacute; owners in the harbour saw it.</p>
</article></body></html>"""


@pytest.mark.parametrize("suffix", [".html", ".HTM"])
def test_sentences_of_a_page_have_a_position_and_no_offsets(suffix):
    sentences = document_sentences(PAGE, suffix, "a.html", "a")
    assert [s.text for s in sentences] == [
        "Port deal",
        "The port brings jobs & trade to the town, the mayor said.",
        "Ships waited for days.",
        "A warship shadowed the ferry on Monday, and café owners in the harbour saw it.",
    ]
    assert [(s.position, s.start, s.end, s.doc_id) for s in sentences] == [(n, None, None, "a") for n in range(4)]
    assert sentences[2].headline == "Port deal"


def test_a_fragment_of_a_page_has_no_offsets_either():
    assert document_sentences("<p>The port &lt;is&gt; sold.</p>", ".html") == [Sentence("The port <is> sold.")]


def test_a_page_without_text_is_named():
    with pytest.raises(InputError, match=r"a\.html: no text found"):
        document_sentences("<html></html>", ".html", "a.html")


def test_text_that_looks_like_a_page_keeps_its_offsets():
    assert [(s.start, s.end) for s in document_sentences("<p>Port sold", ".txt")] == [(0, 12)]


def test_the_command_line_reads_a_page_without_offsets_and_a_text_with_them(tmp_path):
    page, text = tmp_path / "a.html", tmp_path / "a.txt"
    page.write_text(PAGE, encoding="utf-8")
    text.write_text("Port deal\n\nShips waited.", encoding="utf-8")
    assert {(s.start, s.end) for s in read_input(str(page), {})} == {(None, None)}
    assert [(s.start, s.end) for s in read_input(str(text), {})] == [(0, 9), (11, 24)]


def test_offsets_that_count_the_line_ends_of_windows_are_told(trained, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"Port sold\r\n\r\nIt waits.")
    (tmp_path / "b.txt").write_bytes(b"Port sold\n\nIt waits.")
    ask = ("predict", "a.txt", "b.txt", "--model", str(trained / "model"), "--no-holders", "--format")
    said = framing(*ask, "jsonl", cwd=tmp_path)
    note = (
        'note: a.txt: lines end in CRLF, and start and end count both characters: open(path, encoding="utf-8", newline='
    )
    assert said.err.count("CRLF") == 1
    assert note in said.err
    # A table shows no offsets, and nothing is said of a file whose lines end in a line feed alone.
    assert "CRLF" not in framing(*ask, "table", cwd=tmp_path).err
    assert "CRLF" not in framing("predict", "b.txt", *ask[3:], "jsonl", cwd=tmp_path).err
