"""A first codebook from coded rows: the labels that stand there, how often, and sentences that have them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import yaml

from framing.codebook import Codebook
from framing.errors import InputError
from framing.records import Sentence

_EXAMPLE = 200  # characters of a sentence that is short enough for an example


@dataclass
class _Drafted:
    spellings: Counter[str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)


def draft_codebook(name: str, sentences: Sequence[Sentence], examples: int = 2) -> str:
    """Return the YAML of a codebook with the labels of coded rows, the most frequent first.

    Parameters
    ----------
    name
        What it is called.
    sentences
        Rows, read without a codebook. Spellings that differ in case and space alone are one label.
    examples
        How many sentences are shown for each label.

    Raises
    ------
    InputError
        No row has a label.
    CodebookError
        A label has no letter to make a name of, or two would have one name.

    Examples
    --------
    >>> rows = [Sentence("It rains.", frames=("Heavy rain",)), Sentence("It pours.", frames=("heavy rain",))]
    >>> Codebook.from_dict(yaml.safe_load(draft_codebook("weather", rows))).frame_called("HEAVY RAIN")
    'Heavy_rain'
    """
    coded = [s for s in sentences if s.frames is not None]
    frames = _drafted((s.text, s.frames or ()) for s in coded)
    stances = _drafted((s.text, (s.stance,)) for s in sentences if s.stance)
    if not frames:
        raise InputError(f"{name}: no row has a label in 'frames'; name its column with --column frames=NAME")
    exclusive = all(len(s.frames or ()) == 1 for s in coded)
    counted = f"{len(coded):,} of {len(sentences):,} rows are coded"
    lines = [
        f"# A draft: {counted}. Say what each label means, and what it does not.",
        f"name: {_yaml(name)}",
        f"exclusive: {str(exclusive).lower()}  # "
        + ("each coded row has exactly one" if exclusive else "a row may have several, or none"),
        "frames:",
        *_labels(frames, examples),
    ]
    if len(stances) > 1:
        lines += ["stance:", *_labels(stances, examples)]
    draft = "\n".join(lines) + "\n"
    Codebook.from_dict(yaml.safe_load(draft))  # labels that cannot be told apart by a name are an error now
    return draft


def _drafted(rows: Iterable[tuple[str, Sequence[str]]]) -> dict[str, _Drafted]:
    found: defaultdict[str, _Drafted] = defaultdict(_Drafted)
    for text, labels in rows:
        for label in labels:
            drafted = found[" ".join(label.replace("_", " ").split()).casefold()]
            drafted.spellings[label] += 1
            drafted.texts.append(" ".join(text.split()))
    return dict(sorted(found.items(), key=lambda item: -item[1].spellings.total()))


def _labels(drafted: dict[str, _Drafted], examples: int) -> list[str]:
    lines = []
    for label in drafted.values():
        (spelling, _), *others = label.spellings.most_common()
        count = label.spellings.total()
        rows = f"{count:,} row{'s' if count > 1 else ''}"
        if spelling.strip("+-").replace(".", "", 1).isdigit():  # a code: what it stands for is not in the rows
            lines += [
                f"  label_{spelling.replace('.', '_')}:  # {rows}",
                f"    code: {_yaml(spelling)}",
                '    title: ""',
            ]
        else:
            lines.append(f"  {_yaml(spelling)}:  # {rows}")
        lines.append('    definition: ""')
        if others:
            lines.append(f"    also: [{', '.join(_yaml(other) for other, _ in others)}]")
        short = list(dict.fromkeys(text for text in label.texts if len(text) <= _EXAMPLE))[:examples]
        if short:
            lines += ["    examples:", *(f"      - {_yaml(text)}" for text in short)]
    return lines


def _yaml(text: str) -> str:
    """Return a text as one line of YAML, in quotes."""
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**6).strip()
