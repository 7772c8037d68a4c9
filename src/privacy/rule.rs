//! [`Rule`]: why a text is refused, and [`Purpose`]: which rules it is held to.

use crate::closed_list::{ClosedList as _, closed_list};

closed_list! {
    /// Why a text is refused.
    Rule {
        /// A telephone number, in digits or in words.
        Phone = "phone",
        /// An e-mail address, or a name on a network.
        Email = "email",
        /// A vehicle's plate.
        Plate = "plate",
        /// A number and a street.
        Street = "street",
        /// A civility and a name.
        Civility = "civility",
        /// A name in context, or the description of a person.
        Person = "person",
        /// A number of identity, social security, account or card.
        Identity = "identity",
        /// A date of birth, or an age.
        Birth = "birth",
        /// A flat, or a floor and a door.
        Flat = "flat",
        /// Health, origin, religion, opinion, union, sex life, offences (GDPR, articles 9 and 10).
        Special = "special",
        /// No pattern of the others, but the words of those who tell of somebody, weighed together.
        Likely = "likely",
        /// Letters of a script that the other rules cannot read.
        Script = "script",
        /// Longer than can be judged.
        Length = "length",
    }
}

impl Rule {
    /// What it refuses, in the words of an answer.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Phone => "a telephone number",
            Self::Email => "an e-mail address or a name on a network",
            Self::Plate => "a vehicle's plate",
            Self::Street => "a number and a street",
            Self::Civility => "a civility and a name",
            Self::Person => "the name or the description of a person",
            Self::Identity => "a number of identity, of an account or of a card",
            Self::Birth => "a date of birth or an age",
            Self::Flat => "a flat, or a floor and a door",
            Self::Special => {
                "health, origin, religion, opinion, union, sex life or offences of a person"
            }
            Self::Likely => "what reads like the description of a person",
            Self::Script => "letters that the filter cannot read",
            Self::Length => "a text that is too long to judge",
        }
    }
}

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Words of a crew or of the room about what happened.
    Remark,
    /// What crews are told of a site: instructions, access.
    Note,
    /// What a patrol is called, and other words that are no sentence: a column, a mailbox.
    Callsign,
    /// What an account, a token or a patrol goes by, such as `regulation-2`: a post, in letters, digits and signs between words.
    Post,
    /// What a landlord, a site, a hall or a street is called, and what somebody looks for: public words, which hold names
    /// of people and streets.
    PlaceName,
    /// What a register or another program numbers things by.
    Code,
}

/// Every rule but `likely`, which weighs sentences: a callsign is none.
const NAME_OF_A_POST: &[Rule] = &[
    Rule::Phone,
    Rule::Email,
    Rule::Plate,
    Rule::Street,
    Rule::Civility,
    Rule::Person,
    Rule::Identity,
    Rule::Birth,
    Rule::Flat,
    Rule::Special,
    Rule::Script,
    Rule::Length,
];
/// Rules that no name of a place has a reason to break.
const PLACE_NAME: &[Rule] = &[
    Rule::Phone,
    Rule::Email,
    Rule::Plate,
    Rule::Identity,
    Rule::Birth,
    Rule::Civility,
    Rule::Length,
];

/// Rules that a code could break. Codes hold names as places do, and look like plates and telephone numbers: only
/// what is a telephone number as a whole is taken for one.
const CODE: &[Rule] = &[Rule::Email];
/// Of several words, it is a name.
const CODE_OF_WORDS: &[Rule] = &[Rule::Email, Rule::Phone, Rule::Identity, Rule::Civility];
const CODE_THAT_IS_A_NUMBER: &[Rule] = &[Rule::Email, Rule::Phone];
/// Most digits of a telephone number.
const TELEPHONE_DIGITS_MAX: usize = 13;

impl Purpose {
    /// The rules that `text` must keep, which is to be kept for it.
    pub(super) fn rules(self, text: &str) -> &'static [Rule] {
        match self {
            Self::Remark | Self::Note => Rule::ALL,
            Self::Callsign | Self::Post => NAME_OF_A_POST,
            Self::PlaceName => PLACE_NAME,
            Self::Code if text.trim().contains(char::is_whitespace) => CODE_OF_WORDS,
            Self::Code => {
                let digits = text.chars().filter(char::is_ascii_digit).count();
                let is_number = !text.chars().any(char::is_alphabetic);
                if is_number && digits <= TELEPHONE_DIGITS_MAX {
                    CODE_THAT_IS_A_NUMBER
                } else {
                    CODE
                }
            }
        }
    }
}
