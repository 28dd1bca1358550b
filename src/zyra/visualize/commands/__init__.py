"""The commands of stage visualize, under their names."""

from zyra.core.command import CommandMap, commands_by_name
from zyra.visualize.commands.animate import ANIMATE
from zyra.visualize.commands.compose_video import COMPOSE_VIDEO
from zyra.visualize.commands.contour import CONTOUR
from zyra.visualize.commands.heatmap import HEATMAP
from zyra.visualize.commands.interactive import INTERACTIVE
from zyra.visualize.commands.sos import SOS
from zyra.visualize.commands.timeseries import TIMESERIES
from zyra.visualize.commands.vector import VECTOR

command_map: CommandMap = commands_by_name(
    ANIMATE, COMPOSE_VIDEO, CONTOUR, HEATMAP, INTERACTIVE, SOS, TIMESERIES, VECTOR
)
