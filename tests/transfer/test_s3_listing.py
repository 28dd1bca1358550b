"""Listings of our own are believed as far as they make sense."""

from dataclasses import replace

import pytest
from api_server import ApiServer, Asked, Reply

from zyra.core.errors import DataError
from zyra.core.network import NetworkPolicy
from zyra.transfer.object_store import open_bucket

PAGE = """<ListBucketResult><IsTruncated>true</IsTruncated>
<NextContinuationToken>again</NextContinuationToken><Contents><Key>a//b</Key><Size>1</Size>
<LastModified>2024-08-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>"""


def test_a_listing_that_goes_round_in_a_circle_comes_to_an_end(job):
    def answer(asked: Asked) -> Reply:
        return Reply(body=PAGE.encode(), headers={"Content-Type": "application/xml"})

    with ApiServer(answer) as server:
        variables = {
            "AWS_ENDPOINT_URL": server.url("/").rstrip("/"),
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
        }
        job = replace(job, network=NetworkPolicy(unrestricted=True), variables=variables)
        with pytest.raises(DataError, match="the same page for ever"):
            list(open_bucket("s3://data/", job).objects())
