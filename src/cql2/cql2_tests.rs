//! CQL2: what is read, what is refused, and that a filter says what brute force says.

use std::borrow::Cow;

use geo::{Geometry, Intersects as _, Rect, point};
use proptest::prelude::*;

use super::{node::Operator, *};

/// A made-up feature: two numbers, two texts, two times.
#[derive(Debug, Clone, Default)]
struct Thing {
    numbers: [Option<f64>; 2],
    texts: [Option<String>; 2],
    times_ms: [Option<i64>; 2],
    shape: Option<Geometry<f64>>,
}

const NAMES: [(&str, PropertyKind); 7] = [
    ("n", PropertyKind::Number),
    ("m", PropertyKind::Number),
    ("s", PropertyKind::Text),
    ("t", PropertyKind::Text),
    ("from", PropertyKind::Time),
    ("to", PropertyKind::Time),
    ("geometry", PropertyKind::Shape),
];

fn properties() -> Vec<Property> {
    NAMES.map(|(name, kind)| Property { name: name.to_owned(), kind }).to_vec()
}

impl Feature for Thing {
    fn text(&self, property: usize) -> Option<Cow<'_, str>> {
        self.texts[property - 2].as_deref().map(Cow::Borrowed)
    }
    fn number(&self, property: usize) -> Option<f64> {
        self.numbers[property]
    }
    fn time_ms(&self, property: usize) -> Option<i64> {
        self.times_ms[property - 4]
    }
    fn knows(&self, property: usize) -> bool {
        match property {
            0 | 1 => self.numbers[property].is_some(),
            2 | 3 => self.texts[property - 2].is_some(),
            _ => self.times_ms[property - 4].is_some(),
        }
    }
    fn shape(&self) -> Option<&Geometry<f64>> {
        self.shape.as_ref()
    }
}

fn made(node: &Node) -> Result<Filter, Cql2Error> {
    Filter::new(node, &properties(), &|shape| Ok(shape.clone()))
}

fn filter(text: &str) -> Filter {
    made(&read_text(text).unwrap_or_else(|e| panic!("{text}: {e}")))
        .unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn ms(text: &str) -> i64 {
    Span::instant(text).unwrap().from_ms
}

fn thing() -> Thing {
    Thing {
        numbers: [Some(40.0), None],
        texts: [Some("Résidence d'Ici".to_owned()), None],
        times_ms: [Some(ms("2026-11-30T12:00:00Z")), Some(ms("2026-12-01T12:00:00Z"))],
        shape: Some(point!(x: 2.35, y: 48.85).into()),
    }
}

#[test]
fn filters_in_text_say_what_they_mean() {
    for (text, expected) in [
        ("n = 40", true),
        ("n <> 40", false),
        ("n > 39.5 AND n < 4.1e1", true),
        ("n >= 41 OR n <= 40", true),
        ("NOT n = 40", false),
        ("not (n = 40 and n = 41)", true),
        ("n BETWEEN 40 AND 41", true),
        ("n NOT BETWEEN 40 AND 41", false),
        ("n IN (1, 2, 40)", true),
        ("n NOT IN (1, 2)", true),
        ("n + 2 * 3 = 46", true),
        ("(n + 2) * 3 = 126", true),
        ("n - 1 - 1 = 38", true),
        ("n / 3 > 13.3 AND n div 3 = 13 AND n % 3 = 1", true),
        ("2 ^ 3 ^ 2 = 512", true),
        ("-n = -40 AND - 40 = -n", true),
        ("n / 0 = 1", false),
        ("NOT n / 0 = 1", false),
        ("m IS NULL", true),
        ("m IS NOT NULL", false),
        ("m = 1 OR n = 40", true),
        ("m = 1 AND n = 40", false),
        ("NOT m = 1", false),
        ("m = m", false),
        ("s = 'Résidence d''Ici'", true),
        ("s = 'Résidence d\\'Ici'", true),
        ("s LIKE 'R%Ici'", true),
        ("s LIKE 'r%ici'", false),
        ("CASEI(s) LIKE casei('r%ICI')", true),
        ("ACCENTI(s) = ACCENTI('Residence d''Ici')", true),
        ("CASEI(ACCENTI(s)) = 'residence d''ici'", true),
        ("s > 'Q' AND s < 'S'", true),
        ("s NOT LIKE '%x%'", true),
        ("\"s\" IS NOT NULL", true),
        ("TRUE", true),
        ("FALSE OR TRUE", true),
        ("from = TIMESTAMP('2026-11-30T12:00:00Z')", true),
        ("from < TIMESTAMP('2026-11-30T12:00:00.001Z')", true),
        ("from = DATE('2026-11-30')", true),
        ("from >= DATE('2026-12-01')", false),
        ("from BETWEEN DATE('2026-11-01') AND DATE('2026-11-30')", true),
        ("from < to", true),
        ("T_AFTER(from, DATE('2026-11-29'))", true),
        ("T_BEFORE(from, TIMESTAMP('2026-11-30T12:00:00Z'))", false),
        ("T_DURING(from, INTERVAL('2026-11-30', '..'))", true),
        ("T_INTERSECTS(INTERVAL(from, to), INTERVAL('2026-12-01', '2026-12-02'))", true),
        ("T_DISJOINT(INTERVAL(from, to), DATE('2026-12-02'))", true),
        ("t_contains(INTERVAL('..', '..'), from)", true),
        ("T_MEETS(INTERVAL('2026-11-01', from), INTERVAL(from, to))", true),
        ("T_STARTEDBY(INTERVAL(from, to), INTERVAL(from, '2026-12-01T00:00:00Z'))", true),
        ("S_INTERSECTS(geometry, POINT(2.35 48.85))", true),
        ("S_INTERSECTS(geometry, BBOX(2, 48, 3, 49))", true),
        ("S_INTERSECTS(geometry, BBOX(2, 48, 0, 3, 49, 100))", true),
        ("S_WITHIN(geometry, POLYGON((2 48, 3 48, 3 49, 2 49, 2 48)))", true),
        ("S_CONTAINS(POLYGON Z ((2 48 0, 3 48 0, 3 49 0, 2 49 0, 2 48 0)), geometry)", true),
        ("S_DISJOINT(geometry, LINESTRING(0 0, -1 -1))", true),
        ("S_EQUALS(geometry, MULTIPOINT((2.35 48.85)))", true),
        ("S_TOUCHES(geometry, BBOX(2.35, 48, 3, 49))", true),
        ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(0 0), POINT(2.35 48.85)))", true),
        (
            "S_INTERSECTS(geometry, MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((2 48, 3 49, 2 49, 2 48))))",
            true,
        ),
        ("geometry IS NULL", false),
    ] {
        assert_eq!(filter(text).passes(&thing()), expected, "{text}");
    }
}

#[test]
fn filters_in_json_say_what_they_mean() {
    for (json, expected) in [
        (r#"{"op":"=","args":[{"property":"n"},40]}"#, true),
        (
            r#"{"op":"and","args":[{"op":">","args":[{"property":"n"},39]},{"op":"not","args":[{"op":"isNull","args":[{"property":"s"}]}]}]}"#,
            true,
        ),
        (r#"{"op":"in","args":[{"property":"n"},[1,2,40]]}"#, true),
        (r#"{"op":"between","args":[{"property":"n"},41,50]}"#, false),
        (r#"{"op":"like","args":[{"op":"casei","args":[{"property":"s"}]},"r%"]}"#, true),
        (r#"{"op":"=","args":[{"op":"+","args":[{"property":"n"},2]},42]}"#, true),
        (
            r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[[[2,48],[3,48],[3,49],[2,49],[2,48]]]}]}"#,
            true,
        ),
        (r#"{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[0,0,1,1]}]}"#, false),
        (
            r#"{"op":"t_during","args":[{"property":"from"},{"interval":["2026-11-01","2026-12-31"]}]}"#,
            true,
        ),
        (
            r#"{"op":"t_after","args":[{"property":"from"},{"timestamp":"2026-11-30T12:00:00Z"}]}"#,
            false,
        ),
        (r#"{"op":"=","args":[{"property":"from"},{"date":"2026-11-30"}]}"#, true),
        ("true", true),
    ] {
        let node = read_json(json).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert_eq!(made(&node).unwrap().passes(&thing()), expected, "{json}");
    }
}

#[test]
fn what_cannot_be_read_says_where() {
    for (text, expected) in [
        ("", "cannot be read at character 1: expected a property or a value"),
        ("n =", "cannot be read at character 4: expected a property or a value"),
        ("n = 40 40", "cannot be read at character 8: expected the end, or an operator"),
        ("n = 'x", "cannot be read at character 7: expected the closing quote"),
        ("n IS 4", "cannot be read at character 6: expected NULL"),
        ("n NOT 4", "cannot be read at character 7: expected LIKE, BETWEEN or IN"),
        ("n = 40; DROP TABLE", "cannot be read at character 7: expected a name, a value or a sign"),
        ("(n = 40", "cannot be read at character 8: expected )"),
        ("sleep(10) = 1", "cannot be read at character 1: expected a function that is known here"),
        ("S_INTERSECTS(geometry, POINT(1))", "cannot be read at character 31: expected a number"),
        ("n = 1e999", "cannot be read at character 5: expected a number"),
        ("AND", "cannot be read at character 1: expected a property or a value"),
    ] {
        assert_eq!(read_text(text).unwrap_err().to_string(), expected, "{text}");
    }
    for json in [
        "",
        "{",
        "null",
        r#"{"op":"sleep","args":[]}"#,
        r#"{"op":"="}"#,
        r#"{"a":1}"#,
        r#"{"op":"interval","args":["..",".."]}"#,
        r#"{"type":"Point","coordinates":["x",1]}"#,
        r#"{"type":"Circle","coordinates":[1,1]}"#,
    ] {
        assert!(read_json(json).is_err(), "{json}");
    }
}

#[test]
fn what_does_not_go_together_is_refused_by_name() {
    for (text, expected) in [
        ("colour = 'red'", "names `colour`, which is none of the queryables"),
        ("n = 'x'", "= takes two numbers, two texts, two times or two truths"),
        ("n", "a filter takes what is true or false"),
        ("n AND TRUE", "and takes what is true or false"),
        ("s + 1 = 2", "+ takes numbers"),
        ("s LIKE t", "like takes a text and a pattern without properties"),
        ("n LIKE 'x'", "like takes a text and a pattern without properties"),
        ("40 IS NULL", "isNull takes a property"),
        ("S_INTERSECTS(n, POINT(1 1))", "s_intersects takes shapes"),
        ("T_AFTER(n, DATE('2026-01-01'))", "t_after takes times"),
        ("CASEI(n) = 'x'", "casei takes a text"),
        (
            "S_WITHIN(geometry, GEOMETRYCOLLECTION(POINT(1 1)))",
            "s_within takes no collection of shapes, whose parts may overlap",
        ),
        ("from = '2026-01-01'", "= takes two numbers, two texts, two times or two truths"),
    ] {
        assert_eq!(made(&read_text(text).unwrap()).unwrap_err().to_string(), expected, "{text}");
    }
    for text in [
        "S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0)))",
        "S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 2 2)))",
        "S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))",
        "S_INTERSECTS(geometry, BBOX(3, 0, 1, 1))",
        "S_INTERSECTS(geometry, POLYGON((1e308 140, 2 0, 3 -1e308, 1e308 140)))",
        "S_INTERSECTS(geometry, POINT(0 -3e8))",
        "from = DATE('2026-13-01')",
        "from = TIMESTAMP('yesterday')",
    ] {
        assert!(read_text(text).is_err(), "{text}");
    }
}

#[test]
fn nothing_is_longer_deeper_or_larger_than_it_may_be() {
    assert_eq!(read_text(&" ".repeat(LENGTH_MAX + 1)), Err(Cql2Error::TooLong));
    let brackets = |depth: usize| format!("{}n = 1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(read_text(&brackets(DEPTH_MAX)).is_ok());
    assert_eq!(read_text(&brackets(DEPTH_MAX + 1)), Err(Cql2Error::TooDeep));
    for deep in ["NOT ", "-", "+", "2 ^ "] {
        let text = format!("{}n", deep.repeat(1000));
        assert_eq!(read_text(&text), Err(Cql2Error::TooDeep), "{deep}");
    }
    assert_eq!(read_text(&format!("n{} = 1", " + 1".repeat(500))), Err(Cql2Error::TooDeep));
    let json = format!("{}true{}", r#"{"op":"not","args":["#.repeat(60), "]}".repeat(60));
    assert_eq!(read_json(&json), Err(Cql2Error::TooDeep));
    let corners = vec!["1 1"; CORNERS_MAX + 1].join(",");
    let text = format!("S_INTERSECTS(geometry, MULTIPOINT({corners}))");
    assert_eq!(read_text(&text), Err(Cql2Error::TooManyCorners));
    // As many as a filter has room for, side by side.
    let wide = vec!["n=1"; LENGTH_MAX / 8].join(" OR ");
    assert!(!filter(&wide).passes(&thing()));
}

#[test]
fn every_operator_has_one_name_in_json() {
    for operator in Operator::ALL {
        assert_eq!(Operator::of_name(operator.name()), Some(*operator));
    }
}

/// What a filter is, said without it: the oracle.
#[derive(Debug, Clone)]
enum Law {
    Compare(&'static str, usize, f64),
    Text(&'static str, usize, String),
    Null(usize),
    Boxed(f64, f64, f64, f64),
    During(i64, i64),
    Not(Box<Law>),
    Both(&'static str, Box<Law>, Box<Law>),
}

impl Law {
    fn text(&self) -> String {
        match self {
            Self::Compare(sign, at, number) => format!("{} {sign} {number}", NAMES[*at].0),
            Self::Text(sign, at, text) => format!("{} {sign} '{text}'", NAMES[*at].0),
            Self::Null(at) => format!("{} IS NULL", NAMES[*at].0),
            Self::Boxed(w, s, e, n) => format!("S_INTERSECTS(geometry, BBOX({w},{s},{e},{n}))"),
            Self::During(from, to) => {
                format!("T_INTERSECTS(from, INTERVAL({}, {}))", instant(*from), instant(*to))
            }
            Self::Not(law) => format!("NOT ({})", law.text()),
            Self::Both(word, a, b) => format!("({}) {word} ({})", a.text(), b.text()),
        }
    }

    fn json(&self) -> String {
        let property = |at: usize| format!(r#"{{"property":"{}"}}"#, NAMES[at].0);
        let call =
            |op: &str, args: &[String]| format!(r#"{{"op":"{op}","args":[{}]}}"#, args.join(","));
        match self {
            Self::Compare(sign, at, number) => call(sign, &[property(*at), number.to_string()]),
            Self::Text(sign, at, text) => {
                call(&sign.to_lowercase(), &[property(*at), format!("\"{text}\"")])
            }
            Self::Null(at) => call("isNull", &[property(*at)]),
            Self::Boxed(w, s, e, n) => {
                call("s_intersects", &[property(6), format!(r#"{{"bbox":[{w},{s},{e},{n}]}}"#)])
            }
            Self::During(from, to) => {
                let ends = [*from, *to].map(|ms| instant(ms).replace('\'', "\""));
                call(
                    "t_intersects",
                    &[property(4), format!(r#"{{"interval":[{}]}}"#, ends.join(","))],
                )
            }
            Self::Not(law) => call("not", &[law.json()]),
            Self::Both(word, a, b) => call(&word.to_lowercase(), &[a.json(), b.json()]),
        }
    }

    fn of(&self, thing: &Thing) -> Option<bool> {
        Some(match self {
            Self::Compare(sign, at, number) => {
                let told = thing.numbers[*at]?;
                match *sign {
                    "=" => told == *number,
                    "<" => told < *number,
                    ">=" => told >= *number,
                    _ => told != *number,
                }
            }
            Self::Text(sign, at, text) => {
                let told = thing.texts[*at - 2].as_ref()?;
                if *sign == "LIKE" { told == text } else { told > text }
            }
            Self::Null(at) => !thing.knows(*at),
            Self::Boxed(w, s, e, n) => {
                thing.shape.as_ref()?.intersects(&Rect::new((*w, *s), (*e, *n)))
            }
            Self::During(from, to) => (*from..=*to).contains(&thing.times_ms[0]?),
            Self::Not(law) => !law.of(thing)?,
            Self::Both(word, a, b) => match (*word, a.of(thing), b.of(thing)) {
                ("AND", Some(false), _) | ("AND", _, Some(false)) => false,
                ("OR", Some(true), _) | ("OR", _, Some(true)) => true,
                ("AND", a, b) => a? && b?,
                (_, a, b) => a? || b?,
            },
        })
    }
}

fn instant(ms: i64) -> String {
    format!("'{}'", crate::time::Timestamp::from_unix_ms(ms).unwrap())
}

fn law() -> impl Strategy<Value = Law> {
    let sign = prop_oneof![Just("="), Just("<"), Just(">="), Just("<>")];
    let leaf = prop_oneof![
        (sign, 0_usize..2, -3_i32..4).prop_map(|(sign, at, n)| Law::Compare(
            sign,
            at,
            f64::from(n)
        )),
        (prop_oneof![Just("LIKE"), Just(">")], 2_usize..4, "[a-c]{0,2}")
            .prop_map(|(sign, at, text)| Law::Text(sign, at, text)),
        (0_usize..6).prop_map(Law::Null),
        (0_i32..4, 0_i32..4, 1_i32..3, 1_i32..3).prop_map(|(w, s, x, y)| {
            let [w, s, x, y] = [w, s, x, y].map(f64::from);
            Law::Boxed(w, s, w + x, s + y)
        }),
        (0_i64..5, 0_i64..5).prop_map(|(from, length)| Law::During(from, from + length)),
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|law| Law::Not(Box::new(law))),
            (prop_oneof![Just("AND"), Just("OR")], inner.clone(), inner)
                .prop_map(|(word, a, b)| Law::Both(word, Box::new(a), Box::new(b))),
        ]
    })
}

fn any_thing() -> impl Strategy<Value = Thing> {
    let number = || proptest::option::of((-3_i32..4).prop_map(f64::from));
    let text = || proptest::option::of("[a-c]{0,2}");
    let time = || proptest::option::of(0_i64..10);
    let place = proptest::option::of(
        (0_i32..6, 0_i32..6)
            .prop_map(|(x, y)| Geometry::from(point!(x: f64::from(x), y: f64::from(y)))),
    );
    (number(), number(), text(), text(), time(), time(), place).prop_map(
        |(n, m, s, t, from, to, shape)| Thing {
            numbers: [n, m],
            texts: [s, t],
            times_ms: [from, to],
            shape,
        },
    )
}

proptest! {
    #[test]
    fn a_filter_says_what_brute_force_says_in_text_and_in_json(
        law in law(), things in proptest::collection::vec(any_thing(), 1..20),
    ) {
        let (text, json) = (law.text(), law.json());
        let in_text = read_text(&text).and_then(|node| made(&node));
        let in_json = read_json(&json).and_then(|node| made(&node));
        let (Ok(in_text), Ok(in_json)) = (&in_text, &in_json) else {
            return Err(TestCaseError::fail(format!("{text}: {in_text:?} {in_json:?}")));
        };
        for thing in &things {
            let expected = law.of(thing) == Some(true);
            prop_assert_eq!(in_text.passes(thing), expected, "{} {:?}", text, thing);
            prop_assert_eq!(in_json.passes(thing), expected, "{} {:?}", json, thing);
            if let (true, Some(rect)) = (expected, in_text.within()) {
                prop_assert!(thing.shape.as_ref().unwrap().intersects(&rect), "{}", text);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = read_text(&text).and_then(|node| made(&node));
        let _ = read_json(&text).and_then(|node| made(&node));
    }

    #[test]
    fn words_in_any_order_are_read_or_refused(words in proptest::collection::vec(
        proptest::sample::select(vec!["n", "s", "from", "geometry", "(", ")", ",", "'a'", "1", "-", "AND",
            "OR", "NOT", "IS", "NULL", "LIKE", "IN", "BETWEEN", "=", "<", "POINT", "POLYGON", "BBOX", "S_INTERSECTS",
            "T_AFTER", "INTERVAL", "DATE", "'2026-01-01'", "CASEI", "^", "*", "Z"]), 0..30),
    ) {
        let text = words.join(" ");
        if let Ok(filter) = read_text(&text).and_then(|node| made(&node)) {
            let _ = filter.passes(&thing());
        }
    }
}
