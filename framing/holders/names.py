"""One name an entity: "Witkoff", "Mr. Witkoff" and "Steve Witkoff" are one holder, over documents."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from framing.holders.forms import Form, form_of, initials, key_of

# Where nobody is attributed and the outlet is not known.
AUTHOR = "author"
# Whose a sentence is that is somebody's of whom only "they" or "some" is said, or nothing ("is reported to").
UNNAMED = "unnamed"

# A bare surname goes to a full name that no document around it has where this share of the documents with such a
# full name means the same person.
_SAME_PERSON = 0.8
_GIVEN = re.compile(r"\(([A-Z](?:\.?[A-Z]){1,6}\.?)\)")
_LONGEST_NAME = 10  # words before an acronym in brackets
# With these words it is another office, not a fuller name of the same one.
_OTHER_OFFICE = frozenset(("former", "ex", "vice", "deputy", "acting", "opposition", "rival", "shadow"))


def unified(
    names: Sequence[str],
    documents: Sequence[str],
    aliases: Mapping[str, str] | None = None,
    acronyms: Mapping[str, Mapping[str, str]] | None = None,
) -> list[str]:
    """Return for each mention the one name of whom it means.

    Articles, courtesy titles, possessive endings and the case of letters make no difference. A surname, or a title
    with one, means the person whose full name stands in the same document; where two of one surname do, it is told by
    the title, else left as it stands. In a document without the full name it means the person whom (nearly) all other
    documents mean. An acronym means the name that a document puts before it, or whose initials it has. "The
    intelligence services" are the "European intelligence services" where these are the only ones in the document.

    Parameters
    ----------
    names
        The mentions, in order.
    documents
        The document of each, as many as names; ``""`` is a mention without a document around it.
    aliases
        A name by a variant, as ``aliases_of`` gives them: overrules all else.
    acronyms
        By document, full names by the acronym that is given there ("the European Central Bank (ECB)").

    Returns
    -------
    list of str
        As many as names; the same for the same names, documents and aliases.

    Examples
    --------
    >>> unified(["Steve Witkoff", "Mr. Witkoff", "Witkoff", "the Kremlin", "Kremlin"], ["a", "a", "b", "b", "c"])
    ['Steve Witkoff', 'Steve Witkoff', 'Steve Witkoff', 'the Kremlin', 'the Kremlin']
    >>> unified(["Bill Clinton", "Hillary Clinton", "Clinton"], ["a", "b", "b"])
    ['Bill Clinton', 'Hillary Clinton', 'Hillary Clinton']
    >>> unified(["Trump's envoy", "Steve Witkoff"], ["a", "a"], {"Trump's envoy": "Steve Witkoff"})
    ['Steve Witkoff', 'Steve Witkoff']
    """
    forms = [form_of(name) for name in names]
    homes = [document or f"\0{number}" for number, document in enumerate(documents)]
    by_document: dict[str, list[Form]] = defaultdict(list)
    for form, home in zip(forms, homes, strict=True):
        by_document[home].append(form)
    within = {home: _Document(of_home, (acronyms or {}).get(home, {})) for home, of_home in by_document.items()}
    corpus = _Corpus(within.values())
    meant: dict[tuple[str, Form], str] = {}
    for form, home in zip(forms, homes, strict=True):
        if (home, form) not in meant:
            meant[home, form] = within[home].meant(form) or corpus.meant(form)
    keys = [meant[home, form] for form, home in zip(forms, homes, strict=True)]
    shown = _written_names(forms, keys, within.values())
    chosen = names_by_key(aliases or {})
    return [
        chosen.get(form.key) or chosen.get(key) or chosen.get(key_of(shown[key])) or shown[key]
        for form, key in zip(forms, keys, strict=True)
    ]


def acronyms_in(text: str) -> dict[str, str]:
    """Return the names that a text puts before their acronym in brackets.

    Examples
    --------
    >>> acronyms_in("The Bank of Ferns (BOF) and the European Central Bank (ECB) met in Rome (Italy).")
    {'BOF': 'Bank of Ferns', 'ECB': 'European Central Bank'}
    """
    found: dict[str, str] = {}
    for match in _GIVEN.finditer(text):
        letters = match.group(1).replace(".", "")
        words = re.findall(r"[\w.’'&-]+", text[max(0, match.start() - 200) : match.start()])[-_LONGEST_NAME:]
        for first in reversed(range(len(words) - 1)):
            name = " ".join(words[first:])
            if words[first][0].isupper() and letters.casefold() in initials(name):
                found.setdefault(letters, re.sub(r"^The ", "", name))
                break
    return found


@dataclass(frozen=True)
class _Acronym:
    """A name that an acronym is given for, which may be no holder itself."""

    key: str
    text: str


class _Document:
    """Whom the mentions of one document mean, as far as it says."""

    def __init__(self, forms: Sequence[Form], acronyms: Mapping[str, str]) -> None:
        self.people = {form.key: form for form in forms if form.is_full_name}
        self.things = {form.key: form for form in forms if not form.is_person and " " in form.key}
        self.given = {key_of(short): _Acronym(key_of(name), name) for short, name in acronyms.items()}
        self._titles: dict[str, set[str]] = defaultdict(set)
        for form in forms:
            if form.is_full_name and form.title:
                self._titles[form.title].add(form.key)
        self._open: set[str] = set()

    def meant(self, form: Form) -> str | None:
        """Return the key of whom a mention means; its own where the document has several, ``None`` where none."""
        if form.is_full_name:
            longer = [key for key, other in self.people.items() if _ends_with(other, form)]
            return longer[0] if len(longer) == 1 else form.key
        if form.is_acronym:
            if form.key in self.given:
                return self.given[form.key].key
            named = [key for key in (*self.things, *self.people) if form.key in initials(key)]
            return named[0] if len(named) == 1 else None
        if form.is_person:
            people = people_called(form, self.people)
            by_title = [key for key in people if key in self._titles.get(form.title, ())]
            for found in (people, by_title):
                if len(found) == 1:
                    return found[0]
            return form.key if people else None
        longer = [key for key, other in self.things.items() if _is_fuller(other, form)]
        longest = [key for key in longer if not any(other.endswith(f" {key}") for other in longer)]
        return longest[0] if form.article == "the" and len(longest) == 1 else form.key


class _Corpus:
    """Whom a mention means that its own document does not explain."""

    def __init__(self, documents: Iterable[_Document]) -> None:
        self.counts: Counter[str] = Counter()
        self.people: dict[str, Form] = {}
        self.acronyms: dict[str, set[str]] = defaultdict(set)
        for document in documents:
            self.counts.update(document.people.keys())
            self.people.update(document.people)
            for short, name in document.given.items():
                self.acronyms[short].add(name.key)
            for key in (*document.things, *document.people):
                for short in initials(key):
                    self.acronyms[short].add(key)
        # Found by any of their words: a corpus may name thousands.
        self._by_word: dict[str, dict[str, Form]] = defaultdict(dict)
        for key, form in self.people.items():
            for word in form.words:
                self._by_word[word][key] = form

    def meant(self, form: Form) -> str:
        """Return the key of whom a mention means; its own where that is not clear."""
        if form.is_acronym:
            named = self.acronyms.get(form.key, set())
            return next(iter(named)) if len(named) == 1 else form.key
        if not form.is_person or not form.words:
            return form.key
        people = people_called(form, self._by_word.get(form.words[-1], {}))
        total = sum(self.counts[key] for key in people)
        likely = [key for key in people if self.counts[key] >= _SAME_PERSON * total]
        return likely[0] if len(likely) == 1 else form.key


def people_called(form: Form, people: Mapping[str, Form]) -> list[str]:
    """Return the full names, of some, that somebody goes by who is called so: by the last words, else by the first.

    Examples
    --------
    >>> people = {form.key: form for form in map(form_of, ["Ann Lund", "Xi Jinping", "Israel Katz"])}
    >>> [people_called(form_of(name), people) for name in ("Lund", "Mr. Xi", "Israel")]
    [['ann lund'], ['xi jinping'], []]
    """
    if form.is_place:
        return []
    last = [key for key, other in people.items() if _ends_with(other, form)]
    if last:
        return last
    n = len(form.words)
    return [key for key, other in people.items() if len(other.words) > n and other.words[:n] == form.words]


def _ends_with(other: Form, form: Form) -> bool:
    n = len(form.words)
    return len(other.words) > n and other.words[-n:] == form.words


def _is_fuller(other: Form, form: Form) -> bool:
    """Whether a name ends with all of another, and the words before make it no other office."""
    if not other.key.endswith(f" {form.key}"):
        return False
    more = re.split(r"[\s-]", other.key.removesuffix(form.key).strip())
    return len(more) <= 3 and not _OTHER_OFFICE.intersection(more) and not any(word in more for word in ("of", "and"))


def _written_names(forms: Sequence[Form], keys: Sequence[str], documents: Iterable[_Document]) -> dict[str, str]:
    """Return the name that each key goes by: as it is written most often, in full where it is."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for form, key in zip(forms, keys, strict=True):
        # A mention that means another name does not say how that is written.
        spellings[key].update([form.text] if form.key == key else [])
    for document in documents:
        for given in document.given.values():
            if given.key in spellings and not spellings[given.key]:
                spellings[given.key][given.text] += 1
    return {key: _likeliest(counts) if counts else key for key, counts in spellings.items()}


def _likeliest(counts: Counter[str]) -> str:
    small = {text for text in counts if text[:1].islower()}

    def rank(text: str) -> tuple[bool, int, bool, str]:
        # A word that is also written small has its capital from the beginning of a sentence.
        opens = f"{text[:1].lower()}{text[1:]}" in small and text not in small
        return opens, -counts[text], not text.startswith("the "), text

    # A title is shown only where the name never stands without one ("Pope Francis").
    bare = [text for text in counts if form_of(text).title == ""]
    return min(bare or counts, key=rank)


def names_by_key(aliases: Mapping[str, str]) -> dict[str, str]:
    """Return names by the keys of their variants; a name is its own variant.

    Examples
    --------
    >>> names_by_key({"the Kremlin": "Moscow"})
    {'moscow': 'Moscow', 'kremlin': 'Moscow'}
    """
    own = {key_of(name): name for name in aliases.values()}
    return own | {key_of(variant): name for variant, name in aliases.items()}
