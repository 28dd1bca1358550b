"""The warm parent asks ecCodes for names once, so that its children need not."""

import os

from zyra.fields.grib_warm import warm_up


def test_a_warm_up_leaves_no_file_open_and_no_thread_running():
    warm_up()
    before = os.listdir("/proc/self/fd"), os.listdir("/proc/self/task")
    warm_up()
    assert (os.listdir("/proc/self/fd"), os.listdir("/proc/self/task")) == before
