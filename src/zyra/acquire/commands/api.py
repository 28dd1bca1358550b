"""Declaration of `acquire api`."""

from typing import Annotated, Literal

from pydantic import Field

from zyra.acquire.listing_args import Moment, Period
from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.credential_args import CredentialArgs
from zyra.core.fitting_args import Conflict, FittingArgs
from zyra.core.kinds import InputFile, InputSource, OutputFile, SourceUrl

Method = Annotated[str, Field(pattern=r"^[A-Za-z]+$", max_length=20)]
JsonPath = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(min_length=1)]
Conflicts = tuple[Conflict, ...]  # whether something is wrong, and what


class ApiArgs(CredentialArgs, FittingArgs):
    """Ask a web API, page by page where it has pages, and write what it answers.

    One answer: JSON is written readably (--no-pretty: compactly), anything else as it comes.
    --stream writes any answer byte by byte as it arrives, so that its size does not matter.

    Pages (--paginate) become one JSON array, or with --newline-json a line each; a page that is
    an array gives its elements, and with --records-path each page gives the records there. One
    page is in memory at a time.
    With page, --page-param is counted up from --page-start until a page is empty: the list at
    --empty-json-path, else at --records-path, else the page itself. With cursor, what stands at
    --next-cursor-json-path goes into --cursor-param until there is none; a cursor that is a URL
    is followed. With link, --link-rel is followed in the header Link, else in the page's own
    links (OGC API, STAC, JSON:API, HAL).
    A cursor, link or page that comes twice ends the run with an error; --max-pages ends it well.

    A JSON path is keys with dots between them: meta.next, items.0.id; a list is entered by
    number, or else every element is.

    Credentials go to the URL's own host only, neither to others that it redirects to nor to
    others that its links name. {SLOT} in --header and --params stands for a --credential.

    GET, PUT and DELETE are tried again after time-outs, broken connections, 429 and 5xx; POST
    and PATCH only after 429 and 503, which say that nothing was done. Retry-After is obeyed.
    """

    url: SourceUrl | None = arg(None, "Address of the API's operation", also=("input",))
    preset: Literal["limitless-lifelogs", "limitless-audio"] | None = arg(
        None,
        "What is known of a provider. limitless-lifelogs: address, pages by cursor, --since/--start"
        " and --end. limitless-audio: address, audio of --start or --since to --end or --duration"
        " (at most 2 hours), streamed",
    )
    method: Method = arg("GET", "HTTP method, such as GET or POST")
    output: OutputFile = arg("-", "File to write, or - for stdout", flags=("-o",))
    params: str | None = arg(
        None,
        "Query parameters, as a=1&b=2 or as a JSON object; each takes the place of one of that "
        "name in the URL",
        min_length=1,
    )
    since: Name | None = arg(
        None, "Only what is newer: passed on as it stands as the query parameter --since-param"
    )
    since_param: Name = arg("since", "Query parameter that takes --since")
    data: str | None = arg(
        None, "Body, mostly JSON text; on the command line @FILE is the content of a file"
    )
    data_file: InputFile | None = arg(None, "File with the body, or - for stdin")
    content_type: Name | None = arg(
        None, "Content-Type of the body (default: application/json)", max_length=200
    )
    accept: Name | None = arg(None, "Header Accept: the media types that are wanted")
    expect_content_type: str | None = arg(
        None,
        "Refuse an answer of another media type, such as audio/ogg, application/json or image/*",
    )
    paginate: Literal["none", "page", "cursor", "link"] = arg("none", "How to get all pages")
    page_param: Name = arg("page", "page: query parameter with the number of the page")
    page_start: int = arg(1, "page: number of the first page", ge=0)
    page_size_param: Name | None = arg(None, "Query parameter with the size of a page")
    page_size: int | None = arg(None, "Records on a page, for --page-size-param", gt=0)
    empty_json_path: JsonPath | None = arg(
        None, "page: JSON path of the list that is empty or missing when there are no more pages"
    )
    cursor_param: Name = arg("cursor", "cursor: query parameter that takes the cursor")
    next_cursor_json_path: JsonPath = arg("next", "cursor: JSON path of the next cursor")
    link_rel: Name = arg("next", "link: relation of the link to the next page")
    max_pages: int | None = arg(None, "Stop after so many pages", gt=0)
    records_path: JsonPath | None = arg(
        None, "JSON path of the list of records: they are written instead of the pages"
    )
    newline_json: bool = arg(False, "Write NDJSON: one compact JSON value on each line")
    pretty: bool = arg(True, "Write JSON readably; NDJSON is always compact")
    stream: bool = arg(False, "Write the answer as it arrives, whatever it is")
    detect_filename: bool = arg(
        False,
        "Stream into a file with the name that the server gives (Content-Disposition, else the "
        "URL's), in the folder --output or else the working folder",
    )
    resume: bool = arg(
        False,
        "Stream, and go on with what an earlier run that was broken off has received, if the "
        "server says that the file is still the same",
    )
    head_first: bool = arg(
        False, "Ask with HEAD first, and refuse a missing or unexpected answer before it is sent"
    )
    progress: bool = arg(False, "Tell the bytes received on stderr, also where it is no terminal")
    openapi_help: bool = arg(
        False, "Write what the service's OpenAPI document says of the operation; ask for nothing"
    )
    openapi_validate: bool = arg(
        False, "Hold the request against the OpenAPI document and tell what is wrong on stderr"
    )
    openapi_strict: bool = arg(
        False, "The same, and do not send a request in which something is wrong"
    )
    openapi_url: InputSource | None = arg(
        None,
        "OpenAPI document, JSON or YAML, URL or file (default: openapi.json and the like beside "
        "the URL)",
    )
    start: Moment | None = arg(None, "Presets: first moment, such as 2025-09-14T18:33:25Z")
    end: Moment | None = arg(None, "Presets: last moment")
    duration: Period | None = arg(None, "Presets: length instead of the end, such as PT11M or 2h")
    audio_source: Literal["pendant", "app"] | None = arg(
        None, "limitless-audio: which recordings; the service's own choice if not given"
    )
    timeout: int = arg(60, "Seconds to wait for the next piece of an answer", gt=0, le=86_400)
    max_retries: int = arg(3, "New tries in a row after passing failures", ge=0, le=100)
    retry_backoff: float = arg(
        0.5, "Seconds of the first pause before a new try, at most; doubled each time", ge=0, le=600
    )
    allow_non_2xx: bool = arg(
        False, "Write answers that are errors as well, instead of trying again or failing"
    )

    def conflicts(self) -> tuple[Conflict, ...]:
        """What is wrong with the arguments as they stand together: whether, and in words."""
        return (*self._conflicts(), *self.credential_conflicts())

    @property
    def has_body(self) -> bool:
        """Whether something is sent along."""
        return self.data is not None or self.data_file is not None

    @property
    def pages(self) -> str:
        """How pages are turned, the preset's way included."""
        is_chosen = "paginate" in self.model_fields_set or self.preset != "limitless-lifelogs"
        return self.paginate if is_chosen else "cursor"

    @property
    def streams(self) -> bool:
        """Whether the answer is written as it arrives."""
        return (
            self.stream or self.detect_filename or self.resume or self.preset == "limitless-audio"
        )

    def _conflicts(self) -> Conflicts:
        return (
            (self.url is None and self.preset is None, "url is missing"),
            (self.method.upper() in ("HEAD", "CONNECT", "TRACE"), f"no method {self.method} here"),
            (self.data is not None and self.data_file is not None, "give data or data_file"),
            (
                self.has_body and "method" not in self.model_fields_set,
                "data needs a method that sends it, mostly POST",
            ),
            (self.content_type is not None and not self.has_body, "content_type is for data"),
            (
                self.openapi_url is not None
                and not (self.openapi_help or self.openapi_validate or self.openapi_strict),
                "openapi_url is for openapi_help, openapi_validate and openapi_strict",
            ),
            *self._page_conflicts(),
            *self._stream_conflicts(),
            *self._preset_conflicts(),
        )

    def _page_conflicts(self) -> Conflicts:
        given = self.model_fields_set
        return (
            (
                (self.page_size is None) != (self.page_size_param is None),
                "page_size and page_size_param, the service's name for it, belong together",
            ),
            (
                self.pages != "page" and bool(given & {"page_start", "page_param"}),
                "page_param and page_start are for paginate page",
            ),
            (
                self.pages != "page" and self.empty_json_path is not None,
                "empty_json_path is for paginate page",
            ),
            (
                self.pages != "cursor" and bool(given & {"cursor_param", "next_cursor_json_path"}),
                "cursor_param and next_cursor_json_path are for paginate cursor",
            ),
            (self.pages != "link" and "link_rel" in given, "link_rel is for paginate link"),
            (self.pages == "none" and self.max_pages is not None, "max_pages is for paginate"),
        )

    def _stream_conflicts(self) -> Conflicts:
        return (
            (
                self.pages != "none" and self.streams,
                "pages are not streamed: leave out stream or paginate",
            ),
            (
                self.streams and (self.newline_json or self.records_path is not None),
                "what is streamed is written as it is: leave out newline_json and records_path",
            ),
            (
                self.resume and (self.output == "-" or self.method.upper() != "GET"),
                "resume is for a GET whose output is a file",
            ),
            (self.resume and self.detect_filename, "resume needs a name of your choice as output"),
            (self.progress and self.quiet, "give either progress or quiet"),
        )

    def _preset_conflicts(self) -> Conflicts:
        times = (self.start, self.end, self.duration)
        begins = self.start is not None or self.since is not None
        audio = self.preset == "limitless-audio"
        return (
            (
                "since_param" in self.model_fields_set
                and (self.since is None or self.preset is not None),
                "since_param is for since without a preset",
            ),
            (
                self.preset is None and any(time is not None for time in times),
                "start, end and duration are for presets",
            ),
            (self.end is not None and self.duration is not None, "give either end or duration"),
            (self.audio_source is not None and not audio, "audio_source is for limitless-audio"),
            (
                self.preset is not None and self.start is not None and self.since is not None,
                "give either start or since",
            ),
            (self.duration is not None and not begins, "duration needs start or since"),
            (audio and not begins, "limitless-audio needs start or since"),
            (
                audio and self.end is None and self.duration is None,
                "limitless-audio needs end or duration",
            ),
        )


API = Command(
    "acquire",
    "api",
    ApiArgs,
    run="zyra.acquire.api:run",
    examples=(
        Example(
            "The newest observation of a station",
            {
                "url": "https://api.weather.gov/stations/KDEN/observations/latest",
                "accept": "application/geo+json",
                "output": "denver.json",
            },
        ),
        Example(
            "All records, page after page, one on each line",
            {
                "url": "https://api.example.org/v1/items",
                "paginate": "cursor",
                "next_cursor_json_path": "meta.next",
                "records_path": "data.items",
                "newline_json": True,
                "credential": ["token=$API_TOKEN"],
                "output": "items.ndjson",
            },
        ),
        Example(
            "Pages by number, until the list of a page is empty",
            {
                "url": "https://api.example.org/v1/stations?country=NO",
                "paginate": "page",
                "page_size_param": "per_page",
                "page_size": 100,
                "empty_json_path": "stations",
            },
        ),
        Example(
            "A large file, gone on with when it was broken off",
            {
                "url": "https://api.example.org/v1/exports/7",
                "expect_content_type": "application/zip",
                "resume": True,
                "output": "export.zip",
            },
        ),
        Example(
            "What an operation takes, from the service's OpenAPI document",
            {
                "url": "https://api.weather.gov/alerts/active",
                "openapi_url": "https://api.weather.gov/openapi.json",
                "openapi_help": True,
            },
        ),
    ),
    network=True,
)
