"""HTTP at the edge: the transaction of a request, and refusals as problem JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import psycopg
import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid, Refusal, Unavailable

log = structlog.get_logger(__name__)
PROBLEM = "application/problem+json"


async def _transaction(request: Request) -> AsyncIterator[Session]:
    async with request.app.state.database.transaction() as db:
        yield db


Db = Annotated[Session, Depends(_transaction, scope="function")]
"""The transaction of this request: committed after the route returned, before the reply."""


def problem_response(request: Request, body: dict[str, Any]) -> JSONResponse:
    """A problem document; a status of 429 or 503 says when to try again."""
    body["request_id"] = getattr(request.state, "request_id", None)
    headers = {}
    if body["status"] in (429, 503):
        headers["Retry-After"] = str(max(1, round(body.get("retry_after") or 1)))
    return JSONResponse(body, body["status"], headers, PROBLEM)


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return problem_response(request, error.problem())


def _bad_shape(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        {"field": ".".join(str(part) for part in item["loc"][1:]), "title": _said(item)}
        for item in error.errors()[:20]
    ]
    first = errors[0] if errors else {"field": "", "title": "The request is malformed."}
    body = Invalid(first["title"], field=first["field"] or None).problem()
    return problem_response(request, body | {"errors": errors})


def _said(item: Any) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    return message.encode("utf-8", "replace").decode()


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    body = {"type": "about:blank", "title": error.detail, "status": error.status_code}
    response = problem_response(request, body | {"code": f"http_{error.status_code}"})
    response.headers.update(error.headers or {})
    return response


def refusal_of(error: Exception) -> Refusal | None:
    """What a database error means to the caller; nothing when it is our own mistake."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return Unavailable(
            "The database is away. Nothing was changed; please try again.",
            code="database_away",
            retry_after=2,
        )
    if isinstance(error, psycopg.OperationalError | ConnectionError):
        return Unavailable(
            "The database is away. Nothing was changed; please try again.",
            code="database_away",
            retry_after=2,
        )
    if isinstance(error, DataError | psycopg.DataError):
        return Invalid("A value cannot be stored as it is (a NUL character or out of range).")
    if isinstance(error, IntegrityError):
        return _integrity(error)
    return None


def _integrity(error: IntegrityError) -> Refusal:
    diagnosis = getattr(error.orig, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None)
    if isinstance(error.orig, psycopg.errors.ForeignKeyViolation):
        return Invalid("It refers to something that does not exist.", detail=constraint)
    return Conflict("Something like this exists already.", detail=constraint)


def _database_error(request: Request, error: Exception) -> JSONResponse:
    refusal = refusal_of(error)
    if refusal is None:
        raise error
    return problem_response(request, refusal.problem())


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected", path=request.url.path, exc_info=error)
    body = {"type": "about:blank", "title": "Something went wrong on our side.", "status": 500}
    return problem_response(request, body | {"code": "internal"})


class Problem(BaseModel):
    """Why a request was refused (RFC 9457); `code` is stable for programs."""

    type: str
    title: str
    status: int
    code: str
    field: str | None = None
    detail: str | None = None
    limit: float | str | None = None
    retry_after: float | None = None
    errors: list[dict[str, str]] | None = None
    request_id: str | None = None


def document_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """Say in an OpenAPI document that whatever is refused is answered with a problem."""
    shapes = schema.setdefault("components", {}).setdefault("schemas", {})
    shapes.pop("HTTPValidationError", None)
    shapes.pop("ValidationError", None)
    shapes["Problem"] = Problem.model_json_schema()
    told = {"schema": {"$ref": "#/components/schemas/Problem"}}
    refused = {"description": "Why it was refused.", "content": {PROBLEM: told}}
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = refused
    return schema


def install_problems(app: FastAPI) -> None:
    """Say every refusal and failure of this app as problem JSON, and its document that it does."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        return app.openapi_schema or document_problems(plain())

    app.openapi = openapi  # type: ignore[method-assign]
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _bad_shape)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in (DBAPIError, PoolTimeout, psycopg.Error, ConnectionError):
        app.add_exception_handler(kind, _database_error)
    app.add_exception_handler(Exception, _unexpected)
