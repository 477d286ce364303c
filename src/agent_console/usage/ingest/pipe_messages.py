"""How jobs and batches of readings cross a pipe.

Rule: each message is its length in four bytes, then MessagePack.
"""

from io import BufferedIOBase, RawIOBase

import msgspec

from agent_console.usage.ingest.read_jobs import ReadBatch, ReadJob

LENGTH_BYTES = 4

encode = msgspec.msgpack.Encoder().encode
decode_jobs = msgspec.msgpack.Decoder(list[ReadJob]).decode
decode_batch = msgspec.msgpack.Decoder(ReadBatch).decode


def send(pipe: RawIOBase | BufferedIOBase, message: bytes) -> None:
    """Write a message.

    Raises:
        BrokenPipeError: Nobody reads any more.
    """
    left = memoryview(len(message).to_bytes(LENGTH_BYTES, "big") + message)
    while left:
        left = left[pipe.write(left) :]
    pipe.flush()


def receive(pipe: RawIOBase | BufferedIOBase) -> bytearray | None:
    """The next message; null at the end, also at one in the middle of a message."""
    length = _exactly(pipe, LENGTH_BYTES)
    return None if length is None else _exactly(pipe, int.from_bytes(length, "big"))


def _exactly(pipe: RawIOBase | BufferedIOBase, wanted: int) -> bytearray | None:
    message = bytearray(wanted)
    filled = 0
    while filled < wanted:
        read = pipe.readinto(memoryview(message)[filled:])
        if not read:
            return None
        filled += read
    return message
