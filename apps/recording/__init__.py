"""Recordings: from the tape to files that people play, and to their end after the days they are kept (docs/recording.md)."""
