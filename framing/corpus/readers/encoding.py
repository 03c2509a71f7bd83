"""Bytes of a table become text: by a mark at their front, as UTF-8, or by a guess that is told."""

from __future__ import annotations

import codecs
import re
import unicodedata
import warnings

from framing.errors import FramingNote, InputError

# UTF-32 first: its little-endian mark begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Signs that texts of any language have where a spreadsheet writes no Unicode.
_SIGNS = "\u00a0¡£§«°»¿ªº·½€‚„…‘’“”•–—™©®"
_WESTERN = "àâäáãåæçèéêëìíîïñòóôöõøœùúûüßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜ"
_CENTRAL = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽäëôöüÄËÔÖÜßőűŐŰľĺŕĽăâîşţĂÂÎŞŢđĐ"
_TURKISH = "çğıöşüâîûÇĞİÖŞÜÂÎÛ"
# Encodings with one byte a letter, in the order of trust, and which letters stand for text rather than for a mistake.
_LATIN = (("cp1252", _WESTERN), ("mac_roman", _WESTERN), ("cp1254", _TURKISH), ("cp1250", _CENTRAL))
_OTHER_SCRIPTS = ["cp1251", "cp1253", "cp1255", "cp1256", "gb18030", "big5", "cp932", "cp949"]
_SHOWN = re.compile(r"\w*[^\x00-\x7f]+\w*")


def decoded(name: str, content: bytes, encoding: str | None = None, guess: bool = True) -> str:
    r"""Return the text of a table, without the mark at its front.

    Parameters
    ----------
    name
        What it is called in messages.
    content
        Its bytes.
    encoding
        What the user says it is; nothing is guessed then.
    guess
        Whether bytes that are no Unicode are what a spreadsheet writes; else they are an error.

    Raises
    ------
    InputError
        The bytes are not what they should be.

    Warns
    -----
    FramingNote
        It is not UTF-8.

    Examples
    --------
    >>> decoded("rows.csv", "\ufefftext\nIt rains.".encode())
    'text\nIt rains.'
    >>> decoded("rows.csv", "text\nCafé.".encode("cp850"), "cp850")
    'text\nCafé.'
    """
    if encoding is not None:
        return _strict(name, content, _codec(encoding))
    for mark, marked in _MARKS:
        if content.startswith(mark):
            if marked != "utf-8":
                _tell(name, marked.upper(), "by the mark at its front")
            return _strict(name, content, marked)
    if found := _utf_16(content):
        text = _strict(name, content, found)
        _tell(name, found.upper(), f"by its bytes; {_example(text)}")
        return text
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        if not guess or _is_damaged_utf_8(content):
            return _strict(name, content, "utf-8")
    return _guessed(name, content)


def _codec(encoding: str) -> str:
    try:
        found = codecs.lookup(encoding)
        if not found._is_text_encoding:  # rot13, base64
            raise LookupError
    except (LookupError, ValueError):
        raise InputError(
            f"--encoding {encoding}: unknown; expected such as utf-8, utf-16, cp1252, cp1250, mac_roman, gb18030"
        ) from None
    return found.name


def _strict(name: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        line = f"{name}, line {number}"
        said = f"not {encoding.upper()} (byte 0x{content[error.start]:02x})"
        if encoding == "utf-8" and _is_damaged_utf_8(content):
            raise InputError(
                f"{line}: {said}, though other letters are; mend it, or say what it is with --encoding"
            ) from None
        raise InputError(f"{line}: {said}; save the file as UTF-8 and try again") from None


def _utf_16(content: bytes) -> str | None:
    """Return which UTF-16 it is, where every other byte is a NUL, as of English text."""
    even, odd = content[::2].count(0), content[1::2].count(0)
    if (even + odd) * 4 <= len(content) or len(content) % 2 or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_damaged_utf_8(content: bytes) -> bool:
    """Whether most letters beyond ASCII stand there as UTF-8; by accident, few do."""
    text = content.decode("utf-8", "surrogateescape")
    broken = sum("\udc80" <= character <= "\udcff" for character in text)
    return sum(character > "\x7f" for character in text) >= 2 * broken


def _guessed(name: str, content: bytes) -> str:
    # The lines that tell: those with letters beyond ASCII.
    lines = b"\n".join([line for line in content.splitlines() if not line.isascii()][:2000])
    encoding = next((latin for latin, letters in _LATIN if _is_written(lines, latin, letters)), None)
    encoding = encoding or _most_likely(lines)
    try:
        text = content.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        return _strict(name, content, "utf-8")
    _tell(name, str(encoding), f"a guess; {_example(text)}")
    return text


def _is_written(lines: bytes, encoding: str, letters: str) -> bool:
    """Whether lines look like words of a language with these letters."""
    try:
        text = lines.decode(encoding)
    except UnicodeDecodeError:
        return False
    if not {character for character in text if character > "\x7f"} <= {*letters, *_SIGNS}:
        return False
    found = [character for character in text if character.isalpha()]
    if sum(character > "\x7f" for character in found) > 0.4 * len(found):
        return False
    return not any(_is_out_of_place(*three) for three in zip(text, text[1:], text[2:], strict=False))


def _is_out_of_place(before: str, character: str, after: str) -> bool:
    """Whether a capital or a sign stands between small letters."""
    if character <= "\x7f" or not (before.islower() and after.islower()):
        return False
    return character.isupper() or not (character.isalpha() or character in "’–—·")


def _most_likely(lines: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(lines, cp_isolation=_OTHER_SCRIPTS).best()
    if best is None:
        return None
    # Control characters and unassigned ones are no text.
    bad = any(unicodedata.category(sign) in ("Cc", "Cn", "Co") for sign in str(best) if sign > "\x7f")
    return None if bad else best.encoding


def _example(text: str) -> str:
    found = _SHOWN.search(text) or re.search(r"\w+", text)
    if found is None:
        return "has no word"
    return f"line {text.count(chr(10), 0, found.start()) + 1} has {found.group()[:30]!r}"


def _tell(name: str, encoding: str, why: str) -> None:
    warnings.warn(
        f"{name}: not UTF-8, read as {encoding} ({why}); if that is wrong: --encoding NAME", FramingNote, stacklevel=2
    )
