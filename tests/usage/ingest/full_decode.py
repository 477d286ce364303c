"""What a transcript tells, found in the plainest way: each line decoded whole by the standard library.

It shares no code with what it is compared with, and knows nothing of buffers or lines passed over.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def plain_account(text: bytes, session_id: str) -> dict[str, Any]:
    """Responses by key (tokens, claim, session, time, lower bound), and the counts."""
    account: dict[str, Any] = {
        "responses": {},
        "prompts": 0,
        "errors": 0,
        "lines": 0,
        "bad": {},
        "title": None,
        "states": [],
        "first": None,
        "last": None,
    }
    for raw in text.split(b"\n")[:-1]:
        if raw.strip():
            account["lines"] += 1
            _take(account, raw, session_id)
    return account


def _take(account: dict[str, Any], raw: bytes, session_id: str) -> None:
    try:
        line = json.loads(raw.removeprefix(b"\xef\xbb\xbf").decode(errors="replace"))
    except ValueError:
        account["bad"]["malformed"] = account["bad"].get("malformed", 0) + 1
        return
    if not isinstance(line, dict):
        account["bad"]["not_object"] = account["bad"].get("not_object", 0) + 1
        return
    at_ms = _ms(line.get("timestamp"))
    if at_ms is not None:
        account["last"] = at_ms
        if account["first"] is None:
            account["first"] = at_ms
    _take_response(account, line, session_id)
    if line.get("type") == "user":
        account["prompts"] += _is_prompt(line)
    ranks = {
        "summary": ("summary", 1),
        "ai-title": ("aiTitle", 2),
        "custom-title": ("customTitle", 3),
    }
    if line.get("type") in ranks:
        name, rank = ranks[line["type"]]
        if _is_text(line.get(name)) and (account["title"] or ("", 0))[1] <= rank:
            account["title"] = (line[name], rank)
    if line.get("type") == "cost-state":
        account["states"].append(account["last"])


def _take_response(account: dict[str, Any], line: dict[str, Any], session_id: str) -> None:
    outer, is_echo = line, False
    message = line.get("message")
    if not _counts(message):
        data = line.get("data")
        if not isinstance(data, dict) or data.get("type") != "agent_progress":
            return
        outer, is_echo = data.get("message"), True
        message = outer.get("message") if isinstance(outer, dict) else None
        if not _counts(message) or message["model"] == "<synthetic>":
            return
    if not is_echo and (line.get("isApiErrorMessage") is True or message["model"] == "<synthetic>"):
        account["errors"] += 1
        return
    claim = 6 if is_echo else 2 if line.get("isSidechain") is True else 0
    key = message.get("id") or outer.get("uuid")
    used = [
        message["usage"].get(name) if isinstance(message["usage"].get(name), int) else 0
        for name in (
            "input_tokens",
            "output_tokens",
            "cache_creation_input_tokens",
            "cache_read_input_tokens",
        )
    ]
    at_ms = _ms(outer.get("timestamp"))
    if at_ms is None:
        at_ms = account["last"]
    new = {"used": used, "claim": claim, "at": at_ms}
    old = account["responses"].get(key)
    if old is None or old["claim"] & 4 > claim & 4:
        account["responses"][key] = new
    elif old["claim"] & 4 == claim & 4:
        old["claim"] = min(old["claim"], claim)
        old["at"] = min(old["at"], at_ms)
        if sum(used) > sum(old["used"]):
            old["used"] = used


def _counts(message: Any) -> bool:
    return (
        isinstance(message, dict)
        and isinstance(message.get("usage"), dict)
        and _is_text(message.get("model"))
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_prompt(line: dict[str, Any]) -> bool:
    if line.get("isMeta") is True or line.get("isSidechain") is True:
        return False
    if line.get("toolUseResult") is not None:
        return False
    content = (line.get("message") or {}).get("content")
    if isinstance(content, str):
        return True
    return bool(content) and not any(block.get("type") == "tool_result" for block in content)


def _ms(text: Any) -> int | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(milliseconds=1)
