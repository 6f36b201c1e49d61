"""The description of the API (OpenAPI 3.1), made of the table of operations and their types."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

import msgspec

from yushan.base import Problem
from yushan.doors.api.operations import ANYBODY, OPERATIONS, SIGNED_IN
from yushan.services.accounts import Permission, permission_name

if TYPE_CHECKING:
    from yushan.doors.api.operations import Operation

PLACE: Final = "#/components/schemas/{name}"
#: Status → when it is answered.
REFUSALS: Final = {
    400: "A parameter or the body is not as described.",
    401: "Nobody is signed in, or the token is not valid.",
    403: "The role or the scope does not allow it.",
    404: "There is no such thing, or it is not yours to see.",
    409: "True a moment ago, no longer.",
    415: "The body has another type than application/json.",
    503: "Try again later; nothing was changed.",
}
TAGS: Final = {
    "statistics": "Figures, protected for everybody and exact for who may.",
    "search": "Studies within one's scope.",
    "accounting": "Where everything is.",
    "ledger": "The public record and its proofs.",
    "account": "Oneself and one's own tokens.",
}


@cache
def description() -> bytes:
    """The description as JSON; the same in every process of a version."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=1)


def document() -> dict[str, Any]:
    """The description."""
    kinds = [one.gives for one in OPERATIONS] + [one.asked for one in OPERATIONS]
    kinds += [one.body for one in OPERATIONS if one.body is not None]
    unique = list(dict.fromkeys([*kinds, Problem]))
    references, components = msgspec.json.schema_components(unique, ref_template=PLACE)
    by_kind = dict(zip(unique, references, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        shape = components[one.asked.__name__]
        at = paths.setdefault(f"/api/v1{one.path}", {})
        at[one.method.lower()] = operation(one, shape, by_kind)
    for one in OPERATIONS:
        components.pop(one.asked.__name__, None)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Yushan commons",
            "version": released(),
            "summary": "What programs ask of the commons beside DICOMweb.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": said} for name, said in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of one's own.",
                }
            },
        },
    }


def released() -> str:
    """The version of the product."""
    try:
        return version("yushan")
    except PackageNotFoundError:
        return "0"


def operation(one: Operation, shape: dict[str, Any], by_kind: dict[Any, Any]) -> dict[str, Any]:
    """One operation."""
    good = {"description": "As asked.", "content": {"application/json": {
        "schema": by_kind[one.gives]}}}  # fmt: skip
    if one.method == "GET":
        good["headers"] = {"ETag": {"schema": {"type": "string"}}}
    found: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.says,
        "description": f"For: {whom(one.who)}.",
        "security": [{}, {"token": []}] if one.who == ANYBODY else [{"token": []}],
        "parameters": parameters(one, shape),
        "responses": {str(one.status): good} | refusals(one, by_kind),
    }
    if one.body is not None:
        content = {"application/json": {"schema": by_kind[one.body]}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def whom(who: str) -> str:
    """Who may, in words."""
    if who in (ANYBODY, SIGNED_IN):
        return "anybody" if who == ANYBODY else "who is signed in"
    return f"`{who}` ({permission_name(Permission(who), 'en').lower()})"


def parameters(one: Operation, shape: dict[str, Any]) -> list[dict[str, Any]]:
    """The parameters of an operation; what stands in the path is required."""
    found = []
    for name, schema in shape.get("properties", {}).items():
        at = "path" if f"{{{name}}}" in one.path else "query"
        needed = at == "path" or name in shape.get("required", ())
        found.append({"name": name, "in": at, "required": needed, "schema": plain(schema)})
    return found


def plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is there or not, but never null."""
    options: list[dict[str, Any]] = [
        one for one in schema.get("anyOf", ()) if one.get("type") != "null"
    ]
    if not options:
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return rest | options[0]


def refusals(one: Operation, by_kind: dict[Any, Any]) -> dict[str, Any]:
    """What may be answered instead."""
    wanted = {400, 503}
    if one.who != ANYBODY:
        wanted |= {401, 403}
    if "{" in one.path or one.tag == "ledger":
        wanted |= {404}
    if one.body is not None:
        wanted |= {409, 415}
    schema = {"schema": by_kind[Problem]}
    return {
        str(status): {
            "description": REFUSALS[status],
            "content": {"application/problem+json": schema},
        }
        for status in sorted(wanted)
    }
