"""The look at coded data before training: what is in it, and what is wrong with it."""

from framing import Codebook, Label, Sentence
from framing.corpus.audit import describe_sentences, errors_in, remarks_on

BOOK = Codebook("weather", frames=(Label("rain"), Label("sun")), stance=(Label("favor"), Label("against")))
LONG = "a heavy and steady rain fell on the old harbour town"  # eleven words


def found_in(sentences, codebook=None) -> list[str]:
    return [*errors_in(sentences, codebook), *remarks_on(sentences)]


def test_sound_data_has_no_finding():
    sentences = [
        Sentence("It rains.", frames=("rain",), target="the rain", stance="favor", group="a"),
        Sentence("It rains.", target="the sun", stance="against", group="a"),  # a second target is a second row
        Sentence("The sun shines.", frames=("sun",), group="b"),
    ]
    assert found_in(sentences) == []
    assert found_in([]) == []


def test_a_text_coded_twice_is_found():
    rows = [
        Sentence("It rains.", frames=("rain",)),
        Sentence("The sun shines."),
        Sentence("it  RAINS!", frames=("rain",)),
    ]
    assert found_in(rows) == ["rows 1, 3: the same text: 'It rains.'"]


def test_a_text_coded_twice_for_one_target_is_found_with_or_without_frames():
    rows = [
        Sentence("It rains.", frames=("rain",), target="the rain", stance="favor"),
        Sentence("It rains.", target="the rain", stance="against"),
    ]
    assert found_in(rows) == ["rows 1, 2: the same text and target 'the rain': 'It rains.'"]
    assert found_in(rows[::-1]) == ["rows 1, 2: the same text and target 'the rain': 'It rains.'"]


def test_many_repetitions_are_told_briefly():
    assert found_in([Sentence("It rains.")] * 9) == ["rows 1, 2, 3, 4, 5, 6 and 3 more: the same text: 'It rains.'"]


def test_one_text_with_contradicting_frames_is_found():
    rows = [
        Sentence("It rains.", frames=("rain",), target="the rain"),
        Sentence("It rains.", frames=("sun", "rain"), target="the sun"),
        Sentence("It rains.", frames=("rain", "sun"), target="the sea"),  # the order of labels means nothing
        Sentence("It rains.", target="the wind"),
    ]
    assert found_in(rows) == ["rows 1, 2: the same text with different frames: 'It rains.'"]


def test_near_duplicates_in_two_groups_are_found():
    rows = [
        Sentence(f"Yesterday {LONG}.", group="a"),
        Sentence("The sun shines.", group="b"),
        Sentence(f"On Monday, {LONG.title()}!", group="b"),
    ]
    assert found_in(rows) == [
        "rows 1 and 3: 10 words shared across groups: 'a heavy and steady rain fell on the old harbour'"
    ]


def test_near_duplicates_in_one_group_or_document_are_allowed():
    texts = [f"Yesterday {LONG}.", f"Today {LONG}."]
    assert found_in([Sentence(text, group="a") for text in texts]) == []
    assert found_in([Sentence(text, doc_id="a.txt") for text in texts]) == []


def test_rows_without_a_group_are_groups_of_their_own():
    rows = [Sentence(f"Yesterday {LONG}."), Sentence(f"Today {LONG}.")]
    assert found_in(rows) == [
        "rows 1 and 2: 10 words shared across groups: 'a heavy and steady rain fell on the old harbour'"
    ]


def test_nine_words_in_common_are_no_near_duplicate():
    nine = " ".join(LONG.split()[:9])
    assert found_in([Sentence(f"Here {nine}."), Sentence(f"There {nine}.")]) == []


def skeletons(n: int, groups: str) -> list[Sentence]:
    names = ["Oslo", "New Delhi", "Lima", "Port Said", "Quito"]
    return [
        Sentence(f"The {10 + i} ports of {names[i]} were sold in {2001 + i} by its mayor.", frames=(), group=groups[i])
        for i in range(n)
    ]


def test_a_text_that_is_repeated_is_told_once_and_not_as_a_skeleton_again():
    rows = [Sentence("The old port of the town was sold by its mayor.", frames=(), group=group) for group in "aabb"]
    assert found_in(rows) == [
        "rows 1, 2, 3, 4: the same text: 'The old port of the town was sold by its mayor.'",
    ]


def test_dates_that_no_month_can_be_read_from_are_told_in_one_line():
    rows = [Sentence(f"Row {date}.", date=date, group="a") for date in ("31.03.2026", "3/4/2026", "2026", "May 3")]
    assert found_in(rows) == [
        "rows 2, 4: a date that cannot be read, '3/4/2026'; write it as 2026-03-31, 2026-03, 2026 or 31.03.2026, else "
        "years, months and split=time leave these rows out",
    ]
    assert found_in([Sentence("It rains.", date=None)]) == []


def test_a_skeleton_used_more_than_three_times_is_found():
    assert found_in(skeletons(4, "aabb")) == [
        "rows 1, 2, 3, 4: one skeleton 4 times: 'the 0 ports of x were sold in 0 by its mayor.'"
    ]


def test_a_skeleton_used_three_times_or_in_one_group_is_allowed():
    assert found_in(skeletons(3, "abc")) == []
    assert found_in(skeletons(5, "aaaaa")) == []


def test_the_description_of_a_small_corpus():
    sentences = [
        Sentence("It rains.", frames=("rain",), target="the rain", stance="favor", group="a", extra={"genre": "wire"}),
        Sentence("It rains.", target="the sun", stance="against", group="a", extra={"genre": "wire"}),
        Sentence("Sun and rain came.", frames=("rain", "sun"), source="Daily", group="b", extra={"genre": "blog"}),
        Sentence("The council meets on Monday.", frames=(), target="the rain", stance="against", holder="the mayor"),
        Sentence("Not coded at all."),
    ]
    assert describe_sentences(sentences, BOOK) == (
        "5 rows, 3 coded for frames, 4 groups\n"
        "\n"
        "frames:\n"
        "  rain        2  66.7%\n"
        "  sun         1  33.3%\n"
        "  none        1  33.3%\n"
        "\n"
        "several frames:\n"
        "  rain + sun        1  33.3%\n"
        "\n"
        "stance:\n"
        "  favor          1  33.3%\n"
        "  against        2  66.7%\n"
        "\n"
        "targets: 2 different, 1 of them more than once\n"
        "\n"
        "stance by framed or not:\n"
        "  framed, against                 1  33.3%\n"
        "  framed, favor                   1  33.3%\n"
        "  without a frame, against        1  33.3%\n"
        "\n"
        "words: median 4, 5 % under 2, 5 % over 4.8\n"
        "\n"
        "source (1 values):\n"
        "  Daily        1  20.0%\n"
        "\n"
        "holder (1 values):\n"
        "  the mayor        1  20.0%\n"
        "\n"
        "genre (2 values):\n"
        "  wire        2  40.0%\n"
        "  blog        1  20.0%\n"
    )


def test_the_description_of_one_row_that_is_not_coded():
    assert describe_sentences([Sentence("It rains today.")], Codebook("weather", frames=(Label("rain"),))) == (
        "1 rows, 0 coded for frames, 1 groups\n\nwords: median 3, 5 % under 3, 5 % over 3\n"
    )


def test_a_column_of_many_values_is_not_counted_out():
    sentences = [Sentence(f"Row {i}.", extra={"id": i, "coder": "AB"[i % 2]}) for i in range(100)]
    description = describe_sentences(sentences, BOOK)
    assert "coder (2 values):" in description
    assert "id (" not in description


def test_a_long_value_of_a_column_of_ones_own_is_cut():
    rows = [Sentence("It rains.", frames=(), extra={"page": "word " * 1000})]
    longest = max(describe_sentences(rows, BOOK).splitlines(), key=len)
    assert len(longest) < 100
    assert "…" in longest


def test_without_a_frame_is_no_class_where_frames_exclude_each_other():
    book = Codebook.from_dict({"name": "k", "frames": ["one", "two"], "exclusive": True})
    assert "none" not in describe_sentences([Sentence("It rains.", frames=("one",))], book)
