"""Synthetic people: they come by their personal link, speak the portal's protocol, and send and receive real media."""

from apps.bots.portal_bot import PortalBot, Refused

__all__ = ["PortalBot", "Refused"]
