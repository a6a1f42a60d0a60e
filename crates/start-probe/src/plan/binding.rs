//! What the module and a visitor make of a site's bindings, `PROTOCOL/ADDRESS:PORT:HOST` each.

/// The port of the https bindings, `https/*:443:host`: none where two of them differ, as the module cannot choose.
pub(super) fn https_port(bindings: &[String]) -> Option<u16> {
    let mut ports = bindings
        .iter()
        .filter_map(|binding| binding.strip_prefix("https/"))
        .filter_map(|information| information.rsplit(':').nth(1)?.parse().ok());
    let first = ports.next()?;
    ports.all(|port| port == first).then_some(first)
}

/// The host name of the first binding that has one; none for a site that takes any.
pub(super) fn host(bindings: &[String]) -> Option<String> {
    let names = bindings.iter().filter_map(|binding| {
        let (protocol, information) = binding.split_once('/')?;
        let name = information.rsplit(':').next()?;
        (protocol.starts_with("http") && !name.is_empty()).then_some(name)
    });
    // `*.example.com` takes any name below it.
    names.map(|name| name.replace('*', "www")).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_https_port_is_that_of_the_binding() {
        let bindings = [
            "http/*:80:".to_owned(),
            "https/[::1]:8443:shop.example".to_owned(),
        ];
        assert_eq!(https_port(&bindings), Some(8443));
        assert_eq!(https_port(&["https/broken".to_owned()]), None);
        let two = ["https/*:443:a".to_owned(), "https/*:8443:a".to_owned()];
        assert_eq!(https_port(&two), None, "the module sets none");
        let same = ["https/*:443:a".to_owned(), "https/*:443:b".to_owned()];
        assert_eq!(https_port(&same), Some(443));
    }

    #[test]
    fn a_visitor_comes_by_the_name_of_the_binding() {
        let host = |text: &str| host(&[text.to_owned()]);
        assert_eq!(
            host("http/*:80:shop.example").as_deref(),
            Some("shop.example")
        );
        assert_eq!(
            host("https/[::1]:443:*.shop.example").as_deref(),
            Some("www.shop.example")
        );
        assert_eq!(host("http/*:80:"), None);
        assert_eq!(host("net.tcp/808:*"), None);
    }
}
