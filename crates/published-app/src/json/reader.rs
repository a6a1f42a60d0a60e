//! One door to the readers of all dialects.

use super::text::Text;
use super::token::{SyntaxError, Token};
use super::{cpprest, dotnet, rapid};

/// Whose JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// appsettings and every other file that .NET's configuration reads.
    Configuration,
    /// runtimeconfig.json and deps.json for hosts from .NET 5 on.
    HostRapidJson,
    /// The same for hosts up to .NET Core 3.1.
    HostCppRest,
}

impl Dialect {
    /// The text of a file as that reader sees it.
    pub(crate) fn text(self, bytes: Vec<u8>) -> Text {
        match self {
            Dialect::Configuration => Text::decode(bytes),
            Dialect::HostRapidJson | Dialect::HostCppRest => Text::raw(bytes),
        }
    }
}

/// Reads a text token by token; needs no memory beyond the text.
pub struct Reader<'t>(Inner<'t>);

enum Inner<'t> {
    DotNet(dotnet::Reader<'t>),
    Rapid(rapid::Reader<'t>),
    CppRest(cpprest::Reader<'t>),
}

impl<'t> Reader<'t> {
    pub fn new(text: &'t Text, dialect: Dialect) -> Self {
        Self(match dialect {
            Dialect::Configuration => Inner::DotNet(dotnet::Reader::new(text)),
            Dialect::HostRapidJson => Inner::Rapid(rapid::Reader::new(text)),
            Dialect::HostCppRest => Inner::CppRest(cpprest::Reader::new(text)),
        })
    }

    /// The next token; nothing at the end of a complete document.
    ///
    /// # Errors
    /// What the dialect's reader would report; the reader must not be used any more then.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator of results would go on after an error"
    )]
    pub fn next(&mut self) -> Result<Option<Token>, SyntaxError> {
        match &mut self.0 {
            Inner::DotNet(reader) => reader.next(),
            Inner::Rapid(reader) => reader.next(),
            Inner::CppRest(reader) => reader.next(),
        }
    }
}
