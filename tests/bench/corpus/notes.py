"""Lines without a parent: titles, snapshots, queues, requests and costs of a session.

Rule: as lines.py; none of these is a message, whatever numbers it holds.
"""

from collections.abc import Mapping

from tests.bench.corpus.speaker import Speaker, uuid
from tests.bench.corpus.truth import Tokens


def file_history(speaker: Speaker) -> str:
    """A snapshot of the files that were edited."""
    this = uuid(speaker.rng)
    return (
        f'{{"type":"file-history-snapshot","messageId":"{this}","snapshot":{{"messageId":"{this}",'
        f'"trackedFileBackups":{{}},"timestamp":"{speaker.time()}"}},"isSnapshotUpdate":false}}'
    )


def queued(speaker: Speaker, text: str) -> list[str]:
    """A prompt that waited for the one before it."""
    start = '{"type":"queue-operation","operation":'
    end = f'"timestamp":"{speaker.time()}","sessionId":"{speaker.session_id}"'
    return [f'{start}"enqueue",{end},"content":"{text}"}}', f'{start}"dequeue",{end}}}']


def request_shape(speaker: Speaker, model: str, text: str) -> list[str]:
    """What the client remembers of a request."""
    session = f'"sessionId":"{speaker.session_id}"'
    digest = f"{speaker.rng.getrandbits(256):064x}"
    return [
        (
            f'{{"type":"api-request-shape",{session},"shapeHash":"{digest}",'
            f'"timestamp":"{speaker.time()}","version":"{speaker.version}","shape":"{text}"}}'
        ),
        (
            f'{{"type":"api-request",{session},"id":"{uuid(speaker.rng)}",'
            f'"timestamp":"{speaker.time()}","version":"{speaker.version}","querySource":"repl",'
            f'"shapeHash":"{digest}","params":{{"model":"{model}","max_tokens":128000}},"keep":0}}'
        ),
    ]


def latch(speaker: Speaker) -> str:
    """A line that says nothing."""
    return f'{{"type":"atis-latch","atis":"","sessionId":"{speaker.session_id}"}}'


def last_prompt(speaker: Speaker, text: str) -> str:
    """Where the conversation stands."""
    return (
        f'{{"type":"last-prompt","lastPrompt":"{text}","leafUuid":{speaker.parent},'
        f'"sessionId":"{speaker.session_id}"}}'
    )


def summary(speaker: Speaker, title: str) -> str:
    """The session's name as 1.0 and 2.0 wrote it."""
    return f'{{"type":"summary","summary":"{title}","leafUuid":"{uuid(speaker.rng)}"}}'


def ai_title(speaker: Speaker, title: str) -> str:
    """The name that the client made up."""
    return f'{{"type":"ai-title","aiTitle":"{title}","sessionId":"{speaker.session_id}"}}'


def custom_title(speaker: Speaker, title: str) -> str:
    """The name that a person gave."""
    return f'{{"type":"custom-title","customTitle":"{title}","sessionId":"{speaker.session_id}"}}'


def cost_state(
    speaker: Speaker, totals: Mapping[str, Tokens], *, mark: str = "", tells_lives: bool = True
) -> str:
    """What the client billed the session so far, by model.

    Args:
        mark: What it adds to the name of a model: `[1m]`.
        tells_lives: How long cache writes are kept, as newer clients do.
    """
    models = ",".join(
        f'"{model}{mark}":{{"inputTokens":{told.input_tokens},"outputTokens":{told.output_tokens},'
        f'"thinkingTokens":0,"cacheReadInputTokens":{told.cache_read_tokens},'
        '"cacheCreationInputTokens":'
        f"{told.cache_write_5m_tokens + told.cache_write_1h_tokens},"
        f"{_lives(told) if tells_lives else ''}"
        f'"webSearchRequests":{told.web_searches},"costUSD":0.25}}'
        for model, told in totals.items()
    )
    return (
        f'{{"type":"cost-state","sessionId":"{speaker.session_id}","totalCostUSD":1.5,'
        '"totalAPIDuration":262,"totalAPIDurationWithoutRetries":259,"totalToolDuration":54,'
        '"totalLinesAdded":0,"totalLinesRemoved":0,"totalDuration":816,'
        f'"startTime":{speaker.now_ms},"modelUsage":{{{models}}},"hasUnknownModelCost":false}}'
    )


def _lives(told: Tokens) -> str:
    return (
        f'"cacheCreationEphemeral5mInputTokens":{told.cache_write_5m_tokens},'
        f'"cacheCreationEphemeral1hInputTokens":{told.cache_write_1h_tokens},'
    )
