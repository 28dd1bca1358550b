"""ecCodes is called as its own Python package calls it, wherever it lies."""

import sys
from pathlib import Path

import eccodes
import pytest

from zyra.fields import grib_library


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """A place for packages in which the one of ecCodes has no library of its own."""
    package = tmp_path / "site-packages" / "eccodes"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.delitem(sys.modules, "eccodes", raising=False)
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return package


@pytest.mark.parametrize(
    "place",
    [
        "site-packages/eccodes.libs/libeccodes-bce07ef4.so",
        "site-packages/eccodes/.dylibs/libeccodes.dylib",
        "lib/libeccodes.so",
    ],
)
def test_the_library_of_wheels_and_of_conda_is_found(tmp_path, beside, place):
    library = Path(tmp_path, place)
    library.parent.mkdir(parents=True, exist_ok=True)
    library.touch()
    library.with_name("libeccodes_memfs.so").touch()  # holds its tables
    assert grib_library._library_path() == str(library)


def test_a_library_that_cannot_be_used_is_as_good_as_none(beside):
    (beside / ".dylibs").mkdir()
    (beside / ".dylibs" / "libeccodes.dylib").touch()
    with pytest.raises(ImportError, match=r"libeccodes\.dylib cannot be used"):
        grib_library._opened_library()


def test_keys_that_are_missing_or_not_there_have_no_value():
    theirs = eccodes.codes_grib_new_from_samples("GRIB2")
    missing = "scaleFactorOfSecondFixedSurface"
    eccodes.codes_set_missing(theirs, missing)
    ours = grib_library.new_handle(eccodes.codes_get_message(theirs))
    assert eccodes.codes_is_missing(theirs, missing)
    assert grib_library.integer(ours, missing) is grib_library.number(ours, missing) is None
    assert grib_library.integer(ours, "nonsense") is grib_library.number(ours, "nonsense") is None
    assert (grib_library.text(ours, missing), grib_library.text(ours, "nonsense")) == ("", "")
    assert grib_library.text(ours, "shortName") == eccodes.codes_get(theirs, "shortName")
    grib_library.release(ours)
    eccodes.codes_release(theirs)


def test_a_sample_that_eccodes_does_not_have_is_an_error_of_its_own():
    with pytest.raises(grib_library.EccodesError, match="no sample nonsense"):
        grib_library.sample("nonsense", "ecmf")
