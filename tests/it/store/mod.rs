//! What every store promises, as one suite that runs for each store, and what SQLite promises beyond it.

mod archive;
pub mod fixture;
mod postgres_database;
mod promises;
pub mod purging;
mod random;
pub mod signals;
mod sqlite_file;
pub mod state;

use tempfile::TempDir;
use vigie::store::{Store, StoreUrl, sqlite::SqliteStore};

use crate::postgres_cluster::Database;

/// A place for a store that is empty at first; it may be opened more than once, also at the same time.
pub trait Place {
    /// Another connection to the store.
    fn open(&self) -> Box<dyn Store>;
}

/// A SQLite file in a folder of its own.
pub struct SqliteFile {
    folder: TempDir,
}

impl SqliteFile {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("vigie.sqlite")
    }
}

impl Place for SqliteFile {
    fn open(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open(&self.path()).unwrap())
    }
}

impl Place for Database {
    fn open(&self) -> Box<dyn Store> {
        self.url().parse::<StoreUrl>().unwrap().open().unwrap()
    }
}

/// Runs each promise against each store.
macro_rules! every_store_keeps {
    ($($promise:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $promise() { super::promises::$promise(&super::SqliteFile::new()); })*
        }
        mod postgres {
            $(#[test] fn $promise() { super::promises::$promise(&super::Database::fresh()); })*
        }
    };
}

every_store_keeps![
    numbers_have_no_gap_and_follow_the_order_of_facts,
    a_batch_with_one_bad_fact_leaves_nothing,
    a_dropped_transaction_leaves_nothing,
    a_store_that_is_opened_again_holds_what_was_committed,
    replay_equals_the_fold_of_all_events,
    a_reader_at_any_event_catches_up_to_the_same_state,
    a_reader_that_missed_everything_gets_a_site_before_the_incident_on_it,
    long_histories_come_in_pieces,
    an_account_has_an_author_and_nothing_else_has_one,
    a_key_leads_to_the_incident_that_it_made,
    a_key_makes_one_incident_only,
    a_position_is_kept_only_if_it_is_newer,
    off_duty_a_patrol_has_no_position,
    switched_off_a_patrol_has_no_position,
    what_refers_to_nothing_is_refused,
    two_writers_take_turns_and_see_each_other,
    a_writer_keeps_others_out_until_it_ends,
    own_commits_are_not_foreign,
    a_probe_changes_nothing,
    an_empty_store_holds_nothing,
    a_purge_removes_what_it_counts_and_followers_agree,
    what_a_hold_covers_stays,
    much_that_is_due_goes_in_pieces,
    a_purge_that_counts_otherwise_is_refused,
    random_histories_lead_to_the_state_of_the_model,
    what_is_copied_in_and_out_again_is_the_same,
    a_copied_store_goes_on_where_the_other_one_was,
    records_come_in_the_order_of_the_bytes_of_their_keys,
    only_an_empty_store_takes_in_another_one,
    a_broken_import_leaves_an_empty_store,
    an_export_is_one_state_while_others_write,
    an_export_comes_in_pieces_and_ends_with_its_first_error,
    mailboxes_and_mailings_are_as_they_were_put_and_no_events,
    a_mailing_that_breaks_a_rule_leaves_nothing,
    an_anchor_only_goes_on,
    a_signal_is_there_once_and_in_the_order_in_which_it_came,
    signals_that_are_there_already_are_no_news,
    a_call_with_one_bad_signal_leaves_none,
    signals_that_were_over_are_left_out,
    many_signals_come_in_pieces,
    a_store_that_holds_a_signal_is_not_empty,
    a_situation_is_told_as_it_is_now,
    a_purge_takes_signals_by_their_end_and_situations_that_are_over,
];
