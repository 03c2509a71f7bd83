"""Lists of sentences: headlines or posts, one a line."""

from __future__ import annotations

import re

from framing.errors import InputError
from framing.records import Sentence
from framing.text.segment import MAX_CHARACTERS

_LINE = re.compile(r"[^\r\n]+")
_END = re.compile(r"\r\n|\r|\n")
# Neither a space nor a byte order mark is part of a sentence; a hash may be: posts begin with one.
_EDGES = re.compile(r"^[\s\ufeff\u200b]+|[\s\ufeff\u200b]+$")


def lines(text: str, doc_id: str = "", name: str = "") -> list[Sentence]:
    r"""Take each line for a sentence, whatever its case or stop; lines without a letter are left out.

    Parameters
    ----------
    text
        The list.
    doc_id
        Name of the list, stored in each sentence.
    name
        What it is called in the error.

    Returns
    -------
    list of Sentence
        In order, with ``text[s.start:s.end] == s.text``. No line is another's context.

    Raises
    ------
    InputError
        A line is longer than a sentence can be.

    Examples
    --------
    >>> [(s.text, s.position, s.start) for s in lines("port deal signed\n\n#Ferry is late\n")]
    [('port deal signed', 0, 0), ('#Ferry is late', 1, 18)]
    """
    sentences: list[Sentence] = []
    for line in _LINE.finditer(text):
        sentence = _EDGES.sub("", line.group())
        if not any(character.isalpha() for character in sentence):
            continue
        start = line.start() + line.group().index(sentence)
        if len(sentence) > MAX_CHARACTERS:
            number = len(_END.findall(text, 0, start)) + 1
            raise InputError(
                f"{name}, line {number}: {len(sentence):,} characters, a sentence has at most {MAX_CHARACTERS:,}; "
                "is it an article? Read it with --input-format text"
            )
        end = start + len(sentence)
        sentences.append(Sentence(text=sentence, doc_id=doc_id, position=len(sentences), start=start, end=end))
    return sentences
