"""What somebody else wrote never steers a terminal: not by a name in an error, not by a text in a table."""

from __future__ import annotations

import pytest

from framing.errors import harmless, one_line
from framing.records import Prediction, Sentence
from framing.report.table import predictions_text, rows_text
from tests.command import framing

STEERING = ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x08", "\x7f", "\u202e", "\u2066", "\x1e"]


@pytest.mark.parametrize("evil", STEERING)
def test_an_error_shows_what_would_steer_the_terminal(tmp_path, evil):
    assert not set(one_line(f"a{evil}b\nc")) & set(evil[:1])
    assert one_line(f"a{evil}b\nc").startswith("a\\")
    assert one_line(f"a{evil}b\nc").endswith("b c")


@pytest.mark.parametrize("evil", STEERING)
def test_a_table_leaves_it_out(evil):
    found = Prediction(Sentence(f"Profit{evil} for all.", doc_id=evil, target=evil), {"gain": 0.5}, frames=("gain",))
    for text in (
        predictions_text([found], ["gain"], 80, colour=False),
        predictions_text([found, found], ["gain"], 80, colour=False, targets=[f"a{evil}", "b"]),
        rows_text([f"column{evil}"], [[f"cell{evil}"]], 80),
    ):
        assert evil[0] not in text
    assert "\x1b[2J" not in predictions_text([found], ["gain"], 80, colour=True)


def test_colours_of_ours_line_breaks_and_tabs_stay():
    assert harmless("\x1b[1mbold\x1b[0m\n\tand\x1b[2J", colour=True) == "\x1b[1mbold\x1b[0m\n\tand[2J"
    assert harmless("\x1b[1mbold\x1b[0m") == "[1mbold[0m"


@pytest.mark.parametrize(
    "arguments",
    [
        ["predict", "a\x1b]0;pwn\x07.txt"],
        ["predict", "--\x1b[31mred", "x.txt"],
        ["train", "data=\x1b[2J"],
        ["\x1b[31m"],
    ],
)
def test_the_command_line_shows_no_escape_that_it_was_given(tmp_path, arguments):
    answer = framing(*arguments, cwd=tmp_path)
    assert answer.code != 0
    assert "\x1b" not in answer.err
    assert "\\x1b" in answer.err
