//! There is no `<aspNetCore>` to start from: no web.config, an unreadable one, or one without that section.
//!
//! `config-lint` says what is wrong with the file. A folder on a copied server needs `--root` or `--map`.
