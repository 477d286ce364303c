"""What to do about the use of the cache: rules, each with the figures that it goes by.

Rule: no rule speaks without its figures, and none of amounts that nobody would notice.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from agent_console.config_cache import CacheConfig
from agent_console.model.format import cost, counted, tokens
from agent_console.usage.insight.cache_use import LEAST_SENT_TOKENS, CacheReport
from agent_console.usage.insight.spent import usd
from agent_console.usage.insight.unread_writes import Reason

Level: TypeAlias = Literal["good", "note", "advice", "warning"]
Rule: TypeAlias = Literal["hit_rate", "lost", "poor_sessions", "no_gain"]

LOST_SHARE = 0.2
"""Lost writes are told from this part of all writes on."""

LEAST_USD = 1.0
"""And from so many dollars on."""

_WHY: dict[Reason, str] = {
    "ended": "no request followed: sessions that end right after much was read in. Ask once "
    "more in the same session instead of beginning another",
    "expired": "the next request came after the cache had expired. Go on sooner, or begin "
    "anew (/clear) after a long pause instead of sending all of it again",
    "changed": "the next request began otherwise: /clear, /compact, /rewind, other tools or MCP "
    "servers, an edited CLAUDE.md. Do these between tasks, not within one",
}


class Advice(Struct, frozen=True):
    """One finding.

    Attributes:
        level: `good` when there is nothing to do.
        rule: Which rule found it.
        text: The finding and what to do, with its figures.
        figures: The same figures, for scripts: rates as parts of 1, money in US dollars.
    """

    level: Level
    rule: Rule
    text: str
    figures: dict[str, float]


def advice(report: CacheReport, wanted: CacheConfig) -> list[Advice]:
    """All findings, the hit rate first."""
    return [*_hit_rate(report, wanted), *_no_gain(report), *_lost(report), *_poor(report, wanted)]


def _hit_rate(report: CacheReport, wanted: CacheConfig) -> list[Advice]:
    total = report.total
    rate, sent = total.hit_rate, total.sent_tokens
    if rate is None or sent < LEAST_SENT_TOKENS:
        return []
    percent = rate * 100
    figures = {
        "hit_rate": rate,
        "goal": wanted.goal_percent / 100,
        "cache_read_tokens": float(total.sums.cache_read),
        "sent_tokens": float(sent),
    }
    of_sent = (
        f"{percent:.0f} % of what was sent came from the cache "
        f"({tokens(total.sums.cache_read)} of {tokens(sent)} tokens)"
    )
    if percent <= wanted.warning_percent:
        text = (
            f"{of_sent}. Something keeps it from being used: DISABLE_PROMPT_CACHING in the "
            "environment, a proxy that rewrites requests, or sessions of one request each."
        )
        return [Advice("warning", "hit_rate", text, figures)]
    if percent < wanted.advice_percent:
        text = (
            f"{of_sent}, below {wanted.advice_percent} %. Longer sessions read more: go on "
            "in one as long as it is about the same, and look at the sessions named below."
        )
        return [Advice("advice", "hit_rate", text, figures)]
    if percent < wanted.goal_percent:
        text = f"{of_sent}; the goal is {wanted.goal_percent} %."
        return [Advice("note", "hit_rate", text, figures)]
    text = f"{of_sent}: above the goal of {wanted.goal_percent} %."
    return [Advice("good", "hit_rate", text, figures)]


def _no_gain(report: CacheReport) -> list[Advice]:
    """It cost more with the cache than it would have without."""
    money = report.total.money
    if usd(-money.saved_pico) < LEAST_USD:
        return []
    premium, saved = usd(money.write_premium_pico), usd(money.read_saved_pico)
    text = (
        f"Writing to the cache cost {cost(premium)} more than plain input, and reading from it "
        f"saved {cost(saved)}: it would have been cheaper without."
    )
    figures = {"write_premium_usd": premium, "read_saved_usd": saved}
    return [Advice("warning", "no_gain", text, figures)]


def _lost(report: CacheReport) -> list[Advice]:
    unread = report.total.unread
    lost_usd = usd(unread.pico)
    if lost_usd < LEAST_USD or unread.tokens < LOST_SHARE * unread.written_tokens:
        return []
    reason = max(unread.lost_tokens, key=lambda each: unread.lost_tokens[each])
    part = unread.lost_tokens[reason]
    text = (
        f"{tokens(unread.tokens)} of {tokens(unread.written_tokens)} written tokens "
        f"({unread.tokens / unread.written_tokens * 100:.0f} %, {cost(lost_usd)}) were never read "
        f"again. Of {tokens(part)} of them {_WHY[reason]}."
    )
    figures = {
        "lost_tokens": float(unread.tokens),
        "written_tokens": float(unread.written_tokens),
        "lost_usd": lost_usd,
        **{f"{each}_tokens": float(count) for each, count in unread.lost_tokens.items()},
    }
    return [Advice("advice", "lost", text, figures)]


def _poor(report: CacheReport, wanted: CacheConfig) -> list[Advice]:
    if not report.poor:
        return []
    sent = sum(each.sent_tokens - each.sums.cache_read for each in report.poor)
    text = (
        f"{counted(len(report.poor), 'session')} read less than {wanted.advice_percent} % from "
        f"the cache and sent {tokens(sent)} tokens beside it; the table below names them."
    )
    figures = {"sessions": float(len(report.poor)), "sent_tokens": float(sent)}
    return [Advice("advice", "poor_sessions", text, figures)]
