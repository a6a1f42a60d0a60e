//! The two requests that the module makes of a started app, over plain HTTP on loopback.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// An answer's head is cut off here; Kestrel itself allows 32 KiB.
const HEAD: usize = 64 * 1024;
/// How long a read blocks before `stop` is asked again.
const SLICE: Duration = Duration::from_millis(50);

/// Where the app is and what it was told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct App<'a> {
    pub(crate) port: u16,
    pub(crate) token: &'a str,
    /// Virtual path of the application, `/` for the root.
    pub(crate) virtual_path: &'a str,
    /// The host name that a visitor asks for: the module hands it on, and AllowedHosts looks at it.
    pub(crate) host: &'a str,
}

/// What the app answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// From the connect to the end of the answer's head.
    pub(crate) elapsed: Duration,
}

impl App<'_> {
    /// `GET` of the application's root, with the headers that the module adds to a forwarded request.
    ///
    /// # Errors
    /// No connection, no answer within `limit` (`TimedOut`), something that is no HTTP, or `stop` said so (`Interrupted`).
    pub(crate) fn get(&self, limit: Duration, stop: &dyn Fn() -> bool) -> io::Result<Answer> {
        let path = match self.virtual_path {
            "" | "/" => "/".to_owned(),
            path => format!("{}/", path.trim_end_matches('/')),
        };
        self.send(
            "GET",
            &path,
            "X-Forwarded-For: 127.0.0.1:49152\r\nX-Forwarded-Proto: http\r\nAccept: */*\r\n",
            limit,
            stop,
        )
    }

    /// Asks the app to shut down; IIS integration answers 202.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub(crate) fn shut_down(&self, limit: Duration, stop: &dyn Fn() -> bool) -> io::Result<Answer> {
        let path = format!("{}/iisintegration", self.virtual_path.trim_end_matches('/'));
        self.send(
            "POST",
            &path,
            "MS-ASPNETCORE-EVENT: shutdown\r\nContent-Length: 0\r\n",
            limit,
            stop,
        )
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        limit: Duration,
        stop: &dyn Fn() -> bool,
    ) -> io::Result<Answer> {
        let start = Instant::now();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream = TcpStream::connect_timeout(&address, limit.max(SLICE))?;
        stream.set_read_timeout(Some(SLICE))?;
        stream.set_write_timeout(Some(limit.max(SLICE)))?;
        // One write: what is not ASCII in a virtual path goes percent-encoded as in any URL.
        let request = format!(
            "{method} {} HTTP/1.1\r\nHost: {}\r\nMS-ASPNETCORE-TOKEN: {}\r\n{headers}Connection: close\r\n\r\n",
            encode(path),
            header_value(self.host),
            header_value(self.token),
        );
        stream.write_all(request.as_bytes())?;
        let mut head = Vec::new();
        let mut piece = [0; 4096];
        loop {
            let read = match stream.read(&mut piece) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => read,
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock
                            | io::ErrorKind::TimedOut
                            | io::ErrorKind::Interrupted
                    ) =>
                {
                    0
                }
                Err(error) => return Err(error),
            };
            head.extend_from_slice(piece.get(..read).unwrap_or_default());
            if let Some(status) = status(&head)? {
                return Ok(Answer {
                    status,
                    elapsed: start.elapsed(),
                });
            }
            if stop() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if start.elapsed() >= limit {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
    }
}

/// The status of the final answer; none while its head is not complete. `100 Continue` and its like are skipped.
fn status(mut head: &[u8]) -> io::Result<Option<u16>> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 128];
        let mut answer = httparse::Response::new(&mut headers);
        match answer.parse(head) {
            Ok(httparse::Status::Complete(length)) => match answer.code {
                Some(100..=199) => head = head.get(length..).unwrap_or_default(),
                code => return Ok(code),
            },
            Ok(httparse::Status::Partial) if head.len() < HEAD => return Ok(None),
            Ok(httparse::Status::Partial) => return Err(io::ErrorKind::InvalidData.into()),
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        }
    }
}

/// Percent-encodes what may not stand in a request line.
fn encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// A token of web.config may hold anything; a line end in it must not become a header of its own.
fn header_value(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    /// A server for one request: gives what it got, answers with `answer`.
    fn serve(answer: &'static [u8]) -> (u16, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut got = Vec::new();
            let mut piece = [0; 1024];
            while !got.windows(4).any(|end| end == b"\r\n\r\n") {
                let read = stream.read(&mut piece).unwrap();
                got.extend_from_slice(&piece[..read]);
            }
            stream.write_all(answer).unwrap();
            String::from_utf8(got).unwrap()
        });
        (port, server)
    }

    fn app(port: u16, virtual_path: &str) -> App<'_> {
        App {
            port,
            token: "secret\r\nX: y",
            virtual_path,
            host: "shop.example",
        }
    }

    const LIMIT: Duration = Duration::from_secs(5);

    #[test]
    fn the_request_is_the_modules() {
        let (port, server) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(
            app(port, "/sh\u{f6}p")
                .get(LIMIT, &|| false)
                .unwrap()
                .status,
            200
        );
        let got = server.join().unwrap();
        assert!(got.starts_with("GET /sh%C3%B6p/ HTTP/1.1\r\n"), "{got}");
        assert!(
            got.contains("\r\nMS-ASPNETCORE-TOKEN: secretX: y\r\n"),
            "{got}"
        );
        assert!(got.contains("\r\nHost: shop.example\r\n"), "{got}");
    }

    #[test]
    fn shutdown_goes_below_the_application() {
        let (port, server) = serve(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n");
        assert_eq!(
            app(port, "/").shut_down(LIMIT, &|| false).unwrap().status,
            202
        );
        let got = server.join().unwrap();
        assert!(
            got.starts_with("POST /iisintegration HTTP/1.1\r\n"),
            "{got}"
        );
        assert!(
            got.contains("\r\nMS-ASPNETCORE-EVENT: shutdown\r\n"),
            "{got}"
        );
    }

    #[test]
    fn no_http_and_no_answer_are_errors() {
        let (port, _server) = serve(b"220 mail.example ESMTP\r\n");
        let error = app(port, "/").get(LIMIT, &|| false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        let error = app(port, "/")
            .get(Duration::from_millis(120), &|| false)
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let error = app(port, "/").get(LIMIT, &|| true).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::Interrupted);
    }

    #[test]
    fn an_endless_head_is_cut_off() {
        let mut head = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
        head.resize(HEAD, b'x');
        assert!(status(&head).is_err());
    }
}
