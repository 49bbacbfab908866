from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.mail.smtp_url import smtp_server


@pytest.mark.parametrize(
    ("url", "host", "port", "security"),
    [
        ("smtp://mail.example.org", "mail.example.org", 25, "offered"),
        ("smtp://mail.example.org?starttls=required", "mail.example.org", 25, "starttls"),
        ("smtp://mail.example.org:2525?starttls=no", "mail.example.org", 2525, "none"),
        ("smtp://u:p@mail.example.org", "mail.example.org", 587, "starttls"),
        ("smtp://u:p@localhost:1025", "localhost", 1025, "offered"),
        ("smtp://u:p@[::1]:1025", "::1", 1025, "offered"),
        ("smtps://u:p@mail.example.org", "mail.example.org", 465, "tls"),
        ("smtps://mail.example.org:2465", "mail.example.org", 2465, "tls"),
    ],
)
def test_a_url_says_where_and_how_safely(url: str, host: str, port: int, security: str) -> None:
    server = smtp_server(url)
    assert (server.host, server.port, server.security) == (host, port, security)


def test_name_and_password_are_decoded_and_the_setting_wins() -> None:
    server = smtp_server("smtps://sala%40example.org:p%3A%2F@mail.example.org?ca=/etc/own.pem")
    assert (server.username, server.password, server.ca) == ("sala@example.org", "p:/", "/etc/own.pem")
    assert smtp_server("smtps://u:p@mail.example.org", "better").password == "better"
    assert "p:/" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://host:99999",
        "smtp://host?starttls=maybe",
        "smtp://u:hunter2@mail.example.org?starttls=no",
    ],
)
def test_what_cannot_be_used_is_refused_without_the_password(url: str) -> None:
    with pytest.raises(ValueError, match="smtp_url") as raised:
        smtp_server(url)
    assert "hunter2" not in str(raised.value)


@given(st.text(max_size=60))
def test_any_text_gives_a_server_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        smtp_server(f"smtp://{text}")
