//! [`ClosedList`]: values of which there are a few, each with one name on the wire and in the store.
//!
//! Uses nothing.

/// A list that knows all of its values and their names.
pub trait ClosedList: Copy + Eq + 'static {
    /// What the list is called in the document of the API.
    const LIST: &'static str;
    /// Every value.
    const ALL: &'static [Self];

    /// Its name in the API and in the store.
    fn as_str(self) -> &'static str;

    /// The value of that name.
    #[must_use]
    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

/// Declares an enum that is a [`ClosedList`]: each variant with its name.
macro_rules! closed_list {
    ($(#[$about:meta])* $list:ident { $($(#[$what:meta])* $value:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $list { $($(#[$what])* $value,)+ }

        impl $crate::closed_list::ClosedList for $list {
            const LIST: &'static str = stringify!($list);
            const ALL: &'static [Self] = &[$(Self::$value,)+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$value => $name,)+ }
            }
        }
    };
}
pub(crate) use closed_list;
