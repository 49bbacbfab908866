"""
Checks a dossier of Sala offline: ``python -m sala_verify DOSSIER``, or ``python serve.py verify DOSSIER``.

It needs Python 3.11, the library cryptography, and nothing of Sala: no home folder, no network, no database. ``docs/evidence.md`` describes
the format, so that anybody can write another one. The code is independent of the code that makes dossiers on purpose.
"""
