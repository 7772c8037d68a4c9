//! [`Order`]: `sortby`, and where a feature stands by it.

use std::cmp::Ordering;

use serde_json::{Value as Json, json};

use super::{collection::Collection, item::Item, params::refused};
use crate::{
    export::{ColumnKind, Table, Value},
    http::Problem,
};

/// Most properties that features are sorted by.
const PROPERTIES_MAX: usize = 4;

/// How two instants stand to each other, as we write them: UTC, without the zeros at the end of a fraction.
fn in_time(a: &str, b: &str) -> Ordering {
    a.trim_end_matches('Z').cmp(b.trim_end_matches('Z'))
}

/// By which properties features are sorted, the first one first; what is the same by all of them, by ids. What is not
/// known comes last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order(Vec<By>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct By {
    column: usize,
    kind: ColumnKind,
    is_time: bool,
    downwards: bool,
}

impl Order {
    /// Reads names of properties, separated by commas, each with `-` before it where the largest comes first.
    ///
    /// # Errors
    ///
    /// 422 where one is none of the sortables, or there are more than [`PROPERTIES_MAX`].
    pub fn parse(text: &str, of: Collection, table: &Table) -> Result<Self, Problem> {
        let by = |part: &str| {
            // An unescaped `+` is a space by the time that it gets here.
            let part = part.trim_start_matches([' ', '+']);
            let (downwards, name) =
                part.strip_prefix('-').map_or((false, part), |name| (true, name));
            let wrong = || refused("sortby", name, "is none of the sortables");
            let column = table.position(name).ok_or_else(wrong)?;
            let kind = table.columns()[column].kind;
            Ok(By { column, kind, is_time: of.is_time(name), downwards })
        };
        let all = text.split(',').map(by).collect::<Result<Vec<_>, Problem>>()?;
        if all.len() > PROPERTIES_MAX {
            let reason = format!("has at most {PROPERTIES_MAX} properties");
            return Err(Problem::unsaid("sortby", reason));
        }
        Ok(Self(all))
    }

    /// How two features stand to each other. No two are equal.
    pub fn compare(&self, a: &Item, b: &Item) -> Ordering {
        let by = |by: &By| {
            let order = match (&a.values[by.column], &b.values[by.column]) {
                (Value::Unknown, Value::Unknown) => Ordering::Equal,
                (Value::Unknown, _) => return Ordering::Greater,
                (_, Value::Unknown) => return Ordering::Less,
                (Value::Text(a), Value::Text(b)) if by.is_time => in_time(a, b),
                (Value::Text(a), Value::Text(b)) => a.cmp(b),
                (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
                (Value::Real(a), Value::Real(b)) => a.total_cmp(b),
                // A column has values of one kind.
                _ => Ordering::Equal,
            };
            if by.downwards { order.reverse() } else { order }
        };
        self.0.iter().map(by).find(|order| order.is_ne()).unwrap_or_else(|| a.id.cmp(&b.id))
    }

    /// Where a feature stands, as a key.
    pub fn key(&self, item: &Item) -> String {
        let told = self.0.iter().map(|by| match &item.values[by.column] {
            Value::Unknown => Json::Null,
            Value::Text(text) => json!(text),
            Value::Integer(number) => json!(number),
            // To the last bit, which no decimal text is sure to be.
            Value::Real(number) => json!(number.to_bits()),
        });
        json!([told.collect::<Vec<_>>(), item.id]).to_string()
    }

    /// A feature that would stand there; none where the key is not of this order.
    pub fn of_key(&self, key: &str, table_columns: usize) -> Option<Item> {
        let (told, id): (Vec<Json>, String) = serde_json::from_str(key).ok()?;
        if told.len() != self.0.len() {
            return None;
        }
        let mut values = vec![Value::Unknown; table_columns];
        for (by, told) in self.0.iter().zip(told) {
            values[by.column] = match (by.kind, told) {
                (_, Json::Null) => Value::Unknown,
                (ColumnKind::Text, Json::String(text)) => Value::Text(text),
                (ColumnKind::Integer, Json::Number(number)) => Value::Integer(number.as_i64()?),
                (ColumnKind::Real, Json::Number(number)) => {
                    Value::Real(f64::from_bits(number.as_u64()?))
                }
                _ => return None,
            };
        }
        Some(Item { id, shape: None, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_stand_in_their_order_however_many_digits_they_are_told_with() {
        let told = [
            "2026-11-30T20:00:00Z",
            "2026-11-30T20:00:00.03Z",
            "2026-11-30T20:00:00.031Z",
            "2026-11-30T20:00:00.3Z",
        ];
        assert!(told.is_sorted_by(|a, b| in_time(a, b).is_lt()));
    }
}
