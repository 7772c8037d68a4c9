"""Pages of 100 buildings in a box, as OGC API - Features: against tipg and pygeoapi over the same table in PostGIS."""

import json
import sys
import urllib.request

from house import free_port, start, wait_for
from measure import by_turns, ratio, wrk

PAGE = 100


def compare(bench):
    corners = bench.points(200, seed=41)
    boxes = [f"{lon},{lat},{round(lon + 0.006, 7)},{round(lat + 0.004, 7)}" for lon, lat in corners]
    asked = lambda name, base: write(bench.file(name), [f"{base}/items?limit={PAGE}&bbox={box}" for box in boxes])
    ours = wrk(bench.vigie.url, asked("our-boxes", "/ogc/collections/buildings"), token=bench.vigie.token)
    count = lambda text: json.loads(text)["numberMatched"]
    matched = [count(bench.vigie.ask(f"/ogc/collections/buildings/items?limit={PAGE}&bbox={box}")) for box in boxes[:10]]
    what = "pages of 100 buildings in a box, 4 clients"
    for name, base, url in (tipg(bench), pygeoapi(bench)):
        told = [count(urllib.request.urlopen(f"{url}{base}/items?limit={PAGE}&bbox={box}&f=geojson" if name == "tipg" else f"{url}{base}/items?limit={PAGE}&bbox={box}&f=json").read()) for box in boxes[:10]]
        bench.same(f"features in boxes, {name}", matched, told)
        theirs = wrk(url, asked(f"{name}-boxes", base))
        yield {"what": what, "peer": name, "goal": None, **ratio(by_turns(ours, theirs, 5))}


def tipg(bench):
    port = free_port()
    env = {"DATABASE_URL": bench.postgres.url, "TIPG_DB_TABLES": '["public.building"]'}
    start([sys.executable, "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--workers", "2"], env=env, log=bench.file("tipg.log"))
    wait_for(f"http://127.0.0.1:{port}/collections")
    return "tipg", "/collections/public.building", f"http://127.0.0.1:{port}"


def pygeoapi(bench):
    port = free_port()
    provider = {
        "type": "feature",
        "name": "PostgreSQL",
        "data": {"host": "127.0.0.1", "port": bench.postgres.port, "dbname": "postgres", "user": "postgres", "password": "-", "search_path": ["public"]},
        "id_field": "id",
        "table": "building",
        "geom_field": "shape",
    }
    contact = {"name": "-", "url": "http://127.0.0.1"}
    config = {
        "server": {"bind": {"host": "127.0.0.1", "port": port}, "url": f"http://127.0.0.1:{port}", "mimetype": "application/json; charset=UTF-8", "encoding": "utf-8", "languages": ["en-US"], "limits": {"default_items": 10, "max_items": 1000}, "map": {"url": "-", "attribution": "-"}},
        "logging": {"level": "ERROR"},
        "metadata": {"identification": {"title": "-", "description": "-", "keywords": ["-"], "keywords_type": "theme", "terms_of_service": "-", "url": "-"}, "license": {"name": "-", "url": "-"}, "provider": contact, "contact": contact},
        "resources": {"building": {"type": "collection", "title": "-", "description": "-", "keywords": ["-"], "extents": {"spatial": {"bbox": [-180, -90, 180, 90]}}, "providers": [provider]}},
    }
    bench.file("pygeoapi.yml").write_text(json.dumps(config))
    env = {"PYGEOAPI_CONFIG": str(bench.file("pygeoapi.yml")), "PYGEOAPI_OPENAPI": str(bench.file("pygeoapi-openapi.yml"))}
    bench.make(["pygeoapi", "openapi", "generate", env["PYGEOAPI_CONFIG"], "--output-file", env["PYGEOAPI_OPENAPI"]], env)
    start([sys.executable, "-m", "uvicorn", "pygeoapi.starlette_app:APP", "--port", str(port), "--workers", "2"], env=env, log=bench.file("pygeoapi.log"))
    wait_for(f"http://127.0.0.1:{port}/collections/building?f=json")
    return "pygeoapi", "/collections/building", f"http://127.0.0.1:{port}"


def write(path, lines):
    path.write_text("\n".join(lines) + "\n")
    return path
