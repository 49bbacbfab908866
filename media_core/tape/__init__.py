"""The tape: what was sent, as it came, in files that survive the end of the process at any moment (docs/tape.md)."""
