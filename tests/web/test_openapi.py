"""The document of the API says of every route what it takes and answers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import Browser

Operation = Mapping[str, Any]
# What a value may be left to: an answer of any type, and the values a rule has read.
FREE = {"value"}


@pytest.fixture
def document(client: Browser) -> Mapping[str, Any]:
    found: Mapping[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return found


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield method, path, operation


def schema_of(document: Mapping[str, Any], operation: Operation) -> Mapping[str, Any] | None:
    """What the operation answers when all is well, the items of a bare list."""
    good = next((answer for status, answer in operation["responses"].items() if status.startswith("2")), {})
    schema = good.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return None
    schema = schema.get("items", schema)
    found: Mapping[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def test_every_route_of_the_api_is_described_in_words(app: Flask, document: Mapping[str, Any]) -> None:
    routes = {
        (method.lower(), re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/")
    }

    described = {(method, path): operation for method, path, operation in operations(document)}

    assert set(described) == routes
    wordless = {path for path, operation in described.items() if not operation.get("summary")}
    assert wordless <= {("get", "/api/v1/openapi.json")}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/qualification-steps",
        "/api/v1/risk-ratings",
        "/api/v1/suppliers/{number}/risk-ratings",
        "/api/v1/questionnaires",
        "/api/v1/suppliers/{number}/questionnaires",
        "/api/v1/documents",
        "/api/v1/development",
        "/api/v1/development-plans",
    ],
)
def test_a_list_says_that_it_is_paged_and_what_is_in_it(document: Mapping[str, Any], path: str) -> None:
    operation = document["paths"][path]["get"]

    taken = {each["name"]: each["schema"] for each in operation["parameters"] if each["in"] == "query"}
    answered = schema_of(document, operation)

    assert {"cursor", "size"} <= set(taken)
    assert answered is not None and {"items", "next", "previous"} <= set(answered["properties"])
    if "sort" in taken:
        assert taken["sort"]["default"] in taken["sort"]["enum"]


@pytest.mark.parametrize(
    "kind", ["qualification-steps", "questionnaires", "documents", "development-plans", "development-milestones"]
)
def test_a_record_is_read_and_moved_as_every_other(document: Mapping[str, Any], kind: str) -> None:
    paths = document["paths"]
    shown = schema_of(document, paths[f"/api/v1/{kind}/{{number}}"]["get"])
    act = paths[f"/api/v1/{kind}/{{number}}/actions/{{action}}"]["post"]

    assert shown is not None and {"number", "state", "version"} <= set(shown["required"])
    assert act["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/ActionGiven")
    fired = schema_of(document, act)
    assert fired is not None and {"from_state", "to_state", "version"} <= set(fired["properties"])
    assert "get" in paths[f"/api/v1/{kind}/{{number}}/actions"]


def test_every_field_has_a_type(document: Mapping[str, Any]) -> None:
    untyped = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, said in schema.get("properties", {}).items()
        if field not in FREE and not said.keys() & {"type", "$ref", "allOf", "anyOf", "oneOf"}
    ]

    assert untyped == []
