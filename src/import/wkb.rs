//! Well-known binary, as GeoPackage wraps it. Counts are checked against the bytes that are left.
//!
//! Source: OGC 06-103r4 (Simple Features), section 8; OGC 12-128r18 (GeoPackage), section 2.1.3.

use geo::Coord;

use super::feature::{RawGeometry, RawRing};

/// Bytes of a GeoPackage header before its envelope.
const GPKG_HEADER_BYTES: usize = 8;

/// The geometry of a GeoPackage blob: the outer `None` where it is broken, the inner where it is empty.
pub(super) fn read_gpkg(blob: &[u8]) -> Option<Option<RawGeometry>> {
    if blob.get(..2)? != b"GP" {
        return None;
    }
    let flags = *blob.get(3)?;
    let envelope_bytes = match flags >> 1 & 0b111 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return None,
    };
    let is_empty = flags & 0b1_0000 != 0;
    if is_empty {
        return Some(None);
    }
    let mut cursor = Cursor { bytes: blob.get(GPKG_HEADER_BYTES + envelope_bytes..)? };
    cursor.geometry().map(Some)
}

struct Cursor<'a> {
    bytes: &'a [u8],
}

/// What stands before every geometry, also inside a collection.
struct Head {
    is_little_endian: bool,
    kind: u32,
    /// Numbers of a position: 2 to 4.
    dimensions: usize,
}

impl Cursor<'_> {
    fn geometry(&mut self) -> Option<RawGeometry> {
        let head = self.head()?;
        Some(match head.kind {
            1 => RawGeometry::Point(self.coord(&head)?),
            2 => RawGeometry::Lines(vec![self.ring(&head)?]),
            3 => RawGeometry::Areas(vec![self.rings(&head)?]),
            5 => {
                RawGeometry::Lines(self.members(&head, |cursor, head| {
                    (head.kind == 2).then(|| cursor.ring(head))?
                })?)
            }
            6 => {
                RawGeometry::Areas(self.members(&head, |cursor, head| {
                    (head.kind == 3).then(|| cursor.rings(head))?
                })?)
            }
            4 => RawGeometry::Other("a set of points"),
            7 => RawGeometry::Other("a collection"),
            8..=17 => RawGeometry::Other("a curve or a surface"),
            _ => return None,
        })
    }

    fn head(&mut self) -> Option<Head> {
        let is_little_endian = match self.take(1)?[0] {
            0 => false,
            1 => true,
            _ => return None,
        };
        let code = self.u32(is_little_endian)?;
        // ISO adds 1000 for Z, 2000 for M and 3000 for both.
        let dimensions = match code / 1000 {
            0 => 2,
            1 | 2 => 3,
            3 => 4,
            _ => return None,
        };
        Some(Head { is_little_endian, kind: code % 1000, dimensions })
    }

    fn members<T>(
        &mut self,
        head: &Head,
        member: impl Fn(&mut Self, &Head) -> Option<T>,
    ) -> Option<Vec<T>> {
        let count = self.count(head, 9)?;
        (0..count)
            .map(|_| {
                let head = self.head()?;
                member(self, &head)
            })
            .collect()
    }

    fn rings(&mut self, head: &Head) -> Option<Vec<RawRing>> {
        let count = self.count(head, 4)?;
        (0..count).map(|_| self.ring(head)).collect()
    }

    fn ring(&mut self, head: &Head) -> Option<RawRing> {
        let count = self.count(head, head.dimensions * 8)?;
        (0..count).map(|_| self.coord(head)).collect()
    }

    fn coord(&mut self, head: &Head) -> Option<Coord<f64>> {
        let position = self.take(head.dimensions * 8)?;
        let number = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&position[at..at + 8]);
            if head.is_little_endian {
                f64::from_le_bytes(eight)
            } else {
                f64::from_be_bytes(eight)
            }
        };
        Some(Coord { x: number(0), y: number(8) })
    }

    /// A count of things of at least `least_bytes` each, which the bytes that are left can hold.
    fn count(&mut self, head: &Head, least_bytes: usize) -> Option<usize> {
        let count = self.u32(head.is_little_endian)? as usize;
        (count <= self.bytes.len() / least_bytes).then_some(count)
    }

    fn u32(&mut self, is_little_endian: bool) -> Option<u32> {
        let mut four = [0; 4];
        four.copy_from_slice(self.take(4)?);
        Some(if is_little_endian { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A GeoPackage blob of one triangle, little endian, without an envelope.
    fn triangle() -> Vec<u8> {
        let mut blob = b"GP\0\x01\x6a\x08\0\0".to_vec();
        blob.extend([1, 3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0]);
        for (x, y) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)] {
            blob.extend(f64::to_le_bytes(x));
            blob.extend(f64::to_le_bytes(y));
        }
        blob
    }

    #[test]
    fn a_polygon_is_read_ring_by_ring() {
        let Some(Some(RawGeometry::Areas(areas))) = read_gpkg(&triangle()) else { panic!() };
        assert_eq!(areas[0][0].len(), 4);
        assert_eq!(areas[0][0][2], Coord { x: 1.0, y: 1.0 });
    }

    #[test]
    fn a_count_that_the_bytes_cannot_hold_is_not_believed() {
        let mut blob = triangle();
        blob[17..21].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read_gpkg(&blob), None);
        assert_eq!(read_gpkg(&triangle()[..40]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            at in 0_usize..85, byte in any::<u8>(), tail in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            let mut blob = triangle();
            blob[at] = byte;
            blob.truncate(21);
            blob.extend(tail);
            let _ = read_gpkg(&blob);
        }
    }
}
