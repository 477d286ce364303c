"""Every type of transcript line, as text without its newline.

Rule: a line is a whole JSON object in the key order of the client that wrote it (recordings of
2.1.329; older ones as ACCOUNTING.md describes them). What is billed is not decided here.
"""

from tests.bench.corpus.speaker import Speaker, uuid
from tests.bench.corpus.usage import Usage


def assistant(
    speaker: Speaker,
    *,
    message_id: str | None,
    request_id: str | None,
    model: str,
    block: str,
    index: int,
    usage: Usage,
    output_tokens: int,
    is_last: bool,
    extra: str = "",
) -> str:
    """One content block of a response.

    Args:
        message_id: Null leaves the key out; the line is then known by its uuid.
        request_id: JSON of it; null leaves the key out.
        extra: More keys at the end, each with a comma before it.
    """
    modern = speaker.era.modern
    this = uuid(speaker.rng)
    told = usage.json(output_tokens, modern=modern)
    identity = "" if message_id is None else f'"id":"{message_id}",'
    request = "" if request_id is None else f'"requestId":{request_id},'
    if usage.shape == "aborted" or speaker.era.placeholders or not (modern or is_last):
        reason = "null"
    else:
        reason = '"tool_use"' if block.startswith('{"type":"tool_use"') else '"end_turn"'
    if modern:
        caches = "1h" if usage.cache_write_1h_tokens else "5m"
        agent = f'"attributionAgent":"{speaker.agent_type}",' if speaker.agent_type else ""
        aborted = ',"isAbortedMidStream":true' if usage.shape == "aborted" else ""
        line = (
            f'{{"parentUuid":{speaker.parent},{speaker.front}"message":{{{identity}'
            f'"type":"message","role":"assistant","model":"{model}","content":[{block}],'
            f'"stop_reason":{reason},"stop_sequence":null,"usage":{told},"stop_details":null}},'
            f'"apiBlockIndex":{index},{request}"requestRef":"{speaker.prompt_id}",'
            f'"requestedModel":"{model}","promptCacheRequested":"{caches}",{agent}'
            f'"type":"assistant","uuid":"{this}","timestamp":"{speaker.time()}"{aborted},'
            f'"effort":"medium","perTurnEffort":"medium","madeBy":"model"{extra}{speaker.back}'
        )
    else:
        line = (
            f'{{"parentUuid":{speaker.parent},{speaker.front}"message":{{"model":"{model}",'
            f'{identity}"type":"message","role":"assistant","content":[{block}],'
            f'"stop_reason":{reason},"stop_sequence":null,"usage":{told}}},{request}'
            f'"type":"assistant","uuid":"{this}","timestamp":"{speaker.time()}"{extra}{speaker.back}'
        )
    speaker.parent = f'"{this}"'
    return line


def user(speaker: Speaker, content: str, *, between: str = "", after: str = "") -> str:
    """A user line.

    Args:
        content: JSON of its content.
        between: Keys after the message, each with a comma after it (old clients), and
        after: keys after the time, each with a comma before it.
    """
    this = uuid(speaker.rng)
    prompt = f'"promptId":"{speaker.prompt_id}",' if speaker.era.modern else ""
    line = (
        f'{{"parentUuid":{speaker.parent},{speaker.front}{prompt}"type":"user",'
        f'"message":{{"role":"user","content":{content}}},{between}"uuid":"{this}",'
        f'"timestamp":"{speaker.time()}"{after}{speaker.back}'
    )
    speaker.parent = f'"{this}"'
    return line


def prompt(speaker: Speaker, text: str) -> str:
    """What a person typed, or what a subagent was told to do."""
    speaker.prompt_id = uuid(speaker.rng)
    modern = speaker.era.modern and speaker.agent_id is None
    after = ',"permissionMode":"default","origin":{"kind":"human"},"promptSource":"typed"'
    return user(speaker, f'"{text}"', after=after if modern else "")


def tool_result(speaker: Speaker, tool_use_id: str, text: str, *, result: str | None) -> str:
    """What a tool gave back.

    Args:
        result: JSON of `toolUseResult`; null leaves it out, as in a subagent's file.
    """
    after = "" if result is None else f',"toolUseResult":{result}'
    return user(
        speaker,
        f'[{{"tool_use_id":"{tool_use_id}","type":"tool_result","content":"{text}",'
        '"is_error":false}]',
        after=after,
    )


def attachment(speaker: Speaker, text: str) -> str:
    """A reminder or a file that travels with a prompt."""
    this = uuid(speaker.rng)
    line = (
        f'{{"parentUuid":{speaker.parent},{speaker.front}"attachment":{{"type":"environment",'
        f'"snapshot":{{"workingDirectory":"{speaker.cwd}","isGitRepo":true}}}},'
        f'"type":"attachment","uuid":"{this}","timestamp":"{speaker.time()}",'
        f'"rendered":[{{"content":"{text}"}}],"renderedRole":"system"{speaker.back}'
    )
    speaker.parent = f'"{this}"'
    return line


def system(speaker: Speaker, subtype: str, keys: str) -> str:
    """A note of the client; `keys` is what it says, each key with a comma before it."""
    this = uuid(speaker.rng)
    line = (
        f'{{"parentUuid":{speaker.parent},{speaker.front}"type":"system","subtype":"{subtype}"'
        f'{keys},"timestamp":"{speaker.time()}","uuid":"{this}"{speaker.back}'
    )
    speaker.parent = f'"{this}"'
    return line


def progress_echo(speaker: Speaker, agent_id: str, message: str, request_id: str) -> str:
    """The parent's copy of a subagent's response (2.1.7x); `message` is the JSON of it."""
    time = speaker.time()
    return (
        f'{{"parentUuid":{speaker.parent},{speaker.front}"type":"progress","data":{{"message":'
        f'{{"type":"assistant","timestamp":"{time}","message":{message},"requestId":"{request_id}",'
        f'"uuid":"{uuid(speaker.rng)}"}},"normalizedMessages":[],"type":"agent_progress",'
        f'"prompt":"","agentId":"{agent_id}"}},"toolUseID":"agent_{request_id}",'
        f'"parentToolUseID":"toolu_{request_id}","uuid":"{uuid(speaker.rng)}",'
        f'"timestamp":"{time}"}}'
    )


def api_error(speaker: Speaker) -> str:
    """The synthetic answer that stands for a request that failed."""
    this = uuid(speaker.rng)
    line = (
        f'{{"parentUuid":{speaker.parent},{speaker.front}"type":"assistant","uuid":"{this}",'
        f'"timestamp":"{speaker.time()}","message":{{"id":"{uuid(speaker.rng)}",'
        '"container":null,"model":"<synthetic>","role":"assistant","stop_reason":"stop_sequence",'
        '"stop_sequence":"","type":"message","usage":{"input_tokens":0,"output_tokens":0,'
        '"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"server_tool_use":'
        '{"web_search_requests":0,"web_fetch_requests":0},"service_tier":null,"cache_creation":'
        '{"ephemeral_1h_input_tokens":0,"ephemeral_5m_input_tokens":0}},"content":[{"type":"text",'
        '"text":"API Error: 529 overloaded"}]},"error":"unknown","isApiErrorMessage":true'
        f"{speaker.back}"
    )
    speaker.parent = f'"{this}"'
    return line
