"""Look at coded sentences before training on them: what is in them, and what is wrong with them."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from framing.codebook import Codebook
from framing.corpus.columns import hint_of_labels
from framing.periods import iso_date
from framing.records import CODER_COLUMNS, Sentence

SHINGLE = 10  # words in a row that two documents do not share by chance
_DECADE = re.compile(r"\d{3}0s")  # said on purpose, though no period is that long
_SKELETON_LIMIT = 3  # sentences that may have one skeleton


def errors_in(sentences: Sequence[Sentence], codebook: Codebook | None = None) -> list[str]:
    """Return what must be mended: one text that one coder gave different frames, and codes that are not read.

    With a codebook, columns that have its frames as names, or in their cells, are looked for where no row is coded for
    frames.
    """
    found = []
    if (
        codebook is not None
        and all(s.frames is None for s in sentences)
        and (hint := hint_of_labels(sentences, codebook))
    ):
        found.append(f"no row is coded for frames, and {hint}")
    frames: dict[tuple[str, str], dict[tuple[str, ...], int]] = defaultdict(dict)
    for number, sentence in enumerate(sentences, 1):
        if sentence.frames is not None:
            key = " ".join(words_of(sentence.text)), _coded_by(sentence)
            frames[key].setdefault(tuple(sorted(sentence.frames)), number)
    found += [
        f"rows {_listed(codes.values())}: the same text with different frames{_first_text(sentences, codes.values())}"
        for codes in frames.values()
        if len(codes) > 1
    ]
    return found


def remarks_on(sentences: Sequence[Sentence]) -> list[str]:
    """Return what may be meant, and is good to know before a training.

    Looked for are texts coded twice by one coder for the same target, near duplicates that are not in one group (ten
    words in a row shared), skeletons (words masked that vary) used over three times by more than one text, and dates
    of which nobody can tell the month.
    """
    found = []
    rows: dict[tuple[str, str | None, str], list[int]] = defaultdict(list)
    shingles: dict[str, list[int]] = defaultdict(list)
    skeletons: dict[str, list[int]] = defaultdict(list)
    for number, sentence in enumerate(sentences, 1):
        words = words_of(sentence.text)
        rows[" ".join(words), sentence.target, _coded_by(sentence)].append(number)
        for start in range(len(words) - SHINGLE + 1):
            shingles[" ".join(words[start : start + SHINGLE])].append(number)
        if sentence.frames is not None and len(words) >= 8:
            skeletons[_skeleton(sentence.text)].append(number)
    for (_, target, _), numbers in rows.items():
        if len(numbers) > 1:
            said = f" and target {target!r}" if target else ""
            found.append(f"rows {_listed(numbers)}: the same text{said}{_first_text(sentences, numbers)}")
    found += _sharing_words(sentences, shingles)
    for skeleton, numbers in skeletons.items():
        # One group may hold paraphrases and minimal pairs of one sentence.
        groups = {_group(sentences[number - 1], number) for number in numbers}
        texts = {" ".join(words_of(sentences[number - 1].text)) for number in numbers}
        if len(numbers) > _SKELETON_LIMIT and len(groups) > 1 and len(texts) > 1:
            found.append(f"rows {_listed(numbers)}: one skeleton {len(numbers)} times: '{skeleton}'")
    if unread := [
        number
        for number, s in enumerate(sentences, 1)
        if s.date and iso_date(s.date) is None and not _DECADE.fullmatch(s.date)
    ]:
        found.append(
            f"rows {_listed(unread)}: a date that cannot be read, {sentences[unread[0] - 1].date!r}; write it as "
            "2026-03-31, 2026-03, 2026 or 31.03.2026, else years, months and split=time leave these rows out"
        )
    return found


def _sharing_words(sentences: Sequence[Sentence], shingles: Mapping[str, Sequence[int]]) -> list[str]:
    """Return the rows of different groups that share words: those of one template are one line."""
    together: dict[int, set[int]] = {}
    shared: dict[int, str] = {}
    for shingle, numbers in shingles.items():
        for one, other in combinations(sorted(set(numbers))[:20], 2):
            apart = _group(sentences[one - 1], one) != _group(sentences[other - 1], other)
            same = words_of(sentences[one - 1].text) == words_of(sentences[other - 1].text)
            if not apart or same or together.get(one, {one}) is together.get(other):
                continue
            merged = together.get(one, {one}) | together.get(other, {other})
            together |= dict.fromkeys(merged, merged)
            shared.setdefault(min(merged), shingle)
    clusters = {id(rows): sorted(rows) for rows in together.values()}
    return [
        f"rows {' and '.join(map(str, rows)) if len(rows) == 2 else _listed(rows)}: {SHINGLE} words shared across "
        f"groups: '{shared[rows[0]]}'"
        for rows in clusters.values()
    ]


def _coded_by(sentence: Sentence) -> str:
    """Return who coded a row, where a column says so: coders may differ, and one coder should not."""
    return next((str(sentence.extra[name]) for name in CODER_COLUMNS if sentence.extra.get(name)), "")


def _first_text(sentences: Sequence[Sentence], numbers: Iterable[int]) -> str:
    return f": {_fitted(sentences[next(iter(numbers)) - 1].text)!r}"


def describe_sentences(sentences: Sequence[Sentence], codebook: Codebook) -> str:
    """Return what is in coded data as text: labels, pairs, stances, targets, lengths, columns of few values."""
    coded = [s for s in sentences if s.frames is not None]
    groups = {_group(sentence, number) for number, sentence in enumerate(sentences)}
    lines = [f"{len(sentences):,} rows, {len(coded):,} coded for frames, {len(groups):,} groups", ""]
    sets = frame_sets(sentences, codebook)
    frames: Counter[str] = Counter(dict.fromkeys(codebook.frame_names, 0))
    for labels, count in sets.items():
        frames.update(dict.fromkeys(labels, count))
    none = [] if codebook.exclusive else [("none", sets[()])]
    lines += _counted("frames", [*frames.items(), *none] if coded else [], len(coded))
    several = [(" + ".join(labels), count) for labels, count in sets.most_common() if len(labels) > 1]
    lines += _counted("several frames", several, len(coded))
    with_stance = [s for s in sentences if s.stance is not None]
    stances: Counter[str | None] = Counter(dict.fromkeys(codebook.stance_names, 0))
    stances.update(s.stance for s in with_stance)
    lines += _counted("stance", stances.items() if with_stance else [], len(with_stance))
    targets = Counter(s.target for s in with_stance if s.target)
    if targets:
        again = sum(count > 1 for count in targets.values())
        lines += [f"targets: {len(targets):,} different, {again:,} of them more than once", ""]
        lines += _counted("stance by framed or not", _stance_by_frame(sentences), len(with_stance))
    lengths = [len(s.text.split()) for s in sentences]
    if lengths:
        low, *_, high = statistics.quantiles(lengths if len(lengths) > 1 else lengths * 2, n=20, method="inclusive")
        lines += [f"words: median {statistics.median(lengths):g}, 5 % under {low:g}, 5 % over {high:g}", ""]
    for name in ("source", "holder"):
        values = Counter(getattr(s, name) for s in sentences if getattr(s, name))
        lines += _counted(f"{name} ({len(values):,} values)", values.most_common(12), len(sentences)) if values else []
    for name in sorted({name for s in sentences for name in s.extra}):
        values = Counter(str(s.extra[name]) for s in sentences if s.extra.get(name) not in (None, ""))
        if len(values) <= max(60, len(sentences) // 20):
            lines += _counted(f"{name} ({len(values):,} values)", values.most_common(12), len(sentences))
    return "\n".join(lines).rstrip() + "\n"


def frame_sets(sentences: Iterable[Sentence], codebook: Codebook) -> Counter[tuple[str, ...]]:
    """Count the sets of frames of coded sentences, in whatever order each lists its frames.

    A set is named in the codebook's order; frames that are not in the codebook follow by name.

    Examples
    --------
    >>> book = Codebook.from_dict({"name": "weather", "frames": ["rain", "sun"]})
    >>> rows = [Sentence("a", frames=("sun", "rain")), Sentence("b", frames=("rain", "sun")), Sentence("c", frames=())]
    >>> dict(frame_sets(rows, book))
    {('rain', 'sun'): 2, (): 1}
    """
    order = {name: i for i, name in enumerate(codebook.frame_names)}
    return Counter(
        tuple(sorted(set(s.frames), key=lambda name: (order.get(name, len(order)), name)))
        for s in sentences
        if s.frames is not None
    )


def _stance_by_frame(sentences: Sequence[Sentence]) -> list[tuple[str, int]]:
    # A further target of a sentence stands on a line of its own, without the frames.
    frames_of = {s.text: s.frames for s in sentences if s.frames is not None}
    kinds = Counter(
        f"{'framed' if frames_of[s.text] else 'without a frame'}, {s.stance}"
        for s in sentences
        if s.stance is not None and s.text in frames_of
    )
    return sorted(kinds.items())


def _counted(title: str, counts: Iterable[tuple[str | None, int]], total: int) -> list[str]:
    rows = [(_fitted(str(name)), count) for name, count in counts]
    if not rows:
        return []
    width = max(len(name) for name, _ in rows)
    body = [f"  {name:<{width}}  {count:>7,}  {count / max(total, 1):>5.1%}" for name, count in rows]
    return [f"{title}:", *body, ""]


def _fitted(text: str, length: int = 72) -> str:
    """Return a text that fits into a line of a terminal: long ones lose their end."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1]}…"


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, without punctuation."""
    return re.findall(r"\w+", text.lower())


def _skeleton(text: str) -> str:
    """Mask names and numbers, the slots of a template."""
    masked = re.sub(r"(?<!^)\b[A-Z][\w'’-]*(?:\s+[A-Z][\w'’-]*)*", "X", text)
    return re.sub(r"\d[\d.,]*", "0", masked).lower()


def _group(sentence: Sentence, number: int) -> str | int:
    """Return what the sentence belongs to; with neither group nor document, it is its own group."""
    return sentence.group or sentence.doc_id or number


def _listed(numbers: Iterable[int]) -> str:
    numbers = list(numbers)
    return ", ".join(map(str, numbers[:6])) + (f" and {len(numbers) - 6} more" if len(numbers) > 6 else "")
