"""A refusal inside planning; ``Planner`` turns it into a ``Denied`` after its transaction was rolled back."""

from __future__ import annotations

from apps.live.state import Denied


class Refused(Exception):
    """What was asked can't be done. ``code`` has a sentence in ``apps.sentences``, ``values`` fill it."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values

    @property
    def denied(self) -> Denied:
        """The same as a value."""
        return Denied(self.code, self.values)
