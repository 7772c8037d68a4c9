//! Invented names: of landlords, residences, streets and quarters. Any likeness to a real one is chance.

use super::{plan::lot, way::WayClass};

/// The town, which is not on any map.
pub const TOWN: &str = "Aubrelle-sur-Lurne";
/// Its river.
pub(super) const RIVER: &str = "La Lurne";
/// Its canal.
pub(super) const CANAL: &str = "Canal de la Lurne";

/// Landlords: name, the prefix of their site codes, and how much of the stock they own, in parts.
pub(super) const LANDLORDS: [(&str, &str, f64); 12] = [
    ("Aubrelle Habitat", "AH", 26.0),
    ("Lurne Logis", "LL", 16.0),
    ("Toits de l'Orme", "TO", 12.0),
    ("Les Foyers du Canal", "FC", 10.0),
    ("Pierre et Jardin", "PJ", 8.0),
    ("Immobilière des Deux-Îles", "ID", 7.0),
    ("Val Demeures", "VD", 6.0),
    ("Coopérative La Ruche Claire", "RC", 5.0),
    ("Maison Vermeille", "MV", 4.0),
    ("Logis du Rempart", "LR", 3.0),
    ("Nouvel Horizon Aubrellois", "NH", 2.0),
    ("Société des Cités-Jardins", "CJ", 1.0),
];

/// What residences and streets are called after: with the article that follows a noun.
const THINGS: [&str; 96] = [
    "des Tilleuls",
    "des Acacias",
    "des Marronniers",
    "des Platanes",
    "des Érables",
    "des Charmes",
    "des Peupliers",
    "des Bouleaux",
    "des Cèdres",
    "des Frênes",
    "des Noyers",
    "des Saules",
    "des Cerisiers",
    "des Pommiers",
    "des Amandiers",
    "des Lilas",
    "des Glycines",
    "des Églantiers",
    "des Genêts",
    "des Bruyères",
    "des Iris",
    "des Violettes",
    "des Capucines",
    "des Coquelicots",
    "des Bleuets",
    "des Primevères",
    "des Alouettes",
    "des Hirondelles",
    "des Mésanges",
    "des Rossignols",
    "des Fauvettes",
    "des Martinets",
    "des Hérons",
    "des Cigognes",
    "des Abeilles",
    "des Grillons",
    "du Moulin",
    "du Pressoir",
    "du Four à Chaux",
    "du Lavoir",
    "de la Fontaine",
    "du Puits Couvert",
    "de la Halle",
    "du Beffroi",
    "du Rempart",
    "de la Poterne",
    "de la Tour Ronde",
    "du Pont Tors",
    "du Bac",
    "du Gué",
    "des Bateliers",
    "des Haleurs",
    "de l'Écluse",
    "du Port au Bois",
    "des Tanneurs",
    "des Drapiers",
    "des Foulons",
    "des Potiers",
    "des Verriers",
    "des Charrons",
    "des Maréchaux",
    "des Vanniers",
    "des Cordiers",
    "des Tisserands",
    "des Imprimeurs",
    "des Relieurs",
    "de la Forge",
    "de la Filature",
    "des Laminoirs",
    "de la Gare",
    "du Dépôt",
    "de l'Aiguillage",
    "des Vignes",
    "des Jardins",
    "du Verger",
    "des Maraîchers",
    "du Clos",
    "des Prés Hauts",
    "de la Plaine",
    "du Coteau",
    "des Sablons",
    "de la Marnière",
    "de la Garenne",
    "du Bois Joli",
    "de la Grange",
    "du Colombier",
    "de la Bergerie",
    "des Quatre-Vents",
    "du Belvédère",
    "de l'Aurore",
    "du Levant",
    "du Couchant",
    "de l'Espérance",
    "de la Concorde",
    "de l'Union",
    "du Progrès",
];

/// First names, for streets that are called after people who never were.
const FIRST_NAMES: [&str; 28] = [
    "Adèle",
    "Albertine",
    "Anselme",
    "Armand",
    "Augustine",
    "Baptiste",
    "Célestine",
    "Clarisse",
    "Clément",
    "Constant",
    "Edmée",
    "Élise",
    "Émilien",
    "Eugénie",
    "Félicien",
    "Gabrielle",
    "Hippolyte",
    "Honorine",
    "Irénée",
    "Joséphine",
    "Léonie",
    "Lucien",
    "Mathurin",
    "Octavie",
    "Philomène",
    "Rosalie",
    "Séverin",
    "Victorine",
];
/// Surnames of people who never were.
const SURNAMES: [&str; 36] = [
    "Aubertelle",
    "Barvaux",
    "Beaurelle",
    "Carmontel",
    "Chassevent",
    "Corvaisier",
    "Dampernay",
    "Delormeau",
    "Estrevel",
    "Faucigneul",
    "Fontargis",
    "Gaillemin",
    "Garrevaux",
    "Haultecourt",
    "Jonquerel",
    "Lambrusse",
    "Landrevie",
    "Malpertus",
    "Marvejoux",
    "Montargenay",
    "Navaudin",
    "Orsillac",
    "Paumerol",
    "Pellegrue",
    "Quernet",
    "Ravenelle",
    "Rochetaire",
    "Sablonet",
    "Sauvegrain",
    "Tancremont",
    "Tournelou",
    "Valcreuse",
    "Vauquelet",
    "Verdelot",
    "Villandrin",
    "Wasquehart",
];

/// A residence's name; `number` tells residences of one town apart.
pub(super) fn residence(seed: u64, number: usize) -> String {
    const FORMS: [&str; 9] = [
        "Résidence",
        "Résidence",
        "Résidence",
        "Cité",
        "Clos",
        "Square",
        "Jardins",
        "Villa",
        "Cour",
    ];
    // Each thing with each form once before a name comes again, with its number.
    let all = THINGS.len() * FORMS.len();
    let at = (number * 331 + (lot(seed, [7, 0, 0]) * all as f64) as usize) % all;
    let name = format!("{} {}", FORMS[at % FORMS.len()], THINGS[at / FORMS.len() % THINGS.len()]);
    match number / all {
        0 => name,
        again => format!("{name} {}", again + 1),
    }
}

/// A street's name; streets with one key have one name.
pub(super) fn street(seed: u64, class: WayClass, key: u64) -> String {
    const STREETS: [&str; 10] =
        ["Rue", "Rue", "Rue", "Rue", "Rue", "Rue", "Rue", "Allée", "Passage", "Chemin"];
    const LANES: [&str; 6] = ["Rue", "Rue", "Ruelle", "Passage", "Venelle", "Rue"];
    let draw = |salt: i64| lot(seed, [salt, key as i64, 11]);
    let pick = |of: &[&'static str], salt: i64| of[(draw(salt) * of.len() as f64) as usize];
    let form = match class {
        WayClass::Boulevard if key <= 4 => "Boulevard",
        WayClass::Boulevard | WayClass::Avenue => "Avenue",
        WayClass::Quay => "Quai",
        WayClass::Street => pick(&STREETS, 1),
        WayClass::Lane => pick(&LANES, 1),
        WayClass::Rail => return "Voie ferrée".to_owned(),
        WayClass::Canal => return CANAL.to_owned(),
    };
    if draw(2) < 0.42 {
        return format!("{form} {}-{}", pick(&FIRST_NAMES, 3), pick(&SURNAMES, 4));
    }
    format!("{form} {}", pick(&THINGS, 5))
}

/// What a park or a wood is called after.
pub(super) fn thing(number: usize) -> &'static str {
    THINGS[number % THINGS.len()]
}

/// A tract's name: after a thing, with a number where the name comes again.
pub(super) fn tract(number: usize) -> String {
    let thing = THINGS[number * 37 % THINGS.len()];
    let bare =
        ["des ", "du ", "de la ", "de l'"].iter().find_map(|article| thing.strip_prefix(article));
    format!("{} {}", bare.unwrap_or(thing), number / THINGS.len() + 1)
}
