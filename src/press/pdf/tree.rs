//! [`Tree`]: the order in which a page is read, and what each part of it is.

/// What a part of a document is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// The title of the document.
    Title(String),
    /// A heading in it.
    Heading(String),
    /// A paragraph.
    Paragraph,
    /// Paragraphs that belong together.
    Division,
    /// A table, and what it tells.
    Table(String),
    /// The heads of its columns.
    Heads,
    /// Its rows.
    Rows,
    /// One of them.
    Row,
    /// The head of a column.
    ColumnHead,
    /// The head of a row.
    RowHead,
    /// A cell.
    Cell,
    /// A drawing, and the words for whoever does not see it.
    Figure(String),
}

/// A part with what is in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// Other parts.
    Group(Part, Vec<Node>),
    /// What is drawn in one run.
    Leaf(usize),
}

/// The parts in the order of reading.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Finished parts.
    pub nodes: Vec<Node>,
    /// How many leaves there are.
    pub leaves: usize,
    open: Vec<(Part, Vec<Node>)>,
}

impl Tree {
    /// Begins a part.
    pub fn open(&mut self, part: Part) {
        self.open.push((part, Vec::new()));
    }

    /// Ends the part that was begun last.
    pub fn close(&mut self) {
        if let Some((part, children)) = self.open.pop() {
            self.add(Node::Group(part, children));
        }
    }

    /// Adds a leaf to the part that is open; returns its number.
    pub fn leaf(&mut self) -> usize {
        let number = self.leaves;
        self.leaves += 1;
        self.add(Node::Leaf(number));
        number
    }

    fn add(&mut self, node: Node) {
        match self.open.last_mut() {
            Some((_, children)) => children.push(node),
            None => self.nodes.push(node),
        }
    }
}
