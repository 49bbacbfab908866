"""The console's port: who is let in, what every answer carries, and that closed pages are forgotten."""

from __future__ import annotations

import gc
import re

import pytest
from bokeh.document import Document
from tornado.httpclient import HTTPClientError

from apps.console.words import Words
from data import accounts, sign_ins
from data.database import Database
from data.models import Account
from tests.apps.console.fakes import NOW, FakeService
from tests.apps.console.serving import SECRET, Console
from tests.waiting import until


async def test_who_is_not_signed_in_is_led_to_the_portal(console: Console) -> None:
    async with console.client() as client:
        answer = await client.get("/console", follow_redirects=False)
        assert answer.status_code == 302
        sign_in = await client.get(answer.headers["location"], follow_redirects=False)
        assert sign_in.headers["location"] == "http://127.0.0.1:8000/signin?next=/console/"
        assert (await client.get("/", follow_redirects=False)).headers["location"] == "/console/"


@pytest.mark.parametrize("secret", ["unknown", "x" * 5000])
async def test_a_wrong_cookie_is_as_good_as_none(console: Console, secret: str) -> None:
    async with console.client(secret) as client:
        assert (await client.get("/console", follow_redirects=False)).status_code == 302


async def test_a_disabled_account_is_let_in_no_more(
    console: Console, database: Database, administrator: Account
) -> None:
    async with console.client(SECRET) as client:
        assert (await client.get("/console")).status_code == 200
        await database.run(accounts.disable, account_id=administrator.id, now=NOW)  # type: ignore[arg-type]
        assert (await client.get("/console", follow_redirects=False)).status_code == 302


async def test_the_page_never_holds_the_secret(console: Console) -> None:
    async with console.client(SECRET) as client:
        answer = await client.get("/console")
    assert SECRET not in answer.text
    token = re.search(r'"token":"([^"]+)"', answer.text)
    assert token
    from bokeh.util.token import get_token_payload

    assert SECRET not in str(get_token_payload(token[1]))


async def test_every_answer_carries_the_safe_headers(console: Console) -> None:
    async with console.client(SECRET) as client:
        for path in ("/console", "/healthz", "/static/js/bokeh.min.js", "/nothing-here"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert "unsafe-eval" not in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "server" not in headers
        assert (await client.get("/healthz")).json() == {"ok": True}
        assert "https://" not in re.sub(
            r"xmlns='[^']*'", "", (await client.get("/console")).text.partition("<body>")[0]
        )


async def test_the_page_is_in_the_accounts_language(
    console: Console, database: Database, administrator: Account
) -> None:
    await database.run(accounts.set_language, account_id=administrator.id, language="ro")  # type: ignore[arg-type]
    async with console.client(SECRET) as client:
        page = (await client.get("/console")).text
    assert '<html lang="ro">' in page
    assert Words("ro")("The console needs JavaScript.") in page


async def test_the_language_chosen_in_this_browser_comes_first(
    console: Console, database: Database, administrator: Account
) -> None:
    await database.run(accounts.set_language, account_id=administrator.id, language="ro")  # type: ignore[arg-type]
    async with console.client(SECRET) as client:
        client.cookies.set("sala_language", "it")
        assert '<html lang="it">' in (await client.get("/console")).text
        client.cookies.set("sala_language", "xx")
        assert '<html lang="ro">' in (await client.get("/console")).text


async def test_the_socket_wants_cookie_origin_and_a_signed_token(console: Console) -> None:
    await console.open_page()
    async with console.client(SECRET) as client:
        page = (await client.get("/console")).text
    token = re.search(r'"token":"([^"]+)"', page)
    assert token
    for secret, origin in (("", ""), ("unknown", ""), (SECRET, "http://evil.example")):
        with pytest.raises((HTTPClientError, AssertionError)):
            await console.connect(token[1], secret, origin)
    from bokeh.util.token import generate_jwt_token, generate_session_id

    forged = generate_jwt_token(generate_session_id(), extra_payload={"cookies": {"sala": SECRET}, "headers": {}})
    with pytest.raises((HTTPClientError, AssertionError)):
        await console.connect(forged, SECRET)


async def test_ten_pages_are_released_when_their_browsers_leave(console: Console, service: FakeService) -> None:
    gc.collect()
    before = sum(isinstance(one, Document) for one in gc.get_objects())
    for _ in range(10):
        await console.open_page()
    assert len(console.sessions) == 10
    await console.leave()
    await console.forget()
    assert len(service.listeners) == 1  # of the whole process: the board with the curves

    def documents() -> int:
        gc.collect()
        return sum(isinstance(one, Document) for one in gc.get_objects())

    await until(lambda: documents() <= before + 1, timeout_s=60.0, what="the documents' release")


async def test_a_sign_out_elsewhere_is_noticed(
    database: Database, service: FakeService, administrator: Account
) -> None:
    from apps.console.access import Access
    from apps.console.app import ConsoleApp
    from apps.console.desk import Desk
    from apps.visitors import secret_hash

    access = Access(database)

    async def still() -> bool:
        return await access.visitor(SECRET) is not None

    app = ConsoleApp(Desk(service, database, administrator, SECRET), still_signed_in=still, sign_in_address="/signin")
    await app.start()
    await app.check_sign_in()
    assert service.listeners
    await database.run(sign_ins.delete, secret_hash=secret_hash(SECRET))
    service.changed("account", administrator.id)
    await until(lambda: not service.listeners)
    assert app.desk.pulse.closed
