"""Incidents by site under three filters, one core: against PostgreSQL and DuckDB, which have the hour of Paris as a column."""

import duckdb

from measure import by_turns, clocked, ratio

FILTERS = {
    "all": "true",
    "evenings": "(hour >= 18 OR hour < 2)",
    "every": "(hour >= 18 OR hour < 2) AND kind IN ('OCC-HAL', 'NUI-MUS') AND channel IN ('call', 'caretaker')",
}


def compare(bench):
    rows = bench.incident_rows
    lite = duckdb.connect()
    lite.execute("SET threads = 1")
    lite.execute("CREATE TABLE incident (site INTEGER, kind VARCHAR, channel VARCHAR, hour UTINYINT)")
    lite.execute(f"INSERT INTO incident SELECT * FROM read_csv('{rows}', header = false, columns = {{'site': 'INTEGER', 'kind': 'VARCHAR', 'channel': 'VARCHAR', 'hour': 'UTINYINT'}})")
    with bench.postgres.connect() as sql:
        sql.execute("CREATE TABLE incident (site int, kind text, channel text, hour smallint)")
        with sql.cursor().copy("COPY incident FROM STDIN (FORMAT csv)") as copy:
            copy.write(rows.read_text())
        sql.execute("VACUUM ANALYZE incident")
        for name, condition in FILTERS.items():
            query = f"SELECT site, count(*) FROM incident WHERE {condition} GROUP BY site"
            bench.ours.say("heatmap", name, bench.file("counted"))
            lines = [line.split() for line in bench.file("counted").read_text().splitlines()]
            ours = {bench.site_number[site]: int(count) for site, count in lines}
            bench.same(f"heatmap, {name}", ours, dict(sql.execute(query).fetchall()))
            bench.same(f"heatmap in DuckDB, {name}", ours, dict(lite.execute(query).fetchall()))
            count = lambda: bench.ours.say("heatmap", name)
            what = f"heatmap of {bench.incidents:,} incidents, {name}, one core"
            yield {"what": what, "peer": "PostgreSQL", "goal": 20, **ratio(by_turns(count, clocked(lambda: sql.execute(query).fetchall()), 5))}
            yield {"what": what, "peer": "DuckDB", "goal": 5, **ratio(by_turns(count, clocked(lambda: lite.execute(query).fetchall())))}
