"""Without PyAV there is a remedy instead of an import error."""

import subprocess
import sys

import pytest

from zyra.core.errors import DependencyMissing
from zyra.media.library import has_media, load_media


def test_without_pyav_the_remedy_names_the_part_to_install(monkeypatch):
    monkeypatch.setattr("zyra.media.library.find_spec", lambda _: None)
    assert not has_media()
    with pytest.raises(DependencyMissing, match="PyAV") as refused:
        load_media("zyra.media.film_writer:FilmWriter")
    assert refused.value.hint == "install it in zyra's folder: pip install '.[media]'"


@pytest.mark.parametrize("name", ["video_transcode", "audio_transcode", "audio_metadata"])
def test_commands_load_without_pyav(name):
    code = f"import sys; sys.modules['av'] = None; import zyra.process.{name}"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
