//! The publication gate over HTTP: what partners and planners are answered, and an attack on it.
//!
//! Three towns: `one`; `other`, where every count of a unit is another one of its class, and where anything happens in the
//! month that runs; and `moved`, where the incidents of `one` lie on other sites, as far as no class changes. Whoever is
//! outside the house must not be able to tell them apart.

mod portraits;

use std::collections::BTreeMap;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use vigie::{
    access::{Role, Seat},
    app::{NewIncident, NewToken, Whereabouts},
    http::{RateLimits, Settings},
    incident::{Channel, Status},
    time::{Month, Timestamp},
};

use crate::support::{Answer, Start, Town, closed_town_by, site_of};

const KINDS: [&str; 7] =
    ["OCC-HAL", "OCC-CAV", "OCC-ESC", "NUI-MUS", "NUI-MOT", "TEC-ASC", "PER-VIF"];
/// Kinds that nothing but the running month of `other` has.
const KIND_OF_TODAY: &str = "ENV-ENC";
const LANDLORDS: [&str; 3] = ["One", "Two", "Three"];
const SITES: usize = 30;
const MONTHS: i32 = 14;
const INCIDENTS: usize = 3_000;
const QUESTIONS: usize = 2_000;

fn first_month() -> Month {
    "2025-01".parse().unwrap()
}

/// In the month after the last one that is told of.
fn now() -> Timestamp {
    "2026-03-05T12:00:00Z".parse().unwrap()
}

#[derive(Debug, Clone)]
struct Happening {
    site: usize,
    month: i32,
    kind: &'static str,
    at: Timestamp,
    channel: Channel,
    status: Status,
}

/// Those of a zone, a month and a family.
type Unit = (usize, i32, &'static str);

impl Happening {
    fn any(rng: &mut ChaCha8Rng) -> Self {
        // Squared: some sites have many, most have few.
        let site = (rng.random::<f64>().powi(2) * SITES as f64) as usize;
        let kind = KINDS[(rng.random::<f64>().powi(2) * KINDS.len() as f64) as usize];
        let month = rng.random_range(0..MONTHS);
        Self {
            site,
            month,
            kind,
            at: some_time(first_month().plus_months(month), rng),
            channel: Channel::ALL[rng.random_range(0..3)],
            status: [Status::Closed, Status::Cancelled][rng.random_range(0..2)],
        }
    }

    fn unit(&self) -> Unit {
        // Every tenth site is too small to be told of alone, and merged with the others of that sort.
        let zone = if self.site % 10 == 9 { 9 } else { self.site };
        (zone, self.month, &self.kind[..3])
    }
}

fn some_time(month: Month, rng: &mut ChaCha8Rng) -> Timestamp {
    let window = month.window();
    let [from, to] = [window.from, window.to].map(|end| end.unwrap().min(now()).unix_ms());
    Timestamp::from_unix_ms(rng.random_range(from..to)).unwrap()
}

fn counts(happenings: &[Happening]) -> BTreeMap<Unit, usize> {
    let mut counts = BTreeMap::new();
    happenings.iter().for_each(|one| *counts.entry(one.unit()).or_default() += 1);
    counts
}

fn class(count: usize) -> usize {
    if count == 0 { 0 } else { 1 + count / 5 }
}

/// Other counts of the same classes, at other times; and anything at all in the month that runs.
fn disguised(these: &[Happening], rng: &mut ChaCha8Rng) -> Vec<Happening> {
    let mut those = Vec::new();
    for (unit, count) in counts(these) {
        let of_unit: Vec<&Happening> = these.iter().filter(|one| one.unit() == unit).collect();
        let other = match count {
            1..5 => rng.random_range(1..5),
            many => many / 5 * 5 + rng.random_range(0..5),
        };
        those.extend((0..other).map(|_| {
            let one = of_unit[rng.random_range(0..of_unit.len())];
            Happening { at: some_time(first_month().plus_months(one.month), rng), ..one.clone() }
        }));
    }
    let running = first_month().plus_months(MONTHS);
    let today = (0..50).map(|_| Happening {
        kind: KIND_OF_TODAY,
        at: some_time(running, rng),
        ..Happening::any(rng)
    });
    those.extend(today.collect::<Vec<_>>());
    those
}

/// The same, on other sites where that changes no class.
fn moved(these: &[Happening], rng: &mut ChaCha8Rng) -> Vec<Happening> {
    let (mut those, mut counts) = (these.to_vec(), counts(these));
    for one in &mut those {
        let there = Happening { site: rng.random_range(0..SITES), ..one.clone() };
        let [from, to] = [one.unit(), there.unit()];
        let [left, found] = [from, to].map(|unit| counts.get(&unit).copied().unwrap_or(0));
        if from != to && class(left) == class(left - 1) && class(found) == class(found + 1) {
            counts.insert(from, left - 1);
            counts.insert(to, found + 1);
            *one = there;
        }
    }
    those
}

/// A town where that has happened, and what its roles say to be let in.
struct Told {
    town: Town,
    tokens: Vec<(Role, String)>,
}

impl Told {
    fn of(happenings: &[Happening]) -> Self {
        // As many questions as it takes: how many are answered a second is tested elsewhere.
        let rates = RateLimits { address_per_s: None, account_per_s: None };
        let town = closed_town_by(now, Settings { rates, ..Settings::default() }, sites());
        let incidents = happenings.iter().map(|one| NewIncident {
            kind: one.kind.parse().unwrap(),
            channel: one.channel,
            status: one.status,
            reported_at: Some(one.at),
            whereabouts: Whereabouts::Site {
                code: code(one.site).parse().unwrap(),
                building: None,
            },
            key: None,
        });
        let incidents: Vec<NewIncident> = incidents.collect();
        let tokens = actix_web::rt::System::new().block_on(async {
            for some in incidents.chunks(1_000) {
                let answers = town.app.receive_incidents(some.to_vec()).await.unwrap();
                answers.into_iter().for_each(|answer| drop(answer.unwrap()));
            }
            let mut tokens = Vec::new();
            for role in [Role::Planner, Role::Partner, Role::Dispatcher] {
                let seat = Seat::new(role, None, None).unwrap();
                let new = NewToken { label: "test".parse().unwrap(), seat, expires_at: None };
                tokens.push((role, town.app.give_token(new).await.unwrap().0));
            }
            tokens
        });
        Self { town, tokens }
    }

    fn asks(&self, role: Role, path: &str) -> Answer {
        let (_, token) = self.tokens.iter().find(|(known, _)| *known == role).unwrap();
        // As from elsewhere: this machine may read more.
        let headers =
            [("authorization", &*format!("Bearer {token}")), ("x-forwarded-for", "203.0.113.7")];
        self.town.get_with(path, &headers)
    }

    /// All that an answer says, but for what is drawn anew for each.
    fn hears(&self, role: Role, path: &str) -> (u16, Vec<(String, String)>, String) {
        let answer = self.asks(role, path);
        (
            answer.status,
            answer.headers_without(&["x-request-id", "date", "etag"]),
            String::from_utf8_lossy(&answer.bytes).into_owned(),
        )
    }
}

fn code(site: usize) -> String {
    format!("S-{site:02}")
}

/// On 3 × 3 km.
fn sites() -> Vec<Start> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let one = |n: usize| {
        let (lon, lat) = (2.34 + rng.random::<f64>() * 0.04, 48.85 + rng.random::<f64>() * 0.027);
        let mut start = site_of(LANDLORDS[n % 3], &code(n), lon, lat);
        if let Start::Stock(change) = &mut start {
            change.sites[0].dwellings = if n % 10 == 9 { 6 } else { 11 + (n as u32 * 37) % 290 };
        }
        start
    };
    (0..SITES).map(one).collect()
}

/// A question about the heatmap, as an attacker would put it; now and then one that is refused.
fn question(rng: &mut ChaCha8Rng) -> String {
    fn pick<'a>(rng: &mut ChaCha8Rng, among: &[&'a str]) -> &'a str {
        among[rng.random_range(0..among.len())]
    }
    let cells = ["h3:7", "h3:8", "h3:9", "h3:11", "grid:200", "site", "landlord", "tract"];
    let mut asked = vec![
        format!("cell={}", pick(rng, &cells)),
        format!("metric={}", pick(rng, &["count", "rate", "density"])),
    ];
    let mut add = |chance: f64, text: String, rng: &mut ChaCha8Rng| {
        if rng.random_bool(chance) {
            asked.push(text);
        }
    };
    let mut times =
        [0, 0].map(|_| some_time(first_month().plus_months(rng.random_range(-1..=MONTHS)), rng));
    times.sort();
    add(0.6, format!("from={}", times[0]), rng);
    add(0.6, format!("to={}", times[1]), rng);
    let kinds: Vec<&str> =
        KINDS.into_iter().chain([KIND_OF_TODAY]).filter(|_| rng.random_bool(0.3)).collect();
    if !kinds.is_empty() {
        add(0.6, format!("kind={}", kinds.join(",")), rng);
    }
    let landlord = pick(rng, &["one", "two", "three", "one,two", "nobody"]);
    add(0.2, format!("landlord={landlord}"), rng);
    let mut between = |low: f64, high: f64| {
        let mut ends = [rng.random::<f64>(), rng.random::<f64>()];
        ends.sort_by(f64::total_cmp);
        ends.map(|end| low + end * (high - low))
    };
    let ([west, east], [south, north]) = (between(2.339, 2.381), between(48.849, 48.878));
    add(0.6, format!("bbox={west:.5},{south:.5},{east:.5},{north:.5}"), rng);
    let refused = pick(
        rng,
        &[
            "hours=18-2",
            "days=fri",
            "channel=call",
            "status=closed",
            "site=S-01",
            "site=no",
            "from=x",
            "x=1",
        ],
    );
    add(0.1, refused.to_owned(), rng);
    let form = pick(rng, &["csv", "geojson", "fgb", "parquet", "pdf"]);
    add(0.1, format!("f={form}"), rng);
    format!("/api/v1/heatmap?{}", asked.join("&"))
}

/// The same question about what stands out, and about its months.
fn of_hot_spots(heatmap: &str) -> [String; 2] {
    let (_, query) = heatmap.split_once('?').unwrap();
    let kept = |dropped: &[&str]| {
        let is_kept = |part: &&str| !dropped.iter().any(|name| part.starts_with(name));
        query.split('&').filter(is_kept).collect::<Vec<_>>().join("&")
    };
    let (map, series) = (kept(&["metric="]), kept(&["metric=", "cell="]));
    [format!("/api/v1/hotspots?{map}"), format!("/api/v1/hotspots/series?{series}")]
}

/// What else partners and planners may ask, and what they may not.
const OTHER_QUESTIONS: [&str; 21] = [
    "/api/v1/meta",
    "/api/v1/kinds",
    "/api/v1/session",
    "/api/v1/sites?limit=50",
    "/api/v1/sites/S-01",
    "/api/v1/landlords",
    "/api/v1/buildings",
    "/api/v1/tracts",
    "/api/v1/tracts?f=csv&incidents=true&from=2025-01-01T00:00:00Z",
    "/api/v1/tracts?f=geojsonseq&incidents=true&division=square&kind=OCC-HAL",
    "/api/v1/incidents",
    "/api/v1/kpis",
    "/api/v1/kpis?by=landlord&from=2025-01-01T00:00:00Z",
    "/api/v1/hotspots/density",
    "/api/v1/hotspots/repeats",
    "/api/v1/events",
    "/api/v1/reports/morning?landlord=one",
    "/api/v1/reports/monthly?month=2026-03",
    "/metrics",
    "/healthz",
    "/readyz",
];

#[test]
fn two_towns_of_the_same_classes_answer_partners_and_planners_alike() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let these: Vec<Happening> = (0..INCIDENTS).map(|_| Happening::any(&mut rng)).collect();
    let [one, other] = [these.clone(), disguised(&these, &mut rng)].map(|all| Told::of(&all));

    let (mut answered, mut refused, mut told_apart, mut exact) = (0, 0, 0, 0);
    for number in 0..QUESTIONS {
        let path = question(&mut rng);
        let role = if number % 4 == 0 { Role::Partner } else { Role::Planner };
        let heard = one.hears(role, &path);
        assert_eq!(heard, other.hears(role, &path), "{role:?} {path}");
        if heard.0 == 200 {
            answered += 1
        } else {
            refused += 1
        }
        if number % 10 == 0 {
            let [a, b] = [&one, &other].map(|town| town.asks(Role::Dispatcher, &path));
            if a.status == 200 {
                exact += 1;
                told_apart += usize::from(a.json()["features"] != b.json()["features"]);
            }
        }
    }
    eprintln!(
        "{answered} answered, {refused} refused; {told_apart} of {exact} told the towns apart without the gate"
    );
    assert!(answered > QUESTIONS / 2 && refused > QUESTIONS / 50, "{answered} {refused}");
    assert!(told_apart * 2 > exact, "the towns differ: {told_apart} of {exact}");
    for role in [Role::Partner, Role::Planner] {
        for path in OTHER_QUESTIONS {
            assert_eq!(one.hears(role, path), other.hears(role, path), "{role:?} {path}");
        }
    }
}

/// What stands out is worked out of what is published: it tells no more than that.
#[test]
fn two_towns_of_the_same_classes_have_the_same_hot_spots_for_partners_and_planners() {
    let mut rng = ChaCha8Rng::seed_from_u64(19);
    let these: Vec<Happening> = (0..INCIDENTS).map(|_| Happening::any(&mut rng)).collect();
    let [one, other] = [these.clone(), disguised(&these, &mut rng)].map(|all| Told::of(&all));

    let (mut answered, mut exact, mut told_apart, mut not_told, mut tested) = (0, 0, 0, 0, 0);
    for number in 0..QUESTIONS / 10 {
        let role = if number % 4 == 0 { Role::Partner } else { Role::Planner };
        for path in of_hot_spots(&question(&mut rng)) {
            let heard = one.hears(role, &path);
            assert_eq!(heard, other.hears(role, &path), "{role:?} {path}");
            if heard.0 != 200 {
                continue;
            }
            answered += 1;
            let body: Value = serde_json::from_str(&heard.2).unwrap();
            not_told += body["standings"]["notTold"].as_u64().unwrap_or(0);
            tested += body["tests"]["tested"].as_u64().unwrap_or(0);
            let [a, b] = [&one, &other].map(|town| town.asks(Role::Dispatcher, &path).json());
            exact += 1;
            told_apart += usize::from(a["features"] != b["features"] || a["points"] != b["points"]);
        }
    }
    assert!(answered > QUESTIONS / 10, "{answered} answered");
    assert!(not_told > 0 && tested > 0, "{not_told} not told, {tested} tested");
    assert!(told_apart * 2 > exact, "the towns differ: {told_apart} of {exact}");
}

#[test]
fn the_note_of_a_month_does_not_tell_which_sites_incidents_lie_on() {
    let mut rng = ChaCha8Rng::seed_from_u64(10);
    let these: Vec<Happening> = (0..INCIDENTS).map(|_| Happening::any(&mut rng)).collect();
    let those = moved(&these, &mut rng);
    let differ = these.iter().zip(&those).filter(|(a, b)| a.site != b.site).count();
    assert!(differ > INCIDENTS / 10, "{differ} lie elsewhere");
    let [one, moved] = [these, those].map(|all| Told::of(&all));

    let mut figures = 0;
    for month in ["2025-01", "2025-07", "2026-01", "2026-02", "2026-03", "2024-01"] {
        for form in ["html", "csv", "geojson", "pdf"] {
            let path = format!("/api/v1/reports/monthly?month={month}&f={form}");
            for role in [Role::Partner, Role::Planner] {
                let heard = one.hears(role, &path);
                assert_eq!(heard, moved.hears(role, &path), "{path}");
                figures += usize::from(heard.0 == 200);
            }
        }
    }
    assert!(figures >= 32, "{figures} notes");
    for _ in 0..QUESTIONS / 10 {
        let path = question(&mut rng);
        assert_eq!(one.hears(Role::Planner, &path), moved.hears(Role::Planner, &path), "{path}");
    }
}

/// A town with four incidents on one site and seven on another in February, and one today.
fn quiet() -> Told {
    let one = |site: usize, day: u32, kind: &'static str| Happening {
        site,
        month: MONTHS - 1,
        kind,
        at: format!("2026-02-{day:02}T20:00:00Z").parse().unwrap(),
        channel: Channel::Call,
        status: Status::Closed,
    };
    let mut all: Vec<Happening> = (1..=4).map(|day| one(0, day, "OCC-HAL")).collect();
    all.extend((1..=7).map(|day| one(1, day, ["OCC-HAL", "OCC-CAV"][day as usize % 2])));
    all.push(Happening { at: "2026-03-05T10:00:00Z".parse().unwrap(), ..one(2, 1, "NUI-MUS") });
    Told::of(&all)
}

fn cell<'a>(map: &'a Value, id: &str) -> &'a Value {
    let cells = map["features"].as_array().unwrap();
    let cell = cells.iter().find(|cell| cell["id"] == id);
    &cell.unwrap_or_else(|| panic!("no cell {id} in {map}"))["properties"]
}

#[test]
fn a_planner_reads_few_as_null_and_more_to_the_nearest_five() {
    let town = quiet();

    let answer = town.asks(Role::Planner, "/api/v1/heatmap?cell=site&metric=rate");

    assert_eq!(answer.status, 200, "{}", answer.text());
    let map = answer.json();
    assert_eq!((&map["counts"], &map["suppressed"]), (&json!("published"), &json!(1)));
    let few = cell(&map, "S-00");
    assert_eq!(
        [&few["count"], &few["rate_per_1000"], &few["density_per_km2"], &few["value"]],
        [&Value::Null; 4]
    );
    assert_eq!(cell(&map, "S-01")["count"], 5);
    assert_eq!(cell(&map, "S-02")["count"], 0, "the month that runs is not told of");
    assert_eq!(map["total"], 10, "about 2 and about 7, to the nearest 5");
    let exact = town.asks(Role::Dispatcher, "/api/v1/heatmap?cell=site").json();
    assert_eq!((&exact["counts"], &exact["total"]), (&json!("exact"), &json!(12)));
}

#[test]
fn an_answer_says_what_the_question_was_widened_to() {
    let town = quiet();
    let asked =
        "cell=landlord&kind=OCC-CAV&from=2026-02-10T00:00:00Z&to=2026-03-05T00:00:00Z&landlord=one";

    let map = town.asks(Role::Partner, &format!("/api/v1/heatmap?{asked}")).json();

    let filters = &map["filters"];
    assert_eq!(filters["family"], json!(["OCC"]));
    assert_eq!((&filters["kind"], &filters["landlord"]), (&json!([]), &json!(["one"])));
    let february = ("2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z");
    assert_eq!((&filters["from"], &filters["to"]), (&json!(february.0), &json!(february.1)));
    assert_eq!(map["span"], json!({ "from": february.0, "to": february.1 }));
    assert_eq!(map["total"], Value::Null, "four of OCC on the site of `one`");
}

#[test]
fn what_counts_are_not_divided_by_is_refused_and_named() {
    let town = quiet();
    for (query, field) in [
        ("hours=18-2", "hours"),
        ("days=fri,sat", "days"),
        ("hours=18-2&days=fri", "hours"),
        ("channel=call", "channel"),
        ("status=closed", "status"),
        ("site=S-01", "site"),
        ("site=S-01,NOWHERE", "site"),
    ] {
        for role in [Role::Partner, Role::Planner] {
            let fault = town.asks(role, &format!("/api/v1/heatmap?{query}")).fault();
            assert_eq!((fault.0, fault.1.as_str()), (422, field), "{query}: {}", fault.2);
            assert!(fault.2.contains("are not divided by"), "{}", fault.2);
        }
    }
    let all_day = town.asks(Role::Planner, "/api/v1/heatmap?hours=0-24");
    assert_eq!(all_day.status, 200, "no hour is left out");
    let unknown = town.asks(Role::Planner, "/api/v1/heatmap?landlord=nobody").fault();
    assert_eq!((unknown.0, unknown.1.as_str()), (404, "landlord"));
}

#[test]
fn no_tag_and_no_number_tells_outside_when_something_happens() {
    let town = quiet();
    let tag = |role, path: &str| town.asks(role, path).header("etag").to_owned();
    let heard = || {
        let paths = ["/api/v1/meta", "/api/v1/sites", "/api/v1/kinds"];
        (paths.map(|path| tag(Role::Planner, path)), town.hears(Role::Planner, "/healthz"))
    };
    let (before, exact) = (heard(), tag(Role::Dispatcher, "/api/v1/meta"));

    let call = json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "S-05" } });
    let bearer = format!("Bearer {}", town.tokens.last().unwrap().1);
    let headers = [("authorization", &*bearer), ("content-type", "application/json")];
    let taken = town.town.send("POST", "/api/v1/incidents", &headers, call.to_string().into());
    assert_eq!(taken.status, 201, "{}", taken.text());

    assert_eq!(before, heard());
    assert_ne!(exact, tag(Role::Dispatcher, "/api/v1/meta"), "the house is told");
    for role in [Role::Partner, Role::Planner] {
        let map = town.asks(role, "/api/v1/heatmap");
        assert_eq!((map.header("etag"), map.header("cache-control")), ("", "private, no-store"));
    }
}
