"""What OWSLib and a newer GDAL (in pyogrio) read of /ogc, as JSON: `read.py http://127.0.0.1:8080/ogc`."""

import json
import sys

import pyogrio
from owslib.ogcapi.features import Features

BOX = [2.315, 48.805, 2.345, 48.835]
FILTER = "landlord = 'elogie' AND dwellings >= 40"


def by_owslib(url):
    """Every call of the client that reads."""
    service = Features(url)
    ids = lambda page: [one["id"] for one in page["features"]]
    one = service.collection_item("sites", "AA-000")
    in_lambert = "http://www.opengis.net/def/crs/EPSG/0/2154"
    return {
        "title": service.links and service.response["title"],
        "conformance": service.conformance()["conformsTo"],
        "collections": [one["id"] for one in service.collections()["collections"]],
        "features": service.feature_collections(),
        "queryables": sorted(service.collection_queryables("sites")["properties"]),
        "all": ids(service.collection_items("sites", limit=1000)),
        "boxed": ids(service.collection_items("sites", bbox=BOX)),
        "filtered": ids(service.collection_items("sites", limit=1000, filter=FILTER)),
        "named": ids(service.collection_items("sites", limit=1000, landlord="elogie")),
        "one": one["properties"]["code"],
        "lambert": service.collection_items("sites", limit=1, crs=in_lambert)["features"][0]["geometry"]["coordinates"],
    }


def by_gdal(url):
    """What GDAL asks the server for, page after page."""
    source = f"OAPIF:{url}"
    read = lambda **how: pyogrio.raw.read(source, layer="sites", PAGE_SIZE="7", **how)
    codes = lambda found: sorted(found[3][list(found[0]["fields"]).index("code")])
    lambert = read(CRS="EPSG:2154")
    return {
        "gdal": pyogrio.__gdal_version_string__,
        "layers": sorted(str(name) for name, _ in pyogrio.list_layers(source)),
        "all": codes(read()),
        "boxed": codes(read(bbox=tuple(BOX))),
        "filtered": codes(read(where=FILTER)),
        "crs": lambert[0]["crs"],
        "in_lambert": codes(lambert),
    }


url = sys.argv[1]
print(json.dumps({"owslib": by_owslib(url), "gdal": by_gdal(url)}))
