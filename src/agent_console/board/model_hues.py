"""Which colour stands for which model of a session.

Rule: the model's name stands beside its colour; what is used most has the first.
"""

from collections.abc import Iterable

from agent_console.model.palette import Role, hue

ROLES: tuple[Role, ...] = ("input", "attention", "cache_write", "output", "question", "cost")
"""The order in which colours are given."""


def model_hues(models: Iterable[str], *, dark: bool) -> dict[str, str]:
    """`#rrggbb` by model, for as many models as there may be."""
    return {
        model: hue(ROLES[number % len(ROLES)], dark=dark) for number, model in enumerate(models)
    }
