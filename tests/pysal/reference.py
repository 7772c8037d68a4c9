"""Reads made data as JSON on stdin, has the libraries of reference compute each figure, prints them as JSON.

With the path of the shared data as an argument, it also reads the real tracts of Paris: their borders, the poverty
rate, and what the libraries make of both.
"""

import json
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
# Some libraries print what they think of islands.
OUT, sys.stdout = sys.stdout, sys.stderr

import esda
import libpysal
import mapclassify
import pointpats
import ruptures
import shapely
from esda.smoothing import Empirical_Bayes, Spatial_Empirical_Bayes
from pyproj import Geod
from scipy import special, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.tsa.seasonal import STL

WGS84 = Geod(ellps="WGS84")


def numbers(values):
    """A plain list; what is not a number becomes null, as JSON has no word for it."""
    return [float(value) if np.isfinite(value) else None for value in np.asarray(values, dtype=float).ravel()]


def weights(lists):
    return libpysal.weights.W({at: near for at, near in enumerate(lists)}, silence_warnings=True)


def autocorrelation(values, lists):
    """Gi*, Gi, local and global Moran of values among the given neighbours."""
    y = np.array(values)
    local = {}
    for name, star in (("gi_star", True), ("gi", False)):
        g = esda.G_Local(y, weights(lists), transform="B", star=star, permutations=0)
        local[name] = {"z": numbers(g.Zs), "p_one_sided": numbers(g.p_norm)}
    # That the row-standardised z of esda is too small, and ours is not, its own permutations show.
    rows = esda.G_Local(y, weights(lists), transform="R", star=True, permutations=0)
    lisa = esda.Moran_Local(y, weights(lists), permutations=9999, seed=1)
    moran = {}
    for transform in ("R", "B"):
        m = esda.Moran(y, weights(lists), transformation=transform, permutations=0)
        moran[transform] = [m.I, m.EI, m.VI_norm, m.z_norm, m.p_norm, m.VI_rand, m.z_rand, m.p_rand]
    return local | {
        "gi_star_rows_z": numbers(rows.Zs),
        "local_moran": {"i": numbers(lisa.Is), "quadrant": lisa.q.tolist(), "p_directed": numbers(lisa.p_sim)},
        "moran": moran,
    }


def rates(counts, dwellings, lists):
    e, b = np.array(counts, dtype=float), np.array(dwellings, dtype=float)
    w = weights(lists)
    w.id_order = list(range(len(e)))
    return {
        "intervals": [
            [0.0 if k == 0 else stats.gamma.ppf(0.025, k), stats.gamma.ppf(0.975, k + 1)] for k in counts
        ],
        "shrunk": numbers(1000 * Empirical_Bayes(e, b).r),
        "shrunk_locally": numbers(1000 * Spatial_Empirical_Bayes(e, b, w).r),
    }


def neighbours(positions, count, reach_m, polygons):
    lon, lat = np.array(positions).T
    n = len(lon)
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    distance = WGS84.inv(lon[i], lat[i], lon[j], lat[j])[2].reshape(n, n)
    np.fill_diagonal(distance, np.inf)
    zones = [shapely.Polygon(ring) for ring in polygons]
    return {
        "nearest": [sorted(np.argsort(row, kind="stable")[:count].tolist()) for row in distance],
        "within": [np.flatnonzero(row <= reach_m).tolist() for row in distance],
        "touching": queen(zones),
    }


def queen(zones):
    w = libpysal.weights.Queen.from_iterable(zones, silence_warnings=True)
    return [sorted(w.neighbors[at]) for at in range(len(zones))]


def false_discovery(p):
    return {method: numbers(multipletests(p, method=f"fdr_{method}")[1]) for method in ("bh", "by")}


def density(events, cells, bandwidth_m):
    """The events' covariance is the same in all directions, so that scipy's factor is a bandwidth."""
    points = np.array(events).T
    spread = np.sqrt(np.cov(points)[0, 0])
    kernel = stats.gaussian_kde(points, bw_method=bandwidth_m / spread)
    return numbers(kernel(np.array(cells).T) * len(events) * 1e6)


def normal_below(z):
    return numbers(special.ndtr(z))


def near_repeat(events, days, distance, reach):
    knox = pointpats.Knox(np.array(events), np.array(days)[:, None], delta=distance, tau=reach, permutations=999)
    in_place, in_time = knox.observed[0].sum(), knox.observed[:, 0].sum()
    return numbers([knox.nst, in_place, in_time, knox.expected[0, 0], knox.p_sim])


def change_points(series, penalties, stretch_min):
    signal = np.array(series)
    searches = [ruptures.Pelt(model="l2", min_size=least, jump=1).fit(signal) for least in (1, stretch_min)]
    return [[search.predict(pen=penalty)[:-1] for search in searches] for penalty in penalties]


def seasons(series, period, window):
    parts = {}
    for robust in (False, True):
        fit = STL(np.array(series), period=period, seasonal=window, robust=robust).fit()
        parts["robust" if robust else "plain"] = [numbers(fit.seasonal), numbers(fit.trend), numbers(fit.resid)]
    return parts


def trends(x, y):
    fit = stats.theilslopes(y, x, alpha=0.95)
    return [float(part) for part in (fit.slope, fit.intercept, fit.low_slope, fit.high_slope)]


def classes(values, count):
    cuts = {
        "quantiles": mapclassify.Quantiles(values, k=count),
        "equal_intervals": mapclassify.EqualInterval(values, k=count),
        "natural_breaks": mapclassify.FisherJenks(values, k=count),
    }
    return {name: {"upper": numbers(cut.bins), "of": cut.yb.tolist()} for name, cut in cuts.items()}


def rate_ratios(pairs):
    found = []
    for a, exposed_a, b, exposed_b in pairs:
        test = stats.binomtest(a, a + b, exposed_a / (exposed_a + exposed_b))
        ends = [end / (1 - end) * exposed_b / exposed_a if end < 1 else None for end in test.proportion_ci(0.95, "exact")]
        found.append([test.pvalue, *ends])
    return found


def correlations(a, b):
    fit = stats.spearmanr(a, b)
    return [float(fit.statistic), float(fit.pvalue)]


FIGURES = {
    "autocorrelation": autocorrelation,
    "rates": rates,
    "neighbours": neighbours,
    "false_discovery": false_discovery,
    "density": density,
    "normal_below": normal_below,
    "near_repeat": near_repeat,
    "change_points": change_points,
    "seasons": seasons,
    "trends": trends,
    "classes": classes,
    "rate_ratios": rate_ratios,
    "fisher": lambda tables: [stats.fisher_exact(table)[1] for table in tables],
    "correlations": correlations,
}


def real(folder):
    """The tracts of Paris as they are, with their poverty rate."""
    import geopandas
    import pandas

    tracts = geopandas.read_file(f"{folder}/contours-iris-paris.gpkg").to_crs(4326)
    income = pandas.read_csv(f"{folder}/BASE_TD_FILO_DISP_IRIS_2018.csv", sep=";", dtype=str).set_index("IRIS")
    poverty = pandas.to_numeric(income["DISP_TP6018"].reindex(tracts["DCOMIRIS"]), errors="coerce").to_numpy()
    zones = [shapely.geometry.MultiPolygon(shapely.get_parts(zone).tolist()) for zone in tracts.geometry]
    rings = [
        [[list(part.exterior.coords), *(list(hole.coords) for hole in part.interiors)] for part in zone.geoms]
        for zone in zones
    ]
    known = np.flatnonzero(~np.isnan(poverty))
    near = queen(zones)
    place = {int(zone): at for at, zone in enumerate(known)}
    among = [[place[other] for other in near[zone] if other in place] for zone in known]
    values = poverty[known]
    return {
        "zones": rings,
        "poverty": [None if np.isnan(value) else value for value in poverty.tolist()],
        "touching": near,
        "autocorrelation": autocorrelation(values, among),
        "classes": classes(values, 5),
        "fdr": false_discovery(2 * esda.G_Local(values, weights(among), transform="B", star=True, permutations=0).p_norm),
    }


asked = json.load(sys.stdin)
answer = {name: FIGURES[name](*arguments) for name, arguments in asked.items()}
if len(sys.argv) > 1:
    answer["real"] = real(sys.argv[1])
json.dump(answer, OUT, allow_nan=False)
