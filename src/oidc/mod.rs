//! OpenID Connect: the posts that somebody holds, as the provider of the organisation says.
//!
//! Uses the nouns of [`crate::access`] and [`crate::time`]. Nothing here is kept: of a token, the groups that open a
//! post are read, and it is dropped. What goes wrong is told in words of ours, never in those of the provider or of a
//! token, which may name a person.

mod courier;
mod flow;
mod posts;
mod provider;
mod token;

pub use flow::{Flow, NotSignedIn};
pub use posts::{InvalidPost, PostOfGroup};
pub use provider::{InvalidProvider, Provider, ProviderSettings, Secret};
