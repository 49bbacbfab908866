"""The console's pages; each is a ``Viewer`` that also works alone in a notebook cell."""
