"""Routers, and how their routes become those of the application."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI

from zyra.api.query import refuse_unknown_query


def router_of(*tags: str, **options: Any) -> APIRouter:
    """A router whose routes refuse query parameters that they do not know."""
    return APIRouter(tags=[*tags], dependencies=[Depends(refuse_unknown_query)], **options)


def serve(app: FastAPI, *routers: APIRouter) -> None:
    """Let an application serve the routes of these routers, as if they were made on it.

    `include_router` keeps the routers in between and looks for the route of each request in
    them twice, for prefixes and dependencies of the inclusion, which ours do not have.
    """
    for router in routers:
        app.router.routes.extend(router.routes)
