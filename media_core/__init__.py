"""Sala's media core: the SFU and the tape. Knows nothing of HTTP, SQL or Panel."""
