"""What an item says of itself: its words, its format, the end of its address."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from zyra.core.urls import masked
from zyra.process.enrich_facts import LONGITUDE_LATITUDE, Facts, Variable
from zyra.process.enrich_items import Item

# Words of descriptions, longest first where one holds another, with the CF standard name.
_QUANTITIES = {
    "sea surface temperature": "sea_surface_temperature",
    "sea surface height": "sea_surface_height_above_geoid",
    "sea level pressure": "air_pressure_at_mean_sea_level",
    "sea ice concentration": "sea_ice_area_fraction",
    "sea ice thickness": "sea_ice_thickness",
    "surface air temperature": "air_temperature",
    "air temperature": "air_temperature",
    "soil moisture": "mass_content_of_water_in_soil",
    "soil temperature": "soil_temperature",
    "snow depth": "surface_snow_thickness",
    "snow cover": "surface_snow_area_fraction",
    "precipitable water": "atmosphere_mass_content_of_water_vapor",
    "precipitation": "precipitation_amount",
    "rainfall": "rainfall_amount",
    "relative humidity": "relative_humidity",
    "specific humidity": "specific_humidity",
    "wind speed": "wind_speed",
    "wind direction": "wind_from_direction",
    "geopotential height": "geopotential_height",
    "cloud cover": "cloud_area_fraction",
    "salinity": "sea_water_salinity",
    "chlorophyll": "mass_concentration_of_chlorophyll_in_sea_water",
    "aerosol optical depth": "atmosphere_optical_thickness_due_to_ambient_aerosol_particles",
    "ozone": "atmosphere_mole_content_of_ozone",
    "carbon dioxide": "mole_fraction_of_carbon_dioxide_in_air",
    "significant wave height": "sea_surface_wave_significant_height",
    "bathymetry": "sea_floor_depth_below_geoid",
}
_WORDS = re.compile(rf"\b({'|'.join(_QUANTITIES)})\b", re.IGNORECASE)
_UNIT = re.compile(
    r"\s*[(\[]\s*(?:in\s+)?(K|Kelvin|°?C|degC|°?F|Celsius|Fahrenheit|Pa|hPa|mb|mm(?:/\w+)?|cm|m|km"
    r"|m/s|m s-1|knots|kt|%|percent|psu|PSU|ppm|ppb|DU|mg/m3|mg m-3|kg/m2|kg m-2)\s*[)\]]"
)
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)")
_YEAR = re.compile(r"(?<![\d.-])(?:19|20)\d{2}(?![\d.])")
_WHOLE_EARTH = re.compile(r"(?i)\b(global|globally|worldwide|whole earth|entire earth)\b")
_FORMATS = {
    ".nc": "NetCDF",
    ".nc4": "NetCDF",
    ".cdf": "NetCDF",
    ".grib": "GRIB",
    ".grb": "GRIB",
    ".grib2": "GRIB",
    ".grb2": "GRIB",
    ".tif": "GeoTIFF",
    ".tiff": "GeoTIFF",
    ".zarr": "Zarr",
    ".png": "PNG",
    ".jpg": "JPEG",
    ".mp4": "MP4",
    ".kmz": "KMZ",
    ".geojson": "GeoJSON",
    ".csv": "CSV",
    ".zip": "ZIP",
}


def facts_of_words(item: Item) -> Facts:
    """What name, description, format and address of an item let one presume."""
    text = f"{item.name}\n{item.description}"
    start, end = _times(text)
    is_global = _WHOLE_EARTH.search(text) is not None
    return Facts(
        variables=tuple(_variables(text)),
        start=start,
        end=end,
        bbox=(-180.0, -90.0, 180.0, 90.0) if is_global else None,
        crs=LONGITUDE_LATITUDE if is_global else None,
        format_detail=_format(item),
    )


def _variables(text: str) -> Iterator[Variable]:
    """Quantities that are named, each once, with the unit that stands behind in brackets."""
    seen: set[str] = set()
    for found in _WORDS.finditer(text):
        name = _QUANTITIES[found[1].lower()]
        if name not in seen:
            seen.add(name)
            unit = _UNIT.match(text, found.end())
            yield Variable(
                found[1].lower(), standard_name=name, units=None if unit is None else unit[1]
            )


def _times(text: str) -> tuple[str | None, str | None]:
    """From the first to the last date that is named, or from year to year."""
    dates = sorted(found[0] for found in _DATE.finditer(text))
    years = sorted(_YEAR.findall(_DATE.sub(" ", text)))
    starts = [*dates[:1], *(f"{year}-01-01" for year in years[:1])]
    ends = [*dates[-1:], *(f"{year}-12-31" for year in years[-1:])]
    if not starts:
        return None, None
    return f"{min(starts)}T00:00:00Z", f"{max(ends)}T23:59:59Z"


def _format(item: Item) -> str | None:
    path = masked(item.uri).partition("?")[0]
    return item.format or _FORMATS.get(PurePosixPath(path).suffix.lower())
