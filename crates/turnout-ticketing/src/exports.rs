//! Everything of an event as a file: read page by page and written as it is read, so that a million rows take no more memory
//! than a hundred.

mod cell;
mod csv_file;
mod rows;
mod workbook;

use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, Stream};
use turnout_domain::EventId;
use turnout_store::Cursor;

use crate::Ticketing;
use crate::error::SaleError;
use crate::model::Offer;
use csv_file::CsvFile;
use workbook::Workbook;

/// The orders of one page.
const PAGE: usize = 200;

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    Orders,
    Tickets,
    CheckIns,
    Payments,
}

/// As what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Xlsx,
}

/// A file being written.
enum File {
    Csv(Box<CsvFile>),
    Xlsx(Box<Workbook>),
}

/// Where an export is.
enum State {
    Begin,
    Page(Option<Cursor>),
    End,
}

impl Ticketing {
    /// The file, piece by piece. A piece that cannot be read ends it with an error, which the reader sees as a download that
    /// was cut off.
    pub(crate) fn export(
        &self,
        offer: Arc<Offer>,
        table: Table,
        format: Format,
    ) -> impl Stream<Item = Result<Bytes, SaleError>> + Send + use<> {
        let ticketing = self.clone();
        let file = File::new(format, table);
        stream::try_unfold((file, State::Begin), move |(mut file, state)| {
            let (ticketing, offer) = (ticketing.clone(), Arc::clone(&offer));
            async move {
                let next = match state {
                    State::Begin => {
                        file.header(table.header());
                        State::Page(None)
                    }
                    State::Page(cursor) => {
                        let event = offer.event.event_id;
                        let (rows, next) = ticketing.export_page(event, &offer, table, cursor).await?;
                        for row in &rows {
                            file.row(row);
                        }
                        if next.is_none() {
                            file.finish();
                            State::End
                        } else {
                            State::Page(next)
                        }
                    }
                    State::End => return Ok(None),
                };
                Ok(Some((file.written(), (file, next))))
            }
        })
    }

    async fn export_page(
        &self,
        event: EventId,
        offer: &Offer,
        table: Table,
        cursor: Option<Cursor>,
    ) -> Result<(Vec<cell::Row>, Option<Cursor>), SaleError> {
        let (orders, next) = self.orders_of_event_from_the_first(event, PAGE, cursor).await?;
        let rows = match table {
            Table::Orders => rows::orders(&orders),
            Table::Payments => rows::payments(&orders),
            Table::Tickets => {
                let admissions = self.admissions_at_all_lists(event, &orders).await?;
                rows::tickets(&orders, offer, &admissions)
            }
            Table::CheckIns => {
                let admissions = self.admissions_at_all_lists(event, &orders).await?;
                rows::check_ins(&orders, offer, &admissions)
            }
        };
        Ok((rows, next))
    }
}

impl File {
    fn new(format: Format, table: Table) -> Self {
        match format {
            Format::Csv => Self::Csv(Box::new(CsvFile::new())),
            Format::Xlsx => Self::Xlsx(Box::new(Workbook::new(table.name()))),
        }
    }

    fn header(&mut self, header: &'static [&'static str]) {
        match self {
            Self::Csv(file) => file.header(header),
            Self::Xlsx(file) => file.header(header),
        }
    }

    fn row(&mut self, row: &cell::Row) {
        match self {
            Self::Csv(file) => file.row(row),
            Self::Xlsx(file) => file.row(row),
        }
    }

    fn finish(&mut self) {
        match self {
            Self::Csv(_) => {}
            Self::Xlsx(file) => file.finish(),
        }
    }

    /// What was written since the last time.
    fn written(&mut self) -> Bytes {
        match self {
            Self::Csv(file) => file.written(),
            Self::Xlsx(file) => file.written(),
        }
    }
}

impl Table {
    /// As a word in a file's name and on a sheet's tab.
    pub fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Tickets => "tickets",
            Self::CheckIns => "check-ins",
            Self::Payments => "payments",
        }
    }

    fn header(self) -> &'static [&'static str] {
        match self {
            Self::Orders => rows::ORDERS,
            Self::Tickets => rows::TICKETS,
            Self::CheckIns => rows::CHECK_INS,
            Self::Payments => rows::PAYMENTS,
        }
    }
}
