//! [`Summary`]: what became of each feature of a file, and why.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::At;

/// Examples kept for one reason; the count goes on.
const EXAMPLES_MAX: usize = 5;
/// Longest example, in characters: files hold anything.
const DETAIL_LENGTH_MAX: usize = 200;

/// What became of the features of a file: `read` = `kept` + `refused`, and `repaired` of those kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// Features that were looked at.
    pub read: u64,
    /// Of these, those that are kept, repaired or not.
    pub kept: u64,
    /// Of those kept, those that had to be mended.
    pub repaired: u64,
    /// Of those read, those that are not kept.
    pub refused: u64,
    /// What was mended, by reason.
    pub repairs: BTreeMap<&'static str, Remarks>,
    /// What was refused, by reason.
    pub refusals: BTreeMap<&'static str, Remarks>,
}

/// How often something was found, with the first examples.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Remarks {
    /// How often.
    pub count: u64,
    /// The first few.
    pub examples: Vec<Example>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Row or feature.
    pub at: String,
    /// What was found there.
    pub detail: String,
}

/// Something about a feature: which rule it broke, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The rule in a few words, the same for every feature.
    pub(super) rule: &'static str,
    /// What this feature has instead.
    pub(super) detail: String,
}

impl Fault {
    pub(super) fn new(rule: &'static str, detail: impl fmt::Display) -> Self {
        Self { rule, detail: detail.to_string() }
    }
}

/// A feature that could not even be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) at: At,
    pub(super) fault: Fault,
}

impl Summary {
    /// Counts a feature as kept, with what was mended in it.
    pub(super) fn keep(&mut self, at: &At, mended: &[Fault]) {
        self.read += 1;
        self.kept += 1;
        self.repaired += u64::from(!mended.is_empty());
        for fault in mended {
            remark(&mut self.repairs, at, fault);
        }
    }

    /// Counts a feature as refused.
    pub(super) fn refuse(&mut self, at: &At, fault: &Fault) {
        self.read += 1;
        self.refused += 1;
        remark(&mut self.refusals, at, fault);
    }

    /// Counts a feature that was kept as refused after all, for a reason that only the stock knows.
    pub fn refuse_after_all(&mut self, at: &At, rule: &'static str, detail: &str) {
        self.read -= 1;
        self.kept -= 1;
        self.refuse(at, &Fault::new(rule, detail));
    }
}

fn remark(remarks: &mut BTreeMap<&'static str, Remarks>, at: &At, fault: &Fault) {
    let remarks = remarks.entry(fault.rule).or_default();
    remarks.count += 1;
    if remarks.examples.len() < EXAMPLES_MAX {
        let detail = fault.detail.chars().take(DETAIL_LENGTH_MAX).collect();
        remarks.examples.push(Example { at: at.to_string(), detail });
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, kept, repaired, refused, .. } = self;
        write!(f, "{read} read, {kept} kept ({repaired} of them repaired), {refused} refused")?;
        for (word, remarks) in [("repaired", &self.repairs), ("refused", &self.refusals)] {
            for (rule, remarks) in remarks {
                write!(f, "\n  {word}: {rule} ({})", remarks.count)?;
                for Example { at, detail } in &remarks.examples {
                    write!(f, "\n    {at}: {detail}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_few_and_short_however_long_the_file() {
        let mut summary = Summary::default();
        for line in 0..1000 {
            summary.refuse(&At::Line(line), &Fault::new("no position", "x".repeat(10_000)));
        }
        summary.keep(&At::Line(1000), &[Fault::new("ring closed", "1 ring")]);
        assert_eq!((summary.read, summary.kept, summary.refused), (1001, 1, 1000));
        assert_eq!(summary.refusals["no position"].examples.len(), EXAMPLES_MAX);
        assert!(summary.to_string().len() < 2000);
    }
}
