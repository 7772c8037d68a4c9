//! Rules of correlation, from their file in TOML.
//!
//! All that is wrong with a file is said at once, each fault with its rule, its field and its value. What tells of a person is not
//! repeated.

mod fields;
mod selectors;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use self::{fields::Fields, selectors::Listening};
use crate::{
    closed_list::ClosedList as _,
    correlation::{
        AT_LEAST_MAX, Condition, Narrowing, RULES_MAX, Rule, RuleName, RuleSet, Scope, Span,
        TERRITORIES_MAX, Territory, WITHIN_M_MAX,
    },
    privacy::{self, Purpose},
    signal::{Area, Sources},
    stock::LandlordId,
};

/// How late a signal may come where the file does not say, in seconds.
pub const LATENESS_S: i64 = 120;
/// Latest that a file may say, in seconds: situations are told so much later.
pub const LATENESS_S_MAX: i64 = 3_600;
/// After how long without its condition a situation is over where the rule does not say, in seconds.
pub const CLOSES_AFTER_S: i64 = 1_800;
/// Longest sentence about a rule, in characters.
const ABOUT_LENGTH_MAX: usize = 200;
/// Largest file, in bytes: 10,000 rules of a kilobyte.
const FILE_BYTES_MAX: u64 = 10 << 20;
/// The conditions, of which a rule has one.
const CONDITIONS: [&str; 4] = ["count", "sequence", "absence", "together"];

/// Why a file of rules is not in force.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is larger than any file of rules.
    #[error("{}: larger than {FILE_BYTES_MAX} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It holds no rules.
    #[error("{}:\n{faults}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// All that is wrong with it.
        faults: InvalidRules,
    },
}

/// All that is wrong with a file of rules, in its order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.in_words())]
pub struct InvalidRules {
    /// One at least.
    pub faults: Vec<RuleFault>,
}

/// One thing that is wrong with a file of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {field}: {reason}")]
pub struct RuleFault {
    /// The rule by its name, or by its number from 1; the territories, or the file.
    pub place: String,
    /// Which field.
    pub field: String,
    /// What is wrong with it, and the value.
    pub reason: String,
}

impl InvalidRules {
    fn in_words(&self) -> String {
        self.faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }
}

/// Reads a file of rules.
///
/// # Errors
///
/// [`RulesError`], with all that is wrong.
pub fn read(path: &Path, sources: &Sources) -> Result<RuleSet, RulesError> {
    let unreadable = |source| RulesError::Unreadable { path: path.to_owned(), source };
    if fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(RulesError::TooLarge { path: path.to_owned() });
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    parse(&text, sources).map_err(|faults| RulesError::Invalid { path: path.to_owned(), faults })
}

/// The rules that a text holds.
///
/// # Errors
///
/// [`InvalidRules`] names all that is wrong.
pub fn parse(text: &str, sources: &Sources) -> Result<RuleSet, InvalidRules> {
    let file: Table = toml::from_str(text).map_err(|e| {
        let before = e.span().map_or("", |span| text.get(..span.start).unwrap_or_default());
        let place = format!("line {}", before.matches('\n').count() + 1);
        let is_harmless = privacy::check(e.message(), Purpose::Callsign).is_ok();
        let reason = if is_harmless { e.message() } else { "cannot be read" }.to_owned();
        InvalidRules { faults: vec![RuleFault { place, field: "TOML".to_owned(), reason }] }
    })?;
    let mut faults = Vec::new();
    let mut fields = Fields::new("the file", &file, &mut faults);
    let lateness_s = match fields.parsed::<Span>("lateness") {
        Some(span) if span.seconds() > LATENESS_S_MAX => {
            let most = LATENESS_S_MAX / 60;
            fields.fault("lateness", format!("must be {most} min at most, got {span}"));
            LATENESS_S
        }
        Some(span) => span.seconds(),
        None => LATENESS_S,
    };
    let named = fields.table("territories").cloned().unwrap_or_default();
    let has_rules = file.contains_key("rule");
    let rules = fields.tables("rule");
    fields.end();
    let territories = territories(&named, &mut faults);
    if !has_rules && faults.is_empty() {
        let reason = "there is no [[rule]]; `rule = []` says that none is meant".to_owned();
        faults.push(RuleFault { place: "the file".to_owned(), field: "rule".to_owned(), reason });
    }
    let rules = rules_of(&rules, &territories, sources, &mut faults);
    if faults.is_empty() {
        Ok(RuleSet { rules, territories, lateness_s })
    } else {
        Err(InvalidRules { faults })
    }
}

fn territories(named: &Table, faults: &mut Vec<RuleFault>) -> Vec<Territory> {
    let mut fields = Fields::new("territories", named, faults);
    if named.len() > TERRITORIES_MAX {
        fields.fault("territories", format!("there are more than {TERRITORIES_MAX}"));
        return Vec::new();
    }
    let mut territories = Vec::new();
    for name in named.keys() {
        match name.parse::<RuleName>() {
            Ok(known) => {
                let area = fields.parsed::<Area>(name);
                territories.extend(area.map(|area| Territory { name: known, area }));
            }
            Err(e) => fields.fault(&fields::told(name), e.to_string()),
        }
    }
    territories
}

fn rules_of(
    tables: &[&Table],
    territories: &[Territory],
    sources: &Sources,
    faults: &mut Vec<RuleFault>,
) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for (ix, table) in tables.iter().enumerate() {
        let name = table.get("name").and_then(Value::as_str);
        let name = name.and_then(|name| name.parse::<RuleName>().ok());
        let place = name.map_or(format!("rule {}", ix + 1), |name| format!("rule `{name}`"));
        let mut fields = Fields::new(&place, table, faults);
        if ix == RULES_MAX {
            fields.fault("rule", format!("there are more than {RULES_MAX}"));
            break;
        }
        let rule = rule(&mut fields, territories, sources);
        if let Some(rule) = rule {
            if rules.iter().any(|known| known.name == rule.name) {
                fields.fault("name", format!("`{}` comes twice", rule.name));
            }
            rules.push(rule);
        }
        fields.end();
    }
    rules
}

fn rule(fields: &mut Fields<'_, '_>, territories: &[Territory], sources: &Sources) -> Option<Rule> {
    let name = fields.required::<RuleName>("name");
    let about = about(fields);
    let on = on(fields);
    let narrowing = narrowing(fields, territories);
    if on == Some(Scope::Territory) && narrowing.territories.is_empty() {
        fields.fault("territories", "a rule on a territory names one at least".to_owned());
    }
    let mut listening = Listening { sources, on: on.unwrap_or(Scope::Everywhere) };
    let during = listening.lasting(fields, "during");
    let condition = condition(fields, &mut listening);
    let closes_after = fields.parsed::<Span>("closes_after");
    let mut closes_on = listening.any(fields, "closes_on");
    if let (Some(Condition::Absence { no, .. }), true) = (&condition, closes_on.is_empty()) {
        closes_on.clone_from(no);
    }
    let closes_after = closes_after.or_else(|| Span::of_seconds(CLOSES_AFTER_S).ok())?;
    Some(Rule {
        name: name?,
        about,
        on: on?,
        narrowing,
        during,
        condition: condition?,
        closes_after,
        closes_on,
    })
}

/// The sentence about a rule: people read it, so it is judged as what they write.
fn about(fields: &mut Fields<'_, '_>) -> String {
    let about = fields.text("about").unwrap_or_default().to_owned();
    if about.chars().count() > ABOUT_LENGTH_MAX || about.contains(char::is_control) {
        fields.fault("about", format!("must be one line of {ABOUT_LENGTH_MAX} characters at most"));
    } else if let Err(refusal) = privacy::check(&about, Purpose::Note) {
        fields.fault("about", refusal.to_string());
    }
    about
}

fn on(fields: &mut Fields<'_, '_>) -> Option<Scope> {
    let Some(on) = fields.text("on") else { return Some(Scope::Site) };
    let scope = Scope::of_name(on);
    if scope.is_none() {
        let names: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        let reason = format!("must be one of {}, got {}", names.join(", "), fields::told(on));
        fields.fault("on", reason);
    }
    scope
}

fn narrowing(fields: &mut Fields<'_, '_>, territories: &[Territory]) -> Narrowing {
    let mut named = Vec::new();
    for name in fields.list::<RuleName>("territories") {
        match territories.iter().position(|territory| territory.name == name) {
            Some(ix) => named.push(ix),
            None => fields.fault("territories", format!("there is no territory `{name}`")),
        }
    }
    let landlords = fields.texts("landlords").into_iter().filter_map(|name| {
        let id = LandlordId::of_name(name);
        id.map_err(|e| fields.fault("landlords", format!("{}: {e}", fields::told(name)))).ok()
    });
    let landlords = landlords.collect();
    Narrowing { sites: fields.list("sites"), landlords, territories: named }
}

fn condition(fields: &mut Fields<'_, '_>, listening: &mut Listening<'_>) -> Option<Condition> {
    let said: Vec<&str> = CONDITIONS.into_iter().filter(|name| fields.has(name)).collect();
    let [name] = said[..] else {
        let all = CONDITIONS.join(", ");
        let reason = match said.len() {
            0 => format!("a rule has one of {all}"),
            _ => format!("a rule has only one of {all}, got {}", said.join(" and ")),
        };
        fields.fault("condition", reason);
        CONDITIONS.iter().for_each(|name| fields.leave(name));
        return None;
    };
    fields.within(name, |fields| {
        let within = fields.required::<Span>("within");
        let condition = match name {
            "count" => {
                let of = listening.main(fields, "of", 1);
                let at_least = fields.number("at_least", 1.0, f64::from(AT_LEAST_MAX));
                if at_least.is_some_and(|number| number.fract() != 0.0) {
                    fields.fault("at_least", "must be a whole number".to_owned());
                }
                Condition::Count { of, at_least: at_least? as u32, within: within? }
            }
            "sequence" => {
                Condition::Sequence { steps: listening.main(fields, "steps", 2), within: within? }
            }
            "absence" => {
                let after = listening.main(fields, "after", 1);
                Condition::Absence { after, no: listening.main(fields, "no", 1), within: within? }
            }
            _ => {
                let of = listening.near(fields, "of", 2);
                let within_m = fields.number("within_m", 1.0, WITHIN_M_MAX);
                Condition::Together { of, within_m: within_m?, within: within? }
            }
        };
        Some(condition)
    })
}

#[cfg(test)]
mod rules_tests;
