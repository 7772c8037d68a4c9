"""Vector tiles of 200,000 buildings, none kept: against Martin and PostGIS's own ST_AsMVT, over loopback."""

import math
import random
import shutil
import urllib.request

import mapbox_vector_tile

from house import free_port, start, wait_for
from measure import by_turns, pgbench, ratio, wrk

ZOOMS = {14: 20, 15: 40, 16: 60}


def compare(bench):
    tiles = [tile for zoom, count in ZOOMS.items() for tile in drawn(bench, zoom, count)]
    bench.file("our-tiles").write_text("".join(f"/tiles/buildings/{z}/{x}/{y}.mvt\n" for z, x, y in tiles))
    ours = wrk(bench.vigie.url, bench.file("our-tiles"), token=bench.vigie.token)

    query = """SELECT ST_AsMVT(t, 'buildings') FROM (
        SELECT id, height_m, levels, ST_AsMVTGeom(ST_Transform(shape, 3857), ST_TileEnvelope({z}, {x}, {y}), 4096, 64) AS geom
        FROM building WHERE shape && ST_Transform(ST_TileEnvelope({z}, {x}, {y}, margin => 64.0 / 4096), 4326)) AS t"""
    with bench.postgres.connect() as sql:
        for z, x, y in [tile for tile in tiles if tile[0] >= 15][:10]:
            theirs = sql.execute(query.format(z=z, x=x, y=y)).fetchone()[0]
            same_buildings(bench, "PostGIS", bench.vigie.ask(f"/tiles/buildings/{z}/{x}/{y}.mvt"), theirs)

    what = "tiles of 200,000 buildings, zoom 14 to 16, 4 clients"
    script = bench.file("tiles.sql")
    z, x, y = tiles[len(tiles) // 2]
    near = [tile for tile in tiles if tile[0] == 16]
    xs, ys = [tile[1] for tile in near], [tile[2] for tile in near]
    script.write_text(f"\\set x random({min(xs)}, {max(xs)})\n\\set y random({min(ys)}, {max(ys)})\n" + " ".join(query.format(z=16, x=":x", y=":y").split()) + ";\n")
    bench.file("our-16").write_text("".join(f"/tiles/buildings/16/{x}/{y}.mvt\n" for x, y in boxed(xs, ys)))
    ours_16 = wrk(bench.vigie.url, bench.file("our-16"), token=bench.vigie.token)
    yield {"what": "tiles of 200,000 buildings, zoom 16, 4 clients", "peer": "PostGIS ST_AsMVT", "goal": 2, **ratio(by_turns(ours_16, pgbench(bench.postgres.url, script), 5))}

    martin = shutil.which("martin")
    if martin is None:
        print("martin is not there (cargo install martin): left out")
        return
    url = f"http://127.0.0.1:{free_port()}"
    start([martin, "--listen-addresses", url.removeprefix("http://"), "--cache-size", "0", "--workers", "2", bench.postgres.url], log=bench.file("martin.log"))
    wait_for(f"{url}/catalog")
    z, x, y = next(tile for tile in tiles if tile[0] == 15)
    theirs = urllib.request.urlopen(f"{url}/building/{z}/{x}/{y}").read()
    same_buildings(bench, "Martin", bench.vigie.ask(f"/tiles/buildings/{z}/{x}/{y}.mvt"), theirs)
    bench.file("their-tiles").write_text("".join(f"/building/{z}/{x}/{y}\n" for z, x, y in tiles))
    yield {"what": what, "peer": "Martin", "goal": 2, **ratio(by_turns(ours, wrk(url, bench.file("their-tiles"))))}


def buildings(data):
    """The ids in a tile, and those of them that lie in it as a whole: what is drawn of its neighbours, each program decides."""
    (layer,) = mapbox_vector_tile.decode(data).values()
    features = layer["features"]
    outer = lambda shape: shape["coordinates"][0] if shape["type"] == "Polygon" else shape["coordinates"][0][0]
    inner = lambda shape: all(2 < x < 4094 and 2 < y < 4094 for x, y in outer(shape))
    return {one["properties"]["id"] for one in features}, {one["properties"]["id"] for one in features if inner(one["geometry"])}


def same_buildings(bench, program, ours, theirs):
    (ours, ours_whole), (theirs, theirs_whole) = buildings(ours), buildings(theirs)
    if len(ours_whole) < 50:
        raise SystemExit(f"{program}: a tile with {len(ours_whole)} buildings shows nothing")
    bench.same(f"buildings of {program} that we do not draw", theirs_whole - ours, set())
    bench.same(f"buildings that {program} does not draw", ours_whole - theirs, set())


def drawn(bench, zoom, count):
    """Tiles in the middle of the town."""
    draw = random.Random(zoom)
    made = []
    for lon, lat in draw.sample(bench.points(2_000, seed=31), count):
        x = (lon / 360 + 0.5) * 2**zoom
        y = (0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)) * 2**zoom
        made.append((zoom, int(x), int(y)))
    return made


def boxed(xs, ys):
    draw = random.Random(7)
    return [(draw.randint(min(xs), max(xs)), draw.randint(min(ys), max(ys))) for _ in range(400)]
