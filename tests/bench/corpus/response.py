"""Write one response: its lines, the results of its tools, its bill.

Rule: the bill is what was planned; the best of the lines tells exactly that.
"""

import json

from tests.bench.corpus import lines
from tests.bench.corpus.planned import Planned
from tests.bench.corpus.session import Session
from tests.bench.corpus.speaker import Speaker
from tests.bench.corpus.transcript import Transcript
from tests.bench.corpus.usage import Usage

_TOOLS = ("Bash", "Read", "Edit", "Grep", "Write", "Glob")
BAD_BYTES = "\udcff\udcfe\udcc3"
"""No UTF-8, once they are bytes."""


def respond(
    session: Session, transcript: Transcript, speaker: Speaker, plan: Planned, *, tools: int
) -> None:
    """Write a response with so many tool calls, and what the tools gave back."""
    rng = session.rng
    ids = [f"toolu_01{rng.getrandbits(88):022x}" for _ in range(tools)]
    blocks = _blocks(session, speaker, plan, ids)
    if plan.message_id is None:
        blocks = blocks[-1:]
    speaker.wait(800, 20_000)
    first_ms = speaker.now_ms
    first_uuid = ""
    results = list(ids)
    last_turn = len(plan.request_ids) - 1
    for turn, request_id in enumerate(plan.request_ids):
        for index, block in enumerate(blocks):
            is_last = index == len(blocks) - 1
            text = lines.assistant(
                speaker,
                message_id=plan.message_id,
                request_id=request_id,
                model=plan.model,
                block=block,
                index=index,
                usage=plan.usage,
                output_tokens=_told(plan, session, is_last=is_last and turn == last_turn),
                is_last=is_last and not plan.is_lower_bound,
                extra=session.extra_keys,
            )
            if plan.has_spaces:
                text = json.dumps(json.loads(text), ensure_ascii=False)
            transcript.assistant(text, speaker.parent)
            first_uuid = first_uuid or speaker.parent.strip('"')
            speaker.wait(5, 4_000)
            if results and not is_last and rng.random() < 0.2 and index >= len(blocks) - tools:
                write_result(session, transcript, speaker, results.pop(0))
    for tool_use_id in results:
        speaker.wait(20, 9_000)
        write_result(session, transcript, speaker, tool_use_id)
    key = plan.message_id or first_uuid
    session.bill(
        "response",
        *(speaker, plan.usage),
        key=key,
        model=plan.model,
        at_ms=first_ms,
        is_lower_bound=plan.is_lower_bound,
    )
    numbers: dict[str, int] = {}
    for part in plan.extras:
        numbers[part.key_suffix] = numbers.get(part.key_suffix, 0) + 1
        part_key = f"{key}:{part.key_suffix}:{numbers[part.key_suffix]}"
        session.bill(
            *(part.kind, speaker, part.usage), key=part_key, model=part.model, at_ms=first_ms
        )
    if plan.known_output_tokens > plan.usage.output_tokens:
        hidden = plan.known_output_tokens - plan.usage.output_tokens
        session.hide(plan.model, Usage(0, hidden))


def write_result(
    session: Session, transcript: Transcript, speaker: Speaker, tool_use_id: str
) -> None:
    """Write what a tool gave back: most of a transcript's bytes."""
    rng = session.rng
    sizes = session.sizes
    text = session.text.piece(rng, sizes.around(rng, sizes.result, sizes.spread))
    result = None
    if speaker.agent_id is None:
        result = (
            f'{{"stdout":"{text}","stderr":"","interrupted":false,"isImage":false,'
            '"noOutputExpected":false}'
        )
    transcript.message(lines.tool_result(speaker, tool_use_id, text, result=result), speaker.parent)


def _told(plan: Planned, session: Session, *, is_last: bool) -> int:
    """The output count that a line tells."""
    final = plan.usage.output_tokens
    if is_last:
        return final
    if plan.grows or (not session.era.modern and not session.era.placeholders):
        return min(3, final)
    return final


def _blocks(session: Session, speaker: Speaker, plan: Planned, ids: list[str]) -> list[str]:
    rng, sizes, piece = session.rng, session.sizes, session.text.piece
    blocks: list[str] = []
    if rng.random() < 0.3:
        thought = piece(rng, sizes.around(rng, sizes.text))
        signature = f"{rng.getrandbits(1200):0300x}"
        blocks.append(f'{{"type":"thinking","thinking":"{thought}","signature":"{signature}"}}')
    if not ids or plan.has_bad_bytes or plan.grows or rng.random() < 0.45:
        text = piece(rng, sizes.around(rng, sizes.text))
        bad = BAD_BYTES if plan.has_bad_bytes else ""
        blocks.append(f'{{"type":"text","text":"{text}{bad}"}}')
    if plan.has_null_input:
        blocks.append(
            f'{{"type":"tool_use","id":"toolu_01{rng.getrandbits(88):022x}","name":"Read",'
            '"input":{"id":null,"model":null,"usage":null}}'
        )
    for tool_use_id in ids:
        command = piece(rng, sizes.around(rng, sizes.text // 2, 1.1))
        blocks.append(
            f'{{"type":"tool_use","id":"{tool_use_id}","name":"{rng.choice(_TOOLS)}",'
            f'"input":{{"command":"{command}","description":"Look"}}}}'
        )
    if plan.grows and len(blocks) == 1:
        blocks.insert(0, '{"type":"text","text":"Let me see."}')
    return blocks
