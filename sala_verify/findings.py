"""What the verifier finds: a code for programs, a place, and the values of its sentence (``sala_verify.sentences``)."""

from __future__ import annotations


class Finding:
    """Something that is not as it was signed. ``member`` is the file of the dossier that it is in; empty for the ZIP itself."""

    __slots__ = ("code", "member", "values")

    def __init__(self, code: str, member: str = "", **values: object) -> None:
        self.code, self.member, self.values = code, member, values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finding) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Finding({self.code!r}, {self.member!r}, {self.values!r})"

    @property
    def key(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        return self.code, self.member, tuple((name, str(value)) for name, value in sorted(self.values.items()))
