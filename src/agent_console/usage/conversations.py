"""What the transcripts of a session say of its messages, beside their texts."""

from collections.abc import Iterable
from pathlib import Path

from agent_console.claude_code.conversation import Spoken, spoken


def conversation(transcripts: Iterable[str]) -> list[Spoken] | None:
    """Every message in them, those of one response once; null when they are gone."""
    found: list[Spoken] = []
    read = False
    for path in transcripts:
        try:
            seen: set[str] = set()
            for each in spoken(Path(path)):
                if each.message_id is not None:
                    if each.message_id in seen:
                        continue
                    seen.add(each.message_id)
                found.append(each)
            read = True
        except OSError:
            continue
    return found if read else None
