//! A few calls over HTTP: enough to see whether the server is ready, and to set its first password.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(5);

/// Whether the server says that it is ready.
pub(super) fn is_ready(port: u16) -> bool {
    call(port, "GET", "/nacos/v3/admin/core/state/readiness", "").is_ok_and(|answer| answer.contains("\"code\":0"))
}

/// Sets the password of the administrator `nacos`, which works once. The answer.
pub(super) fn set_password(port: u16, password: &str) -> io::Result<String> {
    call(port, "POST", "/nacos/v3/auth/user/admin", &format!("password={password}"))
}

/// The whole answer, head and body.
fn call(port: u16, method: &str, path: &str, form: &str) -> io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let length = form.len();
    // in one piece: a server may answer before the second comes
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{form}"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_server_is_ready_when_it_says_so() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there are free ports");
        let port = listener.local_addr().expect("it is bound").port();
        let server = std::thread::spawn(move || {
            for answer in [r#"{"code":30000,"message":"server error"}"#, r#"{"code":0,"message":"success","data":"ok"}"#] {
                let (mut stream, _) = listener.accept().expect("somebody asks");
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let question: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
                assert_eq!(question[0], "GET /nacos/v3/admin/core/state/readiness HTTP/1.1");
                write!(stream, "HTTP/1.1 200 \r\nConnection: close\r\n\r\n{answer}").expect("it listens");
            }
        });
        assert!(!is_ready(port));
        assert!(is_ready(port));
        server.join().expect("it answered both");
        assert!(!is_ready(port), "nobody is there any more");
    }
}
