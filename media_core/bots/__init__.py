"""
Synthetic participants with real media, for demos, tests and load.

A ``Bot`` answers the offer of a media engine, sends a moving picture and a sound that were encoded once, and counts what it receives.
"""

from media_core.bots.bot import Bot

__all__ = ["Bot"]
