//! `turnout healthcheck`: is the process beside this one ready? For the health check of the image, which holds this program
//! and nothing that could ask.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;

/// An engine asks every few seconds, and gives up itself after some.
const TIMEOUT: Duration = Duration::from_secs(2);

/// What `turnout healthcheck` can be told.
#[derive(Debug, Args)]
pub struct HealthcheckArgs {
    /// Where the process listens.
    #[arg(
        long,
        env = "TURNOUT_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:3000"
    )]
    listen: SocketAddr,
}

/// Succeeds when `/readyz` answers 200.
pub fn run(args: &HealthcheckArgs) -> anyhow::Result<()> {
    let address = reachable(args.listen);
    let status = ask(address).with_context(|| format!("nothing answers at {address}"))?;
    ensure!(
        status.split(' ').nth(1) == Some("200"),
        "not ready: {}",
        status.trim_end()
    );
    Ok(())
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut status = String::new();
    BufReader::new(stream).read_line(&mut status)?;
    Ok(status)
}

/// Whoever listens everywhere is asked at home.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn check_of(answer: &'static str) -> anyhow::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = SocketAddr::from(([0, 0, 0, 0], listener.local_addr().unwrap().port()));
        let server = std::thread::spawn(move || {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            let mut line = String::new();
            while stream.read_line(&mut line).unwrap() > 2 {}
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
        });
        let result = run(&HealthcheckArgs { listen });
        server.join().unwrap();
        result
    }

    #[test]
    fn only_a_ready_process_is_healthy() {
        check_of("HTTP/1.1 200 OK\r\n\r\nready\n").unwrap();
        let error = check_of("HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap_err();
        assert!(error.to_string().contains("503"), "{error}");
        assert!(check_of("").is_err());
    }

    #[test]
    fn a_process_that_is_not_there_is_not_healthy() {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(run(&HealthcheckArgs { listen: gone }).is_err());
    }
}
