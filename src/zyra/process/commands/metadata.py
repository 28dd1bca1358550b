"""Declaration of `process metadata`, the other name of `process scan-frames`."""

from dataclasses import replace

from zyra.process.commands.scan_frames import SCAN_FRAMES

METADATA = replace(SCAN_FRAMES, name="metadata")
