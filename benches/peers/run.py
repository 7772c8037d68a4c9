"""Vigie against what people would use in its place: python run.py VIGIE IN_PROCESS [COMPARISON…].

Each comparison loads the same data, holds the answers against each other, and only then takes times, by turns. Prints a table
of Markdown, and leaves `target/peers/ratios.json`.
"""

import atexit
import functools
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import town
from house import InProcess, Postgres, Vigie

COMPARISONS = ["locate", "heatmap", "nearest", "tiles", "features"]
FOOTPRINTS = 200_000
SITE_EACH = 80


class Bench:
    """What every comparison is made on."""

    def __init__(self, vigie, in_process, folder):
        self.folder, self.incidents, self.in_process = folder, 1_000_000, in_process
        self.buildings = self.file("buildings.geojsonl")
        self.side = town.footprints(self.buildings, FOOTPRINTS)
        self.sites = town.sites(self.file("sites.csv"), self.side, SITE_EACH)
        self.site_number = {site: number for number, site in enumerate(self.sites)}
        self.incident_rows = self.file("incident-rows.csv")
        town.incidents(self.file("incidents.csv"), self.incident_rows, self.incidents, self.sites)
        store = self.file("vigie.sqlite")
        for layer, file in (("sites", "sites.csv"), ("buildings", "buildings.geojsonl"), ("incidents", "incidents.csv")):
            print(f"importing {layer}", flush=True)
            self.make([vigie, "import", layer, "--store", f"sqlite:{store}", self.file(file)])
        self.vigie = Vigie(vigie, store, folder)
        self.postgres = Postgres(folder)
        self.load_buildings()

    @functools.cached_property
    def ours(self):
        return InProcess(self.in_process, self.file("vigie.sqlite"))

    def load_buildings(self):
        """The same footprints as a table that is made for the questions: one index, in its order, nothing else in it."""
        with self.postgres.connect() as sql:
            sql.execute("CREATE EXTENSION postgis")
            sql.execute("CREATE TABLE building (id text PRIMARY KEY, height_m float8, levels int, shape geometry(Polygon, 4326))")
            with sql.cursor().copy("COPY building FROM STDIN") as copy, self.buildings.open() as lines:
                for line in lines:
                    feature = json.loads(line)
                    rings = ",".join("(" + ",".join(f"{lon} {lat}" for lon, lat in ring) + ")" for ring in feature["geometry"]["coordinates"])
                    levels = feature["properties"]["levels"]
                    copy.write_row((feature["id"], 3.0 * levels, levels, f"SRID=4326;POLYGON({rings})"))
            sql.execute("CREATE INDEX building_shape ON building USING gist (shape)")
            sql.execute("CLUSTER building USING building_shape")
            sql.execute("VACUUM ANALYZE building")

    def file(self, name):
        return self.folder / name

    def make(self, command, env=None):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **(env or {})})

    def points(self, count, seed):
        return town.points(self.file("points"), count, self.side, seed)

    def same(self, what, ours, theirs):
        """Ends the run where two programs do not say the same: their times would mean nothing."""
        if ours != theirs:
            if isinstance(ours, dict):
                ours, theirs = ours.items(), theirs.items()
            if isinstance(ours, bool):
                raise SystemExit(f"{what}: the answers differ")
            alone = [one for one in ours if one not in theirs], [one for one in theirs if one not in ours]
            raise SystemExit(f"{what}: the answers differ\nours alone   {alone[0][:20]}\ntheirs alone {alone[1][:20]}")


def main(vigie, in_process, names):
    found = []
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # after what was started there has stopped
    bench = Bench(vigie, in_process, Path(folder))
    for name in names or COMPARISONS:
        for one in importlib.import_module(name).compare(bench):
            found.append(one)
            print(row(one), flush=True)
    out = Path("target/peers/ratios.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=1))
    print("\n| what | against | times faster: median (least to most) | goal |\n| --- | --- | --- | --- |")
    print("\n".join(map(row, found)))


def row(one):
    goal = f"{one['goal']}" if one["goal"] else "–"
    return f"| {one['what']} | {one['peer']} | {one['ratio']:.2f} ({one['least']:.2f} to {one['most']:.2f}) | {goal} |"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
