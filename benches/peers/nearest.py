"""The 3 nearest of 200 patrols: over HTTP against Redis and PostGIS, each asked by a load generator of its own kind."""

import datetime
import json
import random

from house import Redis
from measure import by_turns, pgbench, ratio, wrk

PATROLS = 200
CALLS = 500


def compare(bench):
    patrols, calls = bench.points(PATROLS, seed=21), bench.points(CALLS, seed=22)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    redis = Redis()
    with bench.postgres.connect() as sql:
        sql.execute("CREATE TABLE patrol (id int, at geography(Point, 4326))")
        for n, (lon, lat) in enumerate(patrols):
            position = {"lon": lon, "lat": lat, "recorded_at": now}
            body = {"callsign": f"Tango {n}", "status": "available", "crew": 3, "position": position}
            bench.vigie.ask(f"/api/v1/patrols/T-{n}", "PUT", json.dumps(body).encode())
            redis.say("GEOADD", "patrols", lon, lat, n)
            sql.execute("INSERT INTO patrol VALUES (%s, ST_MakePoint(%s, %s))", (n, lon, lat))
        sql.execute("CREATE INDEX ON patrol USING gist (at)")
        sql.execute("ANALYZE patrol")

        path = lambda lon, lat: f"/api/v1/patrols/nearest?lon={lon}&lat={lat}&k=3&by=line"
        for lon, lat in random.Random(1).sample(calls, 50):
            ranked = json.loads(bench.vigie.ask(path(lon, lat)))["features"]
            ours = [int(one["id"].removeprefix("T-")) for one in ranked]
            query = "SELECT id FROM patrol ORDER BY at <-> ST_MakePoint(%s, %s)::geography LIMIT 3"
            bench.same("nearest in PostGIS", ours, [row[0] for row in sql.execute(query, (lon, lat))])
            # Redis reckons on a sphere, and keeps 52 bits of a position: two within a metre may change places.
            found = redis.say("GEOSEARCH", "patrols", "FROMLONLAT", lon, lat, "BYRADIUS", 100, "km", "ASC", "COUNT", 4)
            bench.same("nearest in Redis", set(ours) <= set(map(int, found)), True)

    bench.file("calls").write_text("".join(path(lon, lat) + "\n" for lon, lat in calls))
    ours = wrk(bench.vigie.url, bench.file("calls"), token=bench.vigie.token)
    lon, lat = calls[0]
    radius = ("GEOSEARCH", "patrols", "FROMLONLAT", lon, lat, "BYRADIUS", 100, "km", "ASC", "COUNT", 3)
    script = bench.file("nearest.sql")
    choose = "\\set n random(0, 999)\n"
    place = f"ST_MakePoint({lon} + :n * 1e-6, {lat})::geography"
    script.write_text(choose + f"SELECT id, ST_X(at::geometry), ST_Y(at::geometry), at <-> {place} FROM patrol ORDER BY at <-> {place} LIMIT 3;\n")
    what = "nearest of 200 patrols, 4 clients"
    yield {"what": what, "peer": "Redis GEOSEARCH", "goal": None, **ratio(by_turns(ours, lambda: redis.benchmark(*radius)))}
    yield {"what": what, "peer": "PostGIS KNN", "goal": None, **ratio(by_turns(ours, pgbench(bench.postgres.url, script)))}
