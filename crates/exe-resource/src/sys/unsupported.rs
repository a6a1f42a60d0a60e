//! Nothing to embed: neither ELF nor Mach-O knows resources.

/// Puts the manifest and the version of the calling package into its executable; nothing on this system.
#[macro_export]
macro_rules! embed {
    () => {};
}
