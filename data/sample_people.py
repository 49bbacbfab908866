"""People and words that sample data is made of: Romanian trainings, Italian tender sessions, names from both countries."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from data.models import Account


def _words(text: str) -> tuple[str, ...]:
    """Return the words of ``text``; an underscore is a space inside a word."""
    return tuple(word.replace("_", " ") for word in text.split())


FIRST_NAMES = {
    "ro": _words("""
        Andreea Ștefan Ioana Mihai Răzvan Mădălina Țica Vlăduț Sânziana Bogdan Anca Gheorghe Ilinca Dănuț Crina Horațiu Brândușa
        Octavian Luminița Cătălin Ruxandra Iulian Smaranda Costin Ancuța Vasile Otilia Petru Zoe Tudor
    """),
    "it": _words("""
        Niccolò Giulia Matteo Chiara Noè Benedetta Davide Letizia Cosimo Ilaria Edoardo Serena Raffaele Mosè Caterina Lorenzo
        Beatrice Aurelio Noemi Pasquale Fiorenza Gennaro Elettra Saverio
    """),
}
LAST_NAMES = {
    "ro": _words("""
        Țurcanu Bălan Șerban Niță Ungureanu Pîrvu Mâțu Călinescu Drăgoi Văcărescu Stănescu Oprișan Lupșa Gârbea Chițu Zăvoianu
        Brătescu Roșca Tănase Ionașcu Hînganu Ciobanu Moldoveanu Sârbu Fătu Grigorescu
    """),
    "it": _words("""
        D'Amico De_Santis Lo_Russo Nicolò Bianchi Esposito Colombo Marchetti Gallo Fabbri Cattaneo Santoro Pellegrini Vitale
        Caputo Ferrero Monti Sartori Basile Leone Guerrieri Dalù
    """),
}
COMPANIES = {
    "ro": (
        "Construcții Bărăgan SRL",
        "Țesături Mureș SA",
        "Metal Făgăraș SRL",
        "Depozit Șelimbăr SRL",
        "Lemn Vâlcea SRL",
    ),
    "it": (
        "Edilnord S.r.l.",
        "Servizi Città S.p.A.",
        "Lavori Perù & Figli S.n.c.",
        "Coop. L'Unità",
        "Impianti Mondovì S.r.l.",
    ),
}
TITLES = {
    "ro": (
        "Instruire periodică: lucrul la înălțime",
        "Prim ajutor la locul de muncă",
        "Stingerea incendiilor și evacuare",
        "Manipularea maselor",
        "Stivuitoare: reguli de circulație în depozit",
        "Echipament individual de protecție",
    ),
    "it": (
        "Seduta pubblica: apertura delle buste",
        "Seduta pubblica: manutenzione strade",
        "Seduta pubblica: mensa scolastica",
    ),
}
MESSAGES = {
    "ro": (
        "Bună ziua!",
        "Se aude foarte bine, mulțumesc.",
        "Unde găsesc materialul?",
        "Am o întrebare.",
        "Nu văd imaginea.",
        "Mulțumim!",
    ),
    "it": (
        "Buongiorno a tutti.",
        "Perché il punteggio è diverso?",
        "Si sente bene, grazie.",
        "Chiedo la parola.",
        "Grazie, arrivederci.",
    ),
}
ZONES = {"ro": "Europe/Bucharest", "it": "Europe/Rome"}


@dataclass(slots=True)
class Person:
    name: str
    email: str
    organisation: str
    device: str


def person(chance: random.Random, language: str) -> Person:
    """Make somebody up."""
    first = chance.choice(FIRST_NAMES[language])
    last = chance.choice(LAST_NAMES[language])
    devices = chance.choices(("desktop", "phone", "tablet"), (60, 30, 10))
    address = f"p{chance.getrandbits(32):08x}@example.org"
    return Person(f"{first} {last}", address, chance.choice(COMPANIES[language]), devices[0])


def owner(chance: random.Random, first_day: date) -> Account:
    """Nobody can sign in with it: it has no password."""
    created_at = datetime.combine(first_day, time(8), UTC) - timedelta(days=30)
    return Account(
        id=new_id(chance, "ac"),
        email="sample@example.org",
        name="Viorica Munteanu",
        role="moderator",
        password_hash="",
        language="ro",
        created_at=created_at,
    )


def new_id(chance: random.Random, prefix: str) -> str:
    """Return an id that is the same for the same seed."""
    return f"{prefix}_{chance.getrandbits(96):024x}"
