"""What a transcript tells, found in the plainest way: the standard library decodes each line.

It shares no rule with what it is compared with, and knows nothing of buffers or lines passed over.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from agent_console.claude_code.json_shape import as_list

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLASSES = (
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
)
TITLES = {"summary": ("summary", 1), "ai-title": ("aiTitle", 2), "custom-title": ("customTitle", 3)}


@dataclass
class PlainResponse:
    """What all lines of a response say."""

    used: list[int]
    claim: int
    at_ms: int


@dataclass
class PlainAccount:
    """What a whole transcript says."""

    responses: dict[str, PlainResponse] = field(default_factory=dict[str, PlainResponse])
    prompts: int = 0
    errors: int = 0
    lines: int = 0
    bad: Counter[str] = field(default_factory=Counter[str])
    title: tuple[str, int] | None = None
    states: list[int] = field(default_factory=list[int])
    first_ms: int | None = None
    last_ms: int = 0


def plain_account(text: bytes) -> PlainAccount:
    """Everything that whole lines say; the first of them has a time."""
    account = PlainAccount()
    for raw in text.split(b"\n")[:-1]:
        if raw.strip():
            account.lines += 1
            _take(account, raw)
    return account


def _take(account: PlainAccount, raw: bytes) -> None:
    try:
        line = json.loads(raw.removeprefix(b"\xef\xbb\xbf").decode(errors="replace"))
    except ValueError:
        account.bad["malformed"] += 1
        return
    if not isinstance(line, dict):
        account.bad["not_object"] += 1
        return
    at_ms = _ms(_get(line, "timestamp"))
    if at_ms is not None:
        account.last_ms = at_ms
        account.first_ms = at_ms if account.first_ms is None else account.first_ms
    _take_response(account, line)
    kind = _get(line, "type")
    if kind == "user":
        account.prompts += _is_prompt(line)
    if isinstance(kind, str) and kind in TITLES:
        name, rank = TITLES[kind]
        if account.title is None or account.title[1] <= rank:
            account.title = _get(line, name), rank
    if kind == "cost-state":
        account.states.append(account.last_ms)


def _take_response(account: PlainAccount, line: Any) -> None:
    outer, claim = line, 2 if _get(line, "isSidechain") is True else 0
    if not _counts(_get(outer, "message")):
        data = _get(line, "data")
        outer, claim = _get(data, "message"), 6
        if _get(data, "type") != "agent_progress" or not _counts(_get(outer, "message")):
            return
    message = _get(outer, "message")
    is_error = _get(line, "isApiErrorMessage") is True or _get(message, "model") == "<synthetic>"
    if is_error:
        account.errors += claim != 6
        return
    counts = [_get(_get(message, "usage"), name) for name in CLASSES]
    at_ms = _ms(_get(outer, "timestamp"))
    new = PlainResponse(
        [count if isinstance(count, int) else 0 for count in counts],
        claim,
        account.last_ms if at_ms is None else at_ms,
    )
    key = _get(message, "id") or _get(outer, "uuid")
    old = account.responses.get(key)
    if old is None or (old.claim == 6 and claim != 6):
        account.responses[key] = new
    elif (old.claim == 6) == (claim == 6):
        old.used = max(old, new, key=_precedence).used
        old.claim = min(old.claim, claim)
        old.at_ms = min(old.at_ms, new.at_ms)


def _precedence(response: PlainResponse) -> tuple[int, int, list[int]]:
    return sum(response.used), -response.at_ms, response.used


def _counts(message: Any) -> bool:
    model = _get(message, "model")
    return isinstance(_get(message, "usage"), dict) and isinstance(model, str) and bool(model)


def _is_prompt(line: Any) -> bool:
    if _get(line, "isMeta") is True or _get(line, "isSidechain") is True:
        return False
    if _get(line, "toolUseResult") is not None:
        return False
    content = _get(_get(line, "message"), "content")
    if isinstance(content, str):
        return True
    blocks = as_list(content)
    return bool(blocks) and all(_get(block, "type") != "tool_result" for block in blocks)


def _get(value: Any, name: str) -> Any:
    return cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None


def _ms(text: Any) -> int | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(milliseconds=1)
