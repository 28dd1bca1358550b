import pytest

from zyra.transfer.headers import validator

DATE = "Sun, 22 Nov 2026 12:00:00 GMT"


# RFC 9110, sections 8.8.2.2 and 13.1.5: what may stand in If-Range.
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"ETag": '"v1"'}, '"v1"'),
        ({"ETag": '""'}, '""'),
        ({"ETag": 'W/"v1"'}, None),
        ({"ETag": "v1"}, None),
        ({"ETag": '"v1", "v2"'}, None),
        ({"Last-Modified": "Sun, 22 Nov 2026 11:59:59 GMT", "Date": DATE}, "11:59:59"),
        ({"Last-Modified": DATE, "Date": DATE}, None),
        ({"Last-Modified": DATE}, None),
        ({"Last-Modified": "yesterday", "Date": DATE}, None),
        ({"Last-Modified": "Sun, 22 Nov 2026 11:59:59", "Date": DATE}, None),
        ({"ETag": 'W/"v1"', "Last-Modified": "Sun, 22 Nov 2026 11:59:59 GMT", "Date": DATE}, "11:"),
        ({}, None),
    ],
)
def test_only_strong_proof_of_sameness_is_taken(headers, expected):
    found = validator(headers)
    assert found is None if expected is None else expected in found
