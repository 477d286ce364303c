"""Subagents of a session, in the layout of its client: inline lines, flat files, or a folder.

Rule: whatever a subagent bills belongs to the session that ran it, and ends before the main loop
goes on.
"""

from pathlib import Path

from tests.bench.corpus import lines
from tests.bench.corpus.conversation import Conversation
from tests.bench.corpus.planned import planned
from tests.bench.corpus.session import Session
from tests.bench.corpus.speaker import Speaker
from tests.bench.corpus.transcript import Transcript

_TYPES = ("general-purpose", "Explore", "Plan", "code-reviewer")


def run_subagent(session: Session, responses: int, *, under: str = "", kind: str = "") -> None:
    """Run one subagent.

    Args:
        under: A folder below `subagents/` for its file.
        kind: What stands before its id in the file's name, as in `aside_question-`.
    """
    rng, main = session.rng, session.speaker
    agent_id = f"{kind}{rng.getrandbits(64):016x}" if kind else f"a{rng.getrandbits(64):016x}"
    agent_type = "" if kind else rng.choice(_TYPES)
    speaker = agent_speaker(session, agent_id, agent_type)
    if session.era.layout == "inline":
        transcript = session.main
    else:
        transcript = Transcript(agent_path(session, agent_id, under))
        session.files.append(transcript)
        if session.era.layout == "folder" and not kind:
            _write_meta(transcript.path, agent_type)
    Conversation(session, transcript, speaker).turn(responses)
    main.now_ms = speaker.now_ms
    main.wait(10, 500)
    if session.era.layout != "inline" and not kind and not under:
        _hand_back(session, agent_id)


def agent_speaker(session: Session, agent_id: str, agent_type: str) -> Speaker:
    """A speaker beside the main loop, from now on."""
    main = session.speaker
    speaker = Speaker(
        *(session.rng, session.text, session.era),
        session_id=session.id,
        version=main.version,
        cwd=main.cwd,
        branch=main.branch,
        entrypoint=main.entrypoint,
        now_ms=main.now_ms,
        agent_id=agent_id,
        agent_type=agent_type,
    )
    speaker.stamp = main.stamp
    return speaker


def agent_path(session: Session, agent_id: str, under: str = "") -> Path:
    """Where a subagent's lines are."""
    if session.era.layout == "flat":
        return session.folder / f"agent-{agent_id[-8:]}.jsonl"
    return session.folder / session.id / "subagents" / under / f"agent-{agent_id}.jsonl"


def echo_subagent(session: Session, *, is_left: bool) -> None:
    """A subagent whose answer the parent's file echoes too early.

    Args:
        is_left: Its own file is still there; otherwise the echo is all that tells it.
    """
    rng, main = session.rng, session.speaker
    plan = planned(session, "", context=9_000, grown=500)
    used = plan.usage
    agent_id = f"a{rng.getrandbits(64):016x}"
    speaker = agent_speaker(session, agent_id, "Explore")
    transcript = Transcript(agent_path(session, agent_id))
    transcript.message(lines.prompt(speaker, "Look around."))
    speaker.wait(500, 5_000)
    request_id = f"req_011C{rng.getrandbits(80):020x}"
    output = used.output_tokens if is_left else min(3, used.output_tokens)
    line = lines.assistant(
        speaker,
        message_id=plan.message_id,
        request_id=f'"{request_id}"',
        model=plan.model,
        block='{"type":"text","text":"It is there."}',
        index=0,
        usage=used,
        output_tokens=output,
        is_last=not plan.is_lower_bound,
    )
    transcript.assistant(line, speaker.parent)
    at_ms = speaker.now_ms
    main.now_ms = at_ms
    if is_left:
        main.wait(1, 50)
        session.files.append(transcript)
    message = (
        f'{{"model":"{plan.model}","id":"{plan.message_id}","type":"message","role":"assistant",'
        '"content":[{"type":"text","text":"It"}],"stop_reason":null,"stop_sequence":null,'
        f'"usage":{used.json(min(3, used.output_tokens), modern=False)}}}'
    )
    session.main.note(lines.progress_echo(main, agent_id, message, request_id))
    told = (
        used
        if is_left
        else type(used)(
            *(used.input_tokens, output, used.cache_write_5m_tokens),
            *(used.cache_write_1h_tokens, used.cache_read_tokens),
        )
    )
    session.bill(
        "response",
        *(speaker, told),
        key=plan.message_id or "",
        model=plan.model,
        at_ms=at_ms,
        is_lower_bound=plan.is_lower_bound or not is_left,
    )
    main.wait(10, 500)


def _hand_back(session: Session, agent_id: str) -> None:
    """The parent's line about the subagent: its usage is a copy that must not count."""
    rng, main = session.rng, session.speaker
    text = session.text.piece(rng, session.sizes.around(rng, session.sizes.text * 2))
    result = (
        f'{{"status":"completed","prompt":"Look around.","agentId":"{agent_id}","content":'
        f'[{{"type":"text","text":"{text}"}}],"totalDurationMs":548,"totalTokens":8678,'
        '"totalToolUseCount":1,"usage":{"input_tokens":1,"cache_creation_input_tokens":520,'
        '"cache_read_input_tokens":8149,"output_tokens":8,"service_tier":"standard"}}'
    )
    line = lines.tool_result(main, f"toolu_01{rng.getrandbits(88):022x}", text, result=result)
    session.main.message(line, main.parent)


def _write_meta(path: Path, agent_type: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".meta.json").write_text(
        f'{{"agentType":"{agent_type}","description":"Look around","spawnDepth":1}}\n'
    )
