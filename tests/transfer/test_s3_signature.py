"""Signatures are those that Amazon's own library makes."""

from datetime import datetime

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from zyra.core.urls import split_url
from zyra.transfer.s3_signature import Keys, query_of, signed_headers


@pytest.mark.parametrize(
    ("base", "session", "others"),
    [
        ("https://s3.eu-north-1.amazonaws.com/bucket", None, {}),
        ("http://127.0.0.1:9000/bucket", "a token/+=", {"x-amz-request-payer": "requester"}),
    ],
)
def test_a_listing_is_signed_as_botocore_signs_it(base, session, others):
    query = query_of({"prefix": "a//b c~ü+", "list-type": "2", "continuation-token": "x/=="})
    request = AWSRequest("GET", f"{base}?{query}", headers=others)
    S3SigV4Auth(Credentials("id", "secret", session), "s3", "eu-north-1").add_auth(request)
    now = datetime.fromisoformat(request.context["timestamp"])
    keys = Keys("id", "secret", session)
    ours = signed_headers(split_url(f"{base}?{query}"), keys, "eu-north-1", now, others)
    theirs = {name.lower(): value for name, value in request.headers.items()}
    assert {name.lower(): value for name, value in ours.items()} == theirs
