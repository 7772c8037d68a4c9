//! [`Filter`]: a filter of named properties, whose kinds go together.

use geo::{BoundingRect as _, Geometry, Rect};

use super::{
    Cql2Error, DEPTH_MAX, Span,
    evaluate::{Feature, Fold, Number, Place, Shape, Test, Text, When},
    node::{Literal, Node, Operator},
    text::depth,
};

/// A property by which features are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: PropertyKind,
}

/// What the values of a property are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyKind {
    /// Words.
    Text,
    /// Numbers.
    Number,
    /// Instants.
    Time,
    /// The shape of the feature.
    Shape,
}

/// A filter that may be asked of any feature with those properties.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(Test);

/// Brings a shape from the system that it is written in to that of features, or says why it cannot.
pub type Frame<'a> = dyn Fn(&Geometry<f64>) -> Result<Geometry<f64>, String> + 'a;

/// What goes into the making of a filter.
struct Making<'a> {
    properties: &'a [Property],
    frame: &'a Frame<'a>,
}

/// What an operand turned out to be.
enum Operand {
    Test(Test),
    Number(Number),
    Text(Text),
    When(When),
    Place(Place),
}

impl Filter {
    /// The filter that is written, over those properties. `frame` brings shapes from the system that they are written in
    /// to that of features.
    ///
    /// # Errors
    ///
    /// [`Cql2Error`] where it names what is not there, or takes together what does not go together.
    pub fn new(node: &Node, properties: &[Property], frame: &Frame<'_>) -> Result<Self, Cql2Error> {
        if depth(node) > 2 * DEPTH_MAX {
            return Err(Cql2Error::TooDeep);
        }
        Making { properties, frame }.test(node, "a filter").map(Self)
    }

    /// Whether a feature passes: what is not known does not.
    #[must_use]
    pub fn passes(&self, feature: &impl Feature) -> bool {
        self.0.of(feature) == Some(true)
    }

    /// A box that has the place of whatever passes, where the filter says one.
    #[must_use]
    pub fn within(&self) -> Option<Rect<f64>> {
        self.0.within()
    }
}

impl Making<'_> {
    fn test(&self, node: &Node, operator: &'static str) -> Result<Test, Cql2Error> {
        match self.operand(node)? {
            Operand::Test(test) => Ok(test),
            _ => Err(Cql2Error::Kinds { operator, expected: "what is true or false" }),
        }
    }

    fn operand(&self, node: &Node) -> Result<Operand, Cql2Error> {
        match node {
            Node::Literal(literal) => self.literal(literal),
            Node::Property(name) => self.property(name),
            Node::List(_) => {
                Err(Cql2Error::Kinds { operator: "a list", expected: "the place behind IN" })
            }
            Node::Call(operator, operands) => self.call(*operator, operands),
        }
    }

    fn literal(&self, literal: &Literal) -> Result<Operand, Cql2Error> {
        Ok(match literal {
            Literal::Truth(truth) => Operand::Test(Test::Literal(*truth)),
            Literal::Number(number) => Operand::Number(Number::Literal(*number)),
            Literal::Text(text) => Operand::Text(Text::Literal(text.clone())),
            Literal::Time(span) => Operand::When(When::Literal(*span)),
            Literal::Shape(shape) => {
                let shape = (self.frame)(shape).map_err(Cql2Error::Shape)?;
                let rect = shape.bounding_rect();
                Operand::Place(Place::Literal(Box::new(Shape { shape, rect })))
            }
        })
    }

    fn property(&self, name: &str) -> Result<Operand, Cql2Error> {
        let at = self.properties.iter().position(|property| property.name == name);
        let at = at.ok_or_else(|| Cql2Error::UnknownProperty(name.chars().take(64).collect()))?;
        Ok(match self.properties[at].kind {
            PropertyKind::Text => Operand::Text(Text::Property(at)),
            PropertyKind::Number => Operand::Number(Number::Property(at)),
            PropertyKind::Time => Operand::When(When::Property(at)),
            PropertyKind::Shape => Operand::Place(Place::Property),
        })
    }

    fn call(&self, operator: Operator, operands: &[Node]) -> Result<Operand, Cql2Error> {
        use Operator as O;
        let name = operator.name();
        match operator {
            O::And | O::Or => {
                let tests = operands.iter().map(|one| self.test(one, name));
                let tests = tests.collect::<Result<Vec<_>, _>>()?;
                if tests.len() < 2 {
                    return Err(Cql2Error::Kinds {
                        operator: name,
                        expected: "two operands or more",
                    });
                }
                Ok(Operand::Test(if operator == O::And {
                    Test::And(tests)
                } else {
                    Test::Or(tests)
                }))
            }
            O::Not => {
                let [one] = counted(name, operands, "one operand")?;
                Ok(Operand::Test(Test::Not(Box::new(self.test(one, name)?))))
            }
            O::Equal | O::NotEqual | O::Less | O::Greater | O::AtMost | O::AtLeast => {
                let [left, right] = counted(name, operands, "two operands")?;
                self.comparison(operator, left, right).map(Operand::Test)
            }
            O::Like => {
                let [what, pattern] = counted(name, operands, "a text and a pattern")?;
                let expected = "a text and a pattern without properties";
                let wrong = Cql2Error::Kinds { operator: name, expected };
                let (Operand::Text(what), Operand::Text(pattern)) =
                    (self.operand(what)?, self.operand(pattern)?)
                else {
                    return Err(wrong);
                };
                let pattern = pattern.alone().ok_or(wrong)?;
                Ok(Operand::Test(Test::Like(what, pattern)))
            }
            O::Between => {
                let [what, low, high] = counted(name, operands, "three operands")?;
                let both = [
                    self.comparison(O::AtLeast, what, low)?,
                    self.comparison(O::AtMost, what, high)?,
                ];
                Ok(Operand::Test(Test::And(both.into())))
            }
            O::In => {
                let [what, list] = counted(name, operands, "an operand and a list")?;
                let Node::List(list) = list else {
                    return Err(Cql2Error::Kinds { operator: name, expected: "a list" });
                };
                let each = list.iter().map(|one| self.comparison(O::Equal, what, one));
                Ok(Operand::Test(Test::Or(each.collect::<Result<_, _>>()?)))
            }
            O::IsNull => {
                let [what] = counted(name, operands, "one operand")?;
                let what = match what {
                    Node::Property(_) => self.operand(what)?,
                    _ => return Err(Cql2Error::Kinds { operator: name, expected: "a property" }),
                };
                Ok(Operand::Test(match what {
                    Operand::Text(Text::Property(at))
                    | Operand::Number(Number::Property(at))
                    | Operand::When(When::Property(at)) => Test::IsNull(Some(at)),
                    _ => Test::IsNull(None),
                }))
            }
            O::Casei | O::Accenti => {
                let [what] = counted(name, operands, "one text")?;
                match self.operand(what)? {
                    Operand::Text(text) => Ok(Operand::Text(Text::Folded(
                        Box::new(text),
                        if operator == O::Casei { Fold::Case } else { Fold::Accents },
                    ))),
                    _ => Err(Cql2Error::Kinds { operator: name, expected: "a text" }),
                }
            }
            O::Plus | O::Minus | O::Times | O::Over | O::Modulo | O::Div | O::Power => {
                let [left, right] = counted(name, operands, "two numbers")?;
                match (self.operand(left)?, self.operand(right)?) {
                    (Operand::Number(left), Operand::Number(right)) => {
                        let both = Box::new((left, right));
                        Ok(Operand::Number(Number::Made(operator, both)))
                    }
                    _ => Err(Cql2Error::Kinds { operator: name, expected: "numbers" }),
                }
            }
            O::Interval => {
                let [from, to] = counted(name, operands, "two times")?;
                let both = Box::new((self.end(from)?, self.end(to)?));
                Ok(Operand::When(When::Interval(both)))
            }
            _ if name.starts_with("s_") => {
                let [left, right] = counted(name, operands, "two shapes")?;
                match (self.operand(left)?, self.operand(right)?) {
                    (Operand::Place(left), Operand::Place(right)) => {
                        let meets = matches!(operator, O::SIntersects | O::SDisjoint);
                        if !meets && (left.is_collection() || right.is_collection()) {
                            let expected = "no collection of shapes, whose parts may overlap";
                            return Err(Cql2Error::Kinds { operator: name, expected });
                        }
                        Ok(Operand::Test(Test::Spatial(operator, left, right)))
                    }
                    _ => Err(Cql2Error::Kinds { operator: name, expected: "shapes" }),
                }
            }
            _ => {
                let [left, right] = counted(name, operands, "two times")?;
                match (self.operand(left)?, self.operand(right)?) {
                    (Operand::When(left), Operand::When(right)) => {
                        Ok(Operand::Test(Test::Temporal(operator, left, right)))
                    }
                    _ => Err(Cql2Error::Kinds { operator: name, expected: "times" }),
                }
            }
        }
    }

    fn comparison(&self, operator: Operator, left: &Node, right: &Node) -> Result<Test, Cql2Error> {
        let expected = "two numbers, two texts, two times or two truths";
        Ok(match (self.operand(left)?, self.operand(right)?) {
            (Operand::Number(a), Operand::Number(b)) => Test::Numbers(operator, a, b),
            (Operand::Text(a), Operand::Text(b)) => Test::Texts(operator, a, b),
            (Operand::When(a), Operand::When(b)) => Test::Times(operator, a, b),
            (Operand::Test(a), Operand::Test(b)) => Test::Truths(operator, Box::new((a, b))),
            _ => return Err(Cql2Error::Kinds { operator: operator.name(), expected }),
        })
    }

    /// An end of an interval; none where it is open.
    fn end(&self, node: &Node) -> Result<Option<When>, Cql2Error> {
        match node {
            Node::Literal(Literal::Text(text)) => Ok(Span::end(text)?.map(When::Literal)),
            Node::Literal(Literal::Time(span)) => Ok(Some(When::Literal(*span))),
            other => match self.operand(other)? {
                Operand::When(when @ When::Property(_)) => Ok(Some(when)),
                _ => Err(Cql2Error::Kinds { operator: "interval", expected: "two times" }),
            },
        }
    }
}

fn counted<'a, const N: usize>(
    operator: &'static str,
    operands: &'a [Node],
    expected: &'static str,
) -> Result<&'a [Node; N], Cql2Error> {
    operands.try_into().map_err(|_others| Cql2Error::Kinds { operator, expected })
}
