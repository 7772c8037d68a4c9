//! Portraits as CSV and as GeoJSON: every figure with its unit, source and year.

use serde_json::{Value, json};

use super::{
    csv::{Table, plain},
    geojson::{collection, polygons, position, told},
    portrait_words as said, words,
};
use crate::{
    closed_list::ClosedList as _,
    incident::Nomenclature,
    portrait::{Count, Figure, Group, Known, Place, Portrait, Rate, SiteCount},
    time::TimeWindow,
    tract::Vintage,
};

const RATE_UNIT: &str = "incidents/1000 dwellings/year";
const SOURCE: &str = "Vigie, main courante";

/// Every figure of a portrait, a row each: which table it is of, what it is about, how much, between which bounds, in
/// which unit, by whom and of which year.
#[must_use]
pub fn portrait_csv(of: &Portrait<'_>, nomenclature: &Nomenclature) -> Vec<u8> {
    let heads = [
        "place",
        "table",
        "key",
        "label",
        "value",
        "low",
        "high",
        "unit",
        "source",
        "vintage",
        "households",
    ];
    let mut rows = Rows { table: Table::new(&heads), place: said::title(of), period: period(of) };
    rows.count("dwellings", "", "", (of.dwellings.to_string(), "dwellings"));
    if let Some(reports) = &of.reports {
        rows.count("total", "all", "", (plain(reports.total.told), "incidents"));
        rows.rate("total", "all", "", reports.rate);
        for group in &reports.families {
            rows.group("family", group, words::family(&group.code));
        }
        for group in reports.kinds.iter().flatten() {
            let label = group
                .code
                .parse()
                .map_or_else(|_| group.code.clone(), |code| words::kind(nomenclature, &code));
            rows.group("kind", group, &label);
        }
        for (hour, count) in reports.hours.iter().flatten().enumerate() {
            let key = format!("{}-{:02}", hour / 24 + 1, hour % 24);
            rows.count("weekday-hour", &key, "", (count.to_string(), "incidents"));
        }
    }
    for point in &of.course.months {
        let key = point.month.to_string();
        rows.count("month", &key, "", (plain(point.count.told), "incidents"));
        let adjusted = point.adjusted.map_or(String::new(), decimal);
        rows.put(["month-without-season", &key, "", &adjusted, "", "", "incidents/30 days"]);
    }
    if let Some(slope) = of.course.slope {
        let [value, low, high] =
            [slope.per_year, slope.interval.lower, slope.interval.upper].map(decimal);
        let label = said::direction(of.course.direction);
        rows.put(["trend", "per-year", label, &value, &low, &high, "incidents/30 days/year"]);
    }
    for one in &of.around {
        let name = said::compared(one);
        rows.rate("around", "rate", &name, one.rate);
        let value = one.ratio.map_or(String::new(), decimal);
        let [low, high] = one.interval.map_or([String::new(), String::new()], |interval| {
            [interval.lower, interval.upper].map(decimal)
        });
        let key = format!("ratio: {}", said::verdict(one.verdict));
        rows.put(["around", &key, &name, &value, &low, &high, "ratio"]);
    }
    for one in &of.top {
        let (key, label) = (one.site.code.to_string(), of.called(one.site));
        rows.count("site", &key, &label, (plain(one.count.told), "incidents"));
        rows.rate("site", &key, &label, one.rate);
    }
    for figure in &of.insee.figures {
        rows.figure(figure);
    }
    for part in &of.insee.tracts {
        let key = part.tract.code.to_string();
        rows.put([
            "tract-share-of-place",
            &key,
            &part.tract.name,
            &decimal(part.of_place),
            "",
            "",
            "share",
        ]);
        if let Some(share) = part.of_tract {
            rows.put(["tract-covered", &key, &part.tract.name, &decimal(share), "", "", "share"]);
        }
    }
    rows.table.finish()
}

struct Rows {
    table: Table,
    place: String,
    period: String,
}

impl Rows {
    /// A row of our own figures.
    fn put(&mut self, [table, key, label, value, low, high, unit]: [&str; 7]) {
        let period = self.period.clone();
        let texts = [&self.place, table, key, label, value, low, high, unit, SOURCE, &period, ""];
        self.table.row(&texts.map(str::to_owned));
    }

    fn count(&mut self, table: &str, key: &str, label: &str, (value, unit): (String, &str)) {
        self.put([table, key, label, &value, "", "", unit]);
    }

    fn rate(&mut self, table: &str, key: &str, label: &str, rate: Option<Rate>) {
        if let Some(rate) = rate {
            let told = [rate.per_1000, rate.interval.lower, rate.interval.upper].map(decimal);
            self.put([table, key, label, &told[0], &told[1], &told[2], RATE_UNIT]);
        }
    }

    fn group(&mut self, table: &str, group: &Group, label: &str) {
        self.count(table, &group.code, label, (plain(group.count.told), "incidents"));
        self.rate(table, &group.code, label, group.rate);
    }

    fn figure(&mut self, figure: &Figure) {
        let [value, low, high] = bounds(figure.value).map(|one| one.map_or(String::new(), decimal));
        let year = figure.vintage.map_or(String::new(), |vintage| vintage.to_string());
        let households = figure.households.map_or(String::new(), decimal);
        let label = figure.label.as_deref().unwrap_or_default();
        let unit = figure.unit.as_deref().unwrap_or_default();
        let texts = [
            &self.place,
            "insee",
            &figure.name,
            label,
            &value,
            &low,
            &high,
            unit,
            &figure.source,
            &year,
            &households,
        ];
        self.table.row(&texts.map(str::to_owned));
    }
}

/// How much, at least and at most.
fn bounds(value: Known) -> [Option<f64>; 3] {
    match value {
        Known::Unknown => [None; 3],
        Known::Sum { estimate, least, greatest } => [estimate, Some(least), Some(greatest)],
        Known::Range { least, greatest, mean, .. } => [Some(mean), Some(least), Some(greatest)],
    }
}

/// As a machine reads it, to four decimals; nothing where it is without bounds.
fn decimal(number: f64) -> String {
    if number.is_finite() { ((number * 1e4).round() / 1e4).to_string() } else { String::new() }
}

fn period(of: &Portrait<'_>) -> String {
    of.span.map_or(String::new(), |span| format!("{}/{}", span.first, span.last))
}

/// The sites of a portrait with what was reported on them, the tracts that it touches with INSEE's figures, and what was drawn.
#[must_use]
pub fn portrait_geojson(of: &Portrait<'_>) -> Value {
    let sites = of.sites.iter().map(|one| site(of, one));
    let tracts = of.insee.tracts.iter().map(|part| {
        let names = of.insee.figures.iter().map(|figure| figure.name.clone());
        let values: serde_json::Map<String, Value> =
            names.zip(part.values.iter().map(|value| json!(value))).collect();
        json!({
            "type": "Feature",
            "id": part.tract.code.to_string(),
            "geometry": { "type": "MultiPolygon", "coordinates": polygons(&part.tract.area) },
            "properties": {
                "sort": "tract",
                "code": part.tract.code.to_string(),
                "name": part.tract.name,
                "vintage": part.tract.vintage.map(Vintage::year),
                "share_of_place": part.of_place,
                "share_of_tract": part.of_tract,
                "households": part.households,
                "indicators": values,
            },
        })
    });
    let mut features: Vec<Value> = tracts.chain(sites).collect();
    if let Place::Drawn(drawn) = &of.place {
        features.push(json!({
            "type": "Feature",
            "geometry": { "type": "MultiPolygon", "coordinates": polygons(drawn.polygons()) },
            "properties": { "sort": "drawn" },
        }));
    }
    let window = of.span.map_or(TimeWindow::default(), |span| TimeWindow {
        from: span.first.window().from,
        to: span.last.window().to,
    });
    let mut collection = collection(features, window, "incidents reported");
    collection["place"] = json!(of.place.kind().as_str());
    collection["code"] = json!(of.place.code());
    collection["dwellings"] = json!(of.dwellings);
    collection["total"] = json!(of.reports.as_ref().and_then(|all| all.total.told.number()));
    collection["counts"] = json!(if of.is_published { "published" } else { "exact" });
    collection["caution"] = json!(said::caution(of));
    let sources = of.insee.figures.iter().map(|figure| {
        json!({
            "name": figure.name,
            "label": figure.label,
            "unit": figure.unit,
            "source": figure.source,
            "vintage": figure.vintage.map(Vintage::year),
            "households": figure.households,
        })
    });
    collection["indicators"] = Value::Array(sources.collect());
    collection
}

fn site(of: &Portrait<'_>, one: &SiteCount<'_>) -> Value {
    let (count, words) = number(one.count);
    json!({
        "type": "Feature",
        "id": one.site.code.to_string(),
        "geometry": { "type": "Point", "coordinates": position(one.site.position.into()) },
        "properties": {
            "sort": "site",
            "code": one.site.code.to_string(),
            "name": of.called(one.site),
            "dwellings": one.site.dwellings,
            "count": count,
            "count_told": words,
            "per_1000_dwellings_and_year": one.rate.map(|rate| rate.per_1000),
            "low": one.rate.map(|rate| rate.interval.lower),
            "high": one.rate.map(|rate| rate.interval.upper),
        },
    })
}

fn number(count: Count) -> (Option<u64>, String) {
    told(count.told)
}
