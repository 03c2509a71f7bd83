"""Documents: the text inside .txt, .md and .html files."""

from __future__ import annotations

from framing.errors import InputError

DOCUMENT_SUFFIXES = (".txt", ".md", ".html", ".htm")


def document_text(content: str, suffix: str, name: str = "") -> str:
    """Return the text of a document; of an HTML page its main text, without navigation and footers.

    Parameters
    ----------
    content
        What the file holds.
    suffix
        Its ending, such as ``".html"``.
    name
        Its name, for the error.

    Raises
    ------
    InputError
        A page holds no text.
    """
    if suffix.lower() not in (".html", ".htm"):
        return content
    import trafilatura

    if "<html" not in content.lower():  # a fragment would be refused
        content = f"<html>{content}</html>"
    options = {"include_comments": False, "include_tables": False, "favor_recall": True}
    text = trafilatura.extract(content, **options) or trafilatura.html2txt(content)
    if not text or not text.strip():
        raise InputError(f"{name}: no text found in this HTML page")
    return str(text)
