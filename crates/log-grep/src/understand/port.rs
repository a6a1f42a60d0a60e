//! An app that listens, but not where the module looks for it.

use crate::signature::Catalogue;
use crate::sources::Reading;

/// Codes of the signatures by which the module says that nothing listened on the port it gave.
const NOT_LISTENING: &[&str] = &["code-8027025a", "ancm-wrong-port", "ancm-gave-up"];

/// True where the log has the module's word that nothing listened: what the app itself says about
/// listening is then no sign of a healthy start.
pub(super) fn was_missed(catalogue: &Catalogue, reading: &Reading) -> bool {
    NOT_LISTENING
        .iter()
        .any(|code| has(catalogue, reading, code))
}

fn has(catalogue: &Catalogue, reading: &Reading, code: &str) -> bool {
    catalogue
        .find(code)
        .is_some_and(|index| reading.hits.iter().any(|hit| hit.signature == index))
}

/// Turns "nothing listened in time" into "listens elsewhere" where the app said, in the same log, that
/// it listens on another port than the assigned one.
pub(super) fn turn(catalogue: &Catalogue, reading: &mut Reading) {
    let (Some(timed_out), Some(listening), Some(elsewhere)) = (
        catalogue.find("code-8027025a"),
        catalogue.find("app-listening"),
        catalogue.find("ancm-wrong-port"),
    ) else {
        return;
    };
    let heard = reading
        .hits
        .iter()
        .filter(|hit| hit.signature == listening)
        .filter_map(|hit| port(hit.captures.get("address")?))
        .collect::<Vec<_>>();
    // the port is in the events' fixed text, whichever of them was captured
    let given: Vec<String> = reading
        .hits
        .iter()
        .filter_map(|hit| hit.captures.get("port").cloned())
        .collect();
    let is_elsewhere =
        !heard.is_empty() && !given.is_empty() && !heard.iter().any(|port| given.contains(port));
    if is_elsewhere {
        for hit in reading
            .hits
            .iter_mut()
            .filter(|hit| hit.signature == timed_out)
        {
            hit.signature = elsewhere;
            hit.captures
                .insert("listens_on".to_owned(), heard.join(", "));
            if let Some(port) = given.first() {
                hit.captures.insert("port".to_owned(), port.clone());
            }
        }
    }
}

/// `5000` of `http://localhost:5000`.
fn port(address: &str) -> Option<String> {
    let (_, port) = address.trim_end_matches('/').rsplit_once(':')?;
    port.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| port.to_owned())
}
