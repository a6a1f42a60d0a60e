//! JSON with line and column, read by the rules of the program that will read it at run time.

mod cpprest;
mod document;
mod dotnet;
mod mistake;
mod rapid;
mod reader;
mod settings;
mod text;
mod token;

pub use document::{Broken, Document, Member, Value, ValueKind, unescape};
pub use mistake::{Mistake, MistakeKind, TextEdit};
pub use reader::{Dialect, Reader};
pub use settings::{Setting, Settings, SettingsError};
pub use text::{Encoding, Position, Text};
pub use token::{ErrorKind, SyntaxError, Token, TokenKind};
