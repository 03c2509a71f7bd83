"""Documents: the text and the sentences inside .txt, .md and .html files."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from framing.errors import InputError
from framing.records import Sentence
from framing.text.segment import segment

_LONG_TAG = re.compile(r"<([A-Za-z][\w:-]*)[^<>]{400,}>")
_ATTRIBUTES = 200
_LONGEST_TEXT = 9_000_000  # characters that trafilatura's own parser surely takes
_PAGES = (".html", ".htm")
DOCUMENT_SUFFIXES = (".txt", ".md", *_PAGES)


def document_sentences(
    content: str, suffix: str, name: str = "", doc_id: str = "", *, all_lines: bool = True
) -> list[Sentence]:
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
    all_lines
        As of ``segment``.

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
    sentences = segment(document_text(content, suffix, name), doc_id, all_lines=all_lines)
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
    # Of thousands of attributes each is compared with each other one; the text needs none of them.
    content = _LONG_TAG.sub(lambda tag: tag[0] if len(tag[0].split()) <= _ATTRIBUTES else f"<{tag[1]}>", content)
    options = {"include_comments": False, "include_tables": False, "favor_recall": True}
    text = trafilatura.extract(_page(content), **options) or trafilatura.html2txt(_page(content))
    if not text or not text.strip():
        raise InputError(f"{name}: no text found in this HTML page")
    return str(text)


def _page(content: str) -> Any:
    """Return a page as trafilatura takes it: parsed already where a paragraph may be too long for its own parser."""
    if len(content) < _LONGEST_TEXT:
        return content
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    return html.fromstring(content.encode(errors="replace"), parser=parser)
