//! [`Slots`]: which rules listen to a signal, found by source, kind and place and not by asking each rule.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{Condition, Ground, RuleSet, Selector, heard::Heard, selector::ValueBound};
use crate::signal::{KindName, SourceName};

/// What a signal is to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Roles {
    /// Which selectors of its condition take it, as bits; of an absence, those that ask.
    pub(super) main: u16,
    /// Whether it answers, of an absence.
    pub(super) answers: bool,
    /// Whether it closes.
    pub(super) closes: bool,
}

/// A selector of a rule.
#[derive(Debug, Clone, Copy)]
struct Slot {
    rule: u32,
    roles: Roles,
    value: Option<ValueBound>,
}

/// Slots by the number of a place.
type Places = HashMap<u32, Vec<Slot>, RandomState>;

/// The slots of one kind of one source, by the narrowest place that their rule names.
#[derive(Debug, Default)]
struct ClassSlots {
    anywhere: Vec<Slot>,
    by_site: Places,
    by_landlord: Places,
    by_territory: Places,
    circumstances: Vec<u32>,
}

/// Where a rule listens: sites that the ground does not hold are not among them. Each list is in order.
#[derive(Debug, Default)]
pub(super) struct Placed {
    sites: Option<Vec<u32>>,
    landlords: Option<Vec<u32>>,
    pub(super) territories: Option<Vec<u32>>,
}

/// All slots.
#[derive(Debug)]
pub(super) struct Slots {
    /// Of each rule its selectors with their roles.
    selectors: Vec<Vec<(Selector, Roles)>>,
    pub(super) placed: Vec<Placed>,
    circumstances: Vec<Selector>,
    classes: HashMap<SourceName, HashMap<KindName, u32>>,
    slots: Vec<ClassSlots>,
}

impl Slots {
    /// The slots of these rules. `circumstances` are the selectors of what must last, each once.
    pub(super) fn new(rules: &RuleSet, ground: &Ground, circumstances: Vec<Selector>) -> Self {
        Self {
            selectors: rules
                .rules
                .iter()
                .map(|rule| selectors(&rule.condition, &rule.closes_on))
                .collect(),
            placed: rules.rules.iter().map(|rule| Placed::new(&rule.narrowing, ground)).collect(),
            circumstances,
            classes: HashMap::new(),
            slots: Vec::new(),
        }
    }

    /// The number of a kind of a source; `None` where no rule listens to any of it.
    ///
    /// Every rule is looked at when a kind comes for the first time, and none after that.
    pub(super) fn class(&mut self, source: &SourceName, kind: &KindName) -> Option<u32> {
        let known = self.classes.get(source).and_then(|kinds| kinds.get(kind)).copied();
        let class = known.unwrap_or_else(|| self.add_class(source, kind));
        let slots = &self.slots[class as usize];
        let heard = !(slots.anywhere.is_empty()
            && slots.by_site.is_empty()
            && slots.by_landlord.is_empty()
            && slots.by_territory.is_empty()
            && slots.circumstances.is_empty());
        heard.then_some(class)
    }

    fn add_class(&mut self, source: &SourceName, kind: &KindName) -> u32 {
        let mut slots = ClassSlots::default();
        for (rule, (selectors, placed)) in self.selectors.iter().zip(&self.placed).enumerate() {
            for (selector, roles) in selectors.iter().filter(|(one, _)| one.takes(source, kind)) {
                slots.add(Slot { rule: rule as u32, roles: *roles, value: selector.value }, placed);
            }
        }
        let lasting = self.circumstances.iter().enumerate();
        slots.circumstances =
            lasting.filter(|(_, one)| one.takes(source, kind)).map(|(ix, _)| ix as u32).collect();
        let class = self.slots.len() as u32;
        self.slots.push(slots);
        self.classes.entry(source.clone()).or_default().insert(kind.clone(), class);
        class
    }

    /// Which circumstances a class may be.
    pub(super) fn circumstances(&self, class: u32) -> &[u32] {
        &self.slots[class as usize].circumstances
    }

    /// Puts the rules that listen to the signal into `found`, in their order, each once.
    pub(super) fn find(&self, heard: &Heard, found: &mut Vec<(u32, Roles)>) {
        found.clear();
        let slots = &self.slots[heard.class as usize];
        let mut take = |slots: &[Slot]| {
            let value_holds =
                |slot: &&Slot| slot.value.is_none_or(|bound| bound.holds(heard.value));
            found.extend(slots.iter().filter(value_holds).map(|slot| (slot.rule, slot.roles)));
        };
        take(&slots.anywhere);
        take(at(&slots.by_site, heard.site()));
        take(at(&slots.by_landlord, heard.landlord));
        for territory in &heard.territories {
            take(at(&slots.by_territory, Some(*territory)));
        }
        found.retain(|(rule, _)| self.placed[*rule as usize].admits(heard));
        found.sort_unstable_by_key(|(rule, _)| *rule);
        found.dedup_by(|(rule, roles), (kept, all)| {
            let same = rule == kept;
            if same {
                all.main |= roles.main;
                all.answers |= roles.answers;
                all.closes |= roles.closes;
            }
            same
        });
    }
}

impl ClassSlots {
    fn add(&mut self, slot: Slot, placed: &Placed) {
        let (by, places) = match (&placed.sites, &placed.territories, &placed.landlords) {
            (Some(sites), _, _) => (&mut self.by_site, sites),
            (None, Some(territories), _) => (&mut self.by_territory, territories),
            (None, None, Some(landlords)) => (&mut self.by_landlord, landlords),
            (None, None, None) => return self.anywhere.push(slot),
        };
        for place in places {
            by.entry(*place).or_default().push(slot);
        }
    }
}

impl Placed {
    fn new(narrowing: &super::Narrowing, ground: &Ground) -> Self {
        fn known<T>(names: &[T], of: impl Fn(&T) -> Option<u32>) -> Option<Vec<u32>> {
            let mut places: Vec<u32> = names.iter().filter_map(of).collect();
            places.sort_unstable();
            places.dedup();
            (!names.is_empty()).then_some(places)
        }
        Self {
            sites: known(&narrowing.sites, |code| ground.site(code)),
            landlords: known(&narrowing.landlords, |id| ground.landlord(id)),
            territories: known(&narrowing.territories, |ix| u32::try_from(*ix).ok()),
        }
    }

    /// Whether the signal is where the rule listens.
    fn admits(&self, heard: &Heard) -> bool {
        let is_in = |places: &Option<Vec<u32>>, place: Option<u32>| match places {
            None => true,
            Some(places) => place.is_some_and(|place| places.binary_search(&place).is_ok()),
        };
        let on_territory = self.territories.as_ref().is_none_or(|places| {
            heard.territories.iter().any(|place| places.binary_search(place).is_ok())
        });
        on_territory && is_in(&self.sites, heard.site()) && is_in(&self.landlords, heard.landlord)
    }
}

fn at(by: &Places, place: Option<u32>) -> &[Slot] {
    place.and_then(|place| by.get(&place)).map_or(&[], Vec::as_slice)
}

/// The selectors of a rule, each with what a signal that it takes is to the rule.
fn selectors(condition: &Condition, closes_on: &[Selector]) -> Vec<(Selector, Roles)> {
    let numbered = |of: &[Selector]| -> Vec<(Selector, Roles)> {
        let bit = |ix: usize| Roles { main: 1 << ix, ..Roles::default() };
        of.iter().enumerate().map(|(ix, one)| (one.clone(), bit(ix))).collect()
    };
    let mut all = match condition {
        Condition::Count { of, .. } | Condition::Together { of, .. } => numbered(of),
        Condition::Sequence { steps, .. } => numbered(steps),
        Condition::Absence { after, no, .. } => {
            let answers = Roles { answers: true, ..Roles::default() };
            let mut all = numbered(after);
            all.extend(no.iter().map(|one| (one.clone(), answers)));
            all
        }
    };
    let closes = Roles { closes: true, ..Roles::default() };
    all.extend(closes_on.iter().map(|one| (one.clone(), closes)));
    all
}
