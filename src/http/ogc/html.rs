//! [`Page`]: documents for people: the look of the reference, no script, nothing from elsewhere, and all that comes from data escaped.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{format::Written, item::Item, link::Link};
use crate::export::{Table, Value};

/// The look of the pages, which the reference of the API has, too.
const STYLE: &str = include_str!("../docs.css");

/// A page for people.
pub struct Page {
    title: String,
    links: Vec<Link>,
    body: Markup,
}

impl Page {
    /// A page with nothing but its links.
    pub fn new(title: &str, links: &[Link]) -> Self {
        Self { title: title.to_owned(), links: links.to_vec(), body: html! {} }
    }

    /// The same with more in it.
    pub fn with(self, more: Markup) -> Self {
        Self { body: html! { (self.body) (more) }, ..self }
    }

    /// The document.
    pub fn written(&self) -> Written {
        Written::html(self.markup().into_string())
    }

    fn markup(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width";
                    link rel="icon" href="/favicon.svg";
                    title { (self.title) " · Vigie" }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { (self.title) }
                        p {
                            a href="/ogc?f=html" { "service" } " · "
                            a href="/ogc/collections?f=html" { "collections" } " · "
                            a href="/docs" { "reference" } " · "
                            a href="/" { "map" }
                        }
                    }
                    main {
                        (self.body)
                        h2 { "Links" }
                        ul {
                            @for link in &self.links {
                                li {
                                    a href=(link.href) rel=(link.rel) { (link.title) }
                                    " " code { (link.rel) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Features as rows, each with the address that `href` says.
pub fn table_of(table: &Table, items: &[Item], href: impl Fn(&Item) -> String) -> Markup {
    html! {
        section {
            table {
                tr {
                    th { "feature" }
                    @for column in table.columns() { th { (column.name) } }
                }
                @for item in items {
                    tr {
                        td { a href=(href(item)) { (item.id) } }
                        @for value in &item.values { td { (told(value)) } }
                    }
                }
            }
        }
    }
}

/// What is known of a feature, with what each property is.
pub fn sheet_of(table: &Table, item: &Item) -> Markup {
    html! {
        section {
            table {
                tr { th { "property" } th { "value" } th { "what it is" } }
                @for (column, value) in table.columns().iter().zip(&item.values) {
                    tr {
                        td { code { (column.name) } }
                        td { (told(value)) }
                        td { (column.description()) }
                    }
                }
            }
        }
    }
}

fn told(value: &Value) -> Markup {
    match value {
        Value::Unknown => html! {},
        Value::Text(text) => html! { (text) },
        Value::Integer(number) => html! { (number) },
        Value::Real(number) => html! { (number) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::{Column, ColumnKind, Shapes};

    #[test]
    fn whatever_the_data_says_is_text_and_nothing_else() {
        let mut table = Table::new("t", "", "", Shapes::Points);
        table.add(Column::new("id", ColumnKind::Text, "\"><script>"));
        let evil = "<script>alert('x')</script>\" onload=\"x";
        let item = Item { id: evil.to_owned(), shape: None, values: vec![evil.into()] };
        let link = Link::new(evil, "self", "text/html", evil);
        let page = Page::new(evil, &[link])
            .with(table_of(&table, std::slice::from_ref(&item), |item| item.id.clone()))
            .with(sheet_of(&table, &item))
            .markup()
            .into_string();
        assert!(!page.contains("<script") && !page.contains("\" onload"), "{page}");
        assert!(page.contains("&lt;script&gt;"));
    }
}
