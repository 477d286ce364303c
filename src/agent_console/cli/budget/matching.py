"""Which budgets a project counts for."""

import os
from pathlib import Path

from agent_console.model.budget import Budget
from agent_console.usage.reports.matching import is_project


def counts_for(budget: Budget, project: str | None) -> bool:
    """Whether the budget limits what is spent on a project.

    Args:
        budget: The budget.
        project: A folder, or a project's name; null: whatever it is.
    """
    if project is None or budget.scope == "all":
        return True
    if budget.scope != "project":
        return False
    if project == budget.subject:
        return True
    return is_project(placed(project), budget.subject)


def placed(project: str) -> str:
    """A project as it is called from everywhere: a folder that is meant from here, or a name."""
    if "/" in project or project.startswith(("~", ".")):
        return os.path.abspath(Path(project).expanduser())
    return project
