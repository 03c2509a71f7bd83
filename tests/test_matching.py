"""Which rows of several coders are one sentence, and whose rows they are."""

from __future__ import annotations

import pytest

from framing.codebook import Codebook
from framing.errors import InputError
from framing.measure.agreement import agreement
from framing.measure.coders import codings_by_column, codings_by_file
from framing.measure.matching import match_units, matching_lines, normalised
from framing.records import Sentence
from tests.command import framing
from tests.small import BOOK


def rows(*texts, **more):
    """Sentences without a frame; a pair is a text and its document."""
    pairs = [(text, "") if isinstance(text, str) else text for text in texts]
    return [Sentence(text, doc_id=document, frames=(), **more) for text, document in pairs]


def shares(first, second):
    """How many sentences of how many each of two coders shares."""
    found = match_units({"ann": first, "ben": second})
    return [(found.matched[coder], found.total[coder]) for coder in found.coders]


@pytest.mark.parametrize(
    "variant",
    [
        'The cafe\u0301 said: "we\'re open" - on Monday...',  # the accent as a character of its own
        ' The café said: "we\'re  open" - on Monday...\r\n',
        'The\u00a0café said:\u2009"we\'re open" - on\tMonday...',
        "The café said: “we’re open” – on Monday…",
        '\ufeffThe ca\u00adfé said: "we\'re open" -- on Mon\u200bday...',
    ],
)
def test_what_an_editor_changes_unasked_does_not_part_a_sentence(variant):
    plain = 'The café said: "we\'re open" - on Monday...'
    assert normalised(variant) == normalised(plain)
    assert shares(rows(plain), rows(variant)) == [(1, 1), (1, 1)]


@pytest.mark.parametrize("other", ["the ferry sails at 10.", "The ferry sails at 1O.", "The ferry sails at 10"])
def test_letters_case_and_stops_are_the_sentence(other):
    assert shares(rows("The ferry sails at 10."), rows(other)) == [(0, 1), (0, 1)]


def test_a_sentence_of_several_documents_is_a_unit_in_each():
    first = rows(("No comment.", "a"), ("No comment.", "b"), ("No comment.", "c"), ("It rains.", "a"))
    second = rows(("It rains.", "a"), ("No comment.", "c"), ("No comment.", "b"))
    found = match_units({"ann": first, "ben": second})
    assert [{o.document for o in unit} for unit in found.units] == [{"b"}, {"c"}, {"a"}]
    assert [(o.coder, o.row, o.document) for o in found.unmatched] == [("ann", 1, "a")]
    assert found.in_order == 0


def test_documents_may_go_by_other_names():
    first = rows(("It rains.", "a.txt"), ("It pays.", "b.txt"))
    assert shares(first, rows(("It pays.", "2"), ("It rains.", "1"))) == [(2, 2), (2, 2)]
    assert shares(first, rows("It pays.", "It rains.")) == [(2, 2), (2, 2)]


@pytest.mark.parametrize("number", ["8", "8.0"])
def test_a_documents_number_is_the_same_with_the_zero_that_tables_of_decimals_write(number):
    first, second = (
        rows(("No comment.", "8"), ("No comment.", "9")),
        rows(("No comment.", "9.0"), ("No comment.", number)),
    )
    found = match_units({"ann": first, "ben": second})
    assert [[o.row for o in unit] for unit in found.units] == [[1, 2], [2, 1]]
    assert found.in_order == 0


@pytest.mark.parametrize("other", ["8.00", "8.5", "v8.0", "8.0.1"])
def test_a_documents_name_that_is_no_whole_number_stays_as_it_is(other):
    found = match_units({"ann": rows(("No comment.", other)), "ben": rows(("No comment.", other))})
    assert found.units[0][0].document == other


def test_one_text_in_documents_that_both_know_by_name_is_two_sentences():
    shared = [(f"Sentence {i}.", f"d{i}") for i in range(3)]
    first, second = rows(*shared, ("No comment.", "d1")), rows(*shared, ("No comment.", "d2"))
    assert shares(first, second) == [(3, 4), (3, 4)]
    lines = matching_lines(match_units({"ann": first, "ben": second}))
    assert "    row 4 of ben has it in document 'd2', not in 'd1'" in lines


def test_positions_tell_repetitions_apart():
    first = [Sentence("He nodded.", frames=(), doc_id="a", position=p) for p in (2, 5, 9)]
    found = match_units({"ann": first, "ben": first[:0:-1]})
    assert [[o.rows[0].position for o in unit] for unit in found.units] == [[5, 5], [9, 9]]
    assert [o.row for o in found.unmatched] == [1]


def test_without_documents_equally_many_repetitions_go_in_order_and_it_is_said():
    first = [Sentence("He nodded.", frames=f) for f in ((), ("gain",))]
    found = match_units({"ann": first, "ben": first, "eve": rows("It rains.")})
    assert [[o.row for o in unit] for unit in found.units] == [[1, 1], [2, 2]]
    assert "of these, 2 stand several times" in matching_lines(found)[3]
    assert agreement({"ann": first, "ben": first}, BOOK, n_replicates=5)["gain"].alpha.value == 1


def test_unequally_many_repetitions_are_left_out_and_it_is_said():
    first, second = rows("He nodded.", "He nodded.", "It rains."), rows("He nodded.", "It rains.", *["He nodded."] * 2)
    found = match_units({"ann": first, "ben": second})
    assert (len(found.units), found.matched, found.total) == (1, {"ann": 1, "ben": 1}, {"ann": 3, "ben": 4})
    assert [(o.coder, o.row) for o in found.left_out] == [("ann", 1), ("ann", 2), ("ben", 1), ("ben", 3), ("ben", 4)]
    assert "a 'doc_id' or a 'position' in all files would tell these apart" in matching_lines(found)


def test_a_row_that_one_coder_has_twice_is_one_sentence_with_one_code():
    once = rows("It pays.", "It rains.")
    assert shares([*once, once[0]], once) == [(2, 2), (2, 2)]
    twice = [*once, Sentence("It pays.", frames=("gain",))]
    with pytest.raises(InputError, match=r"ann: two codes of frames for 'It pays.': \[\] and \['gain'\]; keep one row"):
        agreement({"ann": twice, "ben": once}, BOOK)


def test_a_further_target_is_no_repetition_and_targets_are_compared_as_texts_are():
    first = [
        Sentence("It pays.", frames=("gain",), target="the harbour", stance="favor"),
        Sentence("It pays.", target="the town's ropes", stance="neutral"),
    ]
    second = [
        Sentence("It pays. ", target="the town’s ropes", stance="neutral"),
        Sentence("It pays. ", frames=("gain",), target="the  harbour", stance="against"),
    ]
    assert shares(first, second) == [(1, 1), (1, 1)]
    found = agreement({"ann": first, "ben": second}, BOOK, n_replicates=5)
    assert (found["gain"].units, found["stance"].units, found["stance"].percent.value) == (1, 2, 0.5)


def test_stances_in_two_documents_are_two_units():
    def stance(code, document):
        return Sentence("We welcome it.", target="the pact", stance=code, doc_id=document)

    first = [stance("favor", "a"), stance("against", "b")]
    found = agreement({"ann": first, "ben": first[::-1]}, BOOK, n_replicates=5)
    assert (found["stance"].units, found["stance"].alpha.value) == (2, 1)


def test_what_has_no_partner_is_named_with_its_near_miss_and_long_text_is_cut():
    long = "The committee of the harbour town met again on Tuesday to count its ropes, sails and anchors."
    first, second = rows("It rains.", long, *"ABCDE"), rows("It rains.", long.replace("Tuesday", "Tuesdaj"))
    lines = matching_lines(match_units({"ann": first, "ben": second}))
    assert lines[:5] == [
        "matched: 1 of 7 sentences of ann",
        "         1 of 2 sentences of ben",
        "without a partner, the first 3 of 6 of ann:",
        "  row 2: 'The committee of the harbour town met again on Tuesday to c…'",
        "    nearly row 2 of ben: '… of the harbour town met again on Tuesdaj to count its rop…'",
    ]
    first, second = rows(f"{long} The end."), rows(f"{long} The emd.")
    assert matching_lines(match_units({"ann": first, "ben": second}))[-1].endswith(
        "nearly row 1 of ann: '…ount its ropes, sails and anchors. The end.'"
    )


def test_an_exclusive_codebook_has_one_alpha_of_all_its_frames():
    book = Codebook.from_dict({"name": "sky", "exclusive": True, "frames": ["rain", "sun", "wind"]})

    def coder(codes):
        return [Sentence(f"Day {i}.", frames=(code,)) for i, code in enumerate(codes)]

    found = agreement(
        {"ann": coder(["rain", "sun", "wind", "rain"]), "ben": coder(["rain", "sun", "wind", "sun"])}, book
    )
    assert list(found) == ["rain", "sun", "wind", "frames"]
    # Eight codes, three of rain, three of sun, two of wind; two of them in a pair that differs.
    assert found["frames"].alpha.value == pytest.approx(1 - 7 * 2 / (8**2 - 3**2 - 3**2 - 2**2))
    assert found["frames"].counts == {"ann": 4, "ben": 4}


def test_rows_are_parted_by_the_column_that_names_the_coder():
    table = [Sentence(f"s{i // 2}", frames=(), extra={"rater": i % 2 + 1}) for i in range(4)]
    codings = codings_by_column(table, "rater", "long.csv")
    assert codings.rows == {"1": [1, 3], "2": [2, 4]}
    with pytest.raises(InputError, match=r"long.csv: no column 'coders'; .*: 'rater'"):
        codings_by_column(table, "coders", "long.csv")
    with pytest.raises(InputError, match=r"long.csv: column 'rater' names one coder, '1'"):
        codings_by_column(table[::2], "rater", "long.csv")
    with pytest.raises(InputError, match=r"long.csv, row 5: no coder in column 'rater'"):
        codings_by_column([*table, Sentence("s9")], "rater", "long.csv")
    with pytest.raises(InputError, match=r"x: column 'Annotator' names 2 coders \('1', '2'\).*add --coder Annotator"):
        codings_by_file({"x": [Sentence("s", extra={"Annotator": i}) for i in (1, 2)], "y": rows("s")})


PAYS = "economic_opportunity"
LONG = f"{{}},text,frames\nann,It pays.,{PAYS}\nben,It pays. ,{PAYS}\nann,So.,none\nben,So.,none\n"


@pytest.mark.parametrize(("column", "options"), [("coder", ()), ("annotator_id", ()), ("who", ("--coder", "who"))])
def test_the_command_compares_the_coders_of_one_file(tmp_path, monkeypatch, column, options):
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "long.csv").write_text(LONG.format(column), encoding="utf-8")
    answer = framing("data", "agreement", "long.csv", *options, cwd=tmp_path)
    assert answer.code == 0, answer.err
    matched = ["matched: 2 of 2 sentences of ann", "         2 of 2 sentences of ben"]
    assert answer.err.splitlines()[-2:] == matched
    table = [line.split() for line in answer.out.splitlines()]
    assert ["economic_opportunity", "2", "1", "1", "1.000", "1.000", "[1.000,", "1.000]", "1.000", "1.000"] in table
    # Nobody gave it: nothing beyond chance, for alpha.
    assert ["security_threat", "2", "0", "0", "1.000", "–", "–", "1.000", "–"] in table


def test_the_command_says_how_one_file_without_coders_is_compared(tmp_path):
    (tmp_path / "long.csv").write_text(LONG.format("who"), encoding="utf-8")
    answer = framing("data", "agreement", "long.csv", cwd=tmp_path)
    assert answer.code == 2
    assert "or one file with a column 'coder'" in answer.err
    assert "--coder NAME" in answer.err


def test_many_coders_fit_a_terminal(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    header, *table = LONG.format("coder").splitlines()
    more = [row.replace("ann", f"student {i}") for i in range(9) for row in table if row.startswith("ann")]
    (tmp_path / "long.csv").write_text("\n".join([header, *table, *more[:-1]]), encoding="utf-8")
    lines = framing("data", "agreement", "long.csv", cwd=tmp_path).out.splitlines()
    assert lines[1].split() == ["label", "units", "by", "coder", "equal", "alpha", "95", "%", "interval"]
    assert lines[3].split() == [PAYS, "2", "1", "to", "1", "1.000", "1.000", "[1.000,", "1.000]"]
    assert max(map(len, lines)) <= 80
