"""An audit finds what gives a frame away, and only that."""

from __future__ import annotations

import pytest

from framing import Codebook, Sentence
from framing.errors import InputError
from framing.leakage import auc_in_words, audit_sentences
from framing.model.encoders import SentenceEncoder
from framing.text.entities import NameFinder, name_lists

BOOK = Codebook.from_dict({"name": "ports", "frames": ["port_gain"]})


def told_by_name(n: int = 40) -> list[Sentence]:
    """Ruritania always gains, Sylvania never; the style is a coin's toss."""
    return [
        Sentence(
            f"On day {i} the ministers of {'Ruritania' if i % 2 else 'Sylvania'} met.",
            frames=("port_gain",) if i % 2 else (),
            group=f"g{i // 2}",
            extra={"style": "plain" if i % 4 < 2 else "polished"},
        )
        for i in range(n)
    ]


def test_a_name_that_tells_the_frame_is_found_out():
    auc = audit_sentences(told_by_name(), BOOK).auc
    assert auc["names"]["port_gain"].value == 1.0
    assert auc["names"]["port_gain"].interval() == (1.0, 1.0)
    assert auc["style"]["port_gain"].value == pytest.approx(0.5, abs=0.1)
    assert auc["words of the label's name"]["port_gain"].value == 0.5


def test_the_labels_own_words_are_found_out():
    rows = [
        Sentence(
            f"On day {i} a {'gain' if i % 2 else 'loss'} was told.",
            frames=("port_gain",) if i % 2 else (),
            group=str(i),
        )
        for i in range(20)
    ]
    assert audit_sentences(rows, BOOK).auc["words of the label's name"]["port_gain"].value == 1.0


def test_a_target_and_a_name_that_tell_the_stance_are_found_out():
    book = Codebook.from_dict({"name": "ports", "frames": ["port_gain"], "stance": {"favor": "", "against": ""}})
    rows = [
        Sentence(f"On day {i} a minister of {name} spoke.", target=name, stance=stance, group=f"g{i}")
        for i in range(20)
        for name, stance in (("Ruritania", "favor"), ("Sylvania", "against"))
    ]
    auc = audit_sentences(rows, book).auc
    assert {clue: auc[clue]["stance: favor"].value for clue in auc} == {"names": 1.0, "target": 1.0}
    assert auc_in_words(auc["target"]["stance: favor"]) == "high"


def test_near_duplicates_across_groups_are_found_by_meaning():
    rows = [
        Sentence("The minister opened the new harbour on Monday.", frames=("port_gain",), group="a"),
        Sentence("On Monday the minister opened the new harbour.", frames=("port_gain",), group="b"),
        *(Sentence(text, frames=(), group=text) for text in ("Rain fell.", "Bread is dear.", "The film was long.")),
    ]
    found = audit_sentences(rows, BOOK, SentenceEncoder()).near_duplicates
    assert [(one, other) for one, other, _ in found] == [(1, 2)]


def test_rows_without_codes_cannot_be_audited():
    with pytest.raises(InputError, match="no coded rows: an audit needs rows with 'frames'"):
        audit_sentences([Sentence("Rain fell.")], BOOK)


def test_names_are_found_by_their_capitals():
    finder = NameFinder(["Talks with Iran resumed.", "The talks failed.", "Iran said no to the U.S. plan."])
    assert finder.names("Iran and the Bank of Japan spoke.") == ["Iran", "Bank of Japan"]
    assert finder.names("Talks failed.") == []
    assert finder.mask("Iran refused, the U.S. agreed.") == "X refused, the X agreed."
    assert name_lists(["I think so.", "Then NATO met."]) == [[], ["NATO"]]
