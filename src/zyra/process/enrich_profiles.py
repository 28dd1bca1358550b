"""Profiles: what holds for the datasets of a catalogue where nothing else is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from zyra.core.closest import closest_or_all
from zyra.core.errors import DataError, UsageError
from zyra.core.urls import split_url
from zyra.process.dataset_json import kind_of, optional_text
from zyra.process.enrich_facts import LONGITUDE_LATITUDE, BoundingBox, Facts
from zyra.process.enrich_items import Item
from zyra.process.enrich_rules import is_at_or_below
from zyra.transfer.sources import is_url

# Who made a dataset and its pictures, as the catalogue of Science On a Sphere says it.
_MAKERS = ("dataset_developer", "vis_developer")


@dataclass(frozen=True)
class LicensePolicy:
    """How the maker of a dataset decides on its licence.

    Attributes:
        domains, keywords: What tells that NOAA made it: ends of hosts, parts of names.
        noaa_license, other_note: What then holds, and what otherwise.
    """

    domains: tuple[str, ...]
    keywords: tuple[str, ...]
    noaa_license: str | None
    other_note: str | None

    def license_of(self, item: Item) -> str | None:
        """The licence of an item; None where it does not say who made it."""
        makers = [item.record[key] for key in _MAKERS if isinstance(item.record.get(key), dict)]
        if not makers:
            return None
        is_noaa = any(self._is_noaa(maker) for maker in makers)
        return self.noaa_license if is_noaa else self.other_note

    def _is_noaa(self, maker: Mapping[str, Any]) -> bool:
        name, address = str(maker.get("name") or ""), str(maker.get("affiliation_url") or "")
        if any(word.casefold() in name.casefold() for word in self.keywords):
            return True
        try:
            host = split_url(address).host if is_url(address) else address
        except UsageError:  # not a URL after all: it names no host
            return False
        return any(is_at_or_below(host, domain) for domain in self.domains)


@dataclass(frozen=True)
class Profile:
    """Defaults of a catalogue, and its policy on licences."""

    defaults: Facts = field(default_factory=Facts)
    policy: LicensePolicy | None = None

    @classmethod
    def from_json(cls, record: Mapping[str, Any], name: str) -> Self:
        """Take the part `enrichment` of a profile's JSON.

        Raises:
            DataError: Something in it is of the wrong kind.
        """
        enrichment = _object(record, "enrichment", name)
        defaults = _object(enrichment, "defaults", name)
        spatial, time = _object(defaults, "spatial", name), _object(defaults, "time", name)
        policy = _object(enrichment, "license_policy", name)
        return cls(
            Facts(
                start=optional_text(time, "start", name),
                end=optional_text(time, "end", name),
                cadence=optional_text(time, "cadence", name),
                bbox=_bounding_box(spatial.get("bbox"), name),
                crs=optional_text(spatial, "crs", name),
                format_detail=optional_text(defaults, "format_detail", name),
                license=optional_text(defaults, "license", name),
            ),
            _policy(policy, name) if policy else None,
        )

    def over(self, below: Self) -> "Profile":
        """This profile, and where it is silent, the one below."""
        return Profile(self.defaults.over(below.defaults), self.policy or below.policy)

    def facts_of(self, item: Item) -> Facts:
        """What the profile says of an item."""
        found = None if self.policy is None else self.policy.license_of(item)
        return Facts(license=found).over(self.defaults)


_WORLD = (-180.0, -90.0, 180.0, 90.0)
_BUILT_IN: Mapping[str, Profile] = {
    "sos": Profile(Facts(bbox=_WORLD, crs=LONGITUDE_LATITUDE)),
    "gibs": Profile(Facts(crs=LONGITUDE_LATITUDE)),
    "pygeoapi": Profile(Facts(crs=LONGITUDE_LATITUDE)),
}


def built_in(name: str) -> Profile:
    """The profile of that name.

    Raises:
        UsageError: There is none.
    """
    if name not in _BUILT_IN:
        raise UsageError(
            f"no profile {name!r}",
            hint=f"did you mean {closest_or_all(name, _BUILT_IN)}? Others go into --profile-file",
        )
    return _BUILT_IN[name]


def _policy(record: Mapping[str, Any], name: str) -> LicensePolicy:
    return LicensePolicy(
        _texts(record, "noaa_domains", name),
        _texts(record, "noaa_keywords", name),
        optional_text(record, "noaa_license", name),
        optional_text(record, "non_noaa_note", name),
    )


def _object(record: Mapping[str, Any], key: str, name: str) -> Mapping[str, Any]:
    value = record.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise DataError(f"{name}: {key} is {kind_of(value)} where an object is expected")
    return value


def _texts(record: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    value = record.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise DataError(f"{name}: {key} is no list of texts")
    return tuple(value)


def _bounding_box(value: Any, name: str) -> BoundingBox | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 4 or not all(map(_is_number, value)):
        raise DataError(f"{name}: bbox is not a list of west, south, east and north")
    west, south, east, north = map(float, value)
    return west, south, east, north


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
