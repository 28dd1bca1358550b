"""What WMS, WMTS, THREDDS, STAC and OGC API documents tell, and which are refused."""

import json

import pytest

from zyra.core.errors import DataError, UnsupportedFormat
from zyra.process.enrich_capabilities import address_of_description, facts_of_description
from zyra.process.enrich_facts import Variable
from zyra.process.enrich_items import Item

WMS = """<?xml version="1.0"?>
<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms">
 <Service><Title>Weather</Title></Service>
 <Capability><Layer><Title>All</Title>
  <EX_GeographicBoundingBox><westBoundLongitude>-180</westBoundLongitude>
   <eastBoundLongitude>180</eastBoundLongitude><southBoundLatitude>-90</southBoundLatitude>
   <northBoundLatitude>90</northBoundLatitude></EX_GeographicBoundingBox>
  <Layer><Name>sst</Name><Title>Sea Surface Temperature</Title>
   <Dimension name="time" units="ISO8601">2002-06-01/2003-01-01/P1D,2003-02-01/2024-05-05/P1D
   </Dimension></Layer>
  <Layer><Name>rain</Name><Title>Rain</Title>
   <EX_GeographicBoundingBox><westBoundLongitude>5</westBoundLongitude>
    <eastBoundLongitude>15</eastBoundLongitude><southBoundLatitude>45</southBoundLatitude>
    <northBoundLatitude>55.5</northBoundLatitude></EX_GeographicBoundingBox></Layer>
 </Layer></Capability>
</WMS_Capabilities>"""

WMS_111 = """<!DOCTYPE WMT_MS_Capabilities SYSTEM "http://127.0.0.1:9/never.dtd">
<WMT_MS_Capabilities version="1.1.1"><Capability><Layer>
 <Layer><Name>sst</Name><Title>SST</Title><Dimension name="time" units="ISO8601"/>
  <Extent name="time" default="2024-01-02">2024-01-01,2024-01-02</Extent>
  <LatLonBoundingBox minx="-10" miny="-20" maxx="30" maxy="40"/></Layer>
</Layer></Capability></WMT_MS_Capabilities>"""

WMTS = """<Capabilities version="1.0.0" xmlns="http://www.opengis.net/wmts/1.0"
 xmlns:ows="http://www.opengis.net/ows/1.1"><Contents><Layer>
  <ows:Title>True Color</ows:Title><ows:Identifier>MODIS_Terra</ows:Identifier>
  <ows:WGS84BoundingBox><ows:LowerCorner>-180 -90</ows:LowerCorner>
   <ows:UpperCorner>180 90</ows:UpperCorner></ows:WGS84BoundingBox>
  <Dimension><ows:Identifier>Time</ows:Identifier><Default>2024-01-01</Default>
   <Value>2000-02-24/2024-01-01/P1D</Value></Dimension>
</Layer></Contents></Capabilities>"""

THREDDS = """<catalog xmlns="http://www.unidata.ucar.edu/namespaces/thredds/InvCatalog/v1.0">
 <dataset name="GFS" ID="gfs">
  <metadata inherited="true"><dataFormat>GRIB-2</dataFormat>
   <documentation type="rights">Freely available</documentation>
   <timeCoverage><start>2024-01-01T00:00:00Z</start><end>2024-02-01T00:00:00Z</end></timeCoverage>
   <geospatialCoverage><northsouth><start>-60</start><size>150</size></northsouth>
    <eastwest><start>0</start><size>359</size></eastwest></geospatialCoverage>
  </metadata>
  <variables vocabulary="CF-1.0">
   <variable name="t" vocabulary_name="air_temperature" units="K">Temperature</variable></variables>
  <dataset name="one.grib2" ID="gfs/one" urlPath="gfs/one.grib2">
   <dataSize units="Mbytes">2.5</dataSize></dataset>
  <dataset name="two.grib2" urlPath="gfs/two.grib2"/>
 </dataset>
</catalog>"""

COLLECTION = {
    "type": "Collection",
    "stac_version": "1.0.0",
    "license": "CC-BY-4.0",
    "extent": {
        "spatial": {"bbox": [[-10, 35, 0, 30, 70, 9000]]},
        "temporal": {"interval": [["2015-06-27T00:00:00Z", None]]},
    },
    "cube:variables": {
        "t2m": {"unit": "K", "description": "2 m temperature", "dimensions": ["time", "y", "x"]}
    },
}


def item(name="", **parts):
    return Item.from_json({"name": name, **parts}, "item")


def facts(document, name="", **parts):
    raw = document if isinstance(document, str) else json.dumps(document)
    return facts_of_description(raw.encode(), "https://example.org/doc", item(name, **parts))


@pytest.mark.parametrize("wanted", [{"name": "Sea Surface Temperature"}, {"id": "sst"}])
def test_a_wms_layer_is_found_by_name_title_or_id(wanted):
    found = facts(WMS, **wanted)
    assert found.variables == (Variable("sst", long_name="Sea Surface Temperature"),)
    assert (found.start, found.end, found.cadence) == ("2002-06-01", "2024-05-05", "P1D")
    assert found.format_detail == "WMS 1.3.0"


def test_a_wms_layer_has_its_own_box_or_that_of_the_layers_around():
    assert facts(WMS, "rain").bbox == (5.0, 45.0, 15.0, 55.5)
    assert facts(WMS, "sst").bbox == (-180.0, -90.0, 180.0, 90.0)


def test_a_wms_without_the_items_layer_tells_all_its_layers():
    found = facts(WMS, "other")
    assert [variable.name for variable in found.variables] == ["sst", "rain"]
    assert found.bbox == (-180.0, -90.0, 180.0, 90.0)


def test_an_older_wms_is_read_without_fetching_its_dtd():
    found = facts(WMS_111, "sst")
    assert found.bbox == (-10.0, -20.0, 30.0, 40.0)
    assert (found.start, found.end, found.cadence) == ("2024-01-01", "2024-01-02", None)


def test_a_wmts_layer_tells_box_and_times():
    found = facts(WMTS, "MODIS_Terra")
    assert found.bbox == (-180.0, -90.0, 180.0, 90.0)
    assert (found.start, found.end, found.cadence) == ("2000-02-24", "2024-01-01", "P1D")
    assert found.variables == (Variable("MODIS_Terra", long_name="True Color"),)


def test_a_thredds_catalogue_tells_its_first_dataset():
    found = facts(THREDDS)
    assert found.variables == (Variable("t", "air_temperature", "Temperature", "K"),)
    assert (found.start, found.end) == ("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z")
    assert found.bbox == (0.0, -60.0, 359.0, 90.0)
    assert (found.license, found.format_detail) == ("Freely available", "GRIB-2")
    assert found.n_frames == 2


def test_a_thredds_dataset_inherits_and_adds_its_size():
    found = facts(THREDDS, "one.grib2")
    assert (found.approx_bytes, found.n_frames) == (2_500_000, 1)
    assert found.start == "2024-01-01T00:00:00Z"
    assert found.variables == ()


def test_a_stac_collection_tells_extent_licence_and_variables():
    found = facts(COLLECTION)
    assert found.bbox == (-10.0, 35.0, 30.0, 70.0)
    assert (found.start, found.end) == ("2015-06-27T00:00:00Z", None)
    assert found.license == "CC-BY-4.0"
    assert found.variables == (Variable("t2m", None, "2 m temperature", "K", ("time", "y", "x")),)
    assert found.format_detail == "STAC 1.0.0 collection"


def test_a_stac_item_holds_at_its_moment():
    found = facts(
        {
            "type": "Feature",
            "stac_version": "1.0.0",
            "bbox": [1, 2, 3, 4],
            "properties": {"datetime": "2024-08-01T06:00:00Z"},
        }
    )
    assert (found.start, found.end) == ("2024-08-01T06:00:00Z", "2024-08-01T06:00:00Z")
    assert found.bbox == (1.0, 2.0, 3.0, 4.0)


def test_features_are_counted_and_boxed_together():
    features = [
        {"type": "Feature", "bbox": [0, 0, 1, 1], "properties": {"datetime": "2024-01-02"}},
        {"type": "Feature", "bbox": [5, -3, 6, 1], "properties": {"datetime": "2024-01-01"}},
    ]
    found = facts({"type": "FeatureCollection", "features": features})
    assert (found.bbox, found.n_features) == ((0.0, -3.0, 6.0, 1.0), 2)
    assert (found.start, found.end) == ("2024-01-01", "2024-01-02")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("<html><body>hello</body></html>", "the root html, neither WMS"),
        ("<a><b></a>", "is not XML: mismatched tag"),
        ("", "is not XML"),
        ("<a>" * 200, "nested more than 100 deep"),
        ('<?xml version="1.0" encoding="none"?><a/>', "is not XML: unknown encoding"),
        (
            '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
            "declares entities",
        ),
        (
            "<ExceptionReport><Exception>No\n such layer</Exception></ExceptionReport>",
            "answers with an error: No such layer",
        ),
        ("[1, 2]", "is JSON, but not an object"),
        ('{"a": 1}', "neither STAC nor OGC API"),
        ('{"a": ', "is not JSON"),
    ],
)
def test_a_document_that_is_none_of_them_is_refused(document, problem):
    with pytest.raises(DataError) as refused:
        facts(document)
    assert problem in refused.value.message


@pytest.mark.parametrize(
    "document",
    [
        {"type": "Feature", "bbox": "x", "properties": 3, "extent": []},
        {"stac_version": 1, "extent": {"spatial": {"bbox": [None]}, "temporal": {"interval": [1]}}},
        {"type": "FeatureCollection", "features": [1, {"bbox": [True, 0, 1, 2]}]},
        {
            "stac_version": "1.0.0",
            "type": "?",
            "cube:variables": {"a": 1},
            "summaries": {"bands": 1},
        },
    ],
)
def test_values_of_the_wrong_kind_are_passed_over(document):
    found = facts(document)
    assert (found.bbox, found.variables) == (None, ())


@pytest.mark.parametrize(
    ("uri", "parts", "asked"),
    [
        (
            "https://example.org/wms?map=a&REQUEST=GetMap",
            {"format": "WMS"},
            "https://example.org/wms?map=a&service=WMS&request=GetCapabilities",
        ),
        (
            "https://example.org/wmts",
            {"source": "ogc-wmts"},
            "https://example.org/wmts?service=WMTS&request=GetCapabilities",
        ),
        ("https://example.org/WMTSCapabilities.xml", {"format": "WMTS"}, None),
        (
            "https://example.org/thredds/catalog/gfs/catalog.html",
            {},
            "https://example.org/thredds/catalog/gfs/catalog.xml",
        ),
        ("https://example.org/collections/lakes/items?limit=9", {}, None),
        ("local_capabilities.xml", {"format": "WMS"}, None),
    ],
)
def test_the_address_of_a_description_is_made_from_the_uri(uri, parts, asked):
    assert address_of_description(item(uri=uri, **parts)) == (asked or uri)


@pytest.mark.parametrize("uri", ["https://example.org/data.nc", "https://example.org/a.xml.nc"])
def test_data_are_not_asked_for_a_description(uri):
    with pytest.raises(UnsupportedFormat, match="no service or catalogue"):
        address_of_description(item(uri=uri, format="NetCDF"))
