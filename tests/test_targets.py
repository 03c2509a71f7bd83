"""Targets that a corpus proposes: phrases by hand, stances of a small model, and what goes wrong."""

from __future__ import annotations

import json
import os

import pytest
from sklearn.linear_model import LogisticRegression

from framing import Predictor, Sentence
from framing.errors import ConfigError, FramingWarning, InputError, ModelError
from framing.model.persistence import save_model
from framing.targets import propose_targets
from framing.text.noun_phrases import NounPhraseFinder
from tests.command import framing
from tests.small import model

NEWS = [
    "Lawmakers want sanctions on Norland, and the Ministry of Defence agrees.",
    "President Edith Lund said that the sanctions on Norland would hurt.",
    "In May the sanctions on Norland were eased.",
    "Lund fears the carbon tax.",
    "A carbon tax costs jobs, Edith Lund said on Monday.",
    "The Ministry of Defence praised the carbon tax.",
    "Few people like carbon taxes, but the Ministry of Defence does.",
]


def counts(texts, **options):
    return {proposal.target: proposal.count for proposal in propose_targets(texts, **options)}


def phrases(text, corpus=()):
    return [phrase.text for phrase in NounPhraseFinder([*corpus, text]).phrases(text)]


@pytest.fixture(scope="module")
def predictor():
    return Predictor(model(LogisticRegression()))


def test_what_is_mentioned_three_times_is_proposed_and_nothing_vague():
    assert counts(NEWS) == {"carbon tax": 4, "Edith Lund": 3, "Ministry of Defence": 3, "sanctions on Norland": 3}


def test_a_phrase_inside_another_is_proposed_only_if_it_stands_outside_often():
    inside = [f"The sanctions on Norland hurt {place}." for place in ("Asmar", "Belm", "Corr")]
    assert "sanctions" not in counts(inside)
    outside = ["New sanctions came.", "The sanctions failed.", "Nobody wants sanctions."]
    assert counts([*inside, *outside]) == {"sanctions": 6, "sanctions on Norland": 3}


def test_singular_plural_capitals_and_abbreviations_are_one_target():
    texts = ["The U.S. left.", "The United States left.", "A US envoy left.", "The tariff fell.", "Tariffs fell."]
    assert counts([*texts, "All tariffs fell."]) == {"U.S.": 3, "tariffs": 3}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Then he told them on Monday that 40 percent of people like this year.", []),
        ("They said that Russia's invasion of Ukraine failed.", ["Russia", "Russia's invasion"]),
        ("They met Secretary of State Edith Lund in the old port.", ["Edith Lund"]),
        ("Officials want to attack the Gulf of Asmar.", ["Gulf of Asmar"]),
    ],
)
def test_phrases_of_one_sentence(text, found):
    assert phrases(text)[: len(found)] == found and bool(phrases(text)) == bool(found)


def test_a_noun_that_could_be_of_anything_is_proposed_only_where_the_text_is_full_of_it():
    agreements = [f"The agreement pleased {place}." for place in ("Asmar", "Belm", "Corr")]
    assert counts(agreements) == {"agreement": 3}  # in 3 of 3 sentences, below in 3 of 43
    assert counts([*agreements, *(f"It went on for {day} days." for day in range(40))]) == {}


def test_a_word_that_is_a_verb_here_ends_the_phrase():
    assert phrases("We will attack it.") == []
    assert "rebel attack" in phrases("It was a rebel attack.")


def test_stances_are_counted_where_the_target_is_mentioned(predictor):
    texts = ["The harbour will bring profit to merchants."] * 3 + ["Warships threaten the harbour in an attack."] * 2
    first = propose_targets([Sentence(text, doc_id=f"d{i % 2}") for i, text in enumerate(texts)], predictor)[0]
    assert (first.target, first.count, first.documents) == ("harbour", 5, 2)
    assert (first.spread["favor"], first.spread["against"], first.at_stake) == (3, 2, 5)
    assert first.examples["favor"].sentence.text == texts[0]
    assert first.to_row()["against_example"] == texts[4]


def test_the_same_corpus_gives_the_same_proposals(predictor):
    assert propose_targets(NEWS, predictor) == propose_targets(NEWS, predictor)


def test_no_more_than_the_top_are_proposed_and_rare_ones_on_demand():
    assert list(counts(NEWS, top=1)) == ["carbon tax"]
    assert len(counts(NEWS, min_count=1)) > len(counts(NEWS))
    assert propose_targets([]) == []


def test_what_cannot_be_used_is_told(predictor):
    with pytest.raises(InputError, match="takes a list of sentences"):
        propose_targets("One text.")
    with pytest.raises(InputError, match="item 1: expected a text or a Sentence, got int"):
        propose_targets(["a", 1])  # type: ignore[list-item]
    with pytest.raises(ConfigError, match="min_count=0"):
        propose_targets(NEWS, min_count=0)
    with pytest.raises(ModelError, match="--no-stance"):
        propose_targets(NEWS, Predictor(model(LogisticRegression(), tasks=("frames",))))


def test_text_in_another_language_gets_one_warning():
    with pytest.warns(FramingWarning, match="by an English grammar") as warned:
        propose_targets(["Der Vertrag mit der Regierung ist nach langem Streit endlich unterschrieben worden."] * 5)
    assert len(warned) == 1


def test_the_command_writes_a_table_lines_and_csv(predictor, tmp_path):
    (tmp_path / "news.txt").write_text("\n\n".join(NEWS), encoding="utf-8")
    save_model(predictor.classifier, tmp_path / "model")
    table = framing("targets", "news.txt", "--model", "model", cwd=tmp_path)
    assert table.code == 0, table.err
    assert "carbon tax" in table.out
    assert "favor" in table.out
    lines = framing("targets", "news.txt", "--no-stance", "--format", "jsonl", cwd=tmp_path)
    assert json.loads(lines.out.splitlines()[0]) == {"target": "carbon tax", "count": 4, "documents": 1}
    assert "model" not in lines.err
    answer = framing("targets", "news.txt", "--no-stance", "--format", "csv", "--output", "t.csv", cwd=tmp_path)
    assert answer.out == ""
    assert (tmp_path / "t.csv").read_text(encoding="utf-8").startswith("target,count,documents\ncarbon tax,4,1\n")


def test_a_table_is_read_by_its_column_and_without_documents(tmp_path):
    (tmp_path / "rows.csv").write_text("sentence\n" + "".join(f'"{text}"\n' for text in NEWS), encoding="utf-8")
    answer = framing(
        "targets", "rows.csv", "--column", "text=sentence", "--no-stance", "--format", "jsonl", cwd=tmp_path
    )
    assert json.loads(answer.out.splitlines()[0]) == {"target": "carbon tax", "count": 4, "documents": None}


@pytest.mark.parametrize(("content", "told"), [("", "the file is empty"), ("12 34\n", "no sentence in it")])
def test_a_file_without_a_sentence_is_an_error_of_one_line(content, told, tmp_path):
    (tmp_path / "empty.txt").write_text(content, encoding="utf-8")
    answer = framing("targets", "empty.txt", "--no-stance", cwd=tmp_path)
    assert (answer.code, answer.out) == (1, "")
    assert told in answer.err and len(answer.err.splitlines()) == 1


def test_a_text_without_a_frequent_phrase_says_so(tmp_path):
    (tmp_path / "short.txt").write_text("The ferry was late.\n", encoding="utf-8")
    answer = framing("targets", "short.txt", "--no-stance", cwd=tmp_path)
    assert answer.code == 0
    assert "no noun phrase that could be a target is in 3 of 1 sentences" in answer.err


def test_options_that_do_not_go_together_and_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "news.txt").write_text("\n".join(NEWS), encoding="utf-8")
    both = framing("targets", "news.txt", "--no-stance", "--model", "shipped", cwd=tmp_path)
    assert both.code == 2 and "--no-stance loads no model" in both.err
    assert framing("targets", "-", "-", cwd=tmp_path).code == 2
    (tmp_path / "shut").mkdir()
    for place in ("shut", "missing/t.csv"):
        answer = framing("targets", "news.txt", "--no-stance", "--output", place, cwd=tmp_path)
        assert answer.code == 1 and place.split("/")[0] in answer.err, answer
    if os.geteuid() != 0:
        (tmp_path / "shut").chmod(0o500)
        assert framing("targets", "news.txt", "--no-stance", "--output", "shut/t.csv", cwd=tmp_path).code == 1
