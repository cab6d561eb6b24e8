//! One keep-alive connection, as cheap as it can be: the client shares a machine with what it measures.

use std::net::SocketAddr;

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than any answer that is asked for here.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// A connection of HTTP/1.1, one request at a time.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
    request: Vec<u8>,
    address: SocketAddr,
}

/// What came back; the body is borrowed from the connection.
pub struct Answer<'c> {
    pub status: u16,
    pub body: &'c [u8],
}

impl Connection {
    pub async fn to(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            read: Vec::with_capacity(4096),
            request: Vec::with_capacity(1024),
            address,
        })
    }

    /// Posts JSON under an idempotency key, and reads the whole answer.
    pub async fn post(&mut self, path: &str, key: &str, body: &str) -> anyhow::Result<Answer<'_>> {
        use std::io::Write;
        self.request.clear();
        write!(
            self.request,
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\naccept: application/json\r\n\
             idempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )?;
        self.stream.write_all(&self.request).await?;
        self.read.clear();
        let (status, head, length) = loop {
            self.fill().await?;
            if let Some(parsed) = head_of(&self.read)? {
                break parsed;
            }
        };
        while self.read.len() < head + length {
            self.fill().await?;
        }
        Ok(Answer {
            status,
            body: &self.read[head..head + length],
        })
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        let bytes = self.stream.read_buf(&mut self.read).await?;
        anyhow::ensure!(bytes > 0, "the server closed the connection");
        anyhow::ensure!(self.read.len() <= ANSWER_BYTES_MAX, "an answer too long");
        Ok(())
    }
}

/// The status, where the body begins and how long it is; none while the head is not whole.
fn head_of(read: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&read[..end]).context("a head that is not text")?;
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|status| status.parse().ok())
        .context("no status")?;
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse().ok())
        .context("an answer without a length")?;
    Ok(Some((status, end + 4, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let text = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(head_of(text).unwrap(), Some((201, 43, 2)));
        assert_eq!(head_of(&text[..40]).unwrap(), None);
        assert!(head_of(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
