//! The columns in which a landlord tells crews of a site.

use super::{Columns, Fault, Feature};
use crate::{
    closed_list::ClosedList as _,
    import::text::judged,
    privacy::Purpose,
    stock::{NoteText, NoteTopic, SiteCode, SiteNote},
};

/// What a row says: the words about each topic, in the order of [`NoteTopic::ALL`].
pub(super) type Words = Vec<Option<NoteText>>;

/// What a row says about each topic. Line breaks become blanks: a note is one line.
///
/// # Errors
///
/// The column, where it holds no note or one that tells of a person; the row is then refused, since a crew must not be
/// told half.
pub(super) fn words(columns: &mut Columns<'_>, feature: &Feature) -> Result<Words, Fault> {
    let words = NoteTopic::ALL.iter().map(|topic| {
        let Some(written) = columns.text(feature, topic.as_str()) else { return Ok(None) };
        let line = written.split_whitespace().collect::<Vec<_>>().join(" ");
        let refused = |e| Fault::new("not a note", format!("{}: {e}", topic.as_str()));
        let note = line.parse().map_err(refused)?;
        judged(topic.as_str(), &line, Purpose::Note)?;
        Ok(Some(note))
    });
    words.collect()
}

/// The notes of a file. A topic on which no row has a word is left alone, since the file may not have its column;
/// on any other, a site without words has none.
pub(super) fn settle(told: Vec<(SiteCode, Words)>) -> Vec<SiteNote> {
    let is_told = |at: usize| told.iter().any(|(_, words)| words[at].is_some());
    let topics: Vec<bool> = (0..NoteTopic::ALL.len()).map(is_told).collect();
    let notes = told.into_iter().flat_map(|(site, words)| {
        let notes = NoteTopic::ALL.iter().zip(words);
        notes.map(move |(topic, text)| SiteNote { site: site.clone(), topic: *topic, text })
    });
    notes.filter(|note| topics[note.topic as usize]).collect()
}
