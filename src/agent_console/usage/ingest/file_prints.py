"""Tells a file that was rewritten from one that grew: by short prints, and by what the disk says.

A print is taken of the file's beginning, another of what was read last.

Rule: how many bytes a print covers follows from the offset alone, so that it can be taken again
later; the numbers are stored in every ledger.
"""

import os
from _blake2 import blake2b  # hashlib loads OpenSSL, for nothing that is used here

from agent_console.usage.tables.file_reading import SourceState

_HEAD_BYTES = 1024
_TAIL_BYTES = 256


def prints(descriptor: int, offset: int) -> tuple[int, int]:
    """Head and tail hash of a file that was read up to `offset`: signed 64-bit numbers.

    Raises:
        OSError: The file cannot be read.
    """
    head = os.pread(descriptor, min(offset, _HEAD_BYTES), 0)
    start = max(0, offset - _TAIL_BYTES)
    return _hash(head), _hash(os.pread(descriptor, offset - start, start))


def has_grown_from(descriptor: int, size_bytes: int, state: SourceState) -> bool:
    """Whether the file still begins with what was read: not truncated, replaced or rewritten.

    Raises:
        OSError: The file cannot be read.
    """
    return size_bytes >= state.offset_bytes and prints(descriptor, state.offset_bytes) == (
        state.head_hash,
        state.tail_hash,
    )


def has_changed_in_place(size_bytes: int, mtime_ns: int, state: SourceState) -> bool:
    """Whether a file was written to since it was read to its end, and has not grown.

    What is new in it may lie where no print looks. Of a file that was not read to its end only the
    prints can tell: it would be begun anew for ever while somebody writes to it. (Inode and device
    say nothing: some file systems number anew each time they are mounted.)
    """
    return state.mtime_ns != 0 and size_bytes <= state.size_bytes and mtime_ns != state.mtime_ns


def _hash(text: bytes) -> int:
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)
