"""The head of a page."""

from __future__ import annotations

from apps.console.parts.component import Component, script, styles


class Bar(Component):
    """
    Title, facts, state, actions, tabs, boxes. Tells ``press`` with the action's name.

    Content: ``title``, ``small``, ``facts``, ``back`` {go, label}, ``pills`` [{text, tone}], ``actions``, ``tabs`` [{go, label, current}],
    ``boxes`` [{text, tone}].
    """

    _esm = script("bar")
    _stylesheets = styles("bar")
