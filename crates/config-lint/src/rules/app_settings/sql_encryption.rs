//! The connection to SQL Server will be encrypted by default, and the string does not say so.
//!
//! Microsoft.Data.SqlClient 4.0 and later (EF Core 7 and later) encrypts unless told otherwise and checks the server's certificate. With a
//! server that has only its self-made one the first connection fails: "The certificate chain was issued by an authority that is not
//! trusted" (0x80090325). Install a trusted certificate, or say `TrustServerCertificate=True` or `Encrypt=False` where that is acceptable.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/sql-encryption", Severity::Warning, Some(cause::SQL_ENCRYPTION), record::module_docs!("sql_encryption.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let mut version = None;
    for found in sql_server_strings(app) {
        if found.get(&["encrypt", "trustservercertificate", "trust server certificate"]).is_some() {
            continue;
        }
        let server = found.server().unwrap_or_default().to_ascii_lowercase();
        if server.contains("(localdb)") || server.contains(".database.windows.net") {
            continue;
        }
        // read only where a string asks for it: deps.json is the largest file of an app
        let version = version.get_or_insert_with(|| app.package("Microsoft.Data.SqlClient"));
        let Some(version) = version else { return };
        let major: u32 = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or_default();
        if major < 4 {
            return;
        }
        let finding = rule
            .finding(format!(
                "{} does not say whether to encrypt; SqlClient {version} encrypts by default and fails with a server certificate that is not trusted.",
                found.key
            ))
            .help("Install a trusted certificate in SQL Server, or add TrustServerCertificate=True; or Encrypt=False; knowingly.");
        found.at.tell(app, findings, finding);
    }
}
