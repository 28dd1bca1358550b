"""Keys: shown once, kept as digests, refused when they should be; embedded and on Redis."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from redis_server import RedisServer

from zyra.access.keys import digest_of, new_key, rotated, split_key
from zyra.access.redis_keys import RedisKeys, redis_keys
from zyra.access.sqlite_keys import SqliteKeys
from zyra.access.tickets import GOOD_FOR_S, Ticket, issue, redeem
from zyra.core.errors import UsageError

KeysAndTickets = SqliteKeys | RedisKeys

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SCOPES = frozenset({"run:process"})

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["embedded", "redis"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str
) -> AsyncIterator[KeysAndTickets]:
    if request.param == "embedded":
        made: KeysAndTickets = SqliteKeys(tmp_path / "keys.sqlite3")
    else:
        made = redis_keys(request.getfixturevalue("redis_server").url, tmp_path.name)
    yield made
    await made.close()


async def test_a_kept_key_comes_back_as_it_was(store: KeysAndTickets) -> None:
    record, _ = new_key("n8n", SCOPES, 90 * DAY, NOW)
    await store.put(record)
    assert await store.get(record.key_id) == record


async def test_an_unknown_id_has_no_key(store: KeysAndTickets) -> None:
    assert await store.get("0123456789abcdef") is None


async def test_a_changed_key_replaces_itself(store: KeysAndTickets) -> None:
    first, _ = new_key("first", SCOPES, None, NOW)
    second, _ = new_key("second", SCOPES, None, NOW + DAY)
    for record in (first, second, replace(first, revoked_at=NOW)):
        await store.put(record)
    assert {r.name: r.state_at(NOW) for r in await store.all()} == {
        "first": "revoked",
        "second": "active",
    }


async def test_only_the_owner_may_read_the_file_of_keys(tmp_path: Path) -> None:
    await SqliteKeys(tmp_path / "keys.sqlite3").close()
    assert (tmp_path / "keys.sqlite3").stat().st_mode & 0o077 == 0


async def test_no_secret_is_kept(tmp_path: Path) -> None:
    store = SqliteKeys(tmp_path / "keys.sqlite3")
    record, text = new_key("n8n", SCOPES, None, NOW)
    await store.put(record)
    await store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert record.key_id.encode() in kept
    assert secret_of(text).encode() not in kept


def test_a_secret_has_256_bits_and_no_two_are_equal() -> None:
    secrets = {secret_of(new_key("n8n", SCOPES, None, NOW)[1]) for _ in range(100)}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {43}  # 256 bits in base64url


def test_a_key_is_accepted_until_it_expires() -> None:
    record, text = new_key("n8n", SCOPES, DAY, NOW)
    assert record.accepts(secret_of(text), NOW + DAY - timedelta(seconds=1))
    assert not record.accepts(secret_of(text), NOW + DAY)


@pytest.mark.parametrize("wrong", ["", "x", "é" * 43, "A" * 43, "\ud800"])
def test_a_wrong_secret_is_refused(wrong: str) -> None:
    record, _ = new_key("n8n", SCOPES, None, NOW)
    assert not record.accepts(wrong, NOW)


def test_a_revoked_key_is_refused() -> None:
    record, text = new_key("n8n", SCOPES, None, NOW)
    assert not replace(record, revoked_at=NOW).accepts(secret_of(text), NOW)


def test_after_a_rotation_the_old_secret_is_accepted_for_a_while() -> None:
    record, old = new_key("n8n", SCOPES, None, NOW)
    changed, new = rotated(record, timedelta(hours=1), NOW)
    assert changed.accepts(secret_of(new), NOW + DAY)
    assert changed.accepts(secret_of(old), NOW + timedelta(minutes=59))
    assert not changed.accepts(secret_of(old), NOW + timedelta(hours=1))


def test_a_revoked_key_cannot_be_rotated() -> None:
    record, _ = new_key("n8n", SCOPES, None, NOW)
    with pytest.raises(UsageError, match="revoked"):
        rotated(replace(record, revoked_at=NOW), DAY, NOW)


@pytest.mark.parametrize(
    "text", ["", "zyra_", "zyra_0123456789abcdef_", "ZYRA_0123456789abcdef_" + "A" * 43, "A" * 64]
)
def test_what_has_not_the_shape_of_a_key_is_none(text: str) -> None:
    assert split_key(text) is None


def secret_of(text: str) -> str:
    found = split_key(text)
    assert found is not None
    return found[1]


async def test_a_ticket_is_good_once(store: KeysAndTickets) -> None:
    text = await issue(store, Ticket("key:1", "job-1"))
    assert await redeem(store, text, "job-1") == Ticket("key:1", "job-1")
    assert await redeem(store, text, "job-1") is None


async def test_a_ticket_opens_one_job_only_and_is_used_up_by_trying(store: KeysAndTickets) -> None:
    text = await issue(store, Ticket("key:1", "job-1"))
    assert await redeem(store, text, "job-2") is None
    assert await redeem(store, text, "job-1") is None


async def test_an_old_ticket_is_refused(tmp_path: Path) -> None:
    store = SqliteKeys(tmp_path / "keys.sqlite3")
    await store.keep_ticket(digest_of("old"), Ticket("key:1", "job-1"), -1)
    assert await redeem(store, "old", "job-1") is None
    await store.close()


async def test_redis_forgets_a_ticket_by_itself(
    redis_server: RedisServer, tmp_path: Path, anyio_backend: str
) -> None:
    store = redis_keys(redis_server.url, tmp_path.name)
    await issue(store, Ticket("key:1", "job-1"))
    await store.close()
    with Redis.from_url(redis_server.url) as redis:
        (name,) = redis.scan_iter(f"{tmp_path.name}:ticket:*")
        assert 0 < redis.ttl(name) <= GOOD_FOR_S


async def test_a_store_is_empty_until_it_has_a_key(store: KeysAndTickets) -> None:
    assert await store.is_empty()
    await store.put(new_key("n8n", SCOPES, None, NOW)[0])
    assert not await store.is_empty()
