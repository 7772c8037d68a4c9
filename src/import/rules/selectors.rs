//! [`Listening`]: selectors that can be met, by what their sources declare.

use super::fields::Fields;
use crate::{
    correlation::{KindPattern, SELECTORS_MAX, Scope, Selector},
    signal::{KindSchema, Lasts, PlaceKind, Sources},
};

/// What the selectors of one rule are held against.
pub(super) struct Listening<'a> {
    pub(super) sources: &'a Sources,
    pub(super) on: Scope,
}

impl Listening<'_> {
    /// Selectors of a condition: their signals must be able to be on what the rule is on.
    pub(super) fn main(
        &self,
        fields: &mut Fields<'_, '_>,
        field: &str,
        least: usize,
    ) -> Vec<Selector> {
        let on_sites = matches!(self.on, Scope::Site | Scope::Landlord);
        self.list(fields, field, least, |schema| {
            let can = !on_sites || schema.places.contains(&PlaceKind::Site);
            if can {
                Ok(())
            } else {
                Err("is on no site; say it in `during`, or the rule `on` a territory")
            }
        })
    }

    /// Selectors whose signals are compared by distance.
    pub(super) fn near(
        &self,
        fields: &mut Fields<'_, '_>,
        field: &str,
        least: usize,
    ) -> Vec<Selector> {
        let on_sites = matches!(self.on, Scope::Site | Scope::Landlord);
        self.list(fields, field, least, |schema| {
            let has = |kind| schema.places.contains(&kind);
            match has(PlaceKind::Site) || (has(PlaceKind::Point) && !on_sites) {
                true => Ok(()),
                false => Err("has no position on what the rule is on"),
            }
        })
    }

    /// Selectors of what lasts.
    pub(super) fn lasting(&self, fields: &mut Fields<'_, '_>, field: &str) -> Vec<Selector> {
        self.list(fields, field, 0, |schema| match schema.lasts {
            Lasts::Never => Err("is an instant and does not last"),
            Lasts::May | Lasts::Must => Ok(()),
        })
    }

    /// Selectors of any signals.
    pub(super) fn any(&self, fields: &mut Fields<'_, '_>, field: &str) -> Vec<Selector> {
        self.list(fields, field, 0, |_| Ok(()))
    }

    fn list(
        &self,
        fields: &mut Fields<'_, '_>,
        field: &str,
        least: usize,
        check: impl Fn(&KindSchema) -> Result<(), &'static str>,
    ) -> Vec<Selector> {
        let count = fields.texts(field).len();
        if !(least..=SELECTORS_MAX).contains(&count) {
            fields
                .fault(field, format!("must be {least} to {SELECTORS_MAX} selectors, got {count}"));
            return Vec::new();
        }
        let selectors: Vec<Selector> = fields.list(field);
        for selector in &selectors {
            if let Err(reason) = self.check(selector, &check) {
                fields.fault(field, format!("`{selector}`: {reason}"));
            }
        }
        selectors
    }

    /// Whether some kind that the selector takes passes; if none does, why the first does not.
    fn check(
        &self,
        selector: &Selector,
        check: &impl Fn(&KindSchema) -> Result<(), &'static str>,
    ) -> Result<(), String> {
        let Selector { source, kind, value } = selector;
        if !self.sources.has(source) {
            let names: Vec<&str> = self.sources.names().map(|name| name.as_str()).collect();
            return Err(format!("there is no source `{source}`; there are {}", names.join(", ")));
        }
        let mut schemas: Vec<&KindSchema> = match kind {
            KindPattern::Exactly(one) => self.sources.kind(source, one).into_iter().collect(),
            KindPattern::Beginning(one) if self.sources.takes_any_kind(source) => {
                self.sources.kind(source, one).into_iter().collect()
            }
            KindPattern::Any | KindPattern::Beginning(_) => {
                let taken =
                    self.sources.kinds(source).filter(|(kind, _)| selector.takes(source, kind));
                taken.map(|(_, schema)| schema).collect()
            }
        };
        if self.sources.takes_any_kind(source) && schemas.is_empty() {
            return Ok(()); // `incident.*`
        }
        if schemas.is_empty() {
            let names: Vec<&str> =
                self.sources.kinds(source).map(|(kind, _)| kind.as_str()).collect();
            return Err(format!("`{source}` says no such thing; it says {}", names.join(", ")));
        }
        if value.is_some() {
            schemas.retain(|schema| schema.value.is_some());
            if schemas.is_empty() {
                return Err("carries no value to compare".to_owned());
            }
        }
        let mut checked = schemas.into_iter().map(check);
        let first = checked.next().unwrap_or(Ok(()));
        if first.is_ok() || checked.any(|next| next.is_ok()) {
            Ok(())
        } else {
            first.map_err(str::to_owned)
        }
    }
}
