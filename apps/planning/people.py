"""Accounts of those who sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.planning.asking import Asking, Outcome, changed
from apps.planning.commands import CreateAccount, DisableAccount
from apps.planning.errors import Refused
from apps.planning.texts import clean_email, clean_line
from data import accounts, sign_ins
from data.errors import NotFound
from data.ids import PersonId

if TYPE_CHECKING:
    from sqlmodel import Session

NAME_MAX_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class AccountWithPassword:
    """``CreateAccount`` with the password that was made for it, and its hash."""

    command: CreateAccount
    password: str
    password_hash: str


def create(session: Session, asking: Asking, command: AccountWithPassword) -> Outcome:
    """Add an account; its one-time password is in the answer and nowhere else."""
    wanted = command.command
    email = clean_email(wanted.email)
    name = clean_line(wanted.name, field="name", max_characters=NAME_MAX_CHARACTERS)
    if not name:
        raise Refused("name_missing")
    if accounts.by_email(session, email=email) is not None:
        raise Refused("account_exists", email=email)
    account = accounts.create(
        session,
        email=email,
        name=name,
        role=wanted.role,
        password_hash=command.password_hash,
        now=asking.now,
        language=wanted.language,
    )
    return Outcome({"account": account.id, "password": command.password}, (changed("account", account.id),))


def disable(session: Session, asking: Asking, command: DisableAccount) -> Outcome:
    """Let an account sign in no more, and sign its browsers out; its rooms stay."""
    if command.account == asking.account.id:
        raise Refused("account_own")
    try:
        accounts.disable(session, account_id=command.account, now=asking.now)
    except NotFound as error:
        raise Refused("account_unknown") from error
    sign_ins.delete_of_account(session, account_id=command.account)
    return Outcome(
        {"account": command.account}, (changed("account", command.account),), expelled=(PersonId(command.account),)
    )
