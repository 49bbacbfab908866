"""The stage as video."""

from __future__ import annotations

from apps.console.parts.component import Component, script, styles


class Monitor(Component):
    """
    The stage of a running session, by the portal's own ``session.js``. Tells ``ticket`` when it wants one; the answer is ``tell({"socket": address})``.

    Content: ``room``, ``scripts`` (where the portal's modules are on this origin), ``label``, ``start``, ``stop``, ``sound_on``, ``sound_off``, ``nothing``,
    ``presentation``, ``waiting``, ``lost`` — or nothing, which ends it.
    """

    _esm = script("monitor")
    _stylesheets = styles("monitor")
