"""Which reader a file of film or sound gets, by its first bytes alone.

FFmpeg would guess by content and name, and some of what it guesses are lists of other files
and addresses to open. Only what stands here is read, each by its own reader.

Source of the signatures: the formats' own specifications.
"""

import re
from pathlib import Path

from zyra.core.errors import UnsupportedFormat
from zyra.core.media_types import sniff

HEAD_BYTES = 512
_TS_PACKET = 188

# FFmpeg's name of the reader, with what such a file begins with.
_READERS: tuple[tuple[str, bytes], ...] = (
    ("mov", rb"(?s)....(ftyp|moov|mdat|wide|free|skip|pnot)"),
    ("matroska", rb"\x1a\x45\xdf\xa3"),
    ("avi", rb"(?s)RIFF....AVI "),
    ("wav", rb"(?s)(RIFF|RF64|RIFX)....WAVE"),
    ("w64", rb"riff\x2e\x91\xcf\x11"),
    ("ogg", rb"OggS"),
    ("flac", rb"fLaC"),
    ("mp3", rb"ID3|\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd]"),
    ("aac", rb"\xff[\xf0\xf1\xf8\xf9]"),
    ("mpeg", rb"\x00\x00\x01\xba"),
    ("mpegvideo", rb"\x00\x00\x01\xb3"),
    ("mpegts", rb"(?s)\x47.{187}\x47"),
    ("flv", rb"FLV\x01"),
    ("asf", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    ("gif", rb"GIF8[79]a"),
    ("aiff", rb"(?s)FORM....AIF[FC]"),
    ("caf", rb"caff"),
    ("au", rb"\.snd"),
    ("amr", rb"#!AMR"),
    ("mxf", rb"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02"),
    ("ivf", rb"DKIF"),
    ("yuv4mpegpipe", rb"YUV4MPEG2"),
)
_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/tiff")
_LISTS = (
    rb"(?i)\s*(#EXTM3U|ffconcat|\[playlist\]|\[reference\]|"
    rb"<\?xml|<mpd|<smil|<asx|v=0|https?:|file )"
)


def reader_of(path: Path, name: str) -> str:
    """FFmpeg's name of the reader for a file.

    Raises:
        UnsupportedFormat: It is of no known format, or a list of others.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    for reader, signature in _READERS:
        if re.match(signature, head):
            return reader
    if re.match(_LISTS, head):
        raise UnsupportedFormat(
            f"{name} is a list of other files or addresses, which are not opened",
            hint="give the film or sound itself",
        )
    what = "empty" if not head else "no film or sound of a known format"
    known = (
        "MP4, MOV, Matroska, WebM, MPEG, AVI, OGG, WAV, MP3, FLAC and GIF are read, among others"
    )
    raise UnsupportedFormat(f"{name} is {what}", hint=known)


def is_picture(path: Path) -> bool:
    """Whether a file is a single picture: PNG, JPEG, WebP, TIFF or BMP."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    return sniff(head)[0] in _PICTURES or head.startswith(b"BM")
