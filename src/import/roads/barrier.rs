//! [`mark`]: what stands on a node of a road.

use super::Tags;
use crate::roads::NodeMark;

/// What a node with these tags does to cars. Source: <https://wiki.openstreetmap.org/wiki/Key:barrier>.
pub(super) fn mark(tags: &Tags<'_>) -> NodeMark {
    let Some(barrier) = tags.get("barrier") else {
        return match tags.get("highway") {
            Some("traffic_signals") => NodeMark::Signals,
            _ => NodeMark::Plain,
        };
    };
    let opens = match barrier {
        "gate" | "lift_gate" | "swing_gate" | "sliding_gate" | "hampshire_gate" | "chain"
        | "wicket_gate" => true,
        "toll_booth" | "border_control" | "cattle_grid" | "entrance" | "height_restrictor"
        | "sally_port" | "kerb" | "sump_buster" | "bump_gate" => return NodeMark::Plain,
        "bollard" => {
            tags.get("bollard").is_some_and(|kind| kind == "rising" || kind == "removable")
        }
        _ => false,
    };
    match tags.first_of(&["motorcar", "motor_vehicle", "vehicle", "access"]) {
        Some("yes" | "permissive" | "designated") if opens => NodeMark::Plain,
        Some("yes" | "permissive" | "designated") => NodeMark::Gate,
        // Whoever serves the place has it opened.
        Some(
            "private" | "permit" | "residents" | "destination" | "delivery" | "customers"
            | "emergency",
        ) => NodeMark::Gate,
        Some("no") => NodeMark::Blocked,
        _ if opens => NodeMark::Gate,
        _ => NodeMark::Blocked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_opens_and_a_bollard_does_not() {
        for (tags, expected) in [
            ("highway=crossing", NodeMark::Plain),
            ("highway=traffic_signals", NodeMark::Signals),
            ("barrier=gate", NodeMark::Gate),
            ("barrier=lift_gate access=private", NodeMark::Gate),
            ("barrier=gate motor_vehicle=no", NodeMark::Blocked),
            ("barrier=gate access=no motor_vehicle=yes", NodeMark::Plain),
            ("barrier=bollard", NodeMark::Blocked),
            ("barrier=bollard bollard=rising", NodeMark::Gate),
            ("barrier=bollard motor_vehicle=private", NodeMark::Gate),
            ("barrier=cycle_barrier", NodeMark::Blocked),
            ("barrier=toll_booth", NodeMark::Plain),
            ("barrier=kerb", NodeMark::Plain),
        ] {
            let read = Tags::of(tags.split_whitespace().filter_map(|tag| tag.split_once('=')));
            assert_eq!(mark(&read), expected, "{tags}");
        }
    }
}
