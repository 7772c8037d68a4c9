"""Reads PMTiles with the library of its authors, with another decoder of tiles, and with GDAL: pyramid.py FILE FOLDER.

Writes each tile unpacked into FOLDER as Z-X-Y, and prints what the file says as JSON.
"""

import gzip
import json
import sys
from pathlib import Path

import mapbox_vector_tile
import pyogrio.raw
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import zxy_to_tileid

path, folder = sys.argv[1], Path(sys.argv[2])
with open(path, "rb") as file:
    source = MmapSource(file)
    reader = Reader(source)
    head = {name: getattr(value, "name", value) for name, value in reader.header().items()}
    ids, properties, shapes = [], {}, {}
    for (z, x, y), packed in all_tiles(source):
        tile = gzip.decompress(packed)
        (folder / f"{z}-{x}-{y}").write_bytes(tile)
        if len(ids) % 500 == 0:  # which reads the directories anew each time
            assert packed == reader.get(z, x, y), (z, x, y)
        ids.append(zxy_to_tileid(z, x, y))
        for name, layer in mapbox_vector_tile.decode(tile).items():
            assert layer["extent"] == 4096, layer["extent"]
            kinds = shapes.setdefault(name, set())
            known = properties.setdefault(str(z), set())
            for feature in layer["features"]:
                kinds.add(feature["geometry"]["type"])
                known.update(feature["properties"])
    metadata = reader.metadata()
layers = [str(name) for name, _ in pyogrio.list_layers(path)]
meta, _, read, _ = pyogrio.raw.read(path, layer=layers[0])
print(
    json.dumps(
        {
            "head": {name: value for name, value in head.items() if isinstance(value, (int, str, bool))},
            "metadata": metadata,
            "in_order": ids == sorted(set(ids)),
            "tiles": len(ids),
            "shapes": {name: sorted(kinds) for name, kinds in shapes.items()},
            "properties": {zoom: sorted(known) for zoom, known in properties.items()},
            "gdal": {"layers": layers, "crs": meta["crs"], "features": len(read)},
        }
    )
)
