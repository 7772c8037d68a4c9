"""Which building is a point in, or else the nearest within 50 m? One core: against shapely's STRtree, geopandas and PostGIS."""

import geopandas
import numpy
import shapely

from measure import by_turns, clocked, ratio

DRAWN = 600_000
POINTS = 200_000
# 50 m in degrees there, roughly: shapely knows no metres.
NEAR_DEG = 50 / 92_000


def compare(bench):
    buildings = geopandas.read_file(bench.buildings, columns=["id"])
    shapes, ids = buildings.geometry.to_numpy(), buildings["id"].to_numpy()
    tree = shapely.STRtree(shapes)
    drawn = bench.points(DRAWN, seed=11)
    located = locate(bench, drawn)
    yield from inside(bench, tree, ids, buildings, [at for at, found in zip(drawn, located) if found][:POINTS])
    yield from anywhere(bench, tree, ids, drawn[:POINTS])


def locate(bench, points):
    """The building that each lies in, by Vigie."""
    bench.file("asked").write_text("".join(f"{lon},{lat}\n" for lon, lat in points))
    bench.ours.say("load", "points", bench.file("asked"))
    bench.ours.say("locate", bench.file("located"))
    return bench.file("located").read_text().split("\n")[: len(points)]


def inside(bench, tree, ids, buildings, points):
    """Points that lie in a building."""
    ours = dict(enumerate(locate(bench, points)))
    asked = shapely.points(points)
    within = lambda: tree.query(asked, predicate="intersects")
    bench.same("locate", ours, {point: ids[shape] for point, shape in within().T})
    frame = geopandas.GeoDataFrame(geometry=asked, crs=buildings.crs)
    joined = lambda: geopandas.sjoin(frame, buildings, how="left", predicate="intersects")
    with bench.postgres.connect() as sql:
        sql.execute("CREATE TABLE point (n int, at geometry(Point, 4326))")
        with sql.cursor().copy("COPY point FROM STDIN") as copy:
            for n, (lon, lat) in enumerate(points):
                copy.write_row((n, f"SRID=4326;POINT({lon} {lat})"))
        sql.execute("ANALYZE point")
        query = "SELECT p.n, b.id FROM point p LEFT JOIN building b ON ST_Intersects(b.shape, p.at)"
        bench.same("locate in PostGIS", ours, dict(sql.execute(query).fetchall()))
        count = lambda: sql.execute(f"SELECT count(id) FROM ({query}) AS joined").fetchone()
        ask = lambda: bench.ours.say("locate")
        what = f"locate {POINTS:,} points in buildings, one core"
        yield {"what": what, "peer": "shapely STRtree", "goal": 2, **ratio(by_turns(ask, clocked(within)))}
        yield {"what": what, "peer": "geopandas sjoin", "goal": 2, **ratio(by_turns(ask, clocked(joined), 5))}
        yield {"what": what, "peer": "PostGIS join", "goal": 20, **ratio(by_turns(ask, clocked(count), 3))}


def anywhere(bench, tree, ids, points):
    """Points anywhere: two in three lie in no building, and want the nearest."""
    ours = locate(bench, points)
    asked = shapely.points(points)

    def both():
        found = tree.query(asked, predicate="intersects")
        outside = numpy.setdiff1d(numpy.arange(len(asked)), found[0])
        tree.query_nearest(asked[outside], max_distance=NEAR_DEG)
        return found

    theirs = dict.fromkeys(range(len(points)), "") | {point: ids[shape] for point, shape in both().T}
    bench.same("locate anywhere", dict(enumerate(ours)), theirs)
    ask = lambda: bench.ours.say("locate")
    yield {"what": f"locate {POINTS:,} points anywhere, or the nearest", "peer": "shapely STRtree", "goal": 2, **ratio(by_turns(ask, clocked(both), 5))}
