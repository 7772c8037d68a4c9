//! Questions: what a night was like for a landlord, and what a month was like for everybody else.
//!
//! Pure functions of the twin; use the nouns, the twin, [`crate::publication`], [`crate::heatmap`], [`crate::response`] and [`crate::statistics`] only. [`morning`] tells a
//! landlord everything about its own sites and nothing of anybody else's, nor of who was sent. [`monthly`] tells
//! sums alone, of what the publication gate lets through (`docs/publication-gate.md`).

mod areas;
mod follow_up;
mod monthly;
mod morning;
mod published;
mod trend;
mod usual;

pub use areas::Area;
pub use follow_up::{FollowUp, FollowUpReason};
pub use monthly::{AreaCount, Monthly, MonthlyQuery, TREND_MONTHS, ToldTimes, monthly};
pub use morning::{Intervention, Morning, MorningQuery, NIGHT_HOURS, SiteNight, morning};
pub use trend::{MonthRate, Rate};
pub use usual::{Told, USUAL_WEEKS, Usual};

use crate::stock::LandlordId;

/// What a report asks for that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// The stock holds no such landlord.
    #[error("landlord `{0}` is not in the stock")]
    UnknownLandlord(LandlordId),
    /// The night or month goes on.
    #[error("{0} is not over yet")]
    NotOver(String),
}
