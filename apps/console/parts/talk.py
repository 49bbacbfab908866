"""Lines of a chat or a log."""

from __future__ import annotations

from apps.console.parts.component import Component, script, styles


class Talk(Component):
    """
    Chat or log. Tells ``write`` with a text, and ``press`` ``delete`` with ``row``.

    Content: ``lines`` [{id, at, text, name, to, gone, remove}], ``label``, ``empty``, ``log``, ``write`` {label, send, disabled} or nothing.
    """

    _esm = script("talk")
    _stylesheets = styles("talk")
