"""The description as a page for people, in Markdown; ``docs/api.md`` is this page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yushan.doors.api.description import TAGS, document

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """\
# The API

What programs ask of the commons beside [DICOMweb](dicomweb.md). Made of the description that the
service gives at `/api/openapi.json` (OpenAPI 3.1); a test holds both together.

- Send `Authorization: Bearer ysh_…` with a token of your own (page *Account*); what is for anybody
  needs none. Changes are made by token only, never by a browser's cookie.
- Errors are `application/problem+json` with `code`, `detail` and `remedy`, in English or Chinese by
  `Accept-Language`. What you may not see is absent.
- Answers have an `ETag`; `If-None-Match` gives 304. Pages go on by `next` → `cursor`.
- Counts are exact for who may see exact counts; for others small groups are protected, and where
  that cannot be done a count is `null`.
"""


def page() -> str:
    """The whole page."""
    said = document()
    lines = [HEAD]
    for tag, about in TAGS.items():
        lines.append(f"## {tag.capitalize()}\n\n{about}\n")
        for path, methods in said["paths"].items():
            for method, one in methods.items():
                if one["tags"] == [tag]:
                    lines += operation(path, method, one)
    lines.append("## What is given\n")
    for name, schema in sorted(said["components"]["schemas"].items()):
        lines += kind(name, schema)
    return "\n".join(lines).rstrip() + "\n"


def operation(path: str, method: str, one: dict[str, Any]) -> Iterator[str]:
    """One operation."""
    good = next(status for status in one["responses"] if status.startswith("2"))
    schema = one["responses"][good]["content"]["application/json"]["schema"]
    yield f"### `{method.upper()} {path}`\n"
    yield f"{one['summary']} {one['description']}\n"
    if one["parameters"]:
        yield "| parameter | in | form |"
        yield "|---|---|---|"
        for each in one["parameters"]:
            must = " (required)" if each["required"] else ""
            yield f"| `{each['name']}`{must} | {each['in']} | {form(each['schema'])} |"
        yield ""
    if "requestBody" in one:
        yield f"Takes {form(one['requestBody']['content']['application/json']['schema'])}.\n"
    others = ", ".join(status for status in one["responses"] if status != good)
    yield f"Gives {good}: {form(schema)}; else {others}.\n"


def kind(name: str, schema: dict[str, Any]) -> Iterator[str]:
    """One type."""
    yield f"### {name}\n"
    if said := schema.get("description", ""):
        yield f"{said.strip()}\n"
    if fields := schema.get("properties", {}):
        yield "| field | form |"
        yield "|---|---|"
        for field, shape in fields.items():
            yield f"| `{field}` | {form(shape)} |"
        yield ""


def form(schema: dict[str, Any]) -> str:
    """A form in few words."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(form(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {form(schema.get('items') or schema.get('prefixItems', [{}])[0])}"
    said = [schema.get("type", "anything"), *bounds(schema)]
    if "description" in schema:
        said.append(schema["description"].rstrip("."))
    return "; ".join(said).replace("|", "\\|")


def bounds(schema: dict[str, Any]) -> Iterator[str]:
    """What bounds a value."""
    if "minimum" in schema and "maximum" in schema:
        yield f"{schema['minimum']} to {schema['maximum']}"
    if "pattern" in schema:
        yield f"`{schema['pattern']}`"
    if schema.get("default") is not None:
        yield f"`{schema['default']}` if not given"
