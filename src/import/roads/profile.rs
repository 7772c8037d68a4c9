//! [`profile`]: which ways a patrol's car may drive, and which may be walked.
//!
//! Source: <https://wiki.openstreetmap.org/wiki/Key:access>, `Key:oneway`, `OSM_tags_for_routing/Access_restrictions`.

use super::{Tags, limit};
use crate::roads::RoadClass;

/// What a way is to a patrol.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Profile {
    pub(super) class: RoadClass,
    pub(super) forward_kmh: Option<u8>,
    pub(super) backward_kmh: Option<u8>,
    pub(super) restricted: bool,
    pub(super) walkable: bool,
}

/// Who may go, from most to fewest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Access {
    Everybody,
    /// Residents, customers, deliveries; whoever serves the place.
    Some,
    Nobody,
}

/// What a way with these tags is; `None` where neither cars nor walkers go.
pub(super) fn profile(tags: &Tags<'_>) -> Option<Profile> {
    let highway = tags.get("highway")?;
    if tags.get("route") == Some("ferry") {
        return None; // no patrol waits for one, even where its landing is drawn as a road
    }
    let (class, is_link) = class(highway)?;
    if tags.get("area") == Some("yes") && class >= RoadClass::Pedestrian {
        return walked_only(class); // one walks around a square, along its edge
    }
    let car = car_access(tags, class);
    let walkable = walk_access(tags, class) != Access::Nobody;
    let (mut forward_kmh, mut backward_kmh) = (None, None);
    if car != Access::Nobody {
        let (forward, backward) = directions(tags, class, is_link);
        let kmh = |direction| limit::kmh(tags, class, is_link, direction);
        forward_kmh = forward.then(|| kmh(limit::Direction::Forward));
        backward_kmh = backward.then(|| kmh(limit::Direction::Backward));
    }
    let restricted = car == Access::Some;
    let profile = Profile { class, forward_kmh, backward_kmh, restricted, walkable };
    (profile.forward_kmh.is_some() || profile.backward_kmh.is_some() || walkable).then_some(profile)
}

fn walked_only(class: RoadClass) -> Option<Profile> {
    let (forward_kmh, backward_kmh) = (None, None);
    Some(Profile { class, forward_kmh, backward_kmh, restricted: false, walkable: true })
}

/// The class of a `highway`, and whether it is the ramp of one. What is planned, built or gone is none.
fn class(highway: &str) -> Option<(RoadClass, bool)> {
    let (name, is_link) = match highway.strip_suffix("_link") {
        Some(name) => (name, true),
        None => (highway, false),
    };
    let class = match name {
        "motorway" => RoadClass::Motorway,
        "trunk" => RoadClass::Trunk,
        "primary" => RoadClass::Primary,
        "secondary" => RoadClass::Secondary,
        "tertiary" => RoadClass::Tertiary,
        "unclassified" | "road" => RoadClass::Unclassified,
        "residential" => RoadClass::Residential,
        "living_street" => RoadClass::LivingStreet,
        "service" => RoadClass::Service,
        "track" => RoadClass::Track,
        "pedestrian" => RoadClass::Pedestrian,
        "footway" | "path" | "cycleway" | "bridleway" | "corridor" => RoadClass::Footway,
        "steps" => RoadClass::Steps,
        _ => return None,
    };
    Some((class, is_link))
}

/// The most precise word about cars counts; without one, the class says. Of several words (`yes;private`) that
/// which lets the fewest in: who may go when, such a list does not say.
fn car_access(tags: &Tags<'_>, class: RoadClass) -> Access {
    let words = tags.first_of(&["motorcar", "motor_vehicle", "vehicle", "access"]);
    let by_class = match class {
        RoadClass::Pedestrian | RoadClass::Footway | RoadClass::Steps => Access::Nobody,
        _ => Access::Everybody,
    };
    // `access` speaks of everybody: that all may use a footpath does not let a car on it.
    let specific = tags.first_of(&["motorcar", "motor_vehicle", "vehicle"]);
    match words {
        None => by_class,
        Some(_) if class == RoadClass::Steps => Access::Nobody,
        Some(_) if specific.is_none() && by_class == Access::Nobody => Access::Nobody,
        Some(words) => each(words).filter_map(for_cars).max().unwrap_or(by_class),
    }
}

/// The words of a value: `yes;private` has two.
fn each(words: &str) -> impl Iterator<Item = &str> {
    words.split(';').map(str::trim)
}

/// Which cars a word lets in, where it is one about cars.
fn for_cars(word: &str) -> Option<Access> {
    match word {
        "yes" | "permissive" | "designated" | "official" | "public" => Some(Access::Everybody),
        "private" | "permit" | "residents" | "destination" | "delivery" | "customers"
        | "emergency" => Some(Access::Some),
        "no" | "agricultural" | "forestry" | "bus" | "psv" | "use_sidepath" | "military" => {
            Some(Access::Nobody)
        }
        _ => None,
    }
}

fn walk_access(tags: &Tags<'_>, class: RoadClass) -> Access {
    let by_class = match class {
        RoadClass::Motorway | RoadClass::Trunk => Access::Nobody,
        _ => Access::Everybody,
    };
    let cycleway = tags.get("highway") == Some("cycleway") && tags.get("foot").is_none();
    if cycleway || tags.get("indoor") == Some("yes") {
        return Access::Nobody;
    }
    let is_of_walkers = tags.get("foot").is_some();
    let for_walkers = |word: &str| match word {
        "no" | "use_sidepath" | "military" => Some(Access::Nobody),
        // A crew enters where residents do.
        "private" | "permit" | "residents" | "destination" | "delivery" | "customers" => {
            Some(by_class.max(Access::Some))
        }
        "yes" | "permissive" | "designated" if is_of_walkers => Some(Access::Everybody),
        _ => None,
    };
    let words = tags.first_of(&["foot", "access"]);
    words.and_then(|words| each(words).filter_map(for_walkers).max()).unwrap_or(by_class)
}

/// Whether cars go along the points of the way, and against them.
fn directions(tags: &Tags<'_>, class: RoadClass, is_link: bool) -> (bool, bool) {
    let implied = matches!(tags.get("junction"), Some("roundabout" | "circular"))
        || (class == RoadClass::Motorway && !is_link);
    match tags.first_of(&["oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"]) {
        Some("yes" | "true" | "1") => (true, false),
        Some("-1" | "reverse") => (false, true),
        Some("no" | "false" | "0") => (true, true),
        // It changes with the hour: nobody can say which way it is now.
        Some("reversible" | "alternating") => (false, false),
        _ => (true, !implied),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How fast a car goes along and against the way, and whether it is restricted and walkable.
    fn seen(tags: &str) -> Option<(Option<u8>, Option<u8>, bool, bool)> {
        let tags = Tags::of(tags.split_whitespace().filter_map(|tag| tag.split_once('=')));
        profile(&tags).map(|p| (p.forward_kmh, p.backward_kmh, p.restricted, p.walkable))
    }

    #[track_caller]
    fn check(tags: &str, expected: Option<(Option<u8>, Option<u8>, bool, bool)>) {
        assert_eq!(seen(tags), expected, "{tags}");
    }

    #[test]
    fn directions_are_those_of_the_signs() {
        check("highway=residential", Some((Some(30), Some(30), false, true)));
        check("highway=residential oneway=yes", Some((Some(30), None, false, true)));
        check("highway=residential oneway=-1", Some((None, Some(30), false, true)));
        check("highway=tertiary junction=roundabout", Some((Some(50), None, false, true)));
        check("highway=tertiary junction=circular", Some((Some(50), None, false, true)));
        check(
            "highway=tertiary junction=roundabout oneway=no",
            Some((Some(50), Some(50), false, true)),
        );
        check("highway=motorway", Some((Some(130), None, false, false)));
        check("highway=motorway_link", Some((Some(70), Some(70), false, false)));
        check("highway=primary oneway=reversible", Some((None, None, false, true)));
        check(
            "highway=residential oneway=yes oneway:motor_vehicle=no",
            Some((Some(30), Some(30), false, true)),
        );
    }

    #[test]
    fn the_most_precise_word_about_cars_counts() {
        check("highway=residential access=no", None);
        check(
            "highway=residential access=no motor_vehicle=yes",
            Some((Some(30), Some(30), false, false)),
        );
        check("highway=residential motor_vehicle=no", Some((None, None, false, true)));
        check(
            "highway=residential motor_vehicle=no motorcar=destination",
            Some((Some(30), Some(30), true, true)),
        );
        check("highway=service motor_vehicle=private", Some((Some(20), Some(20), true, true)));
        check("highway=service access=private", Some((Some(20), Some(20), true, true)));
        check("highway=residential vehicle=delivery", Some((Some(30), Some(30), true, true)));
        check("highway=residential bus=yes access=psv", Some((None, None, false, true)));
    }

    #[test]
    fn of_several_words_the_one_that_lets_the_fewest_in_counts() {
        check("highway=service access=yes;private", Some((Some(20), Some(20), true, true)));
        check("highway=residential access=yes;no", None);
        check("highway=residential motor_vehicle=delivery;no", Some((None, None, false, true)));
        check("highway=residential vehicle=unknown;yes", Some((Some(30), Some(30), false, true)));
        check("highway=residential vehicle=unknown;odd", Some((Some(30), Some(30), false, true)));
        check("highway=footway foot=designated;no", None);
    }

    #[test]
    fn walkers_have_their_own_ways() {
        check("highway=pedestrian", Some((None, None, false, true)));
        check("highway=pedestrian motor_vehicle=delivery", Some((Some(20), Some(20), true, true)));
        check("highway=pedestrian area=yes motor_vehicle=yes", Some((None, None, false, true)));
        check("highway=footway access=yes", Some((None, None, false, true)));
        check("highway=steps vehicle=yes", Some((None, None, false, true)));
        check("highway=cycleway", None);
        check("highway=cycleway foot=yes", Some((None, None, false, true)));
        check("highway=footway foot=no", None);
    }

    #[test]
    fn what_is_not_there_yet_or_no_road_is_no_road() {
        for tags in [
            "highway=construction construction=primary",
            "highway=proposed",
            "highway=bus_stop",
            "route=ferry",
            "highway=service route=ferry motor_vehicle=yes",
            "railway=rail",
        ] {
            check(tags, None);
        }
    }
}
