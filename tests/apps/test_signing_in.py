"""Forms and the sign-in over real HTTP: tokens against forgery, two tabs, attempts, and where it leads."""

from __future__ import annotations

import re

import pytest

from apps.single import Sala
from tests.apps.visit import Visit

# --- forgery --------------------------------------------------------------------------------------------------------------


async def test_a_form_without_its_token_is_refused_with_a_sentence(visit: Visit) -> None:
    answer = await visit.http.post("/signin", data={"email": "a", "password": "b"})
    assert answer.status_code == 403
    assert "nothing was done" in answer.text


async def test_a_token_of_another_browser_is_refused(sala: Sala, visit: Visit) -> None:
    async with Visit(sala.url) as other:
        stolen = await other.token()
    await visit.get("/signin")
    answer = await visit.http.post("/signin", data={"_xsrf": stolen, "email": "a", "password": "b"})
    assert answer.status_code == 403


async def test_what_another_site_sends_is_refused_even_with_a_token(visit: Visit) -> None:
    answer = await visit.post("/signin", headers={"Sec-Fetch-Site": "cross-site"}, email="a", password="b")
    assert answer.status_code == 403
    assert (await visit.get("/signin", **{"Sec-Fetch-Site": "cross-site"})).status_code == 200


async def two_tabs(visit: Visit) -> str:
    """Open the sign-in page in two tabs at once, neither of which has a cookie yet; return the token of the one whose cookie was replaced."""
    first, second = [await visit.http.get("/signin", headers={"Cookie": ""}) for _ in range(2)]
    visit.http.cookies.clear()
    visit.http.cookies.set("sala_xsrf", second.cookies["sala_xsrf"])
    return token_in(first.text)


def token_in(page: str) -> str:
    found = re.search(r'name="_xsrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("origin", ["", "null"], ids=["named", "kept back, as pages without a referrer do"])
async def test_of_two_tabs_opened_at_once_both_forms_work(sala: Sala, visit: Visit, origin: str) -> None:
    """The browser says that the form is from a page of this origin, which nobody else can make it say."""
    fields = {"_xsrf": await two_tabs(visit), "email": "admin@localhost", "password": sala.password}
    told = {"Sec-Fetch-Site": "same-origin", "Origin": origin or sala.url}
    wrong: list[dict[str, str]] = [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": sala.url},
        {**told, "Sec-Fetch-Site": "same-site"},
        {**told, "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {**told, "Origin": sala.url.replace("http:", "https:")},
    ]
    for headers in wrong:
        assert (await visit.http.post("/signin", data=fields, headers=headers)).status_code == 403, headers
    assert (await visit.http.post("/signin", data={**fields, "_xsrf": "x"}, headers=told)).status_code == 403
    async with Visit(sala.url) as nobody:  # without any cookie of Sala
        assert (await nobody.http.post("/signin", data=fields, headers=told)).status_code == 403
    assert (await visit.http.post("/signin", data=fields, headers=told)).status_code == 303


@pytest.mark.parametrize("path", ["/signin", "/supplier"])
async def test_where_the_browser_tells_nothing_the_form_comes_back_and_works(
    sala: Sala, visit: Visit, path: str
) -> None:
    fields = {"_xsrf": await two_tabs(visit), "email": "admin@localhost", "password": sala.password}
    again = await visit.http.post(path, data={**fields, "next": "/r/demo"})
    assert again.status_code == 403
    assert "nothing was done" in again.text
    assert 'value="admin@localhost"' in again.text
    assert 'value="/r/demo"' in again.text
    assert sala.password not in again.text
    assert "form-action" in again.headers["Content-Security-Policy"]
    entered = await visit.http.post(path, data={**fields, "_xsrf": token_in(again.text), "next": "/r/demo"})
    assert (entered.status_code, entered.headers["Location"]) == (303, "/r/demo")


# --- signing in -------------------------------------------------------------------------------------------------------------


async def test_the_first_administrator_signs_in_with_the_printed_password(sala: Sala, visit: Visit) -> None:
    answer = await visit.sign_in("admin@localhost", sala.password)
    assert answer.status_code in (302, 303)
    cookie = next(value for value in answer.headers.get_list("Set-Cookie") if value.startswith("sala="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    first = visit.http.cookies["sala"]
    await visit.sign_in("admin@localhost", sala.password)
    assert visit.http.cookies["sala"] != first


async def test_signing_out_ends_the_secret_itself(sala: Sala, visit: Visit) -> None:
    await visit.sign_in("admin@localhost", sala.password)
    secret = visit.http.cookies["sala"]
    assert await sala.parts.auth.visitor(secret) is not None
    answer = await visit.post("/signout", form="/signin")
    assert answer.status_code in (302, 303)
    assert "sala" not in visit.http.cookies
    assert await sala.parts.auth.visitor(secret) is None


async def test_a_wrong_password_is_told_in_the_persons_language(visit: Visit) -> None:
    visit.http.headers["Accept-Language"] = "ro-RO,ro;q=0.9"
    answer = await visit.sign_in("admin@localhost", "wrong")
    assert answer.status_code == 403
    assert 'lang="ro"' in answer.text
    assert "is not right" not in answer.text
    assert "sala" not in visit.http.cookies


async def test_the_sixth_attempt_has_to_wait(sala: Sala, visit: Visit) -> None:
    for _ in range(5):
        assert (await visit.sign_in("admin@localhost", "wrong")).status_code == 403
    answer = await visit.sign_in("admin@localhost", sala.password)
    assert answer.status_code in (403, 429)
    assert "Too many attempts" in answer.text
    assert "sala" not in visit.http.cookies


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\tx"]
)
async def test_signing_in_leads_nowhere_else(sala: Sala, visit: Visit, next_: str) -> None:
    answer = await visit.post("/signin", email="admin@localhost", password=sala.password, next=next_)
    assert answer.status_code in (302, 303)
    location = answer.headers["Location"]
    assert "evil" not in location
    assert location.startswith("/")
