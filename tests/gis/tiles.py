"""Reads the tiles of a collection through GDAL's driver OGCAPI: python tiles.py COLLECTION_URL ZOOM WEST SOUTH EAST NORTH.

The driver takes the extent of a collection for one in the reference system of the tiles, so it is told the box, in metres.
Prints the values of `landlord`, and of the first column, as JSON.
"""

import json
import sys

import pyogrio.raw

url, zoom, west, south, east, north = sys.argv[1:]
box = {"MINX": west, "MINY": south, "MAXX": east, "MAXY": north}
meta, _, shapes, columns = pyogrio.raw.read(f"OGCAPI:{url}", layer=f"Zoom level {zoom}", API="TILES", **box)
told = dict(zip(meta["fields"], columns))
key = "code" if "code" in told else "height_m"
print(json.dumps({"crs": meta["crs"], "shapes": len(shapes), "keys": [str(one) for one in told[key]], "landlords": sorted(set(told.get("landlord", [])))}))
