"""Which keys the ledger may hold, for who fills an empty one.

Rule: it may say that a key is there that is not, never the opposite: it begins with an empty ledger
and hears of every row, and is thrown away as soon as another connection has written, or it has
grown to some megabytes: who fills on asks the index.
"""

from collections.abc import Iterable, Sequence

MOST = 300_000
"""Some 25 MB."""


class SeenKeys:
    """The hashes of the keys of all rows that were written since the ledger was empty."""

    def __init__(self) -> None:
        self._hashes: set[int] = set()

    @property
    def is_full(self) -> bool:
        """It is to be thrown away."""
        return len(self._hashes) >= MOST

    def add(self, hashes: Iterable[int]) -> None:
        """Rows with these hashes of keys are written."""
        self._hashes.update(hashes)

    def sifted(self, keys: Sequence[str], hashes: Sequence[int]) -> dict[str, int]:
        """Those of these keys, given with their hashes, that may have rows."""
        seen = self._hashes
        if seen.isdisjoint(hashes):
            return {}
        return {key: number for key, number in zip(keys, hashes, strict=True) if number in seen}
