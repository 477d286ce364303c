"""Hypothesis strategies: lines that a transcript may hold, good, odd and made to mislead."""

import json
from typing import Any

from hypothesis import strategies as st
from tests.usage.ingest.transcripts import SESSION, answer, echo, prompt, tool_result

LURES = st.sampled_from([
    '"usage":{"input_tokens":7}',
    '"type":"user"',
    '"type":"tool_result"',
    "tool_result",
    "user",
    "usage",
    '{"type":"attachment","message":{"model":"m","usage":{"input_tokens":9}}}',
    "\\",
    '"',
    "}\n{",
    "\u2028 ü 🙂",
    "\x00",
])  # fmt: skip
"""Texts that look like what is looked for."""


@st.composite
def _long(draw: st.DrawFn) -> str:
    return (draw(LURES) + "x" * 97) * draw(st.sampled_from([1, 40, 90]))


TEXTS = st.one_of(st.text(max_size=8), LURES, _long())
_NESTED: list[Any] = [
    {"usage": {"input_tokens": 5, "output_tokens": 6}, "model": "m"},
    {"message": {"usage": {"input_tokens": 5}, "model": "m", "id": "msg_0"}},
    {"type": "tool_result"},
    {"type": "user", "timestamp": "2030-01-01T00:00:00Z"},
    None,
    [],
]
NESTED = st.sampled_from(_NESTED)
TIMES = st.sampled_from([
    "2026-01-01T12:00:00.000Z",
    "2026-01-01T12:00:01.500999Z",
    "2026-01-01T12:00:02",
    "2026-01-01T14:00:03.000+02:00",
    "not a time",
    None,
    5,
])  # fmt: skip
COUNTS: st.SearchStrategy[Any] = st.sampled_from([0, 1, 9, 1_000, None, "9"])
USED: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "input_tokens": COUNTS,
        "output_tokens": COUNTS,
        "cache_creation_input_tokens": COUNTS,
        "cache_read_input_tokens": COUNTS,
        "service_tier": st.sampled_from(["standard", None, 5]),
        "server_tool_use": st.none(),
    },
)
PARENTS = st.sampled_from([
    "aaaaaaaa-0000-4000-8000-000000000000",
    "bbbbbbbb-0000-4000-8000-000000000000",
    "bbbbbbbb-0000-4000-8000-000000000000",
    'c","isSidechain":false,"type":"user"',
    "no uuid",
    None,
])  # fmt: skip
"""Most lines have one as long as the one before, and begin as it does but for that."""
ANY_BOOL = st.sampled_from([True, False, None])


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    """Lines of an assistant, some without a model or with a count that is none."""
    line = answer(
        draw(st.sampled_from(["msg_1", "msg_2", None])),
        draw(USED),
        model=draw(st.sampled_from(["claude-opus-5", "<synthetic>", None, ""])),
        timestamp=draw(TIMES),
        isSidechain=draw(ANY_BOOL),
        isApiErrorMessage=draw(ANY_BOOL),
        type=draw(st.sampled_from(["assistant", "user", None])),
        sessionId=draw(st.sampled_from([SESSION, None, 5])),
        parentUuid=draw(PARENTS),
    )
    line["message"]["content"] = [
        {"type": "text", "text": draw(TEXTS)},
        {"type": "tool_use", "input": draw(NESTED)},
    ]
    return line


@st.composite
def prompts(draw: st.DrawFn) -> dict[str, Any]:
    """Lines that a person may have written."""
    text = draw(TEXTS)
    block = {"type": "text", "text": text}
    content = draw(st.sampled_from([text, [block], [{"tool_use_id": "toolu_1"} | block]]))
    marks = {"isMeta": draw(ANY_BOOL), "isSidechain": draw(ANY_BOOL)}
    return prompt(
        content, timestamp=draw(TIMES), extra=draw(NESTED), parentUuid=draw(PARENTS), **marks
    )


@st.composite
def results(draw: st.DrawFn) -> dict[str, Any]:
    """What tools gave."""
    return tool_result(
        draw(TEXTS), timestamp=draw(TIMES), extra=draw(NESTED), parentUuid=draw(PARENTS)
    )


@st.composite
def attachments(draw: st.DrawFn) -> dict[str, Any]:
    """What came with a prompt."""
    return {
        "parentUuid": None,
        "isSidechain": False,
        "attachment": {"type": "file", "content": draw(TEXTS), "more": draw(NESTED)},
        "type": "attachment",
        "timestamp": draw(TIMES),
    }


@st.composite
def others(draw: st.DrawFn) -> dict[str, Any]:
    """Names, totals, echoes and what the client asked the API."""
    echoed = echo(draw(st.sampled_from(["msg_1", "msg_3"])), draw(USED))
    kinds: list[dict[str, Any]] = [
        {"type": "ai-title", "aiTitle": draw(st.sampled_from(["A", "B"]))},
        {"type": "custom-title", "customTitle": "C"},
        {"type": "cost-state", "modelUsage": {"m": {"inputTokens": 1}}},
        {"type": "api-request-blob", "message": {"content": draw(TEXTS)}},
        echoed,
    ]
    return draw(st.sampled_from(kinds))


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """One of these lines, in some spelling of JSON."""
    line = draw(st.one_of(answers(), prompts(), results(), results(), attachments(), others()))
    if draw(st.booleans()):
        line = {key: line[key] for key in draw(st.permutations(list(line)))}
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]))
    text = json.dumps(line, separators=separators, ensure_ascii=draw(st.booleans()))
    return text.encode()


BAD = st.one_of(
    st.sampled_from(
        [b"", b"  ", b"[]", b"123", b"null", b'"usage"', b"{", b"}", b'{"usage":', b"\xff"]
    ),
    st.binary(max_size=30).filter(lambda raw: b"\n" not in raw),
)
LINES = st.lists(st.one_of(written(), written(), written(), BAD), max_size=12)
