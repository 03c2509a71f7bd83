"""Names are found with their kinds, and something else is put in their place."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest

from framing import Sentence
from framing.errors import ConfigError, ModelError
from framing.names import Entities, SwappedNames, find_names, swaps_of
from framing.text import pipeline


def kinds(text: str) -> list[tuple[str, str]]:
    return [(text[name.start : name.end], name.kind) for name in find_names([text])[0]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The United States and Norway met.", [("The United States", "country"), ("Norway", "country")]),
        ("Officials in Kyiv spoke to Reuters.", [("Kyiv", "country"), ("Reuters", "outlet")]),
        ("He asked Mrs Ruiz's deputy.", [("Ruiz", "person")]),
        ("They sued the Central Bank.", [("Central Bank", "organisation")]),
        ("It rained on Monday.", []),
        ("", []),
    ],
)
def test_a_name_is_found_without_its_title_article_or_possessive(text, found):
    assert kinds(text) == found


def test_what_is_found_of_a_text_does_not_depend_on_the_others():
    text = "Talks failed in Peru."
    assert find_names([text]) == find_names([text, "Nothing comes of Talks."])[:1]


def test_an_unknown_finder_is_named_with_those_that_there_are():
    with pytest.raises(ConfigError, match="unknown finder of names 'spcy'; expected one of: spacy, capitals"):
        find_names(["Peru"], "spcy")


def test_without_spacy_a_model_that_needs_it_says_what_to_install(monkeypatch):
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(pipeline, "version", missing)
    with pytest.raises(ModelError, match=r"pip install 'framing-classifier\[holders\]'"):
        find_names(["A text that nobody has read before."], "spacy")


def test_a_country_is_swapped_in_the_form_that_stands_there_with_its_article():
    rows = [Sentence("The US said that US troops and a Norwegian left Washington.", target="Norway")]
    for swap in swaps_of(rows, "country", n=5, seed=3):
        assert "US" not in swap.sentence.text
        assert "Norw" not in swap.sentence.text + str(swap.sentence.target)
        assert swap.sentence.target == swap.name
    first = swaps_of(rows, "country", n=1, seed=1)[0].sentence
    assert (first.text, first.target) == (
        "Iran said that Iranian troops and an Italian left Tehran.",
        "Italy",
    )


def test_a_person_keeps_one_name_in_text_and_target():
    row = Sentence("Maria Ruiz resigned. Ms Ruiz had no choice.", target="Ruiz")
    (swap,) = swaps_of([row], "person", n=1)
    assert swap.sentence.text.count(swap.name) == 2
    assert swap.sentence.target == swap.name
    assert "Ruiz" not in swap.sentence.text


def test_several_swaps_of_a_sentence_put_in_different_names():
    names = [swap.name for swap in swaps_of([Sentence("Peru won.")], "country", n=10)]
    assert len(set(names)) == 10
    assert "Peru" not in names


def test_a_sentence_without_a_name_of_the_kind_is_not_swapped():
    assert swaps_of([Sentence("It rained.")], "person") == []
    with pytest.raises(ConfigError, match="unknown kind of names 'town'"):
        swaps_of([], "town")


def test_masked_and_typed_sentences_do_not_tell_names_apart():
    one, other = (Sentence(f"{name} told Reuters no.", target=name) for name in ("Peru", "Chile"))
    for mode in ("mask", "typed"):
        read = Entities(mode)([one, other])
        assert read[0] == read[1]
    assert Entities("mask")([one])[0].text == "X told X no."
    with pytest.raises(ConfigError, match="unknown way to read names 'keep'"):
        Entities("keep")


def test_rows_to_learn_from_are_there_twice_with_other_names_and_their_own_codes():
    rows = [Sentence("Peru won.", frames=("gain",)), Sentence("It rained.", frames=())]
    made, Y, origin = SwappedNames(draws=2)(rows, np.array([[1.0], [0.0]]))
    assert [made[2].text, Y.tolist(), origin.tolist()] == ["It rained.", [[1.0], [1.0], [0.0]], [0, 0, 1]]
    assert all(row.text.endswith(" won.") and "Peru" not in row.text for row in made[:2])
