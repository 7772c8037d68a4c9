//! Vigie: the digital twin and operations server of a group of social landlords.
//!
//! # The flow
//!
//! A write goes once round the top, a read once round the bottom; no function calls back up.
//!
//! ```text
//! http/cli ──► app ──► domain rule ──► store.commit ──► Event(seq) ──► snapshot.apply
//!     ▲                 (pure)          (durable)                           │
//!     └──── render ◄──── answer ◄──── question(&Snapshot) ◄──── snapshot ◄──┘
//! ```
//!
//! # The rooms
//!
//! Nouns above, the twin in the middle, questions below it, edges last. A module uses only modules that
//! stand above it in this list; `tests/it/tidy.rs` holds the list as data and checks it.
//!
//! | module | owns |
//! | --- | --- |
//! | [`closed_list`] | values of which there are a few, with their names |
//! | [`geo`] | where: [`geo::LonLat`], [`geo::Bbox`], true metres |
//! | [`time`] | when: [`time::Timestamp`], windows, the hours of a Paris week |
//! | [`statistics`] | honest figures: rates, hot spots, what chance makes of them, change |
//! | [`tract`] | INSEE tracts |
//! | [`roads`] | the road graph, and how long a patrol takes |
//! | [`privacy`] | what protects people: which texts are refused, which counts may leave the house |
//! | [`stock`] | landlords, sites, buildings, halls, what lies around |
//! | [`mailing`] | sending reports: to which mailbox, what was sent |
//! | [`patrol`] | crews, and which of their positions count |
//! | [`incident`] | kinds, the life cycle and its steps, idempotency |
//! | [`alert`] | what a person must look at, and who has |
//! | [`access`] | roles, permissions and the table between them, accounts |
//! | [`retention`] | what is kept for how long, holds, the signed register of purges |
//! | [`signal`] | what sensors, calendars and other programs say of a place, by declared sources |
//! | [`correlation`] | rules over signals, and the situations that they find |
//! | [`event`] | the one [`event::Event`], gapless [`event::Seq`] |
//! | [`twin`] | the state: [`twin::Snapshot`], a fold of the events, and its indexes |
//! | [`locate`] | question: which site and building is this position on |
//! | [`dispatch`] | question: which patrols are nearest, and why those |
//! | [`vigil`] | question: about whom is somebody to be alarmed |
//! | [`publication`] | question: which counts may leave the house, in fixed units |
//! | [`heatmap`] | question: how many incidents, where |
//! | [`hot_spot`] | questions: where incidents gather beyond chance, since when, how sure that is |
//! | [`response`] | question: how long interventions took |
//! | [`catalogue`] | questions: the lists of what there is |
//! | [`report`] | questions: a night for its landlord, a month for partners |
//! | [`portrait`] | question: what a place is like, beside what is around it |
//! | [`figure`] | charts and maps as marks on a plane, French typography |
//! | [`simulation`] | an evening of calls and crews under a policy, lived again and measured |
//! | [`demo`] | a made-up town with its calls and patrols, from a seed |
//! | [`store`] | durable events: the [`store::Store`] trait, SQLite |
//! | [`crs`] | adapter: PROJ, from any reference system to WGS 84 |
//! | [`import`] | adapter: readers of real files |
//! | [`press`] | adapter: reports as HTML, PDF, CSV and GeoJSON |
//! | [`tile`] | adapter: vector tiles of the stock, tracts, roads and heatmaps |
//! | [`export`] | adapter: tables of features as GeoJSON, CSV, GeoPackage, FlatGeobuf and GeoParquet, tiles as PMTiles |
//! | [`cql2`] | adapter: filters in the OGC's query language, as text and as JSON |
//! | [`audit`] | adapter: the access log, in files that nobody can change unseen |
//! | [`app`] | the only write path, the clock, daily jobs, following other writers |
//! | [`post`] | adapter: morning reports as e-mail |
//! | [`oidc`] | adapter: OpenID Connect, the posts that somebody holds as the provider says |
//! | [`http`] | edge: routes, problem+json, GeoJSON, what is logged and counted |
//! | [`mqtt`] | edge: signals from an MQTT broker |
//! | [`cli`] | edge: the subcommands, the only place that knows `anyhow` |

pub mod access;
pub mod alert;
pub mod app;
pub mod audit;
pub mod catalogue;
pub mod cli;
pub mod closed_list;
pub mod correlation;
pub mod cql2;
pub mod crs;
pub mod demo;
pub mod dispatch;
pub mod event;
pub mod export;
pub mod figure;
pub mod geo;
pub mod heatmap;
pub mod hot_spot;
pub mod http;
pub mod import;
pub mod incident;
pub mod locate;
pub mod mailing;
pub mod mqtt;
pub mod oidc;
pub mod patrol;
pub mod portrait;
pub mod post;
pub mod press;
pub mod privacy;
pub mod publication;
pub mod report;
pub mod response;
pub mod retention;
pub mod roads;
pub mod signal;
pub mod simulation;
pub mod statistics;
pub mod stock;
pub mod store;
pub mod tile;
pub mod time;
pub mod tract;
pub mod twin;
pub mod vigil;
