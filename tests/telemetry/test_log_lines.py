"""Log lines say what they are about, in one line, and never hold a secret."""

import json
import logging
import sys

import pytest

from zyra.core.settings import Settings
from zyra.telemetry.log_lines import HumanLines, JsonLines, about
from zyra.telemetry.logs import lines_for, logging_as

KEY = "zyra_0123456789abcdef_" + "k" * 43
HIDDEN = ("hunter22-static",)


def record(message: str, *args: object, **facts: object) -> logging.LogRecord:
    made = logging.LogRecord("zyra.access", logging.INFO, __file__, 1, message, args, None)
    made.facts = facts
    return made


def test_a_json_line_has_message_and_facts() -> None:
    line = json.loads(JsonLines().format(record("GET %s", "/jobs", status=200, caller=None)))
    assert line["message"] == "GET /jobs"
    assert (line["level"], line["logger"], line["status"]) == ("info", "zyra.access", 200)
    assert "caller" not in line  # not known
    assert line["time"].endswith("+00:00")


def test_what_is_bound_stands_in_every_line_of_the_block() -> None:
    with about(request_id="r1"), about(job_id="j1"):
        inside = json.loads(JsonLines().format(record("x")))
    outside = json.loads(JsonLines().format(record("x")))
    assert (inside["request_id"], inside["job_id"]) == ("r1", "j1")
    assert "request_id" not in outside


def test_a_fault_is_one_json_line_with_its_traceback() -> None:
    made = record("failed")
    try:
        int("why")
    except ValueError:
        made.exc_info = sys.exc_info()
    text = JsonLines().format(made)
    assert "\n" not in text
    assert "ValueError: invalid literal" in json.loads(text)["exception"]


@pytest.mark.parametrize("odd", ["a\nb", "a\x1b[31mb", "a\r\nFAKE line", "a\x85b", "\ud800"])
@pytest.mark.parametrize("lines", [JsonLines(), HumanLines()])
def test_what_callers_send_stays_in_its_line(lines: logging.Formatter, odd: str) -> None:
    text = lines.format(record("GET %s", odd, path=odd))
    assert len(text.split("\n")) == 1
    assert "\x1b" not in text
    text.encode()


@pytest.mark.parametrize(
    "said",
    [
        "cannot reach redis://user:hunter22@127.0.0.1:6379/0",
        "GET https://example.org/data?token=hunter22&day=1",
        "GET https://example.org/x?X-Amz-Signature=hunter22",
        "sent Authorization: Bearer hunter22hunter22",
        "sent authorization: basic hunter22hunter22",
        "sent AUTHORIZATION: BEARER hunter22hunter22",
        "the static hunter22-static key",
    ],
)
@pytest.mark.parametrize("lines", [JsonLines(HIDDEN), HumanLines(HIDDEN)])
def test_no_secret_is_in_a_line(lines: logging.Formatter, said: str) -> None:
    text = lines.format(record("%s", said, path=said))
    assert "hunter22" not in text
    assert "***" in text


@pytest.mark.parametrize("secret", ['pass"word', "back\\slash", "gehëim"])
@pytest.mark.parametrize("odd", ["", "\ud800"])
def test_a_secret_that_json_writes_otherwise_is_hidden_as_well(secret: str, odd: str) -> None:
    text = JsonLines((secret,)).format(record("said %s%s", secret, odd))
    assert json.loads(text)["message"] == f"said ***{odd}"


def test_a_traceback_for_people_has_no_control_characters() -> None:
    made = record("failed")
    try:
        b"x".decode("\x1b[31mred")
    except LookupError:
        made.exc_info = sys.exc_info()
    text = HumanLines().format(made)
    assert "\n" in text
    assert "unknown encoding: \\x1b[31mred" in text


def test_of_a_key_only_its_public_id_is_in_a_line() -> None:
    text = HumanLines().format(record("refused %s", KEY))
    assert "zyra_0123456789abcdef_***" in text
    assert "kkkk" not in text


def test_the_secret_settings_are_hidden_wherever_they_turn_up() -> None:
    settings = Settings(
        api_key="static-key-of-the-operator",
        redis_url="redis://:pass-of-redis@127.0.0.1/0",
        otlp_headers="authorization=pass-of-collector",
        log_format="json",
    )
    lines = lines_for(settings, is_terminal=True)
    said = "static-key-of-the-operator pass-of-redis pass-of-collector"
    assert json.loads(lines.format(record("%s", said)))["message"] == "*** *** ***"


@pytest.mark.parametrize(
    ("chosen", "is_terminal", "kind"),
    [
        ("auto", True, HumanLines),
        ("auto", False, JsonLines),
        ("json", True, JsonLines),
        ("human", False, HumanLines),
    ],
)
def test_the_format_is_the_settings_or_that_of_the_terminal(
    chosen: str, is_terminal: bool, kind: type
) -> None:
    assert isinstance(lines_for(Settings(log_format=chosen), is_terminal=is_terminal), kind)


def test_all_loggers_are_as_before_when_the_block_is_over() -> None:
    uvicorn = logging.getLogger("uvicorn.access")

    def state() -> tuple[object, ...]:
        return uvicorn.propagate, uvicorn.level, uvicorn.handlers[:], logging.root.handlers[:]

    before = state()
    with logging_as(Settings(log_level="error")), logging_as(Settings()):
        assert not logging.getLogger("zyra.access").isEnabledFor(logging.INFO)
        assert not uvicorn.hasHandlers()  # its lines are replaced
    assert state() == before
