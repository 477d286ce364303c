"""Hypothesis strategies: lines that a transcript may hold, good, odd and made to mislead."""

import json
from typing import Any

from hypothesis import strategies as st
from tests.usage.ingest.transcripts import SESSION, answer, echo, prompt, tool_result, usage

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

TEXTS = st.one_of(
    st.text(max_size=8),
    LURES,
    st.builds(lambda lure, times: (lure + "x" * 97) * times, LURES, st.sampled_from([1, 40, 90])),
)
NESTED = st.sampled_from([
    {"usage": {"input_tokens": 5, "output_tokens": 6}, "model": "m"},
    {"message": {"usage": {"input_tokens": 5}, "model": "m", "id": "msg_0"}},
    {"type": "tool_result"},
    {"type": "user", "timestamp": "2030-01-01T00:00:00Z"},
    None,
    [],
])  # fmt: skip
TIMES = st.sampled_from([
    "2026-01-01T12:00:00.000Z",
    "2026-01-01T12:00:01.500999Z",
    "2026-01-01T12:00:02",
    "2026-01-01T14:00:03.000+02:00",
    "not a time",
    None,
    5,
])  # fmt: skip
COUNTS = st.sampled_from([0, 1, 9, 1_000, None, "9"])


def _rich(text: str, nested: Any, line: dict[str, Any]) -> dict[str, Any]:
    content = [{"type": "text", "text": text}, {"type": "tool_use", "input": nested}]
    line["message"]["content"] = content
    return line


ANSWERS = st.builds(
    _rich,
    TEXTS,
    NESTED,
    st.builds(
        answer,
        st.sampled_from(["msg_1", "msg_2", None]),
        st.fixed_dictionaries({}, optional={
            "input_tokens": COUNTS,
            "output_tokens": COUNTS,
            "cache_creation_input_tokens": COUNTS,
            "cache_read_input_tokens": COUNTS,
            "service_tier": st.sampled_from(["standard", None, 5]),
            "server_tool_use": st.none(),
        }),
        model=st.sampled_from(["claude-opus-5", "<synthetic>", None, ""]),
        timestamp=TIMES,
        isSidechain=st.sampled_from([True, False, None]),
        isApiErrorMessage=st.sampled_from([True, False, None]),
        type=st.sampled_from(["assistant", "user", None]),
        sessionId=st.sampled_from([SESSION, None, 5]),
    ),
)  # fmt: skip
PROMPTS = st.builds(
    prompt,
    st.one_of(TEXTS, TEXTS.map(lambda text: [{"type": "text", "text": text}])),
    isMeta=st.sampled_from([True, False, None]),
    isSidechain=st.sampled_from([True, False, None]),
    timestamp=TIMES,
    extra=NESTED,
)
RESULTS = st.builds(tool_result, TEXTS, timestamp=TIMES, extra=NESTED)
ATTACHMENTS = st.builds(
    lambda text, nested, time: {
        "parentUuid": None,
        "isSidechain": False,
        "attachment": {"type": "file", "content": text, "more": nested},
        "type": "attachment",
        "timestamp": time,
    },
    TEXTS,
    NESTED,
    TIMES,
)
OTHERS = st.one_of(
    st.builds(lambda title: {"type": "ai-title", "aiTitle": title}, st.sampled_from(["A", "B"])),
    st.builds(lambda title: {"type": "custom-title", "customTitle": title}, st.just("C")),
    st.just({"type": "cost-state", "modelUsage": {"m": {"inputTokens": 1}}}),
    st.builds(lambda text: {"type": "api-request-blob", "message": {"content": text}}, TEXTS),
    st.builds(echo, st.sampled_from(["msg_1", "msg_3"]), st.builds(usage, COUNTS, COUNTS)),
)
OBJECTS = st.one_of(ANSWERS, PROMPTS, RESULTS, ATTACHMENTS, OTHERS)


def _shuffled(line: dict[str, Any], order: list[str]) -> dict[str, Any]:
    return {key: line[key] for key in sorted(line, key=lambda key: order.index(key[:1].lower()))}


ORDERS = st.permutations("abcdefghijklmnopqrstuvwxyz")
WRITTEN = st.builds(
    lambda line, order, separators, ascii_only: json.dumps(
        _shuffled(line, order) if order else line, separators=separators, ensure_ascii=ascii_only
    ).encode(),
    OBJECTS,
    st.one_of(st.none(), ORDERS),
    st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]),
    st.booleans(),
)
BAD = st.one_of(
    st.sampled_from(
        [b"", b"  ", b"[]", b"123", b"null", b'"usage"', b"{", b"}", b'{"usage":', b"\xff"]
    ),
    st.binary(max_size=30).filter(lambda raw: b"\n" not in raw),
)
LINES = st.lists(st.one_of(WRITTEN, WRITTEN, WRITTEN, BAD), max_size=12)
