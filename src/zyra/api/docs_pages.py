"""The description and its pages, with their scripts from this machine: they work offline."""

from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from fastapi import Request
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from starlette.responses import HTMLResponse, Response

from zyra.api.context import root_of, service_of
from zyra.api.file_answer import ServedFile, file_answer
from zyra.api.json_answer import json_answer
from zyra.api.openapi import describe
from zyra.api.routing import router_of
from zyra.jobs.embedded.file_content import FileContent

router = router_of(include_in_schema=False)

MEDIA_TYPES = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "redoc.standalone.js": "text/javascript; charset=utf-8",
}
Asset = Literal["swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js"]

# Whatever a page's script would like to fetch from elsewhere stays unfetched.
POLICY = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src blob:"
}
NO_ICON = "data:,"


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The OpenAPI description, with the root path as its server."""
    document = describe(request.app, service_of(request).registry)
    return json_answer({**document, "servers": [{"url": root_of(request) or "/"}]})


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Swagger UI."""
    root = root_of(request)
    page = get_swagger_ui_html(
        openapi_url=f"{root}/openapi.json",
        title="Zyra",
        swagger_js_url=f"{root}/docs/assets/swagger-ui-bundle.js",
        swagger_css_url=f"{root}/docs/assets/swagger-ui.css",
        swagger_favicon_url=NO_ICON,
        swagger_ui_parameters={"validatorUrl": None, "docExpansion": "list"},
    )
    return HTMLResponse(bytes(page.body), headers=POLICY)


@router.get("/redoc")
async def redoc(request: Request) -> Response:
    """ReDoc."""
    root = root_of(request)
    page = get_redoc_html(
        openapi_url=f"{root}/openapi.json",
        title="Zyra",
        redoc_js_url=f"{root}/docs/assets/redoc.standalone.js",
        redoc_favicon_url=NO_ICON,
        with_google_fonts=False,
    )
    return HTMLResponse(bytes(page.body), headers=POLICY)


@router.get("/docs/assets/{name}")
async def asset(request: Request, name: Asset) -> Response:
    """A script or style of the pages."""
    content = FileContent.at(assets_folder() / name)
    return file_answer(request, ServedFile(content, None, MEDIA_TYPES[name]))


def assets_folder() -> Path:
    """Where the package fastapi-offline keeps the scripts; its code is not imported."""
    spec = find_spec("fastapi_offline")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("fastapi-offline, which holds the documentation's scripts")
    return Path(spec.origin).parent / "static"
