"""The verifier's words in three languages; it carries its own, since it works where nothing of Sala is installed."""

from __future__ import annotations

from collections.abc import Mapping

from sala_verify.findings import Finding

LANGUAGES = ("en", "ro", "it")


def _in(en: str, ro: str, it: str) -> Mapping[str, str]:
    return {"en": en, "ro": ro, "it": it}


FINDINGS: Mapping[str, Mapping[str, str]] = {
    "not_a_dossier": _in(
        "This file is not a dossier, or its beginning and its end are both damaged.",
        "Acest fișier nu este un dosar sau atât începutul, cât și sfârșitul lui sunt deteriorate.",
        "Questo file non è un fascicolo, oppure ne sono danneggiati sia l’inizio sia la fine.",
    ),
    "frame": _in(
        "The ZIP's own bytes are changed at byte {at}.",
        "Octeții proprii ai arhivei ZIP sunt modificați la octetul {at}.",
        "I byte propri dell’archivio ZIP sono modificati al byte {at}.",
    ),
    "bytes_added": _in(
        "{count} bytes were added behind the end of the dossier, at byte {at}.",
        "{count} octeți au fost adăugați după sfârșitul dosarului, la octetul {at}.",
        "{count} byte sono stati aggiunti dopo la fine del fascicolo, al byte {at}.",
    ),
    "signature": _in(
        "The list of contents is not the one that was signed.",
        "Lista conținutului nu este cea semnată.",
        "L’elenco del contenuto non è quello firmato.",
    ),
    "manifest_unreadable": _in(
        "The list of contents can't be read, or is of another format.",
        "Lista conținutului nu poate fi citită sau are alt format.",
        "L’elenco del contenuto non è leggibile o ha un altro formato.",
    ),
    "key_unreadable": _in(
        "The public key can't be read.", "Cheia publică nu poate fi citită.", "La chiave pubblica non è leggibile."
    ),
    "key_changed": _in(
        "The public key is not the one that the list of contents names.",
        "Cheia publică nu este cea numită în lista conținutului.",
        "La chiave pubblica non è quella indicata nell’elenco del contenuto.",
    ),
    "key_other": _in(
        "The dossier is signed with the key {found}, not with {expected}.",
        "Dosarul este semnat cu cheia {found}, nu cu {expected}.",
        "Il fascicolo è firmato con la chiave {found}, non con {expected}.",
    ),
    "member_missing": _in("The file is missing.", "Fișierul lipsește.", "Il file manca."),
    "member_added": _in("The file was added.", "Fișierul a fost adăugat.", "Il file è stato aggiunto."),
    "member_twice": _in("The file is there twice.", "Fișierul apare de două ori.", "Il file è presente due volte."),
    "member_moved": _in(
        "The file is not at its place.", "Fișierul nu este la locul lui.", "Il file non è al suo posto."
    ),
    "member_changed": _in("The file was changed.", "Fișierul a fost modificat.", "Il file è stato modificato."),
    "member_changed_at": _in(
        "The file was changed between bytes {begins} and {ends}.",
        "Fișierul a fost modificat între octeții {begins} și {ends}.",
        "Il file è stato modificato tra i byte {begins} e {ends}.",
    ),
    "member_length": _in(
        "The file has {size} bytes; it had {was}.",
        "Fișierul are {size} octeți; avea {was}.",
        "Il file ha {size} byte; ne aveva {was}.",
    ),
    "line_changed": _in(
        "Line {line} was changed.", "Linia {line} a fost modificată.", "La riga {line} è stata modificata."
    ),
    "line_missing": _in("Line {line} is missing.", "Linia {line} lipsește.", "Manca la riga {line}."),
    "line_added": _in("Line {line} was added.", "Linia {line} a fost adăugată.", "La riga {line} è stata aggiunta."),
    "lines_swapped": _in(
        "Lines {line} and {other} are swapped.",
        "Liniile {line} și {other} sunt inversate.",
        "Le righe {line} e {other} sono scambiate.",
    ),
    "line_moved": _in(
        "From line {line} on the lines are not in order.",
        "De la linia {line} liniile nu sunt în ordine.",
        "Dalla riga {line} le righe non sono in ordine.",
    ),
    "event_changed": _in(
        "Event {number} was changed.",
        "Evenimentul {number} a fost modificat.",
        "L’evento {number} è stato modificato.",
    ),
    "event_missing": _in("Event {number} is missing.", "Evenimentul {number} lipsește.", "Manca l’evento {number}."),
    "event_added": _in(
        "Event {number} was added.", "Evenimentul {number} a fost adăugat.", "L’evento {number} è stato aggiunto."
    ),
    "event_twice": _in(
        "Event {number} is there twice.",
        "Evenimentul {number} apare de două ori.",
        "L’evento {number} è presente due volte.",
    ),
    "events_swapped": _in(
        "Events {number} and {other} are swapped.",
        "Evenimentele {number} și {other} sunt inversate.",
        "Gli eventi {number} e {other} sono scambiati.",
    ),
    "event_moved": _in(
        "Event {number} is not at its place.",
        "Evenimentul {number} nu este la locul lui.",
        "L’evento {number} non è al suo posto.",
    ),
    "event_unlinked": _in(
        "Event {number} does not follow from the event before it: one of both was made anew.",
        "Evenimentul {number} nu urmează din cel dinaintea lui: unul dintre ele a fost refăcut.",
        "L’evento {number} non segue da quello precedente: uno dei due è stato rifatto.",
    ),
    "event_foreign": _in(
        "Event {number} is of another session.",
        "Evenimentul {number} aparține altei ședințe.",
        "L’evento {number} appartiene a un’altra seduta.",
    ),
    "head_other": _in(
        "The last event, {number}, is not the one that was signed.",
        "Ultimul eveniment, {number}, nu este cel semnat.",
        "L’ultimo evento, {number}, non è quello firmato.",
    ),
    "head_unknown": _in(
        "No event has the hash {head}.",
        "Niciun eveniment nu are codul {head}.",
        "Nessun evento ha il codice {head}.",
    ),
    "line_against_event": _in(
        "Line {line} is not what event {number} is committed to.",
        "Linia {line} nu este cea la care se referă evenimentul {number}.",
        "La riga {line} non è quella a cui si riferisce l’evento {number}.",
    ),
    "line_without_event": _in(
        "Line {line} belongs to no event.",
        "Linia {line} nu aparține niciunui eveniment.",
        "La riga {line} non appartiene a nessun evento.",
    ),
    "line_not_empty": _in(
        "Line {line} is said to be erased or deleted, and holds a text (event {number}).",
        "Linia {line} este dată ca ștearsă, dar conține un text (evenimentul {number}).",
        "La riga {line} risulta cancellata, ma contiene un testo (evento {number}).",
    ),
    "event_without_line": _in(
        "The line of event {number} is missing.",
        "Lipsește linia evenimentului {number}.",
        "Manca la riga dell’evento {number}.",
    ),
    "file_without_event": _in(
        "No event names {file}.", "Niciun eveniment nu numește {file}.", "Nessun evento nomina {file}."
    ),
    "file_against_event": _in(
        "The hash of {file} is not that of event {number}.",
        "Codul pentru {file} nu este cel din evenimentul {number}.",
        "Il codice di {file} non è quello dell’evento {number}.",
    ),
    "event_without_file": _in(
        "{file}, named by event {number}, is not listed.",
        "{file}, numit de evenimentul {number}, nu este în listă.",
        "{file}, nominato dall’evento {number}, non è elencato.",
    ),
    "file_content": _in(
        "The file is not the one that event {number} names.",
        "Fișierul nu este cel numit de evenimentul {number}.",
        "Il file non è quello nominato dall’evento {number}.",
    ),
    "attendance_unreadable": _in(
        "The attendance can't be read.", "Prezența nu poate fi citită.", "Le presenze non sono leggibili."
    ),
    "attendance_other": _in(
        "The time of {participant} does not follow from the events.",
        "Timpul pentru {participant} nu rezultă din evenimente.",
        "Il tempo di {participant} non risulta dagli eventi.",
    ),
    "receipt_unreadable": _in(
        "The receipt can't be read.", "Recipisa nu poate fi citită.", "La ricevuta non è leggibile."
    ),
    "receipt_signature": _in(
        "The receipt is not signed with the key of this dossier, or was changed.",
        "Recipisa nu este semnată cu cheia acestui dosar sau a fost modificată.",
        "La ricevuta non è firmata con la chiave di questo fascicolo, o è stata modificata.",
    ),
    "receipt_session": _in(
        "The receipt is of another session.",
        "Recipisa este a altei ședințe.",
        "La ricevuta è di un’altra seduta.",
    ),
    "receipt_head": _in(
        "Event {number} is not the one that the receipt holds: the log was made anew.",
        "Evenimentul {number} nu este cel din recipisă: jurnalul a fost refăcut.",
        "L’evento {number} non è quello della ricevuta: il registro è stato rifatto.",
    ),
}

SAYINGS: Mapping[str, Mapping[str, str]] = {
    "sound": _in(
        "The dossier is as it was signed: nothing was changed, dropped, added or swapped.",
        "Dosarul este așa cum a fost semnat: nimic nu a fost modificat, scos, adăugat sau inversat.",
        "Il fascicolo è come è stato firmato: nulla è stato modificato, tolto, aggiunto o scambiato.",
    ),
    "broken": _in(
        "The dossier is NOT as it was signed:",
        "Dosarul NU este așa cum a fost semnat:",
        "Il fascicolo NON è come è stato firmato:",
    ),
    "container": _in("the ZIP itself", "arhiva ZIP", "l’archivio ZIP"),
    "session": _in("Session: {title} ({session})", "Ședința: {title} ({session})", "Seduta: {title} ({session})"),
    "time": _in("From {begins} to {ends} (UTC)", "De la {begins} la {ends} (UTC)", "Dalle {begins} alle {ends} (UTC)"),
    "events": _in(
        "{events} events, the last with the hash {head}",
        "{events} evenimente, ultimul cu codul {head}",
        "{events} eventi, l’ultimo con il codice {head}",
    ),
    "people": _in(
        "{people} people ({erased} erased), {messages} messages, {files} files included",
        "{people} persoane ({erased} șterse), {messages} mesaje, {files} fișiere incluse",
        "{people} persone ({erased} cancellate), {messages} messaggi, {files} file inclusi",
    ),
    "key": _in("Signed with the key {key}", "Semnat cu cheia {key}", "Firmato con la chiave {key}"),
    "compare": _in(
        "Compare the key with the one that the organisation publishes at /evidence, or give it with --key.",
        "Comparați cheia cu cea publicată de organizație la /evidence sau indicați-o cu --key.",
        "Confrontare la chiave con quella pubblicata dall’organizzazione in /evidence, o indicarla con --key.",
    ),
    "lacking": _in(
        "The Python library {library} is missing; install it with: pip install cryptography",
        "Lipsește biblioteca Python {library}; instalați-o cu: pip install cryptography",
        "Manca la libreria Python {library}; si installa con: pip install cryptography",
    ),
    "unreadable": _in(
        "{file} can't be read: {why}", "{file} nu poate fi citit: {why}", "{file} non è leggibile: {why}"
    ),
}


def sentence(finding: Finding, language: str = "en") -> str:
    """Return a finding with its place."""
    place = finding.member or (saying("container", language) if finding.code != "not_a_dossier" else "")
    text = FINDINGS[finding.code][language].format(**_plain(finding.values))
    return f"{place}: {text}" if place else text


def saying(name: str, language: str, **values: object) -> str:
    return SAYINGS[name][language].format(**_plain(values))


def _plain(values: Mapping[str, object]) -> dict[str, str]:
    """Return values without what could steer a terminal: a dossier may come from anybody."""
    return {key: "".join(c if c.isprintable() else "\ufffd" for c in str(value)) for key, value in values.items()}
