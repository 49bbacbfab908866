"""What stands above the columns of an exported list, in three languages; files come from notebooks too, where no program runs."""

from __future__ import annotations

from collections.abc import Mapping

Texts = Mapping[str, Mapping[str, str]]


def _in(en: str, ro: str, it: str) -> Mapping[str, str]:
    return {"en": en, "ro": ro, "it": it}


HEADINGS: Texts = {
    "session_id": _in("Session", "Ședință", "Seduta"),
    "participant_id": _in("Participant id", "Identificator participant", "Identificativo partecipante"),
    "person_id": _in("Person id", "Identificator persoană", "Identificativo persona"),
    "connection_id": _in("Connection", "Conexiune", "Connessione"),
    "room_id": _in("Room", "Sală", "Sala"),
    "message_id": _in("Message", "Mesaj", "Messaggio"),
    "account_id": _in("Account", "Cont", "Account"),
    "title": _in("Title", "Titlu", "Titolo"),
    "kind": _in("Kind", "Tip", "Tipo"),
    "name": _in("Name", "Nume", "Nome"),
    "email": _in("E-mail", "E-mail", "E-mail"),
    "organisation": _in("Organisation", "Organizație", "Organizzazione"),
    "role": _in("Role", "Rol", "Ruolo"),
    "first_joined_at": _in("Joined (UTC)", "Intrare (UTC)", "Ingresso (UTC)"),
    "last_left_at": _in("Left (UTC)", "Ieșire (UTC)", "Uscita (UTC)"),
    "joined_at": _in("Joined (UTC)", "Intrare (UTC)", "Ingresso (UTC)"),
    "left_at": _in("Left (UTC)", "Ieșire (UTC)", "Uscita (UTC)"),
    "opened_at": _in("Opened (UTC)", "Deschisă (UTC)", "Apertura (UTC)"),
    "closed_at": _in("Closed (UTC)", "Închisă (UTC)", "Chiusura (UTC)"),
    "sent_at": _in("Sent (UTC)", "Trimis (UTC)", "Inviato (UTC)"),
    "raised_at": _in("Raised (UTC)", "Ridicată (UTC)", "Alzata (UTC)"),
    "lowered_at": _in("Lowered (UTC)", "Coborâtă (UTC)", "Abbassata (UTC)"),
    "at": _in("Time (UTC)", "Ora (UTC)", "Ora (UTC)"),
    "present": _in("Still present", "Încă prezent", "Ancora presente"),
    "present_s": _in("Present (min)", "Prezență (min)", "Presenza (min)"),
    "session_s": _in("Session (min)", "Ședința (min)", "Seduta (min)"),
    "flowing_s": _in("With sound and picture (min)", "Cu sunet și imagine (min)", "Con audio e video (min)"),
    "visible_s": _in("Page visible (min)", "Pagină vizibilă (min)", "Pagina visibile (min)"),
    "checks_asked": _in("Presence checks", "Verificări de prezență", "Verifiche di presenza"),
    "checks_answered": _in("Checks answered", "Verificări cu răspuns", "Verifiche con risposta"),
    "spoke_s": _in("Spoke (min)", "A vorbit (min)", "Ha parlato (min)"),
    "present_pct": _in("Present (%)", "Prezență (%)", "Presenza (%)"),
    "meets": _in("Rule met", "Regulă îndeplinită", "Regola soddisfatta"),
    "sessions": _in("Sessions", "Ședințe", "Sedute"),
    "started_at": _in("From (UTC)", "De la (UTC)", "Dalle (UTC)"),
    "ended_at": _in("To (UTC)", "Până la (UTC)", "Alle (UTC)"),
    "open_s": _in("Microphone on (min)", "Microfon pornit (min)", "Microfono acceso (min)"),
    "check": _in("Check", "Verificare", "Verifica"),
    "asked_at": _in("Asked (UTC)", "Întrebat (UTC)", "Chiesto (UTC)"),
    "answered_at": _in("Answered (UTC)", "Răspuns (UTC)", "Risposto (UTC)"),
    "answered": _in("Answered", "A răspuns", "Ha risposto"),
    "answer_s": _in("Answered after (min)", "Răspuns după (min)", "Risposta dopo (min)"),
    "presentation_id": _in("Presentation", "Prezentare", "Presentazione"),
    "page": _in("Page", "Pagină", "Pagina"),
    "shown_at": _in("Shown (UTC)", "Afișată (UTC)", "Mostrata (UTC)"),
    "hidden_at": _in("Until (UTC)", "Până la (UTC)", "Fino alle (UTC)"),
    "shown_s": _in("Shown (min)", "Afișată (min)", "Mostrata (min)"),
    "seen_s": _in("Seen (min)", "Văzută (min)", "Vista (min)"),
    "connected": _in("Connected", "Conectat", "Connesso"),
    "flowing": _in("Sound and picture", "Sunet și imagine", "Audio e video"),
    "visible": _in("Page visible", "Pagină vizibilă", "Pagina visibile"),
    "length_s": _in("Length (min)", "Durată (min)", "Durata (min)"),
    "raised_s": _in("Raised for (min)", "Ridicată timp de (min)", "Alzata per (min)"),
    "connections": _in("Connections", "Conexiuni", "Connessioni"),
    "reconnections": _in("Reconnections", "Reconectări", "Riconnessioni"),
    "device": _in("Device", "Dispozitiv", "Dispositivo"),
    "end_reason": _in("Ended by", "Motivul încheierii", "Motivo della fine"),
    "microphone_s": _in("Microphone on (min)", "Microfon pornit (min)", "Microfono acceso (min)"),
    "camera_s": _in("Camera on (min)", "Cameră pornită (min)", "Webcam accesa (min)"),
    "screen_s": _in("Screen shared (min)", "Ecran partajat (min)", "Schermo condiviso (min)"),
    "hands": _in("Hands raised", "Mâini ridicate", "Mani alzate"),
    "messages": _in("Messages", "Mesaje", "Messaggi"),
    "participants": _in("Participants", "Participanți", "Partecipanti"),
    "to": _in("To", "Către", "A"),
    "text": _in("Text", "Text", "Testo"),
    "deleted": _in("Deleted", "Șters", "Eliminato"),
    "lowered_by": _in("Lowered by", "Coborâtă de", "Abbassata da"),
}

WORDS: Texts = {
    "yes": _in("yes", "da", "sì"),
    "no": _in("no", "nu", "no"),
    "moderator": _in("moderator", "moderator", "moderatore"),
    "participant": _in("participant", "participant", "partecipante"),
    "supplier": _in("supplier", "furnizor", "fornitore"),
    "presenter": _in("presenter", "prezentator", "presentatore"),
    "desktop": _in("computer", "calculator", "computer"),
    "tablet": _in("tablet", "tabletă", "tablet"),
    "phone": _in("phone", "telefon", "telefono"),
    "unknown": _in("unknown", "necunoscut", "sconosciuto"),
    "closed": _in("page closed", "pagină închisă", "pagina chiusa"),
    "lost": _in("connection lost", "conexiune pierdută", "connessione persa"),
    "replaced": _in("opened elsewhere", "deschisă în altă parte", "aperta altrove"),
    "left": _in("left", "deconectare", "disconnessione"),
    "removed": _in("removed", "eliminat", "rimosso"),
    "ended": _in("session ended", "ședință încheiată", "seduta terminata"),
    "open": _in("still open", "încă deschisă", "ancora aperta"),
    "system": _in("Sala", "Sala", "Sala"),
    "self": _in("themselves", "participant", "partecipante"),
    "conference": _in("conference", "conferință", "conferenza"),
    "tender": _in("tender", "licitație", "gara"),
}
"""Words that stand in cells."""


RULE_TEXTS: Texts = {
    "present%": _in(
        "present for at least {least} % of the session",
        "prezență de cel puțin {least} % din durata ședinței",
        "presenza per almeno il {least} % della seduta",
    ),
    "flowing%": _in(
        "with sound and picture for at least {least} % of the session",
        "cu sunet și imagine cel puțin {least} % din durata ședinței",
        "con audio e video per almeno il {least} % della seduta",
    ),
    "visible%": _in(
        "with the page visible for at least {least} % of the session",
        "cu pagina vizibilă cel puțin {least} % din durata ședinței",
        "con la pagina visibile per almeno il {least} % della seduta",
    ),
    "presentmin": _in(
        "present for at least {least} min",
        "prezență de cel puțin {least} min",
        "presenza per almeno {least} min",
    ),
    "flowingmin": _in(
        "with sound and picture for at least {least} min",
        "cu sunet și imagine cel puțin {least} min",
        "con audio e video per almeno {least} min",
    ),
    "visiblemin": _in(
        "with the page visible for at least {least} min",
        "cu pagina vizibilă cel puțin {least} min",
        "con la pagina visibile per almeno {least} min",
    ),
    "answeredof": _in(
        "at least {least} of {of} presence checks answered",
        "răspuns la cel puțin {least} din {of} verificări de prezență",
        "risposta ad almeno {least} verifiche di presenza su {of}",
    ),
}
"""Rules of ``data.rules`` in words."""
