"""64 bits of a row's key.

Rule: the hash is stored in every ledger; it must give the same number for ever, in every process.

An index of integers takes half the time and space of one of texts. Two texts may share a hash, so
whoever looks a row up compares its text as well.
"""

from hashlib import blake2b


def key_hash(key: str) -> int:
    """A signed 64-bit number."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
