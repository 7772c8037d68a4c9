//! [`Nomenclature`]: the kinds of incident that are in force, which are data and not code.

use std::{fmt, str::FromStr};

use super::{
    Kind, KindCode, Partner, Priority,
    kind::{CREW_MIN_RANGE, InvalidKindCode},
};
use crate::{
    closed_list::ClosedList as _,
    privacy::{self, Purpose},
};

/// The first line of the file.
const COLUMNS: &str = "code;priority;label_fr;label_en;crew_min;crew_min_night;partner";
/// Most kinds that people can choose from; the programme has 37.
const KINDS_MAX: usize = 200;
/// Longest label, in characters: a line of a list.
const LABEL_LENGTH_MAX: usize = 80;
/// So much of a value is told that is at fault, in characters.
const TOLD_MAX: usize = 40;

/// The kinds that are in force, in the order in which people read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nomenclature {
    kinds: Vec<Kind>,
}

/// Why a text is not a nomenclature: all that is wrong with it, in the order of lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.in_words())]
pub struct InvalidNomenclature {
    /// One at least.
    pub faults: Vec<KindFault>,
}

/// One thing that is wrong with a nomenclature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct KindFault {
    /// From 1.
    pub line: usize,
    /// What is wrong with it, and the value.
    pub reason: String,
}

impl InvalidNomenclature {
    fn in_words(&self) -> String {
        self.faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }
}

impl Nomenclature {
    /// The kinds that ship with the program (`nomenclature.csv`).
    #[must_use]
    pub fn shipped() -> Self {
        // A test reads it as any other, so that a program that starts has a good one.
        Self::read(include_str!("nomenclature.csv"), |_| Ok(()))
            .expect("the shipped nomenclature is valid")
    }

    /// Every kind.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The kind with that code.
    #[must_use]
    pub fn get(&self, code: &KindCode) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.code == *code)
    }

    /// Those of `used` that it does not hold, in their order and each once.
    #[must_use]
    pub fn missing<'a>(&self, used: impl IntoIterator<Item = &'a KindCode>) -> Vec<&'a KindCode> {
        let mut missing: Vec<_> =
            used.into_iter().filter(|code| self.get(code).is_none()).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    fn read(
        text: &str,
        judge: impl Fn(&str) -> Result<(), privacy::Refusal>,
    ) -> Result<Self, InvalidNomenclature> {
        let (mut kinds, mut faults) = (Vec::<Kind>::new(), Vec::new());
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let mut fault = |line, reason: String| faults.push(KindFault { line, reason });
        match lines.next() {
            Some((_, COLUMNS)) => {}
            first => {
                let said = first.map_or("", |(_, said)| said);
                fault(1, format!("must be `{COLUMNS}`, got {}", told(said)));
            }
        }
        for (line, text) in lines.filter(|(_, text)| !text.trim().is_empty()) {
            match kind(text, &judge) {
                Ok(kind) if kinds.iter().any(|known| known.code == kind.code) => {
                    fault(line, format!("`{}` comes twice", kind.code));
                }
                Ok(_) if kinds.len() == KINDS_MAX => {
                    fault(line, format!("there are more than {KINDS_MAX} kinds"));
                    break;
                }
                Ok(kind) => kinds.push(kind),
                Err(reasons) => reasons.into_iter().for_each(|reason| fault(line, reason)),
            }
        }
        if kinds.is_empty() && faults.is_empty() {
            faults.push(KindFault { line: 2, reason: "there is no kind".to_owned() });
        }
        if faults.is_empty() { Ok(Self { kinds }) } else { Err(InvalidNomenclature { faults }) }
    }
}

impl FromStr for Nomenclature {
    type Err = InvalidNomenclature;

    /// Reads `code;priority;label_fr;label_en;crew_min;crew_min_night;partner` lines after a header; the partner
    /// may be empty, and so may lines. Labels are read by everybody: what tells of a person is refused.
    fn from_str(text: &str) -> Result<Self, InvalidNomenclature> {
        Self::read(text, |label| privacy::check(label, Purpose::PlaceName))
    }
}

impl fmt::Display for Nomenclature {
    /// As it is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{COLUMNS}")?;
        for kind in &self.kinds {
            let Kind { code, label_fr, label_en, crew_min_by_day, crew_min_by_night, .. } = kind;
            let priority = kind.priority.as_str();
            let partner = kind.partner.map_or("", |partner| partner.as_str());
            writeln!(
                f,
                "{code};{priority};{label_fr};{label_en};{crew_min_by_day};{crew_min_by_night};{partner}"
            )?;
        }
        Ok(())
    }
}

/// The kind that a line tells, or all that is wrong with it.
fn kind(
    line: &str,
    judge: impl Fn(&str) -> Result<(), privacy::Refusal>,
) -> Result<Kind, Vec<String>> {
    let columns: Vec<&str> = line.split(';').collect();
    let [code, priority, label_fr, label_en, by_day, by_night, partner] = columns[..] else {
        return Err(vec![format!("must have seven columns, has {}", columns.len())]);
    };
    let mut faults = Vec::new();
    let mut of = |fault: String| faults.push(fault);
    let code = code.parse().map_err(|invalid: InvalidKindCode| of(invalid.to_string())).ok();
    let known = Priority::ALL.into_iter().find(|known| known.as_str() == priority);
    if known.is_none() {
        of(format!("priority: {} is none of P1 to P4", told(priority)));
    }
    for (column, label) in [("label_fr", label_fr), ("label_en", label_en)] {
        let is_one = (1..=LABEL_LENGTH_MAX).contains(&label.chars().count())
            && label.trim() == label
            && !label.contains(char::is_control);
        if !is_one {
            of(format!(
                "{column}: {} is not 1 to {LABEL_LENGTH_MAX} characters without blanks around them",
                told(label)
            ));
        } else if let Err(refusal) = judge(label) {
            // Not the words themselves: they may tell of a person.
            of(format!("{column}: {refusal}"));
        }
    }
    let crews = [("crew_min", by_day), ("crew_min_night", by_night)].map(|(column, text)| {
        let agents = text.parse().ok().filter(|agents| CREW_MIN_RANGE.contains(agents));
        if agents.is_none() {
            let (least, most) = (CREW_MIN_RANGE.start(), CREW_MIN_RANGE.end());
            of(format!("{column}: {} is not {least} to {most} agents", told(text)));
        }
        agents
    });
    let called = Partner::of_name(partner);
    if called.is_none() && !partner.is_empty() {
        let names = Partner::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
        of(format!("partner: {} is none of {names}", told(partner)));
    }
    match (code, known, crews) {
        (Some(code), Some(priority), [Some(crew_min_by_day), Some(crew_min_by_night)])
            if faults.is_empty() =>
        {
            let (label_fr, label_en) = (label_fr.to_owned(), label_en.to_owned());
            let partner = called;
            Ok(Kind {
                code,
                priority,
                label_fr,
                label_en,
                crew_min_by_day,
                crew_min_by_night,
                partner,
            })
        }
        _ => Err(faults),
    }
}

/// A value in quotes, as much of it as a line has room for.
fn told(value: &str) -> String {
    let mut told: String = value.chars().take(TOLD_MAX).filter(|c| !c.is_control()).collect();
    if value.chars().count() > TOLD_MAX {
        told.push('…');
    }
    format!("`{told}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_nomenclature_has_the_37_kinds_of_the_programme() {
        let shipped = Nomenclature::shipped();
        assert_eq!(shipped.kinds().len(), 37);
        let fire = shipped.get(&"BIE-INC".parse().unwrap()).unwrap();
        assert_eq!(
            (fire.priority, fire.label_fr.as_str()),
            (Priority::P1, "Départ de feu (relais 18)")
        );
    }

    #[test]
    fn what_ships_is_read_as_any_other_and_written_as_it_was() {
        let text = include_str!("nomenclature.csv");
        let read: Nomenclature = text.parse().unwrap();
        assert_eq!(read, Nomenclature::shipped());
        assert_eq!(read.to_string(), text);
        let of_another_editor = format!("\u{feff}{}\r\n", text.replace('\n', "\r\n"));
        assert_eq!(of_another_editor.parse(), Ok(read));
    }

    #[test]
    fn all_that_is_wrong_is_said_with_its_line_and_its_value() {
        let long = "é".repeat(LABEL_LENGTH_MAX + 1);
        let text = format!(
            "code;priority;label_fr;label_en;crew_min;crew_min_night;partner
A;P1;x;y;2;2;
A;P1;x;y;2;2;

b c;P9;x;y;0;13;16
B;P1;x
C;P2;;  y;2;2;17
D;P3;{long};Rappeler au 06 12 34 56 78;2;2;
"
        );
        let faults = text.parse::<Nomenclature>().unwrap_err().faults;
        let said: Vec<(usize, &str)> =
            faults.iter().map(|fault| (fault.line, fault.reason.as_str())).collect();
        let cut = format!(
            "label_fr: `{}…` is not 1 to 80 characters without blanks around them",
            "é".repeat(TOLD_MAX)
        );
        assert_eq!(
            said,
            [
                (3, "`A` comes twice"),
                (5, "a kind has 1 to 16 of A-Z, 0-9 and `-`, such as OCC-HAL, got `b c`"),
                (5, "priority: `P9` is none of P1 to P4"),
                (5, "crew_min: `0` is not 1 to 12 agents"),
                (5, "crew_min_night: `13` is not 1 to 12 agents"),
                (5, "partner: `16` is none of 17, 18, 15, 115, landlord"),
                (6, "must have seven columns, has 3"),
                (7, "label_fr: `` is not 1 to 80 characters without blanks around them"),
                (7, "label_en: `  y` is not 1 to 80 characters without blanks around them"),
                (8, cut.as_str()),
                (8, "label_en: refused by the rule `phone`: a telephone number"),
            ]
        );
    }

    #[test]
    fn without_its_first_line_or_without_a_kind_it_is_none() {
        let first = |text: &str| text.parse::<Nomenclature>().unwrap_err().faults.remove(0);
        assert!(first("A;P1;x;y;2;2;").reason.ends_with("got `A;P1;x;y;2;2;`"));
        assert_eq!(first("").line, 1);
        let fault = KindFault { line: 2, reason: "there is no kind".to_owned() };
        assert_eq!(first(COLUMNS), fault);
        let many: String = (0..=KINDS_MAX).map(|n| format!("\nK-{n};P1;x;y;2;2;")).collect();
        let fault = first(&format!("{COLUMNS}{many}\nA;P9;"));
        assert_eq!(fault.to_string(), "line 202: there are more than 200 kinds");
    }

    #[test]
    fn kinds_that_are_used_and_not_held_are_named_in_order_and_once() {
        let codes = ["Z-Z", "OCC-HAL", "A-A", "Z-Z"].map(|code| code.parse().unwrap());
        let shipped = Nomenclature::shipped();
        let missing = shipped.missing(&codes);
        assert_eq!(missing.iter().map(|code| code.as_str()).collect::<Vec<_>>(), ["A-A", "Z-Z"]);
    }
}
