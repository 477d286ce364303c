"""`agent-console status`: how far the transcripts have been read, in words."""

import pytest
from msgspec.structs import replace
from tests.cli.test_demo_programme import status

from agent_console.cli.daemon_detail import daemon_rows
from agent_console.protocol.messages import IndexingStatus

IDLE = IndexingStatus(
    running=False, files=None, caught_up=False, bytes_read=0, bytes_in_all=0, last_error=None
)


@pytest.mark.parametrize(
    ("indexing", "words"),
    [
        (None, ""),
        (IDLE, "not followed now"),
        (replace(IDLE, running=True), "looking for what is new"),
        (
            replace(IDLE, running=True, bytes_read=12 << 20, bytes_in_all=340 << 20),
            "reading, 12.0 MiB of 340.0 MiB",
        ),
        (replace(IDLE, running=True, files=1_234, caught_up=True), "1,234, all of them read"),
    ],
)
def test_transcripts_in_words(indexing: IndexingStatus | None, words: str) -> None:
    rows = {name: str(text) for name, text in daemon_rows(replace(status(), indexing=indexing))}
    assert rows["Transcripts"] == words


def test_what_went_wrong_is_shown() -> None:
    indexing = replace(IDLE, last_error="No\nwatches.")
    rows = {name: str(text) for name, text in daemon_rows(replace(status(), indexing=indexing))}
    assert rows["Reading error"] == "No watches."
