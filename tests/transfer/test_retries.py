from datetime import UTC, datetime

import pytest

from zyra.core.errors import TransientTransferError
from zyra.transfer.failures import NameServiceSilent, ServerBusy
from zyra.transfer.retries import RECOVERED_BYTES, Retries, Tries, retry_after_s

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
BROKEN = TransientTransferError("broken")


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def tries(pauses: list[float]) -> Tries:
    retries = Retries(attempts=9, pause=pauses.append, jitter=lambda: 1.0)
    return Tries(retries, tell=lambda message: None)


# RFC 9110, section 10.2.3: seconds, or an HTTP date in one of its three forms.
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 0 ", 0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30),
        ("Sunday, 22-Nov-26 12:00:30 GMT", 30),
        ("Sun Nov 22 12:00:30 2026", 30),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("1e9", None),
    ],
)
def test_retry_after_is_read_in_every_form(header, seconds):
    assert retry_after_s(header, NOW) == seconds


def test_pauses_double_up_to_the_longest(tries, pauses):
    for _ in range(8):
        tries.pause_after(BROKEN, 0)
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


def test_the_last_failure_is_raised(tries):
    for _ in range(8):
        tries.pause_after(BROKEN, 0)
    with pytest.raises(TransientTransferError) as caught:
        tries.pause_after(BROKEN, 0)
    assert caught.value is BROKEN


def test_a_silent_name_service_is_asked_once_more(tries, pauses):
    silent = NameServiceSilent("nobody knows")
    tries.pause_after(silent, 0)
    with pytest.raises(NameServiceSilent):
        tries.pause_after(silent, 0)
    assert len(pauses) == 1


def test_a_transfer_that_had_begun_waits_for_the_name_service(tries, pauses):
    for _ in range(8):
        tries.pause_after(NameServiceSilent("nobody knows"), 1)
    assert len(pauses) == 8


def test_much_progress_starts_the_count_again(tries, pauses):
    for step in range(20):
        tries.pause_after(BROKEN, step * RECOVERED_BYTES)
    assert set(pauses) == {1}


def test_jitter_spreads_the_pauses(pauses):
    half = Tries(Retries(pause=pauses.append, jitter=lambda: 0.5), tell=lambda message: None)
    half.pause_after(BROKEN, 0)
    assert pauses == [0.5]


def test_each_new_try_is_told():
    told: list[str] = []
    Tries(Retries(pause=lambda _: None, jitter=lambda: 1.0), told.append).pause_after(BROKEN, 0)
    assert told == ["trying again in 1.0 s: broken"]


def test_the_server_s_wish_goes_before_ours(tries, pauses):
    tries.pause_after(ServerBusy("busy", 7), 0)
    assert pauses == [7]
