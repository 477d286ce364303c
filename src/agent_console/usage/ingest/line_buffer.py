"""Whole lines of a growing file, in bounded memory.

Rule: a line without its end is nobody's business yet; it stays in the file until it is complete.

One buffer is filled again and again: new memory for each piece costs more than the reading does.
"""

from collections.abc import Iterator
from io import FileIO

from msgspec import Struct

CHUNK_BYTES = 256 * 1024
"""What stays in a processor's cache between reading and decoding."""
LONGEST_LINE_BYTES = 32 * 1024 * 1024
"""A longer line is passed over: nothing that bills is as long."""


class Lines(Struct, gc=False):
    """Some whole lines; they are gone when the next ones are asked for.

    Attributes:
        offset: Where they begin in the file.
        text: The lines, each with its end; empty for a line that was passed over.
        buffer: What `text` is the beginning of.
        end: Where they end in the file.
    """

    offset: int
    text: memoryview
    buffer: bytearray
    end: int


class LineBuffer:
    """Reads any number of files, one at a time."""

    def __init__(
        self, chunk_bytes: int = CHUNK_BYTES, longest_line_bytes: int = LONGEST_LINE_BYTES
    ) -> None:
        self._chunk_bytes = chunk_bytes
        self._longest_bytes = longest_line_bytes
        self.buffer = bytearray(chunk_bytes)

    def lines(self, file: FileIO, offset: int) -> Iterator[Lines]:
        """Everything that is complete from `offset` to the end of the file.

        Raises:
            OSError: The file cannot be read.
        """
        if len(self.buffer) > self._chunk_bytes:
            self.buffer = bytearray(self._chunk_bytes)
        file.seek(offset)
        kept = 0
        while True:
            if kept == len(self.buffer):
                if kept >= self._longest_bytes:
                    end = self._pass_over(file, offset + kept)
                    if end is None:
                        return
                    yield Lines(offset, memoryview(b""), self.buffer, end)
                    offset, kept = end, 0
                    continue
                self._grow(kept)
            buffer = self.buffer
            read = file.readinto(memoryview(buffer)[kept:])
            if not read:
                return
            filled = kept + read
            cut = buffer.rfind(b"\n", kept, filled) + 1
            if not cut:
                kept = filled
                continue
            yield Lines(offset, memoryview(buffer)[:cut], buffer, offset + cut)
            kept = filled - cut
            buffer[:kept] = buffer[cut:filled]
            offset += cut

    def _grow(self, kept: int) -> None:
        larger = bytearray(min(2 * kept, self._longest_bytes))
        larger[:kept] = self.buffer
        self.buffer = larger

    def _pass_over(self, file: FileIO, position: int) -> int | None:
        """The end of the line that goes on at `position`; null when it has none yet."""
        while read := file.readinto(self.buffer):
            cut = self.buffer.find(b"\n", 0, read) + 1
            if cut:
                file.seek(position + cut)
                return position + cut
            position += read
        return None
