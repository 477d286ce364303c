"""How Hypothesis runs: no verdict hangs on the speed of a machine, and CI's is always the same."""

import os

from hypothesis import HealthCheck, settings


def test_no_example_fails_for_being_slow() -> None:
    now = settings()
    assert now.deadline is None
    assert HealthCheck.too_slow in now.suppress_health_check


def test_ci_looks_at_the_same_examples_each_time() -> None:
    ci = settings.get_profile("ci")
    assert (ci.derandomize, ci.database) == (True, None)
    assert settings().derandomize == bool(os.environ.get("CI"))
