"""The sentences for codes about suppliers, tenders and passwords; a part of ``apps.sentences``."""

from __future__ import annotations


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


TENDER_SENTENCES: dict[str, str] = {
    # passwords and the second step
    "password_too_short": N_("The password needs at least {least} characters."),
    "password_too_long": N_("The password is too long: at most {most} characters."),
    "password_common": N_(
        "This password is one of the most common ones, and the first to be guessed. Please choose another."
    ),
    "password_known": N_("The password must not be your name, your address or your organisation."),
    "passwords_differ": N_("The two passwords are not the same. Please type them again."),
    "password_wrong": N_("The password is not right. Please try again."),
    "second_step_wrong": N_("This code is not right, or it was used already. Please wait for the next one."),
    "second_step_locked": N_(
        "This server has lost the key to the codes of your app. Please type a recovery code, or ask those who run the server."
    ),
    "second_step_expired": N_("Signing in took too long. Please start again."),
    "links_of_day": N_("This person was sent {limit} links within a day. Please try again tomorrow."),
    "links_asked": N_("Too many links were asked for today. Please try again tomorrow."),
    "link_used": N_("This link was used already, or it has expired. Please ask for a new one."),
    # suppliers
    "not_admitted": N_("You no longer take part in this session."),
    "organisation_unknown": N_("This supplier does not exist."),
    "organisation_exists": N_("There is a supplier with the tax code {tax_code} already."),
    "tax_code_invalid": N_("“{text}” is not a tax code: 5 to 20 letters and digits."),
    "account_active": N_("This account is activated already. Its person can ask for a new password at sign-in."),
    "language_unknown": N_("The language “{text}” is not one of en, ro, it."),
    # tenders
    "tender_unknown": N_("This tender does not exist, or it is not yours."),
    "tender_exists": N_("There is a tender with the number {number} already."),
    "tender_session_open": N_("A session of this tender is going on. End it first, then archive it."),
    "tender_number_missing": N_("Please enter the number of the tender."),
    "tender_subject_missing": N_("Please enter the subject of the tender."),
    "amount_invalid": N_("“{text}” is not an amount. Write it like 1250000.00 or 1.250.000,00."),
    "date_invalid": N_("“{text}” is not a date with a time. Write it like 2027-03-31 12:00 or 31/03/2027 12:00."),
    "procedure_unknown": N_("“{text}” is not a known kind of procedure."),
    "currency_unknown": N_("“{text}” is not a currency. Write its three letters, such as EUR."),
    # files
    "csv_nothing": N_(
        "There is nothing in this file. The first row must hold the headings, the rows below the entries."
    ),
    "csv_rows_limit": N_("The file holds more than {limit} rows. Please split it."),
    "csv_columns_missing": N_("A column that is needed is missing. Headings found: {found}"),
    "csv_lines": N_("Nothing was imported: {count} rows must be mended first."),
    "csv_tax_code_differs": N_("The tax code {tax_code} belongs to another name in row {line}."),
    "csv_email_twice": N_("{email} stands in row {line} already."),
    "csv_number_twice": N_("The number {number} stands in row {line} already."),
}
