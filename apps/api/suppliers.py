"""
``/api/v1/suppliers…``: organisations and their people for programs (docs/tenders.md).

For accounts of the authority; each request carries out the same command as the console's pages, and is refused for the same reasons.
"""

from __future__ import annotations

import base64
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from tornado.web import RequestHandler

from apps.handlers import ApiHandler, Problem
from apps.live.state import Denied
from apps.live.wire import moment
from apps.planning.permissions import ROLES
from apps.tenders import commands
from data import organisations
from data.models import Account, Organisation
from data.organisations import OrganisationRow

ROWS_MAX = 200
STATUS = {
    "forbidden": HTTPStatus.FORBIDDEN,
    "organisation_unknown": HTTPStatus.NOT_FOUND,
    "account_unknown": HTTPStatus.NOT_FOUND,
    "organisation_exists": HTTPStatus.CONFLICT,
    "account_exists": HTTPStatus.CONFLICT,
    "account_active": HTTPStatus.CONFLICT,
}
ORGANISATION = r"(og_[0-9a-f]{1,40})"
PERSON = r"(ac_[0-9a-f]{1,40})"


def routes() -> list[tuple[str, type[RequestHandler]]]:
    """Return the addresses with their handlers; each handler takes ``parts``."""
    return [
        (r"/api/v1/suppliers", Suppliers),
        (r"/api/v1/suppliers/import", SuppliersFile),
        (rf"/api/v1/suppliers/{ORGANISATION}", Supplier),
        (rf"/api/v1/suppliers/{ORGANISATION}/people", SupplierPeople),
        (rf"/api/v1/suppliers/{ORGANISATION}/people/{PERSON}", SupplierPerson),
    ]


class _Suppliers(ApiHandler):
    def require_planner(self) -> Account:
        account = self.require_account()
        if account.role not in ROLES:
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden")
        return account

    async def carry_out(self, kind: type[Any], values: dict[str, Any]) -> dict[str, Any]:
        """Carry out a command for whoever asks. Raises ``Problem`` with the code of the refusal."""
        account = self.require_planner()
        try:
            command = kind.model_validate(values)
        except ValidationError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, "bad_request") from error
        done = await self.parts.planner.execute(account, command)
        if isinstance(done, Denied):
            raise Problem(STATUS.get(done.code, HTTPStatus.UNPROCESSABLE_ENTITY), done.code, **done.values)
        return dict(done.values)

    async def organisation(self, organisation_id: str) -> Organisation:
        self.require_planner()
        found = await self.parts.database.read(organisations.get, organisation_id=organisation_id)
        if found is None or found.erased_at is not None:
            raise Problem(HTTPStatus.NOT_FOUND, "organisation_unknown")
        return found

    async def tell(self, organisation_id: str, *, status: int = HTTPStatus.OK) -> None:
        """Answer with a supplier and its people."""
        found = await self.organisation(organisation_id)
        people = await self.parts.database.read(organisations.people, organisation_id=found.id)
        line = {**organisation_line(found), "people": [person_line(person) for person in people]}
        self.json(line, status=status)

    def problem(self, status: int, code: str, **values: object) -> None:
        """As usual; a refused file also says what is wrong with each line."""
        lines = values.get("problems")
        if not isinstance(lines, list):
            return super().problem(status, code, **values)
        told = [
            {"row": one["row"], "error": one["code"], "message": self.sentence(one["code"], **one["values"])}
            for one in lines
        ]
        message = self.sentence(code, **values)
        return self.json({"error": code, "message": message, "rows": told, "request": self.request_id}, status=status)


class Suppliers(_Suppliers):
    async def get(self) -> None:
        """``search``, ``offset`` and ``limit`` (200 at most) choose a part of the list."""
        self.require_planner()
        search, offset, limit = self.text("search")[:100], self._number("offset", 0), self._number("limit", 50)
        rows, total = await self.parts.database.read(
            organisations.page, search=search, offset=offset, limit=min(limit, ROWS_MAX)
        )
        self.json({"suppliers": [row_line(row) for row in rows], "total": total})

    async def post(self) -> None:
        values = self.values()
        made = await self.carry_out(commands.SaveOrganisation, {**values, "organisation": None})
        await self.tell(made["organisation"], status=HTTPStatus.CREATED)

    def _number(self, name: str, default: int) -> int:
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else default


class SuppliersFile(_Suppliers):
    """A CSV file as the body; all of it is taken, or nothing and each wrong line is named."""

    async def post(self) -> None:
        content = base64.b64encode(self.request.body).decode()
        self.json(await self.carry_out(commands.ImportSuppliers, {"content": content}))


class Supplier(_Suppliers):
    async def get(self, organisation_id: str) -> None:
        await self.tell(organisation_id)

    async def patch(self, organisation_id: str) -> None:
        """Change ``name``, or let its people in or not by ``enabled``."""
        found, values = await self.organisation(organisation_id), self.values()
        if "name" in values:
            command = {"organisation": found.id, "name": values["name"], "tax_code": found.tax_code}
            await self.carry_out(commands.SaveOrganisation, command)
        if "enabled" in values:
            await self.carry_out(commands.SwitchOrganisation, {"organisation": found.id, "enabled": values["enabled"]})
        await self.tell(found.id)


class SupplierPeople(_Suppliers):
    async def post(self, organisation_id: str) -> None:
        """Give somebody an account; they get a mail with the link that activates it."""
        await self.carry_out(commands.AddSupplierPerson, {**self.values(), "organisation": organisation_id})
        await self.tell(organisation_id, status=HTTPStatus.CREATED)


class SupplierPerson(_Suppliers):
    async def patch(self, organisation_id: str, account_id: str) -> None:
        """Let somebody in or not by ``enabled``."""
        people = await self.parts.database.read(
            organisations.people, organisation_id=(await self.organisation(organisation_id)).id
        )
        if not any(person.id == account_id for person in people):
            raise Problem(HTTPStatus.NOT_FOUND, "account_unknown")
        await self.carry_out(
            commands.SwitchSupplierPerson, {"account": account_id, "enabled": self.values().get("enabled")}
        )
        await self.tell(organisation_id)


def organisation_line(one: Organisation) -> dict[str, Any]:
    """Return what a program is told of a supplier."""
    return {
        "id": one.id,
        "name": one.name,
        "tax_code": one.tax_code,
        "enabled": one.disabled_at is None,
        "created_at": moment(one.created_at),
    }


def row_line(row: OrganisationRow) -> dict[str, Any]:
    return {**organisation_line(row.organisation), "people": row.people, "active": row.active}


def person_line(one: Account) -> dict[str, Any]:
    """Return what a program is told of a supplier's person; nothing of passwords and codes but whether there are any."""
    return {
        "id": one.id,
        "name": one.name,
        "email": one.email,
        "language": one.language,
        "enabled": one.disabled_at is None,
        "activated_at": moment(one.activated_at) if one.activated_at else None,
        "second_step": one.totp_secret is not None,
    }
