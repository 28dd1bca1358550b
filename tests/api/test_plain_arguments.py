"""A text without a kind is never a path or a URL: nothing of the service opens or checks it."""

import re

import pytest

from zyra.core.command import Command
from zyra.core.kinds import Kind
from zyra.registry import CLI_REGISTRY, all_commands

SUGGESTS = re.compile(
    r"(?i)\b(file|path|url|uri|dir|folder|endpoint|manifest)s?\b|_(file|path|url|uri|dir)\b"
)

# Arguments whose names or descriptions speak of files or URLs, and why they are none. What
# they lead to in a run is confined like everything else there.
PLAIN = {
    "params": "query parameters, sent and not opened",
    "data": "@FILE is for the command line; a run refuses it or is kept from it by its room",
    "empty_json_path": "a place in a JSON document",
    "next_cursor_json_path": "a place in a JSON document",
    "records_path": "a place in a JSON document",
    "fields": "places in a JSON document",
    "explode": "places in a JSON document",
    "text_field": "a place in a JSON document",
    "pattern": "a regular expression that is held against names",
    "min_remote_size": "a number of bytes",
    "user": "a name that is sent to the server of the URL",
    "host_key": "a fingerprint",
    "bucket": "part of an s3:// URL, which has no host; see network policy of object stores",
    "key": "part of an s3:// URL",
    "profile": "name of a profile; a run has no home folder",
    "quality": "a choice among the files of a video",
    "content_type": "a media type",
    "permissions": "an octal number",
    "output_names": "names beneath output_dir, which the command refuses to leave",
    "glob": "a pattern for names within the folder",
    "indicator": "badge:FILE names a picture of the room; `badge` is its argument with a kind",
    "vimeo_uri": "number of a video, written into metadata",
    "replace_uri": "number of a video, sent to the API",
    "name": "a title",
    "extra_args": "options of the encoder, which the command takes from a list of allowed ones",
    "var": "a variable's name",
    "variable": "a variable's name",
    "x": "a column's name",
    "tiles": "address for the reader's browser, written into the page and not fetched",
    "tiles_credit": "text under the map",
    "form_field": "name of a field",
    "s_srs": "a coordinate system; from grid files that PROJ strings name the room keeps it",
}
COMMANDS = list(all_commands(CLI_REGISTRY))


def plain_texts(command: Command) -> list[str]:
    fields = command.args.model_fields
    return [n for n, f in fields.items() if n not in command.kinds and "str" in str(f.annotation)]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: f"{c.stage}-{c.name}")
def test_what_speaks_of_files_and_urls_has_a_kind_or_a_reason(command: Command) -> None:
    fields = command.args.model_fields
    suspect = [n for n in plain_texts(command) if SUGGESTS.search(f"{n} {fields[n].description}")]
    assert [name for name in suspect if name not in PLAIN] == []


def test_no_reason_is_left_over() -> None:
    known = {name for command in COMMANDS for name in plain_texts(command)}
    assert PLAIN.keys() <= known


def test_what_is_secret_by_its_name_has_the_kind_secret() -> None:
    named = re.compile(r"(?i)password|passphrase|secret|token$|^auth$|^credential$|api_?key")
    wrong = [
        f"{command.stage} {command.name} {name}"
        for command in COMMANDS
        for name in command.args.model_fields
        if named.search(name) and command.kinds.get(name) not in (Kind.SECRET, Kind.INPUT_FILE)
    ]
    assert wrong == []
