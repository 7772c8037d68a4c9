//! Black-box tests of the program: one binary, one module a capability.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics, also in its helpers")]

mod any_input;
mod api_again;
mod crash;
mod cutting_proxy;
mod demo;
mod dependencies;
mod deployment;
mod disk_full;
mod edge;
mod events;
mod following;
mod heatmap;
mod import;
mod incidents;
mod keeping;
mod life_cycle;
mod locating;
mod many_listeners;
mod openapi;
mod osm_file;
mod outage;
mod patrols;
mod postgres_cluster;
mod privacy;
mod program;
mod replicas;
mod roads;
mod server;
mod simulate;
mod stock_lists;
mod store;
mod support;
mod tidy;
mod web_client;
mod writing;
