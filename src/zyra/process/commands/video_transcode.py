"""Declaration of `process video-transcode`."""

from typing import Literal

from zyra.core.arguments import Args, arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputSource, OutputFile


class VideoTranscodeArgs(Args):
    """Convert films, pictures and sequences of pictures to a film of another kind.

    The input is a film, a single picture, a folder of pictures, or a pattern of their names:
    frames/%04d.png as ffmpeg takes it, or 'frames/*.png'. Pictures are taken in the order in
    which people count: frame9 before frame10.

    What is not said: MP4 with H.264 (WebM: VP9, MPG: MPEG-2), the frame rate and size of the
    film, 30 frames/s for pictures, a constant quality of 20 (H.264), 24 (HEVC), 31 (VP9) or 30
    (AV1), a fixed fine quantiser for MPEG-2 and Xvid, preset medium (VP9: 4, AV1: 8), a key
    frame every two seconds (MPEG-2: every 15 frames), yuv420p. Sound is kept: AAC in MP4 and
    MOV, Opus in WebM, MP2 in MPG. --metadata-out writes all that was resolved, as JSON.

    Films get a constant frame rate and stand upright. RGB pictures become BT.709 in limited
    range; films keep their matrix. An odd width or height is raised by one, since chroma has
    one value for two pixels. Transparent places of pictures become black.

    Science On a Sphere: --sos 4k gives 4096x2048, --sos 2k 2048x1024, at 30 frames/s, as
    H.264 in MP4 and ready for streaming. --sos-legacy is for players of old: MPEG-4 part 2 as
    Xvid writes it (with --to mpg: MPEG-2) at 2048x1024, 30 frames/s, 25 Mbit/s. Single flags
    still rule over both.

    The work is done by libraries that come with zyra[media]. They open the one file that is
    given: playlists, and what a film names beside itself, are not followed.
    """

    input: InputSource = arg(
        description="Film, picture, folder or pattern of pictures, - for stdin, or an http(s) URL",
        positional=True,
    )
    output: OutputFile | None = arg(
        None,
        "Film to write; - is stdout. Not given: the input's name in the working folder, or stdout "
        "for stdin",
        flags=("-o",),
    )
    to: Literal["mp4", "webm", "mov", "mpg"] = arg(
        "mp4", "Container; not given, the suffix of --output decides", also=("container",)
    )
    codec: Literal["h264", "hevc", "vp9", "av1", "libxvid", "mpeg2video"] | None = arg(
        None,
        "Video codec: h264, hevc, libxvid (MPEG-4 part 2) in mp4 and mov; vp9, av1 in webm and "
        "mp4; mpeg2video in mpg and mov",
    )
    audio_codec: str | None = arg(
        None, "Sound codec: aac, mp3, opus, mp2, ac3, flac or pcm_s16le; none leaves sound out"
    )
    audio_bitrate: str | None = arg(
        None, "Bits per second of the sound, such as 128k; not given: 64k to 128k per channel"
    )
    scale: str | None = arg(
        None,
        "Size as WIDTHxHEIGHT, such as 1920x1080; -1 or -2 for one side keeps the shape: 1920x-2",
    )
    fps: float | None = arg(None, "Frames per second", ge=0.01, le=240, also=("framerate",))
    bitrate: str | None = arg(None, "Bits per second on average, such as 25M, instead of --crf")
    pix_fmt: str | None = arg(
        None, "Layout of the pixels: yuv420p, which every player takes, yuv444p, yuv420p10le ..."
    )
    preset: str | None = arg(
        None,
        "Speed against size: ultrafast to veryslow (h264, hevc), 0 to 8 (vp9), 0 to 13 (av1), "
        "the higher number the faster",
    )
    crf: int | None = arg(
        None, "Constant quality, smaller is better: 0 to 51 (h264, hevc), 0 to 63 (vp9), 1 to 63"
    )
    gop: int | None = arg(None, "Most frames from one key frame to the next", ge=1, le=100_000)
    extra_args: list[str] = arg(
        [],
        "Further options of the encoder or container as ffmpeg writes them, such as "
        "--extra-args='-tune animation -bf 2'. Options that would open files, filters and "
        "inputs are refused",
        repeat=True,
    )
    metadata_out: OutputFile | None = arg(
        None, "File for a JSON description: input, result, and every setting as it was resolved"
    )
    write_metadata: bool = arg(False, "Write that description beside the result, as OUTPUT.json")
    sos: Literal["2k", "4k"] | None = arg(
        None, "Film for Science On a Sphere: 2k is 2048x1024, 4k is 4096x2048"
    )
    sos_legacy: bool = arg(
        False, "Film for old Science On a Sphere players: Xvid or MPEG-2, 2048x1024, 25 Mbit/s"
    )
    still_seconds: float | None = arg(
        None, "How long a single picture is shown (5 when not given)", gt=0, le=3600
    )
    no_overwrite: bool = arg(False, "Refuse to replace files that exist")
    backend: Literal["pyav", "ffmpeg"] = arg(
        "pyav", "Who encodes: the libraries of zyra[media], or the ffmpeg program of this machine"
    )


VIDEO_TRANSCODE = Command(
    "process",
    "video-transcode",
    VideoTranscodeArgs,
    run="zyra.process.video_transcode:run",
    examples=(
        Example(
            "Numbered pictures to a film of 10 frames per second",
            {"input": "frames/map_%10d.png", "output": "maps.mp4", "fps": 10},
        ),
        Example(
            "A film for Science On a Sphere, with a description of all settings",
            {"input": "frames", "output": "sphere.mp4", "sos": "2k", "write_metadata": True},
        ),
        Example(
            "A smaller film for the web, without sound",
            {
                "input": "film.mp4",
                "output": "small.webm",
                "scale": "640x-2",
                "audio_codec": "none",
            },
        ),
    ),
)
