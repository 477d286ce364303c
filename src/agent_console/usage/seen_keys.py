"""Which keys the ledger may hold, for who fills an empty one.

Rule: it may say that a key is there that is not, never the opposite: it begins with an empty ledger
and hears of every row, and is thrown away as soon as another connection has written.

One bit for each of 2^25 values of a part of the key's hash: 4 MiB, touched as they are needed. With
a million rows three keys in a hundred are looked up for nothing.
"""

from collections.abc import Iterable, Mapping

_BYTES = 4 * 1024 * 1024
_LAST = _BYTES - 1
_BITS = tuple(1 << bit for bit in range(8))


class SeenKeys:
    """The keys of all rows that were written since the ledger was empty."""

    def __init__(self) -> None:
        self._bits = bytearray(_BYTES)

    def add(self, hashes: Iterable[int]) -> None:
        """Rows with these hashes of keys are written."""
        bits = self._bits
        for number in hashes:
            bits[number >> 3 & _LAST] |= _BITS[number & 7]

    def sifted(self, hashes: Mapping[str, int]) -> dict[str, int]:
        """Those of these keys, given with their hashes, that may have rows."""
        bits = self._bits
        return {
            key: number
            for key, number in hashes.items()
            if bits[number >> 3 & _LAST] & _BITS[number & 7]
        }
