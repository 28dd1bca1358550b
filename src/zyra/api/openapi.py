"""The OpenAPI 3.1 description: FastAPI's of the routes, and ours of each command.

Bodies are read by `bodies` and `receiving`, not by FastAPI, so they are described here.
"""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from zyra import __version__
from zyra.api.catalogue import args_schema, describe_command
from zyra.api.models.cli_request import CliRequest
from zyra.api.models.files import UploadAnswer, UploadsAnswer
from zyra.api.models.jobs import (
    AcceptedAnswer,
    JobAnswer,
    JobsAnswer,
    ManifestAnswer,
    RunAnswer,
    TicketAnswer,
)
from zyra.api.models.pipelines import (
    EXAMPLES,
    DryRunAnswer,
    PipelineAnswer,
    PipelineRequest,
)
from zyra.api.models.problem import ProblemAnswer
from zyra.api.models.service import (
    CommandAnswer,
    CommandsAnswer,
    ExampleAnswer,
    HealthAnswer,
    ReadyAnswer,
    StartAnswer,
)
from zyra.core.command import Command
from zyra.core.stages import STAGES
from zyra.registry import Registry, all_commands

ANSWERS: tuple[type, ...] = (
    AcceptedAnswer,
    CommandAnswer,
    CommandsAnswer,
    DryRunAnswer,
    HealthAnswer,
    JobAnswer,
    JobsAnswer,
    ManifestAnswer,
    PipelineAnswer,
    ProblemAnswer,
    ReadyAnswer,
    RunAnswer,
    StartAnswer,
    TicketAnswer,
    UploadAnswer,
    UploadsAnswer,
)
REF = "#/components/schemas/"
YAML = "application/yaml"  # RFC 9512
Responses = dict[int | str, dict[str, Any]]

# The one route behind every command's own operation; its entry is the model of theirs.
TYPED_PATH = "/cli/{stage}/{command}"

FORM_BODY: Mapping[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "file": {"type": "string", "contentMediaType": "application/octet-stream"}
                },
                "required": ["file"],
                "additionalProperties": False,
            }
        }
    },
}
RAW_BODY: Mapping[str, Any] = {"required": True, "content": {"application/octet-stream": {}}}

_DESCRIPTION = """Runs the commands of Zyra as isolated jobs.

Upload files, run a command on `file_id:ID`, download what it left. Every path also
answers under `/v1`. Errors are JSON with `type`, `title`, `status`, `detail`, `errors`.
"""
_SECURITY_SCHEMES = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer"},
}


def answers(model: type, *error_statuses: int, status: int = 200) -> Responses:
    """Describe the answers of an operation: `model` when all is well, and its errors.

    They are references: that FastAPI makes schemas of models costs a tenth of a second
    of the service's start.
    """
    return {status: described((model.__doc__ or "").strip(), model), **errors(*error_statuses)}


def errors(*statuses: int) -> Responses:
    """Describe the error answers of an operation; callers and queries can always be wrong."""
    return {
        status: described(HTTPStatus(status).phrase, ProblemAnswer)
        for status in sorted({400, 401, 403, 421, 422, 429, 503, *statuses})
    }


def described(description: str, *models: type) -> dict[str, Any]:
    """Describe one answer, which is JSON of one of `models`."""
    references = [{"$ref": REF + model.__name__} for model in models]
    schema = references[0] if len(references) == 1 else {"anyOf": references}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def file_responses(success: str = "The bytes") -> Responses:
    """Describe the answers of an operation that sends a file."""
    binary: dict[str, Any] = {"content": {"application/octet-stream": {}}}
    return {
        200: {"description": success} | binary,
        206: {"description": "The asked range"} | binary,
        304: {"description": "Unchanged"},
        **errors(404, 410, 416),
    }


def describe(app: FastAPI, registry: Registry) -> dict[str, Any]:
    """The whole description, as a JSON value."""
    document = get_openapi(
        title="Zyra",
        version=__version__,
        description=_DESCRIPTION,
        routes=app.routes,
        tags=_tags(),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    paths, schemas = document["paths"], _answer_schemas()
    commands = list(all_commands(registry))
    for body in (CliRequest, PipelineRequest):
        schema = body.model_json_schema(ref_template=REF + "{model}")
        _add_schema(schemas, body.__name__, schema)
    examples = [(f"{c.stage} {c.name}: {e['title']}", e["body"]) for c, e in _first_uses(commands)]
    paths["/cli/run"]["post"]["requestBody"] = _json_body("CliRequest", examples)
    pipeline = _json_body("PipelineRequest", EXAMPLES)
    pipeline["content"][YAML] = {"schema": {"$ref": f"{REF}PipelineRequest"}}
    paths["/pipelines/run"]["post"]["requestBody"] = pipeline
    model = paths.pop(TYPED_PATH)["post"]
    for command in commands:
        name = component_name(command)
        _add_schema(schemas, name, args_schema(command.args, f"{REF}{name}.{{model}}"), f"{name}.")
        paths[f"/cli/{command.stage}/{command.name}"] = {"post": _operation(command, model)}
    document["components"] = {"schemas": schemas, "securitySchemes": _SECURITY_SCHEMES}
    document["security"] = [*({name: []} for name in _SECURITY_SCHEMES), {}]
    return document


def component_name(command: Command) -> str:
    """Name of a command's arguments among the schemas, such as `VisualizeHeatmapArgs`."""
    return f"{command.stage}-{command.name}".title().replace("-", "") + "Args"


def _answer_schemas() -> dict[str, Any]:
    mode: Literal["serialization"] = "serialization"
    adapters = [(model.__name__, mode, TypeAdapter[Any](model)) for model in ANSWERS]
    _, document = TypeAdapter.json_schemas(adapters, ref_template=REF + "{model}")
    schemas: dict[str, Any] = document["$defs"]
    return schemas


def _add_schema(
    schemas: dict[str, Any], name: str, schema: dict[str, Any], prefix: str = ""
) -> None:
    for inner, definition in schema.pop("$defs", {}).items():
        schemas[prefix + inner] = definition
    schemas[name] = schema


def _operation(command: Command, model: Mapping[str, Any]) -> dict[str, Any]:
    """A command's own operation, after that of the route that serves them all."""
    uses = describe_command(command, "")["examples"]
    return {
        **model,
        "tags": [command.stage],
        "operationId": f"{command.stage}_{command.name}".replace("-", "_"),
        "summary": command.summary,
        "description": command.description,
        "parameters": [given for given in model["parameters"] if given["in"] != "path"],
        "requestBody": _json_body(
            component_name(command), [(use["title"], use["body"]["args"]) for use in uses]
        ),
    }


def _json_body(schema: str, examples: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    named = {
        f"example{number}": {"summary": title, "value": value}
        for number, (title, value) in enumerate(examples, 1)
    }
    content = {"schema": {"$ref": REF + schema}} | ({"examples": named} if named else {})
    return {"required": True, "content": {"application/json": content}}


def _first_uses(commands: Iterable[Command]) -> Iterator[tuple[Command, ExampleAnswer]]:
    for command in commands:
        for use in describe_command(command, "")["examples"][:1]:
            yield command, use


def _tags() -> list[dict[str, Any]]:
    return [
        {"name": "commands", "description": "Run any command, discover all"},
        *({"name": stage.name, "description": stage.summary} for stage in STAGES),
        {"name": "pipelines", "description": "Run several commands as one job"},
        {"name": "jobs", "description": "What became of a run, and what it left"},
        {"name": "files", "description": "Uploads that commands read as `file_id:ID`"},
        {"name": "service", "description": "Liveness, readiness, start page"},
    ]
