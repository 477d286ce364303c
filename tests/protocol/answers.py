"""Answers as the daemon writes them, one by one."""

from typing import Any

from agent_console.protocol.codec import append_success


def encode_success(request_id: str | int | None, data: Any) -> bytes:
    """A good answer as one line."""
    line = bytearray()
    append_success(line, request_id, data)
    return bytes(line)
