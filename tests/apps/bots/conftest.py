"""Bots, their server and its media are on one loop."""

from __future__ import annotations

from tests.steady_loop import on_steady_loops as pytest_asyncio_loop_factories

__all__ = ["pytest_asyncio_loop_factories"]
