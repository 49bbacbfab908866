"""What the columns of a contacts file are called, in three languages and as common programs export them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from apps.planning.errors import Refused
from apps.planning.texts import shown

HEADINGS: Mapping[str, frozenset[str]] = {
    "email": frozenset(
        {"email", "emailaddress", "mail", "adresaemail", "adresadeemail", "adresamail", "adresa", "postaelectronica"}
        | {"indirizzoemail", "indirizzomail", "indirizzodipostaelettronica", "postaelettronica", "email1value"}
    ),
    "name": frozenset(
        {"name", "fullname", "displayname", "participant", "nume", "numecomplet", "numesiprenume", "numeprenume"}
        | {"numelesiprenumele", "nome", "nomecompleto", "nomeecognome", "nomecognome", "cognomeenome", "nominativo"}
    ),
    "first_name": frozenset({"firstname", "givenname", "prenume", "prenumele", "nomedibattesimo"}),
    "last_name": frozenset({"lastname", "surname", "familyname", "numedefamilie", "cognome"}),
    "organisation": frozenset(
        {"organisation", "organization", "company", "companyname", "institution", "employer"}
        | {"organizatie", "organizatia", "firma", "compania", "companie", "societate", "institutie", "institutia"}
        | {"angajator", "unitate", "unitatea", "organizzazione", "azienda", "ente", "societa", "impresa", "ditta"}
    ),
    "language": frozenset({"language", "preferredlanguage", "limba", "lingua"}),
}
LANGUAGE_NAMES: Mapping[str, frozenset[str]] = {
    "en": frozenset({"en", "eng", "english", "engleza", "inglese"}),
    "ro": frozenset({"ro", "ron", "rum", "romanian", "romana", "rumeno", "romeno"}),
    "it": frozenset({"it", "ita", "italian", "italiana", "italiano"}),
}


def columns_of(heading: Sequence[str]) -> Mapping[str, int]:
    """
    Return which column holds what; columns of other names are left out.

    Raises:
        Refused: ``csv_without_email_column``, ``csv_column_twice``.
    """
    columns: dict[str, int] = {}
    for number, cell in enumerate(heading):
        meant = next((column for column, names in HEADINGS.items() if _plain(cell) in names), None)
        if meant is None:
            continue
        if meant in columns:
            raise Refused("csv_column_twice", heading=shown(cell))
        columns[meant] = number
    if "email" not in columns:
        raise Refused("csv_without_email_column", found=shown(", ".join(cell for cell in heading if cell.strip())))
    return columns


def language_of(cell: str) -> str:
    """Return the code of a language written as code, locale or name; empty for an empty cell. Raises ``Refused``."""
    if not cell.strip():
        return ""
    plain = _plain(re.split(r"[-_]", cell.strip())[0])
    for code, names in LANGUAGE_NAMES.items():
        if plain in names:
            return code
    raise Refused("language_unknown", text=shown(cell))


def _plain(cell: str) -> str:
    """Return a heading without accents, spaces, hyphens and case."""
    decomposed = unicodedata.normalize("NFKD", cell[:100]).casefold()
    return "".join(character for character in decomposed if character.isalnum() and character.isascii())
