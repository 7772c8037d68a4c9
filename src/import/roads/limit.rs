//! [`kmh`]: how fast one may drive, by sign or by French law.
//!
//! Source: Code de la route, R413-2, R413-3, R110-2, R413-14; <https://wiki.openstreetmap.org/wiki/Key:maxspeed>.

use super::Tags;
use crate::roads::RoadClass;

/// Along the points of a way, or against them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

/// No limit by sign, as in Germany.
const UNLIMITED_KMH: u8 = 130;
/// At walking pace (`walk`): R412-35.
const WALKING_KMH: u8 = 6;

/// The limit in a direction, km/h, at least 5.
pub(super) fn kmh(tags: &Tags<'_>, class: RoadClass, is_link: bool, direction: Direction) -> u8 {
    let own = match direction {
        Direction::Forward => "maxspeed:forward",
        Direction::Backward => "maxspeed:backward",
    };
    let signs =
        [own, "maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic"];
    let signed = signs.iter().filter_map(|key| tags.get(key)).find_map(|text| signed(text, class));
    let kmh = signed.unwrap_or_else(|| usual(class, is_link));
    kmh.min(most(tags, class)).max(5)
}

/// What a value of `maxspeed` and its like says.
fn signed(text: &str, class: RoadClass) -> Option<u8> {
    let text = text.split(';').next().unwrap_or_default().trim();
    let known = match text {
        "FR:urban" | "urban" | "sign:urban" => 50,
        "FR:rural" | "rural" => 80,
        "FR:trunk" => 110,
        "FR:motorway" => 130,
        "FR:zone30" | "FR:30" | "zone30" | "FR:zone:30" => 30,
        "FR:zone20" | "FR:20" | "FR:living_street" | "FR:zone:20" => 20,
        "FR:walk" | "walk" => WALKING_KMH,
        "none" if class == RoadClass::Motorway => UNLIMITED_KMH,
        _ => return number(text.strip_prefix("FR:").unwrap_or(text)),
    };
    Some(known)
}

/// A number of km/h, or of miles or knots an hour where it says so.
fn number(text: &str) -> Option<u8> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let kmh = match unit.trim() {
        "" | "km/h" | "kmh" | "kph" => number,
        "mph" => number * 1.609_344,
        "knots" => number * 1.852,
        _ => return None,
    };
    (1.0..=200.0).contains(&kmh).then(|| kmh.round() as u8)
}

/// The limit where no sign is known: a town's, for it is towns that are patrolled.
const fn usual(class: RoadClass, is_link: bool) -> u8 {
    match class {
        RoadClass::Motorway if is_link => 70,
        RoadClass::Motorway => 130,
        RoadClass::Trunk if is_link => 50,
        RoadClass::Trunk => 80,
        RoadClass::Primary
        | RoadClass::Secondary
        | RoadClass::Tertiary
        | RoadClass::Unclassified => 50,
        RoadClass::Residential => 30,
        RoadClass::LivingStreet | RoadClass::Service | RoadClass::Track | RoadClass::Pedestrian => {
            20
        }
        RoadClass::Footway | RoadClass::Steps => WALKING_KMH,
    }
}

/// Faster than this nobody drives there, whatever the sign.
fn most(tags: &Tags<'_>, class: RoadClass) -> u8 {
    match class {
        RoadClass::Service if tags.get("service") == Some("parking_aisle") => 10,
        RoadClass::Service | RoadClass::LivingStreet | RoadClass::Track | RoadClass::Pedestrian => {
            20
        }
        RoadClass::Footway => WALKING_KMH,
        _ => u8::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tags: &str, class: RoadClass, expected: u8) {
        let tags = Tags::of(tags.split_whitespace().filter_map(|tag| tag.split_once('=')));
        assert_eq!(kmh(&tags, class, false, Direction::Forward), expected);
    }

    #[test]
    fn signs_and_french_zones_are_understood() {
        check("maxspeed=30", RoadClass::Primary, 30);
        check("maxspeed=FR:urban", RoadClass::Residential, 50);
        check("maxspeed=FR:zone30", RoadClass::Tertiary, 30);
        check("maxspeed=FR:50", RoadClass::Residential, 50);
        check("maxspeed=FR:70", RoadClass::Tertiary, 70);
        check("maxspeed=FR:30", RoadClass::Tertiary, 30);
        check("maxspeed=FR:nonsense", RoadClass::Tertiary, 50);
        check("source:maxspeed=FR:zone30", RoadClass::Tertiary, 30);
        check("maxspeed=20mph", RoadClass::Residential, 32);
        check("maxspeed=walk", RoadClass::Residential, 6);
        check("maxspeed=none", RoadClass::Motorway, 130);
        check("maxspeed=50;30", RoadClass::Tertiary, 50);
        check("maxspeed:forward=30 maxspeed=50", RoadClass::Tertiary, 30);
        check("maxspeed:backward=30 maxspeed=50", RoadClass::Tertiary, 50);
    }

    #[test]
    fn without_a_sign_or_with_a_strange_one_the_class_says() {
        check("", RoadClass::Residential, 30);
        check("maxspeed=signals", RoadClass::Secondary, 50);
        check("maxspeed=none", RoadClass::Residential, 30);
        check("maxspeed=0", RoadClass::Residential, 30);
        check("maxspeed=1e9", RoadClass::Trunk, 80);
        check("maxspeed=50", RoadClass::LivingStreet, 20);
        check("service=parking_aisle", RoadClass::Service, 10);
    }
}
