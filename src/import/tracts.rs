//! The `tracts` layer: the outlines of INSEE tracts, and of the squares of its grid.

use std::{collections::HashSet, path::Path};

use super::{
    ImportError, Options, Reading,
    columns::{Columns, Field},
    feature::{Feature, RawGeometry},
    format, placing,
    summary::Fault,
    text::judged,
};
use crate::{
    privacy::Purpose,
    stock::StockChange,
    tract::{Division, Tract, TractCode, TractKind, Vintage},
};

/// The fields of a tract, and the columns that they are looked for in.
const FIELDS: &[Field] = &[
    Field {
        name: "code",
        columns: &["dcomiris", "code_iris", "idcar_200m", "idinspire", "code", "id"],
    },
    Field { name: "name", columns: &["nom_iris", "lib_iris", "name", "nom"] },
    Field { name: "kind", columns: &["typ_iris", "type_iris", "kind"] },
    Field { name: "vintage", columns: &["annee", "millesime", "vintage"] },
];

/// Reads tracts.
///
/// # Errors
///
/// [`ImportError`]; nothing of the file is then kept.
pub fn read(path: &Path, options: &Options<'_>) -> Result<Reading<StockChange>, ImportError> {
    let mut columns = Columns::new(FIELDS, options)?;
    let mut tracts: Vec<Tract> = Vec::new();
    let mut seen = HashSet::new();
    let summary = format::read(path, options, &|_| None, &mut |mut feature, summary| {
        let placed = placing::place(path, options, &mut feature)?;
        let made = placed.and_then(|(geometry, mut mended)| {
            let made = tract(&mut columns, &feature, geometry, &mut mended)?;
            let made = Tract { vintage: made.vintage.or(options.vintage), ..made };
            if seen.insert((made.code.clone(), made.vintage)) {
                Ok((made, mended))
            } else {
                Err(Fault::new("code comes twice", &made.code))
            }
        });
        match made {
            Ok((made, mended)) => {
                summary.keep(&feature.at, &mended);
                tracts.push(made);
            }
            Err(fault) => summary.refuse(&feature.at, &fault),
        }
        Ok(())
    })?;
    columns.check_mapped(path)?;
    Ok(Reading { content: StockChange { tracts, ..StockChange::default() }, summary })
}

fn tract(
    columns: &mut Columns<'_>,
    feature: &Feature,
    geometry: RawGeometry,
    mended: &mut Vec<Fault>,
) -> Result<Tract, Fault> {
    let code = columns.text(feature, "code").or_else(|| feature.id.clone()).unwrap_or_default();
    let code: TractCode = code.parse().map_err(|e| Fault::new("not a tract code", e))?;
    let kind = columns.text(feature, "kind").and_then(|letter| TractKind::of_letter(&letter));
    let kind = kind.unwrap_or_else(|| {
        if code.division() == Division::Tract {
            mended.push(Fault::new("kind of tract not told", "taken as housing"));
        }
        TractKind::Housing // a square of the grid is there because people live in it
    });
    let vintage = columns.text(feature, "vintage").map(|year| year.parse::<Vintage>()).transpose();
    let vintage = vintage.map_err(|e| Fault::new("not a vintage", e))?;
    let RawGeometry::Areas(areas) = geometry else {
        return Err(Fault::new("not a polygon", geometry.kind()));
    };
    let (footprint, words) = placing::footprint(areas)?;
    mended.extend(words);
    let name = columns.text(feature, "name").unwrap_or_else(|| code.to_string());
    judged("name", &name, Purpose::PlaceName)?;
    Ok(Tract { code, vintage, name, kind, area: footprint.polygons().clone() })
}
