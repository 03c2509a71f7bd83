"""Several coders become one coding: their majority, each with its share, one of them, or what somebody decides."""

from __future__ import annotations

import csv
import io
import json
from contextlib import nullcontext
from dataclasses import replace

import pytest

from framing import train
from framing.corpus.dataset import load_dataset
from framing.errors import FramingNote, FramingWarning, InputError
from framing.leakage import clue_columns
from framing.measure.consensus import Votes, coders_agree, settled_by
from framing.model.card import model_card
from framing.model.persistence import load_model
from framing.records import Sentence
from framing.shares.adjudication import unit_of
from framing.shares.suspects import put_right
from framing.training.coders import one_coding
from tests.command import framing
from tests.small import BOOK, sentences

LONG = """coder,text,frames,target,stance
ann,It pays.,gain,the harbour,favor
ben,It pays.,gain;risk,the harbour,favor
ann,So.,none,the harbour,neutral
ben,So.,none,the harbour,against
cat,So.,risk,the harbour,against
"""


def said(text, **by_coder):
    return [Sentence(text, frames=frames, extra={"coder": coder}) for coder, frames in by_coder.items()]


def test_the_majority_decides_each_label_and_a_tie_is_not_coded():
    rows = [*said("a", ann=("gain",), ben=("gain", "risk"), cat=()), *said("b", ann=("gain",), ben=())]
    found = coders_agree(rows, BOOK, "majority")
    assert [(s.frames, s.coded) for s in found.sentences] == [(("gain",), None), ((), ("risk",))]
    assert (found.coders, found.shared, found.tied) == (("ann", "ben", "cat"), 2, 1)
    assert found.sentences[0].extra["coders"][1] == {"coder": "ben", "frames": ["gain", "risk"]}


def test_soft_codes_weigh_as_many_coders_as_gave_them():
    rows = said("a", ann=("gain",), ben=("gain",), cat=(), dan=("risk",))
    found = coders_agree(rows, BOOK, "soft").sentences
    assert [(s.frames, s.weight) for s in found] == [(("gain",), 0.5), ((), 0.25), (("risk",), 0.25)]


def test_two_codes_of_one_coder_for_one_sentence_are_refused():
    with pytest.raises(InputError, match=r"ann: two codes of frames for 'a': \['gain'\] and \[\]; keep one row"):
        coders_agree([*said("a", ann=("gain",)), *said("a", ann=(), ben=())], BOOK, "majority")
    of_one = [Sentence("a", target="it", stance=stance, extra={"coder": "ann"}) for stance in ("favor", "against")]
    with pytest.raises(InputError, match="ann: two codes of stance for 'a': favor and against"):
        coders_agree([*of_one, replace(of_one[0], extra={"coder": "ben"})], BOOK, "majority")


def test_coders_who_looked_for_other_labels_do_not_differ_and_a_decision_says_no_more_than_they_looked_for():
    ann = Sentence("a", frames=("gain",), coded=("gain",))
    assert not Votes(ann, {"ann": ann, "ben": Sentence("a", frames=("risk",), coded=("risk",))}).differ("frames")
    assert Votes(ann, {"ann": ann, "ben": Sentence("a", frames=())}).differ("frames")
    decision = Sentence("a", frames=())
    assert settled_by(decision, [ann]).coded == ("gain",)
    assert settled_by(Sentence("a", frames=("risk",)), [ann]).coded == ("gain", "risk")
    assert settled_by(decision, [ann, Sentence("a", frames=())]).coded is None
    (row,), changed = put_right([ann], {(unit_of(ann, "frames"), "frames"): decision}, "sheet")
    assert (row.frames, row.coded, changed) == ((), ("gain",), 1)


def test_one_coder_may_be_named_and_one_that_is_not_there_is_told():
    rows = [*said("a", ann=("gain",), ben=()), *said("b", ben=("risk",))]
    assert [s.frames for s in coders_agree(rows, BOOK, "ben").sentences] == [(), ("risk",)]
    with pytest.raises(InputError, match=r"data: no coder 'bob'; there are 'ann', 'ben'"):
        coders_agree(rows, BOOK, "bob")
    with pytest.raises(InputError, match=r"data: nothing says who coded"):
        coders_agree([Sentence("a", frames=())], BOOK, "majority")


def test_coders_may_stand_in_a_list_beside_each_row():
    listed = [{"coder": "ann", "frames": ["gain"], "stance": "favor"}, {"coder": "ben", "frames": []}]
    rows = [Sentence("a", frames=("gain",), target="it", stance="favor", extra={"coders": listed})]
    (found,) = coders_agree(rows, BOOK, "ben").sentences
    assert (found.frames, found.stance) == ((), None)
    (tied,) = coders_agree(rows, BOOK, "majority").sentences
    assert (tied.frames, tied.coded, tied.stance) == ((), ("risk",), "favor")


def coded_twice():
    """The small corpus by two coders, of whom the second gives one sentence of six another code."""
    for i, s in enumerate(sentences(9)):
        yield {**s.to_row(), "coder": "ann"}
        yield {**s.to_row(), "coder": "ben", **({"frames": ["risk"]} if i % 6 == 5 else {})}


@pytest.mark.parametrize(("how", "learned"), [("majority", 54), ("soft", 54 + 9), ("ben", 54)])
def test_a_training_learns_from_the_coding_it_is_told_and_its_card_says_so(tmp_path, how, learned):
    (tmp_path / "long.jsonl").write_text("".join(json.dumps(row) + "\n" for row in coded_twice()), encoding="utf-8")
    options = {"encoder": "tfidf", "head": "logreg", "tasks": ["frames"]}
    with pytest.warns(FramingWarning) if how == "majority" else nullcontext():
        result = train(tmp_path / "long.jsonl", BOOK, coders=how, **options)
    assert len(result.training.dataset) == learned
    assert result.options["coders"] == how
    card = model_card(json.loads((result.save(tmp_path / "model") / "model.json").read_text(encoding="utf-8")))
    told = {"majority": "what most coders said", "soft": "each coding, weighted by", "ben": "the codes of ben"}
    assert f"Several coders (ann, ben): learned is {told[how]}" in card
    assert load_model(tmp_path / "model").info["coders"]["tied"] == (9 if how == "majority" else 0)


def test_rows_of_several_coders_that_are_learned_from_as_they_are_are_told(tmp_path):
    (tmp_path / "long.jsonl").write_text("".join(json.dumps(row) + "\n" for row in coded_twice()), encoding="utf-8")
    with pytest.warns(FramingNote, match=r"data: 2 coders, each row is learned from as it is; coders=majority"):
        result = train(tmp_path / "long.jsonl", BOOK, encoder="tfidf", head="logreg", tasks=["frames"])
    assert len(result.training.dataset) == 108
    assert "coders" not in result.classifier.info


@pytest.fixture
def two_coders(tmp_path):
    (tmp_path / "long.csv").write_text(LONG, encoding="utf-8")
    book = "name: harbour\nframes: [gain, risk]\nstance: [favor, against, neutral]\n"
    (tmp_path / "book.yaml").write_text(book, encoding="utf-8")
    return tmp_path


def adjudicate(folder, *more):
    return framing("data", "adjudicate", "long.csv", "--codebook", "book.yaml", *more, cwd=folder)


def test_disagreements_become_a_sheet_and_decisions_become_codes(two_coders):
    answer = adjudicate(two_coders, "-o", "sheet.csv")
    assert answer.code == 0, answer.err
    assert "sheet.csv: 2 of frames, 1 of stance to decide" in answer.err
    rows = list(csv.DictReader(io.StringIO((two_coders / "sheet.csv").read_text(encoding="utf-8"))))
    assert [(r["text"], r["task"], r["ann"], r["ben"], r["cat"], r["decision"]) for r in rows] == [
        ("It pays.", "frames", "gain", "gain;risk", "", ""),
        ("So.", "frames", "none", "none", "risk", ""),
        ("So.", "stance", "neutral", "against", "against", ""),
    ]
    # A spreadsheet saves it with semicolons; one frame and the stance are decided, the other frame is left open.
    for row, decision in zip(rows, ("Gain ", "", "neutral"), strict=True):
        row["decision"] = decision
    with (two_coders / "decided.csv").open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    answer = adjudicate(two_coders, "--decisions", "decided.csv", "-o", "coded.jsonl")
    assert answer.code == 0, answer.err
    assert "2 rows: 0 as all said, 1 as decided, 1 still open" in answer.err
    one, other = map(json.loads, (two_coders / "coded.jsonl").read_text(encoding="utf-8").splitlines())
    assert (one["frames"], one["stance"], one["adjudicated"]) == (["gain"], "favor", "frames")
    # All agree that it is no gain; of the risk nobody has decided.
    assert (other["frames"], other["coded"], other["stance"]) == ([], ["gain"], "neutral")


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("unit,task,text,decision\nabc,frames,So.,\n", "no cell of the column 'decision' is filled"),
        ("text,decision\nSo.,gain\n", "no sheet of framing data adjudicate"),
        ("unit,task,text,decision\nabc,frames,So.,profit\n", "unknown frame 'profit'"),
        ("unit,task,text,decision\nabc,frames,So.,gain\n", "1 decisions are about nothing"),
    ],
)
def test_a_sheet_that_cannot_be_used_is_told_in_a_line(two_coders, sheet, said):
    (two_coders / "sheet.csv").write_text(sheet, encoding="utf-8")
    answer = adjudicate(two_coders, "--decisions", "sheet.csv", "-o", "coded.jsonl")
    assert answer.code == 1
    assert said in answer.err
    assert not (two_coders / "coded.jsonl").exists()


def test_coders_who_agree_leave_nothing_to_decide(two_coders):
    (two_coders / "long.csv").write_text("coder,text,frames\nann,So.,none\nben,So.,none\n", encoding="utf-8")
    answer = adjudicate(two_coders, "-o", "sheet.csv")
    assert answer.code == 1
    assert "differ on nothing" in answer.err
    assert "written as .csv" in adjudicate(two_coders, "-o", "sheet.xlsx").err


def test_what_each_coder_said_is_no_clue_that_gives_the_label_away():
    rows = [
        Sentence(f"Row {i}.", frames=("gain",) if i % 2 else (), source="AB"[i % 2], extra={"coder": coder})
        for i in range(4)
        for coder in ("ann", "ben")
    ]
    found = coders_agree(rows, BOOK, "majority").sentences
    assert all(row.extra["coders"] for row in found)
    assert list(clue_columns(found)) == ["source"]


def test_rows_that_only_calibrate_may_be_of_one_coder_who_is_not_named():
    data = load_dataset([Sentence("It pays.", frames=("gain",)), Sentence("It rains.", frames=())], BOOK)
    assert one_coding(data, BOOK, "majority", "calibrate", may_be_one=True) == (data, {})
    with pytest.raises(InputError, match="calibrate: nothing says who coded"):
        one_coding(data, BOOK, "ann", "calibrate", may_be_one=True)
    with pytest.raises(InputError, match="data: nothing says who coded"):
        one_coding(data, BOOK, "majority", "data")
