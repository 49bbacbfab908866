"""The moderators' console: Panel pages in a process of their own, a client of the web process."""
