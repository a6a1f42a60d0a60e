//! What can be wrong with a file, as values and in words.
use super::Position;

/// The first thing in a file that is not well-formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} ({position})")]
pub struct ParseError {
    /// What is wrong.
    pub kind: Malformed,
    /// Where, from 1.
    pub position: Position,
    /// Where in the decoded text, in bytes; of undecodable files in the file's bytes.
    pub offset: usize,
}

/// What is wrong with a file. The text is one clause without position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    #[error("the file is empty")]
    Empty,
    #[error("the file is larger than {} MiB", .limit >> 20)]
    TooLarge { limit: usize },
    #[error("more than {limit} elements stand inside each other")]
    TooDeep { limit: usize },
    #[error("the file has more than {limit} {what}")]
    TooMany { what: &'static str, limit: usize },
    #[error(
        "it has a document type definition (<!DOCTYPE), which is refused because it can define entities"
    )]
    Doctype,
    #[error(
        "the bytes are no valid {encoding}; was the file saved in another encoding than it says?"
    )]
    InvalidBytes { encoding: &'static str },
    #[error("the encoding \"{name}\" of the XML declaration is not known")]
    UnknownEncoding { name: String },
    #[error(
        "the XML declaration says {declared}, but the bytes are not; save the file as {declared} or correct the declaration"
    )]
    EncodingContradiction { declared: String },
    #[error("the file looks like UTF-16 but has no byte order mark; save it as UTF-8")]
    Utf16WithoutMark,
    #[error("the character {} is not allowed in XML", Shown(*.character))]
    Character { character: char },
    #[error("there is no element")]
    NoRoot,
    #[error("text stands before the first element")]
    TextBeforeRoot,
    #[error(
        "something stands before the XML declaration; it must be the very first thing in the file"
    )]
    DeclarationNotFirst,
    #[error("the XML declaration is wrong: {what}")]
    Declaration { what: &'static str },
    #[error("text or a second element stands after </{root}>, the end of the document")]
    AfterRoot { root: String },
    #[error("</{found}> closes <{expected}>, which was opened in line {}", .opened.line)]
    Mismatch {
        expected: String,
        found: String,
        opened: Position,
    },
    #[error("the end tag </{name}> closes nothing")]
    UnexpectedEnd { name: String },
    #[error("<{name}>, opened in line {}, is never closed", .opened.line)]
    Unclosed { name: String, opened: Position },
    #[error("a name is expected after \"<\"; a plain < is written &lt;")]
    ElementName,
    #[error("the tag <{name} is not ended with \">\"")]
    TagEnd { name: String },
    #[error("a blank is missing before the attribute {name}")]
    Blank { name: String },
    #[error("the attribute {name} has no value; write {name}=\"...\"")]
    Equals { name: String },
    #[error("the value of the attribute {name} has no quotes around it")]
    Quote { name: String },
    #[error("the value of the attribute {name} is not closed with {quote}")]
    QuoteEnd { name: String, quote: char },
    #[error(
        "\"<\" stands in the value of the attribute {name}; write &lt;, or a closing quote is missing"
    )]
    LessThan { name: String },
    #[error("the attribute {name} is there twice; the first stands in line {}", .first.line)]
    DuplicateAttribute { name: String, first: Position },
    #[error("a plain & stands in the text; write &amp;")]
    Ampersand,
    #[error("the entity &{name}; is not known; write &amp;{name}; if the & is meant")]
    Entity { name: String },
    #[error("the character reference &{text}; names no character that XML allows")]
    CharacterReference { text: String },
    #[error("\"--\" stands inside a comment")]
    CommentHyphens,
    #[error("the {what} is not closed with {end}")]
    UnclosedMarkup {
        what: &'static str,
        end: &'static str,
    },
    #[error("\"]]>\" stands in the text; write ]]&gt;")]
    CdataEnd,
    #[error("\"<!\" begins neither a comment nor a CDATA section")]
    Bang,
    #[error("the processing instruction has no valid name")]
    InstructionName,
}

/// A character a person can recognise: itself if visible, always its number.
struct Shown(char);

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "U+{:04X}", u32::from(self.0))
    }
}
