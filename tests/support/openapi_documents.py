"""Descriptions of two small web APIs, in OpenAPI 3.1 and in 2.0."""

from typing import Any

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Stations", "version": "1"},
    "servers": [{"url": "/{version}", "variables": {"version": {"default": "v1"}}}],
    "paths": {
        "/stations/{id}/values": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "get": {
                "summary": "Values of a station",
                "parameters": [
                    {"$ref": "#/components/parameters/limit"},
                    {
                        "name": "unit",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "string", "enum": ["K", "C"]},
                    },
                    {
                        "name": "days",
                        "in": "query",
                        "schema": {"type": "array", "items": {"type": "integer"}},
                    },
                    {"name": "X-Tenant", "in": "header", "required": True, "schema": {}},
                ],
                "responses": {"200": {"description": "Values"}},
            },
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Value"}}
                    },
                },
                "responses": {"201": {"description": "Kept"}},
            },
        },
        "/stations/all/values": {"get": {"responses": {"200": {"description": "All"}}}},
    },
    "components": {
        "parameters": {
            "limit": {
                "name": "limit",
                "in": "query",
                "description": "Most values",
                "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 10},
            }
        },
        "schemas": {
            "Value": {
                "type": "object",
                "required": ["time", "value"],
                "additionalProperties": False,
                "properties": {
                    "time": {"type": "string", "minLength": 4},
                    "value": {"anyOf": [{"type": "number", "maximum": 400}, {"type": "null"}]},
                    "next": {"$ref": "#/components/schemas/Value"},
                    "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
                },
            }
        },
        "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "appid"}},
    },
}

SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Audio", "version": "1"},
    "basePath": "/v1",
    "consumes": ["application/json"],
    "paths": {
        "/audio": {
            "get": {
                "parameters": [
                    {
                        "name": "startMs",
                        "in": "query",
                        "type": "integer",
                        "minimum": 0,
                        "required": True,
                    }
                ],
                "responses": {"200": {"description": "Audio"}},
            },
            "post": {
                "parameters": [
                    {"name": "b", "in": "body", "required": True, "schema": {"type": "object"}}
                ],
                "responses": {"200": {"description": "Kept"}},
            },
        }
    },
}
