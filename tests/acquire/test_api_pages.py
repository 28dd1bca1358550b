"""The pages of `acquire api`, and where their links may lead."""

import json
from typing import Any

import pytest
from api_server import ApiServer, Asked, Reply

from zyra.core.errors import (
    AddressRefused,
    DataError,
    TransferError,
)

RECORDS = [{"id": number, "name": f"récord {number}"} for number in range(7)]


def answered(ran) -> Any:
    return json.loads(ran.stdout.getvalue())


def paged(asked: Asked, size: int = 3) -> list[Any]:
    start = (int(asked.query.get("page", 1)) - 1) * size
    return RECORDS[start : start + size]


def test_pages_are_counted_until_the_list_is_empty(api: ApiServer, ask):
    api.answer = lambda asked: Reply.json({"items": paged(asked)})
    pages = answered(ask(url=api.url("/x"), paginate="page", empty_json_path="items"))
    assert pages == [{"items": RECORDS[:3]}, {"items": RECORDS[3:6]}, {"items": RECORDS[6:]}]
    assert [asked.query["page"] for asked in api.asked] == ["1", "2", "3", "4"]


def test_pages_that_are_lists_are_joined(api: ApiServer, ask, tmp_path):
    api.answer = lambda asked: Reply.json(paged(asked))
    target = tmp_path / "all.json"
    ask(url=api.url("/x"), paginate="page", output=str(target))
    assert json.loads(target.read_text()) == RECORDS


def test_the_array_of_pages_is_indented_like_any_json(api: ApiServer, ask):
    api.answer = lambda asked: Reply.json(paged(asked))
    out = ask(url=api.url("/x"), paginate="page").stdout.getvalue().decode()
    assert out == json.dumps(RECORDS, indent=2, ensure_ascii=False) + "\n"


def test_no_pages_are_an_empty_array(api: ApiServer, ask):
    api.answer = lambda _: Reply.json([])
    assert ask(url=api.url("/x"), paginate="page").stdout.getvalue() == b"[]\n"


def test_numbers_and_sizes_of_pages_have_the_services_names(api: ApiServer, ask):
    api.answer = lambda asked: Reply.json({"r": RECORDS if asked.query["p"] == "0" else []})
    ask(
        url=api.url("/x"),
        paginate="page",
        page_param="p",
        page_start=0,
        page_size_param="per_page",
        page_size=50,
        records_path="r",
    )
    assert api.asked[0].query == {"p": "0", "per_page": "50"}


def test_objects_as_pages_need_a_way_to_see_the_last(api: ApiServer, ask):
    api.answer = lambda _: Reply.json({"items": [1]})
    with pytest.raises(DataError, match="the last one cannot be told") as caught:
        ask(url=api.url("/x"), paginate="page")
    assert "items" in str(caught.value.hint)


def test_a_service_that_knows_no_pages_does_not_run_for_ever(api: ApiServer, ask):
    api.answer = lambda _: Reply.json(RECORDS)
    with pytest.raises(DataError, match="page 2 is the same"):
        ask(url=api.url("/x"), paginate="page")


def by_cursor(asked: Asked) -> Reply:
    start = int(asked.query.get("cursor", 0))
    following = start + 3 if start + 3 < len(RECORDS) else None
    return Reply.json({"meta": {"next": following}, "data": RECORDS[start : start + 3]})


def test_cursors_lead_to_all_records_one_on_each_line(api: ApiServer, ask):
    api.answer = by_cursor
    lines = ask(
        url=api.url("/x?q=1"),
        paginate="cursor",
        next_cursor_json_path="meta.next",
        records_path="data",
        newline_json=True,
    ).lines
    assert [json.loads(line) for line in lines] == RECORDS
    assert [asked.query for asked in api.asked] == [
        {"q": "1"},
        {"q": "1", "cursor": "3"},
        {"q": "1", "cursor": "6"},
    ]


def test_a_cursor_that_comes_twice_ends_the_run(api: ApiServer, ask, tmp_path):
    count = iter(range(99))
    api.answer = lambda _: Reply.json({"next": "again", "n": next(count)})
    with pytest.raises(DataError, match="leads back to an earlier one"):
        ask(url=api.url("/x"), paginate="cursor", output=str(tmp_path / "a.json"))
    assert len(api.asked) == 2
    assert list(tmp_path.iterdir()) == []


def test_pages_can_be_limited(api: ApiServer, ask):
    api.answer = by_cursor
    pages = answered(
        ask(url=api.url("/"), paginate="cursor", next_cursor_json_path="meta.next", max_pages=2)
    )
    assert [page["meta"]["next"] for page in pages] == [3, 6]
    assert len(api.asked) == 2


def by_link(asked: Asked) -> Reply:
    rest = {"/x": '</x/2?a=1,b>; rel="prev next"; title="a, <b>"', "/x/2": "<3>; rel=next"}
    links = {"Link": f'<http://else.example/>; rel="self", {rest[asked.path]}'}
    return Reply.json([asked.path], **(links if asked.path in rest else {}))


def test_links_of_the_header_are_followed(api: ApiServer, ask):
    api.answer = lambda asked: (
        by_link(asked) if asked.path in ("/x", "/x/2") else Reply.json([asked.path])
    )
    assert answered(ask(url=api.url("/x"), paginate="link")) == ["/x", "/x/2", "/x/3"]


@pytest.mark.parametrize(
    "body",
    [
        {"links": [{"rel": "self", "href": "/x"}, {"rel": "next", "href": "/end"}]},
        {"links": {"next": "/end"}},
        {"links": {"next": {"href": "/end"}}},
        {"_links": {"next": {"href": "/end"}}},
    ],
)
def test_links_in_the_page_are_followed(api: ApiServer, ask, body):
    api.answer = lambda asked: Reply.json(body if asked.path == "/x" else {"end": True})
    assert answered(ask(url=api.url("/x"), paginate="link")) == [body, {"end": True}]


@pytest.mark.parametrize("host", ["127.0.0.2", "localhost", "10.0.0.1", "[::1]"])
def test_a_link_to_a_private_host_is_refused(api: ApiServer, ask, host):
    api.answer = lambda _: Reply.json({"next": api.url("/y", host=host)})
    with pytest.raises(AddressRefused):
        ask(url=api.url("/x"), paginate="cursor")
    assert len(api.asked) == 1


@pytest.mark.parametrize("href", ["file:///etc/passwd", "ftp://h.example/x", "javascript:1"])
def test_a_link_that_is_no_web_address_is_refused(api: ApiServer, ask, href):
    api.answer = lambda _: Reply.json({}, Link=f"<{href}>; rel=next")
    with pytest.raises(TransferError, match="links to"):
        ask(url=api.url("/x"), paginate="link")


def test_a_redirect_to_a_private_address_is_refused(api: ApiServer, ask):
    api.answer = lambda _: Reply(302, headers={"Location": api.url("/y", host="127.0.0.2")})
    with pytest.raises(AddressRefused):
        ask(url=api.url("/x"))


def test_credentials_do_not_follow_a_link_to_another_origin(api: ApiServer, ask):
    with ApiServer(lambda _: Reply.json({"end": 1})) as other:
        api.answer = lambda _: Reply.json({"next": other.url("/y")})
        ask(
            url=api.url("/x"),
            paginate="cursor",
            credential=["token=s3cr3t-token"],
            header=["X-Key: 12345", "Accept: application/json"],
        )
        assert api.asked[0].headers["authorization"] == "Bearer s3cr3t-token"
        assert not {"authorization", "x-key"} & other.asked[0].headers.keys()
        assert other.asked[0].headers["accept"] == "application/json"


def test_a_body_does_not_follow_a_redirect_to_another_origin(api: ApiServer, ask):
    with ApiServer() as other:
        api.answer = lambda _: Reply(307, headers={"Location": other.url("/y")})
        with pytest.raises(TransferError, match="whose body may not be sent on"):
            ask(url=api.url("/x"), method="POST", data="{}")
        assert other.asked == []


def test_a_post_that_is_redirected_elsewhere_on_its_host_stays_one(api: ApiServer, ask):
    api.answer = lambda asked: (
        Reply(308, headers={"Location": "/y"}) if asked.path == "/x" else asked.echo()
    )
    assert answered(ask(url=api.url("/x"), method="POST", data="[1]"))["body"] == "[1]"


def test_user_and_password_of_the_url_are_for_all_of_its_pages(api: ApiServer, ask):
    api.answer = by_cursor
    url = api.url("/x").replace("://", "://me:s3cr3t@")
    ask(url=url, paginate="cursor", next_cursor_json_path="meta.next")
    assert {asked.headers["authorization"] for asked in api.asked} == {"Basic bWU6czNjcjN0"}
