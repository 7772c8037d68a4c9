//! [`walk`]: a page of those items of a list that pass.

use std::{
    fmt::Display,
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{item::Item, order::Order};
use crate::{
    catalogue::{Page, PageLimit},
    geo::Bbox,
    http::{Problem, ProblemKind, page},
    time::TimeWindow,
};

/// Walks over a whole collection at once, over all clients: each keeps a thread busy.
const WALKS_MAX: usize = 4;
/// How long features are looked at for one page: a million pass a plain filter in a fifth of it.
const WALK_MAX: Duration = Duration::from_secs(5);
/// How long a place among them is waited for.
const PLACE_MAX: Duration = Duration::from_secs(10);

/// The walks that may run at once.
#[derive(Debug, Clone)]
pub struct Walks(Arc<Semaphore>);

impl Default for Walks {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(WALKS_MAX)))
    }
}

impl Walks {
    /// Leave for a page that is asked for so, and until when; none is needed where no more than the page is looked at.
    ///
    /// # Errors
    ///
    /// 429 when as many run as may, and go on doing so.
    pub async fn enter(
        &self,
        wanted: &mut Wanted,
    ) -> Result<Option<OwnedSemaphorePermit>, Problem> {
        if wanted.tests.is_empty() && wanted.order.is_none() {
            return Ok(None);
        }
        let place = timeout(PLACE_MAX, Arc::clone(&self.0).acquire_owned()).await;
        wanted.until = Instant::now().checked_add(WALK_MAX);
        // The semaphore is never closed.
        place.ok().and_then(Result::ok).map(Some).ok_or_else(|| {
            let detail = format!("{WALKS_MAX} pages of features are looked for already");
            Problem::new(ProblemKind::TooManyRequests, detail)
        })
    }
}

/// Whether an item is asked for.
pub type Test = Box<dyn Fn(&Item) -> bool + Send>;

/// Which items of a collection, and which page of them.
#[derive(Default)]
pub struct Wanted {
    /// Whatever passes `test` lies in this box, or nowhere.
    pub within: Option<Bbox>,
    /// Items of this time, where the collection has one.
    pub window: TimeWindow,
    /// Each of which all let it pass.
    pub tests: Vec<Test>,
    /// In another order than that of the list.
    pub order: Option<Order>,
    /// Taken from a `next` link.
    pub after: Option<String>,
    /// Most items of the page.
    pub limit: PageLimit,
    /// When to give up: see [`Walks::enter`].
    pub until: Option<Instant>,
}

impl Wanted {
    /// Whether an item passes every test.
    ///
    /// # Errors
    ///
    /// 503 where that has taken too long.
    fn passes(&self, item: &Item) -> Result<bool, Problem> {
        if self.until.is_some_and(|until| Instant::now() > until) {
            let detail = "to look at each feature takes too long: ask for a smaller box";
            return Err(Problem::new(ProblemKind::Unavailable, detail));
        }
        Ok(self.tests.iter().all(|test| test(item)))
    }
}

/// A page of the items that pass, in the order that is asked for; all of the list is looked at.
fn in_order<T, K>(
    wanted: &Wanted,
    order: &Order,
    mut ask: impl FnMut(Option<K>, PageLimit) -> Result<Page<T, K>, Problem>,
    item: impl Fn(&T) -> Item,
) -> Result<Page<Item, String>, Problem> {
    let key: Option<String> = page::after(wanted.after.as_deref())?;
    let room = wanted.limit.get() + 1;
    let (mut kept, mut matched): (Vec<Item>, usize) = (Vec::new(), 0);
    let mut from = None;
    let mut after: Option<Item> = None;
    loop {
        let page = ask(from, PageLimit::MAX)?;
        for item in page.items.iter().map(&item) {
            if !wanted.passes(&item)? {
                continue;
            }
            matched += 1;
            if let (Some(key), None) = (&key, &after) {
                let stands = order.of_key(key, item.values.len());
                let wrong = || Problem::unsaid("after", "must be taken from a `next` link");
                after = Some(stands.ok_or_else(wrong)?);
            }
            if after.as_ref().is_none_or(|after| order.compare(&item, after).is_gt()) {
                kept.push(item);
            }
            // No more than a few pages are in memory.
            if kept.len() > 4 * room {
                kept.sort_unstable_by(|a, b| order.compare(a, b));
                kept.truncate(room);
            }
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    kept.sort_unstable_by(|a, b| order.compare(a, b));
    let more = kept.len() > wanted.limit.get();
    kept.truncate(wanted.limit.get());
    let next = kept.last().filter(|_| more).map(|last| order.key(last));
    Ok(Page { items: kept, matched, next })
}

/// A page of the items of a list that pass every test. `ask` tells the list page by page after a key, `item` makes an item of it and `key`
/// says where it stands. Without tests a page is asked for; with tests all of the list is, for the number that matches.
///
/// # Errors
///
/// What `ask` says, 422 where `after` is no key of the list, 503 where it takes too long.
pub fn walk<T, K: Clone + Display + FromStr>(
    wanted: &Wanted,
    mut ask: impl FnMut(Option<K>, PageLimit) -> Result<Page<T, K>, Problem>,
    item: impl Fn(&T) -> Item,
    key: impl Fn(&T) -> K,
) -> Result<Page<Item, String>, Problem> {
    if let Some(order) = &wanted.order {
        return in_order(wanted, order, ask, item);
    }
    let after: Option<K> = page::after(wanted.after.as_deref())?;
    if wanted.tests.is_empty() {
        let page = ask(after, wanted.limit)?;
        let items = page.items.iter().map(item).collect();
        return Ok(Page {
            items,
            matched: page.matched,
            next: page.next.map(|key| key.to_string()),
        });
    }
    let mut found = Found { items: Vec::new(), last: None, more: false, limit: wanted.limit.get() };
    let mut matched = 0;
    let from_the_start = after.is_none();
    let mut from = None;
    loop {
        let page = ask(from, PageLimit::MAX)?;
        for one in &page.items {
            let item = item(one);
            if wanted.passes(&item)? {
                matched += 1;
                if from_the_start {
                    found.take(item, || key(one));
                }
            }
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let mut from = after;
    while !found.more
        && let Some(begin) = from
    {
        let page = ask(Some(begin), PageLimit::MAX)?;
        for one in &page.items {
            let item = item(one);
            if !found.more && wanted.passes(&item)? {
                found.take(item, || key(one));
            }
        }
        from = page.next;
    }
    let next = found.last.filter(|_| found.more).map(|key| key.to_string());
    Ok(Page { items: found.items, matched, next })
}

/// The items of a page so far.
struct Found<K> {
    items: Vec<Item>,
    last: Option<K>,
    more: bool,
    limit: usize,
}

impl<K> Found<K> {
    fn take(&mut self, item: Item, key: impl FnOnce() -> K) {
        if self.items.len() == self.limit {
            self.more = true;
            return;
        }
        self.items.push(item);
        self.last = Some(key());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_pages_of_what_passes_are_all_of_it_once_and_in_order(
            list in proptest::collection::btree_set(0_u32..400, 0..80),
            limit in 1_u64..20, divisor in 1_u32..5, tested in any::<bool>(),
        ) {
            let list: Vec<u32> = list.into_iter().collect();
            let item = |number: &u32| Item { id: number.to_string(), shape: None, values: vec![] };
            let small = PageLimit::new(7).unwrap();
            let ask = |after: Option<u32>, limit: PageLimit| {
                // Pages smaller than asked for, so that a walk has several.
                let limit = if limit == PageLimit::MAX { small } else { limit };
                Ok(Page::of_sorted(list.iter().copied(), after, limit, |number| *number))
            };
            let divisor = if tested { divisor } else { 1 };
            let (mut read, mut after) = (Vec::new(), None);
            let expected: Vec<String> =
                list.iter().filter(|it| *it % divisor == 0).map(ToString::to_string).collect();
            loop {
                let test: Test = Box::new(move |item| item.id.parse::<u32>().unwrap() % divisor == 0);
                let wanted = Wanted {
                    tests: if tested { vec![test] } else { vec![] },
                    after,
                    limit: PageLimit::new(limit).unwrap(),
                    ..Wanted::default()
                };
                let page = walk(&wanted, ask, item, |number| *number).unwrap();
                prop_assert_eq!(page.matched, expected.len());
                prop_assert!(page.items.len() as u64 <= limit);
                read.extend(page.items.into_iter().map(|item| item.id));
                after = page.next.map(hex::encode);
                if after.is_none() { break }
            }
            prop_assert_eq!(read, expected);
        }
    }

    #[test]
    fn whatever_takes_too_long_is_given_up() {
        let item = |number: &u32| Item { id: number.to_string(), shape: None, values: vec![] };
        let ask = |after: Option<u32>, limit| Ok(Page::of_sorted(0..9, after, limit, |it| *it));
        let tests = || vec![Box::new(|_: &Item| true) as Test];
        let late = Wanted { tests: tests(), until: Some(Instant::now()), ..Wanted::default() };
        std::thread::sleep(std::time::Duration::from_millis(2));
        let refused = walk(&late, ask, item, |number| *number).unwrap_err();
        assert_eq!(refused.status(), 503);
        let wanted = Wanted { tests: tests(), ..Wanted::default() };
        assert_eq!(walk(&wanted, ask, item, |number| *number).unwrap().matched, 9);
    }
}
