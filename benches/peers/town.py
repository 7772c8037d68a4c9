"""A made-up town of any size, the same at every run: footprints, points, incidents, as files that `vigie import` reads."""

import datetime
import json
import math
import random
import zoneinfo
from pathlib import Path

WEST, SOUTH = 2.25, 48.80
# Degrees of a metre there.
LON_M, LAT_M = 1 / 73_300, 1 / 111_200
PITCH_M = 30.0
START = datetime.datetime(2024, 11, 24, tzinfo=datetime.UTC)
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
KINDS = ["OCC-HAL", "NUI-MUS", "NUI-VOI", "OCC-ESC"]
CHANNELS = ["call", "patrol", "caretaker", "partner", "sensor"]


def degrees(x_m, y_m):
    return WEST + x_m * LON_M, SOUTH + y_m * LAT_M


def footprints(path: Path, count: int):
    """Footprints of 4 to 12 corners in a grid of 30 m, one in eight around a courtyard, none over another."""
    draw = random.Random(1)
    side = math.isqrt(count)
    with path.open("w") as out:
        for n in range(side * side):
            x_m, y_m = (n % side + 0.5) * PITCH_M, (n // side + 0.5) * PITCH_M
            corners, size_m = draw.randint(4, 12), draw.uniform(7, 14)
            rings = [ring(x_m, y_m, size_m, corners)]
            if draw.random() < 1 / 8:
                rings.append(ring(x_m, y_m, size_m * 0.4, corners)[::-1])
            properties = {"id": f"B-{n}", "levels": 6}
            geometry = {"type": "Polygon", "coordinates": rings}
            feature = {"type": "Feature", "id": f"B-{n}", "properties": properties, "geometry": geometry}
            out.write(json.dumps(feature) + "\n")
    return side


def ring(x_m, y_m, size_m, corners):
    turns = [2 * math.pi * k / corners for k in range(corners)]
    points = [degrees(x_m + size_m * math.cos(a), y_m + size_m * math.sin(a)) for a in turns]
    return [[round(lon, 7), round(lat, 7)] for lon, lat in points + points[:1]]


def points(path: Path, count: int, side: int, seed: int):
    """Positions anywhere in a town of so many buildings a side, as `lon,lat` lines."""
    draw = random.Random(seed)
    reach_m = side * PITCH_M
    made = [degrees(draw.uniform(0, reach_m), draw.uniform(0, reach_m)) for _ in range(count)]
    made = [(round(lon, 7), round(lat, 7)) for lon, lat in made]
    path.write_text("".join(f"{lon},{lat}\n" for lon, lat in made))
    return made


def sites(path: Path, side: int, each: int):
    """A site for every so many buildings, in the middle of one; their codes."""
    with path.open("w") as out:
        out.write("code;landlord;name;dwellings;lon;lat\n")
        codes = []
        for n in range(0, side * side, each):
            lon, lat = degrees((n % side + 0.5) * PITCH_M, (n // side + 0.5) * PITCH_M)
            codes.append(f"S-{n:06}")
            out.write(f"{codes[-1]};Landlord {n % 12};Site {n};60;{lon:.7f};{lat:.7f}\n")
    return codes


def incidents(path: Path, rows: Path, count: int, sites: list[str]):
    """Two years of incidents on those sites: as `vigie import` reads them, and as rows of numbers with the hour of Paris."""
    draw = random.Random(5)
    with path.open("w") as out, rows.open("w") as told:
        out.write("kind,channel,reported_at,site_code,idempotency_key\n")
        for n in range(count):
            at = START + datetime.timedelta(seconds=draw.randrange(730 * 86_400))
            kind, channel, site = draw.choice(KINDS), draw.choice(CHANNELS), draw.randrange(len(sites))
            out.write(f"{kind},{channel},{at:%Y-%m-%dT%H:%M:%SZ},{sites[site]},{n}\n")
            told.write(f"{site},{kind},{channel},{at.astimezone(PARIS).hour}\n")
