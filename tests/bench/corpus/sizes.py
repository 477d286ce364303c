"""How long sessions, texts and tool results are.

Rule: the shares of the full sizes are those of a real history: 1.1 GB in 3,100 files with 130,000
responses, most of it tool results (PERFORMANCE.md).
"""

import random

from msgspec import Struct


class Sizes(Struct, frozen=True):
    """Medians of log-normal sizes.

    Attributes:
        responses: Of a session's main loop; `agent_responses` of a subagent.
        agents: Mean number of subagents of a session.
        text: Characters of a text or thought.
        result: Characters of a tool's result.
        spread: Sigma of results, the widest of all.
    """

    responses: int = 45
    agent_responses: int = 22
    agents: float = 1.1
    text: int = 280
    result: int = 1_150
    spread: float = 1.25

    def around(self, rng: random.Random, median: float, sigma: float = 0.9) -> int:
        """A log-normal whole number, at least 1."""
        return max(1, int(median * rng.lognormvariate(0, sigma)))


FULL = Sizes()
SMALL = Sizes(responses=5, agent_responses=3, agents=1.0, text=60, result=150, spread=0.8)
"""For tests: the same lines, few of them."""
