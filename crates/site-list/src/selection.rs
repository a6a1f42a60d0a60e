//! Which sites, pools and applications are asked for.
use anyhow::Context as _;
use glob::Pattern;
use iis_config::environment::fold;

use crate::args::ServerArgs;

/// Patterns, compared without regard to case; none of a kind selects all.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    sites: Vec<Pattern>,
    pools: Vec<Pattern>,
    apps: Vec<Pattern>,
}

impl Selection {
    /// # Errors
    /// A pattern that is none.
    pub(crate) fn new(args: &ServerArgs) -> anyhow::Result<Self> {
        let patterns = |texts: &[String]| -> anyhow::Result<Vec<Pattern>> {
            let pattern = |text: &String| {
                Pattern::new(&plain_brackets(&fold(text)))
                    .with_context(|| format!("'{text}' is no pattern"))
            };
            texts.iter().map(pattern).collect()
        };
        Ok(Self {
            sites: patterns(&args.site)?,
            pools: patterns(&args.pool)?,
            apps: patterns(&args.app)?,
        })
    }

    pub(crate) fn has_site(&self, name: &str) -> bool {
        any(&self.sites, name)
    }

    pub(crate) fn has_app(&self, path: &str, pool: &str) -> bool {
        any(&self.apps, path) && any(&self.pools, pool)
    }

    /// A folder has no site and no pool: asking for one selects none.
    pub(crate) fn has_folder(&self, path: &str) -> bool {
        self.sites.is_empty() && self.pools.is_empty() && any(&self.apps, path)
    }
}

/// Brackets are characters of a name here: only `*` and `?` stand for others.
fn plain_brackets(text: &str) -> String {
    text.replace('[', "[[]")
}

fn any(patterns: &[Pattern], text: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|p| p.matches(&fold(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(site: &[&str], pool: &[&str], app: &[&str]) -> Selection {
        let owned = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect();
        let args = ServerArgs {
            site: owned(site),
            pool: owned(pool),
            app: owned(app),
            ..ServerArgs::default()
        };
        Selection::new(&args).unwrap()
    }

    #[test]
    fn patterns_ignore_case_and_add_up() {
        let all = selection(&[], &[], &[]);
        assert!(all.has_site("Shop") && all.has_app("/", "P") && all.has_folder("/srv/x"));
        let some = selection(&["SHOP*", "ä?"], &["p"], &["/api*"]);
        assert!(some.has_site("shop two") && some.has_site("ÄB") && !some.has_site("my shop"));
        assert!(
            some.has_app("/API/v1", "P") && !some.has_app("/", "P") && !some.has_app("/api", "Q")
        );
        assert!(!some.has_folder("/api"));
        let brackets = selection(&["[x", "a[bc]*", "d]"], &[], &[]);
        assert!(brackets.has_site("[X") && brackets.has_site("A[bc] d") && brackets.has_site("d]"));
        assert!(!brackets.has_site("ab"));
    }
}
