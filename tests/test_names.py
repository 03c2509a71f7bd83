"""A holder has one name, however documents call them; two of one name are two."""

from __future__ import annotations

import random

import pytest

from framing.errors import InputError
from framing.holders.aliases import aliases_of
from framing.holders.names import acronyms_in, unified


def named(*mentions: str, document: str = "a", **more) -> list[str]:
    """The names of mentions of one document."""
    return unified(mentions, [document] * len(mentions), **more)


@pytest.mark.parametrize(
    "mention",
    [
        *("Witkoff", "Mr. Witkoff", "Witkoff’s", "Steve Witkoff's", "special envoy Steve Witkoff", "Envoy Witkoff"),
        *("US special envoy Steve Witkoff", "Trump's envoy Steve Witkoff", "Steve Witkoff, who negotiates for him,"),
        *("Steve  Witkoff", '"Steve Witkoff"', "Steve A. Witkoff"),
    ],
)
def test_a_person_is_one_whatever_stands_before_or_after_the_name(mention):
    assert named("Steve Witkoff", "Steve Witkoff", mention) == ["Steve Witkoff"] * 3


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("Ursula von der Leyen", "Von der Leyen"),
        ("Ursula von der Leyen", "Ms. von der Leyen"),
        ("Gabriel García Márquez", "García Márquez"),
        ("Xi Jinping", "Mr. Xi"),
        ("Exxon Mobil", "Exxon"),
        ("Robert F. Kennedy Jr.", "Kennedy"),
        ("Secretary of State Marco Rubio", "Rubio"),
        ("J.D. Vance", "JD Vance"),
        ("Theresa May", "Mrs. May"),
        ("Will Lund", "Lund"),
    ],
)
def test_a_short_name_is_the_long_one_of_its_document(full, short):
    one, other = named(full, short)
    assert one == other


def test_offices_and_phrases_stay_what_they_are():
    phrases = ["Trump's envoy", "the Kremlin", "Prime Minister", "a senior official", "Witkoff and Kushner", "he"]
    assert named(*phrases, "Steve Witkoff", "Jared Kushner") == [*phrases, "Steve Witkoff", "Jared Kushner"]


def test_a_document_that_is_not_there_means_the_person_whom_nearly_all_documents_mean():
    names = ["Joe Biden"] * 8 + ["Jill Biden", "Biden", "Mr. Biden"]
    documents = [f"d{number}" for number in range(8)] + ["jill", "none", "jill"]
    assert unified(names, documents)[8:] == ["Jill Biden", "Joe Biden", "Jill Biden"]
    # Of two that are about as common, nobody knows.
    assert unified(["Joe Biden", "Jill Biden", "Biden"], ["a", "b", "c"])[2] == "Biden"


def test_two_of_one_surname_in_a_document_are_told_apart_by_title_or_not_at_all():
    given = ["Ivanka Trump", "President Donald Trump", "President Trump", "Trump", "Mr. Trump"]
    assert named(*given) == ["Ivanka Trump", "Donald Trump", "Donald Trump", "Trump", "Trump"]
    # Not even where the rest of the corpus means one of them.
    more = unified([*given, "Donald Trump", "Trump"], [*["a"] * 5, "b", "c"])
    assert more[3:5] == ["Trump", "Trump"]


def test_a_place_is_nobodys_surname_and_a_party_nobodys():
    assert named("Denzel Washington", "Washington") == ["Denzel Washington", "Washington"]
    assert named("Israel Katz", "Israel") == ["Israel Katz", "Israel"]
    assert named("Senator Washington", "Washington")[1] == "Washington"
    assert named("the Conservative Party", "Labour Party", "the party")[2] == "the party"
    assert named("North Korea", "South Korea", "Korea") == ["North Korea", "South Korea", "Korea"]


def test_organisations_are_one_with_and_without_article():
    assert named("the Kremlin", "Kremlin", "The Kremlin", "KREMLIN") == ["the Kremlin"] * 4
    assert named("Kremlin", "Kremlin", "the Kremlin") == ["Kremlin"] * 3
    assert (
        named("The Wall Street Journal", "the Journal", "Wall Street Journal", "WSJ")[1:]
        == ["the Wall Street Journal"] * 3
    )
    assert named("U.S.", "the United States", "the United States", "US") == ["the United States"] * 4


def test_a_word_that_only_opened_a_sentence_is_no_name():
    assert named("Officials", "Officials", "officials") == ["officials"] * 3
    assert named("They", "Some", "IT") == ["they", "some", "IT"]
    assert named("Two officials", "A spokesman", "Its owner") == ["two officials", "a spokesman", "its owner"]


def test_an_acronym_means_the_name_that_its_document_gives():
    text = "According to the European Central Bank (ECB), the U.N. envoy (UNE) and a man (X) left. Bank of Oslo (BOO)"
    given = acronyms_in(text)
    assert given == {"ECB": "European Central Bank", "BOO": "Bank of Oslo"}
    assert named("the ECB", "ECB", acronyms={"a": given}) == ["European Central Bank"] * 2
    # In another document too, while the corpus has no second name for it.
    assert unified(["ECB", "ECB"], ["a", "b"], acronyms={"a": given}) == ["European Central Bank"] * 2
    two = {"a": given, "b": {"ECB": "England Cricket Board"}}
    assert unified(["ECB", "ECB", "ECB"], ["a", "b", "c"], acronyms=two) == [
        *("European Central Bank", "England Cricket Board"),
        "ECB",
    ]


def test_a_collective_is_the_fuller_one_only_where_its_document_says_so():
    services = "European intelligence services"
    assert named(services, "the intelligence services", "the services", "services") == [*[services] * 3, "services"]
    apart = unified([services, "the intelligence services"], ["a", "b"])
    assert apart == [services, "the intelligence services"]
    two = named(services, "American intelligence services", "the intelligence services")
    assert two[2] == "the intelligence services"
    assert named("the former president", "the president")[1] == "the president"
    assert named("vice-president Lund", "the vice president", "the president")[2] == "the president"
    assert named("the head of the agency", "the agency")[1] == "the agency"


def test_a_sentence_without_a_document_has_no_other_beside_it():
    names = ["Ann Lund", "Bo Lund", "Lund", "European officials", "the officials"]
    assert unified(names, [""] * 5) == ["Ann Lund", "Bo Lund", "Lund", "European officials", "the officials"]
    assert unified(["Ann Lund", "Lund"], ["", ""]) == ["Ann Lund", "Ann Lund"]


def test_names_do_not_depend_on_the_order_of_documents():
    names = ["Joe Biden", "Biden", "the Kremlin", "Kremlin", "ECB", "the European Central Bank", "Pope Francis", "Xi"]
    names += ["Xi Jinping", "President Lund", "Lund", "officials", "Officials", "Jill Biden", "Mr. Biden"]
    documents = [str(number % 4) for number in range(len(names))]
    expected = dict(zip(zip(names, documents, strict=True), unified(names, documents), strict=True))
    for seed in range(20):
        shuffled = list(zip(names, documents, strict=True))
        random.Random(seed).shuffle(shuffled)
        again = unified(*map(list, zip(*shuffled, strict=True)))
        assert dict(zip(shuffled, again, strict=True)) == expected


def test_a_title_stays_where_the_name_never_stands_without():
    assert named("Pope Francis", "Pope Francis") == ["Pope Francis"] * 2
    assert named("Pope Francis", "Francis") == ["Francis"] * 2
    assert named("Mr. Lund", "Mr. Lund") == ["Lund"] * 2


@pytest.mark.parametrize(
    ("odd", "name"),
    [
        *((text, text) for text in ("", "'", "the", "Mr.", "(ECB)", "123", "—", "李强", "a" * 5000)),
        (" ", ""),
        ("’s", "s"),
        ("Ann\nLund", "Ann Lund"),
    ],
)
def test_whatever_is_found_has_a_name(odd, name):
    assert named(odd, "Ann Lund") == [name, "Ann Lund"]


def test_of_no_mention_there_is_no_name():
    assert unified([], []) == []


def test_a_users_names_overrule():
    aliases = aliases_of({"Moscow": ["the Kremlin", "Dmitriev"], "Steve Witkoff": ["Trump's envoy", "Whitkoff"]})
    assert named("Kremlin", "Mr. Dmitriev", "Trump’s envoy", "Whitkoff", aliases=aliases) == [
        *("Moscow", "Moscow"),
        *("Steve Witkoff", "Steve Witkoff"),
    ]
    # A variant that the documents resolve to a full name is overruled by what is said of the full name.
    assert named("Ann Lund", "Lund", aliases=aliases_of({"the minister": ["Ann Lund"]})) == ["the minister"] * 2
    assert named("Ann Lund", "Bo Lund", "Lund", aliases=aliases_of({"Bo Lund": ["Lund"]}))[2] == "Bo Lund"


# ---------------------------------------------------------------------- aliases.yaml


def read(tmp_path, content: str | bytes) -> dict[str, str]:
    file = tmp_path / "aliases.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return aliases_of(file)


def test_a_file_of_aliases_is_read(tmp_path):
    content = "# mine\nSteve Witkoff: [Trump's envoy, Whitkoff]\nthe Kremlin:\n- Moscow\nNo: 'Yes'\n2024: [off, 1.0]\n"
    assert read(tmp_path, content) == read(tmp_path, b"\xef\xbb\xbf" + content.encode())
    assert read(tmp_path, content) == {
        **{"Trump's envoy": "Steve Witkoff", "Whitkoff": "Steve Witkoff", "Moscow": "the Kremlin"},
        **{"Yes": "No", "off": "2024", "1.0": "2024"},
    }  # a name is a text as it is written


EXPECTED = r"expected a mapping of a name to the list of its variants, such as `Steve Witkoff: \[Trump's envoy\]`"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", r"aliases.yaml: there is nothing in it; " + EXPECTED),
        ("- Witkoff\n", r"aliases.yaml, line 1: .*; got a list"),
        ("Witkoff\n", r"aliases.yaml, line 1: .*; got the text 'Witkoff'"),
        ("A: [x\nB: y\n", r"aliases.yaml, line 2: not valid YAML \("),
        ("A: [x]\nB: {y: z}\n", r"aliases.yaml, line 2: .*; got a mapping under 'B'"),
        ("A: [x]\nB:\n- y\n- [z]\n", r"aliases.yaml, line 4: .*; got a list under 'B'"),
        ("A: [x]\nB:\n", r"aliases.yaml, line 2: .*; got nothing under 'B'"),
        ("A: [x]\n\nB: [y, x]\n", r"aliases.yaml, line 3: 'x' is a variant of 'B' here and of 'A' in line 1; list it"),
        ("A: [the Kremlin]\nB: [Kremlin]\n", r"aliases.yaml, line 2: 'Kremlin' is a variant of 'B' here and of 'A'"),
        ("A: [B]\nB: [c]\n", r"aliases.yaml, line 2: 'B' is a variant of 'B' here and of 'A' in line 1"),
        ("A: [x]\nA: [y]\n", r"aliases.yaml, line 2: 'A' stands twice, first in line 1; make it one"),
        ("A: ['  ']\n", r"aliases.yaml, line 1: a blank name; "),
        ("? [a, b]\n: c\n", r"aliases.yaml, line 1: .*; got a list as a name"),
        (b"A: [caf\xe9]\n", r"aliases.yaml: not UTF-8 \(byte 7\); save it as UTF-8"),
        ("A: [\x00]\n", r"aliases.yaml.*: not valid YAML"),
        ("A: " + "[" * 5000, r"aliases.yaml, line 1: nested deeper than 20 levels"),
        ("A: &a [x]\nB: *a\n", r"aliases.yaml, line 1: anchors and merge keys are not read"),
    ],
)
def test_aliases_that_cannot_be_used_are_one_line_with_the_place(tmp_path, content, told):
    with pytest.raises(InputError, match=told) as caught:
        read(tmp_path, content)
    assert len(str(caught.value).splitlines()) == 1


def test_aliases_from_elsewhere_are_checked_alike(tmp_path):
    with pytest.raises(InputError, match=r"gone.yaml: no such file"):
        aliases_of(tmp_path / "gone.yaml")
    with pytest.raises(InputError, match=r"cannot be read \(Is a directory\)"):
        aliases_of(tmp_path)
    with pytest.raises(InputError, match=r"aliases: expected a mapping .*; got list"):
        aliases_of([("A", "b")])
    with pytest.raises(InputError, match=r"aliases, 'A': expected .*; among the variants is 5"):
        aliases_of({"A": [5]})
    with pytest.raises(InputError, match=r"aliases, 5: expected"):
        aliases_of({5: ["a"]})
    with pytest.raises(InputError, match=r"aliases, 'B': 'x' is a variant of 'B' here and of 'A'"):
        aliases_of({"A": ["x"], "B": ["x"]})
    assert aliases_of({"A": "x"}) == {"x": "A"}
    assert aliases_of(None) == {}
