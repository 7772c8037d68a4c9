//! [`Node`]: a filter as it is written.

use geo::Geometry;

use super::Span;

/// A part of a filter as it is written: CQL2 JSON has the same form.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A value.
    Literal(Literal),
    /// The property of that name.
    Property(String),
    /// Several values, as `IN` takes them.
    List(Vec<Node>),
    /// What an operator or a function makes of its operands.
    Call(Operator, Vec<Node>),
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Words.
    Text(String),
    /// A finite number.
    Number(f64),
    /// Yes or no.
    Truth(bool),
    /// An instant or a day.
    Time(Span),
    /// A shape in the order of axes that it was written in.
    Shape(Geometry<f64>),
}

macro_rules! operators {
    ($($operator:ident = $name:literal,)+) => {
        /// What is done with operands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operator { $(#[doc = concat!("`", $name, "`")] $operator,)+ }

        impl Operator {
            /// Every operator.
            #[cfg(test)]
            pub const ALL: &'static [Self] = &[$(Self::$operator,)+];

            /// Its name in CQL2 JSON.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$operator => $name,)+ }
            }

            /// The operator of that name in CQL2 JSON.
            pub fn of_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$operator),)+ _ => None }
            }
        }
    };
}

operators! {
    And = "and",
    Or = "or",
    Not = "not",
    Equal = "=",
    NotEqual = "<>",
    Less = "<",
    Greater = ">",
    AtMost = "<=",
    AtLeast = ">=",
    Like = "like",
    Between = "between",
    In = "in",
    IsNull = "isNull",
    Casei = "casei",
    Accenti = "accenti",
    Plus = "+",
    Minus = "-",
    Times = "*",
    Over = "/",
    Modulo = "%",
    Div = "div",
    Power = "^",
    Interval = "interval",
    SIntersects = "s_intersects",
    SDisjoint = "s_disjoint",
    SEquals = "s_equals",
    STouches = "s_touches",
    SCrosses = "s_crosses",
    SWithin = "s_within",
    SContains = "s_contains",
    SOverlaps = "s_overlaps",
    TAfter = "t_after",
    TBefore = "t_before",
    TContains = "t_contains",
    TDisjoint = "t_disjoint",
    TDuring = "t_during",
    TEquals = "t_equals",
    TFinishedBy = "t_finishedBy",
    TFinishes = "t_finishes",
    TIntersects = "t_intersects",
    TMeets = "t_meets",
    TMetBy = "t_metBy",
    TOverlappedBy = "t_overlappedBy",
    TOverlaps = "t_overlaps",
    TStartedBy = "t_startedBy",
    TStarts = "t_starts",
}

impl Operator {
    /// The function of that name in CQL2 text, whatever its capitals.
    pub fn of_function(name: &str) -> Option<Self> {
        let known = |operator: Self| operator.name().len() > 3 && operator.is_function();
        let found = [
            Self::Casei,
            Self::Accenti,
            Self::SIntersects,
            Self::SDisjoint,
            Self::SEquals,
            Self::STouches,
            Self::SCrosses,
            Self::SWithin,
            Self::SContains,
            Self::SOverlaps,
            Self::TAfter,
            Self::TBefore,
            Self::TContains,
            Self::TDisjoint,
            Self::TDuring,
            Self::TEquals,
            Self::TFinishedBy,
            Self::TFinishes,
            Self::TIntersects,
            Self::TMeets,
            Self::TMetBy,
            Self::TOverlappedBy,
            Self::TOverlaps,
            Self::TStartedBy,
            Self::TStarts,
        ];
        found.into_iter().find(|it| known(*it) && it.name().eq_ignore_ascii_case(name))
    }

    fn is_function(self) -> bool {
        matches!(self, Self::Casei | Self::Accenti)
            || self.name().starts_with("s_")
            || self.name().starts_with("t_")
    }
}
