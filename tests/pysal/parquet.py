"""Prints a GeoParquet file as one line of GeoJSON, with the metadata of the file beside the features."""

import json
import sys

import geopandas
import pyarrow.parquet

path = sys.argv[1]
frame = geopandas.read_parquet(path)
told = json.loads(frame.to_json(na="null", drop_id=True))
metadata = pyarrow.parquet.read_schema(path).metadata
told["metadata"] = {key.decode(): json.loads(value) for key, value in metadata.items() if key in (b"geo", b"vigie")}
told["crs"] = str(frame.crs)
told["valid"] = bool(frame.geometry.is_valid.all())
print(json.dumps(told))
