//! [`Page`]: a part of a list, and where the next one begins.

/// Items of a page where the caller does not say.
pub const PAGE_LIMIT_DEFAULT: u32 = 100;
/// Most items of a page: about 5 MB of GeoJSON.
pub const PAGE_LIMIT_MAX: u32 = 10_000;

/// Most items of a page, 1 to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit(u32);

/// Why a number is not a [`PageLimit`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {PAGE_LIMIT_MAX}, got {0}")]
pub struct InvalidPageLimit(pub u64);

impl PageLimit {
    /// Builds it from a number.
    ///
    /// # Errors
    ///
    /// [`InvalidPageLimit`] when it is not 1 to [`PAGE_LIMIT_MAX`].
    pub fn new(limit: u64) -> Result<Self, InvalidPageLimit> {
        match u32::try_from(limit) {
            Ok(limit) if (1..=PAGE_LIMIT_MAX).contains(&limit) => Ok(Self(limit)),
            _ => Err(InvalidPageLimit(limit)),
        }
    }

    /// As a length.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl PageLimit {
    /// The largest page: whole lists of what there are few of.
    pub const MAX: Self = Self(PAGE_LIMIT_MAX);
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(PAGE_LIMIT_DEFAULT)
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T, K> {
    /// In the order of the list.
    pub items: Vec<T>,
    /// Items in the whole list.
    pub matched: usize,
    /// The key after which the next page begins; `None` on the last page.
    pub next: Option<K>,
}

impl<T, K: Ord> Page<T, K> {
    /// The page of `list`, which is in the order of its keys, that begins after the key `after`.
    #[must_use]
    pub fn of_sorted(
        list: impl ExactSizeIterator<Item = T>,
        after: Option<K>,
        limit: PageLimit,
        key: impl Fn(&T) -> K,
    ) -> Self {
        let matched = list.len();
        let mut rest =
            list.skip_while(|item| after.as_ref().is_some_and(|after| key(item) <= *after));
        let items: Vec<T> = rest.by_ref().take(limit.get()).collect();
        let next = rest.next().and_then(|_more| items.last().map(&key));
        Self { items, matched, next }
    }
}

impl<T: Copy, K: Ord> Page<T, K> {
    /// The page of `list`, in any order, that begins after the key `after`.
    ///
    /// O(n + limit log limit): only the page itself is sorted.
    pub(super) fn of(
        list: Vec<T>,
        after: Option<K>,
        limit: PageLimit,
        key: impl Fn(&T) -> K,
    ) -> Self {
        let matched = list.len();
        let mut rest = list;
        if let Some(after) = after {
            rest.retain(|item| key(item) > after);
        }
        let more = rest.len() > limit.get();
        if more {
            rest.select_nth_unstable_by_key(limit.get() - 1, &key);
            rest.truncate(limit.get());
        }
        rest.sort_unstable_by_key(&key);
        let next = rest.last().filter(|_| more).map(&key);
        Self { items: rest, matched, next }
    }

    /// The same page with its items and its key as the caller needs them.
    pub(super) fn map<U, L>(self, item: impl Fn(T) -> U, key: impl Fn(K) -> L) -> Page<U, L> {
        Page {
            items: self.items.into_iter().map(item).collect(),
            matched: self.matched,
            next: self.next.map(key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_pages_of_a_list_are_the_sorted_list(
            mut list in proptest::collection::hash_set(0_u32..500, 0..80), limit in 1_u64..30,
        ) {
            let list: Vec<u32> = list.drain().collect();
            let limit = PageLimit::new(limit).unwrap();
            let (mut read, mut after) = (Vec::new(), None);
            loop {
                let page = Page::of(list.clone(), after, limit, |item| *item);
                prop_assert_eq!(page.matched, list.len());
                prop_assert!(page.items.len() <= limit.get());
                read.extend(page.items);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let mut sorted = list;
            sorted.sort_unstable();
            prop_assert_eq!(&read, &sorted);
            let after = sorted.first().copied();
            let page = Page::of_sorted(sorted.iter().copied(), after, limit, |item| *item);
            prop_assert_eq!(page, Page::of(sorted, after, limit, |item| *item));
        }
    }

    #[test]
    fn a_page_has_a_limit() {
        assert!(PageLimit::new(0).is_err());
        assert!(PageLimit::new(10_000).is_ok());
        assert_eq!(
            PageLimit::new(10_001).unwrap_err().to_string(),
            "must be 1 to 10000, got 10001"
        );
    }
}
