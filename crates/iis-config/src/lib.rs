//! IIS configuration files: what they say, where they say it, and what IIS makes of them together.
//!
//! - [`document`]: one file. Bytes of any encoding IIS accepts become elements and attributes with 1-based line and
//!   column; edits leave every other byte as it was. What is not well-formed is told with its position and in words.
//! - [`asp_net_core`]: the typed `<aspNetCore>` element, each attribute with its raw text and place.
//! - [`schema`]: which sections, elements and attributes exist and which values they take (IIS's own schema format).
//! - [`server`]: sites, applications, virtual directories and pools of an `applicationHost.config`.
//! - [`effective`]: the sections that are in force for a virtual path, merged down the chain as IIS merges them.
//! - [`source`]: files that were read, and places in them.
//! - [`windows_path`]: Windows paths as text, the same on every host, and where they lie in a copied server.
//! - [`environment`]: names that ignore case and `%VAR%` expansion.
//!
//! Nothing here prints or knows records; a file that is wrong is a value ([`document::Malformed`],
//! [`effective::Violation`]), a file that cannot be read an error.
pub mod asp_net_core;
pub mod document;
pub mod effective;
pub mod environment;
pub mod schema;
pub mod server;
pub mod source;
pub mod windows_path;
