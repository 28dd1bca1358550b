"""Frames of a stream: nothing is left out for a client that wants all."""

from zyra.jobs.events import STREAMED, Frame
from zyra.jobs.records import Status

RUNNING = Frame(seq=2, status=Status.RUNNING)


def test_a_second_start_is_shown_to_who_wants_all():
    again = Frame(seq=3, status=Status.RUNNING)
    assert again.only(frozenset(STREAMED), RUNNING) == again


def test_what_is_no_news_is_left_out_for_who_wants_one_stream():
    assert Frame(seq=3, stderr="x").only(frozenset({"stdout"}), RUNNING) is None
