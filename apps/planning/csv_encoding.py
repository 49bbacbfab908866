"""The text of a CSV file whose encoding nobody wrote down."""

from __future__ import annotations

import codecs

from apps.planning.errors import Refused

# Letters that stand at different places in the two Windows code pages of Sala's languages (bytes above 0x7F).
ROMANIAN_1250 = frozenset("ăĂşŞţŢőŐűŰ".encode("cp1250"))  # ă ş ţ, and the Hungarian names of Romania
ITALIAN_1252 = frozenset("àèìòùÀÈÌÒÙ".encode("cp1252"))
CEDILLA_TO_COMMA = str.maketrans("şŞţŢ", "șȘțȚ")  # the old code page had no comma below


def text_of(content: bytes) -> str:
    """
    Return a file's text: UTF-8 or UTF-16 where it says or looks so, else the likelier of Windows-1250 and -1252.

    Raises:
        Refused: ``csv_not_text`` for what is no text, a spreadsheet's own file for instance.
    """
    try:
        text = content.decode(_encoding_of(content))
    except UnicodeDecodeError as error:
        raise Refused("csv_not_text") from error
    if _encoding_of(content) == "cp1250":
        text = text.translate(CEDILLA_TO_COMMA)
    if "\0" in text:
        raise Refused("csv_not_text")
    return text


def _encoding_of(content: bytes) -> str:
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _is_utf8(content):
        return "utf-8"
    romanian = sum(byte in ROMANIAN_1250 for byte in content)
    italian = sum(byte in ITALIAN_1252 for byte in content)
    return "cp1250" if romanian > italian else "cp1252"


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
