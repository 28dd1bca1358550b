"""The commands of stage process, under their names."""

from zyra.core.command import CommandMap, DeclaredCommands

command_map: CommandMap = DeclaredCommands(
    __name__,
    (
        "api-json",
        "audio-metadata",
        "audio-transcode",
        "convert-format",
        "decode-grib2",
        "enrich-datasets",
        "enrich-metadata",
        "extract-variable",
        "inspect",
        "metadata",
        "pad-missing",
        "reproject",
        "scan-frames",
        "stats",
        "subset",
        "update-dataset-json",
        "video-transcode",
    ),
)
