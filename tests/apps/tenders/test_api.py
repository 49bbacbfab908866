"""Suppliers for programs."""

from __future__ import annotations

from typing import Any

from apps.single import Sala
from tests.apps.tenders.authority import PASSWORD, Authority
from tests.apps.visit import Visit


async def ask(visit: Visit, method: str, path: str, body: Any = None, content: str = "") -> tuple[int, dict[str, Any]]:
    headers = {"X-XSRFToken": await visit.token("/account")}
    answer = await visit.http.request(
        method,
        f"/api/v1/suppliers{path}",
        json=body if not content else None,
        content=content or None,
        headers=headers,
    )
    return answer.status_code, answer.json()


async def test_suppliers_and_their_people(sala: Sala, authority: Authority, visit: Visit) -> None:
    await visit.sign_in("admin@localhost", sala.password)
    assert (await ask(visit, "POST", "", {"name": "Edil"}))[0] == 422  # without a tax code
    status, made = await ask(visit, "POST", "", {"name": "Edil <b>", "tax_code": "it 0123.4567"})
    assert (status, made["tax_code"], made["enabled"], made["people"]) == (201, "IT01234567", True, [])
    path = f"/{made['id']}"
    status, twice = await ask(visit, "POST", "", {"name": "Edil", "tax_code": "IT01234567"})
    assert (status, twice["error"]) == (409, "organisation_exists")
    status, one = await ask(visit, "POST", f"{path}/people", {"email": "A@Edil.example", "name": "Ada"})
    assert (status, one["people"][0]["email"], one["people"][0]["activated_at"]) == (201, "a@edil.example", None)
    assert await authority.link("a@edil.example")
    status, off = await ask(visit, "PATCH", f"{path}/people/{one['people'][0]['id']}", {"enabled": False})
    assert (status, off["people"][0]["enabled"]) == (200, False)
    assert (await ask(visit, "PATCH", f"{path}/people/ac_0", {"enabled": True}))[0] == 404
    status, changed = await ask(visit, "PATCH", path, {"name": "Edil S.p.A.", "enabled": False})
    assert (status, changed["name"], changed["enabled"]) == (200, "Edil S.p.A.", False)
    status, listed = await ask(visit, "GET", "?search=EDIL")
    assert (status, listed["total"], listed["suppliers"][0]["people"]) == (200, 1, 1)
    assert (await ask(visit, "GET", "/og_0"))[0] == 404


async def test_a_file_is_taken_whole_or_its_lines_are_named(sala: Sala, visit: Visit) -> None:
    await visit.sign_in("admin@localhost", sala.password)
    heading = "organisation,tax code,email\n"
    status, refused = await ask(visit, "POST", "/import", content=f"{heading}Edil,IT99999,a@b.example\nEdil,?,x\n")
    assert (status, refused["error"], refused["rows"][0]["row"]) == (422, "csv_lines", 3)
    assert "x" in refused["rows"][0]["message"]
    status, counts = await ask(visit, "POST", "/import", content=f"{heading}Edil,IT99999,a@b.example\n")
    assert (status, counts) == (200, {"organisations": 1, "added": 1, "updated": 0})


async def test_it_is_the_authority_s_alone(authority: Authority, visit: Visit) -> None:
    organisation = await authority.organisation()
    await authority.supplier(organisation, "a@edil.example")
    assert (await visit.get("/api/v1/suppliers")).status_code == 401
    await visit.post("/supplier", form="/supplier", email="a@edil.example", password=PASSWORD)
    assert (await ask(visit, "GET", ""))[0] == 403
    assert (await ask(visit, "POST", "", {"name": "X", "tax_code": "IT12345"}))[0] == 403
