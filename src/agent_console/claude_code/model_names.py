"""How one model is named: by the API in its responses, by the client in its totals, by a cloud.

Rule: a name is read, never looked up. What is kept of it stays as it was told; only who compares
names asks here.

Seen in totals (`modelUsage`) of Claude Code 2.1 whose transcripts name the same model as the API
does: `claude-opus-5[1m]` for `claude-opus-5`, `us.anthropic.claude-opus-4-6-v1`,
`global.anthropic.claude-opus-5[1m]`.
"""

import re

_MARK = re.compile(r"\[[^\]]*\]$")
_CLOUD = re.compile(r"^(?:.*/)?(?:[\w-]+\.)?(?:anthropic\.)?(?=claude)")
_RELEASE = re.compile(r"(?:[-@](?:\d{8}|latest|default)|-v\d+(?::\d+)?)+$")


def without_mark(model: str) -> str:
    """The name without what the client adds for a size of context."""
    return _MARK.sub("", model.strip())


def bare_name(model: str) -> str:
    """What all names of one model come to: without mark, cloud, region, revision and date."""
    name = without_mark(model).lower()
    if "claude" not in name:
        return name
    return _RELEASE.sub("", _CLOUD.sub("", name)).replace(".", "-")
