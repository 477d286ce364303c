"""The usage numbers of one response, and the JSON that the API and the client write them in.

Rule: every key order here was seen in a transcript; a reader may depend on none of them.
"""

from typing import Literal

from msgspec import Struct

Shape = Literal["full", "flat", "flat larger", "nulls", "aborted"]
"""How cache writes are told: with the breakdown; without one (old clients: all 5 minutes); with one
that is smaller than the flat field (the rest is 5 minutes); nulls wherever they are allowed; and as
a stream that was cut."""


class Usage(Struct, frozen=True):
    """What one response used.

    Attributes:
        iterations: JSON of the entries of `iterations`; null: the key is left out.
        untold_5m_tokens: That part of the 5 minute writes that only the flat field has.
    """

    input_tokens: int
    output_tokens: int
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    cache_read_tokens: int = 0
    web_searches: int = 0
    speed: str = "standard"
    service_tier: str = "standard"
    inference_geo: str = ""
    shape: Shape = "full"
    iterations: str | None = None
    untold_5m_tokens: int = 0

    def json(self, output_tokens: int, *, modern: bool) -> str:
        """The object after `"usage":` with the output count that a line tells."""
        write_5m, write_1h = self.cache_write_5m_tokens, self.cache_write_1h_tokens
        flat = (
            f'{{"input_tokens":{self.input_tokens},'
            f'"cache_creation_input_tokens":{write_5m + write_1h},'
            f'"cache_read_input_tokens":{self.cache_read_tokens},'
        )
        told_5m = write_5m - self.untold_5m_tokens
        if self.shape == "flat":
            return f'{flat}"output_tokens":{output_tokens},"service_tier":"{self.service_tier}"}}'
        if self.shape == "aborted":
            return (
                f'{flat}"cache_creation":{{"ephemeral_5m_input_tokens":{told_5m},'
                f'"ephemeral_1h_input_tokens":{write_1h}}},"output_tokens":{output_tokens},'
                f'"service_tier":"{self.service_tier}"}}'
            )
        if self.shape == "nulls":
            return (
                f'{flat}"output_tokens":{output_tokens},"server_tool_use":null,'
                '"service_tier":null,"cache_creation":null,"inference_geo":null,'
                '"iterations":null,"speed":null}'
            )
        searches = (
            f'"server_tool_use":{{"web_search_requests":{self.web_searches},'
            '"web_fetch_requests":0},'
        )
        breakdown = (
            f'"cache_creation":{{"ephemeral_1h_input_tokens":{write_1h},'
            f'"ephemeral_5m_input_tokens":{told_5m}}}'
        )
        if not modern:
            extra = "" if self.iterations is None else f',"iterations":[{self.iterations}]'
            if self.speed != "standard" or self.inference_geo:
                extra += f',"inference_geo":"{self.inference_geo}","speed":"{self.speed}"'
            return (
                f'{flat}{breakdown},"output_tokens":{output_tokens},'
                f"{searches if self.web_searches else ''}"
                f'"service_tier":"{self.service_tier}"{extra}}}'
            )
        return (
            f'{flat}"output_tokens":{output_tokens},"output_tokens_details":{{"thinking_tokens":0}},'
            f'{searches}"service_tier":"{self.service_tier}",{breakdown},'
            f'"inference_geo":"{self.inference_geo}","iterations":[{self.iterations or ""}],'
            f'"speed":"{self.speed}","fallback_credit":null}}'
        )


def iteration(
    kind: str, usage: Usage, *, model: str | None = None, output_tokens: int | None = None
) -> str:
    """One entry of `iterations`: `message`, `advisor_message`, `compaction`, `fallback_message`."""
    named = "" if model is None else f'"model":"{model}",'
    output = usage.output_tokens if output_tokens is None else output_tokens
    return (
        f'{{"type":"{kind}",{named}"input_tokens":{usage.input_tokens},'
        f'"output_tokens":{output},"cache_read_input_tokens":{usage.cache_read_tokens},'
        f'"cache_creation_input_tokens":'
        f"{usage.cache_write_5m_tokens + usage.cache_write_1h_tokens},"
        f'"cache_creation":{{"ephemeral_5m_input_tokens":{usage.cache_write_5m_tokens},'
        f'"ephemeral_1h_input_tokens":{usage.cache_write_1h_tokens}}}}}'
    )
