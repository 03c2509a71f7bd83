"""Folds: what belongs together stays on one side, and each side has its share of the labels."""

from dataclasses import replace

import numpy as np
import pytest

from framing import Sentence
from framing.arrays import Fold
from framing.corpus.splits import GroupedFolds
from framing.errors import ConfigError, InputError


def folds_of(split: GroupedFolds, sentences: list[Sentence], strata: list[str] | None = None) -> list[Fold]:
    return split.split(strata or ["rain"] * len(sentences), split.groups(sentences))


def corpus(n_groups: int = 12, size: int = 5) -> list[Sentence]:
    """Rows of each group lie apart from one another."""
    return [Sentence(f"Row {i}.", group=f"g{i % n_groups}") for i in range(n_groups * size)]


def test_groups_are_groups_else_documents_else_rows():
    sentences = [
        Sentence("One.", group="a", doc_id="1.txt"),
        Sentence("Two.", group="a", doc_id="2.txt"),
        Sentence("Three.", doc_id="2.txt"),
        Sentence("Four.", doc_id="2.txt"),
        Sentence("Five."),
        Sentence("Six."),
    ]
    groups = GroupedFolds().groups(sentences)
    assert groups.tolist() == [0, 0, 1, 1, 2, 3]


def test_the_same_text_in_two_groups_ties_them_and_what_they_are_tied_to():
    sentences = [
        Sentence("It rains.", group="a"),
        Sentence("  it RAINS. ", group="b"),  # a and b share a text
        Sentence("It snows.", group="b"),
        Sentence("It snows.", group="c"),  # b and c share another
        Sentence("It hails.", group="c"),
        Sentence("The sun shines.", group="d"),
    ]
    assert GroupedFolds().groups(sentences).tolist() == [0, 0, 0, 0, 0, 1]


def test_a_group_named_like_a_text_is_not_tied_to_it():
    sentences = [Sentence("rain", group="sun"), Sentence("sun", group="rain")]
    assert GroupedFolds().groups(sentences).tolist() == [0, 1]


def test_no_group_and_no_text_is_on_both_sides():
    sentences = [*corpus(), Sentence("Row 0.", group="g1"), Sentence("Row 7.", group="new")]
    strata = ["rain" if i % 3 else "sun" for i in range(len(sentences))]
    folds = folds_of(GroupedFolds(4, random_state=1), sentences, strata)
    assert len(folds) == 4
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(len(sentences)))
    for train, test in folds:
        assert sorted([*train, *test]) == list(range(len(sentences)))
        assert len(test)
        assert not {sentences[i].group for i in train} & {sentences[i].group for i in test}
        assert not {sentences[i].text for i in train} & {sentences[i].text for i in test}


def test_by_source_a_source_is_on_one_side():
    sentences = [Sentence(f"Row {i}.", group=f"g{i}", source=f"paper {i % 4}") for i in range(20)]
    for train, test in folds_of(GroupedFolds(4, by="source"), sentences):
        assert {sentences[i].source for i in test}.isdisjoint(sentences[i].source for i in train)
        assert len({sentences[i].source for i in test}) == 1


def test_by_source_each_row_needs_one():
    sentences = [Sentence("One.", source="Daily"), Sentence("Two."), Sentence("Three.")]
    with pytest.raises(InputError) as caught:
        GroupedFolds(2, by="source").groups(sentences)
    assert str(caught.value) == "split.by=source, but 2 of 3 rows have no 'source'"


def test_by_target_a_target_is_one_whatever_its_case_and_spaces_and_nothing_else_ties_its_rows():
    sentences = [
        Sentence("It pays.", target="the Harbour", group="a"),
        Sentence("It pays.", target="the ban", group="a"),  # the same text and document, another target
        Sentence("It costs.", target=" the  HARBOUR ", group="b"),
        Sentence("It costs.", target="the ban on ships", doc_id="1.txt"),
        Sentence("It rains.", target="the straße", doc_id="1.txt"),
        Sentence("It snows.", target="the STRASSE"),
    ]
    assert GroupedFolds(by="target").groups(sentences).tolist() == [0, 1, 0, 2, 3, 3]


def test_by_target_rows_without_one_keep_their_group_and_are_tied_to_no_row_with_one():
    sentences = [
        Sentence("It pays.", target="the ban", group="a"),
        Sentence("It pays.", group="a"),
        Sentence("It costs.", group="a"),
        Sentence("it  COSTS.", doc_id="1.txt"),
        Sentence("It rains.", target="  "),
        Sentence("It snows.", group="the ban"),
    ]
    assert GroupedFolds(by="target").groups(sentences).tolist() == [0, 1, 1, 1, 2, 3]
    without = [replace(sentence, target=None) for sentence in sentences]
    by_target, by_group = (GroupedFolds(by=by).groups(without).tolist() for by in ("target", "group"))
    assert by_target == by_group


def test_by_target_a_target_is_on_one_side():
    sentences = [
        Sentence(f"Row {i // 2}.", target=f"matter {i % 6}", group=f"g{i % 4}", stance="favor") for i in range(60)
    ]
    folds = folds_of(GroupedFolds(3, by="target", random_state=0), sentences)
    for train, test in folds:
        assert len({sentences[i].target for i in test}) == 2
        assert {sentences[i].target for i in test}.isdisjoint(sentences[i].target for i in train)
        # That is the point: the same sentence, toward a target that was not learned from.
        assert not {sentences[i].text for i in test}.isdisjoint(sentences[i].text for i in train)


@pytest.mark.parametrize(
    ("by", "hint"), [("source", "add rows of more sources"), ("target", "code rows toward more targets")]
)
def test_too_few_groups_are_told_by_what_makes_them(by, hint):
    sentences = [Sentence(f"Row {i}.", source="Daily", target="the ban") for i in range(9)]
    with pytest.raises(InputError, match=f"^the coded rows form 1 group.*; {hint}, or set split.n_splits lower$"):
        folds_of(GroupedFolds(3, by=by), sentences)


def test_fewer_groups_than_folds_is_an_error():
    sentences = corpus(n_groups=4, size=10)
    with pytest.raises(InputError) as caught:
        folds_of(GroupedFolds(5), sentences)
    assert str(caught.value) == (
        "the coded rows form 4 group(s), but 5 folds need at least 5; "
        "give more rows a 'group' or 'doc_id' of their own (rows with the same text stay together too), or set "
        "split.n_splits lower"
    )
    assert len(folds_of(GroupedFolds(4), sentences)) == 4


def test_as_many_groups_as_folds_leave_no_fold_empty():
    sentences = [Sentence(f"Row {i}.", group="large" if i > 3 else f"g{i}") for i in range(60)]
    sizes = sorted(len(test) for _, test in folds_of(GroupedFolds(5, random_state=0), sentences))
    assert sizes == [1, 1, 1, 1, 56]


def test_strata_are_spread_over_the_folds():
    sentences = [Sentence(f"Row {i}.", group=f"g{i}") for i in range(40)]
    strata = ["rain"] * 30 + ["sun"] * 10
    for _, test in folds_of(GroupedFolds(5, random_state=0), sentences, strata):
        assert sorted(strata[i] for i in test) == ["rain"] * 6 + ["sun"] * 2


@pytest.mark.parametrize(
    "strata",
    [
        pytest.param(["rain"] * 19 + ["sun"], id="one rare stratum joins the large one"),
        pytest.param(["rain"] * 14 + ["sun"] * 3 + ["snow"] * 3, id="rare strata join one another"),
        pytest.param([f"label {i}" for i in range(20)], id="all strata are rare"),
    ],
)
def test_rare_strata_are_no_trouble(strata):
    """A warning of scikit-learn about a class that is too small would fail here."""
    sentences = [Sentence(f"Row {i}.", group=f"g{i}") for i in range(20)]
    folds = folds_of(GroupedFolds(5, random_state=0), sentences, strata)
    assert [len(test) for _, test in folds] == [4] * 5


def test_rare_strata_together_are_spread_too():
    sentences = [Sentence(f"Row {i}.", group=f"g{i}") for i in range(20)]
    strata = ["rain"] * 15 + [f"rare {i}" for i in range(5)]
    for _, test in folds_of(GroupedFolds(5, random_state=0), sentences, strata):
        assert sum(strata[i].startswith("rare") for i in test) == 1


def test_a_random_state_gives_the_same_folds_again_and_another_gives_others():
    def tests(random_state: int) -> list[list[int]]:
        return [test.tolist() for _, test in folds_of(GroupedFolds(4, random_state=random_state), corpus())]

    assert tests(0) == tests(0)
    assert tests(0) != tests(1)


def test_options_that_make_no_sense_are_errors():
    with pytest.raises(ConfigError, match=r"^split\.n_splits=1: at least 2 folds are needed$"):
        GroupedFolds(1)
    with pytest.raises(ConfigError, match=r"^split\.by=topic: expected 'group', 'source' or 'target'$"):
        GroupedFolds(by="topic")
