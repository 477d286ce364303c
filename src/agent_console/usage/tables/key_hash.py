"""64 bits of a row's key.

Rule: the hash is stored in every ledger; it must give the same number for ever, in every process.

An index of integers takes half the time and space of one of texts. Two texts may share a hash, so
whoever looks a row up compares its text as well.
"""

from _blake2 import blake2b  # hashlib loads OpenSSL, for nothing that is used here
from collections.abc import Collection
from struct import Struct, unpack

_new = blake2b(digest_size=8).copy
"""A copy takes half the time of a hash made with arguments, which counts with every response."""
_numbers = Struct(">q").unpack


def key_hash(key: str) -> int:
    """A signed 64-bit number."""
    text = _new()
    text.update(key.encode())
    number: int
    (number,) = _numbers(text.digest())
    return number


def key_hashes(keys: Collection[str]) -> list[int]:
    """That of each of very many: no call that can be spared."""
    digests: list[bytes] = []
    for key in keys:
        text = _new()
        text.update(key.encode())
        digests.append(text.digest())
    return list(unpack(f">{len(digests)}q", b"".join(digests)))


def utf8_hashes(keys: Collection[bytes]) -> list[int]:
    """The same of keys as they stand in the database."""
    digests: list[bytes] = []
    for key in keys:
        text = _new()
        text.update(key)
        digests.append(text.digest())
    return list(unpack(f">{len(digests)}q", b"".join(digests)))
