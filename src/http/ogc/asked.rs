//! [`Asked`]: the parameters of a page of features.

use actix_web::HttpRequest;

use super::{
    collection::Collection,
    filter,
    format::Format,
    frame::Frame,
    item::Item,
    order::Order,
    params::{Params, refused},
    region::Region,
    walk::{Test, Wanted},
    when,
};
use crate::{
    catalogue::{PAGE_LIMIT_MAX, PageLimit},
    export::{Column, ColumnKind, Table, Value},
    http::Problem,
    time::{TimeWindow, Timestamp},
};

/// What a page of features is asked to be.
pub struct Asked {
    /// What it is written as.
    pub format: Format,
    /// In which reference system.
    pub frame: Frame,
    /// Which features.
    pub wanted: Wanted,
}

impl Asked {
    /// Reads the parameters about a collection with those columns.
    ///
    /// # Errors
    ///
    /// 400 for a parameter that is none here, 422 for a value that is refused.
    pub fn of(request: &HttpRequest, of: Collection, table: &Table) -> Result<Self, Problem> {
        let mut params = Params::of(request)?;
        let format = Format::asked(request, params.take("f").as_deref())?;
        let frame = Frame::parse("crs", params.take("crs").as_deref())?;
        let mut wanted = Wanted {
            limit: limit(params.take("limit").as_deref())?,
            after: params.take("after"),
            ..Wanted::default()
        };
        let bbox_frame = Frame::parse("bbox-crs", params.take("bbox-crs").as_deref())?;
        if let Some(text) = params.take("bbox") {
            let region = Region::parse(&text, bbox_frame)?;
            wanted.within = region.around().filter(|_| has_a_place(of));
            wanted.tests.push(Box::new(move |item| region.has(item.shape.as_ref())));
        }
        if let Some(text) = params.take("datetime") {
            let window = when::window(&text)?;
            match (of, of.time().and_then(|time| table.position(time))) {
                // Their list is sorted by time.
                (Collection::Incidents, _) => wanted.window = window,
                (_, Some(at)) => wanted.tests.push(of_time(at, window)),
                (_, None) => {}
            }
        }
        let sorted = params.take("sortby");
        wanted.order = sorted.map(|text| Order::parse(&text, of, table)).transpose()?;
        filter::read(&mut params, of, table, &mut wanted)?;
        for (at, column) in table.columns().iter().enumerate() {
            if let Some(text) = params.take(&column.name) {
                wanted.tests.push(of_value(at, column, of.is_time(&column.name), &text)?);
            }
        }
        params.none_left()?;
        Ok(Self { format, frame, wanted })
    }

    /// Reads the parameters about one feature.
    ///
    /// # Errors
    ///
    /// As of [`Self::of`].
    pub fn of_one(request: &HttpRequest) -> Result<(Format, Frame), Problem> {
        let mut params = Params::of(request)?;
        let format = Format::asked(request, params.take("f").as_deref())?;
        let frame = Frame::parse("crs", params.take("crs").as_deref())?;
        params.none_left()?;
        Ok((format, frame))
    }
}

/// Whether each feature has a place: a box matches those without one, too, which no index finds.
const fn has_a_place(of: Collection) -> bool {
    !matches!(of, Collection::Patrols)
}

/// Most features of a page. More than there may be is as many as there may be, as the standard has it.
fn limit(text: Option<&str>) -> Result<PageLimit, Problem> {
    let Some(text) = text else { return Ok(PageLimit::default()) };
    let wrong = || {
        refused(
            "limit",
            text,
            format!("must be a whole number from 1; {PAGE_LIMIT_MAX} is the most"),
        )
    };
    let number: u64 = match text.parse() {
        Ok(number) => number,
        Err(_) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => u64::MAX,
        Err(_) => return Err(wrong()),
    };
    PageLimit::new(number.min(PAGE_LIMIT_MAX.into())).map_err(|_zero| wrong())
}

/// Features whose time lies in the window, and those without one.
fn of_time(at: usize, window: TimeWindow) -> Test {
    Box::new(move |item: &Item| match item.values.get(at) {
        Some(Value::Text(text)) => text.parse().is_ok_and(|time| window.contains(time)),
        _ => true,
    })
}

/// Features of that value.
fn of_value(at: usize, column: &Column, is_time: bool, text: &str) -> Result<Test, Problem> {
    let wrong = |reason: &str| refused(&column.name, text, reason);
    if is_time {
        let time: Timestamp =
            text.parse().map_err(|_not_a_time| wrong("must be an RFC 3339 time"))?;
        let is = move |told: &str| told.parse() == Ok(time);
        return Ok(Box::new(move |item| matches!(&item.values[at], Value::Text(told) if is(told))));
    }
    if column.kind == ColumnKind::Text {
        let text = text.to_owned();
        return Ok(Box::new(
            move |item| matches!(&item.values[at], Value::Text(told) if *told == text),
        ));
    }
    let number: f64 = text.trim().parse().map_err(|_not_a_number| wrong("must be a number"))?;
    if !number.is_finite() {
        return Err(wrong("must be a number"));
    }
    Ok(Box::new(move |item| match item.values[at] {
        Value::Integer(told) => told as f64 == number,
        Value::Real(told) => told == number,
        Value::Unknown | Value::Text(_) => false,
    }))
}
