"""The page's shell as plain markup, which the browser paints before any script has run.

Rule: only words of our own stand here, never a text of a session; nothing here can be used, and the
real shell takes its place as soon as it is there.
"""

from collections.abc import Iterable


def first_paint(title: str, pages: Iterable[str], icon: str) -> str:
    """The markup; it lies under the application and is gone once that is drawn.

    Args:
        title: The page's name.
        pages: The names of all pages.
        icon: The address of the picture in front of our name.
    """
    links = "".join(
        f"<a{' aria-current' if name == title else ''}>"
        f'<i class="q-icon"></i><span>{name}</span></a>'
        for name in pages
    )
    return (
        '<div class="shell first-paint" inert aria-hidden="true">'
        f'<div class="side"><div class="brand"><img src="{icon}" alt=""><span>agent-console</span>'
        f'</div><div class="nav">{links}</div></div>'
        f'<div class="main"><div class="top"><h1>{title}</h1>'
        '<div class="live">starting</div></div></div></div>'
    )
