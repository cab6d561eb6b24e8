//! Comma-separated values: RFC 4180, in UTF-8.

use bytes::Bytes;

use super::cell::{Cell, Row, decimal};

/// Tells spreadsheets that the text is UTF-8: without it they read accents wrong. Whoever reads the file in a program
/// skips it (`utf-8-sig` in Python).
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A file being written to memory, which is taken away page by page.
pub(super) struct CsvFile(csv::Writer<Vec<u8>>);

impl CsvFile {
    pub fn new() -> Self {
        Self(writer(BYTE_ORDER_MARK.to_vec()))
    }

    pub fn header(&mut self, header: &[&'static str]) {
        self.record(header.iter().map(|name| (*name).to_owned()));
    }

    pub fn row(&mut self, row: &Row) {
        self.record(row.iter().map(text));
    }

    fn record(&mut self, fields: impl Iterator<Item = String>) {
        let written = self.0.write_record(fields);
        written.expect("memory takes whatever is written");
    }

    pub fn written(&mut self) -> Bytes {
        let full = std::mem::replace(&mut self.0, writer(Vec::new()));
        full.into_inner()
            .expect("memory takes whatever is written")
            .into()
    }
}

fn writer(begun: Vec<u8>) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(begun)
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Number(number) => number.to_string(),
        Cell::Amount(minor, currency) => decimal(*minor, *currency),
        // To the second, in UTC: what spreadsheets and programs both read.
        Cell::At(at) => at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}

/// Text that no spreadsheet takes for a formula (OWASP, "CSV Injection"): an apostrophe goes before a sign that would begin
/// one. Buyers choose their names, and members open the file.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_quotes_commas_and_breaks_survive() {
        let mut file = CsvFile::new();
        file.header(&["name", "n"]);
        file.row(&vec![
            Cell::text("=HYPERLINK(\"http://x\",\"y\")"),
            Cell::Number(-3),
        ]);
        file.row(&vec![Cell::text("Zoë, \"the\"\nfirst"), Cell::Empty]);
        let bytes = file.written();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert_eq!(
            text,
            "\u{feff}name,n\r\n\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",-3\r\n\"Zoë, \"\"the\"\"\nfirst\",\r\n"
        );
        file.row(&vec![Cell::text("@x"), Cell::text("+1")]);
        assert_eq!(&file.written()[..], b"'@x,'+1\r\n");
    }
}
