"""What is kept of a text that may not be shared: a digest that finds it again, and a sketch that finds it edited."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from framing.measure.matching import normalised

BITS = 64  # of a sketch
DIGITS = 64  # of a digest
SHORT_DIGITS = 32  # of the digest of a context, which only has to be found, and need not be as long
# With fewer words each of them would shape so many of the bits that one could be guessed from them.
SKETCHED_WORDS = 10
_WORD = re.compile(r"\w+")
_REMEMBERED = 2_000  # characters of a text; whole articles would fill the memory


def plain(text: str) -> str:
    r"""Return the form of a text that its digest is of.

    That is Unicode's NFKC with plain quotes and dashes, runs of spaces and line breaks as one space, no spaces at the
    ends, no invisible characters (``measure.matching.normalised``). Case, words and stops stay as they are.

    Examples
    --------
    >>> plain("He\xa0said:\n“ﬁne”  – and left… ")
    'He said: "fine" - and left...'
    """
    return _plain(text) if len(text) <= _REMEMBERED else _plain.__wrapped__(text)


@lru_cache(maxsize=10_000)
def _plain(text: str) -> str:
    # What NFKC would take apart (a prime, an accent that stands for an apostrophe) is made plain before.
    text = normalised(text)
    return text if text.isascii() else normalised(unicodedata.normalize("NFKC", text))


@dataclass(frozen=True)
class Digester:
    """Makes the digests and sketches of one file of codes.

    Parameters
    ----------
    salt
        A secret that whoever hydrates has to know too. Empty: none, and whoever guesses a whole sentence can check it.

    Examples
    --------
    >>> Digester().digest("It rains.") == Digester().digest(" It  rains. ")
    True
    >>> Digester().digest("It rains.") == hashlib.sha256(b"It rains.").hexdigest()
    True
    >>> Digester("a secret of ours").digest("It rains.")[:12]
    '0ed22deb5761'
    """

    salt: str = ""

    @property
    def kind(self) -> str:
        """What a digest is: ``sha256`` of the plain text in UTF-8, or its ``hmac`` (HMAC-SHA256, the salt as key)."""
        return "hmac" if self.salt else "sha256"

    @property
    def _salt_bytes(self) -> bytes:
        return unicodedata.normalize("NFC", self.salt).encode("utf-8", "surrogateescape")

    def digest(self, text: str) -> str:
        """Return the digest of a text as 64 hexadecimal digits."""
        return self.of_plain(plain(text))

    def short(self, text: str) -> str:
        """Return the first 32 digits of the digest, by which a text is looked up."""
        return self.digest(text)[:SHORT_DIGITS]

    def of_plain(self, text: str) -> str:
        """Return the digest of a text that is plain already."""
        content = text.encode("utf-8", "surrogatepass")
        if self.salt:
            return hmac.digest(self._salt_bytes, content, "sha256").hex()
        return hashlib.sha256(content).hexdigest()

    def sketch(self, text: str) -> str:
        """Return a sketch of the words of a text as 16 hexadecimal digits; empty where it has too few words.

        It is a MinHash of one bit a permutation, of the set of words in lower case: two texts agree in about
        ``(1 + J) / 2`` of 64 bits, where ``J`` is the share of words that they have in common (Jaccard's index).
        No bit belongs to a word, but all together say 64 bits about the sentence, in which guesses can be tried.

        References
        ----------
        Broder, *On the resemblance and containment of documents*, 1997; Li and König, *b-bit minwise hashing*, 2010.
        """
        words = set(_WORD.findall(plain(text).casefold()))
        if len(words) < SKETCHED_WORDS:
            return ""
        lowest = np.min([_values(self._salt_bytes, word) for word in sorted(words)], axis=0)
        return np.packbits((lowest & 1).astype(np.uint8)).tobytes().hex()


def bits(sketch: str) -> str:
    """Return a sketch as text of zeros and ones.

    Examples
    --------
    >>> bits("8000000000000001").count("1")
    2
    """
    return f"{int(sketch, 16):0{BITS}b}"


@lru_cache(maxsize=100_000)
def _values(key: bytes, word: str) -> NDArray[np.uint32]:
    """Return a word's number in each of the permutations, shape (BITS,)."""
    content = len(key).to_bytes(4, "big") + key + word.encode("utf-8", "surrogatepass")
    return np.frombuffer(hashlib.shake_256(content).digest(4 * BITS), dtype="<u4")
