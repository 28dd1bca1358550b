"""The commands of stage process, under their names."""

from zyra.core.command import CommandMap, commands_by_name
from zyra.process.commands.api_json import API_JSON
from zyra.process.commands.audio_metadata import AUDIO_METADATA
from zyra.process.commands.audio_transcode import AUDIO_TRANSCODE
from zyra.process.commands.convert_format import CONVERT_FORMAT
from zyra.process.commands.decode_grib2 import DECODE_GRIB2
from zyra.process.commands.enrich_datasets import ENRICH_DATASETS
from zyra.process.commands.enrich_metadata import ENRICH_METADATA
from zyra.process.commands.extract_variable import EXTRACT_VARIABLE
from zyra.process.commands.inspect import INSPECT
from zyra.process.commands.pad_missing import PAD_MISSING
from zyra.process.commands.reproject import REPROJECT
from zyra.process.commands.scan_frames import METADATA, SCAN_FRAMES
from zyra.process.commands.stats import STATS
from zyra.process.commands.subset import SUBSET
from zyra.process.commands.update_dataset_json import UPDATE_DATASET_JSON
from zyra.process.commands.video_transcode import VIDEO_TRANSCODE

command_map: CommandMap = commands_by_name(
    API_JSON,
    AUDIO_METADATA,
    AUDIO_TRANSCODE,
    CONVERT_FORMAT,
    DECODE_GRIB2,
    ENRICH_DATASETS,
    ENRICH_METADATA,
    EXTRACT_VARIABLE,
    INSPECT,
    METADATA,
    PAD_MISSING,
    REPROJECT,
    SCAN_FRAMES,
    STATS,
    SUBSET,
    UPDATE_DATASET_JSON,
    VIDEO_TRANSCODE,
)
