//! The real binary, and requests to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// Runs `turnout` to its end.
pub fn turnout(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_turnout"));
    command.args(arguments).env_remove("TURNOUT_DATA");
    command.output().expect("the binary runs")
}

/// What it said, on both ways.
pub fn said(output: &Output) -> String {
    let words = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    words.concat()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// A server on a folder; killed when it is dropped.
pub struct Server {
    child: Child,
    /// Kept open: who prints into a closed pipe is ended.
    _stdout: BufReader<ChildStdout>,
    port: u16,
}

impl Server {
    /// Starts one and waits until it says where it listens.
    pub fn start(data: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_turnout"))
            .args(["serve", "--data", text(data), "--listen", "127.0.0.1:0"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut said = String::new();
        let port = loop {
            let mut line = String::new();
            let bytes = stdout.read_line(&mut line).expect("text");
            assert!(bytes > 0, "it ended before it listened: {said}");
            said.push_str(&line);
            if let Some((_, port)) = line.split_once("http://localhost:") {
                break port.trim().parse().expect("a port");
            }
        };
        Self {
            child,
            _stdout: stdout,
            port,
        }
    }

    /// Opens an account; gives the status.
    pub fn sign_up(&self, email: &str) -> u16 {
        let body = format!(r#"{{"email":"{email}","password":"correct horse battery","name":"Someone"}}"#);
        request(self.port, "POST", "/api/auth/signup", &body)
    }

    /// The status of a page.
    pub fn get(&self, path: &str) -> u16 {
        request(self.port, "GET", path, "")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }
}

/// One request on a connection of its own; gives the status.
pub fn request(port: u16, method: &str, path: &str, body: &str) -> u16 {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let status = answer.split(' ').nth(1).expect("a status line");
    status.parse().expect("a number")
}
