"""A sentence is read for several targets at once: frames once, a stance for each, a column for each."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from sklearn.linear_model import LogisticRegression

from framing import Prediction, Predictor, Sentence
from framing.corpus.target_lists import read_targets, target_list
from framing.errors import FramingWarning, InputError, ModelError
from framing.model.encoders import WordVectorizer
from framing.report.html import predictions_page, predictions_table
from framing.report.numbering import sentence_rows
from framing.report.table import predictions_text
from tests.command import contents, framing
from tests.small import model, sentences

TARGETS = ["the harbour", "the fleet"]
TEXTS = ["Merchants of Alder welcome the profit of new markets.", "Warships near Birch threaten the harbour."]


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(model(LogisticRegression(C=10)))


def test_there_is_one_prediction_a_sentence_and_target_sentence_by_sentence(predictor):
    found = predictor.predict(TEXTS, targets=TARGETS)
    assert [(p.sentence.text, p.sentence.target) for p in found] == [(t, g) for t in TEXTS for g in TARGETS]
    assert [p.frames for p in found] == [("gain",), ("gain",), ("risk",), ("risk",)]
    assert found.targets == ("the harbour", "the fleet")


@pytest.mark.parametrize("rule", [{}, {"adapt_priors": True}, {"adapt_priors": "document"}, {"abstain": 0.3}])
def test_a_target_gets_among_others_what_it_gets_alone(predictor, rule):
    rows = [replace(row, doc_id=row.group) for row in sentences(10)]
    together = predictor.predict(rows, targets=TARGETS, **rule)
    for number, target in enumerate(TARGETS):
        alone = predictor.predict(rows, target, **rule)
        assert [p.stance for p in together[number::2]] == [p.stance for p in alone]
        for one, other in zip(together[number::2], alone, strict=True):
            assert one.stance_proba == pytest.approx(other.stance_proba)
            assert one.sentence == other.sentence
            assert one.proba == pytest.approx(other.proba)
            assert (one.frames, one.abstained) == (other.frames, other.abstained)


class CountingVectorizer(WordVectorizer):
    """Counts the texts that it is asked for."""

    asked: ClassVar[list[int]] = []

    def transform(self, texts):
        self.asked.append(len(texts))
        return super().transform(texts)


def test_frames_are_scored_once_a_sentence_whatever_the_targets():
    frames_of = Predictor(model(LogisticRegression(), encoder=CountingVectorizer(min_df=1)))
    CountingVectorizer.asked.clear()
    frames_of.predict(TEXTS, targets=["a", "b", "c"])
    assert CountingVectorizer.asked == [2, 6, 6]  # frames; texts and targets of the stance


def test_shares_of_frames_are_estimated_over_sentences_not_over_rows(predictor):
    rows = [row for row in sentences(16) if "gain" not in row.frames][:30] + sentences(1)[:1]
    with pytest.warns(FramingWarning, match="shares estimated from 31 sentences, fewer than 50"):
        once = predictor.predict(rows, "the fleet", adapt_priors=True)
    with pytest.warns(FramingWarning, match="shares estimated from 31 sentences, fewer than 50"):
        twice = predictor.predict(rows, targets=TARGETS, adapt_priors=True)
    assert twice.shifts == once.shifts
    # A document that is drawn to the training's shares would move further if its sentences counted twice.
    documents = [replace(row, doc_id="one") for row in rows]
    once = predictor.predict(documents, "the fleet", adapt_priors="document")
    twice = predictor.predict(documents, targets=TARGETS, adapt_priors="document")
    assert [p.proba for p in twice[::2]] == [p.proba for p in once]
    assert twice.shifts == once.shifts


def test_targets_replace_the_sentences_own_and_a_coded_stance_stays_with_its_target(predictor):
    row = Sentence(TEXTS[0], target="the fleet", stance="favor", frames=("gain",), extra={"desk": "foreign"})
    harbour, fleet = predictor.predict([row], targets=TARGETS).to_rows()
    assert ("stance" in harbour, fleet["stance"]) == (False, "favor")
    assert (harbour["frames"], harbour["desk"]) == (["gain"], "foreign") == (fleet["frames"], fleet["desk"])


def test_a_document_is_read_for_several_targets(predictor):
    found = predictor.predict_document(" ".join(TEXTS), targets=TARGETS, doc_id="news")
    assert [(p.sentence.position, p.sentence.target) for p in found] == [(i, t) for i in (0, 1) for t in TARGETS]
    assert found[0].sentence.start == found[1].sentence.start == 0


def test_a_target_that_is_there_twice_counts_once():
    assert target_list(["the port  deal", "Kyiv", " the port\ndeal ", "kyiv"]) == ("the port deal", "Kyiv", "kyiv")
    assert target_list(iter(["Kyiv"])) == ("Kyiv",)


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ("the fleet", "targets: expected a list of noun phrases, such as ['the fleet']; got a single string"),
        ([], "targets: the list is empty; give one noun phrase or more, or leave it out"),
        (["the fleet", " \n"], "targets, item 1: the target is blank; give a noun phrase, or leave it out"),
        ([None], "targets, item 0: expected a noun phrase, got an object of type NoneType"),
        ({"the fleet"}, "targets: expected a list of noun phrases; got an object of type set"),
        (5, "targets: expected a list of noun phrases; got an object of type int"),
        (["a\ud800"], "targets, item 0: not valid Unicode (a lone surrogate at character 1)"),
        (
            ["fleet " * 34],
            "targets, item 0: a target of 203 characters; a noun phrase of at most 200 was expected, "
            "this begins 'fleet fleet fleet fleet fleet '",
        ),
    ],
)
def test_targets_that_cannot_be_are_told_in_one_line(predictor, targets, said):
    for ask in (
        lambda: predictor.predict(TEXTS, targets=targets),
        lambda: predictor.predict_document("A.", targets=targets),
    ):
        with pytest.raises(InputError) as caught:
            ask()
        assert str(caught.value) == said


def test_target_and_targets_do_not_come_together_and_a_stance_must_be_known(predictor):
    with pytest.raises(InputError, match=r"^predict takes target or targets, not both; "):
        predictor.predict(TEXTS, "the fleet", targets=TARGETS)
    assert len(predictor.predict(TEXTS, targets=["x" * 200])) == 2
    assert predictor.predict([], targets=TARGETS) == []
    with pytest.raises(ModelError, match="this model was trained without stance"):
        Predictor(model(LogisticRegression(), tasks=("frames",))).predict(TEXTS, targets=TARGETS)


def test_a_model_of_stance_alone_is_asked_about_several_targets():
    stance_only = Predictor(model(LogisticRegression(), tasks=("stance",)))
    found = stance_only.predict(TEXTS, targets=TARGETS)
    assert [bool(p.stance_proba) for p in found] == [True] * 4
    assert "the fleet" in found._repr_html_()
    assert "favor ." in predictions_text(found, found.labels, 60, colour=False, targets=found.targets)


# What a table shows: two sentences, of which the second was read for one target only.
def said(text: str, target: str, stance: str | None, p: float = 0.71, **place: object) -> Prediction:
    proba = {"favor": p, "against": 1 - p} if stance == "favor" else {"favor": 1 - p, "against": p}
    return Prediction(
        Sentence(text, target=target, **place),
        {"fast_gain": 0.9, "risk": 0.1},
        ("fast_gain",),
        () if stance else ("stance",),
        stance,
        proba,
    )


SHOWN = [
    said("Ropes are sold.", "the fleet", "favor", doc_id="a"),
    said("Ropes are sold.", "<b>it</b>", None, doc_id="a"),
    said("Ropes are sold.", "the fleet", "against", 1.0, doc_id="a"),
]
SHOWN_TARGETS = ["the fleet", "<b>it</b>"]
LABELS = ["fast_gain", "risk"]


def sizes(predictions: list[Prediction], targets: list[str]) -> list[tuple[int, int]]:
    return [(row.number, len(row.predictions)) for row in sentence_rows(predictions, targets)]


def test_rows_of_one_sentence_are_found_by_what_they_say_not_by_their_count():
    assert sizes(SHOWN, SHOWN_TARGETS) == [(1, 2), (2, 1)]  # the same text once more, as its target is there already
    assert sizes(SHOWN[1:], SHOWN_TARGETS) == [(1, 2)]
    moved = [replace(SHOWN[0], sentence=replace(SHOWN[0].sentence, position=n, target=t)) for n, t in enumerate("ab")]
    assert sizes(moved, ["a", "b"]) == [(1, 1), (2, 1)]  # another place, so another sentence
    coded = [replace(SHOWN[0], sentence=replace(SHOWN[0].sentence, stance="favor")), SHOWN[1]]
    assert sizes(coded, SHOWN_TARGETS) == [(1, 2)]
    assert sizes(SHOWN, []) == sizes(SHOWN, ["the fleet"]) == [(1, 1), (2, 1), (3, 1)]
    assert sizes([], SHOWN_TARGETS) == []


def test_texts_that_repeat_are_rows_of_their_own(predictor):
    found = predictor.predict(["Ropes."] * 3, targets=TARGETS)
    assert sizes(found, TARGETS) == [(1, 2), (2, 2), (3, 2)]


def cells_of(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html, flags=re.DOTALL)
    return [[re.sub(r"<.*?>", "", c) for c in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S)] for row in rows]


def test_the_html_has_a_row_a_sentence_and_a_column_a_target():
    html = predictions_table(SHOWN, LABELS, SHOWN_TARGETS)
    assert cells_of(html) == [
        ["#", "sentence", "fast gain", "risk", "the fleet", "&lt;b&gt;it&lt;/b&gt;"],
        ["1", "Ropes are sold.", "0.90 ●", "0.10", "favor 0.71", "?"],
        ["2", "Ropes are sold.", "0.90 ●", "0.10", "against 1.00", ""],
    ]
    page = predictions_page(SHOWN, LABELS, "T", SHOWN_TARGETS)
    assert html.strip() in page
    assert "Beneath a target stands the likeliest stance" in page
    assert [len(row) for row in cells_of(predictions_table(SHOWN, LABELS, SHOWN_TARGETS[:1]))] == [5] * 4
    two = [*SHOWN, said("More.", "the fleet", "favor", doc_id="b")]
    assert predictions_table(two, LABELS, SHOWN_TARGETS).count('colspan="6"') == 2


def test_the_html_shows_a_coded_stance_with_its_target():
    coded = replace(SHOWN[1], sentence=replace(SHOWN[1].sentence, stance="favor"))
    header, row = cells_of(predictions_table([SHOWN[0], coded], LABELS, SHOWN_TARGETS))
    assert (header[-1], row[-1]) == ("coded", "stance favor&lt;b&gt;it&lt;/b&gt;")


def test_the_terminals_table_has_a_column_a_target_beside_the_sentence():
    assert predictions_text(SHOWN, LABELS, 90, colour=False, targets=SHOWN_TARGETS) == (
        "\n"
        "                                                   fast\n"
        " #  sentence                                       gain    risk  the fleet    <b>it</b>\n"
        f" {'─' * 88}\n"
        " 1  Ropes are sold.                              ● 0.90    0.10  favor .71    ?\n"
        " 2  Ropes are sold.                              ● 0.90    0.10  against 1.0\n"
        "\n"
    )
    coloured = predictions_text(SHOWN, LABELS, 90, colour=True, targets=SHOWN_TARGETS)
    assert "\x1b[1;32m● 0.90\x1b[0m" in coloured


def test_on_a_narrow_screen_the_sentence_stands_above_its_numbers():
    assert predictions_text(SHOWN, LABELS, 44, colour=False, targets=SHOWN_TARGETS) == (
        "\n"
        " #  sentence\n"
        "   fast\n"
        "   gain    risk  the fleet    <b>it</b>\n"
        f" {'─' * 40}\n"
        " 1  Ropes are sold.\n"
        " ● 0.90    0.10  favor .71    ?\n"
        " 2  Ropes are sold.\n"
        " ● 0.90    0.10  against 1.0\n"
        "\n"
    )


def test_at_eighty_columns_four_targets_stand_beside_three_frames():
    names = ["the undersea cable", "the council of the islands", "Beijing", "the lower bid"]
    labels = ["economic_opportunity", "security_threat", "skepticism_of_intent"]
    proba = dict.fromkeys(labels, 0.2)
    stances = {"favor": 0.1, "against": 0.7, "neutral": 0.2}
    found = [Prediction(Sentence("Warships " * 12, target=t), proba, (), (), "against", stances) for t in names]
    lines = predictions_text(found, labels, 80, colour=False, targets=names).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-2].split() == ["0.20", "0.20", "0.20", *["agai…", ".70"] * 4]
    assert lines[4].split() == ["economic", "security", "skepticism", "undersea", "of", "the", "the", "lower"]
    assert " ".join(lines).count("Warships") == 12
    # Twice as many do not fit, and stand in a second table.
    more = [*names, *(f"{name} too" for name in names)]
    found = [replace(p, sentence=replace(p.sentence, target=t)) for p, t in zip(found * 2, more, strict=True)]
    text = predictions_text(found, labels, 80, colour=False, targets=more)
    assert max(map(len, text.splitlines())) <= 80
    assert (text.count("sentence"), text.count("agai… .70")) == (2, 8)
    # Names that begin alike are not cut, so that three tables are needed.
    alike = {"strongly_for": 0.7, "strongly_against": 0.3}
    found = [replace(p, stance="strongly_for", stance_proba=alike) for p in found]
    assert predictions_text(found, labels, 80, colour=False, targets=more).count("strongly_for .70") == 8


def test_documents_have_a_heading_and_a_terminal_is_not_commanded_by_a_target():
    two = [*SHOWN[:2], said("More\x1b[31m.", "the fleet", "favor")]
    for width in (44, 90):
        text = predictions_text(two, LABELS, width, colour=False, targets=[*SHOWN_TARGETS, "\x1b[31mred"])
        assert "    a\n" in text and "    without a document\n" in text
        assert "\x1b" not in text and "[31mred" in text


def test_a_file_of_targets_is_read_line_by_line(tmp_path):
    file = tmp_path / "targets.txt"
    file.write_bytes("\ufeff# ours\r\nthe  harbour \n\n  # not this\rFähre\n".encode())
    assert read_targets(file) == ["the harbour", "Fähre"]


@pytest.fixture
def folder(with_champion: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "120")
    files = {
        "note.txt": b"Warships near Alder threaten the harbour. Profit for Birch is near.\n",
        "rows.jsonl": b'{"text": "Profit.", "target": "the fleet"}\n{"text": "Profit.", "target": "the harbour"}\n',
        "targets.txt": b"# ours\nthe harbour\nthe clerk\n",
        "empty.txt": b"",
        "comments.txt": b"# nothing\n\n",
        "latin.txt": "the fleet\nla café\n".encode("latin-1"),
        "long.txt": b"the fleet\n" + b"x" * 201 + b"\n",
    }
    for name, content in files.items():
        (with_champion / name).write_bytes(content)
    return with_champion


def predict(folder: Path, *arguments: str) -> str:
    answer = framing("predict", *arguments, "--model", "model", cwd=folder)
    assert answer.code == 0, answer.err
    return answer.out


def test_targets_of_the_command_line_and_of_a_file_add_up(folder):
    options = ("--target", "the fleet", "--target", "the  harbour", "--targets", "targets.txt")
    rows = [json.loads(line) for line in predict(folder, "note.txt", *options, "--format", "jsonl").splitlines()]
    expected = ["the fleet", "the harbour", "the clerk"]
    assert [(row["position"], row["target"]) for row in rows] == [(n, t) for n in (0, 1) for t in expected]
    table = list(csv.DictReader(io.StringIO(predict(folder, "note.txt", *options, "--format", "csv"))))
    assert [(row["target"], row["predicted_frames"]) for row in table] == [
        (target, frames) for frames in ("risk", "gain;risk") for target in expected
    ]
    header = predict(folder, "note.txt", *options).splitlines()[1]
    assert header.split()[-6:] == ["the", "fleet", "the", "harbour", "the", "clerk"]
    assert predict(folder, "note.txt", *options, "--format", "html").count("<tr>") == 3


def test_one_target_and_targets_of_rows_are_shown_as_they_were(folder):
    one = predict(folder, "note.txt", "--target", "the harbour").splitlines()
    assert one[1].split() == ["#", "sentence", "gain", "risk", "stance"]
    assert re.search(r"against 0\.\d\d$", one[3])
    own = predict(folder, "rows.jsonl").splitlines()
    assert own[1].split()[-1] == "stance"
    assert [line.split()[0] for line in own if "Profit." in line] == ["1", "2"]
    asked = predict(folder, "rows.jsonl", "--target", "the clerk", "--target", "the fleet").splitlines()
    assert [line.split()[0] for line in asked if "Profit." in line] == ["1", "2"]
    assert asked[1].split()[-4:] == ["the", "clerk", "the", "fleet"]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--targets", "missing.txt"], "error: missing.txt: no such file"),
        (["--targets", "."], "error: .: cannot be read (Is a directory)"),
        (["--targets", "empty.txt"], "error: empty.txt: the file is empty"),
        (
            ["--targets", "comments.txt"],
            "error: comments.txt: no target in it; expected a noun phrase a line, in lines that do not begin with #",
        ),
        (
            ["--target", "the fleet", "--targets", "latin.txt"],
            "error: latin.txt, line 2: not UTF-8 (byte 0xe9); save the file as UTF-8 and try again",
        ),
        (
            ["--targets", "long.txt"],
            "error: long.txt, line 2: a target of 201 characters; a noun phrase of at most 200 was expected, "
            f"this begins {'x' * 30!r}",
        ),
        (["--target", " "], "error: --target, item 0: the target is blank; give a noun phrase, or leave it out"),
    ],
)
def test_targets_of_the_command_line_that_cannot_be_are_one_line_before_the_work(folder, options, line):
    before = contents(folder)
    answer = framing("predict", "nowhere.txt", *options, "--model", "nowhere", "--output", "out.csv", cwd=folder)
    assert (answer.code, answer.out, answer.err) == (1, "", f"{line}\n")
    assert contents(folder) == before


def test_targets_are_not_read_from_standard_input(folder):
    answer = framing("predict", "note.txt", "--targets", "-", cwd=folder)
    assert (answer.code, answer.out) == (2, "")
    assert "--targets -: standard input has sentences, not targets; name a file" in answer.err
