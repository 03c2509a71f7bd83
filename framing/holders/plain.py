"""Read the sentences of a document without a parser: quotation marks and reporting verbs only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from framing.holders import words
from framing.holders.attribution import Candidate, Mention, Named, Reading
from framing.holders.context import Place, inherited, likeliest, place_features, speakers
from framing.holders.quotes import Quoted, quoted
from framing.text import english

_WORD = re.compile(r"\w[\w’'.-]*\w|\w")
_IRREGULAR = {
    **{"said": "say", "told": "tell", "thought": "think", "knew": "know", "known": "know", "felt": "feel"},
    **{"wrote": "write", "written": "write", "held": "hold", "saw": "see", "seen": "see", "found": "find"},
    **{"shown": "show", "meant": "mean", "understood": "understand", "sought": "seek", "swore": "swear"},
}
_STOP = english.FUNCTION_WORDS - words.STARTS
_PRONOUN = frozenset(["he", "she", "they", "it"])
_NAME = re.compile(r"[A-Z][\w’'-]*\.?(?: [A-Z][\w’'-]*\.?){0,3}")


def _verb_forms() -> dict[str, str]:
    forms = dict(_IRREGULAR)
    for verb in sorted(words.VERBS):
        stem = verb[:-1] if verb.endswith("e") else verb
        past = f"{verb[:-1]}ied" if re.search(r"[^aeiou]y$", verb) else f"{stem}ed"
        third = f"{verb[:-1]}ies" if re.search(r"[^aeiou]y$", verb) else f"{verb}s"
        for form in (verb, third, past, f"{stem}ing"):
            forms.setdefault(form, verb)
    return forms


FORMS = _verb_forms()


def readings(texts: Sequence[str], starts: Sequence[bool]) -> list[Reading]:
    """Return what is seen in each sentence of a document.

    Parameters
    ----------
    texts
        The sentences, in order.
    starts
        For each whether a paragraph starts there.
    """
    marks = quoted(texts, starts)
    own, places, named = [], [], []
    for number, (text, mark, speaker) in enumerate(zip(texts, marks, speakers(texts), strict=True)):
        found = list(_candidates(text, mark, number))
        own.append(found if speaker is None else [speaker, *found])
        strength, likely = likeliest(own[-1])
        named.append(tuple(_names_beside(text, mark, number)))
        names = [one.mention for one in named[-1] if one.mention.kind == "name" and not mark.mask[one.mention.start]]
        places.append(Place(text, mark, starts[number], strength, likely, tuple(names[:1])))
    return [
        Reading((*own[number], *inherited(number, places)), place_features(number, places), named[number])
        for number in range(len(texts))
    ]


def _candidates(text: str, mark: Quoted, number: int) -> Iterator[Candidate]:
    tokens = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]
    for at, (word, start, end) in enumerate(tokens):
        lemma = FORMS.get(word.lower())
        if lemma is not None:
            shared = _cue_features(text, mark, start, end, lemma)
            for way, mention in (
                ("before", _before(text, tokens, at, number)),
                ("behind", _behind(text, tokens, at, number)),
            ):
                if mention is not None:
                    yield Candidate(mention, word, {**shared, **_of_the_speaker(mention, mark), f"way_{way}": 1.0})
        elif word.lower() == "according" and text[end : end + 4] == " to ":
            mention = _behind(text, tokens, at + 1, number)
            if mention is not None:
                rest = 1 - (mention.end - start) / len(text)
                features = {"kind_according": 1.0, "content": rest, **_of_the_speaker(mention, mark)}
                yield Candidate(mention, "according to", features)


def _cue_features(text: str, mark: Quoted, start: int, end: int, lemma: str) -> dict[str, float]:
    after = (len(text) - end) / len(text)
    around = text[max(0, start - 30) : end + 30]
    found = {
        "kind_verb": 1.0,
        f"lemma_{lemma}": 1.0,
        "content": max(after, 1 - after),
        "clause": after if text[end : end + 6] == " that " else 0.0,
        "content_quoted": mark.share(),
        "text_after": after,
        "cue_quoted": float(mark.mask[start]),
        "mark_near": float(any(one in around for one in '“”"')),
        f"tail_{'ing' if text[start:end].endswith('ing') else 'other'}": 1.0,
    }
    follows = text[end : end + 6]
    for name, is_there in (("that", follows == " that "), (",", follows[:1] == ","), (":", follows[:1] == ":")):
        if is_there:
            found[f"before_{name}"] = 1.0
    for name, group in (("say", words.SAY), ("think", words.THINK), ("fear", words.FEAR), ("want", words.WANT)):
        if lemma in group:
            found[f"class_{name}"] = 1.0
    if lemma in words.SURE:
        found["sure"] = 1.0
    return {name: value for name, value in found.items() if value}


def _before(text: str, tokens: Sequence[tuple[str, int, int]], at: int, number: int) -> Mention | None:
    last = at - 1
    while last >= 0 and (tokens[last][0].lower() in words.BETWEEN or tokens[last][0].endswith("ly")):
        last -= 1
    if last < 0 or "," in text[tokens[last][2] : tokens[at][1]]:
        return None
    first = last
    if tokens[last][0].lower() not in _PRONOUN:
        while first > 0 and last - first < 5 and text[tokens[first - 1][2] : tokens[first][1]].strip(" -") == "":
            before = tokens[first - 1][0].lower()
            if before in _STOP or before in FORMS or tokens[first][0].lower() in words.STARTS:
                break
            first -= 1
    return _mention(text, tokens, first, last, number)


def _behind(text: str, tokens: Sequence[tuple[str, int, int]], at: int, number: int) -> Mention | None:
    first = last = at + 1
    if first >= len(tokens) or text[tokens[at][2] : tokens[first][1]] != " ":
        return None
    is_named = tokens[first][0][0].isupper()
    if not (is_named or tokens[first][0].lower() in words.STARTS | _PRONOUN):
        return None
    while last + 1 < len(tokens) and last - first < 5 and text[tokens[last][2] : tokens[last + 1][1]] in (" ", ". "):
        word = tokens[last + 1][0]
        if word.lower() in _STOP or word.lower() in FORMS or (is_named and not word[0].isupper()):
            break
        last += 1
    return _mention(text, tokens, first, last, number)


def _mention(text: str, tokens: Sequence[tuple[str, int, int]], first: int, last: int, number: int) -> Mention | None:
    head = tokens[last][0]
    lower = head.lower()
    if lower in _STOP and lower not in _PRONOUN | {"who", "many", "others", "i", "we"}:
        return None
    if head[0].isupper() and lower not in words.PRONOUNS:
        for at in range(first, last):
            if tokens[at][0].lower() in english.TITLES:
                first = at + 1
        kind = "name"
    else:
        kind = "pronoun" if lower in words.PRONOUNS else "noun"
    start, end = tokens[first][1], tokens[last][2]
    if text[end - 2 : end] in ("'s", "’s"):
        return None
    return Mention(number, start, end, tokens[last][1], text[start:end], kind, "p" if lower.endswith("s") else "s")


def _of_the_speaker(mention: Mention, mark: Quoted) -> dict[str, float]:
    word = mention.text.split()[-1].lower()
    found = {f"who_{mention.kind}": 1.0, f"who_{word}": float(mention.kind != "name")}
    found["who_quoted"] = float(mark.mask[mention.head])
    found["who_document"] = float(word in words.DOCUMENTS)
    found["who_speaker"] = float(word.removesuffix("s") in english.SPEAKERS)
    return {name: value for name, value in found.items() if value}


def _names_beside(text: str, mark: Quoted, number: int) -> Iterator[Named]:
    found = []
    for match in _NAME.finditer(text):
        parts = list(_WORD.finditer(match.group()))
        while parts and (parts[0].group().lower() in english.FUNCTION_WORDS | english.TITLES):
            parts = parts[1:]
        if parts:
            start, end = match.start() + parts[0].start(), match.start() + parts[-1].end()
            titles = tuple(
                word.lower().rstrip(".")
                for word in text[:start].split()[-2:]
                if word.lower().rstrip(".") in english.TITLES
            )
            head = match.start() + parts[-1].start()
            found.append(Named(Mention(number, start, end, head, text[start:end].rstrip("'’"), "name", "s"), titles))
    for match in re.finditer(r"\b[Ss]?[Hh]e\b", text):
        if not mark.mask[match.start()]:
            mention = Mention(number, match.start(), match.end(), match.start(), match.group(), "pronoun", "s")
            found.append(Named(mention, (), True))
    yield from sorted(found, key=lambda one: one.mention.start)
