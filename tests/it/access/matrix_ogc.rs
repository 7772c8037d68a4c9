//! The rows of the matrix for `/ogc`.

use vigie::access::Permission as P;

use super::matrix::{Asks::For, Row, row};

/// The rows of `/ogc`, in the order of the document.
pub fn rows() -> Vec<Row> {
    vec![
        row("GET /ogc", For(P::ReadMeta), "/ogc", None),
        row("GET /ogc/collections", For(P::ReadMeta), "/ogc/collections", None),
        row("GET /ogc/collections/{collection}", For(P::ReadStock), "/ogc/collections/sites", None),
        row(
            "GET /ogc/collections/{collection}/items",
            For(P::ReadIncidents),
            "/ogc/collections/incidents/items",
            None,
        ),
        row(
            "GET /ogc/collections/{collection}/items/{feature}",
            For(P::ReadStock),
            "/ogc/collections/buildings/items/AA-01-B1",
            None,
        ),
        row(
            "GET /ogc/collections/{collection}/queryables",
            For(P::ReadPatrols),
            "/ogc/collections/patrols/queryables",
            None,
        ),
        row(
            "GET /ogc/collections/{collection}/sortables",
            For(P::ReadHeatmap),
            "/ogc/collections/incidents_by_site/sortables",
            None,
        ),
        row(
            "GET /ogc/collections/{collection}/tiles",
            For(P::ReadStock),
            "/ogc/collections/sites/tiles",
            None,
        ),
        row(
            "GET /ogc/collections/{collection}/tiles/{tileMatrixSetId}",
            For(P::ReadStock),
            "/ogc/collections/buildings/tiles/WebMercatorQuad",
            None,
        ),
        row(
            "GET /ogc/collections/{collection}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
            For(P::ReadStock),
            "/ogc/collections/sites/tiles/WebMercatorQuad/0/0/0",
            None,
        ),
        row("GET /ogc/conformance", For(P::ReadMeta), "/ogc/conformance", None),
        row("GET /ogc/tileMatrixSets", For(P::ReadMeta), "/ogc/tileMatrixSets", None),
        row(
            "GET /ogc/tileMatrixSets/{tileMatrixSetId}",
            For(P::ReadMeta),
            "/ogc/tileMatrixSets/WebMercatorQuad",
            None,
        ),
    ]
}
