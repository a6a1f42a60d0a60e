//! Values of settings, by what they are: connection strings, secrets, and tokens that should have been replaced.

pub(crate) mod connection_string;
pub(crate) mod placeholder;
pub(crate) mod secret;
