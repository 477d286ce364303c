"""Files that repeat lines of another: forks, branches, old resumes, replays.

Rule: a copied line keeps its ids and its time; only what the client rewrote is rewritten. Copies
bill nothing.
"""

from collections.abc import Iterable

from tests.bench.corpus.conversation import Conversation
from tests.bench.corpus.session import Session
from tests.bench.corpus.subagents import agent_path, agent_speaker
from tests.bench.corpus.transcript import Line, Transcript


def copy_lines(origin: Session, copy: Session, mark: str, *, from_line: int = 0) -> None:
    """Begin `copy` with the conversation of `origin` so far.

    Args:
        mark: How the client marks copies: `fork`, `branch`, or not at all (`unmarked copy`).
        from_line: The first line that is copied.
    """
    for line in _conversation(origin.main.lines[from_line:]):
        text = line.text.replace(origin.id, copy.id)
        if mark == "fork" and line.kind == "assistant":
            text = f'{text[:-1]},"requestSessionId":"{origin.id}"}}'
        if mark == "branch":
            text = (
                f'{text[:-1]},"forkedFrom":{{"sessionId":"{origin.id}",'
                f'"messageUuid":{line.uuid_json}}}}}'
            )
        copy.main.lines.append(Line(text, "note", ""))
    copy.speaker.parent = origin.speaker.parent
    copy.speaker.now_ms = max(copy.speaker.now_ms, origin.speaker.now_ms)
    copy.speaker.wait(2_000, 60_000)
    copy.truth.forks[copy.id] = origin.id


def replay(session: Session, kind: str, last_lines: int) -> Conversation:
    """A file under `subagents/` that repeats the end of the main conversation as a sidechain."""
    rng = session.rng
    agent_id = f"{kind}{rng.getrandbits(64):016x}"
    speaker = agent_speaker(session, agent_id, "")
    transcript = Transcript(agent_path(session, agent_id))
    session.files.append(transcript)
    for line in list(_conversation(session.main.lines))[-last_lines:]:
        transcript.note(_as_sidechain(line.text, agent_id))
        speaker.parent = line.uuid_json or speaker.parent
    return Conversation(session, transcript, speaker)


def _conversation(lines: Iterable[Line]) -> Iterable[Line]:
    return (line for line in lines if line.kind != "note")


def _as_sidechain(text: str, agent_id: str) -> str:
    for colon in (":", ": "):
        text = text.replace(
            f'"isSidechain"{colon}false,', f'"isSidechain"{colon}true,"agentId":"{agent_id}",', 1
        )
    return text
