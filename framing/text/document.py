"""Documents: the text and the sentences inside .txt, .md and .html files."""

from __future__ import annotations

from dataclasses import replace

from framing.errors import InputError
from framing.records import Sentence
from framing.text.segment import segment

_PAGES = (".html", ".htm")
DOCUMENT_SUFFIXES = (".txt", ".md", *_PAGES)


def document_sentences(content: str, suffix: str, name: str = "", doc_id: str = "") -> list[Sentence]:
    """Return the sentences of a document.

    Parameters
    ----------
    content
        What the file holds.
    suffix
        Its ending, such as ``".html"``.
    name
        Its name, for the error.
    doc_id
        Stored in each sentence.

    Returns
    -------
    list of Sentence
        ``content[s.start:s.end] == s.text``; of an HTML page, whose text stands nowhere in the file as it is read,
        ``start`` and ``end`` are ``None``.

    Raises
    ------
    InputError
        A page holds no text.
    """
    sentences = segment(document_text(content, suffix, name), doc_id)
    if suffix.lower() in _PAGES:
        return [replace(sentence, start=None, end=None) for sentence in sentences]
    return sentences


def document_text(content: str, suffix: str, name: str = "") -> str:
    """Return the text of a document; of an HTML page its main text, without navigation and footers.

    Parameters and errors are those of ``document_sentences``.
    """
    if suffix.lower() not in _PAGES:
        return content
    import trafilatura

    if "<html" not in content.lower():  # a fragment would be refused
        content = f"<html>{content}</html>"
    options = {"include_comments": False, "include_tables": False, "favor_recall": True}
    text = trafilatura.extract(content, **options) or trafilatura.html2txt(content)
    if not text or not text.strip():
        raise InputError(f"{name}: no text found in this HTML page")
    return str(text)
