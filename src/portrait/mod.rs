//! Question: what a place is like – its dwellings, who lives around it as INSEE tells, what is reported there, when, whether
//! that changes, and how it compares.
//!
//! Pure functions of a [`Snapshot`](crate::twin::Snapshot); use the nouns, [`crate::statistics`], the twin,
//! [`crate::publication`], [`crate::heatmap`] and [`crate::catalogue`] only. A portrait describes: nothing that sends
//! patrols reads it. Whoever may not be told exact counts gets them from the units of the publication gate, and from
//! nothing else ([`Counts`]); `docs/portrait.md` says what each figure means.

mod answer;
mod around;
mod count;
mod course;
mod drawn;
mod ground;
mod insee;
mod place;
#[cfg(test)]
mod portrait_tests;
mod reports;
mod subject;

pub use answer::{
    Asker, MONTHS_DEFAULT, MonthSpan, Naming, Portrait, PortraitError, PortraitQuery, SITES_MAX,
    SiteCount, portrait,
};
pub use around::{Compared, Comparison, Verdict};
pub use count::{Count, Counts, Rate};
pub use course::{Course, Direction, MonthPoint, Season, Slope};
pub use drawn::{CORNERS_MAX, Drawn, DrawnFault};
pub use insee::{Figure, Insee, Known, TractPart, Weighing};
pub use place::{CommuneCode, InvalidCommuneCode, Place, PlaceKind};
pub use reports::{Group, Reports};
pub use subject::{Subject, SubjectFault, SubjectId, subjects};
