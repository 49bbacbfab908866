"""Rendering of the portal's templates: files only, everything escaped, an undefined name is an error."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from apps.addresses import console_address
from apps.assets import Assets
from apps.i18n import LANGUAGES, translate, translate_plural

if TYPE_CHECKING:
    from apps.handlers import Handler

PORTAL_TEMPLATES = Path(__file__).parent / "portal" / "templates"


class Templates:
    """The portal's templates and the assets they name."""

    def __init__(self, folder: Path = PORTAL_TEMPLATES, assets: Assets | None = None) -> None:
        self.assets = assets or Assets()
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, template: str, **values: object) -> str:
        return self._environment.get_template(template).render(**values)


def page_values(handler: Handler) -> dict[str, Any]:
    """
    Return what every template has.

    ``_(sentence, **values)`` and ``ngettext(one, many, count, **values)`` translate; ``language`` is a code, ``languages`` maps codes to
    names; ``nonce`` goes on every script tag; ``xsrf_token`` into every form as ``_xsrf``; ``asset(path)`` is an asset's address;
    ``visitor`` is the signed-in account's ``Visitor`` or None; ``settings`` has ``demo`` and ``console_url``; ``path`` is this page's.
    """
    settings = handler.parts.settings
    return {
        "_": partial(translate, handler.language),
        "ngettext": partial(translate_plural, handler.language),
        "language": handler.language,
        "languages": LANGUAGES,
        "nonce": handler.nonce,
        "xsrf_token": handler.xsrf_token.decode(),
        "asset": handler.parts.templates.assets.url,
        "visitor": handler.visitor,
        "settings": {"demo": settings.demo, "console_url": console_address(settings, asked=handler.request.host)},
        "path": handler.request.path,
    }
