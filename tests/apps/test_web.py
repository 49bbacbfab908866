"""The web process over real HTTP: headers, cookies, forgery, limits, and errors that say nothing they should not."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from apps.handlers import ApiHandler, PageHandler
from apps.headers import COMMON
from apps.single import Sala, running
from apps.web import make_application
from data import invitations, rooms
from tests.apps.visit import Visit

PAGES = ("/", "/signin", "/r/demo", "/r/no-such-room", "/j/wrong", "/no/such/page")
OTHERS = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/v1/sessions/se_1/attendance.csv",
    "/ws/room/demo",
    "/internal/console",
    "/assets/0000000000000000/none.js",
)


@pytest.fixture
async def proxied(home: Path) -> AsyncIterator[Visit]:
    """A browser that reaches Sala over https through a proxy."""
    async with running(home=home, demo=True, trust_proxy=True, public_url="https://sala.example.org") as sala:
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.9", "Host": "sala.example.org"}
        async with Visit(f"http://127.0.0.1:{sala.settings.port}", **headers) as visit:
            yield visit


# --- headers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "BREW"])
async def test_every_answer_carries_the_safe_headers(visit: Visit, method: str) -> None:
    for path in PAGES + OTHERS:
        answer = await visit.http.request(method, path)
        for name, value in COMMON.items():
            if name != "Cache-Control":
                assert answer.headers[name] == value, (path, name)
        assert answer.headers["Cache-Control"] in ("no-store", "no-cache"), path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "Permissions-Policy" in answer.headers, path
        assert "Strict-Transport-Security" not in answer.headers, path
        assert not answer.headers.get("Server"), path


async def test_asking_about_a_page_is_answered_as_reading_it_is(visit: Visit) -> None:
    for path in ("/", "/signin", "/r/none", "/no/such/page"):
        asked, read = await visit.http.head(path), await visit.get(path)
        assert (asked.status_code, asked.content) == (read.status_code, b"")


async def test_each_page_has_a_nonce_of_its_own_and_all_its_scripts_carry_it(visit: Visit) -> None:
    nonces = set()
    for path in ("/signin", "/signin", "/no/such/page"):
        answer = await visit.get(path)
        nonce = re.search(r"'nonce-([^']+)' 'strict-dynamic'", answer.headers["Content-Security-Policy"])
        assert nonce
        nonces.add(nonce[1])
        scripts = re.findall(r"<script\b[^>]*>", answer.text)
        assert scripts
        assert all(f'nonce="{nonce[1]}"' in script for script in scripts)
    assert len(nonces) == 3


async def test_only_the_room_may_use_camera_and_microphone(sala: Sala, visit: Visit) -> None:
    room = await visit.enter(sala.demo_links["Paul Participant"])
    assert "camera=(self)" in (await visit.get(room)).headers["Permissions-Policy"]
    for path in ("/", "/signin", "/no/such/page", "/healthz"):
        assert "camera=()" in (await visit.get(path)).headers["Permissions-Policy"]


async def test_sockets_of_the_asked_host_are_allowed_and_nothing_can_be_smuggled_in(visit: Visit) -> None:
    host = visit.url.removeprefix("http://")
    assert (
        f"connect-src 'self' ws://{host} wss://{host};"
        in (await visit.get("/signin")).headers["Content-Security-Policy"]
    )
    for bad in ("evil.example;script-src *", "a b", "x" * 300, "'unsafe-inline'"):
        policy = (await visit.get("/healthz", Host=bad)).headers.get("Content-Security-Policy", "connect-src 'self';")
        assert "connect-src 'self';" in policy


async def test_only_the_sign_in_form_may_lead_to_the_console(sala: Sala, visit: Visit) -> None:
    console = f"http://127.0.0.1:{sala.settings.console_port}"
    for path, forms in (("/signin", f"form-action 'self' {console};"), ("/", "form-action 'self';")):
        assert forms in (await visit.get(path)).headers["Content-Security-Policy"]
    answer = await visit.get("/signin", Host="evil;script-src *")
    assert "script-src *" not in answer.headers.get("Content-Security-Policy", "")


async def test_over_https_cookies_belong_to_the_host_and_transport_is_strict(proxied: Visit) -> None:
    answer = await proxied.get("/signin")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-sala_xsrf=")
    assert {"HttpOnly", "Secure", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


# --- assets ---------------------------------------------------------------------------------------------------------------


async def test_assets_are_cached_for_ever_under_their_hash_alone(sala: Sala, visit: Visit) -> None:
    assets = sala.parts.templates.assets
    file = next(path for path in sorted(assets.folder.rglob("*.js")))
    url = assets.url(file.relative_to(assets.folder).as_posix())
    answer = await visit.get(url)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.content == file.read_bytes()
    old = await visit.get(url.replace(assets.hash, "0" * 16))
    assert (old.status_code, old.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path",
    ["../base.html", "..%2f..%2f..%2fsettings.py", "%2e%2e/templates/base.html", "js", "css/", "//etc/passwd", "%00"],
)
async def test_nothing_outside_the_assets_is_served(sala: Sala, visit: Visit, path: str) -> None:
    request = visit.http.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=f"/assets/{sala.parts.templates.assets.hash}/{path}".encode())
    answer = await visit.http.send(request)
    assert answer.status_code in (400, 403, 404)
    assert "Traceback" not in answer.text


def test_a_page_that_names_a_missing_asset_fails_in_the_tests() -> None:
    from apps.assets import Assets

    with pytest.raises(FileNotFoundError):
        Assets().url("js/no-such-file.js")


async def test_the_demos_people_and_links_outlive_a_restart(home: Path) -> None:
    async with running(home=home, demo=True) as first:
        links, password = (
            {name: link.removeprefix(first.url) for name, link in first.demo_links.items()},
            first.password,
        )
    assert password
    async with running(home=home, demo=True) as second:
        assert {name: link.removeprefix(second.url) for name, link in second.demo_links.items()} == links
        assert second.password == ""
        room = second.database.read_now(rooms.by_slug, slug="demo")
        assert room is not None
        invited = second.database.read_now(invitations.of_room, room_id=room.id)
        assert {one.mail_state for one in invited} == {"none"}, "nobody is written to"
    assert (home / "keys" / "demo.json").stat().st_mode & 0o077 == 0
    assert (home / "keys" / "console.key").stat().st_mode & 0o077 == 0


# --- links and rooms --------------------------------------------------------------------------------------------------------


def essence(answer: httpx.Response, *paths: str) -> tuple[int, str]:
    """Return status and text without what differs in every answer: nonce, token, request number and the path itself."""
    text = re.sub(r'nonce="[^"]+"|value="[^"]+"|[0-9a-f]{12}', "", answer.text)
    for path in paths:
        text = text.replace(path, "")
    return answer.status_code, text


async def test_an_unknown_room_and_a_room_of_others_look_the_same(visit: Visit) -> None:
    known, unknown = await visit.get("/r/demo"), await visit.get("/r/none")
    assert essence(known, "/r/demo") == essence(unknown, "/r/none")
    assert known.status_code == 404


async def test_a_guest_of_one_room_is_a_stranger_to_the_next(sala: Sala, visit: Visit) -> None:
    room = await visit.enter(sala.demo_links["Paul Participant"])
    assert (await visit.get(room)).status_code == 200
    assert (await visit.get("/r/none")).status_code == 404


async def test_a_guests_cookie_is_for_this_browser_and_path_alone(sala: Sala, visit: Visit) -> None:
    await visit.enter(sala.demo_links["Paul Participant"])
    cookie = next(cookie for cookie in visit.http.cookies.jar if cookie.name == "sala_room_demo")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.path == "/"
    assert len(cookie.value or "") >= 43


# --- what goes wrong --------------------------------------------------------------------------------------------------------


class BadPage(PageHandler):
    def get(self) -> None:
        raise RuntimeError("secret detail")


class BadApi(ApiHandler):
    def get(self) -> None:
        raise RuntimeError("secret detail")


async def test_a_failure_shows_a_number_and_no_detail_and_the_log_has_both(
    sala: Sala, caplog: pytest.LogCaptureFixture
) -> None:
    application = make_application(sala.parts)
    held = {"parts": sala.parts}
    application.add_handlers(".*", [("/bad/page", BadPage, held), ("/bad/api", BadApi, held)])
    socket, port = bind_unused_port()
    server = HTTPServer(application)
    server.add_socket(socket)
    with caplog.at_level(logging.ERROR):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30.0) as http:
            page, api = await http.get("/bad/page"), await http.get("/bad/api")
    server.stop()
    await server.close_all_connections()
    for answer in (page, api):
        assert answer.status_code == 500
        assert "Traceback" not in answer.text
        assert "secret detail" not in answer.text
        assert "RuntimeError" not in answer.text
    assert api.json()["error"] == "server_error"
    number = api.json()["request"]
    assert any(getattr(record, "fields", {}).get("request") == number for record in caplog.records)


async def test_a_body_that_is_too_large_is_refused(visit: Visit) -> None:
    token = await visit.token()
    try:
        answer = await visit.http.post("/signin", data={"_xsrf": token, "email": "x" * 2_000_000, "password": ""})
    except httpx.TransportError:
        return  # the server hung up while the rest was still being sent
    assert answer.status_code in (400, 413)


async def test_a_field_that_is_too_long_is_refused_with_a_sentence(visit: Visit) -> None:
    answer = await visit.post("/signin", email="x" * 20_000, password="y")
    assert answer.status_code in (400, 403)
    assert "Traceback" not in answer.text


async def test_nobodys_address_or_secret_stands_in_the_log(
    sala: Sala, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        link = sala.demo_links["Paul Participant"]
        await visit.enter(link)
        await visit.get("/j/some-wrong-secret-of-a-link")
        await visit.get("/r/none")
        await visit.sign_in("admin@localhost", "hunter2hunter2")
        await visit.http.post("/signin", data={})
    ours = "\n".join(
        f"{record.getMessage()} {getattr(record, 'fields', '')}"
        for record in caplog.records
        if record.name.startswith(("apps", "data", "tornado"))
    )
    for secret in (
        "127.0.0.1",
        "some-wrong-secret",
        "hunter2",
        link.rsplit("/", 1)[1],
        visit.http.cookies["sala_room_demo"],
    ):
        assert secret not in ours


# --- health -----------------------------------------------------------------------------------------------------------------


async def test_health_pages_say_that_all_is_well(visit: Visit) -> None:
    assert (await visit.get("/healthz")).json() == {"alive": True}
    ready = await visit.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "checks": {"database": "ok", "media": "ok", "disk": "ok"}}


async def test_readiness_fails_honestly_without_media_and_without_database(sala: Sala, visit: Visit) -> None:
    await sala.engine.close()
    answer = await visit.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["media"] == "engine_unavailable"
    assert answer.json()["checks"]["database"] == "ok"
    await asyncio.to_thread(sala.database.close)
    answer = await visit.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "database_closed"
    assert (await visit.get("/healthz")).status_code == 200


async def test_metrics_are_for_this_machine_or_with_a_token(home: Path) -> None:
    async with running(home=home, metrics_token="a-long-token") as sala, Visit(sala.url) as visit:
        text = (await visit.get("/metrics")).text
        assert "sala_sockets 0.0" in text
        assert 'sala_media_transports{worker="0"} 0.0' in text
        far = {"X-Forwarded-For": "192.0.2.1"}
        assert (await visit.get("/metrics", **far)).status_code == 404
        assert (await visit.get("/metrics", **far, Authorization="Bearer wrong")).status_code == 404
        assert (await visit.get("/metrics", **far, Authorization="Bearer a-long-token")).status_code == 200


async def test_policy_reports_are_counted_whatever_they_hold(visit: Visit) -> None:
    for body in (b"", b"[", b'{"csp-report": 5}', b'{"csp-report": {"effective-directive": "img-src"}}', b"\xff" * 100):
        assert (await visit.http.post("/csp", content=body)).status_code == 204
    assert (await visit.http.post("/csp", content=b"x" * 20_000)).status_code == 413
    assert "sala_policy_reports_total 5.0" in (await visit.get("/metrics")).text
