//! What the name server knows: asked in its own protocol, since starting Java for it takes seconds.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(3);

/// "Which brokers are there?"
const CLUSTER_INFO: &str = r#"{"code":106,"language":"OTHER","version":0,"opaque":1,"flag":0}"#;

/// Whether the name server at `name_server` knows a broker at each of these ports.
pub(crate) fn knows(name_server: u16, brokers: &[u16]) -> bool {
    let answer = ask(name_server).unwrap_or_default();
    brokers.iter().all(|port| answer.contains(&format!("\"127.0.0.1:{port}\"")))
}

/// A frame is its length, the header's length (the byte above it says JSON by 0), the header, the body; ours has none.
fn ask(name_server: u16) -> io::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, name_server))?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    let header = u32::try_from(CLUSTER_INFO.len()).map_err(io::Error::other)?;
    let frame = [&(header + 4).to_be_bytes()[..], &header.to_be_bytes(), CLUSTER_INFO.as_bytes()].concat();
    stream.write_all(&frame)?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut answer = Vec::new();
    stream.take(u64::from(u32::from_be_bytes(length))).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_broker_is_known_by_its_address() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there are free ports");
        let port = listener.local_addr().expect("it is bound").port();
        let server = std::thread::spawn(move || {
            for _ in 0..2 {
                let (mut stream, _) = listener.accept().expect("somebody asks");
                let mut question = vec![0; CLUSTER_INFO.len() + 8];
                stream.read_exact(&mut question).expect("it is a whole frame");
                assert_eq!(question[..8], [0, 0, 0, 67, 0, 0, 0, 63]);
                let answer = br#"....{"code":0}{"brokerAddrTable":{"broker-a":{"brokerAddrs":{0:"127.0.0.1:10911",1:"127.0.0.1:11011"}}}}"#;
                stream
                    .write_all(&[&u32::try_from(answer.len()).expect("it is short").to_be_bytes()[..], answer].concat())
                    .expect("it listens");
            }
        });
        assert!(knows(port, &[10911, 11011]));
        assert!(!knows(port, &[10911, 1101]));
        server.join().expect("it answered both");
        assert!(!knows(port, &[10911]), "nobody is there any more");
    }
}
