//! [`turns`]: turn restrictions. Source: <https://wiki.openstreetmap.org/wiki/Relation:restriction>.

use osmpbf::{RelMemberType, Relation};

use super::Tags;
use crate::{
    import::summary::Fault,
    roads::{Turn, TurnRule, Via},
};

/// Keys of a restriction for cars, the most precise first.
const KEYS: [&str; 3] = ["restriction:motorcar", "restriction:motor_vehicle", "restriction"];
/// Roads between the first and the last that are followed at most.
const VIA_MAX: usize = 16;

/// The turns that a relation forbids or orders to cars; none where it is something else.
pub(super) fn turns(relation: &Relation<'_>) -> Result<Vec<Turn>, Fault> {
    let tags = Tags::of(relation.tags());
    if !matches!(tags.get("type"), Some("restriction" | "restriction:motorcar")) {
        return Ok(Vec::new());
    }
    let Some(rule) = rule(&tags) else { return Ok(Vec::new()) };
    let (mut from, mut to, mut via_ways, mut via_node) = (Vec::new(), Vec::new(), Vec::new(), None);
    for member in relation.members() {
        match (member.role().unwrap_or_default(), member.member_type) {
            ("from", RelMemberType::Way) => from.push(format!("way/{}", member.member_id)),
            ("to", RelMemberType::Way) => to.push(format!("way/{}", member.member_id)),
            ("via", RelMemberType::Way) => via_ways.push(format!("way/{}", member.member_id)),
            ("via", RelMemberType::Node) => via_node = Some(member.member_id),
            _ => {}
        }
    }
    let via = match via_node {
        Some(node) if via_ways.is_empty() => Via::Node(node),
        None if (1..=VIA_MAX).contains(&via_ways.len()) => Via::Roads(via_ways),
        _ => {
            return Err(Fault::new(
                "restriction without one via",
                "neither one node nor some ways",
            ));
        }
    };
    if from.is_empty() || to.is_empty() {
        return Err(Fault::new("restriction without from or to", "a member is missing"));
    }
    // `no_entry` has several from, `no_exit` several to.
    let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (from, to)));
    Ok(pairs
        .enumerate()
        .map(|(index, (from, to))| Turn {
            id: match index {
                0 => format!("relation/{}", relation.id()),
                _ => format!("relation/{}#{}", relation.id(), index + 1),
            },
            from: from.clone(),
            via: via.clone(),
            to: to.clone(),
            rule,
        })
        .collect())
}

/// What the sign says to cars; nothing where it excepts them, or holds at some hours only.
fn rule(tags: &Tags<'_>) -> Option<TurnRule> {
    let excepted = tags.get("except").is_some_and(|except| {
        except.split(';').any(|who| matches!(who.trim(), "motorcar" | "motor_vehicle" | "vehicle"))
    });
    let word = tags.first_of(&KEYS).filter(|_| !excepted)?;
    match word.split_once('_')?.0 {
        "no" => Some(TurnRule::No),
        "only" => Some(TurnRule::Only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_holds_for_cars_unless_it_excepts_them() {
        for (tags, expected) in [
            ("restriction=no_left_turn", Some(TurnRule::No)),
            ("restriction=only_straight_on except=psv;bicycle", Some(TurnRule::Only)),
            ("restriction=no_entry except=motorcar", None),
            ("restriction:hgv=no_left_turn", None),
            ("restriction:motorcar=no_u_turn", Some(TurnRule::No)),
            ("restriction:conditional=no_left_turn", None),
            ("restriction=whatever", None),
        ] {
            let read = Tags::of(tags.split_whitespace().filter_map(|tag| tag.split_once('=')));
            assert_eq!(rule(&read), expected, "{tags}");
        }
    }
}
