//! The same attack by portraits: of places, of subjects, and of polygons of which one is drawn a little wider.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use vigie::access::Role;

use super::{Happening, INCIDENTS, MONTHS, QUESTIONS, SITES, Told, code, disguised, first_month};

/// A portrait that an attacker would ask for: of a site, a landlord, all, a subject; as one form or another.
fn question(rng: &mut ChaCha8Rng) -> String {
    let landlords = ["one", "two", "three", "nobody"];
    let place = match rng.random_range(0..5) {
        0 => format!("portraits/site/{}", code(rng.random_range(0..SITES))),
        1 => format!("portraits/landlord/{}", landlords[rng.random_range(0..landlords.len())]),
        2 => "portraits/town/all".to_owned(),
        3 => "portraits/commune/75104".to_owned(),
        _ => format!("subjects/{}", ["halls", "noise", "hours"][rng.random_range(0..3)]),
    };
    let months =
        [0, 0].map(|_| first_month().plus_months(rng.random_range(-1..=MONTHS)).to_string());
    let form = ["json", "json", "csv", "geojson", "html"][rng.random_range(0..5)];
    format!("/api/v1/{place}?from={}&to={}&f={form}", months[0], months[1])
}

/// Two squares of which one is drawn a little wider.
fn squares(rng: &mut ChaCha8Rng) -> [Value; 2] {
    let (west, south) = (2.335 + rng.random::<f64>() * 0.04, 48.845 + rng.random::<f64>() * 0.03);
    let side = 0.002 + rng.random::<f64>() * 0.03;
    [side, side + 0.002].map(|side| {
        let (east, north) = (west + side, south + side);
        let corners = [[west, south], [east, south], [east, north], [west, north], [west, south]];
        json!({ "type": "Polygon", "coordinates": [corners] })
    })
}

impl Told {
    /// What is said of a polygon, but for what is drawn anew for each answer.
    fn draws(&self, role: Role, polygon: &Value) -> (u16, String) {
        let (_, token) = self.tokens.iter().find(|(known, _)| *known == role).unwrap();
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        let body = polygon.to_string().into_bytes();
        let answer = self.town.send("POST", "/api/v1/portraits", &headers, body);
        (answer.status, answer.text().to_owned())
    }
}

#[test]
fn no_portrait_and_no_difference_of_two_polygons_tells_towns_of_the_same_classes_apart() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let these: Vec<Happening> = (0..INCIDENTS).map(|_| Happening::any(&mut rng)).collect();
    let [one, other] = [these.clone(), disguised(&these, &mut rng)].map(|all| Told::of(&all));

    let (mut answered, mut told_apart, mut exact) = (0, 0, 0);
    for number in 0..QUESTIONS / 10 {
        let role = if number % 4 == 0 { Role::Partner } else { Role::Planner };
        let path = question(&mut rng);
        let heard = one.hears(role, &path);
        assert_eq!(heard, other.hears(role, &path), "{role:?} {path}");
        answered += usize::from(heard.0 == 200);
        for square in squares(&mut rng) {
            let heard = one.draws(role, &square);
            assert_eq!(heard.0, 200, "{}", heard.1);
            assert_eq!(heard, other.draws(role, &square), "{role:?} {square}");
            if number % 5 == 0 {
                let [a, b] = [&one, &other].map(|town| town.draws(Role::Dispatcher, &square));
                exact += 1;
                told_apart += usize::from(a != b);
            }
        }
    }
    eprintln!(
        "{answered} answered; {told_apart} of {exact} polygons told the towns apart without the gate"
    );
    assert!(answered > QUESTIONS / 40, "{answered}");
    assert!(told_apart * 2 > exact, "the towns differ: {told_apart} of {exact}");
}
