//! A workbook of Office Open XML (ECMA-376): a ZIP archive that is written as its rows come. Rows beyond what a sheet holds go
//! on in another one.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::cell::{Cell, Row, decimal};

/// The most rows of a sheet, the header included.
const SHEET_ROWS_MAX: u32 = 1_048_576;
/// The most characters of a cell.
const CELL_CHARACTERS_MAX: usize = 32_767;
/// The number a spreadsheet gives to 1970-01-01: days since the last one of 1899, as Lotus counted them.
const EPOCH_DAY: i64 = 25_569;
const MILLISECONDS_A_DAY: i64 = 86_400_000;

const SPREADSHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const XML: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

/// A workbook being written to memory, which is taken away page by page.
pub(super) struct Workbook {
    zip: Option<ZipWriter<StreamWriter<Sink>>>,
    sink: Sink,
    name: &'static str,
    header: &'static [&'static str],
    sheets: u32,
    /// Rows of the sheet that is open.
    rows: u32,
    rows_max: u32,
    /// Rows that were not given to the archive yet.
    pending: String,
}

/// Where the archive writes to.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Workbook {
    pub fn new(name: &'static str) -> Self {
        let sink = Sink::default();
        Self {
            zip: Some(ZipWriter::new_stream(sink.clone())),
            sink,
            name,
            header: &[],
            sheets: 0,
            rows: 0,
            rows_max: SHEET_ROWS_MAX,
            pending: String::new(),
        }
    }

    pub fn header(&mut self, header: &'static [&'static str]) {
        self.header = header;
        self.begin_sheet();
    }

    pub fn row(&mut self, row: &Row) {
        if self.rows == self.rows_max {
            self.end_sheet();
            self.begin_sheet();
        }
        self.rows += 1;
        self.pending.push_str("<row>");
        for cell in row {
            write_cell(&mut self.pending, cell);
        }
        self.pending.push_str("</row>");
    }

    pub fn finish(&mut self) {
        self.end_sheet();
        let sheets = self.sheets;
        self.part("xl/styles.xml", &styles());
        self.part("xl/workbook.xml", &workbook(self.name, sheets));
        self.part("xl/_rels/workbook.xml.rels", &workbook_parts(sheets));
        self.part("_rels/.rels", &package_parts());
        self.part("[Content_Types].xml", &content_types(sheets));
        if let Some(zip) = self.zip.take() {
            zip.finish().expect("memory takes whatever is written");
        }
    }

    pub fn written(&mut self) -> Bytes {
        let pending = std::mem::take(&mut self.pending);
        self.write(&pending);
        let mut written = self.sink.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *written).into()
    }

    fn begin_sheet(&mut self) {
        self.sheets += 1;
        self.rows = 1;
        self.begin_part(&format!("xl/worksheets/sheet{}.xml", self.sheets));
        let mut begin = format!(
            r#"{XML}<worksheet xmlns="{SPREADSHEET}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultColWidth="18" defaultRowHeight="15"/><sheetData><row>"#
        );
        for name in self.header {
            write_text(&mut begin, name, 1);
        }
        begin.push_str("</row>");
        self.write(&begin);
    }

    fn end_sheet(&mut self) {
        let mut end = std::mem::take(&mut self.pending);
        end.push_str("</sheetData></worksheet>");
        self.write(&end);
    }

    fn part(&mut self, name: &str, text: &str) {
        self.begin_part(name);
        self.write(text);
    }

    fn begin_part(&mut self, name: &str) {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .large_file(name.contains("worksheets"));
        if let Some(zip) = &mut self.zip {
            zip.start_file(name, options)
                .expect("memory takes whatever is written");
        }
    }

    fn write(&mut self, text: &str) {
        if let Some(zip) = &mut self.zip
            && !text.is_empty()
        {
            zip.write_all(text.as_bytes())
                .expect("memory takes whatever is written");
        }
    }
}

fn write_cell(into: &mut String, cell: &Cell) {
    let written = match cell {
        Cell::Empty => write!(into, "<c/>"),
        Cell::Text(text) => {
            write_text(into, text, 0);
            Ok(())
        }
        Cell::Number(number) => write!(into, "<c><v>{number}</v></c>"),
        Cell::Amount(minor, currency) => write!(into, "<c><v>{}</v></c>", decimal(*minor, *currency)),
        Cell::At(at) => {
            let milliseconds = at.as_millisecond();
            let day = milliseconds.div_euclid(MILLISECONDS_A_DAY) + EPOCH_DAY;
            // Ten digits are finer than a millisecond.
            let part = i128::from(milliseconds.rem_euclid(MILLISECONDS_A_DAY)) * 10_000_000_000
                / i128::from(MILLISECONDS_A_DAY);
            write!(into, r#"<c s="2"><v>{day}.{part:010}</v></c>"#)
        }
    };
    written.expect("a string takes whatever is written");
}

/// Text in its cell. It has its type, so no spreadsheet takes it for a formula.
fn write_text(into: &mut String, text: &str, style: u8) {
    write!(
        into,
        r#"<c t="inlineStr" s="{style}"><is><t xml:space="preserve">"#
    )
    .expect("a string takes whatever is written");
    for character in text.chars().take(CELL_CHARACTERS_MAX) {
        match character {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '\n' | '\t' => into.push(character),
            // Not a character of XML 1.0.
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => into.push(character),
        }
    }
    into.push_str("</t></is></c>");
}

fn styles() -> String {
    format!(
        r#"{XML}<styleSheet xmlns="{SPREADSHEET}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#
    )
}

fn workbook(name: &str, sheets: u32) -> String {
    let mut text = format!(r#"{XML}<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>"#);
    for n in 1..=sheets {
        let tab = if n == 1 {
            name.to_owned()
        } else {
            format!("{name} {n}")
        };
        let _ = write!(text, r#"<sheet name="{tab}" sheetId="{n}" r:id="rId{n}"/>"#);
    }
    text + "</sheets></workbook>"
}

fn workbook_parts(sheets: u32) -> String {
    let mut text = format!(r#"{XML}<Relationships xmlns="{RELATIONSHIPS}">"#);
    for n in 1..=sheets {
        let _ = write!(
            text,
            r#"<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>"#
        );
    }
    let styles = sheets + 1;
    let _ = write!(
        text,
        r#"<Relationship Id="rId{styles}" Type="{OFFICE}/styles" Target="styles.xml"/>"#
    );
    text + "</Relationships>"
}

fn package_parts() -> String {
    format!(
        r#"{XML}<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    )
}

fn content_types(sheets: u32) -> String {
    const TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
    const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let mut text = format!(
        r#"{XML}<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{SHEET}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{SHEET}.styles+xml"/>"#
    );
    for n in 1..=sheets {
        let _ = write!(
            text,
            r#"<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{SHEET}.worksheet+xml"/>"#
        );
    }
    text + "</Types>"
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn read(bytes: &[u8], part: &str) -> String {
        let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        archive.by_name(part).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn rows_beyond_a_sheet_go_on_in_the_next() {
        let mut workbook = Workbook::new("orders");
        workbook.rows_max = 3;
        workbook.header(&["name"]);
        let mut bytes = workbook.written().to_vec();
        for n in 0..5 {
            workbook.row(&vec![Cell::Number(n)]);
            bytes.extend_from_slice(&workbook.written());
        }
        workbook.finish();
        bytes.extend_from_slice(&workbook.written());
        for (sheet, rows) in [(1, 3), (2, 3), (3, 2)] {
            let text = read(&bytes, &format!("xl/worksheets/sheet{sheet}.xml"));
            assert_eq!(text.matches("<row>").count(), rows);
            assert!(text.contains(">name</t>") && text.ends_with("</sheetData></worksheet>"));
        }
        assert!(read(&bytes, "xl/workbook.xml").contains(r#"name="orders 3""#));
        assert!(read(&bytes, "[Content_Types].xml").contains("sheet3.xml"));
    }

    #[test]
    fn text_is_text_and_times_are_times() {
        let mut into = String::new();
        write_cell(&mut into, &Cell::text("=1 & <b>\u{0}x"));
        write_cell(&mut into, &Cell::At("2027-01-15T12:00:00Z".parse().unwrap()));
        write_cell(&mut into, &Cell::Amount(1250, "EUR".parse().unwrap()));
        assert_eq!(
            into,
            "<c t=\"inlineStr\" s=\"0\"><is><t xml:space=\"preserve\">=1 &amp; &lt;b&gt;x</t></is></c>\
             <c s=\"2\"><v>46402.5000000000</v></c><c><v>12.50</v></c>"
        );
    }
}
