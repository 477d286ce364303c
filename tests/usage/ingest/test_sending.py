"""What a reading process has made waits for who takes it, in order, and not without bound."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from io import FileIO
from threading import Thread

import pytest

from agent_console.usage.ingest import sending
from agent_console.usage.ingest.pipe_messages import receive
from agent_console.usage.ingest.sending import SendingAhead

LARGE = b"x" * 300_000
"""More than a pipe holds."""


@contextmanager
def pipe() -> Generator[tuple[FileIO, FileIO]]:
    readable, writable = os.pipe()
    with FileIO(readable) as out, FileIO(writable, "w") as into:
        yield out, into


def received(out: FileIO, count: int) -> list[bytes]:
    return [bytes(receive(out) or b"") for _ in range(count)]


def test_what_nobody_takes_yet_holds_nobody_up_and_keeps_its_order() -> None:
    messages = [LARGE, b"1", LARGE, b"2"]
    with pipe() as (out, into):
        ahead = SendingAhead(into)
        for message in messages:
            ahead.send(message)
        assert received(out, 4) == messages
        ahead.finish()


def test_finishing_waits_until_all_is_taken() -> None:
    with pipe() as (out, into):
        ahead = SendingAhead(into)
        ahead.send(LARGE)
        finishing = Thread(target=ahead.finish)
        finishing.start()
        assert finishing.is_alive()
        assert received(out, 1) == [LARGE]
        finishing.join()


def test_no_more_waits_than_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "AHEAD_BYTES", 1)
    sent: list[int] = []

    def send_all(ahead: SendingAhead) -> None:
        for number in range(3):
            ahead.send(LARGE)
            sent.append(number)

    with pipe() as (out, into):
        ahead = SendingAhead(into)
        sender = Thread(target=send_all, args=(ahead,))
        sender.start()
        for number in range(3):
            assert received(out, 1) == [LARGE]
            assert len(sent) <= number + 2
        sender.join()
        ahead.finish()


def test_who_sends_hears_that_nobody_reads() -> None:
    readable, writable = os.pipe()
    os.close(readable)
    with FileIO(writable, "w") as into:
        ahead = SendingAhead(into)
        ahead.send(b"1")
        ahead.finish()
        with pytest.raises(BrokenPipeError):
            ahead.send(b"2")
