"""The left panel."""

from __future__ import annotations

from apps.console.parts.component import Component, script, styles


class Navigation(Component):
    """Pages, who is signed in, and how to sign out. Tells ``start``, ``go`` (the address's place) and ``alive``."""

    _esm = script("navigation")
    _stylesheets = styles("navigation")
