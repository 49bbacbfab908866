"""
The sentence for each code that a person may be shown: what happened, and what to do now.

Codes are stable and for programs; sentences are English keys of the catalogues, with ``{places}`` filled from the refusal's values.
"""

from __future__ import annotations

from collections.abc import Mapping

from apps.i18n import translate
from apps.sentences_floor import FLOOR_SENTENCES
from apps.sentences_readiness import READINESS_SENTENCES
from apps.sentences_tenders import TENDER_SENTENCES


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


SENTENCES: dict[str, str] = {
    # a link, an invitation
    "link_unknown": N_(
        "This link is not valid. Please check that you copied all of it, or ask the organiser for a new one."
    ),
    "link_expired": N_("This link has expired. Please ask the organiser for a new invitation."),
    "link_revoked": N_("This invitation has been withdrawn. Please ask the organiser if you think this is a mistake."),
    "not_invited": N_("You are not invited to this room. Please open the link in your invitation."),
    # signing in
    "sign_in_failed": N_("The address or the password is wrong."),
    "sign_in_wrong": N_("The address or the password is not right. Please try again."),
    "sign_in_needed": N_("Please sign in first."),
    "too_many_attempts": N_("Too many attempts. Please try again in {minutes} min."),
    "signed_out": N_("You have been signed out. Please sign in again, or open your link again."),
    "form_again": N_("This form had expired, and nothing was done. Please fill it in once more."),
    "form_expired": N_("This page has been open too long. Please load it again and repeat what you did."),
    # entering and leaving a session
    "room_full": N_("The room is full: it takes {limit} people. Please ask the organiser."),
    "name_invalid": N_("Please enter a name of 1 to 120 characters, without control characters."),
    "session_not_open": N_("The conference has not started yet."),
    "session_ended": N_("The conference has ended."),
    "session_ended_by": N_("{name} has ended the conference."),
    "removed": N_("A moderator has removed you from this conference."),
    "left": N_("You have left the conference."),
    "elsewhere": N_(
        "You have joined this conference in another window or on another device. This window is no longer connected."
    ),
    # what may not be done
    "forbidden": N_("You may not do this."),
    "microphone_locked": N_("Your microphone is locked by a moderator."),
    "not_presenter": N_("Only the presenter and moderators can share a screen."),
    "not_present": N_("This person is not in the conference at the moment."),
    "not_yourself": N_("You cannot remove yourself. Press Disconnect to leave."),
    "higher_standing": N_("This person organises the conference: you cannot remove them or change their role."),
    "last_moderator": N_("There is no other moderator here. Make somebody else a moderator first."),
    "not_for_suppliers": N_("Suppliers cannot be given this role."),
    "not_for_encoders": N_("An encoder shows its picture and nothing else: it cannot be given a role."),
    "too_many_requests": N_("That was too fast. Please wait a moment and try again."),
    "message_too_long": N_("The message is too long: at most {limit} characters."),
    # presentations on the stage
    "nothing_presented": N_("Nothing that this could change is on the stage."),
    "no_such_page": N_("This presentation has only {pages} pages."),
    "presentation_unknown": N_("This presentation does not exist, or it is not in this conference."),
    "presentation_not_ready": N_("This presentation is still being prepared. Its first page is not there yet."),
    "presentation_failed": N_("This presentation could not be prepared. Please upload it again."),
    "presentation_on_stage": N_("This presentation is on the stage. Stop it first."),
    "presentations_limit": N_("A conference takes at most {limit} presentations. Remove one that is no longer needed."),
    "library_full": N_(
        "All presentations together may take at most {limit} MiB. Delete some that are no longer needed."
    ),
    "converter_busy": N_("Many files are being prepared at the moment. Please try again in a minute."),
    "upload_disk_full": N_("The server has too little space left for this file."),
    "page_not_ready": N_("This page is still being prepared."),
    "pages_bad": N_("These pages could not be shown and are blank: {pages}."),
    "youtube_link": N_("This is not the address of a YouTube video."),
    "file_empty": N_("The file is empty."),
    "file_too_large": N_("The file is too large: at most {limit} MiB."),
    "file_type": N_(
        "Files of this kind cannot be shown. Use PDF, PowerPoint, Word or OpenDocument, PNG, JPEG or WebP pictures, or MP4 and WebM films."
    ),
    "file_damaged": N_("The file is damaged, or not what its name says. Open it on your computer and save it anew."),
    "document_locked": N_("The file is protected by a password. Save it without one and upload it again."),
    "document_macros": N_("The file contains macros. Save it without them and upload it again."),
    "document_links": N_(
        "The file takes parts of itself from other files or addresses. Embed them, or save it as PDF, and upload it again."
    ),
    "document_too_complex": N_("The file is too complex to be prepared. Save it as PDF and upload that."),
    "document_too_long": N_("The document is too long: at most {limit} pages."),
    "picture_too_large": N_("The picture is too large: at most {limit} million pixels."),
    "conversion_time": N_(
        "Preparing this file took longer than {limit} s and was stopped. Save it as PDF and upload that."
    ),
    "film_codec": N_("Browsers cannot play this film. Save it as MP4 with H.264 picture and AAC sound."),
    "film_without_picture": N_("There is no picture in this film."),
    "office_missing": N_(
        "To show PowerPoint, Word and OpenDocument files, LibreOffice must be installed on the server "
        "(on Debian and Ubuntu: apt-get install libreoffice-impress libreoffice-writer). PDF, pictures and films can be shown without it."
    ),
    # what could not be used
    "not_found": N_("There is nothing here, or it is not for you."),
    "bad_message": N_("The server did not understand this. Please load the page again."),
    "bad_state": N_("This is not possible at the moment."),
    # recording
    "bad_rule": N_(
        "This is not a rule of attendance. Write for example present>=85%, visible>=60min or answered>=2/3."
    ),
    "certificate_too_early": N_("The conference is still open. Certificates are there once it has ended."),
    "certificate_rule_not_met": N_("This person does not meet the rule, so there is no certificate."),
    "check_over": N_("The time to answer was over. You will be asked again."),
    "recording_not_planned": N_("This room is not recorded. Tick record in the conference first."),
    "disk_full": N_("The server's disk is almost full: nothing can be recorded until there is space again."),
    "receipt_none": N_("There is no receipt for you here: no session that you were in has ended."),
    "erase_open": N_("This person is in a session that is open. End it first, then erase them."),
    "erase_supplier_open": N_(
        "Somebody of this supplier is in a session that is open. End it first, then erase the supplier."
    ),
    "erase_own": N_("You cannot erase yourself. Please ask another administrator."),
    "erase_nobody": N_("Nobody has this address: there is nothing to erase."),
    "session_unknown": N_("This session does not exist, or it is not yours."),
    "heads_too_many": N_("Too many hashes were asked for from your address. Please try again in ten minutes."),
    "session_still_open": N_("This can be done once the session is closed."),
    "recording_unknown": N_("There is no such recording, or it was deleted."),
    "recording_changed": N_(
        "The file of this recording is no longer what was made, and is not handed out. Please tell whoever looks after this server."
    ),
    "cut_outside": N_("The part must lie within the session and be at least one second long."),
    "bad_description": N_("The connection for sound and picture could not be made. Please load the page again."),
    "bad_request": N_("The server could not use this request."),
    "too_large": N_("This is too large."),
    # planning: conferences, contacts, invitations, accounts
    "room_unknown": N_("This conference does not exist, or it is not yours."),
    "room_archived": N_("This conference has been archived; it can no longer be changed."),
    "session_open": N_("This conference is running. End it first, then archive it."),
    "room_limit": N_("A conference on this server takes at most {limit} people."),
    "zone_unknown": N_("This time zone is not known. Please choose one from the list."),
    "date_without_zone": N_("The date has no time zone. Please choose one."),
    "date_out_of_range": N_("Please choose a year from {first} to {last}."),
    "title_missing": N_("Please enter a title."),
    "title_too_long": N_("The title is too long: at most {limit} characters."),
    "description_too_long": N_("The description is too long: at most {limit} characters."),
    "name_missing": N_("Please enter a name."),
    "name_too_long": N_("The name is too long: at most {limit} characters."),
    "organisation_too_long": N_("The name of the organisation is too long: at most {limit} characters."),
    "text_invisible": N_("“{text}” holds line breaks or invisible characters. Please type it anew."),
    "email_missing": N_("Please enter an e-mail address."),
    "email_invalid": N_("“{email}” is not an e-mail address."),
    "contact_list_unknown": N_("This list of contacts does not exist, or it is not yours."),
    "contact_unknown": N_("This contact does not exist, or it is not yours."),
    "contact_exists": N_("{email} is in this list already."),
    "contact_list_full": N_("A list takes at most {limit} contacts. Please make another list."),
    "invitation_unknown": N_("This invitation does not exist, or it is not yours."),
    "mail_limit": N_("At most {limit} invitations can be sent in 24 hours; {left} are left, and {wanted} were wanted."),
    "encoder_unknown": N_("This encoder does not exist, or it is not yours."),
    "encoders_limit": N_("A conference takes at most {limit} encoders. Withdraw one that is no longer needed."),
    # what an encoder is answered
    "encoder_token": N_("This token is not valid for this conference. Ask its moderator for a new one."),
    "encoder_media": N_("One H.264 or VP8 picture and at most one Opus sound can be taken, on one connection."),
    "encoder_sdp": N_("The session description is malformed or too large."),
    "encoder_type": N_("The body must be of the media type {type}."),
    "encoder_method": N_("This method is not used here."),
    "encoder_precondition": N_("The request must name its ICE session in If-Match."),
    "encoder_changed": N_("The ICE session is another by now."),
    "encoder_restart": N_("ICE restarts are not done here. End the session and begin another."),
    "account_exists": N_("{email} has an account already."),
    "account_unknown": N_("This account does not exist."),
    "account_own": N_("You cannot disable your own account."),
    "csv_too_large": N_("The file is too large: at most {limit_kib} KiB."),
    "csv_not_text": N_(
        "This file is not a CSV file. In the spreadsheet program, save the table as CSV (UTF-8) and try again."
    ),
    "csv_empty": N_(
        "There is nobody in this file. The first row must hold the headings, the rows below one person each."
    ),
    "csv_without_email_column": N_("No column is headed “E-mail”. Headings found: {found}"),
    "csv_column_twice": N_(
        "The heading “{heading}” stands for something that another column holds already. Please keep one of the two."
    ),
    "csv_too_many_rows": N_("The file holds more than {limit} people. Please split it."),
    "csv_row_quotes": N_("Row {row}: a quotation mark is not closed."),
    "csv_row_cells": N_("Row {row}: {found} cells, but the heading has {expected}."),
    "csv_row_without_email": N_("Row {row}: the e-mail address is missing."),
    "csv_row_email": N_("Row {row}: “{email}” is not an e-mail address."),
    "csv_row_invisible": N_("Row {row}: “{text}” holds line breaks or invisible characters."),
    "csv_row_too_long": N_("Row {row}: a name is too long; at most {limit} characters."),
    "csv_row_language": N_("Row {row}: the language “{text}” is not one of en, ro, it."),
    **TENDER_SENTENCES,
    **READINESS_SENTENCES,
    # Sala itself
    "service_unavailable": N_("The server cannot be reached at the moment. Please try again shortly."),
    "unavailable": N_("The server is starting or too busy. Please try again shortly."),
    "internal_error": N_("Something went wrong on the server. Please try again."),
    "server_error": N_("Something went wrong on the server. It has been noted; please try again."),
    **FLOOR_SENTENCES,
}


def sentence(language: str, code: str, values: Mapping[str, object] | None = None) -> str:
    """Return the sentence of a code in a language; an unknown code, or a lacking value, gives the general one."""
    try:
        return translate(language, SENTENCES[code], **(values or {}))
    except KeyError:
        general = SENTENCES["internal_error"]
        return translate(language, general)
