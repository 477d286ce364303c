"""Random text of any size, already escaped for JSON, cut from one pool that is made once.

Rule: a cut begins after a space and never ends inside an escape, so every piece is a valid JSON
string between two quotes.
"""

import random

_WORDS = """
the of to and in is for with that on as are be this it from at by not have was or an if has
def return self import class None True False async await yield raise except print assert
path file line error value index count total session token model cache write read commit
src/app/main.py tests/test_api.py README.md package.json node_modules ./build/out.log
x y i j 0 1 2 42 3.14 0x1f == != <= >= -> => += && || {} [] () // # * % $HOME --flag
"""
_ESCAPED = (
    r"\n",
    r"\n    ",
    r"\n        ",
    r"\t",
    r"\"quoted\"",
    r"C:\\temp",
    "é",
    "→",
    "✓",
    "日本",
)
_POOL_WORDS = 250_000


class TextPool:
    """Pieces of one long random text."""

    def __init__(self, rng: random.Random, words: int = _POOL_WORDS) -> None:
        """Make the pool.

        Args:
            words: How many words it has; a piece is never longer than half of it.
        """
        made = rng.choices(_WORDS.split(), k=words)
        for place in range(0, words, 9):
            made[place] = rng.choice(_ESCAPED)
        self._text = " ".join(made)
        self._half = len(self._text) // 2

    def piece(self, rng: random.Random, size: int) -> str:
        """About `size` characters."""
        begin = self._text.index(" ", int(rng.random() * self._half)) + 1
        found = self._text[begin : begin + min(size, self._half - 100)]
        if found.endswith("\\"):
            backslashes = len(found) - len(found.rstrip("\\"))
            if backslashes % 2:
                found = found[:-1]
        return found
