"""Declaration of `process api-json`."""

from typing import Literal

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputSource, OutputFile


class ApiJsonArgs(Args):
    """Make a table of JSON: CSV, or one JSON object on each line.

    Reads one JSON document, or values one after the other, such as one on each line (NDJSON).
    However large the input is, one record is in memory. An array is the list of its records;
    --records-path leads to an array inside: through objects by key, through lists by number or
    into each element.

    A record that --explode names a list of becomes one row for each element, which takes the
    list's place; an empty list gives one row with nothing there. Then --derived columns are
    worked out, --flatten puts dotted columns in the place of nested objects, and --fields
    chooses columns and their order.

    CSV without --fields has a column for every key that any record has, in the order in which
    they first come: the input is read twice for that. Lines end as RFC 4180 says. Cells hold
    text as it is, true and false, nothing for null and missing, compact JSON for lists and
    objects. Of equal keys in an object the last counts; whole numbers keep all their digits;
    NaN is refused, as it is no JSON.
    """

    input: InputSource = arg(
        description="JSON or NDJSON file, - for stdin, or an http(s) URL",
        positional=True,
        also=("file_or_url",),
    )
    records_path: str | None = arg(
        None, "Dotted path to the array of records, such as data.items", min_length=1
    )
    preset: Literal["limitless-lifelogs"] | None = arg(
        None,
        "What is known of a provider: limitless-lifelogs has its records at data.lifelogs, or is "
        "a lifelog on each line, with its text in contents.content or markdown",
    )
    fields: str | None = arg(
        None, "Columns, dotted paths separated by commas: id,user.name,tags.0", min_length=1
    )
    flatten: bool = arg(False, "Put dotted columns in the place of nested objects")
    explode: list[str] | None = arg(
        None, "Dotted path to a list: one row for each element; repeat for several", repeat=True
    )
    derived: str | None = arg(
        None,
        "Further columns, separated by commas: word_count and sentence_count of the record's "
        "text, tool_calls_count of its list tool_calls or toolCalls",
        min_length=1,
    )
    text_field: str | None = arg(
        None,
        "Dotted path to the text that --derived counts; else the first there is of text, "
        "content, contents.content, message, message.content, body, markdown, transcript",
        min_length=1,
    )
    format: Literal["csv", "jsonl"] = arg("csv", "Format of the table")
    strict: bool = arg(
        False, "Refuse records that lack a column, or the list to explode, instead of leaving it"
    )
    output: OutputFile = arg("-", "Where the table goes; - is stdout", flags=("-o",))


_FILE = "lifelogs.json"

API_JSON = Command(
    "process",
    "api-json",
    ApiJsonArgs,
    run="zyra.process.api_json:run",
    examples=(
        Example(
            "A row for each thing said, with the words in it",
            {
                "input": _FILE,
                "preset": "limitless-lifelogs",
                "explode": ["contents"],
                "fields": "id,title,contents.speakerName,contents.content",
                "derived": "word_count",
                "output": "said.csv",
            },
        ),
        Example(
            "Every record on a line of its own, flat",
            {
                "input": _FILE,
                "records_path": "data.lifelogs",
                "flatten": True,
                "format": "jsonl",
            },
        ),
    ),
)
