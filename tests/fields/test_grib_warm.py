"""The warm parent asks ecCodes for names once, so that its children need not."""

import subprocess
import sys

PROBE = """
import os, time
from pathlib import Path
from zyra.fields.grib import read_inventory
from zyra.fields.grib_warm import warm_up
warm_up()
opened = len(os.listdir("/proc/self/task"))
path = Path(%r)
before = time.process_time()
read_inventory(path)
first = time.process_time() - before
before = time.process_time()
read_inventory(path)
second = time.process_time() - before
print(opened, first / second)
"""


def test_after_the_warm_up_the_first_inventory_costs_about_what_the_second_does(data):
    path = str(data / "gfs_0p25_tmp_pv_missing.grib2")
    done = subprocess.run([sys.executable, "-c", PROBE % path], capture_output=True, check=True)
    threads, ratio = done.stdout.decode().split()
    assert threads == "1"
    assert float(ratio) < 8  # cold it is some forty times the second
