//! [`Ink`]: the few colours of a page.

/// A colour with a meaning. All differ in lightness, so that a grey printer keeps them apart; blue and ochre are
/// told apart by every kind of colour blindness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Text.
    Text,
    /// What is said beside.
    Muted,
    /// Rules and axes.
    Rule,
    /// The ground of a figure.
    Wash,
    /// Paper.
    Paper,
    /// What the figure is about.
    Accent,
    /// What it is compared with.
    Usual,
    /// Water on a map.
    Water,
    /// Parks on a map.
    Green,
    /// Streets on a map.
    Street,
    /// A step of the sequence from little to much, an index into [`SHADES`].
    Shade(u8),
}

/// From little to much: one hue, even steps of lightness.
pub const SHADES: [u32; 6] = [0xeef3f7, 0xcfdfec, 0xa3c1da, 0x6f9cc2, 0x3b729f, 0x164a75];

impl Ink {
    /// Red, green and blue, 8 bits each.
    #[must_use]
    pub const fn rgb(self) -> u32 {
        match self {
            Self::Text => 0x16_22_2e,
            Self::Muted => 0x55_62_6e,
            Self::Rule => 0xc3_cb_d2,
            Self::Wash => 0xf4_f6_f8,
            Self::Paper => 0xff_ff_ff,
            Self::Accent => 0x16_4a_75,
            Self::Usual => 0xc9_8a_1b,
            Self::Water => 0xd9_e6_ee,
            Self::Green => 0xe6_ee_e0,
            Self::Street => 0xe2_e3_e3,
            Self::Shade(step) => {
                let last = SHADES.len() - 1;
                SHADES[if (step as usize) < last { step as usize } else { last }]
            }
        }
    }

    /// The colour of text that stands on this one.
    #[must_use]
    pub const fn text_on(self) -> Self {
        match self {
            Self::Shade(4..) | Self::Accent => Self::Paper,
            _ => Self::Text,
        }
    }
}
