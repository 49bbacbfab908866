"""
Errors of the data layer.

``code`` is for programs, the message for people: what happened, the value, what to do now::

    DataError
    ├── DatabaseError            the operator must act
    │   ├── DatabaseInUse        another Sala holds the lock
    │   ├── DatabaseMissing      opened for reading, and there is none
    │   ├── DatabaseDamaged      quick_check or the foreign keys found something
    │   ├── SchemaOutdated       opened for reading, and not migrated yet
    │   ├── SchemaUnknown        made by a newer Sala
    │   ├── DatabaseReadOnly     opened with write=False and asked to write
    │   └── DatabaseClosed       used after close()
    ├── DossierUnreadable        a file is no dossier, or its events were changed
    ├── NotFound                 there is no such row; ``what`` and ``key`` say which
    └── Taken                    a row with this value exists already; ``what`` and ``value`` say which
"""

from __future__ import annotations


class DataError(Exception):
    """Base of data's errors."""

    code = "data_error"


class DatabaseError(DataError):
    """The database can't be used as it is."""

    code = "database_error"


class DatabaseInUse(DatabaseError):
    """A second Sala was started on the same database."""

    code = "database_in_use"

    def __init__(self, where: str, holder: str = "") -> None:
        by = f" by process {holder}" if holder else ""
        super().__init__(f"{where} is in use{by}; end the other Sala, or choose another home")


class DatabaseMissing(DatabaseError):
    """There is no database to read."""

    code = "database_missing"

    def __init__(self, where: str) -> None:
        super().__init__(f"there is no database at {where}; start Sala there once, or choose another home")


class DatabaseDamaged(DatabaseError):
    """The file's own check failed."""

    code = "database_damaged"

    def __init__(self, where: str, finding: str) -> None:
        super().__init__(f"{where} is damaged ({finding}); restore the newest backup of the home folder")


class SchemaOutdated(DatabaseError):
    """An older Sala made it, and it is opened for reading only."""

    code = "schema_outdated"

    def __init__(self, where: str, found: str, wanted: str) -> None:
        super().__init__(f"{where} has schema {found}, this Sala reads {wanted}; start Sala there once to migrate it")


class SchemaUnknown(DatabaseError):
    """A newer Sala made it."""

    code = "schema_unknown"

    def __init__(self, where: str, found: str, wanted: str) -> None:
        super().__init__(f"{where} has schema {found}, newer than {wanted} of this Sala; use the newer Sala")


class DatabaseReadOnly(DatabaseError):
    """It was opened with ``write=False``."""

    code = "database_read_only"

    def __init__(self, where: str) -> None:
        super().__init__(f"{where} was opened for reading; changes go through the running Sala")


class DatabaseClosed(DatabaseError):
    """It was used after ``close()``."""

    code = "database_closed"

    def __init__(self, where: str) -> None:
        super().__init__(f"{where} is closed")


class DossierUnreadable(DataError):
    """A file can't be opened as a dossier."""

    code = "dossier_unreadable"

    def __init__(self, where: str, finding: str) -> None:
        super().__init__(f"{where} can't be opened as a dossier ({finding}); serve.py verify says more")


class NotFound(DataError):
    """There is no such row."""

    code = "not_found"

    def __init__(self, what: str, key: str) -> None:
        super().__init__(f"there is no {what} {key!r}")
        self.what, self.key = what, key


class Taken(DataError):
    """A row with this value exists already."""

    code = "taken"

    def __init__(self, what: str, value: str) -> None:
        super().__init__(f"{what} {value!r} is taken already")
        self.what, self.value = what, value
