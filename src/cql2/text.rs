//! [`read_text`]: CQL2 text.

use super::{
    Cql2Error, DEPTH_MAX, LENGTH_MAX, Span,
    node::{Literal, Node, Operator},
    shape,
    tokens::{Token, Word, tokens},
};

/// Reads a filter in CQL2 text. O(length).
///
/// # Errors
///
/// [`Cql2Error`] that says where it cannot be read.
pub fn read_text(text: &str) -> Result<Node, Cql2Error> {
    if text.len() > LENGTH_MAX {
        return Err(Cql2Error::TooLong);
    }
    let mut reader = Reader { tokens: tokens(text)?, next: 0, depth: 0, corners: 0 };
    let filter = reader.either()?;
    match reader.word() {
        Word::End => Ok(filter),
        _ => Err(reader.unexpected("the end, or an operator")),
    }
}

/// Where the reading has got.
pub struct Reader {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    /// Corners of shapes so far.
    pub corners: usize,
}

impl Reader {
    /// The word that comes next.
    pub fn word(&self) -> &Word {
        // The last one is never passed.
        &self.tokens[self.next.min(self.tokens.len() - 1)].word
    }

    /// Something else should stand here.
    pub fn unexpected(&self, expected: &'static str) -> Cql2Error {
        let at = self.tokens[self.next.min(self.tokens.len() - 1)].at;
        Cql2Error::Unexpected { at, expected }
    }

    /// Passes that sign, where it comes next.
    pub fn sign(&mut self, sign: &str) -> bool {
        let found = *self.word() == Word::Sign(match_sign(sign));
        self.next += usize::from(found);
        found
    }

    /// Passes that sign.
    ///
    /// # Errors
    ///
    /// Where another word comes.
    pub fn need(&mut self, sign: &'static str) -> Result<(), Cql2Error> {
        if self.sign(sign) { Ok(()) } else { Err(self.unexpected(sign)) }
    }

    /// Passes that keyword, whatever its capitals, where it comes next.
    pub fn keyword(&mut self, keyword: &str) -> bool {
        let found = matches!(self.word(), Word::Name(name) if name.eq_ignore_ascii_case(keyword));
        self.next += usize::from(found);
        found
    }

    /// Passes a number with its sign.
    ///
    /// # Errors
    ///
    /// Where another word comes.
    pub fn number(&mut self) -> Result<f64, Cql2Error> {
        let minus = self.sign("-");
        if !minus {
            self.sign("+");
        }
        let Word::Number(number) = *self.word() else { return Err(self.unexpected("a number")) };
        self.next += 1;
        Ok(if minus { -number } else { number })
    }

    /// What `read` reads, one deeper.
    pub fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Cql2Error>,
    ) -> Result<T, Cql2Error> {
        if self.depth == DEPTH_MAX {
            return Err(Cql2Error::TooDeep);
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    fn either(&mut self) -> Result<Node, Cql2Error> {
        let mut all = vec![self.both()?];
        while self.keyword("or") {
            all.push(self.both()?);
        }
        Ok(joined(Operator::Or, all))
    }

    fn both(&mut self) -> Result<Node, Cql2Error> {
        let mut all = vec![self.negated()?];
        while self.keyword("and") {
            all.push(self.negated()?);
        }
        Ok(joined(Operator::And, all))
    }

    fn negated(&mut self) -> Result<Node, Cql2Error> {
        if self.keyword("not") {
            let what = self.deeper(Self::negated)?;
            return Ok(Node::Call(Operator::Not, vec![what]));
        }
        self.predicate()
    }

    fn predicate(&mut self) -> Result<Node, Cql2Error> {
        let left = self.sum()?;
        for (sign, operator) in [
            ("=", Operator::Equal),
            ("<>", Operator::NotEqual),
            ("<=", Operator::AtMost),
            (">=", Operator::AtLeast),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ] {
            if self.sign(sign) {
                let right = self.sum()?;
                return Ok(Node::Call(operator, vec![left, right]));
            }
        }
        if self.keyword("is") {
            let not = self.keyword("not");
            if !self.keyword("null") {
                return Err(self.unexpected("NULL"));
            }
            return Ok(negated_if(not, Node::Call(Operator::IsNull, vec![left])));
        }
        let not = self.keyword("not");
        if self.keyword("like") {
            let pattern = self.sum()?;
            return Ok(negated_if(not, Node::Call(Operator::Like, vec![left, pattern])));
        }
        if self.keyword("between") {
            let low = self.sum()?;
            if !self.keyword("and") {
                return Err(self.unexpected("AND"));
            }
            let high = self.sum()?;
            return Ok(negated_if(not, Node::Call(Operator::Between, vec![left, low, high])));
        }
        if self.keyword("in") {
            self.need("(")?;
            let list = Node::List(self.list(Self::sum)?);
            return Ok(negated_if(not, Node::Call(Operator::In, vec![left, list])));
        }
        if not { Err(self.unexpected("LIKE, BETWEEN or IN")) } else { Ok(left) }
    }

    fn sum(&mut self) -> Result<Node, Cql2Error> {
        let mut left = self.product()?;
        loop {
            let operator = match () {
                () if self.sign("+") => Operator::Plus,
                () if self.sign("-") => Operator::Minus,
                () => return Ok(left),
            };
            left = self.grown(operator, left, Self::product)?;
        }
    }

    fn product(&mut self) -> Result<Node, Cql2Error> {
        let mut left = self.power()?;
        loop {
            let operator = match () {
                () if self.sign("*") => Operator::Times,
                () if self.sign("/") => Operator::Over,
                () if self.sign("%") => Operator::Modulo,
                () if self.keyword("div") => Operator::Div,
                () => return Ok(left),
            };
            left = self.grown(operator, left, Self::power)?;
        }
    }

    /// A chain of operators nests to the left, and is as deep as it is long.
    fn grown(
        &mut self,
        operator: Operator,
        left: Node,
        right: fn(&mut Self) -> Result<Node, Cql2Error>,
    ) -> Result<Node, Cql2Error> {
        let node = Node::Call(operator, vec![left, right(self)?]);
        if depth(&node) > DEPTH_MAX { Err(Cql2Error::TooDeep) } else { Ok(node) }
    }

    fn power(&mut self) -> Result<Node, Cql2Error> {
        let base = self.signed()?;
        if !self.sign("^") {
            return Ok(base);
        }
        let exponent = self.deeper(Self::power)?;
        Ok(Node::Call(Operator::Power, vec![base, exponent]))
    }

    fn signed(&mut self) -> Result<Node, Cql2Error> {
        if self.sign("+") {
            return self.deeper(Self::signed);
        }
        if !self.sign("-") {
            return self.atom();
        }
        match self.deeper(Self::signed)? {
            Node::Literal(Literal::Number(number)) => Ok(Node::Literal(Literal::Number(-number))),
            other => {
                let minus_one = Node::Literal(Literal::Number(-1.0));
                Ok(Node::Call(Operator::Times, vec![minus_one, other]))
            }
        }
    }

    fn atom(&mut self) -> Result<Node, Cql2Error> {
        if self.sign("(") {
            let inside = self.deeper(Self::either)?;
            self.need(")")?;
            return Ok(inside);
        }
        let word = self.word().clone();
        let atom = match word {
            Word::Number(number) => Node::Literal(Literal::Number(number)),
            Word::Text(text) => Node::Literal(Literal::Text(text)),
            Word::Quoted(name) => Node::Property(name),
            Word::Name(name) => {
                self.next += 1;
                return self.named(name);
            }
            Word::Sign(_) | Word::End => return Err(self.unexpected("a property or a value")),
        };
        self.next += 1;
        Ok(atom)
    }

    /// What begins with that name, which is passed.
    fn named(&mut self, name: String) -> Result<Node, Cql2Error> {
        let small = name.to_ascii_lowercase();
        match small.as_str() {
            "true" | "false" => return Ok(Node::Literal(Literal::Truth(small == "true"))),
            "and" | "or" | "not" | "is" | "null" | "like" | "between" | "in" | "div" => {
                self.next -= 1;
                return Err(self.unexpected("a property or a value"));
            }
            _ => {}
        }
        if let Some(shape) = shape::of_text(&small, self)? {
            return Ok(Node::Literal(Literal::Shape(shape)));
        }
        if *self.word() != Word::Sign("(") {
            return Ok(Node::Property(name));
        }
        match small.as_str() {
            "date" => self.time(Span::day),
            "timestamp" => self.time(Span::instant),
            "interval" => {
                self.need("(")?;
                let ends = self.list(Self::end)?;
                Ok(Node::Call(Operator::Interval, ends))
            }
            _ => {
                let Some(operator) = Operator::of_function(&small) else {
                    self.next -= 1;
                    return Err(self.unexpected("a function that is known here"));
                };
                self.need("(")?;
                let operands = self.deeper(|it| it.list(Self::either))?;
                Ok(Node::Call(operator, operands))
            }
        }
    }

    fn time(&mut self, read: fn(&str) -> Result<Span, Cql2Error>) -> Result<Node, Cql2Error> {
        self.need("(")?;
        let Word::Text(text) = self.word().clone() else {
            return Err(self.unexpected("a time in quotes"));
        };
        self.next += 1;
        self.need(")")?;
        Ok(Node::Literal(Literal::Time(read(&text)?)))
    }

    /// An end of an interval: a time in quotes, `'..'`, or whatever is a time.
    fn end(&mut self) -> Result<Node, Cql2Error> {
        self.deeper(Self::sum)
    }

    /// What stands before the closing bracket, one after the other.
    fn list(
        &mut self,
        read: fn(&mut Self) -> Result<Node, Cql2Error>,
    ) -> Result<Vec<Node>, Cql2Error> {
        let mut all = vec![self.deeper(read)?];
        while self.sign(",") {
            all.push(self.deeper(read)?);
        }
        self.need(")")?;
        Ok(all)
    }
}

/// The sign as the words have it.
fn match_sign(sign: &str) -> &'static str {
    const ALL: [&str; 15] =
        ["<>", "<=", ">=", "<", ">", "=", "(", ")", ",", "+", "-", "*", "/", "%", "^"];
    ALL.into_iter().find(|known| *known == sign).unwrap_or("")
}

fn joined(operator: Operator, mut all: Vec<Node>) -> Node {
    if all.len() == 1 { all.remove(0) } else { Node::Call(operator, all) }
}

fn negated_if(not: bool, node: Node) -> Node {
    if not { Node::Call(Operator::Not, vec![node]) } else { node }
}

/// How deep a node is.
pub fn depth(node: &Node) -> usize {
    match node {
        Node::Literal(_) | Node::Property(_) => 1,
        Node::List(all) | Node::Call(_, all) => 1 + all.iter().map(depth).max().unwrap_or(0),
    }
}
